"""转移人员清单: one line a person, those without a safe way first, then those who walk slowly."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum

from mingqing.core.text import tr
from mingqing.evacuation.model import MOBILITY
from mingqing.printing.evacuation.evacuees import (
    PLAIN,
    About,
    Contact,
    Evacuee,
    Hazard,
    House,
    Household,
    Person,
    Roster,
    Shelter,
    leads,
    roster,
    where,
)
from mingqing.printing.template.document import DocumentTemplate, words
from mingqing.printing.template.fill import filled
from mingqing.printing.template.find import document
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session

TITLE = tr("转移人员清单")
NEEDS = ("house", "shelter")


class Part(IntEnum):
    """The parts of a roll; which comes first, and what they are called, its template says."""

    STRANDED = 0
    SLOW = 1
    OTHERS = 2

    @property
    def code(self) -> str:
        """What the template calls it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class RollRow:
    """A person to be moved; a household, under its head's name, where its people are not to be seen.

    household : of the plan, by which rows belong together. count : people of the household who move, on each row.
    minutes : None where there is no way.
    """

    part: Part
    village: str
    group: str
    household: int
    householder: str
    relation: str
    name: str
    age: int | None
    phone: str
    condition: str
    count: int
    hazard: str
    hazard_kind: str
    hazard_place: str
    leader: Contact
    shelter: str
    shelter_head: Contact
    way: str
    minutes: float | None


@dataclass(frozen=True, slots=True)
class Sum:
    """How many of a village's group move. people of whom mobility says so are in `slow`, by index into `MOBILITY`."""

    village: str
    group: str
    households: int
    people: int
    slow: tuple[int, ...]
    stranded: int


@dataclass(frozen=True, slots=True)
class Roll:
    """A list with what stands above it.

    subject : what is moved for, such as the hazards. edition : of which plan and day. by : who printed it, an account.
    """

    rows: tuple[RollRow, ...]
    sums: tuple[Sum, ...]
    subject: str
    made_at: datetime
    by: str
    edition: str = ""
    template: DocumentTemplate = field(default_factory=lambda: document(None, "roll"))

    def filled(self, text: str) -> str:
        """Return a text of the template with its placeholders replaced; {village} only where there is one."""
        villages = {each.village for each in self.sums}
        village = villages.pop() if len(villages) == 1 else ""
        return filled(text, words(self.made_at.date(), village=village))

    @property
    def title(self) -> str:
        """What stands above it."""
        return self.filled(self.template.title)

    @property
    def total(self) -> Sum:
        """All villages together."""
        every = self.sums
        slow = tuple(sum(s.slow[n] for s in every) for n in range(len(MOBILITY)))
        return Sum(
            tr("合计"),
            "",
            sum(s.households for s in every),
            sum(s.people for s in every),
            slow,
            sum(s.stranded for s in every),
        )


def gather_roll(
    session: Session,
    evacuees: Sequence[Evacuee],
    about: About = PLAIN,
    *,
    reason: str = "",
    made_at: datetime | None = None,
) -> Roll:
    """Return the roll of a plan, with no more of anybody than the account may print.

    Parameters
    ----------
    about : what it is about, as `planned.about` has it.
    reason : for the log, of who sees age and relation to the head only with one; without it they are left blank.

    Raises
    ------
    NotAllowed
        if the account may not print houses or shelters; the log has it.
    DefinitionError
        if the project's template of the roll is broken.
    """
    permitted = Permitted(session, reason=reason)
    permitted.require(TITLE, NEEDS)
    when = made_at or datetime.now().astimezone()
    known = roster(permitted, evacuees, on=when.date(), at_home=about.at_home)
    rows = [row for evacuee in evacuees for row in _rows(evacuee, known)]
    template = document(session, "roll")
    rows.sort(key=lambda r: (template.codes.index(r.part.code), r.village, by_number(r.group)))
    return Roll(tuple(rows), tuple(_sums(rows)), about.subject, when, session.user, about.edition, template)


def _rows(evacuee: Evacuee, known: Roster) -> Iterator[RollRow]:
    """Yield the people of a house, household by household; one line for a household that shows none."""
    house = known.houses.get(evacuee.house)
    if house is None:
        return
    households = house.households or (Household(-evacuee.house, "", "", "", evacuee.people),)
    part = Part.STRANDED if evacuee.shelter is None else Part.OTHERS
    if part is Part.OTHERS and any(h.slowest for h in households):
        part = Part.SLOW
    hazards = [known.hazards[h] for h in evacuee.hazards if h in known.hazards]
    shelter = known.shelters.get(evacuee.shelter) if evacuee.shelter is not None else None
    for household in households:
        for person in household.people or (Person(name=household.householder, phone=household.phone),):
            yield _row(part, evacuee, house, household, person, hazards, shelter)


def _row(
    part: Part,
    evacuee: Evacuee,
    house: House,
    household: Household,
    person: Person,
    hazards: Sequence[Hazard],
    shelter: Shelter | None,
) -> RollRow:
    away = tr("外出") if person.away else ""
    slow = person.mobility if person.mobility != MOBILITY[0] else ""
    return RollRow(
        part=part,
        village=house.village_name,
        group=household.group,
        household=household.id,
        householder=household.householder or house.address,
        relation=person.relation,
        name=person.name,
        age=person.age,
        phone=person.phone or (household.phone if person.relation == tr("户主") else ""),
        condition="、".join(filter(None, (slow, away))),
        count=household.count,
        hazard="、".join(h.name for h in hazards),
        hazard_kind="、".join(dict.fromkeys(h.kind for h in hazards if h.kind)),
        hazard_place="；".join(dict.fromkeys(filter(None, (where(house.shape, h.shape) for h in hazards)))),
        leader=leads(house, hazards),
        shelter=shelter.name if shelter else "",
        shelter_head=shelter.head if shelter else Contact(),
        way=evacuee.words
        if shelter
        else tr("无安全路线：{why}").format(why=evacuee.reason or tr("原因待查")),
        minutes=evacuee.minutes if shelter else None,
    )


def by_number(group: str) -> tuple[int, str]:
    """Sort 10组 behind 9组."""
    digits = "".join(c for c in group if c.isdecimal())
    return (int(digits) if digits else 1 << 30, group)


def _sums(rows: Iterable[RollRow]) -> list[Sum]:
    """Add up by village and group; a household counts once, with all its people."""
    found: dict[tuple[str, str], list[RollRow]] = {}
    for row in rows:
        found.setdefault((row.village, row.group), []).append(row)
    out = []
    for (village, group), some in sorted(found.items(), key=lambda kv: (kv[0][0], by_number(kv[0][1]))):
        households = {r.household: r for r in some}
        slow = tuple(sum(mobility in r.condition for r in some) for mobility in MOBILITY)
        people = sum(r.count for r in households.values())
        stranded = sum(r.count for r in households.values() if r.part is Part.STRANDED)
        real = sum(1 for h in households if h > 0)
        out.append(Sum(village, group, real, people, slow, stranded))
    return out


def minutes_in_words(minutes: float | None) -> str:
    """Return a time as a list has it.

    Examples
    --------
    >>> minutes_in_words(7.2), minutes_in_words(75.0), minutes_in_words(None)
    ('约8分钟', '约1小时15分', '')
    """
    if minutes is None:
        return ""
    whole = max(1, int(-(-minutes // 1)))
    if whole < 60:
        return tr("约{n}分钟").format(n=whole)
    return (
        tr("约{h}小时{m}分").format(h=whole // 60, m=whole % 60)
        if whole % 60
        else tr("约{h}小时").format(h=whole // 60)
    )


COLUMNS: tuple[str, ...] = tuple(
    map(
        tr,
        (
            *("序号", "村", "组", "户主", "与户主关系", "姓名", "年龄", "电话", "身体状况", "家庭转移人数"),
            *("隐患点", "灾害类型", "位置", "转移责任人", "责任人电话"),
            *("安置点", "安置点负责人", "安置点电话", "转移路线", "预计用时", "是否转移", "转移时间"),
        ),
    )
)
Cell = str | int | None


def cells(number: int, row: RollRow) -> tuple[Cell, ...]:
    """Return a row under `COLUMNS`; the last two are left to fill in."""
    return (
        *(number, row.village, row.group, row.householder, row.relation, row.name, row.age, row.phone),
        *(row.condition, row.count or None, row.hazard, row.hazard_kind, row.hazard_place),
        *(row.leader.name, row.leader.phone, row.shelter, row.shelter_head.name, row.shelter_head.phone),
        *(row.way, minutes_in_words(row.minutes), "", ""),
    )


def remark(roll: Roll) -> str:
    """Return the line under the title: of which plan, for what, how many, printed when and by whom."""
    total = roll.total
    parts = [
        roll.edition,
        roll.subject,
        tr("{h} 户 {n} 人").format(h=total.households, n=total.people),
        *(tr("{how} {n} 人").format(how=MOBILITY[i], n=total.slow[i]) for i in (2, 1) if total.slow[i]),
        tr("无安全路线 {n} 人").format(n=total.stranded) if total.stranded else "",
        tr("{when} 由 {who} 打印").format(when=f"{roll.made_at:%Y-%m-%d %H:%M}", who=roll.by),
    ]
    return " · ".join(filter(None, parts))


def file_name(roll: Roll, day: date | None = None) -> str:
    """Return a name for the file, without its suffix."""
    villages = list(dict.fromkeys(s.village for s in roll.sums))
    of = villages[0] if len(villages) == 1 else ""
    return f"{of}{TITLE}{(day or roll.made_at.date()):%Y%m%d}"
