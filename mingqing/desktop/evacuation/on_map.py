"""What the planner has on the map: its overlay, its tools, and where one looks."""

from typing import TYPE_CHECKING

import numpy as np
import shapely
from PySide6.QtCore import QObject, QRectF, Signal

from mingqing.core.text import tr
from mingqing.desktop.evacuation.overlay import PlanOverlay
from mingqing.desktop.evacuation.tools import CutRoad, DrawFlood
from mingqing.desktop.map.view import fit
from mingqing.desktop.widgets import S

if TYPE_CHECKING:
    from mingqing.desktop.actions import Actions
    from mingqing.desktop.evacuation.case import Case
    from mingqing.desktop.evacuation.ground import Ground
    from mingqing.desktop.evacuation.outcome import Mover, Outcome
    from mingqing.desktop.jobs import Jobs
    from mingqing.desktop.map.kit import Kit

_NEAR_PX, _CLOSEST = 12, 2000
_FAR, _LEAST_SHARE = 4000, 0.5  # from this scale on, what takes less of the map's width is seen from nearer
_TOOLS = ("draw_flood", "cut_road")
Place = tuple[float, float]


class OnMap(QObject):
    """Shows a case and its outcome. `said(str)` : why a click came to nothing. `looked()` : one looks elsewhere."""

    said = Signal(str)
    looked = Signal()

    def __init__(self, kit: "Kit", jobs: "Jobs", actions: "Actions", case: "Case", parent: QObject) -> None:
        super().__init__(parent)
        self._kit, self._canvas, self._case = kit, kit.canvas, case
        self._ground: Ground | None = None
        self._outcome: Outcome | None = None
        self._tree = shapely.STRtree([])
        self.overlay = PlanOverlay(kit.canvas, jobs)
        self.cut, self.flood = CutRoad(self._canvas), DrawFlood(self._canvas)
        kit.adopt({"cut_road": self.cut, "draw_flood": self.flood})
        for name in _TOOLS:
            actions.connect(name, lambda: actions["evacuation"].setChecked(True))
        self.cut.pressed.connect(self._cut)
        self.flood.drawn.connect(self._flood)
        case.changed.connect(self._follow)

    def show(self, *, on: bool) -> None:
        """Show it on the map, or leave nothing there."""
        self.overlay.on = on
        if not on and self._canvas.tool in {self.cut, self.flood}:
            self._kit.take("hand")
        self._canvas.update()

    def show_ground(self, ground: "Ground | None") -> None:
        """Know what can be clicked on."""
        self._ground = ground
        self._follow()

    def show_outcome(self, outcome: "Outcome | None") -> None:
        """Show who goes where."""
        self._outcome = outcome
        self._tree = shapely.STRtree(outcome.shapes if outcome is not None else [])
        self.overlay.show_outcome(outcome)
        self._canvas.update()

    def _follow(self) -> None:
        ground, scenario = self._ground, self._case.scenario
        danger = np.empty(0, dtype=object)
        if ground is not None:
            hazards = ground.hazards
            danger = hazards.shapes[np.isin(hazards.ids, scenario.hazards or ())]
        if scenario.buffer_m > 0 and len(danger):
            danger = shapely.buffer(danger, scenario.buffer_m)
        self.overlay.show_case(danger, scenario.floods, scenario.cuts)
        self._canvas.update()

    # ── Hands ──────────────────────────────────────────────────────────────────────────────────────────────

    def _near(self) -> float:
        """Return how near a click is near enough, in units of the map."""
        view = self._canvas.view
        return _NEAR_PX * view.m_per_px if view is not None else 0.0

    def _cut(self, x: float, y: float) -> None:
        if self._ground is None:
            return
        near = self._near()
        place = self._ground.road_at((x, y), near)
        if place is None:
            self.said.emit(tr("这里没有道路，请点在道路上"))
        else:
            self._case.cut(place, near)

    def _flood(self, area: shapely.Geometry) -> None:
        self._case.flood(area)
        self._kit.take("hand")

    def house_at(self, place: Place, near: float) -> int | None:
        """Return the house that has to leave at a place."""
        outcome = self._outcome
        if outcome is None:
            return None
        found = self._tree.query_nearest(shapely.Point(place), max_distance=near, all_matches=False)
        return outcome.movers[int(found[0])].house if len(found) else None

    # ── Where one looks ────────────────────────────────────────────────────────────────────────────────────

    def look_at(self, mover: "Mover | None", line: shapely.Geometry | None, *, see: bool) -> None:
        """Let one house and its way stand out; without a way, what bars it, seen from the house to where it begins."""
        barred = mover.where if mover is not None else None
        self.overlay.choose(line, mover.at if mover is not None else None, barred)
        if see and mover is not None:
            here = shapely.Point(mover.at)
            begins = shapely.shortest_line(here, barred) if barred is not None else None
            self.see(shapely.GeometryCollection([g for g in (here, line, begins) if g is not None]))
        self._canvas.update()

    def look_at_place(self, place: Place) -> None:
        """Let a place stand out."""
        self.overlay.choose(None, place)
        self.see(shapely.Point(place))

    def see(self, shape: shapely.Geometry, mark: shapely.Geometry | None = None) -> None:
        """Bring a shape into sight, where it is not; mark its middle."""
        canvas, view = self._canvas, self._canvas.view
        if view is None or shape.is_empty:
            return
        self.looked.emit()
        if mark is not None:
            middle = shapely.centroid(mark)
            self.overlay.choose(None, (middle.x, middle.y))
        size, free, bounds = (float(canvas.width()), float(canvas.height())), self._free(), shape.bounds
        left, above = view.to_map(free.left(), free.top(), size)
        right, below = view.to_map(free.right(), free.bottom(), size)
        hidden = bounds[0] < left or bounds[2] > right or bounds[1] < below or bounds[3] > above
        tiny = max(bounds[2] - bounds[0], bounds[3] - bounds[1]) < _LEAST_SHARE * (right - left)
        if hidden or (tiny and view.scale > _FAR):
            near = fit(bounds, (free.width(), free.height()), closest=_CLOSEST)
            shift = free.center() - QRectF(canvas.rect()).center()
            canvas.go(near.panned(shift.x(), shift.y()))
        canvas.update()

    def _free(self) -> QRectF:
        """Return the part of the canvas that neither tools nor the overview lie over."""
        canvas, bar, inset = self._canvas, self._kit.bar, self._kit.overview
        left = bar.geometry().right() + S if bar.isVisible() else S
        below = inset.y() if inset.isVisible() else canvas.height()
        return QRectF(left, S, canvas.width() - left - S, below - 2 * S)
