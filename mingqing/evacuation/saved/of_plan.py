"""A plan that was just made, as it is to be kept."""

import numpy as np

from mingqing.core.watch import UNWATCHED, Watch
from mingqing.evacuation.planning import Plan
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
