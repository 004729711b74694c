"""Shapes as other programs leave them, and coordinates of every origin, into valid geometries in the project's CRS."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mingqing.catalog.model import GeometryKind
from mingqing.core.sample import PASSWORD, USER
from mingqing.crs.transform import transform
from mingqing.ingest.repair import repair
from mingqing.store.check import check_project
from mingqing.store.project import create_project
from mingqing.store.session import Session
from tests.files import XY, box, cells, take, take_one, write_csv, write_shp, write_village

EVERY_KIND = frozenset(GeometryKind)
POLYGON = frozenset({GeometryKind.POLYGON})
BOW_TIE = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
X, Y = XY


def at_home(shape: shapely.Geometry) -> shapely.Geometry:
    """The shape moved to 松阳."""
    return shapely.transform(shape, lambda xy: xy + np.array(XY))


def stored(session: Session, table: str = "house") -> list[shapely.Geometry | None]:
    return list(session.features(table).geometry)


# ── Repair ───────────────────────────────────────────────────────────────────────────────────────────────────


def mended(shape: shapely.Geometry, allowed: frozenset[GeometryKind] = EVERY_KIND) -> shapely.Geometry | None:
    (out,), _, _ = repair(np.array([shape], dtype=object), allowed)
    return out


def test_a_ring_that_crosses_itself_becomes_its_two_halves() -> None:
    out = mended(BOW_TIE)
    assert out is not None
    assert out.is_valid
    assert out.geom_type == "MultiPolygon"
    assert out.area == pytest.approx(50)


def test_a_ring_inside_another_that_is_no_hole_keeps_the_ground_covered() -> None:
    doubled = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(2, 2, 4, 4)])
    out = mended(doubled)
    assert out is not None
    assert (out.is_valid, out.area) == (True, 100)


def test_a_valid_shape_is_not_said_to_be_repaired() -> None:
    _, repaired, refused = repair(
        np.array([shapely.box(0, 0, 1, 1), None, BOW_TIE], dtype=object), EVERY_KIND
    )
    assert repaired.tolist() == [False, False, True]
    assert refused == {}


@pytest.mark.parametrize(
    "flat",
    [
        shapely.Polygon([(0, 0), (10, 0), (0, 0), (0, 0)]),
        shapely.Polygon([(0, 0), (5, 5), (10, 10)]),
        shapely.Polygon([(1, 1), (1, 1), (1, 1)]),
    ],
)
def test_an_area_without_area_is_refused(flat: shapely.Polygon) -> None:
    (out,), _, refused = repair(np.array([flat], dtype=object), POLYGON)
    assert out is None
    assert "压缩成了" in refused[0]


@pytest.mark.parametrize("bad", [np.inf, -np.inf])
def test_coordinates_that_are_no_numbers_are_refused(bad: float) -> None:
    with np.errstate(invalid="ignore"):  # shapely's own remark on NaN, on some processors
        broken = shapely.LineString([(0, 0), (bad, 1)])
    (out,), _, refused = repair(np.array([broken], dtype=object), EVERY_KIND)
    assert out is None
    assert "坐标" in refused[0]


def test_rings_are_wound_one_way() -> None:
    hole = [(2, 2), (2, 4), (4, 4), (4, 2)]
    one = shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [hole])
    other = shapely.Polygon([(0, 0), (0, 10), (10, 10), (10, 0)], [hole[::-1]])
    a, b = mended(one), mended(other)
    assert a is not None
    assert b is not None
    assert a.exterior.is_ccw is b.exterior.is_ccw is True
    assert a.interiors[0].is_ccw is b.interiors[0].is_ccw is False


def test_a_collection_keeps_what_has_its_full_dimension() -> None:
    mixed = shapely.GeometryCollection(
        [shapely.Point(0, 0), shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (5, 5)])]
    )
    assert mended(mixed) == shapely.orient_polygons(shapely.box(0, 0, 1, 1))


def test_one_part_alone_is_no_multipart_and_two_stay_two() -> None:
    one, two = (
        shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]),
        shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]),
    )
    a, b = mended(one), mended(two)
    assert a is not None
    assert b is not None
    assert (a.geom_type, b.geom_type, shapely.get_num_geometries(b)) == ("Polygon", "MultiPolygon", 2)


rings = st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=3, max_size=8)


@given(st.lists(rings, min_size=1, max_size=3))
def test_whatever_the_rings_the_result_is_valid_or_refused(given_rings: list[list[tuple[int, int]]]) -> None:
    shape = shapely.MultiPolygon([shapely.Polygon(r) for r in given_rings])
    (out,), _, refused = repair(np.array([shape], dtype=object), POLYGON)
    assert (out is None) == (0 in refused)
    if out is not None:
        assert out.is_valid
        assert out.geom_type in {"Polygon", "MultiPolygon"}
        assert out.area > 0


def test_shapes_are_repaired_on_their_way_in_and_counted(session: Session, tmp_path: Path) -> None:
    shapes = [at_home(BOW_TIE), box(3), shapely.MultiPolygon([box(5), box(6)])]
    report = take_one(session, write_shp(tmp_path / "农房.shp", {"房屋编号": ["001", "002", "003"]}, shapes))
    assert (report.repaired, report.left_out) == (1, [])
    found = stored(session)
    assert all(g is not None and g.is_valid for g in found)
    assert sorted(g.geom_type for g in found if g is not None) == ["MultiPolygon", "MultiPolygon", "Polygon"]
    assert sum(g.area for g in found if g is not None) == pytest.approx(350)


def test_heights_are_dropped(session: Session, tmp_path: Path) -> None:
    high = shapely.force_3d(np.array([box(0), box(1)]), 321.5)
    report = take_one(session, write_shp(tmp_path / "农房.shp", {"房屋编号": ["001", "002"]}, high))
    assert report.left_out == []
    found = stored(session)
    assert [g.has_z for g in found if g is not None] == [False, False]
    assert sum(g.area for g in found if g is not None) == pytest.approx(200)


def test_a_house_without_a_shape_keeps_its_attributes_and_is_listed(session: Session, tmp_path: Path) -> None:
    report = take_one(session, write_shp(tmp_path / "农房.shp", {"房屋编号": ["001", "002"]}, [box(0), None]))
    assert report.added["house"] == 2
    assert [(x.row, x.field, x.reason) for x in report.left_out] == [
        (2, "图形", "没有画图形，只导入了属性；请在图上补画")
    ]
    assert report.read == 2


def test_a_road_without_a_shape_is_nothing_and_listed(session: Session, tmp_path: Path) -> None:
    line = shapely.LineString([XY, (X + 10, Y)])
    report = take_one(session, write_shp(tmp_path / "道路.shp", {"道路名称": ["甲路", "乙路"]}, [line, None]))
    assert report.added["road"] == 1
    assert [(x.row, x.field, x.reason) for x in report.left_out] == [
        (2, None, "没有画图形，没有导入；请在图上补画")
    ]


# ── Coordinates ──────────────────────────────────────────────────────────────────────────────────────────────


def moved(shapes: Sequence[shapely.Geometry], epsg: int) -> list[shapely.Geometry]:
    return list(transform(np.array(shapes, dtype=object), 4549, epsg))


@pytest.mark.parametrize("epsg", [4549, 4528, 4490, 4326, 3857])
def test_the_same_house_comes_in_from_every_crs(session: Session, tmp_path: Path, epsg: int) -> None:
    session.choose_crs(4549)
    path = write_shp(tmp_path / "农房.shp", {"房屋编号": ["001"]}, moved([box(0)], epsg), epsg=epsg)
    report = take_one(session, path)
    assert report.error is None
    (found,) = stored(session)
    assert found is not None
    assert shapely.hausdorff_distance(found, box(0)) < 0.001


def test_an_empty_project_takes_the_zone_of_its_first_data(session: Session, tmp_path: Path) -> None:
    assert not session.info.epsg_chosen
    west = shapely.box(103.4, 30.1, 103.4001, 30.1001)
    take_one(session, write_shp(tmp_path / "农房.shp", {"房屋编号": ["001"]}, [west], epsg=4490))
    assert (session.info.epsg, session.info.epsg_chosen) == (4543, True)
    assert check_project(session) == []


def test_a_project_whose_crs_was_chosen_keeps_it(tmp_path: Path) -> None:
    with create_project(tmp_path / "新", "新", user=USER, password=PASSWORD, epsg=4528) as session:
        take_one(
            session, write_shp(tmp_path / "农房.shp", {"房屋编号": ["001"]}, moved([box(0)], 4490), epsg=4490)
        )
        assert session.info.epsg == 4528
        (found,) = stored(session)
        assert found is not None
        assert found.centroid.x == pytest.approx(40_000_000 + X + 5, abs=0.01)


def test_without_a_prj_the_crs_is_asked_for_with_a_guess(session: Session, tmp_path: Path) -> None:
    path = write_shp(tmp_path / "农房.shp", {"房屋编号": ["001"]}, epsg=None)
    report = take_one(session, path)
    assert report.error is not None
    assert "没有说明坐标系" in report.error
    assert "4549" in report.error
    assert session.counts()["house"] == 0
    assert not session.info.epsg_chosen
    assert take_one(session, path, crs=4549).added["house"] == 1
    (found,) = stored(session)
    assert found == shapely.orient_polygons(box(0))


@pytest.mark.parametrize(("epsg", "told"), [(4528, "4528"), (4490, "4490")])
def test_the_guess_tells_zone_numbers_and_degrees_apart(
    session: Session, tmp_path: Path, epsg: int, told: str
) -> None:
    path = write_shp(tmp_path / "农房.shp", {"房屋编号": ["001"]}, moved([box(0)], epsg), epsg=epsg)
    path.with_suffix(".prj").unlink()
    error = take_one(session, path).error
    assert error is not None
    assert told in error


XIAN_80 = (
    'PROJCS["Xian_1980_3_Degree_GK_CM_120E",GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140,298.257]],'
    'PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000],'
    'PARAMETER["False_Northing",0],PARAMETER["Central_Meridian",120],PARAMETER["Scale_Factor",1],'
    'PARAMETER["Latitude_Of_Origin",0],UNIT["Meter",1]]'
)
BEIJING_54 = XIAN_80.replace("Xian_1980", "Beijing_1954").replace("6378140,298.257", "6378245,298.3")


@pytest.mark.parametrize(("prj", "name"), [(XIAN_80, "西安80"), (BEIJING_54, "北京54")])
def test_old_systems_are_refused_without_the_countys_parameters(
    session: Session, tmp_path: Path, prj: str, name: str
) -> None:
    path = write_shp(tmp_path / "农房.shp", {"房屋编号": ["001"]}, prj=prj)
    report = take_one(session, path)
    assert report.error is not None
    assert name in report.error
    assert "参数" in report.error
    assert session.counts()["house"] == 0
    parameters = (
        "+proj=tmerc +lat_0=0 +lon_0=120 +k=1 +x_0=500000 +y_0=0 +ellps=IAU76 +towgs84=1,2,3,0,0,0,0 +units=m"
    )
    assert take_one(session, path, crs=parameters).added["house"] == 1


def test_gcj_02_is_brought_back_some_five_hundred_metres(session: Session, tmp_path: Path) -> None:
    session.choose_crs(4549)
    path = write_shp(tmp_path / "农房.shp", {"房屋编号": ["001"]}, moved([box(0)], 4326), epsg=4326)
    take_one(session, path, crs="GCJ-02")
    (found,) = stored(session)
    assert found is not None
    assert 300 < found.centroid.distance(box(0).centroid) < 700


@pytest.mark.parametrize("crs", ["EPSG:9", "胡说", "+proj=nothing", "EPSG:999999"])
def test_a_crs_that_is_none_is_refused(session: Session, tmp_path: Path, crs: str) -> None:
    path = write_shp(tmp_path / "农房.shp", {"房屋编号": ["001"]})
    report = take_one(session, path, crs=crs)
    assert report.error is not None
    assert "坐标系" in report.error


def test_shapes_that_the_projects_crs_cannot_hold_are_listed(session: Session, tmp_path: Path) -> None:
    session.choose_crs(4549)
    shapes = [shapely.box(119.4, 28.4, 119.41, 28.41), shapely.box(119.4, 94, 119.5, 95)]
    report = take_one(
        session, write_shp(tmp_path / "农房.shp", {"房屋编号": ["001", "002"]}, shapes, epsg=4490)
    )
    assert [(x.row, x.reason) for x in report.left_out] == [(2, "坐标不在项目坐标系的范围内")]
    assert session.counts()["house"] == 1


def test_a_table_of_coordinates_becomes_points(session: Session, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "避灾点.csv", [["避灾点名称", "经度", "纬度"], ["村小学", 119.4, 28.4]])
    report = take(session, path, crs="EPSG:4490").sources[0]
    assert report.error is None
    assert session.counts()["shelter"] == 1


# ── Far away ─────────────────────────────────────────────────────────────────────────────────────────────────


def away(dx: float, dy: float) -> shapely.Polygon:
    return shapely.affinity.translate(box(1), dx, dy)


@pytest.mark.parametrize("known", ["a village", ""])
@pytest.mark.parametrize("at", [(0.0, 0.0), (40_450_000.0, 3_140_000.0)])
def test_a_house_at_the_end_of_the_world_is_left_out_with_its_household(
    session: Session, tmp_path: Path, known: str, at: tuple[float, float]
) -> None:
    if known:
        write_village(tmp_path)
    columns = {"房屋编号": ["001", "002", "003"], "户主": ["甄一一", "贾二二", "样三三"]}
    shapes = [box(0), away(at[0] - XY[0], at[1] - XY[1]), box(2)]
    write_shp(tmp_path / "农房.shp", columns, shapes)
    report = take(session, tmp_path).sources[-1]
    (left,) = report.left_out
    assert (left.row, left.field) == (2, None)
    assert re.fullmatch(r"坐标离本村太远（约 \d{4,} 公里），没有导入，请核对", left.reason)
    assert cells(session, "house", "house_no") == [("001",), ("003",)]
    assert cells(session, "household", "householder") == [("样三三",), ("甄一一",)]


def test_one_wrong_vertex_is_enough_and_does_not_choose_the_zone(session: Session, tmp_path: Path) -> None:
    wrong = shapely.Polygon([(0, 0), *box(1).exterior.coords[1:-1]])
    write_shp(tmp_path / "农房.shp", {"房屋编号": ["001", "002", "003"]}, [box(0), wrong, box(2)])
    (report,) = take(session, tmp_path).sources
    assert session.info.epsg == 4549
    assert [x.row for x in report.left_out] == [2]


@pytest.mark.parametrize(("km", "taken"), [(45, 1), (56, 0)])
def test_a_house_may_be_as_far_from_the_villages_as_a_county_is_wide(
    session: Session, tmp_path: Path, km: int, taken: int
) -> None:
    write_village(tmp_path)
    write_shp(tmp_path / "农房.shp", {"房屋编号": ["001"]}, [away(0, km * 1000)])
    report = take(session, tmp_path).sources[-1]
    assert len(report.left_out) == 1 - taken
    assert session.counts()["house"] == taken


def test_a_road_that_leads_far_away_is_taken(session: Session, tmp_path: Path) -> None:
    write_village(tmp_path)
    line = shapely.LineString([XY, (XY[0], XY[1] + 80_000)])
    write_shp(tmp_path / "道路.shp", {"道路名称": ["县道"]}, [line])
    assert take(session, tmp_path).sources[-1].left_out == []


def test_distance_is_told_in_kilometres_where_the_map_is_in_degrees(session: Session, tmp_path: Path) -> None:
    session.choose_crs(4490)
    write_village(tmp_path)
    write_shp(tmp_path / "农房.shp", {"房屋编号": ["001", "002"]}, [box(0), away(0, 200_000)])
    report = take(session, tmp_path).sources[-1]
    (left,) = report.left_out
    assert left.row == 2
    assert 190 < int(re.findall(r"\d+", left.reason)[0]) < 205
