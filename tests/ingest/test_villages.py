"""Which village a row belongs to: what it says, the folder it lay in, the place where it is."""

from pathlib import Path

import pytest
import shapely

from mingqing.store.check import check_project
from mingqing.store.session import Session
from tests.files import (
    NEIGHBOUR,
    VILLAGE,
    XY,
    box,
    cells,
    take,
    take_one,
    write_shp,
    write_village,
    write_xlsx,
)


@pytest.fixture
def two_villages(session: Session, tmp_path: Path) -> Session:
    """小竹溪村 from the first house on, 横岗村 from the two hundredth."""
    write_village(tmp_path / "a" / "小竹溪村", VILLAGE, "小竹溪村", 0)
    write_village(tmp_path / "a" / "横岗村", NEIGHBOUR, "横岗村", 200)
    take(session, tmp_path / "a")
    return session


def village_of(session: Session, table: str, column: str) -> dict[object, object]:
    return dict(session.rows(table, [column, "village_code"]))  # type: ignore[arg-type]


@pytest.mark.parametrize("column", ["村代码", "村名", "所属村", "行政村"])
def test_a_column_says_it_by_code_or_name(two_villages: Session, tmp_path: Path, column: str) -> None:
    said = [VILLAGE, NEIGHBOUR] if column == "村代码" else ["小竹溪", "横岗村"]
    path = write_shp(tmp_path / "农房.shp", {"房屋编号": ["001", "002"], column: said}, [box(50), box(51)])
    take_one(two_villages, path)
    assert village_of(two_villages, "house", "house_no") == {"001": VILLAGE, "002": NEIGHBOUR}


@pytest.mark.parametrize(
    "folder", ["横岗村", "02横岗村", "横岗", "竹源乡/2.横岗村/矢量", NEIGHBOUR, f"{NEIGHBOUR}横岗"]
)
def test_the_folder_says_it(two_villages: Session, tmp_path: Path, folder: str) -> None:
    write_xlsx(tmp_path / "资料" / folder / "住户.xlsx", {"住户": [["户主", "户号"], ["甄一一", "0101"]]})
    take(two_villages, tmp_path / "资料")
    assert village_of(two_villages, "household", "householder") == {"甄一一": NEIGHBOUR}


def test_the_files_name_says_it_before_the_folder(two_villages: Session, tmp_path: Path) -> None:
    path = tmp_path / "小竹溪村" / "横岗村住户.xlsx"
    take_one(two_villages, write_xlsx(path, {"住户": [["户主", "户号"], ["甄一一", "0101"]]}))
    assert village_of(two_villages, "household", "householder") == {"甄一一": NEIGHBOUR}


def test_the_place_says_it(two_villages: Session, tmp_path: Path) -> None:
    path = write_shp(
        tmp_path / "全乡" / "农房.shp", {"房屋编号": ["001", "002", "003"]}, [box(1), box(201), box(900)]
    )
    take_one(two_villages, path)
    assert village_of(two_villages, "house", "house_no") == {"001": VILLAGE, "002": NEIGHBOUR, "003": None}


def test_people_fed_by_a_house_are_in_its_village(two_villages: Session, tmp_path: Path) -> None:
    columns = {"房屋编号": ["001", "002"], "户主": ["甄一一", "贾二二"]}
    take_one(two_villages, write_shp(tmp_path / "全乡" / "农房.shp", columns, [box(1), box(201)]))
    assert village_of(two_villages, "household", "householder") == {"甄一一": VILLAGE, "贾二二": NEIGHBOUR}


def test_a_register_of_the_township_finds_its_villages_row_by_row(
    two_villages: Session, tmp_path: Path
) -> None:
    rows = [["村名", "姓名", "户主"], ["小竹溪村", "甄一一", "甄一一"], ["横岗村", "甄一一", "甄一一"]]
    take_one(two_villages, write_xlsx(tmp_path / "全乡花名册.xlsx", {"人口": rows}))
    assert cells(two_villages, "resident", "name", "village_code") == [
        ("甄一一", VILLAGE),
        ("甄一一", NEIGHBOUR),
    ]
    assert two_villages.counts()["household"] == 2


def test_a_folder_of_a_village_without_a_boundary_is_a_village_by_its_name(
    session: Session, tmp_path: Path
) -> None:
    write_shp(tmp_path / "三村" / "03后畲村" / "农房.shp", {"房屋编号": ["001"]}, [box(0)])
    write_shp(tmp_path / "三村" / "04山下阳村" / "农房.shp", {"房屋编号": ["001"]}, [box(300)])
    report = take(session, tmp_path / "三村")
    assert [v.name for v in session.villages()] == ["后畲村", "山下阳村"]
    assert session.counts()["house"] == 2
    assert all("暂以村名代替" in s.notes[-1] for s in report.sources)
    assert check_project(session) == []


def test_its_boundary_coming_later_gives_it_its_code(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "03后畲村"
    write_shp(folder / "农房.shp", {"房屋编号": ["001"], "户主": ["甄一一"]})
    take(session, folder)
    write_village(folder, VILLAGE, "后畲村")
    take(session, folder)
    assert [(v.code, v.name) for v in session.villages()] == [(VILLAGE, "后畲村")]
    assert session.counts()["house"] == session.counts()["household"] == 1
    assert village_of(session, "house", "house_no") == {"001": VILLAGE}
    assert village_of(session, "household", "householder") == {"甄一一": VILLAGE}


def test_a_boundary_among_the_files_is_read_first(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "全乡"
    write_shp(folder / "农房.shp", {"房屋编号": ["001"]}, [box(3)])
    write_shp(
        folder / "村界.shp",
        {"村名": ["小竹溪村"], "村代码": [VILLAGE]},
        [shapely.box(XY[0] - 99, XY[1] - 99, XY[0] + 999, XY[1] + 99)],
    )
    take(session, folder)
    assert village_of(session, "house", "house_no") == {"001": VILLAGE}


def test_a_folder_that_is_no_village_makes_none(session: Session, tmp_path: Path) -> None:
    write_shp(tmp_path / "最新资料" / "农房.shp", {"房屋编号": ["001"]})
    take(session, tmp_path / "最新资料")
    assert session.counts()["village"] == 0
    assert village_of(session, "house", "house_no") == {"001": None}
    again = take(session, tmp_path / "最新资料")
    assert (again.total("added"), again.total("unchanged")) == (0, 1)
