"""Plans that are kept with the project, as the page asks for them: each answer off the UI thread."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject

from mingqing.core.text import tr
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.evacuation.saved import of_plan
from mingqing.evacuation.saved.compare import Comparison, compare
from mingqing.evacuation.saved.keep import forget, save
from mingqing.evacuation.saved.kept import Kept, Loaded, load, plans
from mingqing.evacuation.saved.progress import tick
from mingqing.evacuation.saved.stale import Stale, stale
from mingqing.store.edit import Changed
from mingqing.store.history.since import last_change

if TYPE_CHECKING:
    from mingqing.core.watch import Watch
    from mingqing.desktop.editor import Editor
    from mingqing.evacuation.planning import Plan
    from mingqing.store.session import Session

T = TypeVar("T")
_LOOKED_AT = 12  # of the latest plans it is told whether they are out of date


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """The plans that are kept, the latest first, and of the latest what is out of date, by number."""

    plans: Sequence[Kept]
    stale: dict[int, Stale]


class Keeping(QObject):
    """Reads and writes plans."""

    def __init__(self, jobs: Jobs, editor: "Editor", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._editor = jobs, editor

    def list(self, done: Callable[[Shelf], None]) -> None:
        """Return what is kept."""

        def work(session: "Session", job: Job[Shelf]) -> Shelf:
            found, old = plans(session), {}
            for plan in found[:_LOOKED_AT]:
                if not job.cancelled():
                    old[plan.number] = stale(session, plan.number)
            return Shelf(found, old)

        self._jobs.start(ReadJob(work, done=done, topic="kept plans"))

    def open(self, number: int, done: Callable[[Loaded], None]) -> None:
        """Return a plan with its scenario and whom it moves."""
        self._jobs.start(ReadJob(lambda s, _job: load(s, number), done=done, topic="kept plan"))

    def compare(self, one: int, two: int, done: Callable[[Comparison], None]) -> None:
        """Return what is other in the second than in the first."""
        self._jobs.start(ReadJob(lambda s, _job: compare(s, one, two), done=done, topic="compared plans"))

    def save(self, plan: "Plan", seq: int, name: str, done: Callable[[int], object]) -> None:
        """Keep a plan that knows the changes up to `seq` under a name."""

        def work(session: "Session", watch: "Watch") -> tuple[int, Changed]:
            number = save(session, of_plan.outcome(session, plan, seq, watch), name, watch=watch)
            return number, _changed(session, tr("转移预案“{name}”").format(name=name))

        self._editor.carry_out(work, done=done)

    def forget(self, number: int) -> None:
        """Delete a plan."""

        def work(session: "Session", _watch: "Watch") -> tuple[None, Changed]:
            forget(session, number)
            return None, _changed(session, tr("删除转移预案"))

        self._editor.carry_out(work)

    def tick(self, ids: Collection[int], *, moved: bool) -> None:
        """Say of evacuees that they have been moved, or have not after all."""

        def work(session: "Session", _watch: "Watch") -> tuple[None, Changed]:
            return None, tick(session, ids, moved=moved)

        self._editor.carry_out(work)


def _changed(session: "Session", why: str) -> Changed:
    """Return what was just written; whoever shows these tables reads them anew whole."""
    tables = dict.fromkeys(("evacuation_plan", "evacuee", "evacuation_route"), frozenset[int]())
    return Changed(last_change(session), why, tables)
