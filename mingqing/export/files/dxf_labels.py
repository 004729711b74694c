"""Where the texts of a drawing stand."""

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from ezdxf.enums import TextEntityAlignment as Align
from numpy.typing import NDArray

BESIDE_M = 3.0  # as large as points are drawn


def places(
    texts: Sequence[str], geometry: NDArray[np.object_], height: float
) -> Iterator[tuple[str, float, float, float, Align]]:
    """Yield texts with where they stand: beside a point, in an area, along a line where it is long enough."""
    dimension = shapely.get_dimensions(geometry)
    middles = shapely.point_on_surface(geometry)
    lines = dimension == 1
    angles, lengths = np.zeros(len(geometry)), shapely.length(geometry)
    middles[lines] = shapely.line_interpolate_point(shapely.line_merge(geometry[lines]), 0.5, normalized=True)
    angles[lines] = _directions(shapely.line_merge(geometry[lines]))
    xy = shapely.get_coordinates(middles)
    for text, at, size, angle, length in zip(
        texts, xy.tolist(), dimension.tolist(), angles.tolist(), lengths.tolist(), strict=True
    ):
        if not text or (size == 1 and length < height * len(text)):
            continue
        if size == 0:
            yield text, at[0] + BESIDE_M, at[1], 0.0, Align.MIDDLE_LEFT
        else:
            yield text, at[0], at[1], angle, Align.MIDDLE_CENTER


def _directions(lines: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the directions of lines at their middles, degrees from east, so that text is not upside down."""
    ends = [shapely.line_interpolate_point(lines, at, normalized=True) for at in (0.49, 0.51)]
    dx, dy = (shapely.get_coordinates(ends[1]) - shapely.get_coordinates(ends[0])).T
    turned: NDArray[np.float64] = (np.degrees(np.arctan2(dy, dx)) + 90) % 180 - 90
    return turned
