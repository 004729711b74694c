"""Where ranges end: every row in one, round numbers, words a township office would use."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingqing.classify.axis import Axis
from mingqing.classify.breaks import breaks
from mingqing.classify.choice import Method

_NUMBERS = st.lists(st.floats(-1e9, 1e9), min_size=0, max_size=60)


@given(_NUMBERS, st.sampled_from(Method), st.integers(1, 9), st.booleans())
def test_ranges_rise_and_the_first_and_last_hold_something(
    values: list[float],
    method: Method,
    classes: int,
    whole: bool,  # noqa: FBT001 - given by hypothesis
) -> None:
    axis = Axis(whole=whole)
    numbers = axis.numbers([round(v) for v in values] if whole else values)
    cuts = breaks(numbers, axis, method, classes)
    assert len(cuts) < max(classes, 1) + (classes == 1)
    assert (np.diff(cuts) > 0).all()
    if cuts:
        assert numbers[0] < cuts[0]
        assert cuts[-1] <= numbers[-1]
    if whole:
        assert cuts == [round(c) for c in cuts]


def test_equal_intervals_are_as_wide_as_one_another() -> None:
    assert breaks(np.linspace(0, 100, 50), Axis(), Method.EQUAL, 5) == [20, 40, 60, 80]


def test_quantiles_hold_about_as_many_each() -> None:
    numbers = np.sort(np.random.default_rng(1).lognormal(5, 0.5, 5000))
    cuts = breaks(numbers, Axis(), Method.QUANTILE, 4)
    counts = np.histogram(numbers, [-np.inf, *cuts, np.inf])[0]
    assert counts.min() > 0.7 * 1250


def test_natural_breaks_lie_in_the_gaps() -> None:
    numbers = np.sort(np.concatenate([np.linspace(a, a + 3, 30) for a in (10, 50, 90)]))
    low, high = breaks(numbers, Axis(), Method.NATURAL, 3)
    assert 13 < low <= 50
    assert 53 < high <= 90


def test_natural_breaks_of_very_many_rows_take_a_sample() -> None:
    numbers = np.sort(np.random.default_rng(2).normal(100, 20, 200_000))
    assert len(breaks(numbers, Axis(), Method.NATURAL, 5)) == 4


@pytest.mark.parametrize("method", Method)
def test_one_value_is_one_class(method: Method) -> None:
    assert breaks(np.full(9, 3.0), Axis(), method, 5) == []


def test_breaks_are_round_numbers() -> None:
    numbers = np.sort(np.random.default_rng(3).uniform(1, 997, 3000))
    assert breaks(numbers, Axis(), Method.QUANTILE, 5) == [200, 400, 600, 800]


def test_dates_break_at_the_beginning_of_years() -> None:
    axis = Axis(dates=True, whole=True)
    days = [(date(1950, 1, 1) + timedelta(days=37 * n)).isoformat() for n in range(700)]
    cuts = breaks(axis.numbers([*days, None, "不详"]), axis, Method.EQUAL, 4)
    assert [axis.stored(c) for c in cuts] == ["1970-01-01", "1985-01-01", "2005-01-01"]
    assert axis.title(cuts[0], cuts[1]) == "1970–1984 年"


def test_months_are_named_where_years_are_too_long() -> None:
    axis = Axis(dates=True, whole=True)
    assert axis.title(2024 * 12 + 4, None) == "2024 年 5 月以来"


def test_what_is_no_number_is_left_out() -> None:
    assert Axis().numbers([3, None, "x", float("nan"), float("inf"), 1.5]).tolist() == [1.5, 3]
