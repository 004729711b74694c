"""The same files again, corrected files, and the same thing said twice."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import shapely

from mingqing.catalog.values import id_check_character
from mingqing.store.check import check_project
from mingqing.store.session import Session
from tests.files import VILLAGE, XY, box, cells, take, take_one, write_shp, write_village, write_xlsx, written


def id_number(serial: int, born: str = "19870506") -> str:
    first = f"999999{born}{serial:03}"
    return first + id_check_character(first)


@pytest.fixture
def folder(session: Session, tmp_path: Path) -> Path:
    """The folder of a village that is known."""
    write_village(tmp_path / "小竹溪村")
    take(session, tmp_path / "小竹溪村")
    return tmp_path / "小竹溪村"


def people(folder: Path, *rows: Sequence[Any]) -> Path:
    return write_xlsx(folder / "人口.xlsx", {"人口": [["姓名", "身份证号", "手机号", "户号"], *rows]})


def roads(
    folder: Path, *lines: Sequence[tuple[float, float]], names: Sequence[str | None] | None = None
) -> Path:
    shapes = [shapely.LineString([(XY[0] + x, XY[1] + y) for x, y in line]) for line in lines]
    return write_shp(folder / "道路.shp", {"道路名称": names or [None] * len(lines)}, shapes)


# ── By key ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_row_is_known_by_its_number_though_all_else_changes(session: Session, folder: Path) -> None:
    take(session, write_shp(folder / "农房.shp", {"房屋编号": ["001", "002"], "层数": [1, 2]}))
    ids = dict(session.rows("house", ["house_no", "id"]))
    report = take_one(
        session,
        write_shp(folder / "农房.shp", {"房屋编号": ["002", "001"], "层数": [2, 5]}, [box(7), box(8)]),
    )
    assert (report.added.total(), report.updated["house"]) == (0, 2)
    assert dict(session.rows("house", ["house_no", "id"])) == ids
    assert cells(session, "house", "house_no", "storeys") == [("001", 5), ("002", 2)]


def test_a_corrected_number_is_known_by_the_shape(session: Session, folder: Path) -> None:
    take(session, write_shp(folder / "农房.shp", {"房屋编号": ["001", "002"], "层数": [1, 2]}))
    report = take_one(session, write_shp(folder / "农房.shp", {"房屋编号": ["001", "022"], "层数": [1, 2]}))
    assert (report.added.total(), report.updated["house"], report.unchanged["house"]) == (0, 1, 1)
    assert cells(session, "house", "house_no") == [("001",), ("022",)]


def test_a_house_without_a_number_gets_one(session: Session, folder: Path) -> None:
    take(session, write_shp(folder / "建筑.shp", {"层数": [1, 2]}))
    report = take_one(session, write_shp(folder / "农房.shp", {"房屋编号": ["001", "002"], "层数": [1, 2]}))
    assert (report.added.total(), report.updated["house"]) == (0, 2)
    assert cells(session, "house", "house_no") == [("001",), ("002",)]


def test_the_same_number_in_two_villages_is_two_houses(session: Session, tmp_path: Path) -> None:
    for column, (code, name) in enumerate([(VILLAGE, "小竹溪村"), ("331124201216", "横岗村")]):
        write_village(tmp_path / name, code, name, column * 200)
        write_shp(tmp_path / name / "农房.shp", {"房屋编号": ["001"]}, [box(column * 200 + 1)])
    take(session, tmp_path / "小竹溪村", tmp_path / "横岗村")
    assert session.counts()["house"] == 2


def test_a_blank_never_overwrites(session: Session, folder: Path) -> None:
    take(session, people(folder, ["甄一一", id_number(1), "00012345678", "0101"]))
    report = take_one(session, people(folder, ["甄一一", id_number(1), "", ""]))
    assert report.unchanged["resident"] == 1
    assert cells(session, "resident", "phone") == [("00012345678",)]


def test_people_of_one_name_with_two_id_numbers_stay_two(session: Session, folder: Path) -> None:
    path = people(folder, ["甄一一", id_number(1), "", "0101"], ["甄一一", id_number(2), "", "0101"])
    assert take_one(session, path).added["resident"] == 2
    assert take_one(session, path).unchanged["resident"] == 2


def test_who_moves_in_does_not_get_the_telephone_of_who_moved_out(session: Session, folder: Path) -> None:
    take(
        session,
        people(folder, ["甄一一", id_number(1), "00011111111", "0101"], ["贾二二", id_number(2), "", "0102"]),
    )
    report = take_one(
        session, people(folder, ["样三三", id_number(3), "", "0101"], ["贾二二", id_number(2), "", "0102"])
    )
    assert report.added["resident"] == 1
    assert cells(session, "resident", "name", "id_number", "phone") == [
        ("样三三", id_number(3), None),
        ("甄一一", id_number(1), "00011111111"),
        ("贾二二", id_number(2), None),
    ]


def test_a_corrected_id_number_stays_the_same_person(session: Session, folder: Path) -> None:
    take(session, people(folder, ["甄一一", id_number(1), "00011111111", "0101"]))
    report = take_one(session, people(folder, ["甄一一", id_number(2), "", "0101"]))
    assert report.updated["resident"] == 1
    assert cells(session, "resident", "id_number", "phone") == [(id_number(2), "00011111111")]


def test_a_new_house_does_not_take_over_the_people_of_one_pulled_down(session: Session, folder: Path) -> None:
    columns = {"房屋编号": ["001"], "户主": ["甄一一"]}
    take(session, write_shp(folder / "农房.shp", columns, [box(0)]))
    report = take_one(
        session, write_shp(folder / "农房.shp", {"房屋编号": ["002"], "户主": ["贾二二"]}, [box(5)])
    )
    assert dict(report.added) == {"house": 1, "household": 1}
    numbers = dict(session.rows("house", ["id", "house_no"]))
    assert {h: numbers[i] for h, i in session.rows("household", ["householder", "house"])} == {  # type: ignore[index]
        "甄一一": "001",
        "贾二二": "002",
    }


# ── Where only the shape tells ───────────────────────────────────────────────────────────────────────────────

A, B, C = [(0, 0), (50, 0)], [(0, 100), (50, 100)], [(0, 200), (50, 200)]


def test_a_road_that_is_drawn_anew_is_corrected_in_place(session: Session, folder: Path) -> None:
    take(session, roads(folder, A, B))
    ids = set(session.rows("road", ["id"]))
    report = take_one(session, roads(folder, A, [(0, 100), (60, 110)]))
    assert (report.added.total(), report.updated["road"], report.unchanged["road"]) == (0, 1, 1)
    assert set(session.rows("road", ["id"])) == ids
    assert check_project(session) == []


def test_a_corrected_road_is_known_whether_its_folder_or_the_file_is_given(
    session: Session, folder: Path
) -> None:
    roads(folder, A, B)
    take(session, folder.parent)
    report = take(session, roads(folder, A, [(0, 100), (60, 110)]))
    assert written(report) == {"road": (0, 1, 1)}


def test_a_road_more_is_added(session: Session, folder: Path) -> None:
    take(session, roads(folder, A, B))
    report = take_one(session, roads(folder, A, B, C))
    assert (report.added["road"], report.unchanged["road"]) == (1, 2)


def test_a_road_less_leaves_the_project_as_it_is(session: Session, folder: Path) -> None:
    take(session, roads(folder, A, B))
    report = take_one(session, roads(folder, B))
    assert (report.added.total(), report.updated.total(), report.unchanged["road"]) == (0, 0, 1)
    assert session.counts()["road"] == 2


# ── Said twice ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_number_that_occurs_twice_is_listed_with_both_rows(session: Session, folder: Path) -> None:
    report = take_one(session, write_shp(folder / "农房.shp", {"房屋编号": ["001", "002", "001"]}))
    assert [(x.row, x.field, x.reason) for x in report.left_out] == [
        (3, None, "房屋编号“001”与第 1 行重复，没有导入，请改成不同的房屋编号")
    ]
    assert cells(session, "house", "house_no") == [("001",), ("002",)]


def test_a_shape_that_occurs_twice_is_listed(session: Session, folder: Path) -> None:
    report = take_one(session, roads(folder, A, B, A))
    assert [(x.row, x.reason) for x in report.left_out] == [(3, "与第 1 行完全相同，没有重复导入")]
    assert session.counts()["road"] == 2


def test_a_row_of_a_sheet_that_occurs_twice_is_listed_by_its_number_there(
    session: Session, folder: Path
) -> None:
    path = people(
        folder,
        ["甄一一", id_number(1), "", "0101"],
        ["贾二二", id_number(2), "", "0102"],
        ["甄一一", id_number(1), "", "0101"],
    )
    report = take_one(session, path)
    assert [x.reason for x in report.left_out if x.row == 4 and x.field is None] == [
        f"身份证号“{id_number(1)}”与第 2 行重复，没有导入，请核对"
    ]


def test_a_householder_said_on_every_line_makes_one_household(session: Session, folder: Path) -> None:
    rows = [["姓名", "户主"], ["甄一一", "甄一一"], ["子一", "甄一一"], ["贾二二", "贾二二"]]
    path = write_xlsx(folder / "人口.xlsx", {"人口": rows})
    report = take_one(session, path)
    assert dict(report.added) == {"household": 2, "resident": 3}
    assert report.left_out == []
    again = take_one(session, path)
    assert (again.added.total(), again.updated.total()) == (0, 0)


def test_a_register_that_names_only_the_householder_finds_the_household_that_is_there(
    session: Session, folder: Path
) -> None:
    take(session, write_shp(folder / "农房.shp", {"房屋编号": ["001"], "户主": ["甄一一"]}))
    rows = [["姓名", "户主"], ["甄一一", "甄一一"], ["子一", "甄一一"]]
    report = take_one(session, write_xlsx(folder / "人口.xlsx", {"人口": rows}))
    assert (report.added["resident"], report.added["household"]) == (2, 0)
    assert session.counts()["household"] == 1


def test_two_files_of_one_name_in_two_folders_are_not_taken_for_one(session: Session, tmp_path: Path) -> None:
    for name, x in (("甲片", 0), ("乙片", 500)):
        take(session, roads(tmp_path / name, [(x, 0), (x + 50, 0)]))
    assert session.counts()["road"] == 2


# ── Known only weakly ────────────────────────────────────────────────────────────────────────────────────────

REGISTER = [
    ["户主", "姓名", "与户主关系", "联系电话", "房屋编号"],
    *(
        row
        for i, name in enumerate(["甄一一", "贾二二", "样三三"], start=1)
        for row in ([name, name, "户主", f"0001111111{i}", f"00{i}"], [name, f"妻{i}", "妻子", "", f"00{i}"])
    ),
]


def homes(session: Session) -> dict[object, object]:
    """The number of each household's house."""
    numbers = dict(session.rows("house", ["id", "house_no"]))
    return {name: numbers.get(house) for name, house in session.rows("household", ["householder", "house"])}


def test_houses_that_come_after_the_register_double_nobody(session: Session, folder: Path) -> None:
    register = write_xlsx(folder / "花名册.xlsx", {"花名册": REGISTER})
    take(session, register)
    residents = set(session.rows("resident", ["id", "household"]))
    write_shp(folder / "农房.shp", {"房屋编号": ["001", "002", "003"]})
    report = take(session, folder)
    assert written(report)["household"] == (0, 3, 0)
    assert set(session.rows("resident", ["id", "household"])) == residents
    assert homes(session) == {"甄一一": "001", "贾二二": "002", "样三三": "003"}
    assert written(take(session, folder))["household"] == (0, 0, 3)


def test_a_house_number_corrected_in_the_houses_or_in_the_register_doubles_nobody(
    session: Session, folder: Path
) -> None:
    write_xlsx(folder / "花名册.xlsx", {"花名册": REGISTER})
    write_shp(folder / "农房.shp", {"房屋编号": ["001", "002", "002"]})
    take(session, folder)
    write_shp(folder / "农房.shp", {"房屋编号": ["001", "002", "003"]})
    take(session, folder)
    assert homes(session) == {"甄一一": "001", "贾二二": "002", "样三三": "003"}
    assert (session.counts()["household"], session.counts()["resident"]) == (3, 6)
    moved = [[*row[:4], "002" if row[0] == "样三三" else row[4]] for row in REGISTER]
    take(session, write_xlsx(folder / "花名册.xlsx", {"花名册": moved}))
    assert homes(session)["样三三"] == "002"
    assert (session.counts()["household"], session.counts()["resident"]) == (3, 6)


@pytest.mark.parametrize(
    ("header", "first", "second"),
    [
        (["户主", "房屋编号"], ["甄一一", "001"], ["甄一一", "002"]),
        (["户主", "户号"], ["甄一一", "0101"], ["甄一一", "0102"]),
        (["户主", "村民小组"], ["甄一一", "1"], ["甄一一", "2"]),
    ],
)
def test_two_householders_of_one_name_stay_two(
    session: Session, folder: Path, header: list[str], first: list[str], second: list[str]
) -> None:
    take(session, write_shp(folder / "农房.shp", {"房屋编号": ["001", "002"]}))
    take(session, write_xlsx(folder / "住户一.xlsx", {"住户": [header, first]}))
    take(session, write_xlsx(folder / "住户二.xlsx", {"住户": [header, second]}))
    assert session.counts()["household"] == 2
    take(session, write_xlsx(folder / "住户三.xlsx", {"住户": [header, first, second]}))
    assert session.counts()["household"] == 2


def test_two_of_one_name_that_come_with_their_houses_do_not_share_one_that_was_there(
    session: Session, folder: Path
) -> None:
    take(session, write_xlsx(folder / "住户一.xlsx", {"住户": [["户主", "人口数"], ["甄一一", 3]]}))
    write_shp(folder / "农房.shp", {"房屋编号": ["001", "002"], "户主": ["甄一一", "甄一一"]})
    take(session, folder / "农房.shp")
    assert session.counts()["household"] == 3


@pytest.mark.parametrize(("column", "value"), [("手机号", "00011111111"), ("出生日期", "1987-05-06")])
def test_a_person_whose_id_number_is_filled_in_is_the_same_person(
    session: Session, folder: Path, column: str, value: str
) -> None:
    header = ["姓名", "身份证号", column]
    take(session, write_xlsx(folder / "人口.xlsx", {"人口": [header, ["甄一一", "", value]]}))
    take(session, write_xlsx(folder / "人员.xlsx", {"人口": [header, ["甄一一", id_number(1), value]]}))
    assert cells(session, "resident", "name", "id_number") == [("甄一一", id_number(1))]


def test_two_of_one_name_and_telephone_with_different_birth_dates_stay_two(
    session: Session, folder: Path
) -> None:
    header = ["姓名", "手机号", "出生日期"]
    take(
        session,
        write_xlsx(folder / "人口一.xlsx", {"人口": [header, ["甄一一", "00011111111", "1950-01-01"]]}),
    )
    take(
        session,
        write_xlsx(folder / "人口二.xlsx", {"人口": [header, ["甄一一", "00011111111", "1987-05-06"]]}),
    )
    assert session.counts()["resident"] == 2
