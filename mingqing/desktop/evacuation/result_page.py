"""The second step: who goes where, how full shelters get, what is wrong with the roads."""

from collections.abc import Mapping, Sequence
from math import hypot
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from mingqing.core.text import tr
from mingqing.desktop.evacuation.entries import Entry, EntryList
from mingqing.desktop.evacuation.household import HouseholdDetail
from mingqing.desktop.evacuation.outcome import NOWHERE, Load, Mover, Outcome, minutes_text, tags
from mingqing.desktop.evacuation.painting import house_colour
from mingqing.desktop.evacuation.parts import Choices
from mingqing.desktop.widgets import L, M, S, column, label

if TYPE_CHECKING:
    from mingqing.desktop.evacuation.case import Case

_MOST_IN_TAB = 1000  # with a longer number it would be cut; the summary tells it too
HOUSES, SHELTERS, ROADS, FLOW, AREAS = "houses", "shelters", "roads", "flow", "areas"


class ResultPage(QWidget):
    """Shows an outcome; `further` are pages of ROADS, FLOW and AREAS.

    Signals
    -------
    looked(house) : a house is chosen, None for no longer. seen(shelter) : a shelter is.
    opened(table, id) : the card of a row is wanted.
    """

    looked = Signal(object)
    seen = Signal(object)
    opened = Signal(str, object)

    def __init__(
        self, case: "Case", further: Mapping[object, QWidget], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._case = case
        self._outcome: Outcome | None = None
        self.houses, self.shelters = EntryList(tr("要转移的户")), EntryList(tr("避灾点"))
        self.detail = HouseholdDetail(case)
        choices = (
            *((HOUSES, tr("转移户")), (SHELTERS, tr("避灾点")), (FLOW, tr("人流"))),
            *((AREAS, tr("服务范围")), (ROADS, tr("路网"))),
        )
        self.turn = Choices(tr("看什么"), choices, self.turn_to)
        self._pages = QStackedWidget()
        self._parts: dict[object, QWidget] = {
            HOUSES: self._of_houses(),
            SHELTERS: self.shelters,
            **further,
        }
        for part in self._parts.values():
            self._pages.addWidget(part)
        outer = column(self, margins=(L, 0, M, M), gap=S)
        outer.addWidget(self.turn)
        outer.addWidget(self._pages, 1)
        self.houses.chosen.connect(self._choose)
        self.houses.opened.connect(lambda house: self.opened.emit("house", house))
        self.shelters.chosen.connect(self._see_shelter)
        self.shelters.opened.connect(lambda shelter: self.opened.emit("shelter", shelter))
        self.detail.opened.connect(lambda house: self.opened.emit("house", house))
        self.turn_to(HOUSES)

    def _of_houses(self) -> QWidget:
        made = QWidget()
        layout = column(made, gap=S)
        self._none = label(tr("第 1 步选好隐患点，这里就列出要转移的户"), "muted", wrap=True)
        self._none.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._none)
        layout.addWidget(self.houses, 1)
        layout.addWidget(self.detail)
        return made

    def turn_to(self, part: object) -> None:
        """Show people, shelters, or roads."""
        self.turn.show_choice(part)
        self._pages.setCurrentWidget(self._parts[part])

    def show_outcome(self, outcome: Outcome | None) -> None:
        """Show who goes where."""
        self._outcome = outcome
        movers: Sequence[Mover] = outcome.movers if outcome is not None else ()
        loads: Sequence[Load] = outcome.loads if outcome is not None else ()
        number = {load.shelter: n for n, load in enumerate(loads)}
        names = {load.shelter: load.name for load in loads}
        self.houses.show_entries([m.house for m in movers], lambda at: mover_entry(movers[at], names, number))
        self.shelters.show_entries([load.shelter for load in loads], lambda at: load_entry(loads[at], at))
        self.houses.setVisible(bool(movers))
        self._none.setVisible(not movers)
        count = sum(m.households for m in movers)
        told = 0 < count < _MOST_IN_TAB
        self.turn.name(HOUSES, tr("转移户 {n}").format(n=count) if told else tr("转移户"))
        self._show_detail(self.houses.key)

    def look_at(self, house: int) -> bool:
        """Choose a house; return whether it is one that has to leave."""
        self.turn_to(HOUSES)
        return self.houses.choose(house)

    def look_at_first(self) -> None:
        """Choose the house that heads the list."""
        if self._outcome is not None and self._outcome.movers:
            self.look_at(self._outcome.movers[0].house)

    def look_at_shelter(self, shelter: int) -> None:
        """Choose a shelter."""
        self.turn_to(SHELTERS)
        self.shelters.choose(shelter)

    def _choose(self, house: object) -> None:
        self._show_detail(house)
        self.looked.emit(house)

    def _see_shelter(self, shelter: object) -> None:
        if shelter is not None:
            self.seen.emit(shelter)

    def mover(self, house: object) -> Mover | None:
        """Return who leaves a house."""
        movers = self._outcome.movers if self._outcome is not None else ()
        return next((m for m in movers if m.house == house), None)

    def _show_detail(self, house: object) -> None:
        mover = self.mover(house)
        self.detail.setVisible(mover is not None)
        if mover is not None and self._outcome is not None:
            near = sorted(
                (load for load in self._outcome.loads if not load.closed),
                key=lambda load: hypot(load.at[0] - mover.at[0], load.at[1] - mover.at[1]),
            )
            self.detail.show_mover(mover, near)


def mover_entry(mover: Mover, names: "dict[int, str]", number: "dict[int, int]") -> Entry:
    """Return a house as the list tells it."""
    people = tr("{n} 人").format(n=mover.people)
    if mover.households > 1:
        people = tr("{n} 户 ").format(n=mover.households) + people
    aside = " · ".join(part for part in (tags(mover), people) if part)
    if mover.shelter == NOWHERE:
        return Entry(mover.house, mover.who, aside, mover.brief or tr("无安全路线：原因不明"), "danger")
    way = (names.get(mover.shelter, ""), minutes_text(mover.minutes), length_text(mover.metres))
    return Entry(
        mover.house, mover.who, aside, " · ".join(way), dot=house_colour(number.get(mover.shelter, 0))
    )


def load_entry(load: Load, number: int) -> Entry:
    """Return a shelter as the list tells it."""
    if load.closed:
        return Entry(load.shelter, load.name, "", load.closed, "faint", share=0.0)
    aside = tr("{n} / {all} 人").format(n=load.people, all=load.capacity)
    left = load.capacity - load.people
    line = (
        tr("还能住 {n} 人").format(n=left)
        if left
        else tr("住满了")
        if load.capacity
        else tr("没有登记容纳人数")
    )
    share = load.people / load.capacity if load.capacity else 0.0
    tone = "warning" if left <= 0 else ""
    return Entry(load.shelter, load.name, aside, line, tone, share=share, dot=house_colour(number))


def length_text(metres: float) -> str:
    """Return a way's length as one says it.

    Examples
    --------
    >>> length_text(642.3), length_text(1250)
    ('640 米', '1.3 公里')
    """
    if metres < 995:
        return tr("{n:.0f} 米").format(n=max(round(metres / 10) * 10, 10))
    return tr("{n:.1f} 公里").format(n=metres / 1000 + 1e-9)
