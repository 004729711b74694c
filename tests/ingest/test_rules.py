"""What a row says must agree with itself, whichever way it comes in: from a file, a form or a script."""

from pathlib import Path

import pytest

from mingqing.catalog.load import catalog
from mingqing.catalog.rules import broken, broken_among
from mingqing.catalog.values import Value, id_check_character
from mingqing.store.edit import Refused, checked, edit
from mingqing.store.session import Session
from tests.files import cells, take_one, write_csv

WOMAN = "99999919900307008X"
OTHER = "99999919900307006" + id_check_character("99999919900307006")
TITLES = {"姓名": "name", "身份证号": "id_number", "性别": "sex", "出生日期": "birth_date"}
ROWS = [
    ["甄一一", WOMAN, "女", "1990-03-07"],
    ["甄二二", WOMAN, "男", "1990-03-07"],
    ["甄三三", WOMAN, "女", "1990.3.8"],
    ["甄四四", WOMAN, "", "1990-03"],
    ["甄五五", "", "男", "1990-03-08"],
    ["甄六六", WOMAN, "男", "1991"],
]
WRONG = [set(), {"sex"}, {"birth_date"}, set(), set(), {"sex", "birth_date"}]


def test_a_cell_that_contradicts_its_row_is_left_empty_and_listed(session: Session, tmp_path: Path) -> None:
    rows = [[*TITLES], ROWS[0], ["甄二二", OTHER, "男", "2020-01-01"], ["甄三三", "", "男", "1990"]]
    report = take_one(session, write_csv(tmp_path / "花名册.csv", rows))
    told = {(x.row, x.field): x.reason for x in report.left_out}
    assert set(told) == {(3, "性别"), (3, "出生日期")}
    assert told[3, "性别"] == "与身份证号不一致：身份证号上是 女，这里是 男；这一格没有导入"
    stored = cells(session, "resident", "name", "id_number", "sex", "birth_date")
    assert ("甄二二", OTHER, None, None) in stored
    assert ("甄三三", None, "男", "1990") in stored


@pytest.mark.parametrize(("row", "wrong"), list(zip(ROWS, WRONG, strict=True)))
def test_file_form_and_script_refuse_the_same(session: Session, row: list[str], wrong: set[str]) -> None:
    table = catalog().tables["resident"]
    typed = dict(zip(TITLES.values(), row, strict=True))
    stored, problems = checked(session, table, None, typed)
    assert {p.field for p in problems} == wrong
    assert {b.field for b in broken(table, stored)} == wrong
    columns: dict[str, list[Value]] = {name: [value] for name, value in stored.items()}
    assert {b.field for _, b in broken_among(table, columns)} == wrong
    if wrong:
        with pytest.raises(Refused) as refused, edit(session, "新增人口") as e:
            e.add("resident", typed)
        assert {p.field for p in refused.value.problems} == wrong


def test_an_end_before_its_beginning_is_left_empty(session: Session) -> None:
    table = catalog().tables["assistance"]
    columns = {
        "started": ["2021-05", "2021-05-01", "2021", None],
        "ended": ["2021", "2021-04-30", "2022", "2020"],
    }
    assert [(i, b.field) for i, b in broken_among(table, columns)] == [(1, "ended")]
    assert not list(broken_among(table, {"ended": ["2020"]}))


def test_a_row_that_contradicts_itself_can_be_corrected_elsewhere(session: Session) -> None:
    with session.transaction("import", "导入") as change:
        said = {"name": ["甄一"], "id_number": [WOMAN], "sex": ["男"], "village_code": ["331124204202"]}
        change.insert("resident", [1], said)
    with edit(session, "修改") as e:
        e.change("resident", 1, {"phone": "00012345678"})
    assert e.changed.tables == {"resident": {1}}
    with pytest.raises(Refused, match="出生日期：与身份证号不一致"), edit(session, "修改") as e:
        e.change("resident", 1, {"birth_date": "2000"})
