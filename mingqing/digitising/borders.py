"""Borders that two shapes share, kept shared when one of the shapes is edited.

Corners that were moved are moved in every neighbour that has them, by name so to speak: nothing is reckoned, so both
sides stay exactly the same. Any other change of a border (drawn anew, corners added or gone) is worked out by areas:
what the edited shape took is taken from its neighbours, what it gave up goes to the neighbour it bordered on.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import TypeAlias

import numpy as np
import shapely
from shapely import GeometryType

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.digitising.paths import (
    TOUCH_M,
    Path,
    Segments,
    foot,
    is_polygon,
    lengths,
    polygonal,
    polygons_of,
    put_together,
    refusing_the_incomputable,
    segments,
    shapes_of,
    taken_apart,
)
from mingqing.digitising.tying import SAME_M, corners_of, tied

_Shape: TypeAlias = shapely.Geometry
_NOBODY = -1
_OVER = 0.1  # of the smaller one; two crops may stand on one ground
_NOTHING_M2 = 1e-6  # a square millimetre: less is the rounding of coordinates of seven digits


@refusing_the_incomputable
def follow(before: _Shape, after: _Shape, neighbours: Sequence[_Shape]) -> list[_Shape]:
    """Return the neighbours of an edited shape as they are to be after the edit.

    What coincided within a centimetre coincides afterwards: corners, sides, and corners that lie on a side of the
    other. No gap and no overlap arises that was not there. Ground that the edited shape gives up where it had no
    neighbour becomes nobody's; ground outside that was nobody's stays so, even where it comes to be enclosed.

    Parameters
    ----------
    before, after : the edited shape; lines and points may only have been moved, corner by corner.
    neighbours : other shapes of the same kind, all those that touch `before` or meet `after`.

    Returns
    -------
    list of geometries
        in the order of `neighbours`, the very same object where nothing changes.

    Raises
    ------
    InputRefused
        if a neighbour would vanish, or cross itself, or the edited shape crosses itself.
    """
    around = list(neighbours)
    found = _carried(before, after, around)
    if is_polygon(before) and (found is None or _spoilt(before, after, around, found)):
        if not after.is_valid:
            raise InputRefused(tr("图形的边自己交叉了，请先调整"))
        found = _by_area(before, after, around)
    found = around if found is None else found
    for old, new in zip(around, found, strict=True):
        if new is not old and (new.is_empty or (old.is_valid and not new.is_valid)):
            raise InputRefused(
                tr("新边界把相邻的一块整个盖住了，请先合并或删除那一块")
                if new.is_empty
                else tr("这样移动会让相邻的图形自己交叉，请移近一些")
            )
    return found


def _spoilt(before: _Shape, after: _Shape, neighbours: list[_Shape], found: list[_Shape]) -> bool:
    """Whether carrying corners along has made a neighbour cross itself, or come to lie over another shape."""
    changed = [
        (old, new) for old, new in zip(neighbours, found, strict=True) if new is not old and old.is_valid
    ]
    if any(not new.is_valid for _, new in changed):
        return True
    if not (before.is_valid and after.is_valid):
        return False
    gained = shapely.difference(after, before)
    untouched = [
        (old, new)
        for old, new in zip(neighbours, found, strict=True)
        if new is old and new.intersects(gained) and _beside(before, old)
    ]
    pairs = [((before, after), pair) for pair in (*changed, *untouched)] + list(combinations(changed, 2))
    return any(
        new.intersection(other_new).area > old.intersection(other_old).area + _NOTHING_M2
        for (old, new), (other_old, other_new) in pairs
    )


def _beside(shape: _Shape, other: _Shape) -> bool:
    """Whether two polygons lie side by side; one that lies over the other is not to be cut to its border."""
    if not other.is_valid:
        return False
    return bool(shape.intersection(other).area < _OVER * min(shape.area, other.area))


def tied_to_pieces(pieces: Sequence[_Shape], neighbours: Sequence[_Shape]) -> list[_Shape]:
    """Return the neighbours of a shape that was split, with a corner where the cut meets their borders."""
    places = np.concatenate([shapely.get_coordinates(p) for p in pieces])
    return [tied(n, places) for n in neighbours]


class _Moved:
    """Where a shape's sides went: side i was start[i]–end[i], is to_start[i]–to_end[i]; all are (m, 2)."""

    def __init__(self, was: Segments, now: Segments) -> None:
        changed = (was.start != now.start).any(axis=1) | (was.end != now.end).any(axis=1)
        self.start, self.end = was.start[changed], was.end[changed]
        self.to_start, self.to_end = now.start[changed], now.end[changed]

    def places(self, path: Path) -> Path:
        """Return where the corners of a path go: those on these sides with them, the others stay."""
        to = path.copy()
        tree = shapely.STRtree(shapely.linestrings(np.stack([self.start, self.end], axis=1)))
        corner, side = tree.query_nearest(shapely.points(path), max_distance=TOUCH_M, all_matches=False)
        xy, start, end = path[corner], self.start[side], self.end[side]
        _, t = foot(start, end, xy)
        t[lengths(start - xy) <= TOUCH_M] = 0.0
        t[lengths(end - xy) <= TOUCH_M] = 1.0
        there = self.to_start[side] + t[:, None] * (self.to_end[side] - self.to_start[side])
        there[t == 1.0] = self.to_end[side][t == 1.0]
        to[corner] = there
        return to


def _carried(before: _Shape, after: _Shape, neighbours: list[_Shape]) -> list[_Shape] | None:
    """Return the neighbours with the corners they share carried along; None where corners came or went."""
    was, now = taken_apart(before), taken_apart(after)
    if [[len(r) for r in part] for part in was] != [[len(r) for r in part] for part in now]:
        return None
    if is_polygon(before):
        now = [[_aligned(*rings) for rings in zip(*part, strict=True)] for part in zip(was, now, strict=True)]
        after = put_together(after, now)
    moved = _Moved(segments(shapes_of([before])), segments(shapes_of([after])))
    if not len(moved.start):
        return neighbours
    theirs = np.unique(shapely.get_coordinates(shapes_of(neighbours)), axis=0)
    return [_carry(n, moved, theirs) if shapely.dwithin(before, n, TOUCH_M) else n for n in neighbours]


def _aligned(was: Path, now: Path) -> Path:
    """Return a ring beginning, and running round, as it did before it was edited; other programs turn rings."""
    order = {tuple(corner): i for i, corner in enumerate(was.tolist())}
    known = next((i for i, corner in enumerate(now.tolist()) if tuple(corner) in order), None)
    if known is None:
        return now
    at = order[tuple(now[known].tolist())]
    ways = np.roll(now, at - known, axis=0), np.roll(now[::-1], at - (len(now) - 1 - known), axis=0)
    return max(ways, key=lambda way: int((way == was).all(axis=1).sum()))


def _carry(neighbour: _Shape, moved: _Moved, theirs: Path) -> _Shape:
    """Return a neighbour carried along.

    theirs : corners of all neighbours: where one ends on a side that will turn, that side is to bend there instead.
    """
    met = tied(neighbour, np.unique(np.concatenate([moved.start, moved.end]), axis=0))
    carried = shapely.transform(met, moved.places)
    was, now = segments(shapes_of([met])), segments(shapes_of([carried]))
    turning = (was.start != now.start).any(axis=1) | (was.end != now.end).any(axis=1)
    if not turning.any():
        return neighbour
    sides = shapely.multilinestrings(np.stack([was.start, was.end], axis=1)[turning])
    shapely.prepare(sides)
    met = tied(met, theirs[shapely.dwithin(sides, shapely.points(theirs), TOUCH_M)])
    return shapely.transform(met, moved.places)


def _by_area(before: _Shape, after: _Shape, neighbours: list[_Shape]) -> list[_Shape]:
    """Return the neighbours after any change of a polygon's border."""
    beside = [i for i, n in enumerate(neighbours) if _beside(before, n)]
    was, now, *met = _met(before, after, [neighbours[i] for i in beside])
    gained, lost = shapely.difference(now, was), shapely.difference(was, now)
    found = [_without(n, gained) for n in met]
    for piece in polygons_of(lost):
        for face, taker in _shared_out(piece, was, now, met):
            found[taker] = polygonal(shapely.union(found[taker], face))
    all_found = list(neighbours)
    for i, new in zip(beside, found, strict=True):
        all_found[i] = new if new.is_valid else polygonal(shapely.make_valid(new, method="structure"))
    return all_found


def _met(before: _Shape, after: _Shape, neighbours: list[_Shape]) -> list[_Shape]:
    """Return the edited shape before and after, and its neighbours, with the same corners wherever they meet."""
    changed = shapely.symmetric_difference(before, after)
    own = np.concatenate([shapely.get_coordinates(before), shapely.get_coordinates(after)])
    fresh = _places(corners_of(after) - corners_of(before))
    places = np.concatenate([own[shapely.dwithin(shapely.points(own), changed, 2 * TOUCH_M)], fresh])
    met = [tied(n, places) for n in neighbours]
    theirs = _places({corner for n in met for corner in corners_of(n)})
    theirs = theirs[shapely.dwithin(shapely.points(theirs), shapely.boundary(before), TOUCH_M)]
    gone = corners_of(before) - corners_of(after)
    was, now = tied(before, theirs), tied(after, _places(set(map(tuple, theirs.tolist())) - gone))
    crossings = _crossings(was, now)
    return [tied(shape, crossings, SAME_M) for shape in (was, now, *met)]


def _places(corners: set[tuple[float, float]]) -> Path:
    return np.array(sorted(corners), dtype=np.float64).reshape(-1, 2)


def _crossings(was: _Shape, now: _Shape) -> Path:
    """Return where the new border crosses the old one: there every shape that has either must have a corner."""
    met = shapely.intersection(shapely.boundary(was), shapely.boundary(now))
    return _places(corners_of(met) - corners_of(was) - corners_of(now))


def _without(shape: _Shape, gained: _Shape) -> _Shape:
    if not shape.intersects(gained) or shape.intersection(gained).area <= _NOTHING_M2:
        return shape
    return polygonal(shape.difference(gained), _NOTHING_M2)


def _shared_out(
    piece: shapely.Polygon, was: _Shape, now: _Shape, neighbours: list[_Shape]
) -> list[tuple[shapely.Polygon, int]]:
    """Return the ground given up, divided among the neighbours that bordered on it, each by index.

    It is cut from where two of them met to the nearest place of the new border. What had mostly no neighbour
    goes to none.
    """
    border = shapely.boundary(was)
    contacts = {
        i: shared
        for i, n in enumerate(neighbours)
        if n.intersects(piece) and (shared := _shared(shapely.boundary(n), piece)).length > TOUCH_M
    }
    ends = [shapely.get_coordinates(shapely.boundary(c)) for c in contacts.values()]
    cuts = [
        shapely.shortest_line(shapely.Point(end), shapely.boundary(now))
        for end in np.concatenate(ends or [[]])
    ]
    cuts = [cut.intersection(piece) for cut in cuts if cut.length > TOUCH_M]
    faces = shapely.get_parts(
        shapely.polygonize(shapely.get_parts(shapely.union_all(shapes_of([shapely.boundary(piece), *cuts]))))
    )
    found = []
    for face in faces:
        shares = {i: _shared(contact, face).length for i, contact in contacts.items()}
        shares[_NOBODY] = _shared(border, face).length - sum(shares.values()) + TOUCH_M
        taker = max(shares, key=lambda i: shares[i])
        if taker != _NOBODY:
            found.append((face, taker))
    return found


def _shared(line: _Shape, polygon: shapely.Polygon) -> _Shape:
    """Return the lines that a line and the border of a polygon have in common."""
    met = shapely.get_parts(shapely.intersection(line, shapely.boundary(polygon)))
    return shapely.line_merge(
        shapely.multilinestrings(met[shapely.get_type_id(met) == GeometryType.LINESTRING])
    )
