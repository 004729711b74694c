"""住户信息表: what is known of a household, its house, its people and dangers near it, as far as it may be printed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import shapely

from mingqing.access.masking import MASKS
from mingqing.access.roles import mask_of
from mingqing.core.features import Features
from mingqing.core.text import tr
from mingqing.evacuation.directions import distance
from mingqing.printing.evacuation.evacuees import age, where
from mingqing.store.permitted import Permitted
from mingqing.store.session import Village

NEAR_M = 100.0
"""A hazard is named as far from a house."""
_MOST_VISITS, _MOST_HAZARDS = 3, 3
_HEAD = tr("户主")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the household; id_number : never whole on paper. Empty what is not known or not to be shown."""

    name: str
    relation: str
    sex: str
    born: str
    age: int | None
    id_number: str
    phone: str
    at_home: str
    work: str


@dataclass(frozen=True, slots=True)
class Danger:
    """A hazard at the house, how the house lies to it, its signal, and who answers for it."""

    name: str
    kind: str
    lies: str
    signal: str
    responsible: str


@dataclass(frozen=True, slots=True)
class Refuge:
    """Where the household goes. told : by which plan, or how far it is. leader : whom they follow."""

    shelter: str
    address: str
    head: str
    told: str
    leader: str


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """What stands on a sheet. house : of its row, by column; `shape` in the project's CRS.

    cared, helped, visits, dangers, refuge : None where the account may not print such rows at all.
    """

    household: int
    house_id: int | None
    village: str
    township: str
    code: str
    group: str
    number: str
    householder: str
    phone: str
    count: int | None
    house: Mapping[str, Any]
    shape: shapely.Geometry | None
    members: tuple[Member, ...]
    cared: tuple[Row, ...] | None
    helped: tuple[Row, ...] | None
    visits: tuple[Row, ...] | None
    dangers: tuple[Danger, ...] | None
    refuge: Refuge | None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Known:
    """Everything that is read once for many sheets, by household or by house."""

    villages: Mapping[str, Village]
    houses: Mapping[int, tuple[Row, shapely.Geometry | None]]
    members: Mapping[int, Sequence[Row]]
    work: Mapping[int, str]
    cared: Mapping[int, Sequence[Row]]
    helped: Mapping[int, Sequence[Row]]
    visits: Mapping[int, Sequence[Row]]
    dangers: Mapping[int, tuple[Danger, ...]]
    refuges: Mapping[int, Refuge]
    left_out: tuple[str, ...] = field(default=())


_HOUSEHOLD = ("village_code", "householder", "household_no", "house", "group_no", "people_count", "phone")
_HOUSE = (
    *("house_no", "address", "structure", "storeys", "built_year", "floor_area_m2"),
    *("dangerous", "vacant", "use"),
)
_RESIDENT = ("name", "sex", "birth_date", "relation", "id_number", "phone", "at_home")
_CARED = ("name", "resident", "category", "mobility", "need", "care", "contact", "contact_phone")
_HELPED = ("helper", "unit", "phone", "started", "ended", "measure", "last_visit")
_VISIT = ("visited_on", "visitor", "matter", "done")


def gather_sheets(permitted: Permitted, households: Sequence[int], *, today: date) -> list[Sheet]:
    """Return the sheets of households, in this order; those that are not within reach are left out."""
    found = _rows(permitted.features("household", _HOUSEHOLD, among=households))
    by_id = {row["id"]: row for row in found}
    wanted = [by_id[i] for i in dict.fromkeys(households) if i in by_id]
    known = _known(permitted, wanted, today)
    return [_sheet(permitted, row, known, today) for row in wanted]


def _known(permitted: Permitted, wanted: Sequence[Row], today: date) -> _Known:
    ids = {row["id"] for row in wanted}
    houses = permitted.features("house", _HOUSE, among={row["house"] for row in wanted if row["house"]})
    members = permitted.pointing("resident", "household", ids, _RESIDENT)
    permitted.reveal("resident", ("sex", "birth_date", "relation"), members)
    home = {row["id"]: row["house"] for row in wanted}
    helped = [r for r in permitted.pointing("assistance", "household", ids, _HELPED) if _goes_on(r, today)]
    tables = ("resident", "key_person", "assistance", "visit", "hazard", "shelter")
    return _Known(
        {v.code: v for v in permitted.session.villages()},
        {row["id"]: (row, houses.geometry[n]) for n, row in enumerate(_rows(houses))},
        _by(members, "household"),
        _work(permitted, members),
        _cared(permitted, members, home),
        _by(helped, "household"),
        _by(permitted.pointing("visit", "household", ids, _VISIT), "household"),
        _dangers(permitted, houses),
        _refuges(permitted, houses),
        tuple(permitted.session.catalog.tables[t].title for t in tables if not permitted.allows(t)),
    )


def _rows(found: Features) -> list[Row]:
    cells = zip(*found.columns.values(), strict=True)
    return [
        {"id": i, **dict(zip(found.columns, row, strict=True))}
        for i, row in zip(found.ids.tolist(), cells, strict=True)
    ]


def _by(rows: Iterable[Row], column: str) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def _goes_on(row: Row, today: date) -> bool:
    return not row["ended"] or str(row["ended"]) >= today.isoformat()


def _work(permitted: Permitted, members: Sequence[Row]) -> dict[int, str]:
    rows = permitted.pointing("employment", "resident", {m["id"] for m in members}, ("kind", "place"))
    return {
        row["resident"]: " ".join(filter(None, (_text(row["kind"]), _text(row["place"])))) for row in rows
    }


def _cared(
    permitted: Permitted, members: Sequence[Row], home: Mapping[int, int | None]
) -> dict[int, list[Row]]:
    """Return people to be looked after, by household: who is one of it, or lives in its house by a name of it."""
    of = {member["id"]: member["household"] for member in members}
    named = {(home[member["household"]], member["name"]): member["household"] for member in members}
    found: dict[int, dict[int, Row]] = defaultdict(dict)
    for row in permitted.pointing("key_person", "resident", of, _CARED):
        found[of[row["resident"]]][row["id"]] = row
    houses = {house for house in home.values() if house}
    alone = {house: household for household, house in home.items() if list(home.values()).count(house) == 1}
    for row in permitted.pointing("key_person", "house", houses, _CARED):
        if row["resident"] in of:
            continue
        household = named.get((row["house"], row["name"]), alone.get(row["house"]))
        if household is not None and row["resident"] is None:
            found[household][row["id"]] = row
    return {household: list(rows.values()) for household, rows in found.items()}


def _dangers(permitted: Permitted, houses: Features) -> dict[int, tuple[Danger, ...]]:
    """Return the hazards that are not closed and near each house, the nearest first."""
    columns = ("name", "kind", "signal", "responsible", "responsible_phone", "closed")
    found = permitted.features("hazard", columns)
    tree = shapely.STRtree(found.geometry)
    near: dict[int, list[tuple[float, Danger]]] = defaultdict(list)
    pairs = np.transpose(tree.query(houses.geometry, predicate="dwithin", distance=NEAR_M)).tolist()
    for house, hazard in pairs:
        told = {name: _text(values[hazard]) for name, values in found.columns.items()}
        if found.columns["closed"][hazard]:
            continue
        shape, area = houses.geometry[house], found.geometry[hazard]
        who = " ".join(filter(None, (told["responsible"], told["responsible_phone"])))
        danger = Danger(told["name"], told["kind"], where(shape, area), told["signal"], who)
        near[int(houses.ids[house])].append((float(shape.distance(area)), danger))
    return {
        house: tuple(danger for _, danger in sorted(some, key=lambda s: s[0])[:_MOST_HAZARDS])
        for house, some in near.items()
    }


def _refuges(permitted: Permitted, houses: Features) -> dict[int, Refuge]:
    """Return where each house goes: by the latest plan that is kept, else the nearest shelter as the crow flies."""
    shelters = permitted.features("shelter", ("name", "address", "head", "phone"))
    rows = {row["id"]: row for row in _rows(shelters)}
    found: dict[int, Refuge] = {}
    columns = ("plan", "shelter", "minutes", "leader", "leader_phone")
    ids = set(houses.ids.tolist())
    for row in sorted(permitted.pointing("evacuee", "house", ids, columns), key=lambda r: r["plan"] or 0):
        if row["shelter"] in rows:
            leader = " ".join(filter(None, (_text(row["leader"]), _text(row["leader_phone"]))))
            found[row["house"]] = _refuge(rows[row["shelter"]], tr("按转移预案"), leader)
    tree = shapely.STRtree(shelters.geometry)
    placed = np.flatnonzero(~(shapely.is_missing(houses.geometry) | shapely.is_empty(houses.geometry)))
    at, nearest = (
        tree.query_nearest(houses.geometry[placed], all_matches=False) if len(shelters) else ([], [])
    )
    for n, shelter in zip(placed[at].tolist(), np.asarray(nearest).tolist(), strict=True):
        house, far = int(houses.ids[n]), float(houses.geometry[n].distance(shelters.geometry[shelter]))
        told = tr("离得最近，直线约{far}").format(far=distance(far))
        found.setdefault(house, _refuge(rows[int(shelters.ids[shelter])], told, ""))
    return found


def _refuge(row: Row, told: str, leader: str) -> Refuge:
    head = " ".join(filter(None, (_text(row["head"]), _text(row["phone"]))))
    return Refuge(_text(row["name"]), _text(row["address"]), head, told, leader)


def _sheet(permitted: Permitted, row: Row, known: _Known, today: date) -> Sheet:
    household, code = row["id"], _text(row["village_code"])
    village = known.villages.get(code)
    house, shape = known.houses.get(row["house"], ({}, None))
    members = sorted(known.members.get(household, ()), key=_order)
    visits = sorted(known.visits.get(household, ()), key=lambda r: _text(r["visited_on"]), reverse=True)

    def of(table: str, rows: Sequence[Row]) -> tuple[Row, ...] | None:
        return tuple(rows) if permitted.allows(table) else None

    return Sheet(
        household,
        row["house"] if house else None,
        village.name if village else code,
        village.township if village else "",
        code,
        _text(row["group_no"]),
        _text(row["household_no"]),
        _text(row["householder"]),
        _text(row["phone"]),
        row["people_count"],
        house,
        shape,
        tuple(_member(permitted, member, known.work, today) for member in members),
        of("key_person", known.cared.get(household, ())),
        of("assistance", known.helped.get(household, ())),
        of("visit", visits[:_MOST_VISITS]),
        known.dangers.get(row["house"], ()) if permitted.allows("hazard") else None,
        known.refuges.get(row["house"]),
        known.left_out,
    )


def _order(row: Row) -> tuple[bool, str, int]:
    return row["relation"] != _HEAD, _text(row["birth_date"]) or "9", row["id"]


def _member(permitted: Permitted, row: Row, work: Mapping[int, str], today: date) -> Member:
    name, relation, sex, born, phone, at_home = (
        _text(row[c]) for c in ("name", "relation", "sex", "birth_date", "phone", "at_home")
    )
    number = _masked(permitted, _text(row["id_number"]))
    return Member(
        name, relation, sex, born, age(born, today), number, phone, at_home, work.get(row["id"], "")
    )


def _masked(permitted: Permitted, number: str) -> str:
    """Return an identity number as paper has it: enough to tell people apart, no more."""
    mask = mask_of(permitted.session.catalog.tables["resident"].field_by_name["id_number"])
    return MASKS[mask].value(number) or "" if mask is not None and number else ""


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
