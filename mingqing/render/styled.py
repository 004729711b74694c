"""One table of a map with its style: which rows are of which class, and their shapes in pixels."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.catalog.model import Table
from mingqing.catalog.style import Shape, Spoke, Style, StyleClass
from mingqing.core.features import Features, Gathered
from mingqing.core.paths import Paths
from mingqing.render.classify import classify
from mingqing.render.paths import clipped, drawn_once, extent, in_px, near, pixels
from mingqing.render.scale import Viewport
from mingqing.render.source import Bounds

MARGIN_MM = 8.0
"""How far beyond the edge of the sheet shapes are kept, so that their borders and signs end outside it."""

_OUTLINE_FROM_PX = 2.5  # smaller areas are filled but not outlined
_TOLERANCE_PX = 0.35  # by which a line may leave its true course


@dataclass(frozen=True)
class StyledTable:
    """The rows of one table on this map, or groups of them, and how they look. Row numbers count in `features`.

    village, within : the legend counts the rows of this village that touch this extent; None for all in view.
    """

    table: Table
    style: Style
    features: Features | Gathered
    view: Viewport
    village: str | None = None
    within: Bounds | None = None

    @property
    def margin_px(self) -> float:
        """How far beyond the sheet shapes are kept."""
        return MARGIN_MM * self.view.px_per_mm

    @cached_property
    def classes(self) -> NDArray[np.int64]:
        """(n,) position of each row's class in `every`."""
        return classify(self.features, self.style)

    @property
    def every(self) -> tuple[StyleClass, ...]:
        """The classes and, last, what belongs to none."""
        return (*self.style.classes, self.style.otherwise)

    @cached_property
    def shown(self) -> NDArray[np.bool_]:
        """(n,) whether a row's class is drawn at this scale."""
        return np.isin(
            self.classes, [r for r, c in enumerate(self.every) if c.is_shown(self.view.denominator)]
        )

    @cached_property
    def in_view(self) -> NDArray[np.int64]:
        """(n,) how many rows of the table each one stands for whose shape touches the extent: of a group several."""
        return self._touching(self.view.extent)

    @cached_property
    def counted(self) -> NDArray[np.int64]:
        """(n,) how many of them the legend counts: drawn at this scale, in the extent and village asked for."""
        counted = self.in_view if self.within is None else self._touching(self.within)
        if self.village is not None:
            rows = self.features
            codes = rows.villages if isinstance(rows, Gathered) else rows.columns["village_code"]
            counted = counted * np.fromiter((c == self.village for c in codes), dtype=bool, count=len(codes))
        return counted * self.shown

    def _touching(self, bounds: Bounds) -> NDArray[np.int64]:
        west, south, east, north = bounds
        rows = self.features
        if isinstance(rows, Gathered):  # of each member only the middle is known
            x, y = rows.members.T
            inside = (x <= east) & (x >= west) & (y <= north) & (y >= south)
            return np.bincount(rows.owners[inside], minlength=len(rows)).astype(np.int64)
        box = shapely.bounds(rows.geometry)
        with np.errstate(invalid="ignore"):
            meets = (box[:, 0] <= east) & (box[:, 2] >= west) & (box[:, 1] <= north) & (box[:, 3] >= south)
        touching: NDArray[np.int64] = meets.astype(np.int64)
        return touching

    @cached_property
    def _geometry(self) -> NDArray[np.object_]:
        """(n,) shapes cut to the view and a margin; spokes whole, since a curve has the ends it has."""
        rows = self.features
        if isinstance(rows, Gathered):
            raise TypeError(rows)
        if any(isinstance(s, Spoke) for c in self.every for s in c.symbols):
            return rows.geometry
        return clipped(rows.geometry, self.view, self.margin_px)

    @cached_property
    def _made(self) -> dict[tuple[object, ...], Paths]:
        return {}

    def _once(self, key: tuple[object, ...], make: Callable[[], Paths]) -> Paths:
        """Return what was made under `key` before, or make it."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def paths(self, shape: Shape) -> Paths:
        """Return the rows' pieces of one shape, in pixels."""
        return self._once((shape,), lambda: in_px(self._paths(shape), self.view).thinned().capped())

    def _paths(self, shape: Shape) -> Paths:
        """Return the same in metres, polygons ready for a winding fill."""
        rows = self.features
        if isinstance(rows, Gathered):
            return near(rows.shapes[shape], self.view, self.margin_px)
        if shape is Shape.POLYGON:
            return Paths.of(self._geometry, shape).oriented()
        geometry = self._geometry
        if shape is Shape.LINE:
            tolerance = _TOLERANCE_PX * self.view.metres_per_px
            with np.errstate(invalid="ignore"):
                geometry = shapely.simplify(geometry, tolerance, preserve_topology=False)
        return Paths.of(geometry, shape)

    def paths_where(self, shape: Shape, rows: NDArray[np.bool_]) -> Paths:
        """Return the same for some rows only."""
        every = self.paths(shape)
        return self._once((shape, rows.tobytes()), lambda: every.take(rows[every.rows]))

    def areas(self, rows: NDArray[np.bool_]) -> Paths:
        """Return the polygons of some rows as they are filled: specks as whole pixels."""
        return self._once(("areas", rows.tobytes()), lambda: pixels(self.paths_where(Shape.POLYGON, rows)))

    def outlines(self, rows: NDArray[np.bool_], *, once: bool) -> Paths:
        """Return the borders of some rows' polygons but of specks; with `once`, shared ones one time."""

        def make() -> Paths:
            paths = self.paths_where(Shape.POLYGON, rows)
            large = paths.take(extent(paths) >= _OUTLINE_FROM_PX)
            return drawn_once(large, _TOLERANCE_PX) if once else large

        return self._once(("outlines", once, rows.tobytes()), make)

    def centres(
        self, shapes: frozenset[Shape], rows: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return (k, 2) pixels where markers of some rows stand, and (k,) their rows."""
        points = self.paths_where(Shape.POINT, rows) if Shape.POINT in shapes else None
        parts = [(points.xy[points.first], points.rows)] if points is not None else []
        if Shape.POLYGON in shapes:
            parts.append(self.middles(self.paths_where(Shape.POLYGON, rows)))
        xy, row = zip(*parts, strict=True)
        return np.concatenate(xy), np.concatenate(row)

    def middles(self, areas: Paths) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return a pixel within each area, and its row: within all of it, or else within what is seen of it."""
        if isinstance(self.features, Gathered):  # too small for the middle to lie far outside
            box = areas.bounds()
            return (box[:, :2] + box[:, 2:]) / 2, areas.rows
        rows = np.unique(areas.rows)
        # Whatever the sheet cuts off, the middle stays where it is while the map is moved.
        inside = self.view.to_px(
            shapely.get_coordinates(shapely.point_on_surface(self.features.geometry[rows]))
        )
        unseen = ((inside < 0) | (inside > self.view.size_px)).any(axis=1)
        seen = shapely.point_on_surface(self._geometry[rows[unseen]])
        inside[unseen] = self.view.to_px(shapely.get_coordinates(seen))
        return inside, rows
