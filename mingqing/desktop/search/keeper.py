"""The index of the open project: made after opening, kept in step with what is written, gone when the window locks."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from mingqing.desktop.jobs import IndexJob, Job, Jobs
from mingqing.search.follow import refreshed
from mingqing.search.index import Index

if TYPE_CHECKING:
    from mingqing.core.errors import MingqingError
    from mingqing.store.session import Session


class IndexKeeper(QObject):
    """Has the index that can be asked now, `index`; None while there is none. `renewed()` when it is another."""

    renewed = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.index: Index | None = None
        self._job: Job[Index] | None = None
        self._stale = False
        self._changed: dict[str, set[int]] = {}

    @property
    def busy(self) -> bool:
        """Whether another index is being made."""
        return self._job is not None

    def renew(self) -> None:
        """Read everything anew, in the background; until then the index that is there answers."""
        self._stale = True
        self._go_on()

    def follow(self, changed: Mapping[str, Iterable[int]]) -> None:
        """Take note that these rows, by table, are other than before."""
        if self.index is None and self._job is None:
            return  # the next one is made of what there is then
        for table, ids in changed.items():
            self._changed.setdefault(table, set()).update(ids)
        self._go_on()

    def forget(self) -> None:
        """Keep nothing of what was searched."""
        if self._job is not None:
            self._job.abandon()
        self.index, self._job, self._stale = None, None, False
        self._changed.clear()
        self.renewed.emit()

    def _go_on(self) -> None:
        """Start what is to be done next; one at a time, since each begins with what the one before has made."""
        if self._job is not None or not (self._stale or self._changed):
            return
        index = None if self._stale else self.index
        changed, self._changed, self._stale = self._changed, {}, False

        def work(session: "Session", job: Job[Index]) -> Index:
            if index is None:
                with session.clone() as once:  # whose 64 MB of pages nobody needs again
                    return Index.build(once, stop=job.cancelled)
            return refreshed(index, session, changed, stop=job.cancelled)

        self._job = self._jobs.start(IndexJob(work, done=self._take, failed=self._fail))

    def _take(self, index: Index) -> None:
        self.index, self._job = index, None
        self.renewed.emit()
        self._go_on()

    def _fail(self, _error: "MingqingError") -> None:
        """The project went away or cannot be read: others say so."""
        self.index, self._job = None, None
        self.renewed.emit()
