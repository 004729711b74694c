"""Villages to tick, by township, found by name or pinyin; beside each what is to be said of it."""

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QWidget

from mingqing.core.text import tr
from mingqing.desktop.look.colours import colours
from mingqing.desktop.villages.matching import Entry, find
from mingqing.desktop.widgets import column, label

_CODE = Qt.ItemDataRole.UserRole
_ON, _OFF = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class VillageTicks(QWidget):
    """A tick a village; a township's ticks all of its own; Enter in the field ticks the best match.

    `changed()` when other ones are ticked.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: Sequence[Entry] = ()
        self._leaves: dict[str, QTreeWidgetItem] = {}
        self._townships: dict[str, QTreeWidgetItem] = {}
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("村名、拼音或首字母，回车选中"))
        self.search.setAccessibleName(tr("找村"))
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._tick_best)
        self.tree = self._make_tree()
        self.counted = label("", "caption", wrap=True)
        layout = column(self, gap=4)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.counted)

    def _make_tree(self) -> QTreeWidget:
        made = QTreeWidget()
        made.setColumnCount(2)
        made.setHeaderHidden(True)
        made.setAccessibleName(tr("村"))
        made.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        made.setUniformRowHeights(True)
        made.header().setStretchLastSection(False)
        made.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        made.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        made.itemChanged.connect(lambda _item, at: self._follow() if at == 0 else None)
        return made

    def offer(self, entries: Sequence[Entry], ticked: Iterable[str]) -> None:
        """Offer these villages, some of them ticked. What is ticked and gone is listed by its code."""
        self._entries, chosen = entries, set(ticked)
        with QSignalBlocker(self.tree):
            self.tree.clear()
            self._leaves, self._townships = {}, {}
            for village in find(entries, ""):
                self._leaf(village.township or tr("其他"), village.name, village.code)
            for code in sorted(chosen - self._leaves.keys()):
                self._leaf(tr("项目里没有的村"), code, code)
            for code in chosen:
                self._leaves[code].setCheckState(0, _ON)
        self.search.clear()
        self._unfold()
        self._count()

    def _leaf(self, township: str, name: str, code: str) -> None:
        if township not in self._townships:
            self._townships[township] = parent = _item(township)
            parent.setFlags(parent.flags() | Qt.ItemFlag.ItemIsAutoTristate)
            self.tree.addTopLevelItem(parent)
        leaf = _item(name)
        leaf.setData(0, _CODE, code)
        self._townships[township].addChild(leaf)
        self._leaves[code] = leaf

    @property
    def offered(self) -> frozenset[str]:
        """The codes of all that can be ticked."""
        return frozenset(self._leaves)

    @property
    def ticked(self) -> frozenset[str]:
        """The codes of the villages that are."""
        return frozenset(code for code, leaf in self._leaves.items() if leaf.checkState(0) is _ON)

    def tick(self, codes: Iterable[str]) -> None:
        """Tick these and no others."""
        wanted = set(codes)
        with QSignalBlocker(self.tree):
            for code, leaf in self._leaves.items():
                leaf.setCheckState(0, _ON if code in wanted else _OFF)
        self._follow()

    def mark(self, notes: Mapping[str, tuple[str, str]], townships: Mapping[str, tuple[str, str]]) -> None:
        """Say beside each village and township, by code and by name, what is to be said of it.

        That is words, and the name of the colour that they have.
        """
        with QSignalBlocker(self.tree):
            for said, items in ((notes, self._leaves), (townships, self._townships)):
                for key, item in items.items():
                    words, ink = said.get(key, ("", "muted"))
                    item.setText(1, f"{words}  ")
                    item.setForeground(1, QBrush(QColor(getattr(colours(), ink))))

    def _follow(self) -> None:
        self._count()
        self.changed.emit()

    def _count(self) -> None:
        count = 0
        with QSignalBlocker(self.tree):
            for name, township in self._townships.items():
                leaves = [township.child(i) for i in range(township.childCount())]
                ticked = sum(leaf.checkState(0) is _ON for leaf in leaves)
                township.setText(0, f"{name}　{ticked} / {len(leaves)}")
                count += ticked
        self.counted.setText(tr("选了 {n} 个村").format(n=count) if count else tr("还没有选村"))

    def _filter(self, typed: str) -> None:
        """Show only what `typed` may mean."""
        wanted = {v.code for v in find(self._entries, typed)}
        for code, leaf in self._leaves.items():
            leaf.setHidden(bool(typed.strip()) and code not in wanted)
        for parent in self._townships.values():
            parent.setHidden(all(parent.child(i).isHidden() for i in range(parent.childCount())))
        if typed.strip():
            self.tree.expandAll()
        else:
            self._unfold()

    def _unfold(self) -> None:
        """Open the townships that matter: those partly chosen, or the only one."""
        for parent in self._townships.values():
            partly = parent.checkState(0) is Qt.CheckState.PartiallyChecked
            parent.setExpanded(partly or len(self._townships) == 1)

    def _tick_best(self) -> None:
        found = find(self._entries, self.search.text())
        if self.search.text().strip() and found:
            leaf = self._leaves[found[0].code]
            leaf.setCheckState(0, _OFF if leaf.checkState(0) is _ON else _ON)
            self.tree.scrollToItem(leaf)
            self.search.selectAll()


def _item(text: str) -> QTreeWidgetItem:
    made = QTreeWidgetItem([text, ""])
    made.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
    made.setCheckState(0, _OFF)
    return made
