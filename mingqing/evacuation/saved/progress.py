"""While people are being moved: ticking off who has left, and who is still there."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from mingqing.core.text import tr
from mingqing.evacuation.model import MOBILITY
from mingqing.evacuation.saved.kept import plan_of
from mingqing.store.edit import Changed, edit
from mingqing.store.session import Session


@dataclass(frozen=True, slots=True)
class Count:
    """How far it is in a village or towards a shelter.

    village : code, None for none. shelter : id, 0 for those without a place.
    houses, people : in the plan. houses_left, people_left : of those that have not been moved.
    """

    village: str | None
    shelter: int
    houses: int
    people: int
    houses_left: int
    people_left: int


@dataclass(frozen=True, slots=True)
class Left:
    """A house that has not been moved.

    id, number : of the evacuee, and its place in the list. names, phones : of its households, as the account sees
    them. placed : whether a place was found for it.
    """

    id: int
    number: int
    house: int
    village: str | None
    shelter: int
    people: int
    mobility: str
    names: tuple[str, ...]
    phones: tuple[str, ...]
    leader: str
    leader_phone: str

    @property
    def placed(self) -> bool:
        """Whether a place was found for it."""
        return self.shelter > 0


def tick(session: Session, ids: Collection[int], *, moved: bool, at: datetime | None = None) -> Changed:
    """Say of evacuees that they have been moved, or have not after all; one step to undo.

    at : when it was; now where it is not given. What was ticked already keeps its time.

    Raises
    ------
    Refused
        where one of them is gone.
    NotAllowed
        where the account may not tick, or not in these villages.
    """
    time = (at or datetime.now().astimezone()).strftime("%Y-%m-%d %H:%M")
    sql = "SELECT id FROM evacuee WHERE id IN (SELECT value FROM json_each(?)) AND coalesce(moved, 0) = ?"
    so = {i for (i,) in session.query(sql, [json.dumps(list(ids)), int(moved)])}
    cells = {"moved": moved, "moved_at": time if moved else None}
    with edit(session, tr("登记已转移") if moved else tr("取消已转移的登记")) as made:
        made.change_all("evacuee", {i: cells for i in ids if i not in so})
    return made.changed


def counts(session: Session, number: int) -> list[Count]:
    """Return how far a plan is carried out, by village and shelter; sums of it are for whoever shows them.

    Raises
    ------
    InputRefused
        where there is no such plan.
    """
    sql = (
        "SELECT village_code, coalesce(shelter, 0), count(*), coalesce(sum(people), 0),"
        " sum(iif(coalesce(moved, 0), 0, 1)), coalesce(sum(iif(coalesce(moved, 0), 0, people)), 0)"
        " FROM evacuee WHERE plan IN (SELECT value FROM json_each(?)) GROUP BY 1, 2"
    )
    return [Count(*row) for row in session.query(sql, [json.dumps(plan_of(session, number).rows)])]


def left(session: Session, number: int) -> list[Left]:
    """Return who is still there: first those without a place, then those who cannot walk, then as in the list.

    Raises
    ------
    InputRefused
        where there is no such plan.
    """
    sql = (
        "SELECT e.id, coalesce(e.number, 0), coalesce(e.house, 0), e.village_code, coalesce(e.shelter, 0),"
        " coalesce(e.people, 0), coalesce(e.mobility, ''), coalesce(group_concat(h.householder, char(10)), ''),"
        " coalesce(group_concat(h.phone, char(10)), ''), coalesce(e.leader, ''), coalesce(e.leader_phone, '')"
        " FROM evacuee e LEFT JOIN household h ON h.house = e.house"
        " WHERE e.plan IN (SELECT value FROM json_each(?)) AND NOT coalesce(e.moved, 0) GROUP BY e.id"
    )
    found = []
    for *told, names, phones, leader, phone in session.query(
        sql, [json.dumps(plan_of(session, number).rows)]
    ):
        evacuee, place, house, village, shelter, people, mobility = told
        living = tuple(names.split("\n")) if names else (), tuple(phones.split("\n")) if phones else ()
        found.append(Left(evacuee, place, house, village, shelter, people, mobility, *living, leader, phone))
    slowness = {word: -i for i, word in enumerate(MOBILITY)}
    return sorted(found, key=lambda e: (e.placed, slowness.get(e.mobility, 0), e.number))
