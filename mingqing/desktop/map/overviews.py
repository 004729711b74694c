"""Keeping the overviews of the open project up to date, in nobody's way."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from mingqing.core.errors import MingqingError
from mingqing.core.text import tr
from mingqing.desktop.jobs import Job, Jobs, KeepJob, Lane
from mingqing.store.overview.build import is_behind, refresh

if TYPE_CHECKING:
    from mingqing.store.session import Session

_REST_MS = 3_000  # after opening, and after the last of several edits


class OverviewUpkeep(QObject):
    """Makes anew what small scales are drawn from, where a project has changed since it was made.

    Until then they are drawn from the rows themselves: the same map, more slowly.

    Signals
    -------
    said(str) : what is under way, for the status line; empty for nothing.
    """

    said = Signal(str)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._project: Session | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_REST_MS)
        self._timer.timeout.connect(self.begin)

    def watch(self, project: "Session | None") -> None:
        """Look after this project from now on; one that may not be written is left as it is."""
        self._project = project if project is not None and project.info.read_only is None else None
        self.changed()

    def changed(self) -> None:
        """Look again soon: rows were written."""
        self._timer.stop()
        if self._project is not None:
            self._timer.start()

    def begin(self) -> None:
        """Make what is behind, unless something is being written, which goes first."""
        if self._jobs.busy(Lane.WRITE):
            return  # the timer asks again
        self._timer.stop()

        def work(session: "Session", job: Job[None]) -> None:
            if is_behind(session):
                refresh(session, cancelled=job.cancelled, progress=job.progress)

        def done(_: None) -> None:
            self.said.emit("")

        job = KeepJob(work, done=done, failed=self._failed, progressed=self._under_way, topic="overviews")
        self._jobs.start(job)

    def _under_way(self, what: str, done: int, total: int) -> None:
        self.said.emit(tr("正在整理全图：{what} {share:.0%}").format(what=what, share=done / max(total, 1)))

    def _failed(self, _error: MingqingError) -> None:
        self.said.emit("")  # nothing is lost: the map is drawn from the rows, and the next change asks again
