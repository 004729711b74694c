"""A table offers the columns of which the account sees something, and says which it may take out of the program."""

import time

import pytest

from mingqing.access.policy import Policy
from mingqing.access.roles import Action, Role, Shows
from mingqing.catalog.load import catalog
from mingqing.desktop.table.columns import Column, offered, placeable, withheld
from mingqing.store.changes import Value

TABLES = catalog().tables
LOOKS = frozenset({Action.SEE})
TAKES = frozenset({Action.SEE, Action.EXPORT})


def of(role: str, table: str) -> dict[str, Column]:
    policy = Policy.of([role], ["331124204202"], catalog())
    return {c.name: c for c in offered(policy, TABLES[table])}


def test_an_editor_is_offered_every_column_the_village_first() -> None:
    columns = of("county_editor", "resident")
    assert next(iter(columns)) == "village_code"
    assert set(columns) == set(TABLES["resident"].column_names)
    assert not [c for c in columns.values() if c.why or not c.copied]
    assert columns["name"].shown_at_first
    assert not columns["created_by"].shown_at_first


def test_what_a_role_sees_nothing_of_is_not_there_and_what_is_masked_says_why() -> None:
    columns = of("viewer", "resident")
    assert {"name", "phone"} <= set(columns)
    assert not {"id_number", "birth_date", "household"} & set(columns)
    assert "打码" in columns["name"].why
    assert columns["village_code"].why == ""
    policy = Policy.of(["viewer"], None, catalog())
    assert {"身份证号", "出生日期"} <= set(withheld(policy, TABLES["resident"]))


def test_a_reference_is_as_what_names_the_row_it_points_to() -> None:
    assert of("viewer", "household")["house"].why == ""  # its number; the address is not seen at all
    assert "打码" in of("viewer", "employment")["resident"].why
    assert of("county_editor", "employment")["resident"].why == ""


@pytest.mark.parametrize("role", ["viewer", "village_editor", "planner"])
def test_who_may_not_export_a_table_takes_no_column_of_it(role: str) -> None:
    assert not [c for c in of(role, "resident").values() if c.copied]


def test_what_is_clear_by_one_role_and_exported_masked_by_another_is_not_taken() -> None:
    looks = Role("looks", "看", "试", {"*": LOOKS}, {"open": Shows.CLEAR, "personal": Shows.CLEAR})
    takes = Role("takes", "拿", "试", {"*": TAKES}, {"open": Shows.CLEAR, "personal": Shows.MASKED})
    policy = Policy.of(["looks", "takes"], None, catalog(), {"looks": looks, "takes": takes})
    columns = {c.name: c for c in offered(policy, TABLES["household"])}
    assert columns["householder"].why == ""
    assert not columns["householder"].copied
    assert not columns[
        "house"
    ].copied  # it may show the address, which is seen by one and absent for the other
    assert columns["group_no"].copied


def test_rows_have_a_place_where_the_account_sees_what_they_belong_to() -> None:
    viewer, editor = (Policy.of([r], None, catalog()) for r in ("viewer", "county_editor"))
    assert placeable(editor, TABLES["resident"])
    assert not placeable(viewer, TABLES["resident"])
    assert placeable(viewer, TABLES["house"])


@pytest.mark.parametrize(
    ("table", "name", "value", "text"),
    [
        ("house", "dangerous", 1, "是"),
        ("house", "dangerous", 0, "否"),
        ("house", "floor_area_m2", 1234.5, "1,234.5"),
        ("house", "floor_area_m2", 120.0, "120"),
        ("house", "built_year", 1987, "1987"),
        ("house", "structure", "砖混", "砖混"),
        ("house", "address", None, ""),
    ],
)
def test_values_are_written_as_one_reads_them(table: str, name: str, value: Value, text: str) -> None:
    assert of("county_editor", table)[name].text(value) == text


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process cannot be set on Windows")
def test_moments_are_written_as_the_clock_on_the_wall_shows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "CST-8")
    time.tzset()
    try:
        columns = of("county_editor", "house")
        assert columns["created_at"].text("2026-11-22T04:15:30+00:00") == "2026-11-22 12:15"
        assert columns["updated_at"].text("2026-11-22T20:15:30Z") == "2026-11-23 04:15"
        assert columns["updated_at"].text("2026-11-22") == "2026-11-22"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_units_stand_above_the_numbers() -> None:
    assert of("county_editor", "house")["storeys"].title == "层数（层）"
    assert of("county_editor", "house")["built_year"].title == "建成年份"
    assert of("county_editor", "house")["village_code"].title == "村"
