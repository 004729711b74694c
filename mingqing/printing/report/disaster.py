"""Hazards, who lives in them, and how many the shelters hold."""

from dataclasses import dataclass

import numpy as np
import shapely

from mingqing.catalog.color import Color
from mingqing.core.text import tr
from mingqing.printing.report.gathering import Gathering
from mingqing.printing.report.model import LEAST, Bar, Bars, Chart, Grid, Section, Value

_MOST = 15  # rows of a table
_NEED = Color("#b5522c", "#d98a62")
_ROOM = Color("#2f7d5b", "#6fbf96")


@dataclass(frozen=True, slots=True)
class Exposed:
    """Who lives in the area of a hazard. people : None where it may not be told, or is not known."""

    houses: int
    households: int
    people: int | None


def disaster(of: Gathering) -> Section:
    """Return the section of hazards and shelters."""
    charts: list[Chart] = []
    grids: list[Grid] = []
    remarks: list[str] = []
    if of.has("hazard") and of.may(
        tr("隐患点的威胁人数"), "hazard", "kind", "households", "people", "closed"
    ):
        grids.append(_hazards(of))
    if of.has("shelter") and of.may(tr("避灾点容量"), "shelter", "kind", "capacity"):
        grids.append(_shelters(of))
    inside = exposed(of)
    if inside is not None:
        remarks.append(_told(inside))
    if (chart := _need(of, inside)) is not None:
        charts.append(chart)
    remarks += _equipment(of)
    return Section("disaster", tr("防灾避险"), tuple(charts), tuple(grids), tuple(remarks))


def exposed(of: Gathering) -> Exposed | None:
    """Return who of the village lives where a hazard is that is not closed.

    None where it may not be told, or there are no houses.
    """
    if not (
        of.permitted.tells("hazard", "closed")
        and of.permitted.tells("household", "house")
        and of.permitted.tells("house")
    ):
        return None
    ids = [row["id"] for row in of.permitted.rows("house", (), village=of.code)]
    if not ids:
        return None
    houses = of.permitted.features("house", (), among=ids)
    hazards = of.permitted.features("hazard", ("closed",))
    active = hazards.geometry[[not closed for closed in hazards.columns["closed"]]]
    inside = np.unique(shapely.STRtree(houses.geometry).query(active, "intersects")[1])
    within = set(houses.ids[inside].tolist())
    told = of.permitted.tells("household", "people_count")
    rows = [
        row
        for row in of.grouped("household", "house", of="people_count" if told else None)
        if row[0] in within
    ]
    people = int(sum(row[3] for row in rows)) if told else None
    return Exposed(len(within), sum(row[1] for row in rows), people)


def _told(inside: Exposed) -> str:
    if not inside.houses:
        return tr("没有农房在未销号的隐患范围内。")
    if inside.people is not None and inside.households >= LEAST:
        text = tr("在未销号的隐患范围内有农房 {houses} 座，住着 {households} 户 {people} 人。")
        return text.format(houses=inside.houses, households=inside.households, people=inside.people)
    return tr("在未销号的隐患范围内有农房 {houses} 座。").format(houses=inside.houses)


def _need(of: Gathering, inside: Exposed | None) -> Bars | None:
    """Return how many the shelters hold beside how many may have to go there."""
    bars = []
    if of.permitted.tells("hazard", "people", "closed"):
        rows = of.grouped("hazard", "closed", of="people")
        registered = sum(total for closed, _, _, total in rows if not closed)
        bars.append(Bar(tr("隐患点登记的威胁人数"), registered, _NEED))
    if inside is not None and inside.people is not None and inside.households >= LEAST:
        bars.append(Bar(tr("住在隐患范围内的人"), inside.people, _NEED))
    if of.permitted.tells("shelter", "capacity"):
        capacity = sum(total for *_, total in of.grouped("shelter", "village_code", of="capacity"))
        bars.append(Bar(tr("本村避灾点能容纳"), capacity, _ROOM))
    return Bars(tr("避灾点够不够"), tr("人"), tuple(bars)) if any(bar.value for bar in bars) else None


def _hazards(of: Gathering) -> Grid:
    """Return the village's hazards that are not closed, those that threaten most people first."""
    columns = ("name", "kind", "level", "households", "people", "closed")
    rows = [r for r in of.permitted.rows("hazard", columns, village=of.code) if not r["closed"]]
    rows.sort(key=lambda r: (-(r["people"] or 0), str(r["name"] or "")))
    lines: list[tuple[Value, ...]] = [
        (
            r["name"] or tr("未命名"),
            r["kind"] or "",
            r["level"] or "",
            r["households"],
            r["people"],
        )
        for r in rows
    ]
    shown = _cut(lines, tr("另有 {n} 处"), 2)
    total = (tr("合计 {n} 处").format(n=len(rows)), "", "", _sum(lines, 3), _sum(lines, 4))
    titles = (tr("隐患点"), tr("灾害类型"), tr("险情等级"), tr("威胁户数"), tr("威胁人数"))
    return Grid(tr("没有销号的隐患点"), titles, (36.0, 18.0, 14.0, 16.0, 16.0), (*shown, total), total=True)


def _shelters(of: Gathering) -> Grid:
    columns = ("name", "kind", "capacity", "area_m2")
    rows = of.permitted.rows("shelter", columns, village=of.code)
    rows.sort(key=lambda r: (-(r["capacity"] or 0), str(r["name"] or "")))
    lines: list[tuple[Value, ...]] = [
        (r["name"] or tr("未命名"), r["kind"] or "", r["area_m2"], r["capacity"]) for r in rows
    ]
    shown = _cut(lines, tr("另有 {n} 处"), 2)
    total = (tr("合计 {n} 处").format(n=len(rows)), "", _sum(lines, 2), _sum(lines, 3))
    titles = (tr("避灾点"), tr("类型"), tr("面积（平方米）"), tr("容纳人数"))
    return Grid(tr("避灾点"), titles, (36.0, 24.0, 20.0, 20.0), (*shown, total), total=True)


def _sum(lines: list[tuple[Value, ...]], column: int) -> float | None:
    known = [v for line in lines if isinstance(v := line[column], int | float)]
    return sum(known) if known else None


def _cut(lines: list[tuple[Value, ...]], rest: str, numbers: int) -> list[tuple[Value, ...]]:
    """Return the lines that a table has room for; the others as one that sums the last `numbers` columns."""
    if len(lines) <= _MOST:
        return lines
    others = lines[_MOST - 1 :]
    wide = len(lines[0])
    summed = (_sum(others, column) for column in range(wide - numbers, wide))
    texts = ("" for _ in range(wide - numbers - 1))
    return [*lines[: _MOST - 1], (rest.format(n=len(others)), *texts, *summed)]


def _equipment(of: Gathering) -> list[str]:
    told = []
    for table, unit in (("warning_point", tr("处")), ("supply", tr("处")), ("evacuation_route", tr("条"))):
        if of.has(table):
            title = of.permitted.session.catalog.tables[table].title
            n = sum(count for _, count, *_ in of.grouped(table, "village_code"))
            told.append(f"{title} {n} {unit}")
    return ["，".join(told) + "。"] if told else []
