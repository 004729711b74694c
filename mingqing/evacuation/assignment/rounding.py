"""From people by column to whole households: nobody split, no shelter overfull, nearly as cheap."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from mingqing.core.errors import Cancelled
from mingqing.evacuation.assignment.model import Columns, Demand, Indices, Whole
from mingqing.evacuation.assignment.offers import Offers
from mingqing.evacuation.assignment.relax import Relaxed, Stop
from mingqing.evacuation.model import Seconds

_SEARCHES = 4  # for places further away, before one is left without
_TINY = 1e-6  # seconds; csgraph takes 0 for no way


def rounded(offers: Offers, demand: Demand, relaxed: Relaxed, stop: Stop) -> Whole:
    """Return a plan: each goes where most of it went, and those who are too many there move on."""
    price = relaxed.solved.price
    columns = relaxed.columns
    share = relaxed.solved.flow / demand.people[columns.household]
    at = _fitting(columns, columns.cheapest(-share, len(demand)), share, demand)
    for _ in range(_SEARCHES):
        places = _Places(columns, demand, price, at)
        places.settle(stop)
        places.improve()
        at = places.at
        left = demand.people[columns.shelter[at] == demand.nowhere]
        free = places.room >= left.min() if len(left) else places.room < 0
        if not free[:-1].any():
            break
        seconds, shelter = offers.best(np.where(free, price, np.inf))
        found = np.flatnonzero(shelter != demand.nowhere)
        wider = columns.plus(found, shelter[found], seconds[found])
        if len(wider) == len(columns):
            break
        at = wider.index(columns.household[at], columns.shelter[at])
        columns = wider
    return Whole(columns, at)


def _fitting(columns: Columns, at: Indices, share: Seconds, demand: Demand) -> Indices:
    """Return `at` with those sent nowhere whom the shelters do not hold, first those of whom least was there."""
    shelter = columns.shelter[at]
    order = np.lexsort((-share[at], shelter))
    total = np.cumsum(demand.people[order])
    first = np.searchsorted(shelter[order], np.arange(len(demand.room)))
    before = np.concatenate([[0], total])[first]
    beyond = order[total - before[shelter[order]] > demand.room[shelter[order]]]
    at = at.copy()
    at[beyond] = columns.index(beyond, np.full(len(beyond), demand.nowhere))
    return at


class _Places:
    """Who stands where. at : (n,) column. room : (s + 1,) places still free."""

    def __init__(self, columns: Columns, demand: Demand, price: Seconds, at: Indices) -> None:
        self.columns, self.demand, self.price, self.at = columns, demand, price, at
        self.dear = columns.dearness(demand, price)
        self.best = self.dear[columns.cheapest(self.dear, len(demand))]
        load = np.bincount(columns.shelter[at], demand.people, minlength=len(demand.room))
        self.room = demand.room - load.astype(np.int64)
        size = demand.people[columns.household]
        real = columns.shelter != demand.nowhere
        self.of_size = {int(q): np.flatnonzero(real & (size == q)) for q in np.unique(size)}

    def settle(self, stop: Stop) -> None:
        """Place those who stand nowhere, big ones first, as long as that leaves fewer people there."""
        left = np.flatnonzero(self.columns.shelter[self.at] == self.demand.nowhere)
        waiting = list(left[np.argsort(self.demand.people[left], kind="stable")])
        while waiting:
            if stop():
                raise Cancelled
            household = waiting.pop()
            people = int(self.demand.people[household])
            chains = _Chains(self, household)
            ends = np.flatnonzero(self.room[:-1] >= people)
            far = chains.reach(ends)
            smaller = self._smaller(people)
            near, out = chains.instead(smaller, far)
            if out < 0:
                if np.isfinite(far):
                    chains.run(ends)
                continue
            chains.run(self.columns.shelter[self.at[[out]]])
            self.put(out, self.home(out))
            waiting.append(out)

    def home(self, household):
        return int(self.columns.index(np.array([household]), np.array([self.demand.nowhere]))[0])

    def _smaller(self, people: int) -> Indices:
        """Return households in whose stead, with the places free beside them, `people` would fit, though more."""
        shelter = self.columns.shelter[self.at]
        mine = self.demand.people
        return np.flatnonzero(
            (shelter != self.demand.nowhere) & (mine < people) & (mine + self.room[shelter] >= people)
        )

    def put(self, household: int, column: int) -> None:
        """Move a household."""
        people = self.demand.people[household]
        self.room[self.columns.shelter[self.at[household]]] += people
        self.room[self.columns.shelter[column]] -= people
        self.at[household] = column

    def improve(self) -> None:
        """Move single households to where it is cheaper for them and there is room, until nobody gains."""
        people = self.demand.people[self.columns.household]
        cost = people * self.demand.weight[self.columns.household] * self.columns.seconds
        for _ in range(len(self.at)):
            gain = cost[self.at][self.columns.household] - cost
            gain[people > self.room[self.columns.shelter]] = 0
            best = int(gain.argmax())
            if gain[best] <= 1e-9 * cost[best]:
                return
            self.put(int(self.columns.household[best]), best)


class _Chains:
    """Chains of households as big as one who stands nowhere, each taking the place of the next."""

    def __init__(self, places: _Places, household: int) -> None:
        columns, self.places = places.columns, places
        self.start = places.demand.nowhere
        self.size = int(places.demand.people[household])
        mine = places.of_size[int(places.demand.people[household])]
        now = places.at[columns.household[mine]]
        tail, head = columns.shelter[now], columns.shelter[mine]
        use = (tail != head) & ((tail != self.start) | (columns.household[mine] == household))
        mine, now, tail, head = mine[use], now[use], tail[use], head[use]
        cost = np.where(tail == self.start, places.dear[mine], places.dear[mine] - places.dear[now])
        cost = np.maximum(cost, 0) + _TINY
        order = np.lexsort((cost, head, tail))
        first = np.ones(len(order), np.bool_)
        first[1:] = (tail[order][1:] != tail[order][:-1]) | (head[order][1:] != head[order][:-1])
        arcs = order[first]
        self.column, self.tail, self.head = mine[arcs], tail[arcs], head[arcs]
        ways = csr_array((cost[arcs], (self.tail, self.head)), (self.start + 1, self.start + 1))
        self.far, self.before = dijkstra(ways, indices=self.start, return_predecessors=True)

    def reach(self, ends):
        return (self.far[ends] - self.places.price[ends]).min(initial=np.inf)

    def instead(self, smaller, far):
        """Return whom to send away."""
        pl = self.places
        at = pl.columns.shelter[pl.at[smaller]]
        mine = pl.demand.people[smaller]
        size = self.size
        gain = (
            size * self.far[at]
            - mine * (pl.dear[pl.at[smaller]] - pl.best[smaller])
            - pl.price[at] * (size - mine)
        )
        gain = gain + mine * (far if np.isfinite(far) else 1e6)
        gain[~np.isfinite(gain)] = np.inf
        if not len(gain):
            return 0, -1
        i = int(gain.argmin())
        if gain[i] < size * far - 1e-6:
            return 0, int(smaller[i])
        return 0, -1

    def run(self, ends: Indices) -> int | None:
        """Move along the cheapest chain that ends at one of `ends`; return which, None if there is none."""
        worth = self.far[ends] - self.places.price[ends]
        if not np.isfinite(worth).any():
            return None
        end = place = int(ends[worth.argmin()])
        while place != self.start:
            arc = np.flatnonzero((self.tail == self.before[place]) & (self.head == place))[0]
            column = int(self.column[arc])
            self.places.put(int(self.places.columns.household[column]), column)
            place = int(self.tail[arc])
        return end
