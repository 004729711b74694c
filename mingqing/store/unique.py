"""Values that occur once in a village, such as a house number, asked of rows that are written together."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mingqing.catalog.model import Rule, RuleKind, Table
from mingqing.core.text import tr

if TYPE_CHECKING:
    from mingqing.store.session import Session

VILLAGE = "village_code"
_Taker = tuple[int | None, bool]


class Unique:
    """Takes rows as they are to be, and tells which of them would have what another one has already."""

    def __init__(self, session: "Session", table: Table) -> None:
        self._session, self._table = session, table
        self._rules = [rule for rule in table.rules if rule.kind is RuleKind.UNIQUE]
        self._rows: set[int | None] = set()
        self._takers: defaultdict[tuple[Rule, tuple[Any, ...]], list[_Taker]] = defaultdict(list)

    def take(self, row_id: int | None, row: Mapping[str, object], before: Mapping[str, object]) -> None:
        """Take a row, by its stored values as they are to be and as they are."""
        self._rows.add(row_id)
        for rule in self._rules:
            if any(row.get(name) in {None, ""} for name in rule.fields):
                continue
            values = tuple(row.get(name) for name in (*rule.fields, VILLAGE))
            anew = any(row.get(name) != before.get(name) for name in (*rule.fields, VILLAGE))
            self._takers[rule, values].append((row_id, anew))

    def twice(self) -> Iterator[tuple[int | None, str, str]]:
        """Yield row, field and sentence. What was so before may stay: correcting something else must go on."""
        for (rule, values), takers in self._takers.items():
            anew = [row for row, new in takers if new]
            if not anew:
                continue
            free = len(anew) == len(takers) and not self._elsewhere(rule, values)
            sentence = tr("本村已经有一条“{table}”是“{value}”了")
            for row in anew[int(free) :]:
                yield row, rule.fields[0], sentence.format(table=self._table.title, value=values[0])

    def _elsewhere(self, rule: Rule, values: tuple[Any, ...]) -> bool:
        """Whether a row that is not among those taken has these values."""
        clause = " AND ".join(f'"{name}" IS ?' for name in (*rule.fields, VILLAGE))
        found = self._session.query(f'SELECT id FROM "{self._table.name}" WHERE {clause}', values)
        return any(i not in self._rows for (i,) in found)
