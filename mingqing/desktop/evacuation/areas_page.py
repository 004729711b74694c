"""How far the shelters reach: who is there in how many minutes, who is too far, and where one more would help most."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from mingqing.access.roles import Action
from mingqing.core.text import tr
from mingqing.desktop.evacuation.entries import Entry, EntryList
from mingqing.desktop.jobs import Job, Jobs, PlanJob
from mingqing.desktop.look.colours import PLAN_BANDS, is_dark
from mingqing.desktop.widgets import S, button, column, label
from mingqing.evacuation.areas.bands import LIMITS_MIN, ServiceAreas, service_areas
from mingqing.evacuation.areas.siting import Sites, best_sites
from mingqing.evacuation.case import case

if TYPE_CHECKING:
    from mingqing.desktop.evacuation.case import Case
    from mingqing.desktop.evacuation.ground import Ground
    from mingqing.evacuation.scenario import Scenario
    from mingqing.store.session import Session

_CANDIDATES = ("organisation", "place_name")  # where a village has houses large enough, or squares
_MOST_SITES, _MOST_CANDIDATES = 5, 60


@dataclass(frozen=True, slots=True, eq=False)
class Proposed:
    """What was found of where one more shelter would help. names : of the candidates; at : (c, 2)."""

    sites: Sites
    names: list[str]
    at: "np.ndarray[tuple[int, int], np.dtype[np.float64]]"


class AreasPage(QWidget):
    """Reckoned only while it is to be seen.

    shown(shapes) : what is to be washed over the map, by band; nothing where the page is put away.
    seen(geometry) : a place to be looked at. failed(str) : why there is no answer.
    """

    shown = Signal(object)
    seen = Signal(object)

    def __init__(self, jobs: Jobs, case: "Case", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._case = jobs, case
        self._ground: Ground | None = None
        self._stale = True
        self.areas: ServiceAreas | None = None
        self.proposed: Proposed | None = None
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(6)
        self.asking = button(
            tr("再建一处避灾点，放哪里最好"), self.ask_sites, "chip", glyph="fa6s.house-medical"
        )
        self.said = label("", "muted", wrap=True)
        self.sites = EntryList(tr("再建一处的候选"))
        layout = column(self, gap=S)
        self.about = label("", "muted", wrap=True)
        layout.addWidget(self.about)
        layout.addLayout(self._grid)
        layout.addSpacing(S)
        layout.addWidget(self.asking, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.said)
        layout.addWidget(self.sites, 100)
        layout.addStretch(1)
        self.said.hide()
        self.sites.hide()
        self.sites.chosen.connect(self._see)
        case.changed.connect(self.refresh)

    def show_ground(self, ground: "Ground | None") -> None:
        """Be about another ground."""
        self._ground = ground
        self.refresh()

    def refresh(self) -> None:
        """Reckon anew, at once where it is seen and else once it is."""
        self.about.setText(about(self._case.scenario))
        self._stale, self.proposed = True, None
        self.said.hide()
        self.sites.hide()
        if self.isVisible():
            self.ask()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Show on the map how far shelters reach."""
        super().showEvent(event)
        if self._stale:
            self.ask()
        elif self.areas is not None:
            self.shown.emit(self.areas.shapes)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Leave nothing of it on the map."""
        super().hideEvent(event)
        self.shown.emit(())

    def ask(self) -> None:
        """Reckon how far shelters reach."""
        self._stale, ground, scenario = False, self._ground, self._case.scenario
        if ground is None:
            return

        def work(_session: "Session", job: Job[ServiceAreas]) -> ServiceAreas:
            found = service_areas(ground.world, scenario, stop=job.cancelled)
            danger = shapely.union_all(case(ground.world, scenario).danger.shapes)
            return replace(found, shapes=shapely.difference(found.shapes, danger))  # nobody is safe in it

        self._jobs.start(PlanJob(work, done=self._show, failed=lambda _why: None, topic="areas"))

    def _show(self, found: ServiceAreas) -> None:
        self.areas = found
        while self._grid.count():
            self._grid.takeAt(0).widget().deleteLater()
        names = [tr("{n} 分钟以内").format(n=f"{n:g}") for n in found.limits_min]
        names += [tr("更远"), tr("走不到")]
        lines = zip(names, found.households.tolist(), found.people.tolist(), strict=True)
        for line, (name, households, people) in enumerate(lines):
            beyond = line >= len(found.limits_min)
            self._grid.addWidget(_swatch(line), line, 0)
            self._grid.addWidget(label(name, "danger" if beyond and households else ""), line, 1)
            text = tr("{n:,} 户 {p:,} 人").format(n=households, p=people)
            self._grid.addWidget(
                label(text, "strong" if households else "muted"), line, 2, Qt.AlignmentFlag.AlignRight
            )
        self._grid.setColumnStretch(1, 1)
        if self.isVisible():
            self.shown.emit(found.shapes)

    # ── One more ───────────────────────────────────────────────────────────────────────────────────────────

    def ask_sites(self) -> None:
        """Reckon where one more shelter would help most."""
        ground, scenario = self._ground, self._case.scenario
        if ground is None:
            return

        def work(session: "Session", job: Job[Proposed]) -> Proposed:
            names, at = candidates(session, scenario.villages)
            return Proposed(best_sites(ground.world, scenario, at, job.cancelled), names, at)

        self._say(tr("正在逐个试算…"))
        self._jobs.start(
            PlanJob(work, done=self._show_sites, failed=lambda why: self._say(str(why)), topic="sites")
        )

    def _say(self, sentence: str) -> None:
        self.said.setText(sentence)
        self.said.show()

    def _show_sites(self, found: Proposed) -> None:
        self.proposed = found
        ranked, before = found.sites.ranked[:_MOST_SITES], found.sites.before
        if not ranked:
            self._say(tr("附近没有可以试的地方：要先登记组织驻地或地名"))
            return
        self._say(
            tr("试了 {n} 处组织驻地和地名，现在 15 分钟走不到的有 {far} 户").format(
                n=len(found.names), far=before.far
            )
        )

        def entry(at: int) -> Entry:
            site = ranked[at]
            gain = tr("{n} 人更近").format(n=site.nearer)
            line = tr("15 分钟走不到的减到 {far} 户").format(far=site.served.far)
            return Entry(at, found.names[site.candidate], gain, line)

        self.sites.show_entries(range(len(ranked)), entry)
        self.sites.show()

    def _see(self, at: object) -> None:
        if self.proposed is not None and isinstance(at, int):
            site = self.proposed.sites.ranked[at]
            self.seen.emit(shapely.Point(self.proposed.at[site.candidate]))


def about(scenario: "Scenario") -> str:
    """Return what is reckoned: what is supposed to happen bars ways and shelters here too."""
    told = tr("每一户走到最近的避灾点要多久（步行）")
    happening = [
        text.format(n=len(what))
        for text, what in (
            (tr("{n} 处隐患点出事"), scenario.hazards or ()),
            (tr("{n} 处淹没"), scenario.floods),
            (tr("{n} 处断路"), scenario.cuts),
        )
        if what
    ]
    if not happening:
        return tr("{told}。没有选隐患点，按平时算").format(told=told)
    return tr("{told}。按第 1 步选的算：{what}，危险区里的避灾点不能用，路也不能穿过危险区").format(
        told=told, what="、".join(happening)
    )


def candidates(
    session: "Session", villages: tuple[str, ...] | None
) -> "tuple[list[str], np.ndarray[tuple[int, int], np.dtype[np.float64]]]":
    """Return names and places, (c, 2), at which a shelter could be: seats of organisations, and what has a name."""
    names: list[str] = []
    places = []
    for table in _CANDIDATES:
        if not session.policy.allowed(table, Action.SEE):
            continue
        for village in villages or (None,):
            found = session.features(table, columns=("name",), village=village)
            good = np.flatnonzero(~(shapely.is_missing(found.geometry) | shapely.is_empty(found.geometry)))
            names += [str(found.columns["name"][n] or "") for n in good.tolist()]
            places.append(shapely.get_coordinates(shapely.centroid(found.geometry[good])))
    at = np.concatenate(places) if places else np.empty((0, 2))
    _, first = np.unique(np.round(at), axis=0, return_index=True)
    first = np.sort(first)[:_MOST_CANDIDATES]
    return [names[n] for n in first.tolist()], at[first]


def _swatch(band: int) -> QLabel:
    """Return a sample of a band's colour."""
    made = QLabel()
    made.setFixedSize(14, 14)
    if band < len(LIMITS_MIN):
        made.setStyleSheet(f"background: {PLAN_BANDS[band][is_dark()]}; border-radius: 3px;")
    return made
