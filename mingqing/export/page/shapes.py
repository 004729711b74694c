"""Shapes as a page carries them: whole numbers of ten-millionths of a degree, each the step from the one before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

PER_DEGREE = 10_000_000
Steps: TypeAlias = "list[int] | list[list[int]] | None"
"""x, y, then steps; of several parts, or rings, a list each."""


@dataclass(frozen=True)
class Origin:
    """From where coordinates are counted: ten-millionths of a degree."""

    x: int
    y: int

    @classmethod
    def of(cls, bounds: Sequence[float]) -> "Origin":
        """Return the south-west corner of west, south, east, north, degrees."""
        return cls(round(bounds[0] * PER_DEGREE), round(bounds[1] * PER_DEGREE))

    def steps(self, shapes: NDArray[np.object_]) -> list[Steps]:
        """Return (n,) shapes; outer rings one way and holes the other, so that they may be filled together."""
        shapes = np.array(shapely.orient_polygons(shapes), dtype=object)
        shapes[shapely.is_empty(shapes)] = None
        areal = np.isin(shapely.get_type_id(shapes), (3, 6))
        whole: list[list[list[int]]] = [[] for _ in shapes]
        rings, of_ring = shapely.get_rings(shapes[areal], return_index=True)
        parts, of_part = shapely.get_parts(shapes[~areal], return_index=True)
        owners = np.concatenate([np.flatnonzero(areal)[of_ring], np.flatnonzero(~areal)[of_part]])
        for owner, steps in zip(owners.tolist(), self._of(np.concatenate([rings, parts])), strict=True):
            whole[owner].append(steps)
        return [None if not parts else parts[0] if len(parts) == 1 else parts for parts in whole]

    def _of(self, lines: NDArray[np.object_]) -> list[list[int]]:
        """Return rings, lines and points as steps, a list each; a ring's last vertex, its first, is left out."""
        if not len(lines):
            return []
        xy, which = shapely.get_coordinates(lines, return_index=True)
        units = np.rint(xy * PER_DEGREE).astype(np.int64) - (self.x, self.y)
        starts = np.flatnonzero(np.diff(which, prepend=-1))
        steps = np.diff(units, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
        steps[starts] = units[starts]
        flat, ends = steps.ravel().tolist(), (np.append(starts[1:], len(which)) * 2).tolist()
        closed = shapely.get_type_id(lines) == shapely.GeometryType.LINEARRING
        return [
            flat[2 * start : end - 2 * shut]
            for start, end, shut in zip(starts.tolist(), ends, closed.tolist(), strict=True)
        ]

    def spots(self, shapes: NDArray[np.object_]) -> list[int | None]:
        """Return x and y, one after the other, of a point within each shape."""
        within = shapely.point_on_surface(shapes)
        xy = np.column_stack([shapely.get_x(within), shapely.get_y(within)]) * PER_DEGREE
        return [None if np.isnan(v) else round(v) for v in (xy - (self.x, self.y)).ravel().tolist()]


def edges(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the borders of areas, each stretch that two share one time."""
    outlines = shapely.boundary(shapes[~shapely.is_missing(shapes)])
    merged = shapely.line_merge(shapely.union_all(shapely.set_precision(outlines, 2 / PER_DEGREE)))
    parts: NDArray[np.object_] = shapely.get_parts(merged)
    return parts
