"""Why somebody has no safe way or no place, and what would help."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mingqing.core.text import tr
from mingqing.evacuation.case import Case
from mingqing.evacuation.model import Mode
from mingqing.evacuation.routing.danger import Pairs
from mingqing.evacuation.routing.search import Movers
from mingqing.evacuation.routing.setup import movers, wading
from mingqing.evacuation.routing.trail import Trail
from mingqing.evacuation.scenario import Scenario
from mingqing.evacuation.world import World

_BARRED_S = 1e6  # for each hazard entered and each cut passed: as few as can be, then as soon as can be
_CROSSING_M = 0.5  # nearer than this, roads that do not join cross at a bridge
_NAMED = 3  # names in a sentence


class Why(StrEnum):
    """Kinds of reasons."""

    HAZARD = "hazard"  # every way enters a hazard
    WATER = "water"  # there is water between the house and the road
    CUT = "cut"  # every way needs a road that is cut
    APART = "apart"  # the roads there lead to no shelter
    NO_ROAD = "no_road"
    NO_SHELTER = "no_shelter"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a house has no place. sentence : Chinese, what is the matter and what would help.

    hazards, roads : ids of what stands in the way. where : what to show on the map, project's CRS.
    """

    why: Why
    sentence: str
    hazards: tuple[int, ...] = ()
    roads: tuple[int, ...] = ()
    where: shapely.Geometry | None = None


def reasons(
    world: World,
    scenario: Scenario,
    case: Case,
    unreachable: NDArray[np.int64],
    without_room: NDArray[np.int64],
) -> Mapping[int, Reason]:
    """Return by position among the houses of a case why each has no place.

    unreachable, without_room : positions of those that reach no shelter, and of those that find all full.
    """
    found = dict(_full(world, scenario, case, without_room)) if len(without_room) else {}
    if len(unreachable):
        found.update(_barred(world, scenario, case, unreachable))
    return found


def _full(world: World, scenario: Scenario, case: Case, left: NDArray[np.int64]) -> list[tuple[int, Reason]]:
    """Return that there is no room, and the nearest shelter outside the area that would have some."""
    shelters = world.shelters
    elsewhere = np.ones(len(shelters), dtype=np.bool_)
    elsewhere[case.shelters] = False
    elsewhere &= shelters.capacity > 0
    elsewhere[case.danger.around(shelters.at)[0]] = False
    outside = replace(
        case, houses=case.houses[left], people=case.people[left], shelters=np.flatnonzero(elsewhere)
    )
    no_room = tr("走得到的避灾点都已安排满")
    if not elsewhere.any():
        sentence = tr("{no_room}，范围外也没有别的避灾点；请增设避灾点或核实容纳人数").format(no_room=no_room)
        return [(k, Reason(Why.FULL, sentence)) for k in left.tolist()]
    seconds, which = movers(world, scenario, outside, Mode.FOOT).soonest(np.zeros(len(outside.shelters)))
    made = []
    for k, takes, at in zip(left.tolist(), seconds.tolist(), which.tolist(), strict=True):
        if at < 0:
            sentence = tr("{no_room}，也走不到范围外的避灾点；请增设避灾点或安排车辆").format(no_room=no_room)
            made.append((k, Reason(Why.FULL, sentence)))
            continue
        shelter = int(outside.shelters[at])
        sentence = tr(
            "{no_room}；范围外最近的是{name}（步行约 {minutes:.0f} 分钟，容纳 {capacity} 人）"
        ).format(
            no_room=no_room,
            name=shelters.names[shelter] or tr("未命名避灾点"),
            minutes=max(takes / 60, 1),
            capacity=int(shelters.capacity[shelter]),
        )
        made.append((k, Reason(Why.FULL, sentence, where=shapely.Point(shelters.at[shelter]))))
    return made


def _barred(
    world: World, scenario: Scenario, case: Case, left: NDArray[np.int64]
) -> list[tuple[int, Reason]]:
    """Return what stands in the way of houses that reach no shelter."""
    if not len(case.shelters):
        return [(k, Reason(Why.NO_SHELTER, _no_shelter(world, scenario))) for k in left.tolist()]
    if not len(world.network.lines):
        sentence = tr("还没有道路数据，算不出路线；请先导入或画出道路")
        return [(k, Reason(Why.NO_ROAD, sentence)) for k in left.tolist()]
    part = replace(case, houses=case.houses[left], people=case.people[left])
    loose = _loosened(world, scenario, part)
    seconds, shelter = loose.soonest(np.zeros(loose.graph.shelters))
    reached = np.flatnonzero(shelter >= 0)
    trail = loose.trail(reached, shelter[reached], np.inf)
    blame = _Blame(world, part, loose)
    made = [(int(left[k]), reason) for k, reason in blame.along(trail, reached)]
    lost = np.flatnonzero(~np.isfinite(seconds))
    return made + [(int(left[k]), reason) for k, reason in _apart(world, loose, lost)]


def _no_shelter(world: World, scenario: Scenario) -> str:
    """Return why no shelter takes anybody in."""
    shelters, wanted = world.shelters, scenario.villages
    here = [wanted is None or village in wanted for village in shelters.villages]
    if not any(here):
        return tr("这里没有避灾点；请先在防灾避险图上画出避灾点并填写容纳人数，或把邻村也选进来")
    if any(there and n > 0 for there, n in zip(here, shelters.capacity.tolist(), strict=True)):
        return tr("避灾点都在危险区内，不能用；请在安全的地方另设避灾点，或把邻村也选进来")
    return tr("避灾点都没有填容纳人数；请先在防灾避险图上填写")


def _loosened(world: World, scenario: Scenario, case: Case) -> Movers:
    """Return the houses of a case as movers that may go through everything, though only where they must."""
    free = movers(
        world, scenario, replace(case, closed=np.zeros_like(case.closed)), Mode.FOOT, dear_s=_BARRED_S
    )
    # A road that is cut counts once, of however many edges it consists.
    road = world.network.road
    parts = np.bincount(road[case.closed], minlength=len(world.network.roads))[road]
    cut_s = np.divide(_BARRED_S, parts, out=np.zeros(len(road)), where=case.closed)
    return replace(free, forth_s=free.forth_s + cut_s, back_s=free.back_s + cut_s)


class _Blame:
    """What a way that heeds nothing runs into."""

    def __init__(self, world: World, case: Case, loose: Movers) -> None:
        self._world, self._case, self._loose = world, case, loose
        self._known: dict[tuple[tuple[int, ...], bytes, bool], Reason] = {}

    def along(self, trail: Trail, owners: NDArray[np.int64]) -> list[tuple[int, Reason]]:
        """Return the reason of every owner."""
        loose, case = self._loose, self._case
        label = self._labels(trail)
        stands = _sets(case.danger.around(loose.at))
        legs = shapely.linestrings(np.stack([loose.at[owners], loose.joins.foot[owners]], axis=1))
        on_leg = _sets(case.danger.meeting(legs))
        beside = _sets(case.danger.meeting(self._world.houses.shapes[case.houses]))
        first = np.searchsorted(trail.owner, np.arange(len(owners) + 1))
        made = []
        for n, k in enumerate(owners.tolist()):
            part = slice(first[n], first[n + 1])
            hazards: set[int] = set()
            inside = stands.get(k, set()).copy()
            for these in label[part]:
                hazards |= these - inside
                inside &= these
            hazards |= on_leg.get(n, set()) - stands.get(k, set())
            cut = trail.edge[part][case.closed[trail.edge[part]]]
            touching = hazards <= beside.get(k, set())
            made.append((k, self._reason(k, tuple(sorted(hazards)), np.unique(cut), touching=touching)))
        return made

    def _labels(self, trail: Trail) -> list[frozenset[int]]:
        """Return the hazards that every stretch lies in."""
        pieces = self._loose.ground.pieces
        beyond = float(pieces.end.max(initial=0.0)) + 1.0
        middle = trail.edge * beyond + (trail.begin + trail.end) / 2
        at = np.searchsorted(pieces.edge * beyond + pieces.begin, middle, side="right") - 1
        return [pieces.labels[label] for label in pieces.label[at].tolist()]

    def _reason(self, k: int, hazards: tuple[int, ...], cut: NDArray[np.int64], *, touching: bool) -> Reason:
        if not hazards and not len(cut):
            return self._on_foot(k)
        key = hazards, cut.tobytes(), touching  # neighbours are held up by the same
        if key not in self._known:
            self._known[key] = self._held_up(hazards, cut, touching=touching)
        return self._known[key]

    def _held_up(self, hazards: tuple[int, ...], cut: NDArray[np.int64], *, touching: bool) -> Reason:
        """Return that the best way runs into hazards and cuts; `touching` : the house stands beside those hazards."""
        world, case, network = self._world, self._case, self._world.network
        roads = np.unique(network.road[cut])
        ids = tuple(int(world.hazards.ids[case.hazards[h]]) for h in hazards if h < len(case.hazards))
        road_ids = tuple(network.roads.ids[roads].tolist())
        names = _listed([case.hazard_name(world, h) for h in hazards])
        cuts = _listed([network.roads.names[r] or tr("无名道路") for r in roads.tolist()])
        shapes = [case.danger.shapes[h] for h in hazards] or list(network.lines[cut])
        where = shapely.union_all(shapes)
        if hazards and len(cut):
            sentence = tr("去避灾点要经过{names}，{cuts}又已中断；解除危险或抢通道路后才能走").format(
                names=names, cuts=cuts
            )
            return Reason(Why.HAZARD, sentence, ids, road_ids, where)
        if hazards:
            sentence = (
                tr("房屋在{names}边上，出去的路却要从里面过；该处解除危险后，或另开一条绕行的路，才能走")
                if touching
                else tr("没有绕得开的路，最近的要经过{names}；该处解除危险后，或另开一条绕行的路，才能走")
            ).format(names=names)
            return Reason(Why.HAZARD, sentence, ids, (), where)
        sentence = tr("去避灾点必经的{cuts}已中断；抢通后才能走").format(cuts=cuts)
        return Reason(Why.CUT, sentence, (), road_ids, where)

    def _on_foot(self, k: int) -> Reason:
        """Return what is the matter between a house and its road."""
        loose, world = self._loose, self._world
        start, foot = loose.at[k : k + 1], loose.joins.foot[k : k + 1]
        waters = wading(world, start, foot)[1].tolist()
        if waters:
            names = _listed([world.water_names[w] or tr("溪流") for w in waters])
            sentence = tr("从房屋到道路要涉水过{names}，附近没有桥；请核实有没有桥或另一条路").format(
                names=names
            )
            return Reason(Why.WATER, sentence, where=shapely.LineString(np.concatenate([start, foot])))
        far = float(loose.joins.leg_m[k])
        if far > world.movement.farthest_leg_m:
            sentence = tr("离最近的道路有 {m:.0f} 米，没有路可走；请核对是不是漏画了路").format(m=far)
            return Reason(Why.NO_ROAD, sentence, where=shapely.LineString(np.concatenate([start, foot])))
        return Reason(Why.APART, tr("从房屋或避灾点到道路的一段走不通；请到现场核实"))


def _sets(pairs: Pairs) -> dict[int, set[int]]:
    """Return by the first of pairs all the second."""
    found: dict[int, set[int]] = {}
    for one, other in zip(*(x.tolist() for x in pairs), strict=True):
        found.setdefault(one, set()).add(other)
    return found


def _listed(names: list[str]) -> str:
    distinct = list(dict.fromkeys(names))
    shown = "、".join(tr("“{name}”").format(name=name) for name in distinct[:_NAMED])
    return shown + (tr("等 {n} 处").format(n=len(distinct)) if len(distinct) > _NAMED else "")


def _apart(world: World, loose: Movers, lost: NDArray[np.int64]) -> list[tuple[int, Reason]]:
    """Return how far the roads of houses are from those that lead to a shelter."""
    if not len(lost):
        return []
    network, joins = world.network, loose.joins
    part = _parts(world)
    lead = np.unique(part[loose.shelter_joins.edge[loose.shelter_joins.edge >= 0]])
    leading = network.lines[np.isin(part, lead)]
    tree = shapely.STRtree(leading)
    gaps: dict[int, Reason] = {}
    made = []
    for k in lost.tolist():
        edge = int(joins.edge[k])
        if edge < 0:
            made.append((k, Reason(Why.NO_ROAD, tr("附近没有能走的道路；请核对道路数据"))))
            continue
        own = int(part[edge])
        if own not in gaps:
            gaps[own] = _gap(network.lines[part == own], leading, tree)
        made.append((k, gaps[own]))
    return made


def _parts(world: World) -> NDArray[np.int64]:
    """Return the connected part of the network that each edge belongs to."""
    network, count = world.network, len(world.network.xy)
    graph = coo_array((np.ones(len(network.tail)), (network.tail, network.head)), shape=(count, count))
    part = connected_components(graph, directed=False)[1]
    found: NDArray[np.int64] = part[network.tail].astype(np.int64)
    return found


def _gap(lines: NDArray[np.object_], leading: NDArray[np.object_], tree: shapely.STRtree) -> Reason:
    """Return how one part of the network is nearest to those that lead somewhere."""
    if not len(leading):
        return Reason(Why.APART, tr("避灾点附近没有能走的道路；请核对道路数据"))
    (which, other), distance = tree.query_nearest(lines, all_matches=False, return_distance=True)
    n = int(np.argmin(distance))
    where = shapely.shortest_line(lines[which[n]], leading[other[n]])
    sentence = tr(
        "这里的道路与通往避灾点的道路不相连，最近处相隔 {m:.0f} 米；请核对是断头路还是漏画、缺桥"
    ).format(m=float(distance[n]))
    return Reason(Why.APART, sentence, where=where)
