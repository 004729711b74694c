"""The classes of a choice, a line each: colour, title, how many."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from mingqing.catalog.color import Color
from mingqing.classify.choice import Part
from mingqing.classify.palettes import palettes
from mingqing.core.text import tr
from mingqing.desktop.classify.swatches import ColorButton
from mingqing.desktop.widgets import S, column, empty, label, row


class PartList(QWidget):
    """Lists classes. `edited(parts)` gives them with another colour or title."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._list = column(self, gap=0)
        self._parts: tuple[Part, ...] = ()
        self.titles: list[QLineEdit] = []
        self.colors: list[ColorButton] = []
        self._counts: list[QLabel] = []

    def show_parts(self, parts: Sequence[Part], counts: Sequence[int]) -> None:
        """Show classes and how many rows each has; one more count is of those in none."""
        if len(parts) != len(self._parts) or len(counts) != len(self._counts):
            self._parts = tuple(parts)
            self._make(counts)
        self._parts = tuple(parts)
        for part, title, color in zip(parts, self.titles, self.colors, strict=True):
            color.show_colors((part.color,))
            if title.text() != part.title:
                title.setText(part.title)
                title.setCursorPosition(0)
        for count, number in zip(counts, self._counts, strict=True):
            number.setText(f"{count:,}")

    def _make(self, counts: Sequence[int]) -> None:
        empty(self._list)
        self.titles, self.colors, self._counts = [], [], []
        for n, part in enumerate(self._parts):
            line = QWidget()
            inside = row(line, gap=S // 2)
            color = ColorButton(part.color, tr("第 {n} 类的颜色").format(n=n + 1))
            color.picked.connect(partial(self._recolour, n))
            title = QLineEdit(part.title)
            title.setObjectName("part")
            title.setAccessibleName(tr("第 {n} 类的名称").format(n=n + 1))
            title.setMaxLength(40)
            title.editingFinished.connect(partial(self._rename, n))
            inside.addWidget(color)
            inside.addWidget(title, 1)
            inside.addWidget(self._number())
            self.titles.append(title)
            self.colors.append(color)
            self._list.addWidget(line)
        if len(counts) > len(self._parts):
            line = QWidget()
            inside = row(line, gap=S // 2)
            unknown = ColorButton(palettes().no_data, tr("无数据的颜色"))
            unknown.setEnabled(False)
            inside.addWidget(unknown)
            inside.addWidget(label(tr("无数据"), "muted"), 1)
            inside.addWidget(self._number())
            self._list.addWidget(line)

    def _number(self) -> QLabel:
        made = label("", "caption")
        self._counts.append(made)
        return made

    def _rename(self, n: int) -> None:
        text = self.titles[n].text().strip()
        if text and text != self._parts[n].title:
            self._edit(n, replace(self._parts[n], title=text))

    def _recolour(self, n: int, color: Color) -> None:
        self._edit(n, replace(self._parts[n], color=color))

    def _edit(self, n: int, part: Part) -> None:
        self._parts = (*self._parts[:n], part, *self._parts[n + 1 :])
        self.edited.emit(self._parts)
