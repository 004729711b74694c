"""A plan that was just made: as it is to be kept, and whether it is one that is kept already."""

from dataclasses import replace

import numpy as np

from mingqing.core.watch import UNWATCHED, Watch
from mingqing.evacuation.planning import Plan
from mingqing.evacuation.saved.kept import Evacuees, Kept, load, plans
from mingqing.evacuation.saved.outcome import Outcome
from mingqing.evacuation.telling import directions, hazards_of, leaders
from mingqing.store.session import Session


def outcome(session: Session, plan: Plan, seq: int, watch: Watch = UNWATCHED) -> Outcome:
    """Return what a plan says of each house.

    seq : `store.history.since.last_change` before the plan's world was gathered: what changed since is told of it.
    """
    houses = plan.houses
    world = plan.world
    shelters = np.zeros(len(plan), dtype=np.int64)
    shelters[plan.placed] = world.shelters.ids[plan.shelters[plan.placed]]
    names, phones = leaders(session, plan)
    return Outcome(
        scenario=plan.scenario,
        seq=seq,
        network=world.network,
        houses=world.houses.ids[houses],
        villages=[world.houses.villages[i] for i in houses.tolist()],
        households=world.houses.households[houses],
        people=plan.people,
        mobility=world.houses.mobility[houses],
        hazards=hazards_of(plan),
        shelters=shelters,
        ways=plan.ways,
        directions=directions(plan, watch),
        reasons=[plan.reasons[k].sentence if k in plan.reasons else "" for k in range(len(plan))],
        leaders=names,
        phones=phones,
        gap=plan.assignment.gap,
    )


_TOLERANCE_MINUTES = 0.051  # they are kept to a tenth


def kept_as(session: Session, plan: Plan) -> Kept | None:
    """Return the latest plan that is kept, for the same case, and sends as many from every house the same way.

    Whether somebody was fixed by hand does not matter, as long as all go where they are sent.
    """
    for kept in plans(session):
        if kept.people == plan.people.sum():
            loaded = load(session, kept.number)
            scenario = replace(loaded.scenario, locks=plan.scenario.locks)
            if scenario == plan.scenario and _same(loaded.evacuees, plan):
                return kept
    return None


def _same(who: Evacuees, plan: Plan) -> bool:
    """Whether those whom a kept plan moves are as many from every house, to the same shelter in the same time."""
    world = plan.world
    shelters = np.where(plan.placed, world.shelters.ids[plan.shelters], 0) if len(world.shelters) else 0
    minutes = np.where(plan.placed, plan.seconds / 60, np.nan)
    ids = world.houses.ids[plan.houses]
    if len(who) != len(ids):
        return False
    one, other = np.argsort(who.houses), np.argsort(ids)
    return bool(
        (who.houses[one] == ids[other]).all()
        and (who.people[one] == plan.people[other]).all()
        and (who.shelters[one] == np.broadcast_to(shelters, len(ids))[other]).all()
        and np.allclose(who.minutes[one], minutes[other], rtol=0, atol=_TOLERANCE_MINUTES, equal_nan=True)
    )
