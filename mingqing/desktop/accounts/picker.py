"""Choosing roles by what they are for, and villages by township and name."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QRadioButton, QWidget

from mingqing.access.roles import Role
from mingqing.core.text import tr
from mingqing.desktop.villages.matching import Entry
from mingqing.desktop.villages.ticks import VillageTicks
from mingqing.desktop.widgets import L, M, S, column, empty, label, scrolling

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
    """All villages, or some of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.everywhere, self.some = QRadioButton(tr("全部村")), QRadioButton(tr("只限选中的村"))
        self._why = label("", "caption", wrap=True)
        self.ticks = VillageTicks()
        self.some.toggled.connect(self._switch)
        layout = column(self, margins=(L, M, L, M), gap=4)
        for each in (self.everywhere, self.some, self._why):
            layout.addWidget(each)
        layout.addWidget(self.ticks, 1)

    def offer(self, entries: Sequence[Entry], chosen: frozenset[str] | None) -> None:
        """Offer these villages, `chosen` ticked; None for all of them. What is chosen and gone is listed by code."""
        self.ticks.offer(entries, chosen or ())
        (self.everywhere if chosen is None else self.some).setChecked(True)
        self._switch()

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
        return None if self.everywhere.isChecked() else self.ticks.ticked

    def _switch(self) -> None:
        for each in (self.ticks.search, self.ticks.tree):
            each.setEnabled(self.some.isChecked())
        self.ticks.counted.setVisible(self.some.isChecked())


def _section(title: str, *, first: bool) -> QWidget:
    made = label(title, "section")
    made.setContentsMargins(0, 0 if first else M, 0, 4)
    return made
