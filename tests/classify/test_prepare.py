"""What the window shows of a choice: classes, how many are in each, a histogram; and nothing to who may not see it."""

from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from mingqing.access.policy import Policy
from mingqing.catalog.color import Color
from mingqing.catalog.condition import Condition, Relation
from mingqing.classify.choice import Choice, Kind, Part
from mingqing.classify.prepare import histogram, prepare, unsettled
from mingqing.core.errors import NotAllowed
from mingqing.store.session import Session

_TODAY = date(2026, 11, 22)
_EVERY = [
    Choice("house", Kind.CATEGORIES, "use"),
    Choice("house", Kind.GRADUATED, "storeys"),
    Choice("house", Kind.SIZE, "floor_area_m2"),
    Choice(
        "house",
        Kind.RULES,
        parts=(Part("高", Color("#aa0000", "#ff0000"), (Condition("storeys", Relation.MORE, 3),)),),
    ),
    Choice("resident", Kind.GRADUATED, "birth_date"),
]


@pytest.mark.parametrize("choice", _EVERY, ids=lambda c: f"{c.table}-{c.kind}")
def test_every_row_is_counted_once(sample_session: Session, choice: Choice) -> None:
    found = prepare(sample_session, choice, today=_TODAY)
    assert len(found.counts) == len(found.choice.parts) + 1
    assert sum(found.counts) == sample_session.counts()[choice.table]
    assert sum(found.counts[:-1]) > 0


def test_counts_are_those_of_the_rows(sample_session: Session) -> None:
    found = prepare(sample_session, _EVERY[0], today=_TODAY)
    counted = Counter(value for (value,) in sample_session.rows("house", ["use"]))
    assert {p.title: n for p, n in zip(found.choice.parts, found.counts, strict=False)} == {
        value: n for value, n in counted.items() if value
    }


@pytest.mark.parametrize("areas", ["village", "grid"])
def test_areas_are_counted_with_those_of_which_nothing_is_known(sample_session: Session, areas: str) -> None:
    found = prepare(sample_session, Choice(areas, Kind.AREAS, "vacant_share"), today=_TODAY)
    assert sum(found.counts) == sample_session.counts()[areas]
    assert len(found.values) == sum(found.counts[:-1])


def test_heat_has_the_place_of_every_person_who_has_one(sample_session: Session) -> None:
    found = prepare(sample_session, Choice("resident", Kind.HEAT), today=_TODAY)
    assert found.weights.sum() == found.counts[0]
    assert sum(found.counts) == sample_session.counts()["resident"]
    assert 0 < len(found.xy) == len(found.weights) < found.counts[0]
    weighed = prepare(sample_session, Choice("house", Kind.HEAT, "floor_area_m2"), today=_TODAY)
    assert weighed.weights.min() > 0


def test_classes_that_were_kept_stay_until_they_are_made_anew(sample_session: Session) -> None:
    made = prepare(sample_session, _EVERY[1], today=_TODAY).choice
    renamed = replace(made, parts=(replace(made.parts[0], title="矮"), *made.parts[1:]))
    assert prepare(sample_session, renamed, today=_TODAY).choice == renamed
    assert prepare(sample_session, unsettled(renamed), today=_TODAY).choice == made


def test_nothing_is_made_of_what_the_account_does_not_see(
    sample_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = Policy.of(["viewer"], None, sample_session.catalog)
    monkeypatch.setattr(sample_session, "login", replace(sample_session.login, policy=viewer))
    with pytest.raises(NotAllowed, match="人口"):
        prepare(sample_session, _EVERY[4], today=_TODAY)


def test_a_histogram_holds_every_number_and_no_mistake_flattens_it() -> None:
    numbers = np.sort(np.append(np.random.default_rng(1).normal(150, 30, 5000), 1e7))
    counts, edges = histogram(numbers, 24)
    assert counts.sum() == len(numbers)
    assert edges[-1] < 300
    assert counts.max() < 2000


def test_few_whole_numbers_have_a_bar_each() -> None:
    counts, edges = histogram(np.array([1.0, 1, 2, 4]), 24)
    assert counts.tolist() == [2, 1, 0, 1]
    assert edges.tolist() == [1, 2, 3, 4, 5]


def test_a_histogram_of_nothing_or_of_one_number_is_one() -> None:
    assert histogram(np.empty(0), 10)[0].sum() == 0
    assert histogram(np.full(5, 2.5), 10)[0].sum() == 5
