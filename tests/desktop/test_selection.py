"""Selected rows are the same for all who show them, and only a change is told."""

import pytest

from mingqing.desktop.selection import Selection


@pytest.fixture
def told() -> list[int]:
    return []


@pytest.fixture
def selection(told: list[int]) -> Selection:
    made = Selection()
    made.choose({"house": [1, 2], "road": [9]})
    made.changed.connect(lambda: told.append(len(made)))
    return made


def test_rows_are_chosen_added_and_removed_by_table(selection: Selection, told: list[int]) -> None:
    selection.add({"house": [3], "grid": [7]})
    assert selection.tables == {"house": {1, 2, 3}, "road": {9}, "grid": {7}}
    selection.remove({"house": [1, 2, 3], "grid": [8]})
    assert selection.tables == {"road": {9}, "grid": {7}}
    selection.choose_in("road", [])
    selection.choose_in("house", [4, 5])
    assert selection.tables == {"grid": {7}, "house": {4, 5}}
    assert selection.of("house") == {4, 5}
    assert selection.of("road") == frozenset()
    assert told == [5, 2, 1, 3]


def test_what_was_selected_before_comes_back_even_after_nothing_was(selection: Selection) -> None:
    before = dict(selection.tables)
    selection.choose({"house": [2]})
    selection.restore()
    assert selection.tables == before
    selection.restore()
    assert selection.tables == {"house": {2}}
    selection.clear()
    selection.restore()
    assert selection.tables == {"house": {2}}


def test_a_project_that_was_closed_leaves_no_rows_to_come_back(selection: Selection) -> None:
    selection.forget()
    assert not selection.can_restore
    selection.restore()
    assert not selection


def test_what_changes_nothing_is_not_told(selection: Selection, told: list[int]) -> None:
    selection.choose({"road": {9}, "house": {2, 1}, "grid": []})
    selection.add({"house": [1]})
    selection.remove({"grid": [1]})
    assert told == []
    selection.clear()
    selection.clear()
    assert told == [0]
    assert not selection
