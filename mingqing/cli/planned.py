"""A plan as `evacuate` gives it: one object, a table for people, lines on the map."""

import json
from datetime import date
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from mingqing.access.audit import Act
from mingqing.access.policy import Column
from mingqing.access.roles import Action
from mingqing.cli.common import my_roles, print_table, say, write_file
from mingqing.core.errors import NotAllowed
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.crs.transform import transform
from mingqing.evacuation.assignment.model import BrokenLock
from mingqing.evacuation.model import Objective
from mingqing.evacuation.scenario import Scenario
from mingqing.store.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mingqing.evacuation.planning import Plan

_EXCHANGE_EPSG = 4490
_OPTIMAL = 1e-9
_FEW = 5  # houses named in a sentence
_MOST_LISTED = 50  # houses without a way: `--json` has all


def planned(session: Session, scenario: Scenario, watch: Watch) -> "Plan":
    """Return the plan for a scenario, with the heights of the project's elevation files where it has any."""
    from mingqing.basemap.elevation import heights_of
    from mingqing.evacuation.gather import world
    from mingqing.evacuation.planning import plan

    heights = None if scenario.walk_kmh is not None else heights_of(session)
    today = date.today()  # noqa: DTZ011 - ages go by the calendar on the wall
    here = world(session, on=today, heights=heights, watch=watch)
    watch.step(tr("安排避灾点和路线"))
    return plan(here, scenario)


def as_plain(plan: "Plan") -> dict[str, object]:
    """Return a plan as `evacuate --json` prints it; ids are those of rows, times minutes."""
    found, here, placed = plan.assignment, plan.world, plan.placed
    households = here.houses.households[plan.houses]
    load, capacity = plan.load(), here.shelters.capacity
    return {
        "objective": plan.scenario.objective.value,
        "households": int(households.sum()),
        "people": int(plan.people.sum()),
        "assigned": int(households[placed].sum()),
        "unreachable": _houses(plan, found.unreachable),
        "over_capacity": int(np.maximum(load - capacity, 0).sum()),
        "person_minutes": plan.person_minutes,
        "latest_minutes": plan.latest_minutes,
        "lower_bound": found.lower_bound / 60,
        "gap": found.gap,
        "shelters": [
            {"id": int(here.shelters.ids[i]), "capacity": int(capacity[i]), "people": int(load[i])}
            for i in plan.case.shelters.tolist()
        ],
        "assignments": [_assigned(plan, at) for at in np.flatnonzero(placed).tolist()],
        "seconds": {"network": here.seconds, "paths": plan.paths_s, "assign": plan.assign_s},
        "without_room": _houses(plan, ~placed & ~found.unreachable),
        "reasons": [
            {"house": int(here.houses.ids[plan.houses[at]]), "why": why.why.value, "sentence": why.sentence}
            for at, why in sorted(plan.reasons.items())
        ],
        "notes": notes_of(plan),
    }


def _houses(plan: "Plan", which: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> list[int]:
    ids: list[int] = plan.world.houses.ids[plan.houses[which]].tolist()
    return ids


def _assigned(plan: "Plan", at: int) -> dict[str, object]:
    """Return where one house goes."""
    return {
        "house": int(plan.world.houses.ids[plan.houses[at]]),
        "people": int(plan.people[at]),
        "shelter": int(plan.world.shelters.ids[plan.shelters[at]]),
        "minutes": float(plan.seconds[at]) / 60,
        "metres": float(plan.ways.metres[at]),
    }


def notes_of(plan: "Plan") -> list[str]:
    """Return what the data lacks, and how many houses could not be sent where `--lock` says, and which."""
    why = {
        BrokenLock.UNREACHABLE: tr("没有安全的路可到指定的避灾点"),
        BrokenLock.FULL: tr("指定的避灾点住不下"),
    }
    ids, placed = plan.world.houses.ids[plan.houses], plan.placed
    broken: dict[tuple[BrokenLock, bool], list[int]] = {}
    for at, reason in plan.assignment.broken_locks.items():
        broken.setdefault((reason, bool(placed[at])), []).append(int(ids[at]))
    told = [
        tr("{n} 处房屋{why}，{then}：{houses}").format(
            n=len(houses),
            why=why[reason],
            then=tr("已另行安排") if sent else tr("也没有别处可去"),
            houses="、".join(map(str, houses[:_FEW])) + (tr("等") if len(houses) > _FEW else ""),
        )
        for (reason, sent), houses in broken.items()
    ]
    return [*plan.notes, *told]


# ── Lines on the map ─────────────────────────────────────────────────────────────────────────────────────────


def write_routes(session: Session, plan: "Plan", path: Path) -> None:
    """Write every way from house to shelter as GeoJSON, longitude and latitude of EPSG:4490.

    Raises
    ------
    NotAllowed
        if the account may not export routes.
    ProjectUnavailable
        if the file cannot be written.
    """
    title = tr("转移路线")
    if not session.policy.allowed("evacuation_route", Action.EXPORT):
        raise NotAllowed(
            tr("您的角色（{roles}）不能导出{title}；请不加 --routes 再试").format(
                roles=my_roles(session), title=title
            )
        )
    going = np.flatnonzero(plan.placed).tolist()
    lines = np.empty(len(going), dtype=np.object_)
    lines[:] = [plan.line(at) for at in going]
    shapes = shapely.to_geojson(transform(lines, session.info.epsg, _EXCHANGE_EPSG))
    features = [
        {"type": "Feature", "properties": _assigned(plan, at), "geometry": json.loads(shape)}
        for at, shape in zip(going, shapes.tolist(), strict=True)
    ]
    session.record(Act.EXPORT, title, rows=len(features))
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    write_file(path, text.encode(), title)


# ── For people ───────────────────────────────────────────────────────────────────────────────────────────────


def say_plan(session: Session, plan: "Plan") -> None:
    """Print a plan: first who has no safe way and why, then who found no room, then the shelters and the figures."""
    for note in notes_of(plan):
        say(note)
    if not len(plan):
        print(tr("没有需要转移的住户"))
        return
    heads = _householders(session)
    lost = plan.assignment.unreachable
    _print_left(plan, np.flatnonzero(lost).tolist(), heads, tr("无安全路线"))
    _print_left(plan, np.flatnonzero(~plan.placed & ~lost).tolist(), heads, tr("避灾点容纳不下"))
    load, shelters = plan.load(), plan.world.shelters
    used = sorted(plan.case.shelters.tolist(), key=lambda i: -load[i])
    print_table(
        [tr("编号"), tr("避灾点"), tr("容纳人数"), tr("安排人数")],
        [(shelters.ids[i], shelters.names[i], shelters.capacity[i], load[i]) for i in used if load[i]],
    )
    for line in _figures(plan):
        print(line)


def _householders(session: Session) -> dict[int, list[str]]:
    """Return who lives in each house, as the account sees their names."""
    heads: dict[int, list[str]] = {}
    shown = session.policy.column("household", "householder") is not Column.ABSENT
    for house, name in session.rows("household", ("house", "householder")) if shown else ():
        heads.setdefault(house, []).append(name or "")
    return heads


def _print_left(plan: "Plan", which: list[int], heads: dict[int, list[str]], title: str) -> None:
    if not which:
        return
    here = plan.world
    households = int(here.houses.households[plan.houses[which]].sum())
    people = int(plan.people[which].sum())
    print(tr("{title}：{n} 户 {people} 人").format(title=title, n=households, people=people))
    rows = [_left(plan, at, heads) for at in which[:_MOST_LISTED]]
    print_table([tr("房屋编号"), tr("村"), tr("户主"), tr("人数"), tr("原因")], rows)
    if len(which) > _MOST_LISTED:
        say(tr("只列出前 {n} 处，用 --json 看全部").format(n=_MOST_LISTED))


def _left(plan: "Plan", at: int, heads: dict[int, list[str]]) -> tuple[object, ...]:
    houses, house = plan.world.houses, int(plan.houses[at])
    code, reason = houses.villages[house], plan.reasons.get(at)
    number = int(houses.ids[house])
    village = plan.world.villages.get(code or "", code)
    return number, village, "、".join(heads.get(number, ())), plan.people[at], reason and reason.sentence


def _figures(plan: "Plan") -> "Iterable[str]":
    """Yield the plan in figures."""
    households = plan.world.houses.households[plan.houses]
    yield tr("要转移 {n} 户 {people} 人，已安排 {placed} 户").format(
        n=int(households.sum()), people=int(plan.people.sum()), placed=int(households[plan.placed].sum())
    )
    latest = plan.scenario.objective is Objective.LATEST
    yield tr("按{what}安排；最后一户 {latest} 分钟内到，合计 {total:.0f} 人·分钟").format(
        what=tr("最后一户最早到") if latest else tr("总用时最少"),
        latest=ceil(plan.latest_minutes - 1e-9),
        total=plan.person_minutes,
    )
    gap = plan.assignment.gap
    yield tr("已是最优") if gap <= _OPTIMAL else tr("离最优不超过 {gap:.2%}").format(gap=gap)
