"""The ways of houses to shelters by one manner of moving, and by several: `Travel` for an assignment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mingqing.evacuation.model import Seconds, Xy
from mingqing.evacuation.network.model import Joins, Network
from mingqing.evacuation.routing.danger import Danger
from mingqing.evacuation.routing.graph import NONE, Found, Graph, build
from mingqing.evacuation.routing.pieces import Pieces
from mingqing.evacuation.routing.starts import Starts, starts
from mingqing.evacuation.routing.trail import Trail, follow, together
from mingqing.evacuation.routing.ways import Ways, nowhere


@dataclass(frozen=True, eq=False)
class Ground:
    """What ways are looked for on, whoever goes: the network cut at hazards and shelters.

    length : (e,) of the edges' lines, units of the CRS. shelter_at : (s, 2).
    """

    network: Network
    length: NDArray[np.float64]
    danger: Danger
    pieces: Pieces
    shelter_at: Xy

    @cached_property
    def share(self) -> NDArray[np.float64]:
        """How much of its edge each piece is, 0 to 1."""
        return self.pieces.share(self.length)


@dataclass(frozen=True, eq=False)
class Movers:
    """Houses whose people move in one manner over a ground, in seconds for the quickest of them.

    at : (k, 2). joins : where they come to the road, where shelters do in `shelter_joins`.
    leg_s, shelter_leg_s : (k,), (s,) on the access legs. forth_s, back_s : (e,) along the edges and against them.
    dear_s : what entering a hazard costs, each time; None where that may not be.
    """

    ground: Ground
    at: Xy
    joins: Joins
    shelter_joins: Joins
    leg_s: Seconds
    shelter_leg_s: Seconds
    forth_s: Seconds
    back_s: Seconds
    dear_s: float | None = None

    @cached_property
    def piece_s(self) -> tuple[Seconds, Seconds]:
        """Seconds along and against every piece."""
        share, edge = self.ground.share, self.ground.pieces.edge
        return share * self.forth_s[edge], share * self.back_s[edge]

    @cached_property
    def graph(self) -> Graph:
        """States and the steps between them."""
        return build(self.ground.pieces, *self.piece_s, self.shelter_leg_s, self.dear_s)

    @cached_property
    def starts(self) -> Starts:
        """How the houses may set out."""
        ground = self.ground
        return starts(
            self.at,
            self.joins,
            self.leg_s,
            ground.pieces,
            self.graph,
            ground.danger,
            self.piece_s,
            self.dear_s,
        )

    @cached_property
    def freely(self) -> Found:
        """The search for the nearest shelter."""
        return self.graph.search(np.zeros(self.graph.shelters))

    def soonest(self, handicap_s: Seconds) -> tuple[Seconds, NDArray[np.int64]]:
        """Return for every house seconds to the shelter of least time and handicap, and that shelter, (k,) each."""
        found = self.freely if not handicap_s.any() else self.graph.search(handicap_s)
        seconds, chosen = self.starts.best(found.seconds, len(self.at))
        reached = chosen >= 0
        shelter = np.full(len(self.at), NONE, dtype=np.int64)
        shelter[reached] = self.graph.shelter_of(found)[self.starts.state[chosen[reached]]]
        seconds[reached] -= handicap_s[shelter[reached]]
        return seconds, shelter

    def towards(self, limit_s: float) -> Iterator[tuple[int, Seconds]]:
        """Yield every shelter that can be reached, and the seconds to it from every house, inf beyond the limit."""
        closed = np.full(self.graph.shelters, np.inf)
        for shelter in np.flatnonzero(self.ground.pieces.shelters >= 0).tolist():
            only = closed.copy()
            only[shelter] = 0.0
            yield shelter, self.starts.best(self.graph.search(only, limit_s).seconds, len(self.at))[0]

    def trail(self, houses: NDArray[np.int64], shelters: NDArray[np.int64], limit_s: float) -> Trail:
        """Return the stretches of houses' ways to given shelters, those that take longer than the limit left out."""
        nearest = self.soonest(np.zeros(self.graph.shelters))[1]
        near = nearest[houses] == shelters
        parts = [self._follow(self.freely, np.flatnonzero(near), houses[near])]
        for shelter in np.unique(shelters[~near]).tolist():
            only = np.full(self.graph.shelters, np.inf)
            only[shelter] = 0.0
            there = np.flatnonzero(~near & (shelters == shelter))
            parts.append(self._follow(self.graph.search(only, limit_s), there, houses[there]))
        return together(parts)

    def _follow(self, found: Found, owner: NDArray[np.int64], houses: NDArray[np.int64]) -> Trail:
        chosen = self.starts.best(found.seconds, len(self.at))[1][houses]
        reached = chosen >= 0
        return follow(self.ground.pieces, self.graph, self.starts, found, owner[reached], chosen[reached])


@dataclass(frozen=True, eq=False)
class Group:
    """Houses of one manner and one pace. members : their indices, in order.

    local : where they stand among the movers' houses; None where those are the same.
    pace : how many times as long they take as the quickest. weight : how much a second of one of them counts.
    driven : whether they are fetched by car.
    """

    movers: Movers
    members: NDArray[np.int64]
    pace: float
    weight: float
    local: NDArray[np.int64] | None = None
    driven: bool = False

    @property
    def among(self) -> NDArray[np.int64]:
        """Where the members stand among the movers' houses."""
        return self.members if self.local is None else self.local


@dataclass(frozen=True, eq=False)
class Routing:
    """Ways of `h` houses in several groups: `Travel` for an assignment. Without groups there are none anywhere."""

    parts: Sequence[Group]
    houses: int
    shelters: int
    groups: NDArray[np.int64] = field(init=False)
    weights: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        groups = np.zeros(self.houses, dtype=np.int64)
        for number, part in enumerate(self.parts):
            groups[part.members] = number
        object.__setattr__(self, "groups", groups)
        weights = [part.weight for part in self.parts] or [1.0]
        object.__setattr__(self, "weights", np.array(weights, dtype=np.float64))

    @property
    def afoot(self) -> NDArray[np.bool_]:
        """Which houses walk or are carried, (h,)."""
        found = np.ones(self.houses, dtype=np.bool_)
        for part in self.parts:
            found[part.members] = not part.driven
        return found

    def soonest(self, group: int, handicap_s: Seconds) -> tuple[Seconds, NDArray[np.int64]]:
        """Return travel seconds and shelter of least time and handicap for the houses of a group; see `Travel`."""
        if not self.parts:
            return np.full(self.houses, np.inf), np.full(self.houses, NONE, dtype=np.int64)
        part = self.parts[group]
        seconds, shelter = part.movers.soonest(handicap_s / part.pace)
        return seconds[part.among] * part.pace, shelter[part.among]

    def within(self, limit_s: float) -> tuple[NDArray[np.int64], NDArray[np.int64], Seconds]:
        """Return (house, shelter, seconds) of all pairs not more than `limit_s` apart."""
        houses, shelters, seconds = [_NONE], [_NONE], [np.empty(0)]
        for movers in {id(part.movers): part.movers for part in self.parts}.values():
            parts = [part for part in self.parts if part.movers is movers]
            slack = limit_s / min(part.pace for part in parts)
            for shelter, freely in movers.towards(slack):
                for part in parts:
                    takes = freely[part.among] * part.pace
                    near = np.isfinite(takes) & (takes <= limit_s)
                    houses.append(part.members[near])
                    shelters.append(np.full(int(near.sum()), shelter))
                    seconds.append(takes[near])
        return np.concatenate(houses), np.concatenate(shelters), np.concatenate(seconds)

    def ways(self, shelter: NDArray[np.int64], limit_s: float = np.inf) -> Ways:
        """Return the ways of all houses to their shelters, (h,) -1 for none."""
        if not self.parts:
            return nowhere(self.houses)
        made = [_ways_of(part, shelter[part.members], limit_s) for part in self.parts]
        return _together(self.houses, [part.members for part in self.parts], made)


_NONE = np.empty(0, dtype=np.int64)


def _ways_of(part: Group, shelter: NDArray[np.int64], limit_s: float) -> Ways:
    """Return the ways of one group, in its order."""
    movers, going, count = part.movers, np.flatnonzero(shelter >= 0), len(shelter)
    ground = movers.ground
    trail = movers.trail(part.among[going], shelter[going], limit_s / part.pace)
    owner = going[trail.owner]
    reached = np.zeros(count, dtype=np.bool_)
    reached[owner] = True  # whoever sets out has one stretch at least
    first = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))])
    length = ground.length[trail.edge]
    share = np.divide(np.abs(trail.end - trail.begin), length, out=np.zeros(len(owner)), where=length > 0)
    forth = trail.end >= trail.begin
    along = np.where(forth, movers.forth_s[trail.edge], movers.back_s[trail.edge])
    road_s = share * np.where(share > 0, along, 0.0) * part.pace
    road_m = np.bincount(owner, weights=share * ground.network.length_m[trail.edge], minlength=count)
    there, whose = shelter[going], part.among[going]

    def known(values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Spread what is known of those who go over all, NaN elsewhere."""
        spread = np.full((count, *values.shape[1:]), np.nan)
        spread[going] = values
        return np.where(reached.reshape(-1, *[1] * (values.ndim - 1)), spread, np.nan)

    legs_m = known(movers.joins.leg_m[whose] + movers.shelter_joins.leg_m[there])
    leg_s = known(np.stack([movers.leg_s[whose], movers.shelter_leg_s[there]], axis=1) * part.pace)
    places = (
        movers.at[whose],
        movers.joins.foot[whose],
        movers.shelter_joins.foot[there],
        ground.shelter_at[there],
    )
    start, join, leave, goal = map(known, places)
    metres = road_m + legs_m
    return Ways(first, trail.edge, trail.begin, trail.end, road_s, leg_s, start, join, leave, goal, metres)


def _together(count: int, members: Sequence[NDArray[np.int64]], made: Sequence[Ways]) -> Ways:
    """Return the ways of groups as one, in the order of all houses."""
    place = np.concatenate([_NONE, *members])
    back = np.empty(count, dtype=np.int64)
    back[place] = np.arange(len(place))
    spans = np.concatenate([_NONE, *(np.diff(ways.first) for ways in made)])
    begins = np.cumsum(spans) - spans
    first = np.concatenate([[0], np.cumsum(spans[back])])
    take = np.repeat(begins[back] - first[:-1], spans[back]) + np.arange(int(first[-1]))
    by_stretch = [
        np.concatenate([getattr(w, n) for w in made])[take] for n in ("edge", "begin", "end", "road_s")
    ]
    by_way = [
        np.concatenate([getattr(w, n) for w in made])[back]
        for n in ("leg_s", "start", "join", "leave", "goal", "metres")
    ]
    return Ways(first, *by_stretch, *by_way)
