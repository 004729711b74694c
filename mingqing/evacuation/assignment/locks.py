"""What somebody fixed by hand: this household goes to that shelter."""

from collections.abc import Mapping

import numpy as np

from mingqing.evacuation.assignment.model import BrokenLock, Indices
from mingqing.evacuation.assignment.offers import ask
from mingqing.evacuation.model import Seconds
from mingqing.evacuation.routing.travel import Travel


def locked(
    travel: Travel, people: Indices, capacity: Indices, locks: Mapping[int, int]
) -> tuple[Indices, Seconds, dict[int, BrokenLock]]:
    """Return (h,) where locked households go, -1 for the others; (h,) how long they take; and locks not kept.

    Of locks to one shelter those are kept that come first, as far as its places go.
    """
    shelter, seconds = np.full(len(people), -1, np.int64), np.full(len(people), np.inf)
    broken: dict[int, BrokenLock] = {}
    room = capacity.copy()
    for place in sorted(set(locks.values())):
        who = np.array([h for h, s in locks.items() if s == place], np.int64)
        closed = np.full(travel.shelters, np.inf)
        closed[place] = 0.0
        times, found = ask(travel, who, closed)
        for household, time, there in zip(who.tolist(), times, found, strict=True):
            if there < 0:
                broken[household] = BrokenLock.UNREACHABLE
            elif people[household] > room[place]:
                broken[household] = BrokenLock.FULL
            else:
                room[place] -= people[household]
                shelter[household], seconds[household] = place, time
    return shelter, seconds, broken
