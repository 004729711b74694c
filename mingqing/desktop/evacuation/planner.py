"""Keeps the ground ready and answers a case, each off the UI thread; the latest case wins."""

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from mingqing.desktop.evacuation.ground import TABLES, Ground
from mingqing.desktop.jobs import Job, Jobs, PlanJob

if TYPE_CHECKING:
    from collections.abc import Callable

    from mingqing.core.errors import MingqingError
    from mingqing.desktop.evacuation.case import Case
    from mingqing.desktop.evacuation.outcome import Outcome
    from mingqing.evacuation.scenario import Scenario
    from mingqing.store.edit import Changed
    from mingqing.store.session import Session


class Engine(Protocol):
    """Who knows the ground and plans on it."""

    def ground(self, session: "Session", stop: "Callable[[], bool]") -> Ground:
        """Read what the account may see of the project."""
        ...

    def answer(
        self, session: "Session", ground: Ground, scenario: "Scenario", stop: "Callable[[], bool]"
    ) -> "Outcome":
        """Return who goes where."""
        ...


class Planner(QObject):
    """Plans while `on`.

    Signals
    -------
    grounded() : the ground is there, or another. planned() : the outcome is another; None where nothing happens.
    working() : `busy`, whether an answer is on its way, is another. failed(str) : why there is none.
    """

    grounded = Signal()
    planned = Signal()
    working = Signal()
    failed = Signal(str)

    def __init__(self, jobs: Jobs, case: "Case", engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._case, self.engine = jobs, case, engine
        self.ground: Ground | None = None
        self.outcome: Outcome | None = None
        self.busy = False
        self._on, self._stale = False, True
        case.changed.connect(self.plan)

    def begin(self) -> None:
        """Plan from now on."""
        self._on = True
        if self._stale:
            self._read()

    def rest(self) -> None:
        """Plan no more until `begin`."""
        self._on = False

    def forget(self) -> None:
        """Know nothing of a project that is no longer open."""
        self.ground = self.outcome = None
        self._on, self._stale = False, True

    def follow(self, changed: "Changed") -> None:
        """Read the ground anew where rows that matter were written."""
        if not TABLES.isdisjoint(changed.tables):
            self._stale = True
            if self._on:
                self._read()

    def refresh(self) -> None:
        """Read the ground anew: much may have changed."""
        self._stale = True
        if self._on:
            self._read()

    def _read(self) -> None:
        self._stale = False
        engine = self.engine
        self._work(on=True)

        def done(ground: Ground) -> None:
            self.ground = ground
            self.grounded.emit()
            self.plan()

        def work(session: "Session", job: Job[Ground]) -> Ground:
            return engine.ground(session, job.cancelled)

        self._jobs.start(PlanJob(work, done=done, failed=self._say_failed, topic="ground"))

    def plan(self) -> None:
        """Answer the case as it is now."""
        ground, scenario, engine = self.ground, self._case.scenario, self.engine
        if ground is None:
            return
        if not self._case.happens:
            self._jobs.start(
                PlanJob(lambda _s, _j: None, done=self._take, topic="plan")
            )  # in place of another
            self._take(None)
            return
        self._work(on=True)

        def work(session: "Session", job: "Job[Outcome | None]") -> "Outcome | None":
            return engine.answer(session, ground, scenario, job.cancelled)

        self._jobs.start(PlanJob(work, done=self._take, failed=self._say_failed, topic="plan"))

    def _take(self, outcome: "Outcome | None") -> None:
        self.outcome = outcome
        self._work(on=False)
        self.planned.emit()

    def _work(self, *, on: bool) -> None:
        self.busy = on
        self.working.emit()

    def _say_failed(self, why: "MingqingError") -> None:
        self._work(on=False)
        self.failed.emit(str(why))
