"""Where the texts of a drawing stand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

import numpy as np
import shapely
from ezdxf.enums import TextEntityAlignment as Align
from numpy.typing import NDArray

BESIDE_M = 3.0  # as large as points are drawn
_SMALLEST_M = 0.8


@dataclass(frozen=True)
class Placed:
    """A text as it stands: x, y and height in metres, angle in degrees from east."""

    text: str
    x: float
    y: float
    height: float
    angle: float
    align: Align


def places(texts: Sequence[str], geometry: NDArray[np.object_], height: float) -> Iterator[Placed]:
    """Yield texts with where they stand: beside a point, within an area, along a line where it is long enough.

    geometry : (n,) shapely, one for each text, none of them missing. height : metres; in small areas less.
    """
    dimension = shapely.get_dimensions(geometry)
    lines = dimension == 1
    middles, angles, rooms = (
        shapely.point_on_surface(geometry),
        np.zeros(len(geometry)),
        shapely.length(geometry),
    )
    whole = shapely.line_merge(geometry[lines])
    middles[lines] = shapely.line_interpolate_point(whole, 0.5, normalized=True)
    angles[lines] = _directions(whole)
    rooms[~lines] = np.sqrt(shapely.area(geometry[~lines]))
    x, y = shapely.get_coordinates(middles).T
    every = (texts, x.tolist(), y.tolist(), dimension.tolist(), angles.tolist(), rooms.tolist())
    for text, east, north, size, angle, room in zip(*every, strict=True):
        ems = sum(1.0 if east_asian_width(c) in "WF" else 0.6 for c in text)
        if not text or (size == 1 and room < height * ems):
            continue
        if size == 0:
            yield Placed(text, east + BESIDE_M, north, height, 0.0, Align.MIDDLE_LEFT)
        else:
            fits = height if size == 1 else max(min(height, 0.85 * room / ems), _SMALLEST_M)
            yield Placed(text, east, north, fits, angle, Align.MIDDLE_CENTER)


def _directions(lines: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the directions of lines at their middles, degrees from east, so that text is not upside down."""
    ends = [shapely.line_interpolate_point(lines, at, normalized=True) for at in (0.49, 0.51)]
    dx, dy = (shapely.get_coordinates(ends[1]) - shapely.get_coordinates(ends[0])).T
    turned: NDArray[np.float64] = (np.degrees(np.arctan2(dy, dx)) + 90) % 180 - 90
    return turned
