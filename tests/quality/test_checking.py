"""What is looked at, how much of what is found is listed, and that it can be stopped."""

import pytest

from mingqing.core.errors import Cancelled
from mingqing.core.watch import Watch
from mingqing.quality import check as checking
from mingqing.quality.check import check
from mingqing.quality.findings import Kind, Level
from mingqing.store.session import Session
from tests.quality.conftest import FAR, NEAR, add, box, point, told


def test_every_row_that_the_account_sees_is_looked_at(township: Session) -> None:
    assert check(township).checked == township.counts()


def test_only_what_is_asked_for_is_looked_at(township: Session) -> None:
    here = add(township, "resource", point(400))
    there = add(township, "resource", point(2400), village_code=FAR)
    add(township, "shelter", point(400))
    found = check(township, ["resource"], [FAR])
    assert (dict(found.checked), [f.id for f in found.findings]) == ({"resource": 1}, [there])
    found = check(township, among={"resource": {here}})
    assert [f.id for f in found.findings if f.table == "resource"] == [here]
    assert found.checked["resource"] == 1
    assert found.checked["house"] == 4


def test_a_village_without_rows_is_nothing_to_look_at(township: Session) -> None:
    found = check(township, villages=["331124999999"])
    assert (found.findings, sum(found.checked.values())) == ((), 0)


def test_what_is_not_listed_is_counted_and_errors_are_listed_before_warnings(
    township: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "MOST", 2)
    for i in range(5):
        add(township, "house", box(400 + 20 * i), house_no=str(i), storeys=99)
    row = add(township, "house", box(600), house_no="9", storeys="两层")
    found = check(township)
    assert [(f.kind, f.level) for f in found.findings] == [
        (Kind.VALUE, Level.ERROR),
        (Kind.VALUE, Level.WARNING),
        (Kind.VALUE, Level.WARNING),
    ]
    assert (found.findings[0].id, found.errors, dict(found.cut)) == (row, 1, {"house": 3})


def test_a_check_tells_how_far_it_is_and_stops_when_it_is_told_to(township: Session) -> None:
    steps: list[str] = []
    check(township, watch=Watch(lambda text, _done, _total: steps.append(text)))
    assert "检查农房" in steps
    for last in range(0, len(steps), 7):
        asked: list[bool] = []

        def cancelled(last: int = last, asked: list[bool] = asked) -> bool:
            asked.append(True)
            return len(asked) > last

        with pytest.raises(Cancelled):
            check(township, watch=Watch(cancelled=cancelled))


def test_the_sample_villages_have_no_errors(sample_session: Session) -> None:
    found = check(sample_session)
    assert found.errors == 0
    assert {(f.kind, f.field) for f in found.findings} == {
        (Kind.VALUE, "keep_until"),  # some are there to be reviewed
        (Kind.TOPOLOGY, None),  # paths that end a step before the road
    }


def test_an_empty_project_has_no_faults(session: Session) -> None:
    assert told(session) == []
    assert told(session, villages=[NEAR]) == []
