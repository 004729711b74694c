"""How the fields of a form stand: two short ones in a line, others in one each, under the headings of their groups."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from mingqing.core.text import tr
from mingqing.desktop.form.field import FieldWidget
from mingqing.desktop.widgets import M, S, button, column, label

if TYPE_CHECKING:
    from mingqing.desktop.form.content import Line

Make = Callable[["Line"], FieldWidget]


def field_grid(lines: Iterable["Line"], make: Make) -> QWidget:
    """Return the fields of these lines, each made by `make`."""
    held = QWidget()
    grid, line, group = _empty_grid(held), 0, ""
    alone: FieldWidget | None = None  # a short field with room beside it
    for each in lines:
        made = make(each)
        if each.field.group != group and each.field.group:
            line, alone = line + 1, None
            grid.addWidget(label(each.field.group, "section"), line, 0, 1, 2)
        group = each.field.group
        if alone is not None and not made.wide:
            grid.removeWidget(alone)
            grid.addWidget(alone, line, 0, 1, 1, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(made, line, 1, 1, 1, Qt.AlignmentFlag.AlignTop)
            alone = None
        else:
            line += 1
            grid.addWidget(made, line, 0, 1, 2, Qt.AlignmentFlag.AlignTop)
            alone = None if made.wide else made
    return held


class Folded(QWidget):
    """Fields that few look for, made when a button unfolds them."""

    def __init__(self, titles: Iterable[str], lines: Callable[[], Iterable["Line"]], make: Make) -> None:
        super().__init__()
        self._lines, self._make = lines, make
        self._held: QWidget | None = None
        self.more = button(tr("更多：{titles}").format(titles="、".join(titles)), self.turn, "link")
        self.more.setProperty("quiet", True)  # noqa: FBT003 - Qt's name
        self._layout = column(self, gap=S)
        self._layout.addWidget(self.more)

    def turn(self) -> None:
        """Unfold the fields, or fold them."""
        if self._held is None:
            self._held = field_grid(self._lines(), self._make)
            self._layout.addWidget(self._held)
            self._held.show()
        else:
            self._held.setVisible(self._held.isHidden())


def _empty_grid(inside: QWidget) -> QGridLayout:
    made = QGridLayout(inside)
    made.setContentsMargins(0, 0, 0, 0)
    made.setHorizontalSpacing(M)
    made.setVerticalSpacing(M)
    made.setColumnStretch(0, 1)
    made.setColumnStretch(1, 1)
    return made
