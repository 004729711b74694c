"""Walks over lanes, and how they go when others walk there too."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mingqing.evacuation.model import Seconds
from mingqing.evacuation.movement import Movement
from mingqing.evacuation.network.model import Network
from mingqing.evacuation.routing.ways import Ways

Lanes = NDArray[np.int64]
"""An edge in one direction: twice its index, and one more against its line."""


def capacity_of(network: Network, movement: Movement) -> NDArray[np.float64]:
    """Return how many people a second can walk through each lane, (2e,): the width of the road times the flow."""
    wide = movement.width_m(network.roads)[network.road] * movement.flow
    return np.repeat(wide, 2)


@dataclass(frozen=True, slots=True, eq=False)
class Walks:
    """`k` walks over lanes, one after another; empty for a house that has no way.

    first : (k + 1,) where each begins among the `q` visits to a lane. lane : (q,).
    gate : (q,) number, from 0, of the place at which the lane is left: its end, or before that at a shelter.
    seconds : (q,) on each with nobody in the way. before_s, after_s : (k,) on the access legs of house and shelter.
    people : (k,) who go together. afoot : (k,) whether they walk; others do not queue with those who do.
    """

    first: NDArray[np.int64]
    lane: Lanes
    gate: NDArray[np.int64]
    seconds: Seconds
    before_s: Seconds
    after_s: Seconds
    people: NDArray[np.int64]
    afoot: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.people)

    @classmethod
    def of(cls, ways: Ways, people: NDArray[np.int64], afoot: NDArray[np.bool_] | None = None) -> Self:
        """Return the walks of ways; stretches of one edge in a row are one visit to its lane."""
        real = np.flatnonzero(ways.begin != ways.end)
        owner = ways.owner[real]
        lane = 2 * ways.edge[real] + (ways.end[real] < ways.begin[real])
        new = np.ones(len(real), dtype=np.bool_)
        new[1:] = (np.diff(owner) != 0) | (np.diff(lane) != 0)
        begins = np.flatnonzero(new)
        seconds = np.add.reduceat(ways.road_s[real], begins) if len(begins) else np.empty(0)
        left_at = ways.end[real][np.append(begins[1:], len(real)) - 1] if len(begins) else np.empty(0)
        first = np.concatenate([[0], np.cumsum(np.bincount(owner[begins], minlength=len(ways)))])
        legs = np.where(np.isnan(ways.metres)[:, None], np.inf, ways.leg_s)
        everyone = np.ones(len(ways), dtype=np.bool_)
        return cls(
            first,
            lane[begins],
            _numbered(lane[begins], left_at),
            seconds,
            legs[:, 0],
            legs[:, 1],
            people,
            everyone if afoot is None else afoot,
        )

    @property
    def owner(self) -> NDArray[np.int64]:
        """The walk that each visit belongs to, (q,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.first))

    def before(self, per_visit: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return for every visit the sum over the earlier visits of its walk, (q,)."""
        total: NDArray[np.float64] = np.concatenate([[0.0], np.cumsum(per_visit)])
        begins: NDArray[np.float64] = np.repeat(total[self.first[:-1]], np.diff(self.first))
        return total[:-1] - begins

    def sum(self, per_visit: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum over the visits of every walk, (k,)."""
        return np.bincount(self.owner, weights=per_visit, minlength=len(self)).astype(np.float64)


def _numbered(lane: Lanes, at: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return numbers, the same for the same lane left at the same place, to the millimetre."""
    place = np.rint(at * 1000).astype(np.int64)
    return np.unique(np.stack([lane, place]), axis=1, return_inverse=True)[1].reshape(-1)


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """What becomes of walks when all set out.

    capacity : (2e,) people a second whom a lane lets through. depart_s : (k,).
    reached : (q,) when a visit comes to the end of its lane. wait_s : (q,) how long it queues there.
    arrival_s : (k,) when the last of those who go together is in the shelter; inf where there is no way.
    """

    walks: Walks
    capacity: NDArray[np.float64]
    depart_s: Seconds
    reached: Seconds
    wait_s: Seconds
    arrival_s: Seconds

    @property
    def entered(self) -> Seconds:
        """When each visit comes onto its lane, (q,)."""
        return self.reached - self.walks.seconds

    @property
    def left(self) -> Seconds:
        """When the first of each visit leaves its lane, (q,)."""
        return self.reached + self.wait_s

    @property
    def clearance_s(self) -> float:
        """When the last arrives of all who can; 0 where nobody can."""
        return float(self.arrival_s[np.isfinite(self.arrival_s)].max(initial=0.0))

    @property
    def waiting_s(self) -> float:
        """Seconds that people queue, all together."""
        return float((self.walks.people[self.walks.owner] * self.wait_s).sum())
