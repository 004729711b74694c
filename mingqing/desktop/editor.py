"""The one way the window writes rows: edits, undo and redo, each a job; what shows rows follows `changed`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from mingqing.core.errors import MingqingError
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.jobs import EditJob, Job, Jobs, ReadJob
from mingqing.store.edit import Changed, Edit, edit
from mingqing.store.undo import Conflicts, Step, next_redo, next_undo, redo, undo

if TYPE_CHECKING:
    from mingqing.store.session import Session

T = TypeVar("T")
_Steps = tuple[Step | None, Step | None]


class Editor(QObject):
    """Carries out finished actions of one window on its project.

    Signals
    -------
    changed(Changed) : rows are other than before, and saved. said(str) : a sentence for the status line.
    refused(MingqingError) : something was not done, and who asked for it does not tell the user.
    conflicted(Conflicts, over) : what was to be undone or redone was changed since; `over()` does it all the same.
    stepped() : what can be undone or redone is another.
    """

    changed = Signal(object)
    said = Signal(str)
    refused = Signal(object)
    conflicted = Signal(object, object)
    stepped = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._may = False
        self.undoing: Step | None = None
        self.redoing: Step | None = None

    @property
    def may_edit(self) -> bool:
        """Whether the open project may be written, and the account may write any table."""
        return self._may

    def show_project(self, session: "Session | None") -> None:
        """Work on this project from now on."""
        self._may = session is not None and session.policy.edits and session.info.read_only is None
        self.undoing = self.redoing = None
        self.stepped.emit()
        if self._may:
            self._look_for_steps()

    def do(
        self,
        why: str,
        work: "Callable[[Edit, Session], T]",
        *,
        done: Callable[[T], object] | None = None,
        failed: Callable[[MingqingError], None] | None = None,
        progressed: Callable[[str, int, int], None] | None = None,
    ) -> Job[tuple[T, Changed]]:
        """Carry out one finished action and save it; all that `work` does is undone together.

        Parameters
        ----------
        why : what it is, for history and undo: "修改农房". Never a name or number of a person.
        work : called off the UI thread; what it raises takes everything back.
        done : called with what `work` returned, after `changed`.
        failed : called with why nothing was written; without it `refused` is emitted.
        progressed : called with how far it is, as `progressed(text, done, total)`; the job returned can be cancelled.
        """

        def act(session: "Session", watch: Watch) -> tuple[T, Changed]:
            with edit(session, why, watch=watch) as made:
                result = work(made, session)
            return result, made.changed

        return self.carry_out(act, done=done, failed=failed, progressed=progressed)

    def carry_out(
        self,
        work: "Callable[[Session, Watch], tuple[T, Changed]]",
        *,
        done: Callable[[T], object] | None = None,
        failed: Callable[[MingqingError], None] | None = None,
        progressed: Callable[[str, int, int], None] | None = None,
    ) -> Job[tuple[T, Changed]]:
        """Carry out an action that makes its edit itself, and says what it changed; otherwise as `do`."""

        def act(session: "Session", job: Job[tuple[T, Changed]]) -> tuple[T, Changed]:
            return work(session, Watch(job.progress, job.cancelled))

        def finished(outcome: tuple[T, Changed]) -> None:
            result, changed = outcome
            self._tell(changed)
            if done is not None:
                done(result)

        return self._jobs.start(
            EditJob(act, done=finished, failed=failed or self.refused.emit, progressed=progressed)
        )

    def undo(self, *, over: bool = False) -> None:
        """Take back what the account did last."""
        self._step(undo, self.undo, over=over)

    def redo(self, *, over: bool = False) -> None:
        """Do again what was undone last."""
        self._step(redo, self.redo, over=over)

    def _step(self, act: Callable[..., Changed], again: Callable[..., None], *, over: bool) -> None:
        def job(session: "Session", _job: Job[Changed]) -> Changed:
            return act(session, over=over)

        def failed(error: MingqingError) -> None:
            if isinstance(error, Conflicts):
                self.conflicted.emit(error, lambda: again(over=True))
            else:
                self.refused.emit(error)

        self._jobs.start(EditJob(job, done=self._tell, failed=failed))

    def _tell(self, changed: Changed) -> None:
        if changed.seq:
            self.changed.emit(changed)
            self.said.emit(tr("已保存：{why}").format(why=changed.why))
            self._look_for_steps()

    def _look_for_steps(self) -> None:
        def work(session: "Session", _job: Job[_Steps]) -> _Steps:
            return next_undo(session), next_redo(session)

        def done(steps: _Steps) -> None:
            self.undoing, self.redoing = steps
            self.stepped.emit()

        self._jobs.start(ReadJob(work, done=done, topic="steps"))
