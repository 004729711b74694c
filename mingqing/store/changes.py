"""The one way anything is written: a transaction recorded as a changeset.

The changeset, kept with who, when and why, is the history; its inverse is undo; shipped, it is sync; its hash
chains the audit log. Nothing in `store` writes a catalog table in any other way; but what a work package starts with
is no change of it.
"""

import hashlib
import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import repeat
from typing import TYPE_CHECKING

import apsw

from mingqing.access.audit import Act
from mingqing.access.policy import Policy
from mingqing.access.roles import Action
from mingqing.catalog.model import Table
from mingqing.core.errors import NotAllowed, StoreBug
from mingqing.core.text import tr
from mingqing.store import audit
from mingqing.store.geometry import boxes_of
from mingqing.store.guard import Guard, Unguarded

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

Value = str | int | float | None


class Transaction:
    """Rows to be written together, or not at all.

    Use as a context manager: leaving it normally commits rows and their changeset in one step, an exception rolls
    both back. `why` may be made more exact until then. `counts` says, by table, how many rows were added,
    changed and deleted; `touched` which, but for rows that an import added; `seq` is the number of the change once
    it is recorded, 0 where nothing changed. `edited` makes of the changeset what the history keeps of it.
    `of` is the change that this one takes back or does again.
    """

    def __init__(
        self,
        database: apsw.Connection,
        guard: "Guard | Unguarded",
        policy: Policy,
        account: str,
        kind: str,
        why: str,
        *,
        edited: Callable[[bytes], bytes] = bytes,
        of: int | None = None,
    ) -> None:
        self._database, self._guard, self._policy, self._edited = database, guard, policy, edited
        self._account, self._kind, self.why, self._of = account, kind, why, of
        self._at = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
        self._recorder: apsw.Session | None = None
        self._recorded: set[str] = set()
        self.counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        self.touched: dict[str, dict[int, str | None]] = defaultdict(dict)
        self.seq = 0

    def __enter__(self) -> "Self":
        self._database.execute("BEGIN IMMEDIATE")
        self._recorder = apsw.Session(self._database, "main")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            raise StoreBug("transaction left twice")
        try:
            if kind is None:
                with self._guard.writing():
                    if changeset := recorder.changeset():
                        self._record(self._edited(changeset))
        except BaseException:
            kind = StoreBug
            raise
        finally:
            recorder.close()
            if self._database.in_transaction:
                self._finish(commit=kind is None)

    def _finish(self, *, commit: bool) -> None:
        if commit:
            try:
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
        else:
            self._database.execute("ROLLBACK")

    def _record(self, changeset: bytes) -> None:
        last = self._database.execute("SELECT seq, hash FROM mq_change ORDER BY seq DESC LIMIT 1").fetchone()
        seq, previous = (last[0] + 1, last[1]) if last else (1, b"")
        counts = json.dumps(self.counts, ensure_ascii=False)
        digest = hashlib.sha256(changeset).digest()
        entry = (seq, self._at, self._account, self._kind, self.why, counts)
        chained = change_hash(previous, entry, digest)
        self._database.execute(
            "INSERT INTO mq_change VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*entry, zlib.compress(changeset, 1), chained, digest),
            can_cache=False,
        )
        self.seq = seq
        rows = ((name, i, seq, village) for name, ids in self.touched.items() for i, village in ids.items())
        sql = "INSERT OR IGNORE INTO mq_touched VALUES(?, ?, ?, ?)"
        self._database.executemany(sql, rows, can_cache=False)
        if self._of is not None:
            sql = "INSERT INTO mq_undone VALUES(?, ?)"
            self._database.execute(sql, (seq, self._of), can_cache=False)
        audit.append(
            self._database,
            self._account,
            self._kind,
            "、".join(self._policy.catalog.tables[name].title for name in self.counts),
            rows=sum(map(sum, self.counts.values())),
            detail=self.why,
            proof=audit.change_proof(chained),
            at=self._at,
        )

    def insert(
        self,
        table: str,
        ids: Sequence[int],
        columns: Mapping[str, Sequence[Value]],
        geometry: Sequence[bytes | None] | None = None,
    ) -> None:
        """Add rows: `ids` from `new_ids`, each column as long as them, geometry as SpatiaLite BLOBs.

        Rows that are brought back say in `columns` who added them; they were changed by who brings them back.
        """
        stamp = ("updated_by", "updated_at") if "created_at" in columns else ("created_by", "created_at")
        names, values = self._stamped(table, columns, stamp, len(ids))
        if self._kind != Act.IMPORT:
            villages = columns.get("village_code", repeat(None))
            self.touched[table].update(
                (i, None if v is None else str(v)) for i, v in zip(ids, villages, strict=False)
            )
        if geometry is not None:
            names, values = [*names, "geometry"], [*values, geometry]
        guarded = table in self._guard.triggered  # then SpatiaLite's triggers fill the index too
        with self._guard.writing():
            rows = zip(ids, *values, strict=True)
            insert_rows(self._database, table, names, rows, mark=self._guard.mark, triggers=guarded)
            if geometry is not None and not guarded:
                insert_boxes(self._database, table, zip(ids, geometry, strict=True), mark=self._guard.mark)
        self.counts[table][0] += len(ids)

    def update(
        self,
        table: str,
        ids: Sequence[int],
        columns: Mapping[str, Sequence[Value]],
        geometry: Sequence[bytes | None] | None = None,
    ) -> None:
        """Change the named columns (and the shape, where given) of the rows `ids`."""
        names, values = self._stamped(table, columns, ("updated_by", "updated_at"), len(ids))
        if geometry is not None:
            names, values = [*names, "geometry"], [*values, geometry]
        assignments = ", ".join(f'"{n}" = ?' for n in names)
        self._touch(table, ids)
        with self._guard.writing():
            sql = f'{self._guard.mark}UPDATE main."{table}" SET {assignments} WHERE id = ?'
            self._database.executemany(sql, zip(*values, ids, strict=True))
        self.counts[table][1] += len(ids)

    def delete(self, table: str, ids: Iterable[int]) -> None:
        """Delete the rows `ids`; the history keeps them."""
        self._check(table, ())
        rows = [(i,) for i in ids]
        self._touch(table, [i for (i,) in rows])
        with self._guard.writing():
            self._database.executemany(f'{self._guard.mark}DELETE FROM main."{table}" WHERE id = ?', rows)
        self.counts[table][2] += len(rows)

    def _touch(self, table: str, ids: Sequence[int]) -> None:
        """Take note of rows that are about to change, and of the village they are in until then."""
        sql = f'{self._guard.mark}SELECT village_code FROM main."{table}" WHERE id = ?'
        with self._guard.writing():
            for i in ids:
                found = self._database.execute(sql, (i,)).fetchone()
                if found is not None:
                    self.touched[table][i] = found[0]

    def settle(self, digests: Iterable[bytes]) -> None:
        """Keep what an import must not bring back, see `mingqing.store.settled`."""
        with self._guard.writing():
            sql = "INSERT OR IGNORE INTO mq_settled VALUES(?)"
            self._database.executemany(sql, [(digest,) for digest in sorted(digests)])

    def _stamped(
        self, table: str, columns: Mapping[str, Sequence[Value]], stamp: tuple[str, str], count: int
    ) -> tuple[list[str], list[Iterable[Value | bytes]]]:
        self._check(table, columns)
        by, at = stamp
        return [*columns, by, at], [*columns.values(), repeat(self._account, count), repeat(self._at, count)]

    def _check(self, table: str, columns: Iterable[str]) -> None:
        known = self._policy.catalog.tables.get(table)
        if known is None or set(columns) - set(known.column_names):
            raise StoreBug(f"no such table or column: {table} {sorted(columns)}")
        if self._recorder is None:
            raise StoreBug("outside a transaction")
        writable = self._guard.writable.get(table)
        if writable is None or not writable.issuperset(columns):
            raise refusal(self._policy, known, columns)
        if (
            table not in self._recorded
        ):  # the recorder looks its tables through at every row: few make it fast
            self._recorder.attach(table)
            self._recorded.add(table)


def insert_rows(
    database: apsw.Connection,
    table: str,
    names: Sequence[str],
    rows: Iterable[Sequence[Value | bytes]],
    *,
    mark: str = "",
    triggers: bool = False,
) -> None:
    """Add rows: id, then what `names` says. Without `triggers` the spatial index is left to `insert_boxes`.

    SpatiaLite's triggers would fill it a row at a time, which takes three times as long. For `mark` see `Guard`.
    """
    marks, quoted = ", ".join("?" * (len(names) + 1)), "".join(f', "{n}"' for n in names)
    database.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, int(triggers))
    try:
        database.executemany(f'{mark}INSERT INTO main."{table}"(id{quoted}) VALUES({marks})', rows)
    finally:
        database.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 1)


def insert_boxes(
    database: apsw.Connection, table: str, shapes: Iterable[tuple[int, bytes | None]], *, mark: str = ""
) -> None:
    """Put rows, by id and shape, into the spatial index of their table."""
    there = [(i, blob) for i, blob in shapes if blob is not None]
    boxes = boxes_of([blob for _, blob in there]).T.tolist()
    entries = zip((i for i, _ in there), *boxes, strict=True)
    database.executemany(f'{mark}INSERT INTO main."idx_{table}_geometry" VALUES(?, ?, ?, ?, ?)', entries)


def refusal(policy: Policy, table: Table, columns: Iterable[str]) -> NotAllowed:
    """Return why an account may not write a table, or one of its columns."""
    if not policy.allowed(table.name, Action.EDIT):
        return NotAllowed(tr("您的角色不能修改“{table}”").format(table=table.title))
    hidden = [table.field_by_name[c].title for c in columns if c not in policy.writable(table.name)]
    return NotAllowed(
        tr("您的角色不能修改“{table}”的“{field}”").format(table=table.title, field="”“".join(hidden))
    )


def change_hash(previous: bytes, entry: Sequence[str | int], digest: bytes) -> bytes:
    """Return the SHA-256 that chains one change, by the SHA-256 of its changeset, to the one before it."""
    chained = hashlib.sha256(previous)
    chained.update(json.dumps(list(entry), ensure_ascii=False).encode())
    chained.update(digest)
    return chained.digest()


def chain_again(database: apsw.Connection) -> None:
    """Chain the changes of a project of format 1, which has no digests; the log vouches for them from now on."""
    previous = b""
    for seq, *entry, changeset in list(
        database.execute("SELECT seq, at, account, kind, why, counts, changeset FROM mq_change ORDER BY seq")
    ):
        digest = hashlib.sha256(zlib.decompress(changeset)).digest()
        previous = change_hash(previous, (seq, *entry), digest)
        database.execute("UPDATE mq_change SET digest = ?, hash = ? WHERE seq = ?", (digest, previous, seq))
        at, account, kind, why, _ = entry
        audit.append(database, account, kind, detail=why, proof=audit.change_proof(previous), at=at)
