"""A plan as it is kept and handed out: in the order of the list, told in words, with who leads."""

from typing import TYPE_CHECKING

import numpy as np

from mingqing.core.watch import UNWATCHED, Watch
from mingqing.evacuation.planning import Plan
from mingqing.evacuation.saved.outcome import Outcome
from mingqing.evacuation.telling import directions, hazards_of, leaders

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mingqing.store.session import Session


def outcome(session: "Session", plan: Plan, watch: Watch = UNWATCHED) -> Outcome:
    """Return what a plan says of each house, those first who have no place, then the slow, then who arrives last."""
    order, world = in_order(plan), plan.world
    names, phones = leaders(session, plan)
    told = directions(plan, watch)
    houses = plan.houses[order]
    return Outcome(
        scenario=plan.scenario,
        seq=world.seq,
        network=world.network,
        houses=world.houses.ids[houses],
        villages=[world.houses.villages[i] for i in houses.tolist()],
        households=world.houses.households[houses],
        people=plan.people[order],
        mobility=world.houses.mobility[houses],
        hazards=hazards_of(plan)[order],
        shelters=_shelter_ids(plan)[order],
        ways=plan.ways.taken(order),
        directions=[told[k] for k in order.tolist()],
        reasons=[plan.reasons[k].sentence if k in plan.reasons else "" for k in order.tolist()],
        leaders=[names[k] for k in order.tolist()],
        phones=[phones[k] for k in order.tolist()],
        gap=plan.assignment.gap,
    )


def in_order(plan: Plan) -> "NDArray[np.int64]":
    """Return the houses of a plan in the order of the list, (k,) positions."""
    mobility = plan.world.houses.mobility[plan.houses]
    late = np.where(plan.placed, plan.seconds, np.inf)
    found: NDArray[np.int64] = np.lexsort((plan.houses, -late, -mobility, plan.placed))
    return found


def _shelter_ids(plan: Plan) -> "NDArray[np.int64]":
    ids = np.append(plan.world.shelters.ids, 0)
    return ids[plan.shelters]  # -1 takes the last: none
