"""What became of everything that is about one person."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from mingqing.access.roles import Action
from mingqing.store.history.gone import find_gone
from mingqing.store.history.past import Past
from mingqing.store.history.versions import Version, versions
from mingqing.store.owner import owner
from mingqing.store.people.who import PERSON, How, Linked, person_of, require_whole, rows_of

if TYPE_CHECKING:
    from mingqing.store.session import Session


def of_person(session: "Session", resident_id: int) -> list[tuple[Linked, list[Version]]]:
    """Return everything that became of a person's rows: their own, what is about them, their home.

    Raises
    ------
    NotAllowed
        if the account does not see people's tables whole.
    InputRefused
        if there is no such person in its villages.
    """
    require_whole(session.policy, Action.SEE)
    with owner(session, spatial=False) as database:
        linked = rows_of(database, session.policy, person_of(database, session.policy, resident_id)).sure
        found = Past(session, database)
        gone = _gone_of(found, [one.id for one in linked if one.how is How.SELF])
        every = [*linked, *(one for one in gone if one not in linked)]
        tables: dict[str, list[int]] = {}
        for one in every:
            tables.setdefault(one.table, []).append(one.id)
        told = versions(found, tables)
    return [(one, told.get((one.table, one.id), [])) for one in every]


def _gone_of(found: Past, people: Collection[int]) -> Iterator[Linked]:
    """Yield rows that were about a person and were deleted: looked for among those of the same villages."""
    about = [
        (t.name, f.name)
        for t in found.session.catalog.tables.values()
        if t.personal
        for f in t.fields
        if f.references == PERSON
    ]
    for table, field in about:
        for each in find_gone(found, table=table):
            if each.cells.get(field) in people:
                yield Linked(table, each.id, How.ABOUT)
