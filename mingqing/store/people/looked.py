"""Who looked at a person's rows, may have seen them, or may have taken them out of the project, by the log."""

import re
from collections.abc import Collection
from dataclasses import dataclass

import apsw

from mingqing.access.audit import DONE, Act, Entry
from mingqing.store.accounts import read_accounts
from mingqing.store.people.who import Person, marks

# Acts by which data leaves the project; an entry does not say whose, so all since the person was entered are told.
LEAVING = (Act.EXPORT, Act.PUBLISH, Act.PRINT, Act.RENDER, Act.PACKAGE)
_LISTING = (Act.QUERY, Act.SEARCH)  # these say of which table
_MOST = 50
_COLUMNS = "seq, at, account, act, target, rows, outcome, detail, proof"
_VILLAGE_CODE = re.compile(r"(?<!\d)\d{12}(?!\d)")


@dataclass(frozen=True, slots=True)
class Looked:
    """Entries of the log, oldest first.

    seen : those that name a row of the person.
    perhaps : lists and searches of tables in which the person stands; the newest, if many.
    left : exports, prints, pictures and packages; the newest, if many.
    """

    seen: tuple[Entry, ...]
    perhaps: tuple[Entry, ...]
    left: tuple[Entry, ...]


def looked(database: apsw.Connection, person: Person, titles: Collection[str], since: str) -> Looked:
    """Return who looked since a person was entered.

    Whatever was of other villages alone, or done by an account that is confined to others, is left out.

    titles : of the tables in which the person stands.
    """
    named = " OR ".join("instr(target, ?)" for _ in person.ids)
    seen = [
        Entry(*row)
        for row in database.execute(
            f"SELECT {_COLUMNS} FROM mq_audit WHERE {named} ORDER BY seq", tuple(map(str, person.ids))
        )
    ]
    acts = (*_LISTING, *LEAVING)
    known = {one.seq for one in seen}
    perhaps: list[Entry] = []
    left: list[Entry] = []
    confined = {name: account.villages for name, account in read_accounts(database).items()}
    sql = f"SELECT {_COLUMNS} FROM mq_audit WHERE act IN ({marks(acts)}) AND outcome = ? AND at >= ? ORDER BY seq"
    for row in database.execute(sql, (*acts, DONE, since)):
        one = Entry(*row)
        listing = one.act in _LISTING
        told = listing and (one.seq in known or one.target not in titles)
        if not told and _reaches(one, person, confined.get(one.account)):
            (perhaps if listing else left).append(one)
    return Looked(tuple(seen), tuple(perhaps[-_MOST:]), tuple(left[-_MOST:]))


def _reaches(entry: Entry, person: Person, villages: frozenset[str] | None) -> bool:
    """Whether an act may have been of the person's village: of no place, all of them may have been."""
    said = set(_VILLAGE_CODE.findall(f"{entry.target} {entry.detail}"))
    return all(not some or not person.villages.isdisjoint(some) for some in (said, villages))
