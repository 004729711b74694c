"""Which table a file is and which column fills which field, by names whole, cut, abbreviated, chosen or refused."""

import zlib
from pathlib import Path

import numpy as np
import pytest
import shapely

from mingqing.catalog.load import catalog
from mingqing.catalog.model import FieldType, Table
from mingqing.ingest.match import match, plain_name, recognise_table
from mingqing.ingest.preview import look_through
from mingqing.ingest.repair import kinds_of
from mingqing.store.session import Session
from tests.files import XY, box, cells, cut, take, take_one, write_csv, write_shp, write_xlsx
from tests.inside import query

HOUSE = {
    "房屋编号": ["001", "002"],
    "门牌号": ["竹溪路 1 号", "竹溪路 2 号"],
    "房屋结构": ["砖木", "砖混"],
    "建成年份": [1987, 2003],
    "建筑面积": [80.5, 120.0],
}
STORED = [("001", "竹溪路 1 号", "砖木", 1987, 80.5), ("002", "竹溪路 2 号", "砖混", 2003, 120.0)]
COLUMNS = ("house_no", "address", "structure", "built_year", "floor_area_m2")


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_names_cut_by_a_dbf_are_recognised(session: Session, tmp_path: Path, encoding: str) -> None:
    report = take_one(session, write_shp(tmp_path / "农房.shp", HOUSE, encoding=encoding))
    assert report.unmatched == []
    assert report.left_out == []
    assert cells(session, "house", *COLUMNS) == STORED


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
@pytest.mark.parametrize("table", catalog().tables.values(), ids=catalog().tables)
def test_a_title_that_was_cut_is_known_unless_it_could_be_two(table: Table, encoding: str) -> None:
    for field in table.fields:
        column = cut(field.title, encoding)
        alike = {f.name for f in table.fields for a in (f.title, *f.arrives_as) if a.startswith(column)}
        if field.type not in {FieldType.REFERENCE, FieldType.DATA} and len(column) >= 3:
            found = match(catalog(), table, (column,)).fields.get(column)
            assert found == field.name or (len(alike) > 1 and found in {*alike, None}), field.title


def test_a_column_of_pictures_is_left_aside(session: Session, tmp_path: Path) -> None:
    columns = {**HOUSE, "照片": ["IMG_001.jpg", "0123456789abcdef" * 2]}
    report = take_one(session, write_shp(tmp_path / "农房.shp", columns, encoding="UTF-8"))
    assert report.unmatched == ["照片"]
    assert report.left_out == []
    assert cells(session, "house", "photos") == [(None,), (None,)]


def test_abbreviations_are_recognised(session: Session, tmp_path: Path) -> None:
    columns = dict(zip(("FWBH", "DZ", "FWJG", "JCNF", "JZMJ"), HOUSE.values(), strict=True))
    take_one(session, write_shp(tmp_path / "FW.shp", columns))
    assert cells(session, "house", *COLUMNS) == STORED


def test_names_differ_in_case_brackets_and_spaces(session: Session, tmp_path: Path) -> None:
    header = ["户 主（必填）", "家庭人数(人)", "  联系电话 ", "户_号"]
    take_one(
        session, write_xlsx(tmp_path / "住户.xlsx", {"住户": [header, ["甄一一", 4, "00012345678", "0101"]]})
    )
    assert cells(session, "household", "householder", "people_count", "phone", "household_no") == [
        ("甄一一", 4, "00012345678", "0101")
    ]


def test_a_cut_name_that_fits_two_fields_is_left_to_the_user() -> None:
    found = match(catalog(), catalog().tables["hazard"], ("防灾责任人姓", "责任人", "监测人"))
    assert found.fields == {"责任人": "responsible", "监测人": "monitor"}
    assert found.unmatched == ("防灾责任人姓",)


def test_each_field_is_filled_by_one_column_the_best_fitting() -> None:
    found = match(catalog(), catalog().tables["house"], ("面积", "建筑面积", "JZMJ"))
    assert found.fields == {"建筑面积": "floor_area_m2"}
    assert set(found.unmatched) == {"面积", "JZMJ"}


@pytest.mark.parametrize(
    ("file", "columns", "shape", "table"),
    [
        ("村界", ("村名", "村代码"), shapely.box(0, 0, 1, 1), "village"),
        ("小竹溪村农房2024", ("FWBH", "CS"), shapely.box(0, 0, 1, 1), "house"),
        ("道路", ("名称",), shapely.LineString([(0, 0), (1, 1)]), "road"),
        ("水系", ("名称",), shapely.LineString([(0, 0), (1, 1)]), "water"),
        ("隐患点", ("名称", "类型"), shapely.Point(0, 0), "hazard"),
        ("避灾点", ("名称", "类型"), shapely.Point(0, 0), "shelter"),
        ("转移路线", ("名称",), shapely.LineString([(0, 0), (1, 1)]), "evacuation_route"),
        ("buildings", ("osm_id", "name"), shapely.box(0, 0, 1, 1), "house"),
        ("roads", ("osm_id", "name"), shapely.LineString([(0, 0), (1, 1)]), "road"),
        ("图层1", ("地块编码", "承包户", "种植作物"), shapely.box(0, 0, 1, 1), "plot"),
        ("新建图层", ("a", "b"), shapely.box(0, 0, 1, 1), None),
        ("农房", ("a", "b"), shapely.LineString([(0, 0), (1, 1)]), None),
    ],
)
def test_a_layer_is_known_by_its_name_its_columns_and_its_shapes(
    file: str, columns: tuple[str, ...], shape: shapely.Geometry, table: str | None
) -> None:
    found = recognise_table(catalog(), (file, file, "某村"), columns, kinds_of(np.array([shape])))
    assert (found.name if found else None) == table


def test_a_file_that_is_not_recognised_asks_and_is_taken_when_told(session: Session, tmp_path: Path) -> None:
    path = write_shp(tmp_path / "新建图层.shp", {"a": ["001", "002"]})
    asked = take_one(session, path)
    assert asked.error is not None
    assert "指定" in asked.error
    assert session.counts()["house"] == 0
    taken = take_one(session, path, table="house", mapping={"house_no": "a"})
    assert taken.added["house"] == 2
    assert cells(session, "house", "house_no") == [("001",), ("002",)]


def test_a_chosen_column_wins_over_a_recognised_one_and_an_empty_choice_leaves_the_field_empty(
    session: Session, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "住户.csv", [["户主", "旧户主", "户号"], ["甄一一", "贾二二", "0101"]])
    report = take_one(session, path, table="household", mapping={"householder": "旧户主", "household_no": ""})
    assert cells(session, "household", "householder", "household_no") == [("贾二二", None)]
    assert set(report.unmatched) == {"户主", "户号"}


def test_a_row_of_houses_feeds_the_household_that_lives_there(session: Session, tmp_path: Path) -> None:
    columns = {
        "房屋编号": ["001", "002", "003"],
        "户主": ["甄一一", "贾二二", None],
        "人口数": [4, 2, 0],
        "联系电话": ["00012345678", "", ""],
    }
    report = take_one(session, write_shp(tmp_path / "农房.shp", columns))
    assert (report.read, dict(report.added), report.left_out) == (3, {"house": 3, "household": 2}, [])
    houses = dict(session.rows("house", ["id", "house_no"]))
    found = [
        (h, n, p, houses[i])
        for h, n, p, i in session.rows("household", ["householder", "people_count", "phone", "house"])
    ]
    assert sorted(found) == [("甄一一", 4, "00012345678", "001"), ("贾二二", 2, None, "002")]


def test_a_register_of_people_makes_their_households(session: Session, tmp_path: Path) -> None:
    rows = [
        ["户号", "户主姓名", "姓名", "与户主关系", "性别"],
        ["0101", "甄一一", "甄一一", "户主", "男"],
        ["0101", "甄一一", "贾二二", "妻子", "女"],
        ["0102", "样三三", "样三三", "本人", "男"],
    ]
    report = take_one(session, write_xlsx(tmp_path / "花名册.xlsx", {"人口": rows}))
    assert dict(report.added) == {"household": 2, "resident": 3}
    numbers = dict(session.rows("household", ["id", "household_no"]))
    assert sorted(
        (n, r, numbers[h]) for n, r, h in session.rows("resident", ["name", "relation", "household"])
    ) == [
        ("样三三", "户主", "0102"),
        ("甄一一", "户主", "0101"),
        ("贾二二", "配偶", "0101"),
    ]


REFUSED = ["民族", "宗教信仰", "政治面貌", "信访次数", "MZ", "zzmm", "是否党员", "前科"]


def test_columns_that_must_never_be_kept_are_reported_and_not_stored(
    session: Session, tmp_path: Path
) -> None:
    header = ["姓名", "户号", *REFUSED]
    never = "不可留存的值"
    rows = [header, ["甄一一", "0101", *[never] * len(REFUSED)]]
    report = take_one(session, write_xlsx(tmp_path / "花名册.xlsx", {"人口": rows}))
    assert set(report.refused) == set(REFUSED)
    assert all(report.refused.values())
    assert report.added["resident"] == 1
    for name in catalog().tables:
        assert never not in repr(query(session, f'SELECT * FROM "{name}"'))
    for (changeset,) in query(session, "SELECT changeset FROM mq_change"):
        assert never.encode() not in zlib.decompress(changeset)  # type: ignore[arg-type]
    assert never not in repr(query(session, "SELECT * FROM mq_memory"))


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_a_refused_column_is_known_when_it_is_cut(session: Session, tmp_path: Path, encoding: str) -> None:
    columns = {"房屋编号": ["001"], "政治面貌情况": ["x"]}
    report = take_one(session, write_shp(tmp_path / "农房.shp", columns, encoding=encoding))
    assert [c[:3] for c in report.refused] == ["政治面"]
    assert report.added["house"] == 1


def test_a_refused_column_cannot_be_chosen_either(session: Session, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "人口.csv", [["姓名", "民族"], ["甄一一", "某族"]])
    report = take_one(session, path, table="resident", mapping={"purpose": "民族"})
    assert list(report.refused) == ["民族"]
    assert cells(session, "resident", "name", "purpose") == [("甄一一", None)]


def test_what_was_not_matched_is_reported(session: Session, tmp_path: Path) -> None:
    report = take_one(session, write_shp(tmp_path / "农房.shp", {"房屋编号": ["001"], "奇怪列": ["x"]}))
    assert report.unmatched == ["奇怪列"]


def test_values_that_do_not_fit_are_listed_and_the_row_is_kept(session: Session, tmp_path: Path) -> None:
    columns = {"房屋编号": ["001", "002"], "层数": ["三层半", "2"], "房屋结构": ["砖木", "冰"]}
    report = take_one(session, write_shp(tmp_path / "农房.shp", columns))
    assert {(x.row, x.field) for x in report.left_out} == {(1, "层数"), (2, "房屋结构")}
    assert all(x.reason for x in report.left_out)
    assert cells(session, "house", "house_no", "storeys", "structure") == [
        ("001", None, "砖木"),
        ("002", 2, None),
    ]


def test_a_row_without_what_its_table_requires_is_left_out_with_its_number(
    session: Session, tmp_path: Path
) -> None:
    rows = [["姓名", "户号"], ["甄一一", "0101"], ["", "0102"], ["贾二二", "0103"]]
    report = take_one(session, write_xlsx(tmp_path / "人口.xlsx", {"人口": rows}))
    assert [(x.row, x.reason) for x in report.left_out if x.field is None] == [(3, "缺少姓名")]
    assert cells(session, "resident", "name") == [("甄一一",), ("贾二二",)]


@pytest.mark.parametrize("name", ["户主", "HZXM", "户主（姓名）", " 户 主 "])
def test_plain_names_compare_equal_only_to_themselves(name: str) -> None:
    assert plain_name(plain_name(name)) == plain_name(name)
    assert plain_name("门牌") != plain_name("门牌号")


def test_points_may_stand_for_houses_but_lines_may_not(session: Session, tmp_path: Path) -> None:
    report = take_one(
        session, write_shp(tmp_path / "农房点.shp", {"房屋编号": ["001"]}, [shapely.Point(*XY)])
    )
    assert report.added["house"] == 1
    line = shapely.LineString([XY, (XY[0] + 9, XY[1])])
    report = take_one(session, write_shp(tmp_path / "线.shp", {"房屋编号": ["002"]}, [line]), table="house")
    assert [(x.row, x.reason) for x in report.left_out if "线" in x.reason] == [
        (1, "图形是线，这张表只收点、面")
    ]


def test_mixed_sheets_go_where_each_belongs(session: Session, tmp_path: Path) -> None:
    write_shp(tmp_path / "a" / "农房.shp", {"房屋编号": ["001"]}, [box(0)])
    sheets = {
        "户": [["户号", "户主", "房屋编号"], ["0101", "甄一一", "001"]],
        "人口": [["姓名", "户号"], ["甄一一", "0101"]],
        "说明": [["本表由村委会填报"]],
    }
    write_xlsx(tmp_path / "a" / "花名册.xlsx", sheets)
    take(session, tmp_path / "a")
    counts = {t: n for t, n in session.counts().items() if n}
    assert counts == {"house": 1, "household": 1, "resident": 1}


@pytest.mark.parametrize("file", ["信访人员名单", "党员名册", "花名册", "稳控"])
def test_a_list_whose_name_says_what_is_never_held_is_refused_whole(
    session: Session, tmp_path: Path, file: str
) -> None:
    rows = [["姓名", "户主", "与户主关系"], ["子一", "甄一一", "子"]]
    folder = tmp_path / ("党员" if file == "花名册" else "小竹溪村")
    write_xlsx(folder / f"{file}.xlsx", {"Sheet1" if file != "稳控" else "重点管控对象": rows})
    write_xlsx(folder.parent / "人口" / "人口.xlsx", {"人口": rows})
    report = take(session, folder, folder.parent / "人口")
    (refused,) = [s for s in report.sources if s.error]
    assert refused.path.parent == folder
    assert "不登记" in str(refused.error)
    assert session.counts()["resident"] == 1
    held = repr([query(session, f'SELECT * FROM "{t}"') for t in ("resident", "household", "mq_change")])
    assert not any(word in held for word in ("信访", "党员", "稳控", "管控"))
    (preview,) = look_through(session, [folder], progress=lambda *_: None, cancelled=lambda: False)
    assert preview.error == refused.error


def test_a_village_called_after_a_stream_is_no_stream(session: Session, tmp_path: Path) -> None:
    write_xlsx(tmp_path / "小竹溪村" / "清单.xlsx", {"Sheet1": [["甲", "乙"], ["一", "二"]]})
    write_shp(tmp_path / "横路村" / "图.shp", {"甲": ["一"]}, [shapely.LineString([XY, (XY[0] + 9, XY[1])])])
    report = take(session, tmp_path)
    assert [s.table for s in report.sources] == [None, None]


def test_a_layer_that_holds_nobody_may_be_called_as_it_is(session: Session, tmp_path: Path) -> None:
    report = take_one(
        session, write_shp(tmp_path / "民族村" / "地名点.shp", {"地名": ["民族村"]}, [shapely.Point(XY)])
    )
    assert report.added["place_name"] == 1


def test_columns_as_clerks_head_them_are_known(session: Session, tmp_path: Path) -> None:
    rows = [["户主", "电话号码", "人口"], ["甄一一", "00011111111", 4]]
    take_one(session, write_xlsx(tmp_path / "小竹溪村" / "住户.xlsx", {"住户": rows}))
    assert cells(session, "household", "householder", "phone", "people_count") == [
        ("甄一一", "00011111111", 4)
    ]
    village = tmp_path / "XZC.shp"
    take_one(session, write_shp(village, {"XZCMC": ["横岗村"], "XZQDM": ["331124201216"]}), table="village")
    assert ("横岗村",) in cells(session, "village", "name")


def test_a_heading_over_another_of_the_same_meaning_is_one_column(session: Session, tmp_path: Path) -> None:
    rows = [["姓名", "联系方式手机", "监护人姓名"], ["甄一一", "00011111111", "贾二二"]]
    report = take_one(session, write_xlsx(tmp_path / "小竹溪村" / "人口.xlsx", {"人口": rows}))
    assert cells(session, "resident", "name", "phone") == [("甄一一", "00011111111")]
    assert report.unmatched == ["监护人姓名"]


def test_what_a_cadre_is_in_charge_of_is_no_duty_in_a_disaster(session: Session, tmp_path: Path) -> None:
    rows = [["姓名", "职务", "分工"], ["甄一一", "委员", "妇女工作"]]
    report = take_one(session, write_xlsx(tmp_path / "小竹溪村" / "村干部.xlsx", {"村干部": rows}))
    assert (report.table, report.unmatched, report.left_out) == ("post", ["分工"], [])


@pytest.mark.parametrize(("sex", "relation"), [(2, "01"), ("2", 1), (2.0, "02")])
def test_national_codes_are_understood(
    session: Session, tmp_path: Path, sex: object, relation: object
) -> None:
    rows = [["姓名", "性别", "与户主关系"], ["甄一一", sex, relation]]
    take_one(session, write_xlsx(tmp_path / "小竹溪村" / "人口.xlsx", {"人口": rows}))
    assert cells(session, "resident", "sex", "relation") == [("女", "户主")]


def test_a_code_that_two_values_leave_as_is_taken_for_neither() -> None:
    spellings = catalog().codes["house_structure"].spellings
    assert ("4" in spellings, "6" in spellings, spellings["5"]) == (False, False, "砖木")
