"""One number of a village or a grid, by one query or by where rows lie, is what counting by hand gives."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingqing.catalog.condition import Condition, Relation
from mingqing.catalog.load import catalog
from mingqing.classify.statistics import Measure, statistics, values_of
from mingqing.store.session import Session
from mingqing.store.tally import Tally, tallied

_TODAY = date(2026, 2, 28)


def test_every_statistic_speaks_of_what_exists() -> None:
    tables = catalog().tables
    for statistic in statistics().values():
        fields = tables[statistic.table].field_by_name
        assert {name.split(".")[1] for name in statistic.reveals} <= set(fields), statistic.code
        assert (statistic.measure is Measure.SHARE) <= (statistic.condition is not None), statistic.code
        assert (statistic.of is not None) == (statistic.measure in {Measure.SUM, Measure.MEAN}), (
            statistic.code
        )


@pytest.mark.parametrize("code", statistics())
def test_the_engine_counts_as_one_does_by_hand(sample_session: Session, code: str) -> None:
    statistic = statistics()[code]
    condition = statistic.asked(_TODAY)
    columns = ["village_code", statistic.of or "id", condition.field if condition else "id"]
    rows = sample_session.rows(statistic.table, columns)
    found = values_of(sample_session, statistic, "village", today=_TODAY)
    for row_id, village in sample_session.rows("village", ["id", "code"]):
        own = [(number, value) for where, number, value in rows if where == village]
        expected = statistic.value(tallied(own, condition)) if own else None
        assert found.get(row_id) == (expected if expected is None else pytest.approx(expected))


def test_grids_hold_the_people_who_live_in_them(sample_session: Session) -> None:
    grids = values_of(sample_session, statistics()["people"], "grid", today=_TODAY)
    assert len(grids) == sample_session.counts()["grid"]
    assert 0 < sum(grids.values()) <= sample_session.counts()["resident"]


def test_old_age_counts_from_the_birthday() -> None:
    asked = statistics()["old_share"].asked(date(2026, 11, 22))
    assert asked is not None
    assert asked.holds("1966-11-22")
    assert not asked.holds("1966-11-23")


def test_a_share_is_of_those_of_whom_it_is_known() -> None:
    away = statistics()["away_share"]
    found = tallied([(None, v) for v in ("外出", "在家", "在家", None, "")], away.condition)
    assert away.value(found) == pytest.approx(100 / 3)
    assert away.value(tallied([(None, None)], away.condition)) is None


@given(
    st.lists(st.tuples(st.none() | st.integers(-9, 9), st.none() | st.integers(-3, 3))), st.integers(-3, 3)
)
def test_a_tally_never_counts_more_than_there_is(
    rows: list[tuple[int | None, int | None]], value: int
) -> None:
    tally = tallied(rows, Condition("x", Relation.AT_LEAST, value))
    assert tally.filled <= tally.held <= tally.asked <= len(rows)


def test_what_nobody_wrote_down_is_not_none() -> None:
    """Of houses of which none says whether it is dangerous, it is not known how many are."""
    dangerous = statistics()["dangerous_houses"]
    assert dangerous.value(Tally(0, 0, 0, 0.0)) is None
    assert dangerous.value(Tally(0, 5, 0, 0.0)) == 0.0
    assert statistics()["houses"].value(Tally(0, 0, 0, 0.0)) == 0.0
