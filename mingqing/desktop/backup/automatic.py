"""Backing the open project up by itself, in nobody's way."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from mingqing.access.audit import Act
from mingqing.core.errors import Cancelled, MingqingError
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.jobs import Job, Jobs, KeepJob, Lane
from mingqing.store.archive import DATABASE, Backup
from mingqing.store.backup import DAY, automatic_backup, backup_due, newer_backup

if TYPE_CHECKING:
    from mingqing.store.session import Session

_AFTER_OPENING_MS = 2_000  # the map comes first
_BETWEEN_MS = 30 * 60 * 1_000


class AutomaticBackup(QObject):
    """Backs a project up after it was opened, where it changed since, and then daily while it is open.

    Signals
    -------
    said(str) : what is under way or done, for the status line; empty for nothing.
    refused(MingqingError) : why none could be made; once, until one was made again.
    outdated(Backup) : the project has not the changes that this backup of its has.
    """

    said = Signal(str)
    refused = Signal(object)
    outdated = Signal(object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._at_least = timedelta(0)
        self._complained = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.ask)

    def watch(self, project: "Session | None") -> None:
        """Look after this project from now on."""
        self._timer.stop()
        self._at_least, self._complained = timedelta(0), False
        self.said.emit("")
        if project is not None and project.info.read_only is None:
            self._look_back()
            self._timer.start(_AFTER_OPENING_MS)

    def _look_back(self) -> None:
        def work(session: "Session", _job: Job[Backup | None]) -> Backup | None:
            return newer_backup(session)

        def done(newer: Backup | None) -> None:
            if newer is not None:
                self.outdated.emit(newer)

        self._jobs.start(KeepJob(work, done=done, topic="newer backup"))

    def ask(self) -> None:
        """Back up where it is due, unless something is being written, which would have to wait."""
        if self._jobs.busy(Lane.WRITE):
            return  # the timer asks again; the first time, soon
        self._timer.setInterval(_BETWEEN_MS)
        at_least = self._at_least

        def work(session: "Session", job: Job[Backup | None]) -> Backup | None:
            if not backup_due(session, older_than=at_least):
                return None
            made = automatic_backup(session, watch=Watch(job.progress, job.cancelled))
            session.record(Act.BACKUP, made.file.name, proof=made.contents.sha256[DATABASE])
            return made

        job = KeepJob(work, done=self._done, failed=self._failed, progressed=self._under_way, topic="backup")
        self._jobs.start(job)

    def _under_way(self, _text: str, _done: int, _total: int) -> None:
        self.said.emit(tr("正在自动备份…"))

    def _done(self, made: Backup | None) -> None:
        self._at_least, self._complained = DAY, False
        if made is not None:
            self.said.emit(tr("已自动备份 {time}").format(time=f"{datetime.now().astimezone():%H:%M}"))

    def _failed(self, error: MingqingError) -> None:
        self.said.emit("")
        if not isinstance(error, Cancelled) and not self._complained:
            self._complained = True
            self.refused.emit(error)
