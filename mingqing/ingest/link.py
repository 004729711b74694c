"""From what a row says of another row, such as a house number, to that row's id."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from mingqing.catalog.model import Catalog, Field
from mingqing.core.text import tr
from mingqing.ingest.prepare import Part
from mingqing.store.session import Session

_AMBIGUOUS = -1
_Index = dict[str, int]


@dataclass(frozen=True, slots=True)
class Unlinked:
    """A row whose other row was named and not found, or found more than once."""

    index: int
    reference: Field
    reason: str


class Linker:
    """Finds rows by the values of their fields, within a village. Keeps what it has read until told of a write."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._catalog: Catalog = session.catalog
        self._kept: dict[
            tuple[str, str, str], dict[str | None, _Index]
        ] = {}  # by table, target, field; village

    def written(self, table: str) -> None:
        """Forget what was read of a table, since rows of it have been written."""
        self._kept = {key: index for key, index in self._kept.items() if table not in key[:2]}

    def resolve(
        self,
        part: Part,
        reference: Field,
        villages: Sequence[str | None],
        known: Sequence[int | None] | None = None,
    ) -> tuple[list[int | None], list[Unlinked]]:
        """Return for each row of `part` the id its `reference` points to, and the rows where none was found.

        known : what is known of it already, None where it is open.
        """
        ids: list[int | None] = [None] * len(part.rows) if known is None else list(known)
        target = reference.references or ""
        reasons: dict[int, str] = {}
        for table, field, values in part.links.get(reference.name, ()):
            if None not in ids:
                break
            what = self._catalog.tables[table].field_by_name[field].title
            indexes = {v: self._index(table, field, target, v) for v in set(villages)}
            for i, value in enumerate(values):
                if value is None or ids[i] is not None:
                    continue
                found = indexes[villages[i]].get(value)
                if found is not None and found != _AMBIGUOUS:
                    ids[i] = found
                elif i not in reasons:
                    sentence = (
                        tr("{what}“{value}”在本村对应不止一条")
                        if found
                        else tr("没有找到{what}为“{value}”的记录")
                    )
                    reasons[i] = sentence.format(what=what, value=value)
        return ids, [Unlinked(i, reference, why) for i, why in reasons.items() if ids[i] is None]

    def through(self, table: str, target: str, ids: Sequence[int | None]) -> list[int | None]:
        """Return the row of `target` that each row of `table` leads to by its references, such as its house."""
        path = self._path(table, target)
        if path is None:
            return [None] * len(ids)
        for name, field in path:
            wanted = {i for i in ids if i is not None}
            step = dict(self._session.values_of(name, field, wanted))
            ids = [step.get(i) if i is not None else None for i in ids]
        return list(ids)

    def _path(self, table: str, target: str) -> list[tuple[str, str]] | None:
        """The references to follow from `table` to `target`: (table, field) each; None where none lead there."""
        queue: list[tuple[str, list[tuple[str, str]]]] = [(table, [])]
        seen = {table}
        for name, path in queue:
            if name == target:
                return path
            for field in self._catalog.tables[name].fields:
                if field.references and field.references not in seen:
                    seen.add(field.references)
                    queue.append((field.references, [*path, (name, field.name)]))
        return None

    def _index(self, table: str, field: str, target: str, village: str | None) -> _Index:
        """Value of `field` → id of the row of `target` meant, in one village (None: in all)."""
        indexes = self._kept.setdefault((table, target, field), {})
        if village not in indexes:
            indexes[village] = self._read(table, field, target, village)
        return indexes[village]

    def _read(self, table: str, field: str, target: str, village: str | None) -> _Index:
        rows = self._session.rows(table, ["id", field], village=village)
        if table == target:
            pairs = [(value, row) for row, value in rows]
        elif (forward := self._reference(table, target)) is not None:
            pairs = [
                (value, row)
                for value, row in self._session.rows(table, [field, forward], village=village)
                if row is not None
            ]
        else:
            backward = self._reference(target, table) or ""
            living = defaultdict(list)
            for row, at in self._session.rows(target, ["id", backward], village=village):
                living[at].append(row)
            pairs = [(value, row) for at, value in rows for row in living.get(at, ())]
        index: _Index = {}
        for value, row in pairs:
            if value is not None and index.setdefault(str(value), row) != row:
                index[str(value)] = _AMBIGUOUS
        return index

    def _reference(self, table: str, target: str) -> str | None:
        return next((f.name for f in self._catalog.tables[table].fields if f.references == target), None)
