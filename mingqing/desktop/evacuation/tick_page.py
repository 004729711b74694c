"""During an evacuation: who is still there, and ticking off who has left; large, for quick hands."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QProgressBar, QWidget

from mingqing.core.text import tr
from mingqing.desktop.evacuation.entries import Entry, EntryList
from mingqing.desktop.widgets import S, button, column, label, restyle, row
from mingqing.evacuation.model import MOBILITY

if TYPE_CHECKING:
    from mingqing.evacuation.saved.kept import Evacuees, Loaded

_MOST_TOLD = 4


class TickPage(QWidget):
    """Ticks off one plan. `ticked(ids, moved)` : evacuees that were ticked, or no longer are. `left()` : enough.

    looked(house) : one is to be seen on the map.
    """

    ticked = Signal(object, bool)
    left = Signal()
    looked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loaded: Loaded | None = None
        self._names: Mapping[int, str] = {}
        self._shelters: Mapping[int, str] = {}
        self._may = False
        self.count = label("", "display")
        self.told = label("", "muted", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.by_shelter = label("", "caption", wrap=True)
        self.wanted = QLineEdit()
        self.setFocusProxy(self.wanted)
        self.wanted.setPlaceholderText(tr("找一户"))
        self.wanted.setClearButtonEnabled(True)
        self.only = QCheckBox(tr("只看没转移的"))
        self.only.setChecked(True)
        self.list = EntryList(tr("转移登记"))
        self.list.setSelectionMode(EntryList.SelectionMode.NoSelection)
        layout = column(self, gap=S)
        layout.addWidget(button(tr("‹ 返回"), self.left.emit, "inline"), 0, Qt.AlignmentFlag.AlignLeft)
        for part in (self.count, self.told, self.bar, self.by_shelter):
            layout.addWidget(part)
        finding = row(gap=S)
        finding.addWidget(self.wanted, 1)
        finding.addWidget(self.only)
        layout.addLayout(finding)
        layout.addWidget(self.list, 1)
        self.wanted.textChanged.connect(lambda _text: self._list())
        self.only.toggled.connect(lambda _on: self._list())
        self.list.clicked.connect(lambda at: self._tick(self.list.key_at(at.row())))

    @property
    def number(self) -> int:
        """The plan that is ticked off; 0 for none."""
        return self._loaded.plan.number if self._loaded is not None else 0

    def show_plan(
        self, loaded: "Loaded", names: Mapping[int, str], shelters: Mapping[int, str], *, may: bool
    ) -> None:
        """Show how far a plan is carried out; `names` by house and by shelter. may : whether one may tick."""
        self._loaded, self._names, self._shelters, self._may = loaded, names, shelters, may
        people = loaded.evacuees
        self._say(people)
        self._list()

    def _say(self, people: "Evacuees") -> None:
        there = ~people.moved
        households, left = int(people.households[there].sum()), int(people.people[there].sum())
        whole = int(people.people.sum())
        done = not there.any()
        self.count.setText(
            tr("全部转移完") if done else tr("还有 {n} 户 {p} 人").format(n=households, p=left)
        )
        restyle(self.count, "kind", "heading")
        told = tr("已转移 {n} 人，共 {all} 人").format(n=whole - left, all=whole)
        self.told.setText(told if self._may else told + tr("。您的角色不能登记"))
        self.bar.setRange(0, max(whole, 1))
        self.bar.setValue(whole - left)
        self.by_shelter.setText(self._by_shelter(people))

    def _by_shelter(self, people: "Evacuees") -> str:
        """Return how many are still expected at each shelter."""
        told = []
        for shelter in np.unique(people.shelters).tolist():
            at = (people.shelters == shelter) & ~people.moved
            if at.any():
                name = self._shelters.get(shelter, "") if shelter else tr("无安全路线的")
                told.append(
                    (
                        int(people.people[at].sum()),
                        tr("{name} {n} 人").format(name=name, n=int(people.people[at].sum())),
                    )
                )
        told.sort(reverse=True)
        more = tr("等 {n} 处").format(n=len(told)) if len(told) > _MOST_TOLD else ""
        return tr("没到的：") + "、".join(text for _, text in told[:_MOST_TOLD]) + more if told else ""

    def _list(self) -> None:
        if self._loaded is None:
            return
        people, wanted = self._loaded.evacuees, self.wanted.text().strip()
        shown = [
            n
            for n in range(len(people))
            if not (self.only.isChecked() and people.moved[n])
            and (not wanted or wanted in self._name(people, n))
        ]
        slow = {word: -n for n, word in enumerate(MOBILITY)}
        shown.sort(
            key=lambda n: (bool(people.moved[n]), people.shelters[n] > 0, slow.get(people.mobility[n], 0))
        )
        self.list.show_entries([int(people.ids[n]) for n in shown], partial(self._entry, self._loaded, shown))

    def _name(self, people: "Evacuees", n: int) -> str:
        return self._names.get(int(people.houses[n]), "") or tr("第 {n} 号").format(n=int(people.numbers[n]))

    def _entry(self, loaded: "Loaded", shown: Sequence[int], at: int) -> Entry:
        people, n = loaded.evacuees, shown[at]
        slow = people.mobility[n] if people.mobility[n] in MOBILITY[1:] else ""
        aside = " · ".join(part for part in (slow, tr("{n} 人").format(n=int(people.people[n]))) if part)
        shelter = self._shelters.get(int(people.shelters[n]), "")
        line = people.moved_at[n] if people.moved[n] else shelter or tr("无安全路线，要专人接应")
        tone = "faint" if people.moved[n] else "" if shelter else "danger"
        return Entry(
            int(people.ids[n]), self._name(people, n), aside, line, tone, ticked=bool(people.moved[n])
        )

    def _tick(self, evacuee: object) -> None:
        if self._loaded is None or not self._may or not isinstance(evacuee, int):
            return
        people = self._loaded.evacuees
        (n,) = np.flatnonzero(people.ids == evacuee).tolist()
        people.moved[n] = not people.moved[n]  # at once; it is read anew when it is written
        self.ticked.emit([evacuee], bool(people.moved[n]))
        self._say(people)
        self._list()
