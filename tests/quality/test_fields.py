"""Fields: filled where they must be, with what their definitions and rules allow."""

from datetime import date, timedelta
from typing import Any

import pytest

from mingqing.quality.findings import Kind, Level
from mingqing.store.session import Session
from tests.quality.conftest import add, box, identity, only, point, told


def test_nothing_is_found_where_nothing_is_wrong(township: Session) -> None:
    assert told(township) == []


@pytest.mark.parametrize("empty", [None, ""])
def test_a_required_field_that_is_empty_is_an_error(township: Session, empty: str | None) -> None:
    row = add(township, "resource", point(400), name=empty)
    finding = only(township)
    assert (finding.kind, finding.level, finding.id, finding.field) == (
        Kind.MISSING,
        Level.ERROR,
        row,
        "name",
    )
    assert finding.sentence == f"资源（民情标识 {row}）没有填“名称”，这一项必须填写，请补上"
    assert finding.at == (460_400, 3_150_100)


def test_a_row_of_no_village_is_told(township: Session) -> None:
    row = add(township, "shelter", point(400), name="空地", village_code=None)
    assert told(township) == [(Kind.MISSING, Level.WARNING, "shelter", row, "village_code")]


def test_a_value_that_its_list_does_not_have_is_an_error(township: Session) -> None:
    row = add(township, "house", box(400), house_no="9", structure="竹篾")
    finding = only(township)
    assert (finding.kind, finding.level, finding.id) == (Kind.CODE, Level.ERROR, row)
    assert finding.sentence == "农房“9”的“房屋结构”写的是“竹篾”，不在可选的值里，请改选"


def test_another_spelling_of_a_listed_value_is_told_with_the_right_one(township: Session) -> None:
    add(township, "house", box(400), house_no="9", structure="砖木结构")
    assert only(township).sentence == "农房“9”的“房屋结构”写的是“砖木结构”，规范写法是“砖木”，请改选"


WRONG: list[tuple[str, dict[str, Any], str, Level, str]] = [
    ("house", {"storeys": 99}, "storeys", Level.WARNING, "应在 0–60 之间"),
    ("house", {"storeys": "两层"}, "storeys", Level.ERROR, "不是数字"),
    ("house", {"verified_on": "昨天"}, "verified_on", Level.ERROR, "不是日期"),
    ("shelter", {"phone": "打村部"}, "phone", Level.WARNING, "不是电话号码"),
    (
        "resident",
        {"id_number": identity("19500101001")[:17] + "x"},
        "id_number",
        Level.WARNING,
        "最后一位对不上",
    ),
    ("resident", {"id_number": "99999919500101"}, "id_number", Level.WARNING, "应为 18 位"),
]


@pytest.mark.parametrize(("table", "values", "field", "level", "words"), WRONG, ids=lambda v: str(v)[:20])
def test_a_value_that_its_field_cannot_hold_is_told(
    township: Session, table: str, values: dict[str, Any], field: str, level: Level, words: str
) -> None:
    shape = {"house": box(400), "shelter": point(400)}.get(table)
    name = {"house": {"house_no": "9"}}.get(table, {"name": "某"})
    row = add(township, table, shape, **name, **values)
    finding = only(township)
    assert (finding.kind, finding.level, finding.id, finding.field) == (Kind.VALUE, level, row, field)
    assert words in finding.sentence


def test_a_birth_date_and_sex_that_the_identity_number_contradicts_are_told(township: Session) -> None:
    row = add(
        township, "resident", name="某", id_number="99999919900307008X", birth_date="1990-03-08", sex="男"
    )
    assert told(township) == [
        (Kind.VALUE, Level.WARNING, "resident", row, "birth_date"),
        (Kind.VALUE, Level.WARNING, "resident", row, "sex"),
    ]


def test_dates_out_of_order_are_told(township: Session) -> None:
    ((home,),) = township.rows("household", ["id"], where={"household_no": "0"})
    row = add(township, "assistance", helper="某", household=home, started="2024-05", ended="2023")
    assert told(township) == [(Kind.VALUE, Level.WARNING, "assistance", row, "ended")]


def test_a_term_of_keeping_that_has_passed_is_told_and_one_that_has_not_is_not(township: Session) -> None:
    today = date.today()  # noqa: DTZ011
    row = add(township, "resident", name="某", keep_until=(today - timedelta(days=1)).isoformat())
    last_year = add(township, "resident", name="另一人", keep_until=str(today.year - 1))
    add(township, "resident", name="又一人", keep_until=str(today.year))
    add(township, "resident", name="再一人", keep_until=today.isoformat())
    assert told(township) == [
        (Kind.VALUE, Level.WARNING, "resident", r, "keep_until") for r in (row, last_year)
    ]


def test_a_finding_about_a_person_is_shown_at_his_house(township: Session) -> None:
    ((home,),) = township.rows("household", ["id"], where={"household_no": "0"})
    add(township, "resident", name="某", household=home, phone="无此号")
    assert only(township).at == (460_105, 3_150_105)
