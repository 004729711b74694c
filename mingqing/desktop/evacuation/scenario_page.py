"""The first step: what happens, where, and how people leave."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from mingqing.core.text import tr
from mingqing.desktop.evacuation import quick
from mingqing.desktop.evacuation.hazard_list import HazardList
from mingqing.desktop.evacuation.parts import Choices, chips, dropping
from mingqing.desktop.widgets import (
    L,
    M,
    S,
    ValueEdit,
    button,
    choice_box,
    column,
    empty,
    label,
    row,
    scrolling,
)
from mingqing.evacuation.model import Objective

if TYPE_CHECKING:
    from mingqing.desktop.actions import Actions
    from mingqing.desktop.evacuation.case import Case
    from mingqing.desktop.evacuation.ground import Ground
    from mingqing.desktop.selection import Selection
    from mingqing.evacuation.scenario import Scenario

_MOST_BUFFER_M = 5000
_LINE_PX = 330


@dataclass(frozen=True, slots=True)
class Reach:
    """Which villages take part: of what kind the choice is, what it is called, and their codes; None for all."""

    kind: str
    name: str
    villages: tuple[str, ...] | None


class ScenarioPage(QWidget):
    """Puts a case together. `going(id)` : a hazard is to be seen on the map."""

    going = Signal(object)

    def __init__(
        self, case: "Case", actions: "Actions", selection: "Selection", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._case, self._actions, self._selection = case, actions, selection
        self._ground: Ground | None = None
        self._among: list[int] = []
        self._kind = ""  # of the villages that the user wants to take part; until then, as few as can be
        self.reach = choice_box(tr("哪些村"))
        self.hazards = HazardList()
        self.hazards.setMinimumHeight(120)
        self._none = label(tr("这里没有登记隐患点，可以在地图上画出淹没范围"), "muted", wrap=True)
        self.said = label("", "warning", wrap=True)
        self.drawn = row(gap=4)
        self.time = Choices(
            tr("什么时候"), ((False, tr("白天")), (True, tr("夜间"))), lambda night: case.take(night=night)
        )
        self.aim = Choices(
            tr("先保证什么"),
            ((Objective.TOTAL, tr("总时间最少")), (Objective.LATEST, tr("最晚的尽早到"))),
            lambda aim: case.take(objective=aim),
        )
        self.at_home, self.vehicles = QCheckBox(tr("只算在家的人")), QCheckBox(tr("卧床的用车接"))
        self.buffer = ValueEdit()
        self._settings = button("", self._fold, "inline")
        self._folded = QWidget()
        self._lay_out()
        self._connect()

    # ── Made of ────────────────────────────────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
        self._fill_folded()
        inside = QWidget()
        outer = column(inside, margins=(L, 0, M, M), gap=S)
        outer.addLayout(_line(tr("哪些村"), self.reach))
        outer.addWidget(label(tr("会出事的隐患点"), "section"))
        outer.addLayout(self._quick())
        outer.addWidget(self.said)
        outer.addWidget(self.hazards, 1)
        outer.addWidget(self._none)
        outer.addWidget(label(tr("打勾，或直接在地图上点隐患点；再点一下取消"), "caption"))
        outer.addLayout(self._by_hand())
        outer.addLayout(self.drawn)
        outer.addWidget(self._settings, 0, Qt.AlignmentFlag.AlignLeft)
        outer.addWidget(self._folded)
        self.said.hide()
        self._area = scrolling(inside)
        column(self, gap=0).addWidget(self._area)

    def _quick(self) -> QHBoxLayout:
        warnings = [
            (tr("红色预警"), "红", tr("红色预警")),
            (tr("橙色及以上"), "橙", tr("橙色以上预警")),
            (tr("黄色及以上"), "黄", tr("黄色以上预警")),
            (tr("蓝色及以上"), "蓝", tr("预警")),
        ]
        levels = [
            (tr("特大型"), "特大型", tr("特大型险情")),
            (tr("大型及以上"), "大型", tr("大型以上险情")),
            (tr("中型及以上"), "中型", tr("中型以上险情")),
            (tr("小型及以上"), "小型", tr("险情等级")),
        ]
        chosen = button(tr("选中的"), self.take_selected, "chip")
        chosen.setToolTip(tr("在地图上框选、或在属性表里选中的隐患点"))
        return chips(
            button(tr("全部"), self.take_all, "chip"),
            chosen,
            button(tr("清空"), lambda: self._case.choose(()), "chip"),
            dropping(tr("预警"), [(text, partial(self._by_warning, *each)) for text, *each in warnings]),
            dropping(tr("险情"), [(text, partial(self._by_level, *each)) for text, *each in levels]),
            dropping(
                tr("山洪"),
                [
                    (tr("准备转移"), partial(self.take_flash_floods, at_once=False)),
                    (tr("立即转移"), self.take_flash_floods),
                ],
            ),
        )

    def _by_hand(self) -> QHBoxLayout:
        """Return what is told on the map."""
        layout = row(gap=4)
        for name in ("draw_flood", "cut_road"):
            action = self._actions[name]
            made = button(f" {action.text()}", action.trigger, "chip")
            made.setIcon(action.icon())
            made.setAccessibleName(action.text())
            made.setCheckable(True)
            made.setToolTip(action.toolTip())
            action.toggled.connect(made.setChecked)
            layout.addWidget(made, 1)
        return layout

    def _fold(self) -> None:
        self._folded.setVisible(self._folded.isHidden())
        self._say_settings()
        QTimer.singleShot(0, self, lambda: self._area.ensureWidgetVisible(self._folded))

    def _say_settings(self) -> None:
        """Say how people leave in a line, which is enough for most."""
        scenario = self._case.scenario
        said = [
            tr("夜间") if scenario.night else tr("白天"),
            self.aim.buttons[scenario.objective].text(),
            *([tr("只算在家的")] if scenario.at_home else []),
            *([tr("卧床的用车接")] if scenario.vehicles else []),
            *([tr("外扩 {n:g} 米").format(n=scenario.buffer_m)] if scenario.buffer_m else []),
        ]
        mark = "▸" if self._folded.isHidden() else "▾"
        whole = tr("{mark} 怎么走：{said}").format(mark=mark, said=" · ".join(said))
        font = self._settings.fontMetrics()
        self._settings.setText(font.elidedText(whole, Qt.TextElideMode.ElideRight, _LINE_PX))
        self._settings.setToolTip(whole)

    def _fill_folded(self) -> None:
        layout = column(self._folded, gap=S)
        layout.addLayout(_line(tr("时间"), self.time))
        layout.addLayout(_line(tr("目标"), self.aim))
        both = row(gap=S)
        both.addWidget(self.at_home)
        both.addWidget(self.vehicles)
        both.addStretch(1)
        layout.addLayout(both)
        self.buffer.setValidator(QIntValidator(0, _MOST_BUFFER_M, self))
        self.buffer.setFixedWidth(76)
        self.buffer.setAccessibleName(tr("危险区外扩多少米"))
        wider = row(gap=S)
        wider.addWidget(label(tr("危险区向外多算")))
        wider.addWidget(self.buffer)
        wider.addWidget(label(tr("米")))
        wider.addStretch(1)
        layout.addLayout(wider)
        self._folded.hide()

    def _connect(self) -> None:
        case = self._case
        self.reach.activated.connect(lambda _index: self._choose_reach())
        self.hazards.ticked.connect(self._follow_ticks)
        self.hazards.going.connect(self.going)
        self.at_home.toggled.connect(lambda on: case.take(at_home=on))
        self.vehicles.toggled.connect(lambda on: case.take(vehicles=on))
        self.buffer.editingFinished.connect(lambda: case.take(buffer_m=float(self.buffer.text() or 0)))
        case.changed.connect(self._follow)
        self._follow()

    # ── What is offered ────────────────────────────────────────────────────────────────────────────────────

    def offer_reaches(self, reaches: Collection[Reach]) -> None:
        """Offer which villages may take part: as before the one, its township, or all; else the first of them."""
        self.reach.clear()
        for reach in reaches:
            self.reach.addItem(reach.name, reach)
        kept = next((n for n, reach in enumerate(reaches) if reach.kind == self._kind), 0)
        self.reach.setCurrentIndex(kept)
        self._take_reach()

    def _choose_reach(self) -> None:
        self._kind = self.reach.currentData().kind
        self._take_reach()

    def _take_reach(self) -> None:
        reach = self.reach.currentData()
        if isinstance(reach, Reach):
            self._case.take(villages=reach.villages)
            self._offer()
            self._case.choose(self._case.hazards & self._ids(self._among))

    def show_scenario(self, scenario: "Scenario") -> None:
        """Go on from a scenario that was kept, its villages among those that are offered."""
        at = next(
            (n for n in range(self.reach.count()) if self.reach.itemData(n).villages == scenario.villages), -1
        )
        if at < 0:
            count = len(scenario.villages or ())
            self.reach.addItem(tr("预案里的 {n} 个村").format(n=count), Reach("kept", "", scenario.villages))
            at = self.reach.count() - 1
        self.reach.setCurrentIndex(at)
        self._case.show(scenario)
        self._offer()

    def show_ground(self, ground: "Ground | None") -> None:
        """Offer the hazards there are."""
        self._ground = ground
        self._offer()

    @property
    def among(self) -> list[int]:
        """Which hazards are offered, as positions among all."""
        return self._among

    def _offer(self) -> None:
        if self._ground is None:
            self._among = []
            self.hazards.clear()
            self._none.hide()
            return
        hazards = self._ground.hazards
        self._among = quick.offered(hazards, self._case.scenario.villages)
        self.hazards.offer(hazards, self._among, self._case.hazards)
        self.hazards.setVisible(bool(self._among))
        self._none.setVisible(not self._among)

    # ── What is chosen ─────────────────────────────────────────────────────────────────────────────────────

    def _ids(self, positions: Collection[int]) -> set[int]:
        return set() if self._ground is None else {int(self._ground.hazards.ids[n]) for n in positions}

    def _take(self, positions: Collection[int], without: str) -> None:
        """Let these be active; where there are none, say so and leave what is ticked."""
        self.said.setText("" if positions else tr("{without}；选的没有变").format(without=without))
        self.said.setHidden(bool(positions))
        if positions:
            self._case.choose(self._ids(positions))

    def _follow_ticks(self, ids: set[int]) -> None:
        if ids != self._case.hazards:
            self._case.choose(ids)

    def _by_warning(self, least: str, called: str) -> None:
        if self._ground is not None:
            found = quick.at_least(self._ground.hazards.warnings, self._among, quick.WARNINGS, least)
            self._take(found, tr("没有登记{what}的隐患点，预警等级在隐患点的资料里填").format(what=called))

    def _by_level(self, least: str, called: str) -> None:
        if self._ground is not None:
            found = quick.at_least(self._ground.hazards.levels, self._among, quick.LEVELS, least)
            self._take(found, tr("没有登记{what}的隐患点，险情等级在隐患点的资料里填").format(what=called))

    def take_all(self) -> None:
        """Let all hazards that are offered be active."""
        self._take(self._among, tr("这里没有登记隐患点"))

    def take_selected(self) -> None:
        """Let those hazards be active that are selected on the map, of all that are offered."""
        selected = self._selection.tables.get("hazard", frozenset())
        found = [n for n in self._among if self._ids([n]) <= selected]
        self._take(found, tr("地图上没有选中这些村的隐患点"))

    def take_flash_floods(self, *, at_once: bool = True) -> None:
        """Let the flash floods be active that one leaves at once, or prepares to leave."""
        if self._ground is not None:
            found = quick.flash_floods(self._ground.hazards, self._among, at_once=at_once)
            self._take(found, tr("没有登记山洪隐患点"))

    def _follow(self) -> None:
        """Show the case as it is now."""
        scenario = self._case.scenario
        self.said.hide()
        self.hazards.show_active(self._case.hazards)
        self.time.show_choice(scenario.night)
        self.aim.show_choice(scenario.objective)
        self.at_home.setChecked(scenario.at_home)
        self.vehicles.setChecked(scenario.vehicles)
        self.buffer.setText(f"{scenario.buffer_m:g}")
        self._say_settings()
        self._list_drawn()

    def _list_drawn(self) -> None:
        """List what was told on the map, each to be taken back."""
        empty(self.drawn)
        scenario, case = self._case.scenario, self._case
        entries: list[tuple[str, Callable[[], object]]] = [
            (tr("淹没范围 {n}").format(n=n + 1), partial(case.lift_flood, n))
            for n in range(len(scenario.floods))
        ]
        if scenario.cuts:
            entries.append((tr("断路 {n} 处").format(n=len(scenario.cuts)), lambda: case.take(cuts=())))
        for text, call in entries:
            made = button(f"{text}  ✕", call, "chip")
            made.setToolTip(tr("点一下取消"))
            self.drawn.addWidget(made)
        if entries:
            self.drawn.addStretch(1)


def _line(text: str, widget: QWidget) -> QHBoxLayout:
    layout = row(gap=S)
    named = label(text, "muted")
    named.setFixedWidth(52)
    layout.addWidget(named)
    layout.addWidget(widget, 1)
    return layout
