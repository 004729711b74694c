"""What is typed above a column of a table is understood as people write it, or refused with an example."""

import pytest

from mingqing.catalog.load import catalog
from mingqing.core.errors import InputRefused
from mingqing.desktop.table.asking import asked
from mingqing.desktop.table.columns import Column
from mingqing.store.conditions import Between, Holds


def column(table: str, name: str) -> Column:
    return Column(catalog().tables[table].field_by_name[name], "", copied=True, shown_at_first=True)


STOREYS, BORN, NAME = column("house", "storeys"), column("resident", "birth_date"), column("resident", "name")


@pytest.mark.parametrize(
    ("typed", "low", "high"),
    [
        ("3", 3, 3),
        ("-3", -3, -3),
        ("2-5", 2, 5),
        ("２ 至 ５", 2, 5),
        ("2.5~", 2.5, None),
        ("-5", -5, -5),
        ("~5", None, 5),
        ("1,200-3,000", 1200, 3000),
        (">=3", 3, None),
        ("≤ 3", None, 3),
        ("不大于3", None, 3),
        ("=4", 4, 4),
    ],
)
def test_numbers_and_ranges_of_numbers(typed: str, low: float | None, high: float | None) -> None:
    assert asked(STOREYS, typed) == Between("storeys", low, high)


def test_more_than_a_number_is_not_the_number_itself() -> None:
    assert asked(STOREYS, ">3") == Between("storeys", 3, None, strict=True)
    assert asked(STOREYS, "小于3") == Between("storeys", None, 3, strict=True)


@pytest.mark.parametrize(
    ("typed", "low", "high"),
    [
        ("1990", "1990-01-01", "1990-12-31"),
        ("1990年", "1990-01-01", "1990-12-31"),
        ("1990-5", "1990-05-01", "1990-05-31"),
        ("1990年5月", "1990-05-01", "1990-05-31"),
        ("1990.05.06", "1990-05-06", "1990-05-06"),
        ("1990年5月6日", "1990-05-06", "1990-05-06"),
        ("1980-1990", "1980-01-01", "1990-12-31"),
        ("1980-05 到 1990", "1980-05-01", "1990-12-31"),
        ("至1990", None, "1990-12-31"),
        ("1980~", "1980-01-01", None),
    ],
)
def test_days_months_years_and_ranges_of_them(typed: str, low: str | None, high: str | None) -> None:
    assert asked(BORN, typed) == Between("birth_date", low, high)


@pytest.mark.parametrize(
    ("of", "typed"), [(STOREYS, "三"), (STOREYS, "-"), (STOREYS, "2-5-6"), (STOREYS, ">")]
)
def test_what_is_no_number_is_refused(of: Column, typed: str) -> None:
    with pytest.raises(InputRefused, match="请这样填：3"):
        asked(of, typed)


@pytest.mark.parametrize("typed", ["去年", "1990-13", "19900101", "~", "90-5"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(InputRefused, match="请这样填：1990"):
        asked(BORN, typed)


def test_anything_is_a_text_and_nothing_asks_for_nothing() -> None:
    assert asked(NAME, " 甄% ") == Holds("name", "甄%")
    assert asked(NAME, "　") is None
    assert asked(BORN, "") is None
