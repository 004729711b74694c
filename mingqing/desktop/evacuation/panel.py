"""The panel at the right of the map for who plans an evacuation: what happens, who goes where, what is kept."""

from typing import TYPE_CHECKING

import shapely
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QToolButton, QWidget

from mingqing.access.roles import Action
from mingqing.core.text import tr
from mingqing.desktop.evacuation.areas_page import AreasPage
from mingqing.desktop.evacuation.case import Case
from mingqing.desktop.evacuation.engine import may_plan
from mingqing.desktop.evacuation.flow_page import FlowPage
from mingqing.desktop.evacuation.keep_page import KeepPage
from mingqing.desktop.evacuation.keeping import Keeping
from mingqing.desktop.evacuation.on_map import OnMap
from mingqing.desktop.evacuation.parts import Choices
from mingqing.desktop.evacuation.planner import Engine, Planner
from mingqing.desktop.evacuation.result_page import AREAS, FLOW, ROADS, ResultPage
from mingqing.desktop.evacuation.roads_page import Fault, RoadsPage
from mingqing.desktop.evacuation.scenario_page import Reach, ScenarioPage
from mingqing.desktop.evacuation.summary import Summary
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import L, M, S, column, label, row

if TYPE_CHECKING:
    from mingqing.desktop.actions import Actions
    from mingqing.desktop.editor import Editor
    from mingqing.desktop.jobs import Jobs
    from mingqing.desktop.map.kit import Kit
    from mingqing.desktop.project import Survey
    from mingqing.evacuation.scenario import Scenario
    from mingqing.store.edit import Changed, Edit
    from mingqing.store.session import Session

WIDTH = 384
SCENARIO, RESULT, KEEP = 1, 2, 3


class EvacuationPanel(QWidget):
    """Three steps over one summary. `going(table, id)` : a row is to be shown. `looked()` : another than before is."""

    going = Signal(str, object)
    looked = Signal()

    def __init__(
        self,
        jobs: "Jobs",
        editor: "Editor",
        kit: "Kit",
        actions: "Actions",
        engine: Engine,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("evacuation")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("避险转移"))
        self._editor, self._actions = editor, actions
        self._survey: Survey | None = None
        self._village = ""
        self.may_plan = self._may_mend = False
        self.case = Case(self)
        self.planner = Planner(jobs, self.case, engine, self)
        self.on_map = OnMap(kit, jobs, actions, self.case, self)
        self.scenario, self.roads, self.summary = (
            ScenarioPage(self.case, actions, kit.selection),
            RoadsPage(),
            Summary(),
        )
        self.flow, self.areas = FlowPage(jobs, self.case), AreasPage(jobs, self.case)
        self.result = ResultPage(self.case, {ROADS: self.roads, FLOW: self.flow, AREAS: self.areas})
        self.keep = KeepPage(jobs, Keeping(jobs, editor, self))
        self.steps = Choices(
            tr("步骤"),
            ((SCENARIO, tr("1 情景")), (RESULT, tr("2 结果")), (KEEP, tr("3 保存发放"))),
            self.turn_to,
        )
        self._pages = QStackedWidget()
        self._lay_out()
        self._connect()
        self.turn_to(SCENARIO)
        self._offer(on=False)
        self.hide()

    def _lay_out(self) -> None:
        outer = column(self, gap=S)
        head = column(margins=(L, M, M, 0), gap=S)
        head.addLayout(self._titled())
        head.addWidget(self.steps)
        head.addWidget(self.summary)
        outer.addLayout(head)
        for page in (self.scenario, self.result, self.keep):
            self._pages.addWidget(page)
        outer.addWidget(self._pages, 1)

    def _titled(self) -> QHBoxLayout:
        closing = QToolButton()
        closing.setObjectName("small")
        closing.setIcon(icon("fa6s.xmark"))
        closing.setToolTip(tr("收起，算好的还在"))
        closing.setAccessibleName(tr("收起"))
        closing.clicked.connect(lambda _checked=False: self._actions["evacuation"].setChecked(False))
        layout = row(gap=S)
        layout.addWidget(label(tr("避险转移"), "title"))
        layout.addStretch(1)
        layout.addWidget(closing)
        return layout

    def _connect(self) -> None:
        planner, on_map = self.planner, self.on_map
        planner.grounded.connect(self._show_ground)
        planner.planned.connect(self._show_outcome)
        planner.working.connect(lambda: self.summary.show_working(on=planner.busy))
        planner.failed.connect(self._say_failed)
        self._editor.changed.connect(self._follow_edit)
        self.summary.pressed.connect(self._show_stranded)
        self.scenario.going.connect(self._see_hazard)
        self.result.looked.connect(self._look_at)
        self.result.seen.connect(self._see_shelter)
        self.result.opened.connect(self.going)
        for page in (self.roads, self.flow, self.areas):
            page.seen.connect(lambda where: on_map.see(where, mark=where))
        self.areas.shown.connect(on_map.overlay.show_areas)
        self.roads.mending.connect(self._mend)
        self.scenario.reach.currentIndexChanged.connect(lambda _index: self._list_faults())
        self.keep.opening.connect(self._reopen)
        self.keep.turned.connect(self._follow_step)
        on_map.said.connect(self.summary.say_failed)
        on_map.looked.connect(self.looked)

    # ── What it is about ───────────────────────────────────────────────────────────────────────────────────

    def show_project(self, session: "Session") -> None:
        """Begin with nothing on a project that was just opened."""
        self.forget()
        writes = session.info.read_only is None
        self._may_mend = writes and session.policy.allowed("road", Action.EDIT)
        self._offer(on=may_plan(session))
        may_save, may_tick = (
            writes and session.policy.allowed(table, Action.EDIT) for table in ("evacuation_plan", "evacuee")
        )
        self.keep.offer(may_save=may_save, may_tick=may_tick)

    def forget(self) -> None:
        """Leave nothing of a project that is no longer open."""
        self._offer(on=False)
        self.planner.forget()
        self.case.forget()
        self._survey = None
        self.scenario.show_ground(None)
        self.keep.show_ground(None)
        self.areas.show_ground(None)
        self.keep.offer(may_save=False, may_tick=False)
        self.turn_to(SCENARIO)
        self.on_map.show_ground(None)
        self._show_outcome()

    def _offer(self, *, on: bool) -> None:
        self.may_plan = on
        if not on:
            self._actions["evacuation"].setChecked(False)
        self._actions.enable(("evacuation", "draw_flood", "cut_road"), on=on)

    def refresh(self, survey: "Survey") -> None:
        """Take note of the villages there are; what else there is may have changed with them."""
        self._survey = survey
        self._offer_reaches()
        self.planner.refresh()

    def show_village(self, code: str) -> None:
        """Be about a village to begin with; an empty code is all of them."""
        self._village = code
        self._offer_reaches()

    def _offer_reaches(self) -> None:
        survey = self._survey
        if survey is None:
            return
        every = tr("全部（{n} 个村）").format(n=len(survey.villages))
        reaches = [Reach("all", every, None)]
        here = survey.by_code.get(self._village)
        if here is not None and len(survey.villages) > 1:
            together = tuple(v.code for v in survey.villages if v.township and v.township == here.township)
            if 1 < len(together) < len(survey.villages):
                name = tr("{name}（{n} 个村）").format(name=here.township, n=len(together))
                reaches.insert(0, Reach("township", name, together))
            reaches.insert(0, Reach("village", tr("只算{name}").format(name=here.name), (here.code,)))
        self.scenario.offer_reaches(reaches)

    def _follow_edit(self, changed: "Changed") -> None:
        self.planner.follow(changed)
        if self.step == KEEP and self.isVisible():
            self.keep.refresh()

    # ── Shown ──────────────────────────────────────────────────────────────────────────────────────────────

    def turn_to(self, step: object) -> None:
        """Go to a step."""
        self.steps.show_choice(step)
        self._pages.setCurrentIndex((SCENARIO, RESULT, KEEP).index(int(str(step))))
        self._follow_step()
        if self.step == KEEP and self.isVisible():
            self.keep.refresh()

    def _follow_step(self) -> None:
        self.summary.setHidden(self.step == KEEP and self.keep.aside)

    @property
    def step(self) -> int:
        """The step on screen."""
        return (SCENARIO, RESULT, KEEP)[self._pages.currentIndex()]

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Plan, and show on the map what is planned."""
        super().showEvent(event)
        self.planner.begin()
        self.on_map.show(on=True)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Leave nothing on the map; what was planned stays."""
        super().hideEvent(event)
        self.planner.rest()
        self.on_map.show(on=False)

    def restyled(self) -> None:
        """Follow a change between light and dark."""
        self._show_outcome()

    def _show_ground(self) -> None:
        ground = self.planner.ground
        self.scenario.show_ground(ground)
        self.scenario.setEnabled(True)
        self.keep.show_ground(ground)
        self.areas.show_ground(ground)
        self.on_map.show_ground(ground)
        self._list_faults()

    def _say_failed(self, why: str) -> None:
        """Say why there is no plan; without the ground nothing can be put together."""
        self.summary.say_failed(why)
        self.scenario.setEnabled(self.planner.ground is not None)

    def _list_faults(self) -> None:
        """List what is wrong with the roads where one plans."""
        ground, survey, villages = self.planner.ground, self._survey, self.case.scenario.villages
        found = ground.faults if ground is not None else ()
        if survey is not None and villages is not None:
            boxes = [
                shapely.box(*v.bounds) for v in survey.villages if v.code in villages and v.bounds is not None
            ]
            here = shapely.union_all(boxes)
            found = [f for f in found if f.where is None or here.intersects(f.where)]
        self.roads.show_faults(found, may_mend=self._may_mend)

    def _mend(self, fault: Fault) -> None:
        """Draw the road that is missing."""

        def work(made: "Edit", _session: "Session") -> None:
            made.add("road", {"class": fault.road_class}, fault.fix)

        self._editor.do(tr("补上道路缺口"), work)

    def _show_outcome(self) -> None:
        outcome = self.planner.outcome
        self.summary.show_outcome(outcome)
        self.result.show_outcome(outcome)
        self.on_map.show_outcome(outcome)
        self.flow.show_plan(outcome.plan if outcome is not None else None)
        self.keep.show_outcome(outcome, self._place())
        self._look_at(self.result.houses.key, see=False)

    def _place(self) -> str:
        """Return what the villages that take part are called together."""
        survey, villages = self._survey, self.case.scenario.villages
        if survey is None or villages is None:
            return tr("全部")
        names = [v.name for v in survey.villages if v.code in villages]
        return names[0] if len(names) == 1 else tr("{name}等 {n} 个村").format(name=names[0], n=len(names))

    def _reopen(self, scenario: "Scenario") -> None:
        """Work on a kept plan again."""
        self.scenario.show_scenario(scenario)
        self.turn_to(RESULT)
        self.result.houses.setFocus()

    # ── From the list to the map, and back ─────────────────────────────────────────────────────────────────

    def _show_stranded(self) -> None:
        self.turn_to(RESULT)
        self.result.look_at_first()

    def _see_hazard(self, hazard: int) -> None:
        ground = self.planner.ground
        if ground is not None:
            (at,) = (ground.hazards.ids == hazard).nonzero()
            self.on_map.see(ground.hazards.shapes[at[0]])

    def _see_shelter(self, shelter: object) -> None:
        outcome = self.planner.outcome
        load = next((x for x in outcome.loads if x.shelter == shelter), None) if outcome is not None else None
        if load is not None:
            self.on_map.look_at_place(load.at)

    def _look_at(self, house: object, *, see: bool = True) -> None:
        outcome = self.planner.outcome
        at = outcome.position(house) if outcome is not None and isinstance(house, int) else None
        if outcome is None or at is None:
            self.on_map.look_at(None, None, see=False)
            return
        mover = outcome.movers[at]
        self.on_map.look_at(mover, outcome.line(at), see=see)
        if mover.safe:
            self.result.detail.say_way(outcome.words(at))

    def claim(self, x: float, y: float, near: float) -> bool:
        """Take a click on the map for oneself where it means something to the step on screen."""
        if not self.isVisible() or self.step == KEEP:
            return False
        if self.step == SCENARIO:
            return self._toggle_at((x, y), near)
        return self._choose_at((x, y), near)

    def _toggle_at(self, place: tuple[float, float], near: float) -> bool:
        ground = self.planner.ground
        hazard = ground.hazard_at(place, near, self.scenario.among) if ground is not None else None
        if hazard is not None:
            self.case.toggle(hazard)
        return hazard is not None

    def _choose_at(self, place: tuple[float, float], near: float) -> bool:
        """Choose the house or the shelter at a place; a shelter that is waited for is the one to go to."""
        ground, outcome = self.planner.ground, self.planner.outcome
        if ground is None or outcome is None:
            return False
        shelter = ground.shelter_at(place, 2 * near)
        if self.result.detail.waits:
            if shelter is not None:
                self.result.detail.pick(shelter)
            return True
        house = self.on_map.house_at(place, near)
        if house is not None:
            return self.result.look_at(house)
        if shelter is not None and any(load.shelter == shelter for load in outcome.loads):
            self.result.look_at_shelter(shelter)
            return True
        return False
