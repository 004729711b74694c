"""The rows by which a plan is kept: of the plan, of the houses that move, of the routes on the map."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mingqing.core.text import tr
from mingqing.evacuation.model import MOBILITY, Objective
from mingqing.evacuation.saved.outcome import Outcome
from mingqing.evacuation.saved.routes import merged
from mingqing.store.session import Session

OBJECTIVES = {Objective.TOTAL: tr("全体路上总时间最少"), Objective.LATEST: tr("最后一户到得最早")}
_NAMED = 5  # hazards in a sentence
_WALKED_M_PER_MINUTE = 60.0  # where nobody walks by themselves: 3.6 km/h
Columns = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a plan besides what was calculated: the level of the warning (a code), a note."""

    warning: str | None = None
    note: str = ""


UNSAID = Said()


def plans(
    session: Session,
    outcome: Outcome,
    codes: Sequence[str | None],
    village: NDArray[np.int64],
    said: Said,
    same: Mapping[str, object],
) -> Columns:
    """Return the rows of the plan, one a village."""
    count, placed = len(codes), outcome.placed

    def total(values: NDArray[Any], which: NDArray[np.bool_] | slice = slice(None)) -> NDArray[np.float64]:
        found = np.bincount(village[which], weights=values[which], minlength=count)
        return found.astype(np.float64)

    minutes = np.where(placed, outcome.minutes, 0.0)
    latest = np.zeros(count)
    np.maximum.at(latest, village, minutes)
    figures = {
        "households": total(outcome.households).astype(int),
        "people": total(outcome.people).astype(int),
        "assigned": total(outcome.people, placed).astype(int),
        "unreachable": total(outcome.people, ~placed).astype(int),
        "person_minutes": np.round(total(outcome.people * minutes), 1),
        "latest_minutes": np.round(latest, 1),
    }
    scenario = json.dumps(outcome.scenario.as_plain(), ensure_ascii=False, separators=(",", ":"))
    alike = {
        **same,
        "made_on": datetime.now(UTC).astimezone().date().isoformat(),
        "warning": said.warning,
        "objective": OBJECTIVES[outcome.scenario.objective],
        "gap": round(outcome.gap * 100, 3),
        "note": said.note or None,
        "scenario": scenario,
        "based_on": str(outcome.seq),
    }
    return {
        "village_code": list(codes),
        **{name: [value] * count for name, value in alike.items()},
        **{name: values.tolist() for name, values in figures.items()},
        "hazards": _told_hazards(session, outcome, village, count),
    }


def _told_hazards(
    session: Session, outcome: Outcome, village: NDArray[np.int64], count: int
) -> list[str | None]:
    """Return for each village which hazards people leave."""
    names = names_of(session, "hazard", outcome.hazards)
    there: list[dict[int, None]] = [{} for _ in range(count)]
    for at, hazard in zip(village.tolist(), outcome.hazards.tolist(), strict=True):
        if hazard:
            there[at][hazard] = None
    told = []
    for each in there:
        listed = "、".join(names.get(h) or tr("未命名隐患点") for h in list(each)[:_NAMED])
        more = tr("等 {n} 处").format(n=len(each)) if len(each) > _NAMED else ""
        told.append(listed + more or None)
    return told


def evacuees(outcome: Outcome, plans: NDArray[np.int64]) -> Columns:
    """Return the rows of the houses that move."""
    minutes, metres = outcome.minutes, outcome.ways.metres
    going = outcome.placed.tolist()
    return {
        "village_code": list(outcome.villages),
        "number": _numbers(outcome, plans),
        "plan": plans.tolist(),
        "house": outcome.houses.tolist(),
        "households": outcome.households.tolist(),
        "people": outcome.people.tolist(),
        "mobility": [MOBILITY[m] for m in outcome.mobility.tolist()],
        "hazard": [h or None for h in outcome.hazards.tolist()],
        "shelter": [s or None for s in outcome.shelters.tolist()],
        "minutes": [round(m, 1) if g else None for m, g in zip(minutes.tolist(), going, strict=True)],
        "metres": [round(m) if g else None for m, g in zip(metres.tolist(), going, strict=True)],
        "way": [way or None for way in outcome.directions],
        "reason": [reason or None for reason in outcome.reasons],
        "leader": [leader or None for leader in outcome.leaders],
        "leader_phone": [phone or None for phone in outcome.phones],
        "roads": [" ".join(map(str, ids.tolist())) or None for ids in outcome.roads()],
    }


def _numbers(outcome: Outcome, plans: NDArray[np.int64]) -> list[int]:
    """Return the place of each house in the list of its village: first who has no place, then shelter by shelter."""
    order = np.lexsort((outcome.houses, outcome.shelters, plans))
    numbers = np.empty(len(order), dtype=np.int64)
    numbers[order] = np.arange(len(order)) - np.searchsorted(plans[order], plans[order]) + 1
    return numbers.tolist()


def routes(
    session: Session,
    outcome: Outcome,
    codes: Sequence[str | None],
    village: NDArray[np.int64],
    ids: NDArray[np.int64],
) -> tuple[Columns, list[Any]]:
    """Return the routes for the map and their lines; `ids` are those of the plan's rows."""
    going = np.flatnonzero(outcome.placed)
    columns = np.stack([village, outcome.hazards, outcome.shelters], axis=1)[going]
    keys, at = np.unique(columns, axis=0, return_inverse=True)
    groups = np.full(len(outcome), -1, dtype=np.int64)
    groups[going] = at.reshape(-1)
    hazards, shelters = names_of(session, "hazard", keys[:, 1]), names_of(session, "shelter", keys[:, 2])
    names = {v.code: v.name for v in session.villages()}
    starts = [
        hazards.get(hazard) or names.get(codes[here] or "") or tr("住户") for here, hazard, _ in keys.tolist()
    ]
    ends = [shelters.get(shelter) or tr("避灾点") for shelter in keys[:, 2].tolist()]
    metres = np.zeros(len(keys))
    np.maximum.at(metres, groups[going], outcome.ways.metres[going])
    leaders = _leaders(outcome, groups, len(keys))
    return {
        "village_code": [codes[here] for here in keys[:, 0].tolist()],
        "name": [tr("{start}至{end}").format(start=s, end=e) for s, e in zip(starts, ends, strict=True)],
        "start": starts,
        "hazard": [h or None for h in keys[:, 1].tolist()],
        "shelter": keys[:, 2].tolist(),
        "length_m": np.round(metres).tolist(),
        "minutes": np.round(metres / _walked_m_per_minute(outcome), 1).tolist(),
        "leader": [name or None for name, _ in leaders],
        "leader_phone": [phone or None for _, phone in leaders],
        "plan": ids[keys[:, 0]].tolist(),
    }, list(merged(outcome.network, outcome.ways, groups))


def _walked_m_per_minute(outcome: Outcome) -> float:
    """Return how far those get who walk by themselves, in all of the plan.

    The time of a route is on every map: that of the people who take it would tell which of them cannot walk.
    """
    walking = outcome.placed & (outcome.mobility == 0)
    minutes = float(outcome.minutes[walking].sum())
    return float(outcome.ways.metres[walking].sum()) / minutes if minutes > 0 else _WALKED_M_PER_MINUTE


def _leaders(outcome: Outcome, groups: NDArray[np.int64], count: int) -> list[tuple[str, str]]:
    """Return of each group who leads most of it."""
    found = [Counter[tuple[str, str]]() for _ in range(count)]
    for group, *who in zip(groups.tolist(), outcome.leaders, outcome.phones, strict=True):
        if group >= 0 and who[0]:
            found[group][who[0], who[1]] += 1
    return [each.most_common(1)[0][0] if each else ("", "") for each in found]


def names_of(session: Session, table: str, ids: NDArray[np.int64]) -> dict[int, str]:
    """Return what rows are called, by id; those that are gone are left out."""
    sql = f'SELECT id, name FROM "{table}" WHERE id IN (SELECT value FROM json_each(?))'
    found = session.query(sql, [json.dumps(np.unique(ids[ids > 0]).tolist())])
    return {row: name for row, name in found if name}
