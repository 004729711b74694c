"""数据检查: what is wrong with the rows of a village or of all, in a window beside the map, to be worked off."""

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog

from mingqing.access.roles import Action
from mingqing.core.text import tr
from mingqing.desktop.exporting.checking import CheckPanel
from mingqing.desktop.widgets import XL, M, button, choice_box, column, label, row
from mingqing.export.asked import Asked, Format

if TYPE_CHECKING:
    from mingqing.desktop.exporting.ground import Ground
    from mingqing.quality.findings import Finding, Quality

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
        foot = row(gap=M)
        foot.addStretch(1)
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
        village = str(self.where.currentData())
        self.check.check(self.ground, Asked(Format.CSV, villages=(village,) if village else None), Action.SEE)

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
