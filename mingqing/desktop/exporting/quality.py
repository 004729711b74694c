"""数据检查: what is wrong with the rows of a village or of all, in a window beside the map, to be worked off."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QFileDialog

from mingqing.access.roles import Action
from mingqing.core.errors import ProjectUnavailable
from mingqing.core.files import write_for_user
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.exporting.checking import CheckPanel, looked_through
from mingqing.desktop.exporting.ground import why_not
from mingqing.desktop.jobs import ExportJob, Job
from mingqing.desktop.widgets import XL, M, alive, button, choice_box, column, label, row
from mingqing.export.asked import Asked, Format
from mingqing.quality.report import report
from mingqing.store.permitted import Permitted

if TYPE_CHECKING:
    from mingqing.desktop.exporting.ground import Ground
    from mingqing.quality.findings import Finding, Quality
    from mingqing.store.session import Session

_SIZE = QSize(560, 640)


class QualitySheet(QDialog):
    """A window of its own, which stays open while one row after the other is put right on the map."""

    title: ClassVar[str] = tr("数据检查")

    def __init__(self, ground: "Ground") -> None:
        super().__init__(ground.window, Qt.WindowType.Window)
        self.setWindowTitle(self.title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(_SIZE)
        self.ground = ground
        self.check, self.where = CheckPanel(), choice_box(tr("哪里"))
        names = {entry.village.code: entry.village.name for entry in ground.villages}
        if ground.village in names:
            self.where.addItem(names[ground.village], ground.village)
        self.where.addItem(tr("所有村"), "")
        self.check.head.insertWidget(0, self.where, 1)
        self.check.start.setText(tr("检查"))
        self.check.wanted.connect(self.begin)
        self.check.opened.connect(self._open)
        about = tr("把没填的、填错的、重复的、图形和位置不对的都找出来，一条一条改；只看您看得到的数据")
        layout = column(self, margins=(XL, XL, XL, XL), gap=M)
        layout.addWidget(label(self.title, "heading"))
        layout.addWidget(label(about, "muted", wrap=True))
        layout.addWidget(self.check, 1)
        self.told = label("", "caption", wrap=True)
        self.keep = button(tr("存为表格…"), self._ask_where)
        self.keep.setAutoDefault(False)
        reason = why_not(ground.session)
        self.keep.setEnabled(not reason)
        self.keep.setToolTip(reason or tr("把问题清单存成 Excel 表格，只列您能导出的内容"))
        foot = row(gap=M)
        foot.addWidget(self.keep)
        foot.addWidget(self.told, 1)
        leave = button(tr("关闭"), self.close)
        leave.setAutoDefault(False)
        foot.addWidget(leave)
        layout.addLayout(foot)

    @classmethod
    def open_for(cls, ground: "Ground") -> "QualitySheet":
        """Show the sheet that is there, or a new one."""
        there = next((each for each in ground.window.findChildren(cls) if each.isVisible()), None)
        sheet = there if there is not None else cls(ground)
        sheet.show()
        sheet.raise_()
        sheet.activateWindow()
        return sheet

    def begin(self) -> None:
        """Look through the rows of where is chosen."""
        self.check.check(self.ground, self._asked, Action.SEE)

    @property
    def _asked(self) -> Asked:
        village = str(self.where.currentData())
        return Asked(Format.XLSX, villages=(village,) if village else None)

    def _ask_where(self) -> None:
        name = str(Path.home() / tr("数据检查.xlsx"))
        chosen, _ = QFileDialog.getSaveFileName(self, tr("存为表格"), name, tr("Excel 表格") + " (*.xlsx)")
        if chosen:
            self.keep_list(Path(chosen).with_suffix(".xlsx"))

    def keep_list(self, path: Path) -> None:
        """Look anew through what may be handed on, and save what is wrong with it as a table."""
        asked, names = self._asked, {e.village.code: e.village.name for e in self.ground.villages}

        def work(session: "Session", job: Job[None]) -> None:
            found = looked_through(session, asked, Action.EXPORT, Watch(job.progress, job.cancelled))
            content = report(found, session.catalog, names, "xlsx")
            Permitted(session, Action.EXPORT).record(tr("质量检查"), len(found.findings), path.name)
            try:
                write_for_user(path, content, private=True)
            except OSError as error:
                said = tr("{name} 写不进去，请检查位置和磁盘空间")
                raise ProjectUnavailable(said.format(name=path.name)) from error

        self._say(tr("正在检查…"))
        self.ground.jobs.start(
            ExportJob(
                work,
                done=lambda _: self._say(tr("已存为 {name}").format(name=path.name)),
                failed=lambda why: self._say(str(why)),
            )
        )

    def _say(self, sentence: str) -> None:
        if alive(self):
            self.told.setText(sentence)

    def show_quality(self, quality: "Quality") -> None:
        """Show what was found elsewhere, to go on with here."""
        self.check.show_quality(self.ground, quality)

    def _open(self, finding: "Finding") -> None:
        self.ground.show_row(finding.table, finding.id)

    @property
    def busy(self) -> bool:
        """Whether closing the project would lose something: a list can be made again."""
        return False

    def forget(self) -> None:
        """Put it away: the project is closed."""
        self.check.forget()
        self.close()
