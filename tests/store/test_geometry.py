"""Shapely arrays and SpatiaLite's BLOBs say the same."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mingqing.store.geometry import decode, encode
from mingqing.store.owner import owner
from mingqing.store.session import Session

numbers = st.floats(-5e7, 5e7, allow_subnormal=False)
points = st.tuples(numbers, numbers)
lines = st.lists(points, min_size=2, max_size=6)


@st.composite
def boxes(draw: st.DrawFn) -> shapely.Polygon:
    x, y = draw(points)
    width, height = draw(st.integers(4, 500)), draw(st.integers(4, 500))
    hole = shapely.box(x + 1, y + 1, x + 2, y + 2).exterior
    return shapely.Polygon(
        shapely.box(x, y, x + width, y + height).exterior, [hole] if draw(st.booleans()) else []
    )


shapes = st.one_of(
    st.none(),
    points.map(shapely.Point),
    lines.map(shapely.LineString),
    boxes(),
    st.lists(points, min_size=1, max_size=4).map(shapely.MultiPoint),
    st.lists(lines, min_size=1, max_size=3).map(shapely.MultiLineString),
    st.lists(boxes(), min_size=1, max_size=3).map(shapely.MultiPolygon),
)


@given(st.lists(shapes, max_size=6))
def test_shapes_come_back_as_they_were(given_shapes: list[shapely.Geometry | None]) -> None:
    array = np.array([*given_shapes, None], dtype=object)[:-1]
    back = decode(encode(array, 4549))
    assert [None if g is None else g.wkb for g in back] == [None if g is None else g.wkb for g in array]


EXAMPLES = [
    shapely.Point(1.5, 2.25),
    shapely.LineString([(0, 0), (3, 4.125), (5, 5)]),
    shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(1, 1), (1, 2), (2, 2), (2, 1)]]),
    shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3), (4, 5)]]),
    shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]),
]


@pytest.mark.parametrize("shape", EXAMPLES, ids=lambda g: g.geom_type)
def test_spatialite_reads_what_we_write_and_we_read_what_it_writes(
    session: Session, shape: shapely.Geometry
) -> None:
    (blob,) = encode(np.array([shape]), 4549)
    with owner(session, spatial=True) as database:
        text, srid, valid = database.execute("SELECT AsText(?1), ST_Srid(?1), ST_IsValid(?1)", (blob,)).get
        theirs = database.execute("SELECT GeomFromText(?, 4549)", (shape.wkt,)).get
    assert shapely.equals(shapely.from_wkt(text), shape)
    assert (srid, valid) == (4549, 1)
    assert theirs == blob
    assert decode([theirs])[0].wkb == shape.wkb


def test_nothing_and_an_empty_shape_are_stored_as_nothing() -> None:
    assert encode(np.array([None, shapely.Point(), shapely.Polygon()], dtype=object), 4549) == [None] * 3
    assert len(decode([])) == 0
