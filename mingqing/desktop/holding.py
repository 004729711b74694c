"""Of two windows on one project, one edits: taking hold of a project, and telling when the other has let go."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.store.holder import Hold, looking_only

if TYPE_CHECKING:
    from mingqing.store.session import Session

_BETWEEN_MS = 5_000


class Holding(QObject):
    """Holds the open project of one window. `freed()` : the other window that edited it has been closed."""

    freed = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._hold: Hold | None = None
        self._next: Hold | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_BETWEEN_MS)
        self._timer.timeout.connect(self._ask)

    def take(self, session: "Session") -> "Session":
        """Return a session that may edit where no other window does, else one that only reads. Off the UI thread.

        Who edits nothing holds nothing, and is in nobody's way; nor does who has to choose a password first.
        """
        self._give_up()
        if (
            session.info.read_only is not None
            or not session.policy.edits
            or session.login.account.must_change
        ):
            return session
        hold = self._hold
        if hold is None or hold.folder != session.info.path or hold.held_by is not None:
            hold = Hold(session.info.path, session.user)
        self._next = hold
        if hold.held_by is not None:
            return looking_only(session, hold.held_by)
        hold.say(session.user)
        return session

    def keep(self) -> None:
        """Hold what was taken last, once it is shown, and let go of what was open before."""
        before, self._hold = self._hold, self._next
        self._next = None
        if before is not None and before is not self._hold:
            before.release()
        self._timer.stop()
        if self._hold is not None and self._hold.held_by is not None:
            self._timer.start()

    def _give_up(self) -> None:
        """Let go of what was taken for a project that was not shown after all."""
        if self._next is not None and self._next is not self._hold:
            self._next.release()
        self._next = None

    def let_go(self) -> None:
        """Let another window edit."""
        self._give_up()
        if self._hold is not None:
            self._hold.release()
        self._hold = None
        self._timer.stop()

    def _ask(self) -> None:
        def work(session: "Session", _job: Job[bool]) -> bool:
            tried = Hold(session.info.path, session.user)
            tried.release()
            return tried.held_by is None

        def done(free: bool) -> None:  # noqa: FBT001 - a job's result
            if free:
                self._timer.stop()
                self.freed.emit()

        self._jobs.start(ReadJob(work, done=done, topic="holder"))
