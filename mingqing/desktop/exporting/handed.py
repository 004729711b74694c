"""What came of an export: where it is, what is in it, what is to be known of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel, QWidget

from mingqing.core.text import tr
from mingqing.desktop.exporting.chip import FileChip
from mingqing.desktop.exporting.findings import summed_up
from mingqing.desktop.look.icons import icon
from mingqing.desktop.printing.atlas_standing import how_large
from mingqing.desktop.tables import TextTable, table_view
from mingqing.desktop.widgets import XL, M, S, button, column, empty, label, row

if TYPE_CHECKING:
    from mingqing.quality.findings import Quality

_WIDTH, _MOST_NOTES = 720, 6


@dataclass(frozen=True, slots=True)
class Handed:
    """What was made. path : the file or folder. layers : Chinese title and rows of each. notes : sentences.

    quality : what was found before; None where nobody looked.
    """

    path: Path
    layers: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]
    quality: "Quality | None"
    bytes: int


def weigh(path: Path) -> int:
    """Return how many bytes a file has, or all files of a folder."""
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return sum(each.stat().st_size for each in files)


class HandedPage(QWidget):
    """Signals: again() : something else is to be exported. left() : back to the map."""

    again = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = Path()
        self._glyph = QLabel()
        self.heading, self.where = label("", "heading"), label("", wrap=True, selectable=True)
        self.chip = FileChip()
        self._model = TextTable((tr("内容"), tr("条数")), (1,), self)
        self._layers = table_view(self._model, (120,), name=tr("导出了什么"))
        self._notes = column(gap=4)
        self.open_folder = button(tr("打开所在文件夹"), self._open, "primary", glyph="fa6s.folder-open")
        self._lay_out()

    def _lay_out(self) -> None:
        middle = QWidget()
        middle.setFixedWidth(_WIDTH)
        body = column(middle, gap=M)
        body.addStretch(1)
        head = row(gap=M)
        head.addWidget(self._glyph)
        head.addWidget(self.heading, 1)
        body.addLayout(head)
        body.addWidget(self.where)
        taking = row(gap=M)
        taking.addWidget(self.chip)
        taking.addWidget(label(tr("按住它，拖到桌面、U 盘或聊天窗口里"), "caption"), 1)
        body.addLayout(taking)
        body.addLayout(self._notes)
        body.addWidget(self._layers, 12)
        body.addSpacing(S)
        buttons = row(gap=M)
        buttons.addWidget(self.open_folder)
        buttons.addWidget(button(tr("再导一份"), self.again.emit))
        buttons.addStretch(1)
        buttons.addWidget(button(tr("返回地图"), self.left.emit))
        body.addLayout(buttons)
        body.addStretch(1)
        outer = row(self, margins=(XL, XL, XL, XL))
        outer.addStretch(1)
        outer.addWidget(middle)
        outer.addStretch(1)

    def show_handed(self, handed: Handed) -> None:
        """Show what came of it."""
        self._folder = handed.path.parent
        self._glyph.setPixmap(icon("fa6s.circle-check", "good").pixmap(QSize(28, 28)))
        self.heading.setText(tr("导出好了"))
        rows = sum(n for _, n in handed.layers)
        said = tr("{tables} 张表、{rows:,} 条，{size}，在 {folder}")
        self.where.setText(
            said.format(
                tables=len(handed.layers), rows=rows, size=how_large(handed.bytes), folder=self._folder
            )
        )
        self.chip.show_file(handed.path)
        self._model.show_rows([(title, f"{n:,}") for title, n in handed.layers])
        found = handed.quality
        told = [tr("导出前检查：") + summed_up(found)] if found is not None and found.findings else []
        self._tell([*told, *handed.notes])
        self.open_folder.setFocus()

    def _tell(self, notes: Sequence[str]) -> None:
        empty(self._notes)
        for note in notes[:_MOST_NOTES]:
            self._notes.addWidget(label(note, "warning", wrap=True, selectable=True))
        if len(notes) > _MOST_NOTES:
            rest = tr("另有 {n} 条说明，见一起导出的“元数据.json”").format(n=len(notes) - _MOST_NOTES)
            self._notes.addWidget(label(rest, "caption"))

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))
