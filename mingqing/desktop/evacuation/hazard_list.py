"""Hazards to be ticked, grouped by kind."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from mingqing.core.text import tr

if TYPE_CHECKING:
    from mingqing.evacuation.model import Hazards

_NUMBER = Qt.ItemDataRole.UserRole  # of the hazard among all; of a kind, its name
_FEW = 12  # hazards that are listed without having to unfold their kinds
_UNKNOWN = tr("其他")


class HazardList(QTreeWidget):
    """`ticked(ids)` : other hazards are to be active, of those offered. `going(id)` : one is to be seen on the map."""

    ticked = Signal(object)
    going = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("隐患点"))
        self.setHeaderHidden(True)
        self.setIndentation(18)
        self.setUniformRowHeights(True)
        self._hazards: Hazards | None = None
        self._leaves: dict[int, QTreeWidgetItem] = {}
        self._pressed: Qt.CheckState | None = (
            None  # of the one under the pointer, before its box takes the click
        )
        self._by_name: QTreeWidgetItem | None = None
        self._settle = QTimer(self, singleShot=True, interval=0)
        self._settle.timeout.connect(self._tell)
        self.itemChanged.connect(lambda _item: self._settle.start())
        self.itemPressed.connect(self._note)
        self.itemClicked.connect(self._tick)
        self.itemDoubleClicked.connect(self._go)

    def offer(self, hazards: "Hazards", among: Collection[int], active: Collection[int]) -> None:
        """Offer these of all hazards, by position; tick those whose ids are active."""
        open_before = {group.data(0, _NUMBER) for group in self._groups() if group.isExpanded()}
        blocked = QSignalBlocker(self)
        self.clear()
        self._hazards, self._leaves = hazards, {}
        kinds: dict[str, list[int]] = {}
        for n in among:
            kinds.setdefault(hazards.kinds[n] or _UNKNOWN, []).append(n)
        for kind, members in sorted(kinds.items(), key=lambda pair: -len(pair[1])):
            group = QTreeWidgetItem(self, [kind])
            group.setData(0, _NUMBER, kind)
            group.setFlags(group.flags() | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsAutoTristate)
            for n in members:
                leaf = QTreeWidgetItem(group, [_title(hazards, n)])
                leaf.setFlags(leaf.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                leaf.setToolTip(0, tr("双击到地图上看"))
                leaf.setData(0, _NUMBER, n)
                leaf.setCheckState(0, Qt.CheckState.Unchecked)
                self._leaves[int(hazards.ids[n])] = leaf
            group.setExpanded(kind in open_before or len(among) <= _FEW)
        blocked.unblock()
        self.show_active(active)

    def show_active(self, active: Collection[int]) -> None:
        """Tick those whose ids are active, and count them by kind."""
        blocked = QSignalBlocker(self)
        changed: list[QTreeWidgetItem] = []
        for row, leaf in self._leaves.items():
            wanted = Qt.CheckState.Checked if row in active else Qt.CheckState.Unchecked
            if leaf.checkState(0) != wanted:
                leaf.setCheckState(0, wanted)
                changed.append(leaf)
        self._count()
        if len(changed) == 1:  # as by a click on the map
            self.scrollToItem(changed[0])
        blocked.unblock()

    @property
    def active(self) -> set[int]:
        """The ids of those that are ticked."""
        return {row for row, leaf in self._leaves.items() if leaf.checkState(0) == Qt.CheckState.Checked}

    def _groups(self) -> list[QTreeWidgetItem]:
        found = (self.topLevelItem(n) for n in range(self.topLevelItemCount()))
        return [group for group in found if group is not None]

    def _count(self) -> None:
        for group in self._groups():
            members = [group.child(n) for n in range(group.childCount())]
            on = sum(leaf.checkState(0) == Qt.CheckState.Checked for leaf in members)
            kind, chosen = group.data(0, _NUMBER), tr("选 {n} / ").format(n=on) if on else ""
            group.setText(0, tr("{kind}　{chosen}{n} 处").format(kind=kind, chosen=chosen, n=len(members)))

    def _tell(self) -> None:
        """Say once what is ticked, though a kind that is ticked changes each of its hazards."""
        blocked = QSignalBlocker(self)
        self._count()
        blocked.unblock()
        self.ticked.emit(self.active)

    def _note(self, item: QTreeWidgetItem) -> None:
        self._pressed, self._by_name = item.checkState(0), None

    def _tick(self, item: QTreeWidgetItem) -> None:
        """Let a click on a hazard's name tick it, as one on its box has done already."""
        if item.childCount() == 0 and item.checkState(0) == self._pressed:
            self._turn(item)
            self._by_name = item

    @staticmethod
    def _turn(item: QTreeWidgetItem) -> None:
        on = item.checkState(0) == Qt.CheckState.Checked
        item.setCheckState(0, Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)

    def _go(self, item: QTreeWidgetItem) -> None:
        if item is self._by_name:  # the first of the two clicks was no tick
            self._turn(item)
            self._by_name = None
        if item.childCount() == 0 and self._hazards is not None:
            self.going.emit(int(self._hazards.ids[item.data(0, _NUMBER)]))


def _title(hazards: "Hazards", n: int) -> str:
    known = [
        tr("{level}险情").format(level=hazards.levels[n]) if hazards.levels[n] else "",
        tr("{warning}色预警").format(warning=hazards.warnings[n]) if hazards.warnings[n] else "",
    ]
    return "　".join([hazards.names[n], *(each for each in known if each)])
