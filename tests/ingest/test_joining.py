"""Rows that are there are filled from a table kept elsewhere; none is added, and what is unclear is told."""

from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
import shapely

from mingqing.core.errors import InputRefused
from mingqing.ingest.joining import Joined, Joining, guess, join, key_fields, read_tables
from mingqing.store.bulk import Given, apply, preview
from mingqing.store.edit import edit
from mingqing.store.session import Session

SHAPE = shapely.box(500_000, 3_140_000, 500_010, 3_140_010)
ONE, TWO = "331124100201", "331124100202"


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    return path


def house(session: Session, number: str, village: str = ONE, **values: object) -> int:
    with edit(session, "新增") as e:
        return e.add("house", {"house_no": number, "village_code": village, **values}, SHAPE)


def found(session: Session, path: Path, table: str = "house") -> tuple[Joining, Joined]:
    (layer,) = read_tables(path)
    how = guess(session.policy, session.catalog.tables[table], layer)
    ids = [i for (i,) in session.rows(table, ["id"])]
    return how, join(session, table, ids, layer, how)


def test_columns_are_known_by_their_names_and_rows_by_their_keys(session: Session, tmp_path: Path) -> None:
    ids = [house(session, "1"), house(session, "2")]
    how, joined = found(session, write(tmp_path / "农房.csv", "房屋编号,层数,结构", "2,３层,砖木", "1,,砖混"))
    assert how == Joining({"房屋编号": "house_no"}, {"层数": "storeys", "结构": "structure"}, {})
    assert joined.values == {ids[1]: {"storeys": "３层", "structure": "砖木"}, ids[0]: {"structure": "砖混"}}
    assert not joined.left


def test_the_village_tells_equal_numbers_apart_by_its_name(session: Session, tmp_path: Path) -> None:
    with edit(session, "新增") as e:
        for code, name in ((ONE, "样东村"), (TWO, "样西村")):
            e.add("village", {"code": code, "name": name, "village_code": code}, SHAPE)
    _, second = house(session, "1"), house(session, "1", TWO)
    how, joined = found(session, write(tmp_path / "农房.csv", "村名,房屋编号,层数", "样西,1,3"))
    assert how.keys == {"村名": "village_code", "房屋编号": "house_no"}
    assert joined.values == {second: {"storeys": "3"}}


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["7,3"], "没有找到对应的记录"),
        ([",3"], "“房屋编号”没有填"),
        (["1,3"], "对应 2 条记录，分不清是哪一条"),
        (["2,3", "2,4"], "表格里有 2 行是同一条记录，内容又不一样"),
    ],
)
def test_rows_that_stand_for_none_or_several_are_told(
    session: Session, tmp_path: Path, lines: list[str], reason: str
) -> None:
    house(session, "1"), house(session, "1", TWO), house(session, "2")
    _, joined = found(session, write(tmp_path / "农房.csv", "房屋编号,层数", *lines))
    assert not joined.values
    assert {left.reason for left in joined.left} == {reason}
    assert [left.row for left in joined.left] == list(range(2, 2 + len(lines)))


def test_a_row_that_comes_twice_and_says_the_same_is_taken(session: Session, tmp_path: Path) -> None:
    number = house(session, "2")
    _, joined = found(session, write(tmp_path / "农房.csv", "房屋编号,层数", "2,3", "2,3"))
    assert joined.values == {number: {"storeys": "3"}}


def test_columns_that_are_never_taken_are_refused_by_name(session: Session, tmp_path: Path) -> None:
    house(session, "1")
    how, joined = found(session, write(tmp_path / "农房.csv", "房屋编号,民族,宗教信仰,层数", "1,某,某,2"))
    assert set(how.refused) == {"民族", "宗教信仰"}
    assert list(joined.values.values()) == [{"storeys": "2"}]


def test_an_identity_number_needs_no_village_and_is_read_from_a_workbook(
    session: Session, tmp_path: Path
) -> None:
    with edit(session, "新增") as e:
        person = e.add("resident", {"village_code": ONE, "name": "甄一", "id_number": "99999919900307008X"})
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (["村名", "身份证号", "手机号"], ["别的村", "99999919900307008x", 13800001111]):
        sheet.append(line)
    book.save(tmp_path / "花名册.xlsx")
    how, joined = found(session, tmp_path / "花名册.xlsx", "resident")
    assert how.keys == {"身份证号": "id_number"}
    given: Mapping[int, Mapping[str, object]] = joined.values
    with edit(session, "从表格补充") as e:
        apply(e, preview(session, "resident", [person], Given(given)))
    row = session.row("resident", person)
    assert row is not None
    assert row["phone"] == "13800001111"
    assert session.counts()["resident"] == 1


def test_without_a_key_nothing_is_guessed(session: Session, tmp_path: Path) -> None:
    (layer,) = read_tables(write(tmp_path / "表.csv", "层数,结构", "1,砖木"))
    how = guess(session.policy, session.catalog.tables["house"], layer)
    assert not how.keys
    with pytest.raises(InputRefused, match="至少选一列"):
        join(session, "house", [], layer, how)


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="请选择 Excel 或 CSV 表格"):
        read_tables(write(tmp_path / "图.geojson", "{}"))
    with pytest.raises(InputRefused, match="找不到这个文件"):
        read_tables(tmp_path / "没有.xlsx")


def test_who_sees_masks_finds_nobody_by_them(session: Session) -> None:
    table = session.catalog.tables["resident"]
    viewer = type(session.policy).of(["viewer"], None, session.catalog, session.login.known)
    masked = {f.name for f in table.fields if f.mask is not None}
    assert masked
    assert masked.isdisjoint(f.name for f in key_fields(viewer, table))
