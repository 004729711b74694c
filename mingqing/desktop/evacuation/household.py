"""One house of a plan: its way in words, and the shelter it is sent to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from mingqing.core.text import tr
from mingqing.desktop.widgets import M, S, button, choice_box, column, label, restyle, row, scrolling

if TYPE_CHECKING:
    from mingqing.desktop.evacuation.case import Case
    from mingqing.desktop.evacuation.outcome import Load, Mover

_MOST_SHELTERS = 40
_WORDS_PX = 84  # four lines


class HouseholdDetail(QFrame):
    """`opened(house)` : its card is wanted. `waits` : the next shelter that is clicked is the one to go to."""

    opened = Signal(object)

    def __init__(self, case: "Case", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("group")
        self._case = case
        self._mover: Mover | None = None
        layout = column(self, margins=(M, S, M, S), gap=4)
        self._who = label("", "strong")
        self.words = label("", wrap=True, selectable=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        inside = QWidget()
        column(inside).addWidget(self.words)
        area = scrolling(inside)
        area.setFixedHeight(_WORDS_PX)
        head = row(gap=S)
        head.addWidget(self._who, 1)
        head.addWidget(button(tr("看资料"), self._open, "inline"))
        layout.addLayout(head)
        layout.addWidget(area)
        self.shelter = choice_box(tr("送到哪个避灾点"))
        self.shelter.setObjectName("long")
        self.shelter.activated.connect(lambda _index: self._lock(self.shelter.currentData()))
        self.picking = button(tr("图上点"), lambda: None, "chip", glyph="fa6s.location-crosshairs")
        self.picking.setCheckable(True)
        self.picking.setToolTip(tr("在地图上点要去的避灾点"))
        sending = row(gap=S)
        sending.addWidget(label(tr("送到"), "muted"))
        sending.addWidget(self.shelter, 1)
        sending.addWidget(self.picking)
        layout.addLayout(sending)
        self.hide()

    @property
    def waits(self) -> bool:
        """Whether the next shelter that is clicked is meant."""
        return self.picking.isChecked() and not self.isHidden()

    def show_mover(self, mover: "Mover", near: "Sequence[Load]") -> None:
        """Show who leaves; `near` are the shelters to choose from, the nearest first."""
        if self._mover is None or mover.house != self._mover.house:
            self.say_way("")
            self.picking.setChecked(False)
        self._mover = mover
        self._who.setText(mover.who)
        if not mover.safe:
            self._say_stranded(mover)
        else:
            restyle(self.words, "kind", "")
        self.shelter.clear()
        self.shelter.addItem(tr("自动安排"), None)
        for load in near[:_MOST_SHELTERS]:
            left = max(load.capacity - load.people, 0)
            self.shelter.addItem(tr("{name}（还能住 {n} 人）").format(name=load.name, n=left), load.shelter)
        locked = dict(self._case.scenario.locks).get(mover.house) if mover.locked else None
        self.shelter.setCurrentIndex(max(self.shelter.findData(locked), 0) if locked is not None else 0)

    def _say_stranded(self, mover: "Mover") -> None:
        self.words.setText(mover.reason)
        restyle(self.words, "kind", "danger")

    def say_way(self, words: str) -> None:
        """Say the way, once it is put into words."""
        self.words.setText(words)

    def pick(self, shelter: int) -> None:
        """Send it to the shelter that was clicked."""
        self.picking.setChecked(False)
        self._lock(shelter)

    def _lock(self, shelter: int | None) -> None:
        if self._mover is not None:
            self._case.lock(self._mover.house, shelter)

    def _open(self) -> None:
        if self._mover is not None:
            self.opened.emit(self._mover.house)
