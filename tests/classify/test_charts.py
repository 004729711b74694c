"""Charts of a village say what its rows say, and only to those who see those rows."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from mingqing.access.policy import Policy
from mingqing.classify.charts import Bars, Pyramid, charts
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.project import open_project
from mingqing.store.session import Session

_TODAY = date(2026, 11, 22)


@pytest.fixture(params=[True, False], ids=["one village", "all"])
def village(sample_session: Session, request: pytest.FixtureRequest) -> str | None:
    return sample_session.villages()[0].code if request.param else None


def test_every_house_person_and_plot_is_in_a_chart(sample_session: Session, village: str | None) -> None:
    structures, ages, crops = charts(sample_session, village, today=_TODAY)
    counts = sample_session.counts(village)
    assert isinstance(structures, Bars)
    assert sum(bar.value for bar in structures.bars) + structures.missing == counts["house"]
    assert isinstance(ages, Pyramid)
    people = sum(n for group in ages.groups for n in (*group.men, *group.women))
    assert people + ages.missing == counts["resident"]
    assert isinstance(crops, Bars)
    plots = sample_session.rows("plot", ["area_mu"], village=village, where={"crop": "水稻"})
    rice = next(bar.value for bar in crops.bars if bar.title == "水稻")
    assert rice == pytest.approx(sum(area for (area,) in plots))
    longest_first = [bar.value for bar in crops.bars if not bar.title.startswith("其他")]
    assert longest_first == sorted(longest_first, reverse=True)


def test_the_away_are_counted_apart(sample_session: Session, village: str | None) -> None:
    ages = charts(sample_session, village, today=_TODAY)[1]
    assert isinstance(ages, Pyramid)
    rows = sample_session.rows("resident", ["birth_date", "sex", "at_home"], village=village)
    away = Counter(at_home for birth, sex, at_home in rows if birth and sex)["外出"]
    assert sum(group.men[1] + group.women[1] for group in ages.groups) == away


def test_who_sees_people_masked_is_shown_no_ages(
    sample_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = Policy.of(["viewer"], None, sample_session.catalog)
    monkeypatch.setattr(sample_session, "login", replace(sample_session.login, policy=viewer))
    assert [chart.title for chart in charts(sample_session, None, today=_TODAY)] == ["房屋结构", "作物面积"]


def test_rows_of_which_nothing_is_known_are_counted_as_such(sample_project: Path) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        plots, people = (session.rows(table, ["id"])[:3] for table in ("plot", "resident"))
        with session.transaction("edit", "缺") as change:
            unknown = {"crop": [None, "水稻", "水稻"], "area_mu": [1.0, None, None]}
            change.update("plot", [i for (i,) in plots], unknown)
            change.update("resident", [i for (i,) in people], {"birth_date": [None] * 3})
        _, ages, crops = charts(session, None, today=_TODAY)
        known = [r for r in session.rows("plot", ["crop", "area_mu"]) if r[0] and r[1] is not None]
        assert crops.missing == session.counts()["plot"] - len(known) >= 3
        assert ages.missing >= 3


def test_it_is_said_how_far_the_counting_is(sample_session: Session) -> None:
    said: list[tuple[int, int]] = []
    charts(sample_session, None, today=_TODAY, progress=lambda *at: said.append(at))
    assert said == [(0, 3), (1, 3), (2, 3)]


def test_a_project_without_rows_has_no_charts(session: Session) -> None:
    assert charts(session, None, today=_TODAY) == ()
