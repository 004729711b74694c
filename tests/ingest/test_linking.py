"""Registers find their house by number, then address, then householder, in their own village alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mingqing.store.check import check_project
from mingqing.store.session import Session
from tests.files import NEIGHBOUR, VILLAGE, box, cells, take, take_one, write_shp, write_village, write_xlsx

HOUSES = {
    "房屋编号": ["001", "002", "003"],
    "门牌号": ["竹溪路 1 号", "竹溪路 2 号", "竹溪路 3 号"],
    "户主": ["甄一一", "贾二二", "样三三"],
}


@pytest.fixture
def village(session: Session, tmp_path: Path) -> Session:
    """Three houses with their households."""
    folder = tmp_path / "小竹溪村"
    write_village(folder)
    write_shp(folder / "农房.shp", HOUSES)
    assert take(session, folder).complete
    return session


def sheet(
    tmp_path: Path, name: str, header: Sequence[str], *rows: Sequence[Any], folder: str = "小竹溪村"
) -> Path:
    return write_xlsx(tmp_path / folder / f"{name}.xlsx", {name: [header, *rows]})


def house_ids(session: Session) -> dict[object, object]:
    return dict(session.rows("house", ["house_no", "id"]))


def house_of(session: Session, table: str, column: str) -> dict[object, object]:
    """What each row is called, to the number of its house."""
    numbers = dict(session.rows("house", ["id", "house_no"]))
    return {name: numbers.get(house) for name, house in session.rows(table, [column, "house"])}


def test_a_household_finds_its_house_by_number_else_by_address(village: Session, tmp_path: Path) -> None:
    header = ["户主", "户号", "房屋编号", "门牌号"]
    rows = [
        ("例四四", "0104", "001", "竹溪路 3 号"),  # the number is the better witness
        ("试五五", "0105", "", "竹溪路 2 号"),
        ("甄六六", "0106", "999", "竹溪路 3 号"),  # a number nobody has, an address that is
    ]
    report = take_one(village, sheet(tmp_path, "住户", header, *rows))
    found = house_of(village, "household", "householder")
    assert [found[n] for n in ("例四四", "试五五", "甄六六")] == ["001", "002", "003"]
    assert report.unlinked == 0


def test_a_person_to_look_after_is_found_by_house_then_by_householder(
    village: Session, tmp_path: Path
) -> None:
    header = ["类别", "房屋编号", "门牌号", "户主", "困难诉求"]
    rows = [
        ("独居老人", "001", "", "", "甲"),
        ("残疾人", "", "竹溪路 2 号", "", "乙"),
        ("低保户", "", "", "样三三", "丙"),
        ("失能", "", "", "无此人", "丁"),
    ]
    report = take_one(village, sheet(tmp_path, "重点人员", header, *rows))
    assert house_of(village, "key_person", "need") == {"甲": "001", "乙": "002", "丙": "003", "丁": None}
    (left,) = report.left_out
    assert (left.row, left.field, report.unlinked) == (5, "住处", 1)
    assert "无此人" in left.reason


def test_a_person_finds_the_household_by_its_number_then_house_then_householder(
    village: Session, tmp_path: Path
) -> None:
    take_one(village, sheet(tmp_path, "住户", ["户主", "户号", "房屋编号"], ["甄一一", "0101", "001"]))
    header = ["姓名", "户号", "房屋编号", "户主"]
    rows = [
        ("子一", "0101", "003", ""),
        ("子二", "", "002", ""),
        ("子三", "", "", "样三三"),
        ("子四", "0999", "", ""),
    ]
    report = take_one(village, sheet(tmp_path, "人口", header, *rows))
    householders = dict(village.rows("household", ["id", "householder"]))
    found = {n: householders.get(h) for n, h in village.rows("resident", ["name", "household"])}
    assert found == {"子一": "甄一一", "子二": "贾二二", "子三": "样三三", "子四": None}
    assert [(x.row, x.field) for x in report.left_out] == [(5, "所在户")]
    assert "0999" in report.left_out[0].reason


def test_a_row_that_is_nothing_without_what_it_names_is_left_out(village: Session, tmp_path: Path) -> None:
    header = ["帮扶干部", "帮扶对象"]
    report = take_one(
        village, sheet(tmp_path, "结对帮扶", header, ("干部甲", "贾二二"), ("干部乙", "无此人"))
    )
    assert cells(village, "assistance", "helper") == [("干部甲",)]
    (left,) = report.left_out
    assert (left.row, left.field) == (3, None)
    assert report.unlinked == 1


def test_a_name_that_two_bear_links_to_neither(village: Session, tmp_path: Path) -> None:
    take_one(village, sheet(tmp_path, "住户", ["户主", "户号", "房屋编号"], ["贾二二", "0109", "003"]))
    report = take_one(village, sheet(tmp_path, "重点人员", ["类别", "户主"], ("低保户", "贾二二")))
    assert report.unlinked == 1
    assert "不止一条" in report.left_out[0].reason
    assert cells(village, "key_person", "house") == [(None,)]


def test_nobody_is_linked_into_another_village(village: Session, tmp_path: Path) -> None:
    folder = tmp_path / "横岗村"
    write_village(folder, NEIGHBOUR, "横岗村", column=200)
    write_shp(folder / "农房.shp", {"房屋编号": ["001"], "户主": ["甄一一"]}, [box(201)])
    take(village, folder)
    houses = {v: i for i, v in village.rows("house", ["id", "village_code"], where={"house_no": "001"})}
    assert set(houses) == {VILLAGE, NEIGHBOUR}
    header = ["类别", "房屋编号", "困难诉求"]
    take(
        village,
        sheet(tmp_path, "重点人员", header, ("独居老人", "001", "此村")),
        sheet(
            tmp_path,
            "重点人员",
            header,
            ("独居老人", "001", "彼村"),
            ("低保户", "002", "不在彼村"),
            folder="横岗村",
        ),
    )
    found = dict(village.rows("key_person", ["need", "house"]))
    assert found == {"此村": houses[VILLAGE], "彼村": houses[NEIGHBOUR], "不在彼村": None}


def test_registers_given_with_the_houses_are_read_after_them(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "小竹溪村"
    write_xlsx(folder / "a结对帮扶.xlsx", {"结对帮扶": [["帮扶干部", "户主"], ["干部甲", "甄一一"]]})
    write_xlsx(folder / "b人口.xlsx", {"人口": [["姓名", "户主", "身份证号"], ["子一", "甄一一", ""]]})
    write_xlsx(folder / "c从业.xlsx", {"从业": [["姓名", "从业类型"], ["子一", "务农"]]})
    write_shp(folder / "农房.shp", HOUSES)
    write_village(folder)
    report = take(session, folder)
    assert [
        (s.path.name, s.error, s.left_out) for s in report.sources if not (s.error is None and not s.left_out)
    ] == []
    assert session.counts()["employment"] == session.counts()["assistance"] == 1
    assert check_project(session) == []


def test_a_key_person_named_in_the_register_of_people_lives_where_they_live(
    village: Session, tmp_path: Path
) -> None:
    take_one(village, sheet(tmp_path, "人口", ["姓名", "户主", "房屋编号"], ["子一", "贾二二", "002"]))
    take_one(village, sheet(tmp_path, "重点人员", ["姓名", "类别"], ["子一", "留守儿童"]))
    assert house_of(village, "key_person", "category") == {"留守儿童": "002"}
    (place,) = village.features("key_person").geometry
    assert place.equals(box(1).centroid)


def test_an_organisation_finds_the_one_above_it_wherever_it_stands_in_the_file(
    village: Session, tmp_path: Path
) -> None:
    rows = [("调解委员会", "村民委员会"), ("村民委员会", "村党支部"), ("村党支部", "乡党委")]
    report = take_one(village, sheet(tmp_path, "组织", ["组织名称", "上级组织"], *rows))
    names = dict(village.rows("organisation", ["id", "name"]))
    found = {n: names.get(p) for n, p in village.rows("organisation", ["name", "parent"])}
    assert found == {"调解委员会": "村民委员会", "村民委员会": "村党支部", "村党支部": None}
    assert report.left_out == []
    again = take_one(village, sheet(tmp_path, "组织", ["组织名称", "上级组织"], *rows))
    assert (again.updated.total(), again.unchanged.total()) == (0, 3)


def test_a_house_that_is_corrected_later_keeps_its_people(village: Session, tmp_path: Path) -> None:
    before = house_of(village, "household", "householder")
    path = write_shp(
        tmp_path / "小竹溪村" / "农房.shp", {**HOUSES, "层数": [1, 2, 3]}, [box(0, 1), box(1), box(2)]
    )
    report = take_one(village, path)
    assert report.updated["house"] == 3
    assert house_of(village, "household", "householder") == before
    assert check_project(village) == []


def test_people_of_two_householders_of_one_name_go_to_the_house_that_is_named(
    village: Session, tmp_path: Path
) -> None:
    take_one(village, sheet(tmp_path, "住户", ["户主", "户号", "房屋编号"], ["甄一一", "0109", "003"]))
    header = ["姓名", "户主", "房屋编号"]
    take_one(village, sheet(tmp_path, "人口", header, ("子一", "甄一一", "001"), ("子三", "甄一一", "003")))
    houses = {i: n for n, i in house_ids(village).items()}
    homes = dict(village.rows("household", ["id", "house"]))
    found = {n: houses[homes[h]] for n, h in village.rows("resident", ["name", "household"])}
    assert found == {"子一": "001", "子三": "003"}
    assert village.counts()["household"] == 4


def test_a_household_written_in_between_is_found_by_the_next_file(village: Session, tmp_path: Path) -> None:
    header = ["帮扶干部", "帮扶对象"]
    sheet(tmp_path, "结对帮扶", header, ("干部甲", "贾二二"))
    sheets = {"户": [["户主", "户号"], ["新来的", "0199"]], "结对帮扶": [header, ["干部乙", "新来的"]]}
    write_xlsx(tmp_path / "小竹溪村" / "结对帮扶二.xlsx", sheets)
    report = take(village, tmp_path / "小竹溪村")
    assert report.complete
    assert cells(village, "assistance", "helper") == [("干部乙",), ("干部甲",)]


def test_a_house_that_a_register_of_people_names_in_vain_is_listed_once_a_household(
    session: Session, tmp_path: Path
) -> None:
    write_village(tmp_path / "小竹溪村")
    write_shp(tmp_path / "小竹溪村" / "农房.shp", {"房屋编号": ["001"]})
    header = ["姓名", "户主", "房屋编号"]
    rows = [("甄一一", "甄一一", "999"), ("子一", "甄一一", "999"), ("贾二二", "贾二二", "001")]
    sheet(tmp_path, "人口", header, *rows)
    report = take(session, tmp_path / "小竹溪村").sources[-1]
    assert [(x.row, x.field) for x in report.left_out] == [(2, "农房")]
    assert "999" in report.left_out[0].reason
    assert report.unlinked == 1


def care(session: Session) -> list[tuple[object, ...]]:
    """Who is to be looked after: name, category, number of the house."""
    numbers = dict(session.rows("house", ["id", "house_no"]))
    rows = session.rows("key_person", ["name", "category", "house"])
    return sorted(((n, c, numbers.get(h)) for n, c, h in rows), key=repr)


@pytest.mark.parametrize(
    ("file", "sheet_name", "category"),
    [
        ("低保户名单", "Sheet1", "低保户"),
        ("残疾人花名册", "花名册", "残疾人"),
        ("登记表", "留守儿童", "留守儿童"),
        ("五保名册", "人口", "特困供养"),
    ],
)
def test_a_list_named_after_a_category_is_of_people_to_look_after(
    village: Session, tmp_path: Path, file: str, sheet_name: str, category: str
) -> None:
    rows = [
        ["姓名", "性别", "家庭住址", "户主"],
        ["子一", "女", "竹溪路 2 号", ""],
        ["子二", "男", "", "样三三"],
    ]
    path = write_xlsx(tmp_path / "小竹溪村" / f"{file}.xlsx", {sheet_name: rows})
    take_one(village, path)
    expected = [("子一", category, "002"), ("子二", category, "003")]
    assert care(village) == expected
    assert village.counts()["resident"] == 0
    again = take_one(village, path)
    assert (again.added.total(), again.updated.total(), care(village)) == (0, 0, expected)


def test_a_list_of_helpers_stays_one_though_its_name_says_whom_they_help(
    village: Session, tmp_path: Path
) -> None:
    report = take_one(village, sheet(tmp_path, "低保户结对帮扶", ["帮扶干部", "户主"], ("干部甲", "甄一一")))
    assert report.table == "assistance"


def test_several_categories_in_one_cell_are_a_row_each(village: Session, tmp_path: Path) -> None:
    header = ["姓名", "类别", "房屋编号"]
    rows = [("子一", "低保、残疾", "001"), ("子二", "低保 大户", "001"), ("子三", "独居老人", "002")]
    report = take_one(village, sheet(tmp_path, "重点人员", header, *rows))
    assert care(village) == [
        ("子一", "低保户", "001"),
        ("子一", "残疾人", "001"),
        ("子三", "独居老人", "002"),
        ("子二", "低保户", "001"),
    ]
    assert [(x.row, x.field) for x in report.left_out if "大户" in x.reason] == [(3, "关爱类别")]


def test_a_person_to_look_after_who_comes_before_the_registers_is_not_doubled_by_them(
    session: Session, tmp_path: Path
) -> None:
    folder = tmp_path / "小竹溪村"
    write_village(folder)
    sheet(tmp_path, "重点人员", ["姓名", "类别", "房屋编号"], ("子一", "低保", "001"))
    take(session, folder)
    assert care(session) == [("子一", "低保户", None)]
    write_shp(folder / "农房.shp", HOUSES)
    sheet(tmp_path, "人口", ["姓名", "户主"], ("子一", "甄一一"))
    take(session, folder)
    assert care(session) == [("子一", "低保户", "001")]
    assert all(resident for (resident,) in session.rows("key_person", ["resident"]))


def test_a_person_entered_for_what_is_never_held_is_one_line_of_the_report(
    village: Session, tmp_path: Path
) -> None:
    report = take_one(village, sheet(tmp_path, "重点人员", ["姓名", "类别"], ("子一", "刑满释放")))
    assert [(x.row, x.field, x.reason) for x in report.left_out] == [
        (2, None, "这一行没有导入：本软件只登记需要照顾的人")
    ]
    assert village.counts()["key_person"] == 0
