"""The model of a table answers at once with what it has, says what it lacks, and keeps no more than it needs."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from mingqing.access.policy import Policy
from mingqing.catalog.load import catalog
from mingqing.desktop.table.columns import offered
from mingqing.desktop.table.model import PAGE, Rows

MANY = 1_000_000


@pytest.fixture
def rows() -> Rows:
    policy = Policy.of(["county_editor"], None, catalog())
    made = Rows()
    made.show_columns([c for c in offered(policy, catalog().tables["road"]) if c.name in {"name", "width_m"}])
    made.show_ids(np.arange(MANY, dtype=np.int64) * 7, None)
    return made


def page(number: int) -> dict[int, list[tuple[str, float] | None]]:
    return {number: [(f"路{number * PAGE + n}", 3.5) for n in range(PAGE)]}


def shown(rows: Rows, row: int) -> object:
    return rows.index(row, 0).data()


def test_a_cell_that_is_not_there_yet_shows_dots_and_its_page_is_missing(rows: Rows) -> None:
    assert rows.rowCount() == MANY
    assert shown(rows, 5_000) == "…"
    assert list(rows.missing(4_990, 5_010)) == [24, 25]
    rows.put(page(25))  # type: ignore[arg-type]
    assert shown(rows, 5_000) == "路5000"
    assert rows.missing(4_990, 5_010) == {24: [7 * i for i in range(4_800, 5_000)]}


def test_the_last_page_is_as_long_as_what_is_left(rows: Rows) -> None:
    rows.show_ids(np.arange(PAGE + 3, dtype=np.int64), None)
    assert rows.missing(0, 10 * PAGE) == {0: list(range(PAGE)), 1: [200, 201, 202]}
    rows.show_ids(np.empty(0, np.int64), None)
    assert rows.missing(0, 50) == {}


def test_a_row_that_is_gone_is_empty(rows: Rows) -> None:
    rows.put({0: [None] * PAGE})
    assert shown(rows, 0) == ""


def test_pages_looked_at_longest_ago_are_let_go(rows: Rows) -> None:
    for number in range(60):
        rows.put(page(number))  # type: ignore[arg-type]
    rows.touch(0, 10)
    rows.put(page(60))  # type: ignore[arg-type]
    assert list(rows.missing(0, 3 * PAGE - 1)) == [1]


def test_other_rows_take_nothing_over_from_those_before(rows: Rows) -> None:
    rows.put(page(0))  # type: ignore[arg-type]
    rows.show_ids(rows.ids[::-1], ("name", True))
    assert shown(rows, 0) == "…"
    assert [rows.headerData(n, Qt.Orientation.Horizontal) for n in range(2)] == [
        "道路名称 ↓",
        "路面宽度（米）",
    ]


def test_selected_rows_are_tinted_wherever_they_are(rows: Rows) -> None:
    rows.select(frozenset({7 * 999_999}))
    tint = Qt.ItemDataRole.BackgroundRole
    assert rows.index(999_999, 0).data(tint) is not None
    assert rows.index(0, 0).data(tint) is None
    assert rows.row_of([7 * 999_999, 7 * 500]) == 500
    assert rows.row_of([3]) is None
