"""Where the rows of a table stand: marks that differ whenever a row was added, changed or deleted since.

For who keeps something made of rows and asks whether it is still right. A mark tells nothing but that; it may differ
where nothing did, as after an edit that was taken back, but never the other way round:

* rows are added with ids that no row had before, so that number and sum of the ids in a village tell of it;
* every other change is in `mq_touched` under its own number, which no later change has, and whose hash says in which
  history: a backup that was brought back, and went on otherwise, has another one;
* what an erasure blanks, and what a program older than that table changed, is in no list of rows: then all of the
  table is taken as changed.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mingqing.access.audit import Act
from mingqing.store.history.past import Past, past
from mingqing.store.unique import VILLAGE

if TYPE_CHECKING:
    from mingqing.store.session import Session

_SUM = "sum({id} & 4294967295)"  # of 63-bit ids: the lower half is random, and such sums do not overflow

_NOWHERE = (np.nan,) * 4


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """The rows of a table, n of them: ids, bounding boxes (n, 4), project CRS, metres, NaN without shape; and marks."""

    ids: NDArray[np.int64]
    boxes: NDArray[np.float64]
    marks: NDArray[np.uint64]

    def within(self, bounds: Iterable[float]) -> str:
        """Return a mark of all the rows whose boxes meet `bounds`."""
        xmin, ymin, xmax, ymax = bounds
        west, south, east, north = self.boxes.T
        return self._of((west <= xmax) & (east >= xmin) & (south <= ymax) & (north >= ymin))

    def of(self, ids: Collection[int]) -> str:
        """Return a mark of the rows of some ids."""
        return self._of(np.isin(self.ids, list(ids)))

    def _of(self, rows: NDArray[np.bool_]) -> str:
        return f"{np.count_nonzero(rows)}:{np.add.reduce(self.marks[rows]):x}"


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Marks of one moment. villages : by table and village code; spread : of the tables asked for row by row."""

    project: str
    villages: Mapping[str, Mapping[str | None, str]]
    spread: Mapping[str, Spread]

    def of(self, table: str, village: str | None) -> str:
        """Return the mark of a table's rows in a village."""
        return self.villages[table].get(village, "")


def standing(session: "Session", tables: Collection[str], spread: Collection[str] = ()) -> Standing:
    """Return where rows stand now.

    Parameters
    ----------
    tables : those to be told of by village. A row that stands at the place of another is told of by the other's too.
    spread : those to be told of by place; each has shapes.
    """
    with past(session) as found:
        known = _Changes.of(found)
        by_village = {table: _by_village(found, known, table) for table in tables}
        by_place = {table: _by_place(found, known, table) for table in spread}
        project = str(found.database.execute("SELECT value FROM mq_meta WHERE key = 'project'").get or "")
    return Standing(project, by_village, by_place)


@dataclass(frozen=True, slots=True)
class _Changes:
    """The changes of a project: which say nothing of their rows, by table the latest; and their hashes as needed."""

    found: Past
    untold: Mapping[str, int]
    hashes: dict[int, bytes]
    listed: bool

    @classmethod
    def of(cls, found: Past) -> "_Changes":
        database, untold = found.database, dict[str, int]()
        listed = bool(database.execute("SELECT 1 FROM sqlite_master WHERE name = 'mq_touched'").get)
        told = (
            {seq for (seq,) in database.execute("SELECT DISTINCT seq FROM mq_touched")} if listed else set()
        )
        for seq, kind, counts in database.execute("SELECT seq, kind, counts FROM mq_change ORDER BY seq"):
            for table, (added, changed, deleted) in json.loads(counts).items():
                known_by_ids = kind == Act.IMPORT and added and not (changed or deleted)
                if kind == Act.ERASE or not (seq in told or known_by_ids):
                    untold[table] = seq
        return cls(found, untold, {}, listed)

    def hash_of(self, seq: int | None) -> bytes:
        """Return what tells a change from every other, in this history and in others."""
        if not seq:
            return b""
        if seq not in self.hashes:
            found = self.found.database.execute("SELECT hash FROM mq_change WHERE seq = ?", (seq,)).get
            self.hashes[seq] = bytes(found or b"") + str(seq).encode()
        return self.hashes[seq]


def _by_village(found: Past, known: _Changes, table: str) -> dict[str | None, str]:
    marks: defaultdict[str | None, list[object]] = defaultdict(list)
    sql = f'SELECT {VILLAGE}, count(*), {_SUM.format(id="id")} FROM main."{table}" GROUP BY 1'
    for village, count, ids in found.database.execute(sql):
        marks[village] += [count, ids]
    for latest in _latest(found, table) if known.listed else ():
        for village, seq in latest.items():
            marks[village].append(known.hash_of(seq).hex())
    untold = known.hash_of(known.untold.get(table)).hex()
    return {village: " ".join(map(str, (*said, untold))) for village, said in marks.items()}


def _latest(found: Past, table: str) -> Iterator[dict[str | None, int]]:
    """Yield, by village, the latest change of rows that were there, of those that are, and of what these stand at."""
    yield _touched(found, "mq_touched m", "m.village", table)
    yield _touched(found, f'mq_touched m JOIN main."{table}" t ON t.id = m.row', f"t.{VILLAGE}", table)
    here, joins, last = found.session.catalog.tables[table], f'main."{table}" t', "t"
    for depth, step in enumerate(here.located_at):
        target = here.field_by_name[step].references or ""
        joins += f' JOIN main."{target}" j{depth} ON j{depth}.id = {last}."{step}"'
        here, last = found.session.catalog.tables[target], f"j{depth}"
        yield _touched(found, f"{joins} JOIN mq_touched m ON m.row = {last}.id", f"t.{VILLAGE}", target)


def _touched(found: Past, source: str, village: str, name: str) -> dict[str | None, int]:
    sql = f"SELECT {village}, max(m.seq) FROM {source} WHERE m.name = ? GROUP BY 1"
    return dict(found.database.execute(sql, (name,)))


def _by_place(found: Past, known: _Changes, table: str) -> Spread:
    execute = found.database.execute
    boxes = {
        row: box
        for row, *box in execute(f'SELECT pkid, xmin, ymin, xmax, ymax FROM main."idx_{table}_geometry"')
    }
    ids = [row for (row,) in execute(f'SELECT id FROM main."{table}" ORDER BY id')]
    sql = "SELECT row, max(seq) FROM mq_touched WHERE name = ? GROUP BY row"
    seqs = dict(execute(sql, (table,))) if known.listed else {}
    untold = known.hash_of(known.untold.get(table))
    told = {seq: _number(known.hash_of(seq) + untold) for seq in {0, *seqs.values()}}
    changes = np.array([told[seqs.get(row, 0)] for row in ids], dtype=np.uint64)
    numbers = np.array(ids, dtype=np.int64)
    return Spread(
        numbers,
        np.array([boxes.get(row, _NOWHERE) for row in ids], dtype=np.float64).reshape(-1, 4),
        _mixed(_mixed(numbers.view(np.uint64)) ^ changes),
    )


def _number(said: bytes) -> int:
    return int.from_bytes(blake2b(said, digest_size=8).digest())


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread numbers over all 64 bits, so that sums of them tell sets apart (the finaliser of splitmix64)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
