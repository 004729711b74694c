"""Whom a change of a row concerns: the evacuees that live there, are led by, or go along what was changed."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from mingqing.access.roles import Action
from mingqing.evacuation.saved.kept import Evacuees
from mingqing.store.history.since import Altered
from mingqing.store.session import Session

_LEADING = {"post": ("name", "phone"), "grid": ("worker", "phone")}


class Reach:
    """The houses, households, shelters, roads and leaders that the evacuees of a plan depend on."""

    def __init__(self, session: Session, people: Evacuees, found: Sequence[Altered]) -> None:
        ids = people.ids.tolist()
        self._of_house, self._of_shelter, self._of_hazard = (
            _by(each.tolist(), ids) for each in (people.houses, people.shelters, people.hazards)
        )
        self._of_leader, self._of_phone = _by(people.leaders, ids), _by(people.phones, ids)
        self._of_road = _along(people, {str(a.id) for a in found if a.table == "road"})
        # Where people live, and lived when the plan was made.
        cared_for = {r for a in found if a.table == "key_person" for r in _both(a, "resident")}
        self._households = _then_and_now(session, found, "resident", "household", cared_for)
        living = {h for each in self._households.values() for h in each}
        self._houses = _then_and_now(session, found, "household", "house", living)
        self._ways: Mapping[str, Callable[[Altered], Iterable[int]]] = {
            "house": lambda a: self._of_house.get(a.id, ()),
            "household": lambda a: self._at(self._houses[a.id]),
            "resident": lambda a: self._living(a.id),
            "key_person": self._cared_for,
            "shelter": lambda a: self._of_shelter.get(a.id, ()),
            "hazard": lambda a: self._of_hazard.get(a.id, ()),
            "road": lambda a: self._of_road.get(a.id, ()),
            "post": self._led,
            "grid": self._led,
        }

    def evacuees(self, change: Altered) -> list[int]:
        """Return the evacuees, by id, whom a change concerns."""
        way = self._ways.get(change.table)
        return list(dict.fromkeys(way(change))) if way is not None else []

    def _at(self, houses: Iterable[int]) -> Iterable[int]:
        return (evacuee for house in houses for evacuee in self._of_house.get(house, ()))

    def _living(self, resident: int) -> Iterable[int]:
        for household in self._households.get(resident, ()):
            yield from self._at(self._houses.get(household, ()))

    def _cared_for(self, change: Altered) -> Iterable[int]:
        yield from self._at(_both(change, "house"))
        for resident in _both(change, "resident"):
            yield from self._living(resident)

    def _led(self, change: Altered) -> Iterable[int]:
        """Yield those whose leader this is: by the name or the number that the plan has of them."""
        name, phone = _LEADING[change.table]
        before = change.before or {}
        yield from self._of_leader.get(before.get(name), ())
        yield from self._of_phone.get(before.get(phone), ())


def _then_and_now(
    session: Session, found: Iterable[Altered], table: str, reference: str, ids: Collection[int]
) -> Mapping[int, list[int]]:
    """Return what rows refer to, and referred to when the plan was made: of those that changed, and of `ids`."""
    changed = {a.id: _both(a, reference) for a in found if a.table == table}
    asked = [i for i in ids if i not in changed]
    if not asked or not session.policy.allowed(table, Action.SEE):
        return changed
    sql = f'SELECT id, "{reference}" FROM "{table}" WHERE id IN (SELECT value FROM json_each(?))'
    rows = session.query(sql, [json.dumps(asked)])
    return changed | {i: [to] for i, to in rows if to is not None}


def _by(keys: Iterable[object], ids: Iterable[int]) -> Mapping[object, list[int]]:
    """Return ids by a key that each has; those that have none left out."""
    found: defaultdict[object, list[int]] = defaultdict(list)
    for key, i in zip(keys, ids, strict=True):
        if key:
            found[key].append(i)
    return found


def _along(people: Evacuees, roads: set[str]) -> Mapping[int, list[int]]:
    """Return by road which evacuees take it."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    if not roads:
        return found
    for evacuee, told in zip(people.ids.tolist(), people.roads_told, strict=True):
        for road in roads.intersection(told.split()):
            found[int(road)].append(evacuee)
    return found


def _both(change: Altered, reference: str) -> list[int]:
    """Return what a row refers to and referred to."""
    found = ((side or {}).get(reference) for side in (change.before, change.after))
    return list(dict.fromkeys(int(str(i)) for i in found if i is not None))
