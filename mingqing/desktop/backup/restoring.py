"""Bringing a backup back: which file, to which new place, and what came of it."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from mingqing.core.errors import MingqingError
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.backup.sheets import RestoreSheet
from mingqing.desktop.backup.steps import Outcome, Steps
from mingqing.desktop.pages.dialogs import ask
from mingqing.store.archive import SUFFIX, read_backup
from mingqing.store.restore import restore_backup

if TYPE_CHECKING:
    from mingqing.store.session import Session


class RestoreSteps(Steps):
    """Steps that can bring a backup back to a new place, beside `place`."""

    place = Path.home()

    def ask_file(self) -> None:
        """Let the user pick a backup that lies elsewhere, then bring it back."""
        kinds = tr("民情地图备份") + f" (*{SUFFIX})"
        chosen, _ = QFileDialog.getOpenFileName(self, tr("选择备份文件"), str(self.place), kinds)
        if chosen:
            self.ask_restore(Path(chosen))

    def ask_restore(self, file: Path) -> None:
        """Ask where to bring the backup `file` back to, then do so."""
        try:
            backup = read_backup(file)
        except MingqingError as error:
            self.wanted.emit()
            self.failed(error)
            return
        sheet = RestoreSheet(backup, self.place, self.window())

        def submitted() -> None:
            path = sheet.path
            sheet.accept()
            self._restore(file, path)

        sheet.submitted.connect(submitted)
        ask(sheet)

    def _restore(self, file: Path, path: Path) -> None:
        def work(_session: "Session", watch: Watch) -> Path:
            return restore_backup(file, path, watch)

        def done(made: Path) -> None:
            sentence = tr("用备份那天的账号和密码打开。旧项目保持原样。\n新项目：{path}")
            self.show_outcome(Outcome(tr("已恢复"), sentence.format(path=made), made=made))

        self.run(tr("正在恢复"), tr("旧项目保持原样；停下就什么也不留下"), work, done)
