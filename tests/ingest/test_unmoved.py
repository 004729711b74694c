"""Shapes that come back through another CRS are where they were: nothing changes, nothing drifts."""

from pathlib import Path

import numpy as np
import pytest
import shapely
import shapely.affinity

from mingqing.crs.transform import transform
from mingqing.store.session import Session
from tests.files import VILLAGE, XY, box, take, take_one, write_shp, write_village

NUMBERS = ["001", "002", "003"]
CORNERS = list(box(0).exterior.coords)
L_SHAPE = shapely.Polygon(
    [(0, 0), (12, 0), (12, 5), (5, 5), (5, 9), (0, 9)], [[(1, 1), (2, 1), (2, 2), (1, 2)]]
)


@pytest.fixture
def village(session: Session, tmp_path: Path) -> Session:
    """A village with three houses, one turned and with a yard."""
    write_village(tmp_path / "原有")
    turned = shapely.affinity.translate(
        shapely.affinity.rotate(L_SHAPE, 17), *(XY[0] + 60.123, XY[1] + 0.456)
    )
    shapes = [box(0), box(1), turned]
    write_shp(tmp_path / "原有" / "农房.shp", {"房屋编号": NUMBERS}, shapes)
    take(session, tmp_path / "原有")
    return session


def stored(session: Session) -> dict[int, bytes | None]:
    kept = session.stored("house", ["house_no"], village=VILLAGE)
    assert len(kept.ids) == len(NUMBERS)
    return dict(zip(kept.ids, kept.geometry or [], strict=True))


def numbered(session: Session) -> dict[str, tuple[int, shapely.Geometry]]:
    found = session.features("house", columns=("house_no",))
    rows = zip(found.columns["house_no"], found.ids.tolist(), found.geometry, strict=True)
    return {str(number): (row, shape) for number, row, shape in rows}


@pytest.mark.parametrize("epsg", [4490, 4528, 3857])
@pytest.mark.parametrize("known_by", ["id", "key"])
def test_shapes_from_another_crs_are_the_same_and_stay_to_the_bit(
    village: Session, tmp_path: Path, epsg: int, known_by: str
) -> None:
    before, rows = stored(village), numbered(village)
    shapes = transform(np.array([rows[n][1] for n in NUMBERS], dtype=object), 4549, epsg)
    columns = {"FWBH": NUMBERS, "CUNDM": [VILLAGE] * 3, "CS": ["", "4", ""]}
    if known_by == "id":
        columns["MQID"] = [str(rows[n][0]) for n in NUMBERS]
    report = take_one(village, write_shp(tmp_path / "回" / "house.shp", columns, shapes, epsg=epsg))
    assert (report.unchanged["house"], report.updated["house"]) == (2, 1)
    assert stored(village) == before
    assert village.row("house", rows["002"][0])["storeys"] == 4  # type: ignore[index]


def test_where_a_ring_begins_moves_nothing(village: Session, tmp_path: Path) -> None:
    before, rows = stored(village), numbered(village)
    shapes = []
    for number in NUMBERS:
        shape = rows[number][1]
        ring = np.roll(shapely.get_coordinates(shape.exterior)[:-1], 2, axis=0) + 0.0004
        shapes.append(shapely.Polygon(ring, [r.coords for r in shape.interiors]))
    columns = {"MQID": [str(rows[n][0]) for n in NUMBERS], "FWBH": NUMBERS}
    report = take_one(village, write_shp(tmp_path / "回" / "house.shp", columns, shapes))
    assert report.unchanged["house"] == 3
    assert stored(village) == before


@pytest.mark.parametrize(
    "moved",
    [
        shapely.affinity.translate(box(0), 0.002),
        shapely.Polygon([*CORNERS[:2], (CORNERS[2][0] + 0.002, CORNERS[2][1]), *CORNERS[3:]]),
        shapely.Polygon(CORNERS[:3]),
    ],
    ids=["two millimetres", "one corner", "a corner less"],
)
def test_what_was_moved_is_corrected(village: Session, tmp_path: Path, moved: shapely.Polygon) -> None:
    row = numbered(village)["001"][0]
    path = write_shp(tmp_path / "回" / "house.shp", {"MQID": [str(row)], "FWBH": ["001"]}, [moved])
    assert take_one(village, path).updated["house"] == 1
    assert village.features("house", among=[row]).geometry[0].equals(moved)


def test_the_same_corners_joined_otherwise_are_another_shape(village: Session, tmp_path: Path) -> None:
    x, y = XY
    corners = [(x, y), (x + 10, y), (x + 10, y + 10), (x, y + 10)]
    middle = (x + 5, y + 5)
    row = numbered(village)["001"][0]
    columns = {"MQID": [str(row)], "FWBH": ["001"]}
    take_one(
        village, write_shp(tmp_path / "一" / "house.shp", columns, [shapely.Polygon([*corners, middle])])
    )
    other = shapely.Polygon([corners[0], middle, *corners[1:]])
    assert take_one(village, write_shp(tmp_path / "二" / "house.shp", columns, [other])).updated["house"] == 1
    assert village.features("house", among=[row]).geometry[0].equals(other)
