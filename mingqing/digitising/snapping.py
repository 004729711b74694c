"""Where the pointer snaps to: a corner, a crossing, a side, or a direction that sides nearby have."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import shapely

from mingqing.digitising.paths import XY, Path, Segments, Shapes, cross, foot, lengths, segments, xy_of

_MOST_CROSSING = 24  # sides under the pointer of which crossings are sought; all pairs of them
_MOST_REFERENCES = 4  # sides nearby that lend their direction: more, and everything would snap to something
_REACH = 5.0  # how far away, in tolerances, those may be
_SLOPE = 0.09  # the tangent of 5°: a new side farther off a direction than this is meant to be


class SnapKind(StrEnum):
    """What a place was snapped to."""

    VERTEX = "vertex"
    INTERSECTION = "intersection"
    EDGE = "edge"
    PARALLEL = "parallel"
    PERPENDICULAR = "perpendicular"
    NONE = "none"


def _no_hints() -> Path:
    return np.empty((0, 2, 2))


@dataclass(frozen=True, slots=True)
class Snapped:
    """Where a place came to lie.

    xy : metres; exactly the vertex where it is one.
    of : index of the shape it lies on, -1 where it lies on none or on what is being drawn.
    hints : (k, 2, 2) sides to be shown with it: the side it lies on, the side it is parallel or perpendicular to.
    """

    xy: XY
    kind: SnapKind
    of: int = -1
    hints: Path = field(default_factory=_no_hints)


class Snapper:
    """Snaps to the shapes near the view.

    Parameters
    ----------
    shapes : (n,) geometries or None; those that are being edited left out.
    tolerance_m : how far a place may be moved to be snapped, usually 10 pixels.
    """

    def __init__(self, shapes: Shapes, tolerance_m: float) -> None:
        self.tolerance_m = tolerance_m
        self._sides = segments(shapes)
        self._lower = np.minimum(self._sides.start, self._sides.end).T.copy()
        self._upper = np.maximum(self._sides.start, self._sides.end).T.copy()
        self._vertices, self._vertex_of = shapely.get_coordinates(shapes, return_index=True)

    def snap(self, xy: XY, along: Sequence[XY] = ()) -> Snapped:
        """Return where a place snaps to.

        A vertex goes before a crossing, that before a direction met by a side, that before a side, that before
        a direction alone.

        Parameters
        ----------
        xy : metres, project CRS.
        along : corners drawn so far; its last one is where the new side begins. Its own corners are snapped
            to as well, so that it closes.
        """
        at, drawn = np.array(xy, dtype=np.float64), np.array(along, dtype=np.float64).reshape(-1, 2)
        near = self._near(at, self.tolerance_m)
        found = self._vertex(at, drawn) or self._intersection(at, near)
        if found is not None:
            return found
        directed = self._directed(at, drawn, near) if len(drawn) else None
        if directed is not None and directed.of >= 0:
            return directed
        return self._edge(at, near) or directed or Snapped(xy, SnapKind.NONE)

    def _near(self, at: Path, reach_m: float) -> Segments:
        low, high = at - reach_m, at + reach_m
        keep = (self._lower[0] <= high[0]) & (self._upper[0] >= low[0])
        keep &= (self._lower[1] <= high[1]) & (self._upper[1] >= low[1])
        return self._sides[np.flatnonzero(keep)]

    def _vertex(self, at: Path, drawn: Path) -> Snapped | None:
        for places, owners in ((self._vertices, self._vertex_of), (drawn[:-1], None)):
            if len(places):
                far = lengths(places - at)
                best = int(far.argmin())
                if far[best] <= self.tolerance_m:
                    of = -1 if owners is None else int(owners[best])
                    return Snapped(xy_of(places[best]), SnapKind.VERTEX, of)
        return None

    def _intersection(self, at: Path, near: Segments) -> Snapped | None:
        if len(near) < 2:
            return None
        place, _ = foot(near.start, near.end, at)
        close = near[np.argsort(lengths(place - at), kind="stable")[:_MOST_CROSSING]]
        one, other = np.triu_indices(len(close), k=1)
        places, crossing = _crossings(close[one], close[other])
        far = np.where(crossing, lengths(places - at), np.inf)
        best = int(far.argmin())
        if not far[best] <= self.tolerance_m:
            return None
        pair = close[np.array([one[best], other[best]])]
        return Snapped(xy_of(places[best]), SnapKind.INTERSECTION, int(pair.of[0]), _as_hints(pair))

    def _edge(self, at: Path, near: Segments) -> Snapped | None:
        if not len(near):
            return None
        place, _ = foot(near.start, near.end, at)
        far = lengths(place - at)
        best = int(far.argmin())
        if far[best] > self.tolerance_m:
            return None
        side = near[np.array([best])]
        return Snapped(xy_of(place[best]), SnapKind.EDGE, int(side.of[0]), _as_hints(side))

    def _directed(self, at: Path, drawn: Path, near: Segments) -> Snapped | None:
        """Return the place in a direction that a side nearby, or one drawn before, has or is square to."""
        start, length = drawn[-1], float(np.hypot(*(at - drawn[-1])))
        references = self._references(at, drawn)
        if not len(references) or length < 2 * self.tolerance_m:
            return None
        along = references.end - references.start
        along = along / lengths(along)[:, None]
        directions = np.concatenate([along, np.column_stack([-along[:, 1], along[:, 0]])])
        feet = start + (directions @ (at - start))[:, None] * directions
        off = lengths(feet - at)
        best = int(off.argmin())
        if off[best] > min(self.tolerance_m, _SLOPE * length):
            return None
        kind = SnapKind.PARALLEL if best < len(along) else SnapKind.PERPENDICULAR
        hint = _as_hints(references[np.array([best % len(along)])])
        met = self._met(at, start, directions[best], near)
        if met is None:
            return Snapped(xy_of(feet[best]), kind, -1, hint)
        place, side = met
        return Snapped(place, kind, int(side.of[0]), np.concatenate([hint, _as_hints(side)]))

    def _met(self, at: Path, start: Path, direction: Path, near: Segments) -> tuple[XY, Segments] | None:
        """Return where a direction meets a side under the pointer."""
        if not len(near):
            return None
        along = near.end - near.start
        turn = cross(direction, along)
        with np.errstate(divide="ignore", invalid="ignore"):
            t = cross(start - near.start, np.broadcast_to(direction, along.shape)) / -turn
            places = near.start + t[:, None] * along
        far = np.where(
            (np.abs(turn) > 0.1 * lengths(along)) & (t >= 0) & (t <= 1), lengths(places - at), np.inf
        )
        best = int(far.argmin())
        if not far[best] <= self.tolerance_m:
            return None
        return xy_of(places[best]), near[np.array([best])]

    def _references(self, at: Path, drawn: Path) -> Segments:
        """Return the sides that lend directions: the last and the first drawn, then the nearest to both ends."""
        found = [_own_sides(drawn)]
        for place in (at, drawn[-1]):
            near = self._near(place, _REACH * self.tolerance_m)
            near = near[lengths(near.end - near.start) > 2 * self.tolerance_m]
            feet, _ = foot(near.start, near.end, place)
            found.append(near[np.argsort(lengths(feet - place), kind="stable")[:_MOST_REFERENCES]])
        return Segments(
            *(np.concatenate([getattr(f, name) for f in found]) for name in ("start", "end", "of"))
        )


def _own_sides(drawn: Path) -> Segments:
    sides = np.array([len(drawn) - 2, 0][: max(0, min(2, len(drawn) - 1))], dtype=np.int64)
    sides = sides[lengths(drawn[sides + 1] - drawn[sides]) > 0]
    return Segments(drawn[sides], drawn[sides + 1], np.full(len(sides), -1))


def _crossings(one: Segments, other: Segments) -> tuple[Path, "np.ndarray[tuple[int], np.dtype[np.bool_]]"]:
    """Return where sides cross pair by pair, and whether they do."""
    a, b = one.end - one.start, other.end - other.start
    turn = cross(a, b)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = other.start - one.start
        s, t = cross(gap, b) / turn, cross(gap, a) / turn
        places = one.start + s[:, None] * a
    crossing = (np.abs(turn) > 0) & (s >= 0) & (s <= 1) & (t >= 0) & (t <= 1)
    return places, crossing


def _as_hints(sides: Segments) -> Path:
    return np.stack([sides.start, sides.end], axis=1)
