"""Choosing roles by what they are for, and villages by township and name."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QLineEdit,
    QRadioButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from mingqing.access.roles import Role
from mingqing.core.text import tr
from mingqing.desktop.villages.matching import Entry, find
from mingqing.desktop.widgets import L, M, S, column, empty, label, scrolling

_CODE = Qt.ItemDataRole.UserRole
_INDENT = 26


class RolePicker(QWidget):
    """The roles of the project, each with its purpose; those with a duty first. `changed()` when one is ticked."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._boxes: dict[str, QCheckBox] = {}
        self._roles: Mapping[str, Role] = {}
        inside = QWidget()
        self._body = column(inside, margins=(L, S, L, M), gap=0)
        column(self, gap=0).addWidget(scrolling(inside))

    def offer(self, roles: Mapping[str, Role], chosen: Sequence[str]) -> None:
        """Offer these roles, `chosen` ticked."""
        empty(self._body)
        self._roles, self._boxes = roles, {}
        ordered = sorted(roles.values(), key=lambda r: r.duty is None)
        for number, role in enumerate(ordered):
            if number in {0, sum(r.duty is not None for r in ordered)}:
                self._body.addWidget(
                    _section(tr("管理项目，不接触数据") if role.duty else tr("使用数据"), first=not number)
                )
            self._add(role, ticked=role.code in chosen)
        self._body.addStretch(1)

    def _add(self, role: Role, *, ticked: bool) -> None:
        box = QCheckBox(role.title)
        box.setChecked(ticked)
        box.setAccessibleDescription(role.purpose)
        box.toggled.connect(lambda _on: self.changed.emit())
        self._boxes[role.code] = box
        purpose = label(role.purpose, "caption", wrap=True)
        purpose.setContentsMargins(_INDENT, 0, 0, 0)
        self._body.addWidget(box)
        self._body.addWidget(purpose)

    def box_of(self, code: str) -> QCheckBox:
        """Return the box of a role."""
        return self._boxes[code]

    @property
    def chosen(self) -> list[str]:
        """The codes of the roles that are ticked."""
        return [code for code, box in self._boxes.items() if box.isChecked()]

    @property
    def bound(self) -> str:
        """The title of a ticked role that asks for villages, or empty."""
        return next((self._roles[c].title for c in self.chosen if self._roles[c].bound_to_villages), "")


class VillagePicker(QWidget):
    """All villages, or some of them, found by name or pinyin; Enter ticks the best match."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: Sequence[Entry] = ()
        self._leaves: dict[str, QTreeWidgetItem] = {}
        self._townships: dict[str, QTreeWidgetItem] = {}
        self.everywhere, self.some = QRadioButton(tr("全部村")), QRadioButton(tr("只限选中的村"))
        self._why = label("", "caption", wrap=True)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("村名、拼音或首字母，回车选中"))
        self.search.setAccessibleName(tr("找村"))
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._tick_best)
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName(tr("村"))
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.tree.setUniformRowHeights(True)
        self.tree.itemChanged.connect(lambda _item, _column: self._count())
        self._counted = label("", "caption", wrap=True)
        self.some.toggled.connect(self._switch)
        layout = column(self, margins=(L, M, L, M), gap=4)
        for each in (self.everywhere, self.some, self._why, self.search):
            layout.addWidget(each)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self._counted)

    def offer(self, entries: Sequence[Entry], chosen: frozenset[str] | None) -> None:
        """Offer these villages, `chosen` ticked; None for all of them. What is chosen and gone is listed by code."""
        self._entries = entries
        self.tree.blockSignals(True)  # noqa: FBT003 - Qt's name
        self.tree.clear()
        self._leaves = {}
        self._townships = {}
        known = {e.village.code for e in entries}
        for village in find(entries, ""):
            self._leaf(village.township or tr("其他"), village.name, village.code)
        for code in sorted((chosen or frozenset()) - known):
            self._leaf(tr("项目里没有的村"), code, code)
        for code in chosen or ():
            self._leaves[code].setCheckState(0, Qt.CheckState.Checked)
        self.tree.blockSignals(False)  # noqa: FBT003
        self.search.clear()
        self._unfold()
        (self.everywhere if chosen is None else self.some).setChecked(True)
        self._switch()

    def _leaf(self, township: str, name: str, code: str) -> None:
        if township not in self._townships:
            self._townships[township] = parent = _item(township)
            parent.setFlags(parent.flags() | Qt.ItemFlag.ItemIsAutoTristate)
            self.tree.addTopLevelItem(parent)
        leaf = _item(name)
        leaf.setData(0, _CODE, code)
        self._townships[township].addChild(leaf)
        self._leaves[code] = leaf

    def require(self, role: str) -> None:
        """Let no more than some villages be chosen, because of this role; empty where all may be."""
        self.everywhere.setEnabled(not role)
        self._why.setText(tr("角色“{role}”要指定管辖的村").format(role=role) if role else "")
        self._why.setVisible(bool(role))
        if role:
            self.some.setChecked(True)

    @property
    def chosen(self) -> frozenset[str] | None:
        """The codes of the villages ticked, or None for all."""
        if self.everywhere.isChecked():
            return None
        return frozenset(c for c, leaf in self._leaves.items() if leaf.checkState(0) is Qt.CheckState.Checked)

    def _switch(self) -> None:
        for each in (self.search, self.tree):
            each.setEnabled(self.some.isChecked())
        self._count()

    def _count(self) -> None:
        chosen = self.chosen
        said = tr("选了 {n} 个村").format(n=len(chosen)) if chosen else tr("还没有选村")
        self._counted.setText("" if chosen is None else said)
        with QSignalBlocker(self.tree):
            for name, township in self._townships.items():
                leaves = [township.child(i) for i in range(township.childCount())]
                ticked = sum(leaf.checkState(0) is Qt.CheckState.Checked for leaf in leaves)
                township.setText(0, f"{name}　{ticked} / {len(leaves)}")

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
            on = leaf.checkState(0) is Qt.CheckState.Checked
            leaf.setCheckState(0, Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)
            self.tree.scrollToItem(leaf)
            self.search.selectAll()


def _item(text: str) -> QTreeWidgetItem:
    made = QTreeWidgetItem([text])
    made.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
    made.setCheckState(0, Qt.CheckState.Unchecked)
    return made


def _section(title: str, *, first: bool) -> QWidget:
    made = label(title, "section")
    made.setContentsMargins(0, 0 if first else M, 0, 4)
    return made
