"""The corner of the map where the village leaves most room: the north arrow stands there."""

from dataclasses import dataclass

import shapely

from mingqing.render.occupancy import Box
from mingqing.render.scale import Viewport

WIDTH_MM, HEIGHT_MM = 14.0, 20.0
_AWAY_MM = 4.0


@dataclass(frozen=True, slots=True)
class Corner:
    """A place in a corner of the map. box : left, top, right, bottom, pixels of its view."""

    box: Box


def emptiest(shape: shapely.Geometry | None, view: Viewport) -> Corner:
    """Return the corner with least of the village in it; the upper right one where several are alike."""
    corners = [_corner(view, right=right, top=top) for top in (True, False) for right in (True, False)]
    if shape is None:
        return corners[0]
    return min(corners, key=lambda corner: _covered(shape, corner.box, view))


def _corner(view: Viewport, *, right: bool, top: bool) -> Corner:
    mm, (width, height) = view.px_per_mm, view.size_px
    away, wide, high = _AWAY_MM * mm, WIDTH_MM * mm, HEIGHT_MM * mm
    x = width - away - wide if right else away
    y = away if top else height - away - high
    return Corner((x, y, x + wide, y + high))


def _covered(shape: shapely.Geometry, box: Box, view: Viewport) -> float:
    (west, north), (east, south) = view.to_ground(box[0], box[1]), view.to_ground(box[2], box[3])
    return float(shapely.intersection(shape, shapely.box(west, south, east, north)).area)
