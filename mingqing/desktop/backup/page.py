"""The backup page: what there is, one more by hand, proving them, bringing one back, checking the project."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from mingqing.access.audit import Act
from mingqing.core.errors import MingqingError, ProjectDamaged
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.backup.listing import BackupList, Listed
from mingqing.desktop.backup.restoring import RestoreSteps
from mingqing.desktop.backup.steps import Outcome
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.store.archive import DATABASE, Backup, is_sound
from mingqing.store.backup import make_backup, own_backups
from mingqing.store.check import check_project

if TYPE_CHECKING:
    from mingqing.desktop.settings import Settings
    from mingqing.store.session import ProjectInfo, Session


class BackupPage(RestoreSteps):
    """Shows the backups of the open project; without one it can still bring back a backup from elsewhere."""

    def __init__(self, jobs: Jobs, settings: "Settings") -> None:
        self.list = BackupList()
        super().__init__(self.list, jobs)
        self._settings = settings
        self._project: ProjectInfo | None = None
        self._sound: dict[Path, bool] = {}
        self.list.make.connect(self._make_here)
        self.list.export.connect(self._ask_folder)
        self.list.check.connect(self._check)
        self.list.prove.connect(self._prove)
        self.list.restore.connect(self._restore_chosen)
        self.list.fetch.connect(self.ask_file)
        self.list.left.connect(self.left)

    def show_project(self, project: "ProjectInfo | None") -> None:
        """Take note of which project is open."""
        self._project, self._sound = project, {}
        self.place = project.path.parent if project is not None else Path.home()
        self.list.say("")

    def show_backups(self) -> None:
        """List the backups of the open project, and come to the front."""
        if self._project is None:
            self.left.emit()
            return
        path = self._project.path
        self.list.show_place(path, writable=self._project.read_only is None)

        def work(_session: "Session", _job: Job[list[Listed]]) -> list[Listed]:
            return [Listed(b, b.file.stat().st_size) for b in own_backups(path)]

        self.jobs.start(ReadJob(work, done=self._show, failed=self.failed, topic="backups"))
        self.setCurrentWidget(self.list)
        self.wanted.emit()

    def _show(self, listed: Sequence[Listed]) -> None:
        self.list.show_backups(listed, self._sound)

    def back(self) -> None:
        """Show the list again, or leave where no project is open."""
        self.show_backups()

    def failed(self, error: MingqingError) -> None:
        """Say why nothing came of it, and pass on that the project is damaged."""
        super().failed(error)
        if isinstance(error, ProjectDamaged):
            self.refused.emit(error)

    # ── Making one ─────────────────────────────────────────────────────────────────────────────────────────

    def _make_here(self) -> None:
        if self._project is not None:
            folder = self._project.path / "backups"
            with suppress(OSError):  # where it cannot be made, the backup says so
                folder.mkdir(exist_ok=True)
            self.make(folder)

    def _ask_folder(self) -> None:
        start = self._settings.backup_folder
        start = start if start and Path(start).is_dir() else str(Path.home())
        chosen = QFileDialog.getExistingDirectory(self, tr("备份放到哪个文件夹或 U 盘"), start)
        if chosen:
            self._settings.backup_folder = chosen
            self._settings.save()
            self.make(Path(chosen))

    def make(self, folder: Path) -> None:
        """Back the project up into `folder`."""

        def work(session: "Session", watch: Watch) -> Backup:
            made = make_backup(session, folder, watch=watch)
            session.record(Act.BACKUP, made.file.name, proof=made.contents.sha256[DATABASE])
            return made

        def done(made: Backup) -> None:
            self._sound[made.file] = True
            self.list.say(tr("已备份到 {file}，写完读回来核对过").format(file=made.file))
            self.show_backups()

        self.run(tr("正在备份"), tr("写完会读回来核对；停下就什么也不留下"), work, done)

    # ── Trusting them ──────────────────────────────────────────────────────────────────────────────────────

    def _prove(self) -> None:
        if self._project is None:
            return
        path = self._project.path

        def work(_session: "Session", watch: Watch) -> dict[Path, bool]:
            return {b.file: is_sound(b, watch) for b in own_backups(path)}  # not those of an earlier list

        def done(sound: dict[Path, bool]) -> None:
            self._sound |= sound
            broken = sum(not s for s in sound.values())
            whole = tr("{n} 份备份都完好").format(n=len(sound)) if sound else tr("还没有备份可以核对")
            self.list.say("" if broken else whole)
            self.show_backups()

        self.run(tr("正在核对备份"), tr("逐字节与备份时的记录比对"), work, done)

    def _restore_chosen(self) -> None:
        chosen = self.list.chosen
        if chosen is not None:
            self.ask_restore(chosen.file)

    def _check(self) -> None:
        self.run(tr("正在检查项目"), tr("只读不写，不影响数据"), check_project, self._checked)

    def _checked(self, problems: Sequence[str]) -> None:
        if not problems:
            said = tr("数据页、记录之间的关联、空间索引和修改记录都已检查，没有发现问题。")
            self.show_outcome(Outcome(tr("项目完好"), said))
            return
        said = tr("数据照旧可以使用。请先备份一次，再把下面的内容发给技术人员。")
        heading = tr("发现 {n} 处问题").format(n=len(problems))
        rows = [[problem] for problem in problems]
        self.show_outcome(Outcome(heading, said, "warning", table=([tr("问题")], rows, ())))
