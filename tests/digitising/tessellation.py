"""Land divided among neighbours without gap or overlap, to try the geometry of editing on."""

import numpy as np
import shapely
from hypothesis import strategies as st

from mingqing.digitising.cutting import split

SIZE_M = 100.0


def divided(seed: int, count: int) -> list[shapely.Polygon]:
    """Return a square of 100 m divided at random into `count` polygons, at coordinates as large as a county's."""
    rng = np.random.default_rng(seed)
    places = shapely.multipoints(rng.uniform(0, SIZE_M, (count, 2)))
    square = shapely.box(0, 0, SIZE_M, SIZE_M)
    cells = shapely.get_parts(shapely.voronoi_polygons(places, extend_to=square))
    cells = shapely.intersection(cells, square)
    cells = shapely.set_precision(cells, 0.001)
    return list(shapely.transform(cells, lambda xy: xy + np.array([450_000.0, 3_148_000.0])))


tessellations = st.builds(divided, st.integers(0, 10_000), st.integers(3, 14))


def overlap_m2(shapes: list[shapely.Geometry]) -> float:
    """Return the largest area that two of them have in common."""
    return max((float(a.intersection(b).area) for i, a in enumerate(shapes) for b in shapes[:i]), default=0.0)


def with_half_junctions(shapes: list[shapely.Polygon], which: int) -> list[shapely.Polygon]:
    """Return land of which one piece is split, without the corners of the cut in the neighbours' borders."""
    middle = np.array(shapes[which].representative_point().coords[0])
    way = np.array([300.0, 200.0])
    line = shapely.LineString([middle - way, middle + way])
    return [*shapes[:which], *split(shapes[which], line), *shapes[which + 1 :]]
