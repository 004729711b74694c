"""Plans on the project that is open: what the page asks of `mingqing.evacuation`, in the form in which it shows it."""

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from mingqing.access.roles import Action
from mingqing.basemap.elevation import heights_of
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.classify.looks import today
from mingqing.desktop.evacuation.ground import Ground
from mingqing.desktop.evacuation.outcome import NOWHERE, Load, Mover, Outcome, brief, in_order
from mingqing.desktop.evacuation.roads_page import Fault
from mingqing.desktop.evacuation.streams import streams
from mingqing.evacuation import gather
from mingqing.evacuation.assignment.model import BrokenLock
from mingqing.evacuation.network.faults import FaultKind, faults
from mingqing.evacuation.planning import Plan, plan
from mingqing.evacuation.telling import Directions
from mingqing.store.history.since import last_change

if TYPE_CHECKING:
    from mingqing.evacuation.network.model import Network
    from mingqing.evacuation.scenario import Scenario
    from mingqing.store.session import Session

_NAMED = 2  # households of a house, named in a list


class Planning:
    """The engine of the window."""

    def ground(self, session: "Session", stop: Callable[[], bool]) -> Ground:
        """Read what the account may see of the project."""
        seq = last_change(session)  # first: what is changed meanwhile counts as later
        watch = Watch(lambda _text, _done, _total: None, stop)
        world = gather.world(session, on=today(), heights=heights_of(session, stop), watch=watch)
        return Ground(
            world.hazards,
            world.shelters,
            world.network.roads,
            world,
            names=who_lives(session),
            faults=road_faults(world.network),
            seq=seq,
        )

    def answer(
        self,
        session: "Session",  # noqa: ARG002 - one shape for all who plan
        ground: Ground,
        scenario: "Scenario",
        stop: Callable[[], bool],
    ) -> Outcome:
        """Return who goes where."""
        return outcome(plan(ground.world, scenario, stop), ground)


def road_faults(network: "Network") -> list[Fault]:
    """Return what is wrong with the roads, the gravest first."""
    titles = {
        FaultKind.ISLAND: tr("孤立的一片路"),
        FaultKind.GAP: tr("断头，没接上"),
        FaultKind.UNUSABLE: tr("不能当路走"),
        FaultKind.TWIN: tr("画重了"),
        FaultKind.STUB: tr("太短"),
        FaultKind.DEAD_END: tr("断头路"),
    }
    kinds = dict(zip(network.roads.ids.tolist(), network.roads.classes, strict=True))
    return [
        Fault(
            titles[each.kind],
            each.sentence,
            each.where,
            each.fix,
            kinds[each.roads[0]] if each.roads else None,
        )
        for each in faults(network)
    ]


def who_lives(session: "Session") -> dict[int, str]:
    """Return by house who lives there, as far as the account may see it; else the number of the house."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for house, name in session.rows("household", ("house", "householder")):
        if house is not None and name:
            found[house].append(str(name))
    named = {house: _listed(names) for house, names in found.items()}
    for house, number in session.rows("house", ("id", "house_no")):
        if house not in named and number:
            named[house] = str(number)
    return named


def _listed(names: list[str]) -> str:
    more = tr("等 {n} 户").format(n=len(names)) if len(names) > _NAMED else ""
    return "、".join(names[:_NAMED]) + more


def outcome(of: Plan, ground: Ground) -> Outcome:
    """Return a plan in the form in which it is shown."""
    found = movers(of, ground)
    order, told = in_order(found), Directions(of)
    at = np.array(order, dtype=np.int64)
    return Outcome(
        scenario=of.scenario,
        movers=[found[n] for n in order],
        loads=loads(of),
        shapes=of.world.houses.shapes[of.houses[at]],
        danger=of.case.danger.shapes,
        streams=streams(of.world.network, of.ways, of.people),
        line=lambda position: of.line(order[position]),
        words=lambda position: told.of(order[position]),
        gap=max(of.assignment.gap, 0.0),
        short=int(of.people[of.assignment.short].sum()),
        notes=(*broken(of, ground), *of.notes),
        plan=of,
        seq=ground.seq,
    )


def movers(of: Plan, ground: Ground) -> list[Mover]:
    """Return who leaves each house of a plan, in its order."""
    houses, shelters = of.world.houses, of.world.shelters
    locked = set(of.scenario.locks)
    codes = [houses.villages[house] or "" for house in of.houses.tolist()]
    several = len(set(codes)) > 1
    called = dict(zip(of.world.hazards.ids.tolist(), of.world.hazards.names, strict=True))
    columns = (
        houses.ids[of.houses],
        houses.at[of.houses],
        houses.households[of.houses],
        of.people,
        houses.mobility[of.houses],
        of.shelters,
        of.seconds / 60,
        of.ways.metres,
    )
    made = []
    for k, (house, at, households, people, mobility, shelter, minutes, metres) in enumerate(
        zip(*(column.tolist() for column in columns), strict=True)
    ):
        reason = of.reasons.get(k)
        made.append(
            Mover(
                house=house,
                who=ground.names.get(house, "") or tr("没有门牌号的房屋"),
                at=(at[0], at[1]),
                households=households,
                people=people,
                mobility=mobility,
                shelter=int(shelters.ids[shelter]) if shelter >= 0 else NOWHERE,
                minutes=minutes,
                metres=metres,
                reason=reason.sentence if reason is not None else "",
                brief=brief(reason, [called[h] or tr("未命名隐患点") for h in reason.hazards])
                if reason
                else "",
                where=reason.where if reason is not None else None,
                village=of.world.villages.get(codes[k], "") if several else "",
                locked=shelter >= 0 and (house, int(shelters.ids[shelter])) in locked,
            )
        )
    return made


def broken(of: Plan, ground: Ground) -> list[str]:
    """Return a sentence for each house that could not be sent to where it was locked to."""
    said = {
        BrokenLock.UNREACHABLE: tr("{who}锁定的避灾点没有安全的路可到，改为自动安排"),
        BrokenLock.FULL: tr("{who}锁定的避灾点住不下，改为自动安排"),
    }
    ids = of.world.houses.ids[of.houses]
    kept = of.assignment.broken_locks.items()
    return [said[why].format(who=ground.names.get(int(ids[at])) or tr("一户")) for at, why in kept]


def loads(of: Plan) -> list[Load]:
    """Return the shelters that take part, those with most people first, then those that nobody may use."""
    shelters, people = of.world.shelters, of.load()
    usable = set(of.case.shelters.tolist())
    endangered = set(of.case.danger.around(shelters.at)[0].tolist()) if len(of.case.danger) else set()
    wanted = of.scenario.villages
    made = []
    for n, name in enumerate(shelters.names):
        if wanted is not None and shelters.villages[n] not in wanted:
            continue
        closed = ""
        if n not in usable:
            closed = tr("在危险区内，不用") if n in endangered else tr("没有填容纳人数，没有安排人去")
        x, y = shelters.at[n].tolist()
        capacity = int(shelters.capacity[n])
        made.append(
            Load(int(shelters.ids[n]), name or tr("未命名"), (x, y), capacity, int(people[n]), closed)
        )
    return sorted(made, key=lambda load: (bool(load.closed), -load.people))


def may_plan(session: "Session") -> bool:
    """Whether the account sees what a plan is made from."""
    seen = ("road", "house", "household", "shelter", "hazard")
    return all(session.policy.allowed(table, Action.SEE) for table in seen)
