"""Shapes made without GDAL are those that GDAL makes."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mingqing.ingest.reading import gdal, shp
from tests.files import write_shp

near = st.integers(-1000, 1000).map(float)
places = st.tuples(near, near)
points = places.map(shapely.Point)
lines = st.lists(places, min_size=2, max_size=6).map(shapely.LineString)
rings = st.lists(places, min_size=3, max_size=6).map(lambda xy: shapely.Polygon([*xy, xy[0]]))
holed = places.map(lambda at: shapely.Point(at).buffer(9, 2).difference(shapely.Point(at).buffer(2, 1)))
parted = st.tuples(places, places).map(
    lambda two: shapely.MultiLineString([[p, (p[0] + 1, p[1])] for p in two])
)
files = st.one_of(
    *(st.lists(kind, min_size=1, max_size=5) for kind in (points, lines, rings, st.one_of(rings, holed))),
    st.lists(st.one_of(lines, parted), min_size=1, max_size=5),
    st.lists(st.none() | rings, min_size=1, max_size=5).filter(any),
)


@settings(max_examples=60, deadline=None)
@given(files)
def test_plain_shapes_are_those_of_gdal(shapes: list[shapely.Geometry | None]) -> None:
    with TemporaryDirectory() as folder:
        path = write_shp(Path(folder) / "a.shp", {"n": list(range(len(shapes)))}, shapes)
        data = path.read_bytes()
        made = shp.plain_shapes(data, shp.index(data, path.with_suffix(".shx").read_bytes()))
        raw = gdal.read_raw(path, geometry_only=True)
    assert raw.wkb is not None
    plain = all(
        s is not None and len(shapely.get_rings(s)) <= 1 and s.geom_type[:5] != "Multi" for s in shapes
    )
    assert (made is not None) == plain
    if made is not None:
        assert (shapely.to_wkb(made) == shapely.to_wkb(gdal.shapes(raw.wkb).geometry)).all()


def test_coordinates_that_are_no_place_are_left_to_gdal(tmp_path: Path) -> None:
    path = write_shp(tmp_path / "a.shp", {"n": [1, 2]}, [shapely.Point(1, 2), shapely.Point(3, 1e12)])
    data = path.read_bytes()
    assert shp.plain_shapes(data, shp.index(data, path.with_suffix(".shx").read_bytes())) is None


def test_a_record_that_says_another_type_is_left_to_gdal(tmp_path: Path) -> None:
    path = write_shp(tmp_path / "a.shp", {"n": [1, 2]}, [shapely.Point(1, 2), shapely.Point(3, 4)])
    data = bytearray(path.read_bytes())
    data[108:112] = np.int32(11).tobytes()
    found = shp.index(bytes(data), path.with_suffix(".shx").read_bytes())
    assert shp.plain_shapes(bytes(data), found) is None
