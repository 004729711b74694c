"""The two sides of the evacuation benchmark are asked the same, and answer the same at every node."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from benchmarks.evacuated.pgrouting import PgRouting, pgrouting
from benchmarks.evacuation import _differing, _edges
from mingqing.evacuation.case import case
from mingqing.evacuation.gather import world
from mingqing.evacuation.model import Mode
from mingqing.evacuation.routing.setup import movers
from mingqing.evacuation.scenario import Scenario
from mingqing.store.session import Session


@pytest.fixture
def theirs() -> PgRouting:
    found = pgrouting()
    if found is None:
        pytest.skip("pgRouting is not installed (packages postgresql, pgrouting)")
    return found


def test_both_take_as_long_from_every_house_and_junction(sample_session: Session, theirs: PgRouting) -> None:
    here = world(sample_session, on=date(2026, 6, 1))
    everyone = np.arange(len(here.houses))
    of_all = replace(case(here, Scenario()), houses=everyone, people=here.houses.people)
    made = movers(here, Scenario(), of_all, Mode.FOOT)
    takes = made.soonest(np.zeros(made.graph.shelters))[0]
    edges, first, roots = _edges(made)
    with theirs:
        theirs.load(edges)
        least = theirs.least(roots, first + len(takes))
        assert theirs.seconds(roots) > 0
    ours = np.concatenate([made.freely.seconds[:first], takes])
    assert np.isfinite(ours).sum() > 100
    assert _differing(ours, least) == 0
