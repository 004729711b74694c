"""村防灾避险预案: what is supposed to happen in one village, who goes where, who leads, what is lacking."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely

from mingqing.core.text import tr
from mingqing.evacuation.model import MOBILITY
from mingqing.printing.evacuation.evacuees import (
    PLAIN,
    About,
    Contact,
    Evacuee,
    Hazard,
    House,
    Roster,
    leads,
    roster,
)
from mingqing.printing.evacuation.roll import by_number
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session

TITLE = tr("村防灾避险预案")
NEEDS = ("house", "shelter", "hazard")
_DUTIES = (tr("预警转移"), tr("监测巡查"), tr("行政"))


@dataclass(frozen=True, slots=True)
class Load:
    """A shelter and who comes to it. own, people : of this village, and of all. unused : it takes nobody in."""

    name: str
    address: str
    capacity: int | None
    own: int
    people: int
    head: Contact
    unused: bool = False

    @property
    def share(self) -> float | None:
        """How full it is, 1 for full; None where nobody knows how many it holds."""
        return self.people / self.capacity if self.capacity else None


@dataclass(frozen=True, slots=True)
class Going:
    """Households that go to one shelter; those without a safe way where it has no name.

    householders : of each, or its address. slow : people who do not walk by themselves. minutes : of the last.
    """

    shelter: str
    householders: tuple[str, ...]
    households: int
    people: int
    slow: int
    minutes: float | None


@dataclass(frozen=True, slots=True)
class Led:
    """Who leads, and whom to where."""

    leader: Contact
    going: tuple[Going, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A 村民小组, empty where a house says none, and where its households go."""

    name: str
    going: tuple[Going, ...]


@dataclass(frozen=True, slots=True)
class Stranded:
    """A house without a safe way, who lives there, and why."""

    address: str
    householders: str
    people: int
    leader: Contact
    reason: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A thing or a person of the village: what it is called, what kind, more, and whom to call."""

    name: str
    kind: str
    more: str
    contact: Contact


@dataclass(frozen=True, slots=True)
class VillagePlan:
    """What the plan of a village says.

    scenario : the case it is for, in words; edition : of which plan and day. minutes : of those who have a way, the
    longest and the mean of people. slow : people by index into `MOBILITY`. ways, places : for the map, project's CRS.
    """

    village: str
    scenario: str
    made_at: datetime
    by: str
    households: int
    people: int
    slow: tuple[int, ...]
    stranded: tuple[Stranded, ...]
    latest_minutes: float | None
    mean_minutes: float | None
    shelters: tuple[Load, ...]
    groups: tuple[Group, ...]
    leaders: tuple[Led, ...]
    hazards: tuple[Hazard, ...]
    duties: tuple[Listed, ...]
    supplies: tuple[Listed, ...]
    devices: tuple[Listed, ...]
    ways: tuple[shapely.LineString, ...] = ()
    places: tuple[shapely.Geometry, ...] = ()
    edition: str = ""

    @property
    def stranded_people(self) -> int:
        """How many people have no safe way."""
        return sum(s.people for s in self.stranded)


@dataclass(frozen=True, slots=True, eq=False)
class _Moved:
    """A house with what the plan says of it, and how many people of it move."""

    evacuee: Evacuee
    house: House
    people: int
    slow: tuple[int, ...]
    leader: Contact


def gather_plan(
    session: Session,
    village: str,
    evacuees: Sequence[Evacuee],
    about: About = PLAIN,
    *,
    made_at: datetime | None = None,
) -> VillagePlan:
    """Return the plan of a village, as far as the account may print.

    Parameters
    ----------
    village : its code. evacuees : of the whole plan, since shelters take people of other villages too.
    about : what it is about, as `planned.about` has it.

    Raises
    ------
    NotAllowed
        if the account may not print houses, shelters or hazards; the log has it.
    """
    permitted = Permitted(session)
    permitted.require(TITLE, NEEDS)
    when = made_at or datetime.now().astimezone()
    concerned = _concerned(permitted, village, evacuees)
    own = [row["id"] for row in permitted.rows("shelter", (), village=village)]
    known = roster(permitted, concerned, on=when.date(), at_home=about.at_home, shelters=own)
    every = [_moved(e, known.houses[e.house], known) for e in concerned if e.house in known.houses]
    here = [m for m in every if m.house.village == village]
    timed = [(m.evacuee.minutes, m.people) for m in here if m.evacuee.minutes is not None]
    people = sum(n for _, n in timed)
    hazards = {h: known.hazards[h] for m in here for h in m.evacuee.hazards if h in known.hazards}
    return VillagePlan(
        village=known.villages.get(village, village),
        scenario=about.subject,
        made_at=when,
        by=session.user,
        households=sum(max(len(m.house.households), 1) for m in here),
        people=sum(m.people for m in here),
        slow=tuple(sum(m.slow[n] for m in here) for n in range(len(MOBILITY))),
        stranded=tuple(_stranded(m) for m in here if m.evacuee.shelter is None),
        latest_minutes=max((minutes for minutes, _ in timed), default=None),
        mean_minutes=sum(minutes * n for minutes, n in timed) / people if people else None,
        shelters=tuple(_loads(every, here, known, own, about.unused)),
        groups=tuple(_groups(here, known)),
        leaders=tuple(_led(here, known)),
        hazards=tuple(hazards.values()),
        duties=_duties(permitted, village),
        supplies=_listed(permitted, village, "supply", ("name", "contents", "quantity", "keeper", "phone")),
        devices=_listed(permitted, village, "warning_point", ("name", "kind", "address", "keeper", "phone")),
        ways=_once(m.evacuee.way for m in here),
        places=tuple(s for s in (*(m.house.shape for m in here), *(h.shape for h in hazards.values())) if s),
        edition=about.edition,
    )


def _concerned(permitted: Permitted, village: str, evacuees: Sequence[Evacuee]) -> list[Evacuee]:
    """Return those of a village, and those of others who come to the same shelters."""
    here = {row["id"] for row in permitted.rows("house", (), village=village)}
    goals = {e.shelter for e in evacuees if e.house in here and e.shelter is not None}
    return [e for e in evacuees if e.house in here or e.shelter in goals]


def _moved(evacuee: Evacuee, house: House, known: Roster) -> _Moved:
    persons = [p for h in house.households for p in h.people]
    slow = tuple(sum(p.mobility == mobility for p in persons) for mobility in MOBILITY)
    people = sum(h.count for h in house.households) or evacuee.people
    hazards = [known.hazards[h] for h in evacuee.hazards if h in known.hazards]
    return _Moved(evacuee, house, people, slow, leads(house, hazards))


def _once(ways: Iterable[shapely.LineString | None]) -> tuple[shapely.LineString, ...]:
    """Return ways that differ, the longest last so that short ones are not hidden by what they share."""
    differing = {way.wkb: way for way in ways if way is not None}
    return tuple(sorted(differing.values(), key=lambda way: -way.length))


def _stranded(moved: _Moved) -> Stranded:
    named = "、".join(filter(None, (h.householder for h in moved.house.households)))
    reason = moved.evacuee.reason or tr("原因待查")
    return Stranded(moved.house.address, named, moved.people, moved.leader, reason)


def _loads(
    every: Sequence[_Moved], here: Sequence[_Moved], known: Roster, own: Iterable[int], unused: Container[int]
) -> Iterable[Load]:
    """Yield the shelters that this village's people go to, the fullest first, then the others of the village."""
    ours, total = (_by_shelter(some) for some in (here, every))
    for row_id in sorted({*ours, *own}, key=lambda s: (-total[s], s in unused, s)):
        if shelter := known.shelters.get(row_id):
            yield Load(
                *(shelter.name, shelter.address, shelter.capacity, ours[row_id], total[row_id], shelter.head),
                unused=row_id in unused and not total[row_id],
            )


def _by_shelter(moved: Iterable[_Moved]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for each in moved:
        if each.evacuee.shelter is not None:
            found[each.evacuee.shelter] += each.people
    return found


def _led(here: Iterable[_Moved], known: Roster) -> Iterable[Led]:
    """Yield who leads whom, those with most people first; those whom nobody leads last."""
    found: dict[Contact, list[_Moved]] = defaultdict(list)
    for moved in here:
        found[moved.leader].append(moved)
    for leader in sorted(found, key=lambda c: (not c.name, -sum(m.people for m in found[c]))):
        yield Led(leader, _going(found[leader], known))


def _groups(here: Iterable[_Moved], known: Roster) -> Iterable[Group]:
    """Yield where each group goes; a house whose households are of several groups goes with the first of them."""
    found: dict[str, list[_Moved]] = defaultdict(list)
    for moved in here:
        found[next((h.group for h in moved.house.households if h.group), "")].append(moved)
    for name in sorted(found, key=by_number):
        yield Group(name, _going(found[name], known))


def _going(some: Iterable[_Moved], known: Roster) -> tuple[Going, ...]:
    """Return where some go, most people first; those without a safe way last."""
    found: dict[int, list[_Moved]] = defaultdict(list)
    for moved in some:
        found[moved.evacuee.shelter or 0].append(moved)
    made = [_gone(_called(s, known), m) for s, m in found.items()]
    return tuple(sorted(made, key=lambda g: (not g.shelter, -g.people)))


def _called(shelter: int, known: Roster) -> str:
    """Return what a shelter is called; empty for none."""
    named = known.shelters[shelter].name if shelter in known.shelters else ""
    return (named or tr("未命名避灾点")) if shelter else ""


def _gone(shelter: str, some: Sequence[_Moved]) -> Going:
    minutes = [m.evacuee.minutes for m in some if m.evacuee.minutes is not None]
    return Going(
        shelter,
        tuple(name for m in some for name in _heads(m.house)),
        sum(max(len(m.house.households), 1) for m in some),
        sum(m.people for m in some),
        sum(sum(m.slow[1:]) for m in some),
        max(minutes, default=None),
    )


def _heads(house: House) -> list[str]:
    return [h.householder or house.address for h in house.households] or [house.address]


def _duties(permitted: Permitted, village: str) -> tuple[Listed, ...]:
    """Return who has a duty in a disaster; their phone, or that of the office they head."""
    rows = permitted.rows("post", ("name", "title", "duty", "phone"), village=village)
    offices = permitted.rows("organisation", ("head", "phone"), village=village)
    heads = {row["head"]: row["phone"] for row in offices if row["head"] and row["phone"]}
    found: dict[tuple[str, str], Listed] = {}
    dutiful = [row for row in rows if row["duty"] in _DUTIES]
    for row in sorted(dutiful, key=lambda r: (_DUTIES.index(r["duty"]), r["id"])):
        name, duty = _text(row["name"]), _text(row["duty"])
        phone = _text(row["phone"] or heads.get(row["name"]))
        found.setdefault((duty, name), Listed(name, duty, _text(row["title"]), Contact(name, phone)))
    return tuple(found.values())


def _listed(permitted: Permitted, village: str, table: str, columns: Sequence[str]) -> tuple[Listed, ...]:
    """Return supplies or devices: columns name, kind, more, keeper, phone of their table, in this order."""
    rows: list[Mapping[str, Any]] = list(permitted.rows(table, columns, village=village))
    texts = ([_text(row[c]) for c in columns] for row in rows)
    return tuple(
        Listed(name, kind, more, Contact(keeper, phone)) for name, kind, more, keeper, phone in texts
    )


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
