"""The tables to tick for export, by thematic map; those that the role may not hand on say so."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from mingqing.core.text import tr
from mingqing.desktop.exporting.ground import maps
from mingqing.desktop.look.colours import colours
from mingqing.desktop.look.icons import icon

if TYPE_CHECKING:
    from mingqing.catalog.model import Catalog

_NAME = Qt.ItemDataRole.UserRole
_ON, _OFF, _SOME = Qt.CheckState.Checked, Qt.CheckState.Unchecked, Qt.CheckState.PartiallyChecked
_TICKED = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable


class TableTicks(QTreeWidget):
    """A tick a table; a map's ticks all of its own. `changed()` when other ones are ticked."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.leaves: dict[str, QTreeWidgetItem] = {}
        self._why: Mapping[str, tuple[str, str]] = {}
        self._numbers: Mapping[str, int] | None = None
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setAccessibleName(tr("哪些表"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setUniformRowHeights(True)
        self.setIconSize(QSize(16, 16))
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.itemChanged.connect(self._follow)

    def offer(self, catalog: "Catalog") -> None:
        """List every table below its map."""
        with QSignalBlocker(self):
            self.clear()
            self.leaves = {}
            for layer in maps(catalog):
                parent = _item(layer.title)
                parent.setIcon(0, icon(layer.icon, layer.code) if layer.draws else icon("fa6s.map"))
                self.addTopLevelItem(parent)
                for name in layer.tables:
                    leaf = _item(catalog.tables[name].title)
                    leaf.setData(0, _NAME, name)
                    parent.addChild(leaf)
                    self.leaves[name] = leaf
        self.expandAll()

    @property
    def ticked(self) -> tuple[str, ...]:
        """The tables that are, in order."""
        return tuple(name for name, leaf in self.leaves.items() if leaf.checkState(0) is _ON)

    def show_choice(self, off: Collection[str], why: Mapping[str, tuple[str, str]]) -> None:
        """Tick all but those that are off.

        why : by table that cannot be ticked, the reason in a word and in a sentence.
        """
        self._why = why
        with QSignalBlocker(self):
            for name, leaf in self.leaves.items():
                leaf.setFlags(_TICKED if name not in why else Qt.ItemFlag.NoItemFlags)
                leaf.setCheckState(0, _OFF if name in off or name in why else _ON)
                leaf.setToolTip(0, why[name][1] if name in why else "")
            for parent in self._parents:
                parent.setFlags(_TICKED if _may_tick(parent) else Qt.ItemFlag.NoItemFlags)
        self._sum_up()
        self._say()

    def count(self, numbers: Mapping[str, int] | None) -> None:
        """Say beside each table how many rows would leave; None while that is not known."""
        self._numbers = numbers
        self._say()

    def _follow(self, item: QTreeWidgetItem, at: int) -> None:
        """Let a map's tick be that of all its tables; Qt's own way ticks those too that cannot be."""
        if at != 0:
            return
        with QSignalBlocker(self):
            for leaf in _may_tick(item):
                leaf.setCheckState(0, item.checkState(0))
        self._sum_up()
        self.changed.emit()

    def _sum_up(self) -> None:
        with QSignalBlocker(self):
            for parent in self._parents:
                states = {leaf.checkState(0) for leaf in _may_tick(parent)} or {_OFF}
                parent.setCheckState(0, states.pop() if len(states) == 1 else _SOME)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Write in the ink of day or night."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._say()

    @property
    def _parents(self) -> list[QTreeWidgetItem]:
        items = (self.topLevelItem(n) for n in range(self.topLevelItemCount()))
        return [item for item in items if item is not None]

    def _say(self) -> None:
        with QSignalBlocker(self):
            for name, leaf in self.leaves.items():
                leaf.setText(1, f"{self._words(name)}  ")
                leaf.setForeground(1, QBrush(QColor(colours().muted)))

    def _words(self, name: str) -> str:
        if name in self._why:
            return self._why[name][0]
        if self._numbers is None:
            return ""
        number = self._numbers.get(name, 0)
        return f"{number:,}" if number else tr("暂无")


def _may_tick(parent: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    below = (parent.child(n) for n in range(parent.childCount()))
    return [leaf for leaf in below if leaf.flags() & Qt.ItemFlag.ItemIsEnabled]


def _item(text: str) -> QTreeWidgetItem:
    made = QTreeWidgetItem([text, ""])
    made.setFlags(_TICKED)
    made.setCheckState(0, _OFF)
    made.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return made
