"""A shapefile is read with whatever of its parts is there, and nothing is written beside it."""

import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mingqing.core.errors import InputRefused
from tests.ingest.reading.conftest import read_one, write_houses


@pytest.fixture
def houses(tmp_path: Path) -> Path:
    return write_houses(tmp_path / "农房.shp")


def test_shapes_attributes_crs_and_encoding_arrive(houses: Path) -> None:
    layer = read_one(houses)
    assert layer.name == "农房"
    assert layer.columns["门牌地址"] == ["大竹溪村一号", "大竹溪村二号", "大竹溪村三号", None, "五号楼"]
    assert layer.columns["层数"] == [1, 2, 3, 2, 1]
    assert layer.rows.tolist() == [1, 2, 3, 4, 5]
    assert layer.geometry is not None
    assert shapely.area(layer.geometry).tolist() == [100.0] * 5
    assert layer.crs is not None
    assert layer.crs.epsg == 4549
    assert not layer.notes
    assert not layer.problems


@pytest.mark.parametrize("spoil", ["missing", "empty", "stale", "far"])
def test_index_is_rebuilt_without_touching_the_users_folder(houses: Path, spoil: str) -> None:
    shx = houses.with_suffix(".shx")
    data = bytearray(shx.read_bytes())
    if spoil == "missing":
        shx.unlink()
    elif spoil == "empty":
        shx.write_bytes(b"")
    else:
        struct.pack_into(">i", data, 108, 62 if spoil == "stale" else 2**30)
        shx.write_bytes(data)
    before = {p: p.read_bytes() for p in houses.parent.iterdir()}
    layer = read_one(houses)
    assert len(layer) == 5
    assert any(".shx" in note for note in layer.notes)
    assert {p: p.read_bytes() for p in houses.parent.iterdir()} == before


def test_file_cut_in_a_record_gives_the_whole_ones_and_lists_the_rest(houses: Path) -> None:
    houses.write_bytes(houses.read_bytes()[:-30])
    layer = read_one(houses)
    assert len(layer) == 4
    assert layer.columns["层数"] == [1, 2, 3, 2]
    assert {p.row for p in layer.problems} == {5}


def test_table_cut_short_gives_the_rows_it_has(houses: Path) -> None:
    dbf = houses.with_suffix(".dbf")
    dbf.write_bytes(dbf.read_bytes()[:-60])
    layer = read_one(houses)
    assert 0 < len(layer) < 5
    assert layer.problems


def test_deleted_records_take_their_shapes_with_them(houses: Path) -> None:
    dbf = houses.with_suffix(".dbf")
    data = bytearray(dbf.read_bytes())
    header, size = struct.unpack_from("<HH", data, 8)
    data[header + size] = ord("*")
    dbf.write_bytes(data)
    layer = read_one(houses)
    assert layer.rows.tolist() == [1, 3, 4, 5]
    assert layer.columns["层数"] == [1, 3, 2, 1]
    assert layer.geometry is not None
    assert layer.geometry[1].bounds[0] == 450_060


def test_without_attributes_there_are_shapes_and_a_note(houses: Path) -> None:
    houses.with_suffix(".dbf").unlink()
    layer = read_one(houses)
    assert len(layer) == 5
    assert layer.columns == {}
    assert any(".dbf" in note for note in layer.notes)


def test_heights_are_dropped_and_said(tmp_path: Path) -> None:
    points = shapely.points(np.arange(15.0).reshape(5, 3))
    layer = read_one(write_houses(tmp_path / "点.shp", geometry=points))
    assert layer.geometry is not None
    assert not shapely.has_z(layer.geometry).any()
    assert any("Z/M" in note for note in layer.notes)


def test_rows_with_null_shapes_are_kept(tmp_path: Path) -> None:
    points = np.array([shapely.Point(1, 2), None, *shapely.points([[3, 4], [5, 6], [7, 8]])], dtype=object)
    layer = read_one(write_houses(tmp_path / "点.shp", geometry=points))
    assert layer.rows.tolist() == [1, 2, 3, 4, 5]
    assert layer.geometry is not None
    assert [g is None for g in layer.geometry] == [False, True, False, False, False]


def test_an_index_cut_short_hides_no_records(tmp_path: Path) -> None:
    path = write_houses(tmp_path / "点.shp", geometry=shapely.points(np.arange(10.0).reshape(5, 2)))
    index = path.with_suffix(".shx")
    index.write_bytes(index.read_bytes()[:-16])
    layer = read_one(path)
    assert layer.rows.tolist() == [1, 2, 3, 4, 5]
    assert any(".shx 与 .shp 不一致" in note for note in layer.notes)


def test_wild_coordinates_are_listed(tmp_path: Path) -> None:
    path = write_houses(tmp_path / "点.shp", geometry=shapely.points(np.arange(10.0).reshape(5, 2)))
    data = bytearray(path.read_bytes())
    struct.pack_into("<d", data, 100 + 28 + 12, np.inf)
    struct.pack_into("<d", data, 100 + 2 * 28 + 12, 1e300)
    path.write_bytes(data)
    layer = read_one(path)
    assert layer.rows.tolist() == [1, 2, 3, 4, 5]
    assert [(p.row, p.field) for p in layer.problems] == [(2, "图形"), (3, "图形")]


def test_multipatch_is_refused_with_advice(houses: Path) -> None:
    data = bytearray(houses.read_bytes())
    data[32] = 31
    houses.write_bytes(data)
    with pytest.raises(InputRefused, match="MultiPatch"):
        read_one(houses)


@pytest.mark.parametrize("content", [b"", b"\0" * 50, b"not a shapefile at all" * 20])
def test_what_is_no_shapefile_is_refused_by_name(houses: Path, content: bytes) -> None:
    houses.write_bytes(content)
    with pytest.raises(InputRefused, match="农房"):
        read_one(houses)


def test_empty_layer_is_read_as_empty(tmp_path: Path) -> None:
    empty = write_houses(tmp_path / "空.shp")
    empty.write_bytes(empty.read_bytes()[:100])
    shx = empty.with_suffix(".shx")
    shx.write_bytes(shx.read_bytes()[:100])
    dbf = empty.with_suffix(".dbf")
    data = bytearray(dbf.read_bytes())
    struct.pack_into("<I", data, 4, 0)
    dbf.write_bytes(data)
    assert len(read_one(empty)) == 0


def test_layer_travels_between_processes(houses: Path) -> None:
    layer = read_one(houses)
    back = pickle.loads(pickle.dumps(layer))  # noqa: S301 - our own
    assert back.columns == layer.columns
    assert shapely.equals_exact(back.geometry, layer.geometry).all()


_METRES = st.integers(-1_000_000, 45_000_000).map(lambda n: n / 64)


@st.composite
def _shape(draw: st.DrawFn, kind: str) -> shapely.Geometry:
    """A point, line of some bends, or a box, with a hole or another box beside it at times."""
    x, y, size = draw(_METRES), draw(_METRES), draw(st.integers(8, 800))
    if kind == "Point":
        return shapely.Point(x, y)
    if kind == "LineString":
        bends = draw(st.lists(st.tuples(_METRES, _METRES), min_size=2, max_size=6, unique=True))
        return shapely.LineString(bends)
    shape = shapely.box(x, y, x + size, y + size)
    if draw(st.booleans()):
        shape -= shapely.box(x + size / 4, y + size / 4, x + size / 2, y + size / 2)
    return shape | shapely.box(x + 2 * size, y, x + 3 * size, y + size) if draw(st.booleans()) else shape


@settings(deadline=None, max_examples=60)
@given(st.data(), st.sampled_from(["Point", "LineString", "Polygon"]))
def test_shapes_are_read_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, kind: str
) -> None:
    shapes = np.array([data.draw(_shape(kind)) for _ in range(5)])
    path = tmp_path_factory.mktemp("shapes") / "形.shp"
    layer = read_one(write_houses(path, geometry=shapes))
    assert layer.geometry is not None
    assert shapely.equals(layer.geometry, shapes).all()


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damaged_bytes_give_rows_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    path = write_houses(folder / "农房.shp")
    for part in (path, path.with_suffix(".shx"), path.with_suffix(".dbf")):
        content = bytearray(part.read_bytes())
        for _ in range(data.draw(st.integers(0, 3))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        part.write_bytes(content[: data.draw(st.integers(0, len(content)) | st.just(len(content)))])
    try:
        layer = read_one(path)
    except InputRefused:
        return
    assert {len(v) for v in layer.columns.values()} <= {len(layer)}
