"""Which rows the ids mean that files bring back.

An id opens nothing: what an account does not see is to it as if it were not there. Who is bound to villages never
gives a new row the id that a file says, since whether it may be had would tell of rows in other villages.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set

from mingqing.ingest.prepare import Part, Prepared
from mingqing.store.ids import gone_ids, new_ids
from mingqing.store.session import Session


class Ids:
    """The ids that files said during an import, and the rows that have become of them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        bound = session.policy.villages is not None
        self._gone = None if bound else gone_ids(session)
        self._given: defaultdict[str, dict[int, int]] = defaultdict(
            dict
        )  # by table: said → another that it is
        self._brought: defaultdict[str, set[int]] = defaultdict(set)  # by table: rows that came with an id

    def find(self, part: Part) -> None:
        """Note in a part which of its rows are in the project, and in which village."""
        said = [i for i in part.ids or () if i is not None]
        part.there = self._session.villages_of(part.table, said) if said else {}

    def brought(self, table: str) -> Set[int]:
        """Return the rows of a table that this import has written by their ids: no other row is one of them."""
        return self._brought[table]

    def waits(self, prepared: Prepared) -> bool:
        """Whether rows of a layer point to some that are not here, and may be in a file that is yet to come."""
        return any(
            target != part.table and None in self.meant(target, said)
            for part in prepared.parts
            for target, said in self._targets(part)
        )

    def _targets(self, part: Part) -> Iterator[tuple[str, list[int | None]]]:
        fields = self._session.catalog.tables[part.table].field_by_name
        for name, said in part.targets.items():
            yield fields[name].references or "", [i for i in said if i is not None]

    def meant(self, table: str, said: Sequence[int | None]) -> list[int | None]:
        """Return the row of a table that each id means, None where it means none that the account sees."""
        given = self._given[table]
        unknown = {i for i in said if i is not None and i not in given}
        there = self._session.villages_of(table, unknown) if unknown else {}
        return [given.get(i, i if i in there else None) if i is not None else None for i in said]

    def for_new(self, part: Part, at: Sequence[int]) -> list[int]:
        """Return an id for each of the rows `at` of a part that are to be added: the one it says, where it may."""
        fresh = new_ids(len(at))
        said = {i for i in map(part.id_of, at) if i is not None}
        if not said or self._gone is None:
            return list(fresh)
        free = said - self._gone[part.table]
        return [
            i if (i := part.id_of(row)) in free and i is not None else new
            for row, new in zip(at, fresh, strict=True)
        ]

    def became(self, part: Part, rows: Iterable[tuple[int, int]]) -> None:
        """Note the id of the row that each row of a part has become."""
        for row, now in rows:
            said = part.id_of(row)
            if said is not None:
                self._brought[part.table].add(now)
                if said != now:
                    self._given[part.table][said] = now
