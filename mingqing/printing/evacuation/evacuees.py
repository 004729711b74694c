"""Whom a plan moves, as lists and cards name them: households of a house, their people, hazards, shelters, leaders."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import shapely

from mingqing.core.text import tr
from mingqing.evacuation.directions import compass, distance
from mingqing.evacuation.model import MOBILITY
from mingqing.store.permitted import Permitted


@dataclass(frozen=True, slots=True, eq=False)
class Evacuee:
    """What a plan says of one house.

    house, shelter, hazards : ids of rows; no shelter where there is no safe way, and then a `reason`.
    minutes, metres : of the way, None where there is none. words : the way told; way : drawn, project's CRS.
    leader, phone : who leads them, where the plan says so. people : how many of the house move, where it says so.
    barred : where there is no safe way, what stands in it, project's CRS.
    """

    house: int
    shelter: int | None = None
    minutes: float | None = None
    metres: float | None = None
    words: str = ""
    way: shapely.LineString | None = None
    hazards: tuple[int, ...] = ()
    reason: str = ""
    leader: str = ""
    phone: str = ""
    people: int = 0
    barred: shapely.Geometry | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What a print is about. subject : the case it is for, in words. edition : of which plan and day.

    at_home : whether those who are away (外出) are left out. unused : ids of shelters that take nobody in.
    hazards : ids of those that are active, None for all. floods : areas drawn as under water, project's CRS.
    """

    subject: str = ""
    edition: str = ""
    at_home: bool = False
    unused: frozenset[int] = frozenset()
    hazards: frozenset[int] | None = None
    floods: tuple[shapely.Geometry, ...] = ()


PLAIN = About()


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a household; empty or None what is not known or not to be shown."""

    name: str = ""
    sex: str = ""
    age: int | None = None
    relation: str = ""
    phone: str = ""
    mobility: str = ""
    away: bool = False


@dataclass(frozen=True, slots=True)
class Household:
    """A household and its people, the head first. count : how many it has, as registered or as listed."""

    id: int
    householder: str
    group: str
    phone: str
    count: int
    people: tuple[Person, ...] = ()

    @property
    def slowest(self) -> int:
        """Index into `MOBILITY` of the slowest member."""
        return max((MOBILITY.index(p.mobility) for p in self.people if p.mobility in MOBILITY), default=0)


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call."""

    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Hazard:
    """A hazard as cards and lists name it."""

    name: str
    kind: str
    scale: str
    trigger: str
    signal: str
    watch: str
    monitor: Contact
    responsible: Contact
    shape: shapely.Geometry | None


@dataclass(frozen=True, slots=True, eq=False)
class Shelter:
    """A shelter as cards and lists name it. at : project's CRS."""

    name: str
    address: str
    capacity: int | None
    head: Contact
    village: str | None
    at: shapely.Geometry | None


@dataclass(frozen=True, slots=True, eq=False)
class House:
    """A house that a plan moves, and who lives in it."""

    id: int
    village: str | None
    village_name: str
    address: str
    structure: str
    storeys: int | None
    shape: shapely.Geometry | None
    households: tuple[Household, ...]
    leader: Contact


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """Everything that is named of the houses of a plan, by id."""

    houses: Mapping[int, House]
    hazards: Mapping[int, Hazard]
    shelters: Mapping[int, Shelter]
    villages: Mapping[str, str] = field(default_factory=dict)


def roster(
    permitted: Permitted,
    evacuees: Sequence[Evacuee],
    *,
    on: date | None = None,
    at_home: bool = False,
    shelters: Iterable[int] = (),
) -> Roster:
    """Return what may be named of the houses of `evacuees`, and of the hazards and shelters they are about.

    Parameters
    ----------
    on : the day at which people are so old; None for today.
    at_home : whether those who are away (外出) are left out. shelters : to be named though nobody goes there.
    """
    day = on or date.today()  # noqa: DTZ011 - an age is told by the calendar on the wall
    wanted = {e.house for e in evacuees}
    people = _people(permitted, wanted, day, at_home=at_home)
    villages = {v.code: v.name for v in permitted.session.villages()}
    return Roster(
        _houses(permitted, evacuees, people, villages),
        _hazards(permitted, {h for e in evacuees for h in e.hazards}),
        _shelters(permitted, {*shelters, *(e.shelter for e in evacuees if e.shelter is not None)}),
        villages,
    )


def _people(
    permitted: Permitted, houses: set[int], day: date, *, at_home: bool
) -> dict[int, list[Household]]:
    """Return the households of each house, by group and number."""
    columns = ("householder", "household_no", "group_no", "phone", "people_count")
    here = permitted.pointing("household", "house", houses, columns)
    members = _members(permitted, {row["id"]: row["house"] for row in here}, day)
    found: dict[int, list[Household]] = defaultdict(list)
    for row in sorted(here, key=lambda r: (_text(r["group_no"]), _text(r["household_no"]), r["id"])):
        listed = tuple(p for p in members.get(row["id"], ()) if not (at_home and p.away))
        away = len(members.get(row["id"], ())) - len(listed)
        count = max(int(row["people_count"] or 0) - away, len(listed), 0 if away else 1)
        head, group, phone = (_text(row[c]) for c in ("householder", "group_no", "phone"))
        found[row["house"]].append(Household(row["id"], head, group, phone, count, listed))
    return found


def _members(permitted: Permitted, house_of: Mapping[int, int], day: date) -> dict[int, list[Person]]:
    """Return the residents of households, the head first, then the old before the young."""
    columns = ("name", "sex", "birth_date", "relation", "phone", "at_home")
    rows = permitted.pointing("resident", "household", house_of, columns)
    permitted.reveal("resident", ("sex", "birth_date", "relation"), rows)
    by_resident, by_name = _mobility(permitted, set(house_of.values()))
    found: dict[int, list[Person]] = defaultdict(list)
    for row in sorted(
        rows, key=lambda r: (r["relation"] != tr("户主"), _text(r["birth_date"]) or "9", r["id"])
    ):
        mobility = by_resident.get(row["id"]) or by_name.get((house_of[row["household"]], row["name"]), "")
        plain = (_text(row["name"]), _text(row["sex"]), age(row["birth_date"], day), _text(row["relation"]))
        away = row["at_home"] == tr("外出")
        found[row["household"]].append(Person(*plain, _text(row["phone"]), mobility, away))
    return found


def _mobility(permitted: Permitted, houses: set[int]) -> tuple[dict[int, str], dict[tuple[int, str], str]]:
    """Return how people get about, by resident, and by house and name where the resident is not known."""
    by_resident: dict[int, str] = {}
    by_name: dict[tuple[int, str], str] = {}
    for row in permitted.rows("key_person", ("resident", "house", "name", "mobility")):
        how = row["mobility"]
        if how not in MOBILITY:
            continue
        if row["resident"] is not None:
            by_resident[row["resident"]] = _slower(by_resident.get(row["resident"]), how)
        elif row["house"] in houses and row["name"]:
            key = row["house"], row["name"]
            by_name[key] = _slower(by_name.get(key), how)
    return by_resident, by_name


def _slower(one: str | None, other: str) -> str:
    return other if one is None else max(one, other, key=MOBILITY.index)


def age(birth_date: object, on: date) -> int | None:
    """Return somebody's age in whole years; None where the date is not one, or in the future.

    Examples
    --------
    >>> age("1950-08-03", date(2026, 8, 2)), age("1950-08-03", date(2026, 8, 3)), age(None, date(2026, 1, 1))
    (75, 76, None)
    """
    try:
        born = date.fromisoformat(str(birth_date))
    except ValueError:
        return None
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return years if years >= 0 else None


def _houses(
    permitted: Permitted,
    evacuees: Sequence[Evacuee],
    people: Mapping[int, Sequence[Household]],
    villages: Mapping[str, str],
) -> dict[int, House]:
    columns = ("village_code", "address", "structure", "storeys")
    found = permitted.features("house", columns, among=[e.house for e in evacuees])
    leaders = _leaders(permitted, found.geometry)
    named = {e.house: Contact(e.leader, e.phone) for e in evacuees if e.leader}
    out = {}
    for n, row_id in enumerate(found.ids.tolist()):
        code, address, structure, storeys = (found.columns[c][n] for c in columns)
        village = str(code) if code else None
        out[row_id] = House(
            row_id,
            village,
            villages.get(village or "", village or ""),
            _text(address),
            _text(structure),
            int(storeys) if isinstance(storeys, int) else None,
            found.geometry[n],
            tuple(people.get(row_id, ())),
            named.get(row_id, leaders[n]),
        )
    return out


def _leaders(permitted: Permitted, places: Any) -> list[Contact]:  # noqa: ANN401 - an array of shapes
    """Return the grid worker of each place; nobody where no grid is."""
    grids = permitted.features("grid", ("worker", "phone"))
    tree = shapely.STRtree(grids.geometry)
    at = shapely.centroid(places)
    found = [Contact()] * len(at)
    for place, grid in np.transpose(tree.query(at, predicate="intersects")).tolist():
        found[place] = Contact(_text(grids.columns["worker"][grid]), _text(grids.columns["phone"][grid]))
    return found


def _hazards(permitted: Permitted, ids: Iterable[int]) -> dict[int, Hazard]:
    columns = ("name", "kind", "scale", "level", "trigger", "signal", "watch")
    persons = ("monitor", "monitor_phone", "responsible", "responsible_phone")
    found = permitted.features("hazard", (*columns, *persons), among=ids)
    out = {}
    for n, row_id in enumerate(found.ids.tolist()):
        v = {c: _text(found.columns[c][n]) for c in (*columns, *persons)}
        monitor, responsible = (Contact(v[p], v[f"{p}_phone"]) for p in ("monitor", "responsible"))
        scale = v["scale"] or (tr("险情等级{level}").format(level=v["level"]) if v["level"] else "")
        texts = (v["name"], v["kind"], scale, v["trigger"], v["signal"], v["watch"])
        out[row_id] = Hazard(*texts, monitor, responsible, found.geometry[n])
    return out


def _shelters(permitted: Permitted, ids: Iterable[int]) -> dict[int, Shelter]:
    columns = ("name", "address", "capacity", "head", "phone", "village_code")
    found = permitted.features("shelter", columns, among=ids)
    out = {}
    for n, row_id in enumerate(found.ids.tolist()):
        name, address, capacity, head, phone, village = (found.columns[c][n] for c in columns)
        contact = Contact(_text(head), _text(phone))
        room = int(capacity) if isinstance(capacity, int) else None
        code = str(village) if village else None
        out[row_id] = Shelter(_text(name), _text(address), room, contact, code, found.geometry[n])
    return out


def where(house: shapely.Geometry | None, hazard: shapely.Geometry | None) -> str:
    """Return how a house lies to a hazard, in words.

    Examples
    --------
    >>> where(shapely.Point(0, 0), shapely.box(-5, -5, 5, 5)), where(shapely.Point(0, 0), shapely.box(40, -5, 60, 5))
    ('在隐患范围内', '隐患在住户东面约40米')
    """
    if house is None or hazard is None or house.is_empty or hazard.is_empty:
        return ""
    metres = float(house.distance(hazard))
    if metres <= 0:
        return tr("在隐患范围内")
    at, other = house.centroid, hazard.centroid
    way = compass(((at.x, at.y), (other.x, other.y)))
    return tr("隐患在住户{way}面约{far}").format(way=way, far=distance(metres))


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def leads(house: House, hazards: Iterable[Hazard]) -> Contact:
    """Return who leads those who live in a house: who the plan or the grid says, else who answers for the hazard."""
    if house.leader.name:
        return house.leader
    return next((h.responsible for h in hazards if h.responsible.name), Contact())
