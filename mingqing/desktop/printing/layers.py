"""The layers of a printed map, to switch on and off; those the account may not print say so."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from mingqing.core.text import tr
from mingqing.desktop.widgets import S, button, column, empty, label, row

if TYPE_CHECKING:
    from mingqing.catalog.model import Catalog, Layer


class LayerTicks(QWidget):
    """Signals: changed(frozenset | None) : the tables that are on, None for all."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.boxes: dict[str, QCheckBox] = {}
        self._theme: object = None
        outer = column(self, gap=0)
        head = row(gap=S)
        head.addWidget(label(tr("图层"), "section"), 1)
        self.every = button(tr("全部打开"), self._turn_all_on, "inline")
        head.addWidget(self.every)
        outer.addLayout(head)
        self._list = column(gap=0)
        outer.addLayout(self._list)

    def show_theme(
        self, catalog: "Catalog", theme: "Layer", allowed: frozenset[str], only: frozenset[str] | None
    ) -> None:
        """List the tables of a theme, its subject first; `allowed` are those that may be printed."""
        if self._theme != (theme.code, allowed):
            self._theme = theme.code, allowed
            empty(self._list)
            self.boxes = {}
            drawn = [d.table for d in reversed(theme.draws)]
            for name in dict.fromkeys([*(t for t in theme.tables if t in drawn), *drawn]):
                self._add(name, catalog.tables[name].title, on=name in allowed)
        for name, box in self.boxes.items():
            box.setChecked(name in allowed and (only is None or name in only))
        self.every.setVisible(only is not None)

    def _add(self, name: str, title: str, *, on: bool) -> None:
        made = QCheckBox(title)
        made.setEnabled(on)
        made.setToolTip("" if on else tr("您的角色不能打印“{table}”").format(table=title))
        made.clicked.connect(self._say)
        self.boxes[name] = made
        self._list.addWidget(made)

    def _say(self) -> None:
        may = [name for name, box in self.boxes.items() if box.isEnabled()]
        on = frozenset(name for name in may if self.boxes[name].isChecked())
        self.changed.emit(None if len(on) == len(may) else on)

    def _turn_all_on(self) -> None:
        self.changed.emit(None)
