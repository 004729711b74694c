"""The same plan by other means: networkx, a plain integer programme, and nothing of mingqing."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import shapely
from scipy.optimize import Bounds, LinearConstraint, milp
from shapely import LineString, Point, Polygon
from shapely.ops import substring

from tests.evacuation.villages import CLASSES, MOBILITY, Village

TOUCH_M = 1e-3  # an intersection up to this long is none
_SAME_M = 1e-4  # places this close are one
Left = frozenset[int]  # hazards that one has not left yet


@dataclass(frozen=True)
class Answer:
    """affected : houses that must leave. seconds : (affected, shelters), inf where there is no safe way."""

    affected: list[int]
    seconds: np.ndarray
    unreachable: set[int]
    unplaced: int
    person_seconds: float
    latest_seconds: float


def spans(line: LineString, area: Polygon) -> list[tuple[float, float]]:
    """Return from where to where along a line, segment by segment, it lies in an area; a millimetre is nothing."""
    found: list[list[float]] = []
    start = 0.0
    for a, b in pairwise(line.coords):
        segment = LineString([a, b])
        inside = [p for p in shapely.get_parts(segment.intersection(area)) if p.length]
        found += [sorted(start + segment.project(Point(end)) for end in part.coords) for part in inside]
        start += segment.length
    joined: list[tuple[float, float]] = []
    for low, high in sorted(found):
        if joined and low - joined[-1][1] <= TOUCH_M:
            joined[-1] = joined[-1][0], high
        else:
            joined.append((low, high))
    return [(low, high) for low, high in joined if high - low > TOUCH_M]


def left_at_end(line: LineString, hazards: dict[int, Polygon], inside: Left) -> Left | None:
    """Return which of the hazards that a line starts in it has not left at its end; None if it enters any."""
    kept = set()
    for number, hazard in hazards.items():
        stretches = spans(line, hazard)
        if not stretches:
            continue
        if number not in inside or len(stretches) > 1 or stretches[0][0] > TOUCH_M:
            return None
        if stretches[0][1] > line.length - TOUCH_M:
            kept.add(number)
    return frozenset(kept)


@dataclass(frozen=True)
class Speeds:
    """Seconds a metre: on roads by class, on the access legs; and times as long for each mobility."""

    roads: Mapping[str, float]
    leg: float
    paces: Sequence[float]


def at_kmh(kmh: float) -> Speeds:
    """Return one speed for everybody everywhere."""
    slowness = 3.6 / kmh
    return Speeds(dict.fromkeys(CLASSES, slowness), slowness, (1.0, 1.0, 1.0))


def declared(file: Path) -> Speeds:
    """Return the speeds on foot that a file of the program declares."""
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    roads = {name: 3.6 / told["foot_kmh"][name] for name in CLASSES}
    return Speeds(roads, 3.6 / told["leg_kmh"]["value"], [told["pace"][who] for who in MOBILITY])


def solve(village: Village, speeds: Speeds, *, latest: bool = False) -> Answer:
    """Return who must leave, who cannot, and the least that it costs: in total, or when the last arrives."""
    hazards = dict(enumerate(village.hazards))
    affected = [
        i
        for i, house in enumerate(village.houses)
        if i in village.chosen or any(house.intersects(hazard) for hazard in village.hazards)
    ]
    seconds = _seconds(village, hazards, affected, speeds)
    people = np.array([village.people[i] for i in affected], dtype=float)
    unplaced, total, last = _best(seconds, people, np.array(village.capacity, dtype=float), latest=latest)
    unreachable = {house for house, row in zip(affected, seconds, strict=True) if not np.isfinite(row).any()}
    return Answer(affected, seconds, unreachable, unplaced, total, last)


# ── Ways ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _seconds(
    village: Village, hazards: dict[int, Polygon], affected: list[int], speeds: Speeds
) -> np.ndarray:
    """Return how long every house takes on the soonest safe way to every shelter."""
    pieces = [(i, piece) for i, piece in _pieces(village) if i not in village.cut]
    edges = [piece for _, piece in pieces]
    homes = [village.houses[i].centroid for i in affected]
    starts = [frozenset(n for n, hazard in hazards.items() if hazard.contains(home)) for home in homes]
    ways = [_leg(home, edges, hazards, inside) for home, inside in zip(homes, starts, strict=True)]
    ends = [
        None
        if not places or any(hazard.contains(at) for hazard in village.hazards)
        else _leg(at, edges, hazards, frozenset())
        for at, places in zip(village.shelters, village.capacity, strict=True)
    ]
    feet = [leg for leg in (*ways, *ends) if leg is not None]
    graph = _states(edges, [speeds.roads[village.classes[i]] for i, _ in pieces], hazards, feet)
    seconds = np.full((len(affected), len(ends)), np.inf)
    for row, way in enumerate(ways):
        if way is None:
            continue
        _, foot, line = way
        kept = left_at_end(line, hazards, starts[row])
        reached = _walked(graph, _known(foot), kept or frozenset())
        for column, end in enumerate(ends):
            if end is not None and _known(end[1]) in reached:
                legs = (line.length + end[2].length) * speeds.leg
                pace = speeds.paces[village.mobility[affected[row]]]
                seconds[row, column] = (legs + reached[_known(end[1])]) * pace
    return seconds


def _pieces(village: Village) -> Iterator[tuple[int, LineString]]:
    """Yield roads in pieces between where they meet: crossings too, unless one of the two is a bridge or a tunnel."""
    tips = [[Point(road.coords[at]) for at in (0, -1)] for road in village.roads]
    ends = [{_known(tip) for tip in both} for both in tips]
    for i, road in enumerate(village.roads):
        at = {0.0, road.length}
        for j, other in enumerate(village.roads):
            if i == j or not road.dwithin(other, _SAME_M):
                continue
            over = village.structures[i] or village.structures[j]
            touching = [tip for tip in tips[j] if road.distance(tip) < _SAME_M]
            meeting = _points(road.intersection(other))
            met = [*touching, *(p for p in meeting if not over or _known(p) in ends[i] & ends[j])]
            at |= {road.project(p) for p in met}
        yield from ((i, piece) for piece in _cut(road, at))


def _cut(line: LineString, at: set[float]) -> Iterator[LineString]:
    """Yield a line cut at distances along it."""
    places = sorted(at)
    kept = [place for k, place in enumerate(places) if k == 0 or place - places[k - 1] > _SAME_M]
    for low, high in pairwise(kept):
        if high - low > _SAME_M:
            yield substring(line, low, high)


def _leg(
    at: Point, edges: list[LineString], hazards: dict[int, Polygon], inside: Left
) -> tuple[int, Point, LineString] | None:
    """Return the nearest edge that can be gone to in a straight line, where, and that line."""
    for edge in sorted(range(len(edges)), key=lambda k: edges[k].distance(at)):
        foot = edges[edge].interpolate(edges[edge].project(at))
        line = LineString([at, foot])
        if left_at_end(line, hazards, inside) is not None:
            return edge, foot, line
    return None


def _states(
    edges: list[LineString],
    slowness: list[float],
    hazards: dict[int, Polygon],
    feet: list[tuple[int, Point, LineString]],
) -> nx.MultiGraph:
    """Return a graph of pieces, each inside or outside of any hazard from end to end; `within` are those it is in."""
    graph = nx.MultiGraph()
    for number, edge in enumerate(edges):
        at = {0.0, edge.length} | {edge.project(foot) for k, foot, _ in feet if k == number}
        for hazard in hazards.values():
            at |= {edge.project(p) for p in _points(edge.intersection(hazard.boundary))}
        for piece in _cut(edge, at):
            middle = piece.interpolate(0.5, normalized=True)
            within = frozenset(n for n, hazard in hazards.items() if hazard.contains(middle))
            a, b = (_known(Point(piece.coords[k])) for k in (0, -1))
            graph.add_edge(a, b, seconds=piece.length * slowness[number], within=within)
    return graph


def _walked(pieces: nx.MultiGraph, start: tuple[int, int], left: Left) -> dict[tuple[int, int], float]:
    """Return the seconds to every place, for somebody who remembers which hazards are not left yet."""
    states = nx.DiGraph()
    states.add_node((start, left))
    waiting = [(start, left)]
    while waiting:
        place, kept = waiting.pop()
        for _, after, piece in pieces.edges(place, data=True):
            if not piece["within"] <= kept:
                continue
            state = after, piece["within"]
            if state not in states:
                waiting.append(state)
            known = states.get_edge_data((place, kept), state, {"seconds": np.inf})["seconds"]
            states.add_edge((place, kept), state, seconds=min(known, piece["seconds"]))
    found = nx.single_source_dijkstra_path_length(states, (start, left), weight="seconds")
    reached: dict[tuple[int, int], float] = {}
    for (place, _), seconds in found.items():
        reached[place] = min(seconds, reached.get(place, np.inf))
    return reached


def _points(met: shapely.Geometry) -> list[Point]:
    return [part for part in shapely.get_parts(met) if part.geom_type == "Point"]


def _known(place: Point) -> tuple[int, int]:
    """Return what a place is known by: itself to a centimetre."""
    return round(place.x * 100), round(place.y * 100)


# ── Who goes where ───────────────────────────────────────────────────────────────────────────────────────────


def _best(
    seconds: np.ndarray, people: np.ndarray, capacity: np.ndarray, *, latest: bool
) -> tuple[int, float, float]:
    """Return people without a place though there is a way, the person-seconds of the others, and the last arrival."""
    reachable = np.isfinite(seconds).any(axis=1)
    choice = _chosen(seconds, people, capacity)
    if latest and choice.any():
        times = np.unique(seconds[np.isfinite(seconds)])
        placed = people @ choice.sum(axis=1)
        fits = [
            t for t in times if _placed(np.where(seconds <= t, seconds, np.inf), people, capacity) >= placed
        ]
        choice = _chosen(np.where(seconds <= fits[0], seconds, np.inf), people, capacity)
    used = seconds[choice]
    who = people[np.nonzero(choice)[0]]
    unplaced = people[reachable].sum() - who.sum()
    return round(unplaced), float(who @ used), float(used.max(initial=0.0))


def _placed(seconds: np.ndarray, people: np.ndarray, capacity: np.ndarray) -> float:
    return float(people @ _programme(np.zeros_like(seconds), seconds, people, capacity, 0.0).sum(axis=1))


def _chosen(seconds: np.ndarray, people: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """Return who goes where: as many people as possible, and then in the least time."""
    most = _placed(seconds, people, capacity)
    costs = np.where(np.isfinite(seconds), seconds, 0.0) * people[:, None]
    return _programme(costs, seconds, people, capacity, most)


def _programme(
    costs: np.ndarray, seconds: np.ndarray, people: np.ndarray, capacity: np.ndarray, least: float
) -> np.ndarray:
    """Return the cheapest choice that places so many people, or with 0 the one that places the most."""
    houses, shelters = seconds.shape
    if not seconds.size:
        return np.zeros(seconds.shape, dtype=bool)
    once = np.kron(np.eye(houses), np.ones(shelters))
    within = np.kron(people, np.eye(shelters)).reshape(shelters, -1)
    everyone = np.repeat(people, shelters)
    rules = [LinearConstraint(once, ub=1), LinearConstraint(within, ub=capacity)]
    if least:
        rules.append(LinearConstraint(everyone[None, :], lb=least - 0.5))
    found = milp(
        costs.ravel() if least else -everyone,
        constraints=rules,
        bounds=Bounds(0, np.isfinite(seconds).ravel().astype(float)),
        integrality=np.ones(costs.size),
        options={"mip_rel_gap": 0.0},
    )
    assert found.success, found.message
    return np.asarray(found.x.reshape(seconds.shape) > 0.5)
