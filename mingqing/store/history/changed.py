"""Which rows are other than they were at a change of the past, for who keeps a copy of them elsewhere.

A changeset knows the rows that it touched, those of an import too. Where none can tell, because the copy is of another
history (a backup was brought back, somebody was erased from the changes) or reading what happened since would take
longer than comparing all, the answer is that nobody can say.
"""

import json
import zlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import apsw

from mingqing.access.audit import Act
from mingqing.store.history.past import past

if TYPE_CHECKING:
    from mingqing.store.session import Session

_MOST_BYTES = 4_000_000  # of compressed changes since: some hundred thousand rows


@dataclass(frozen=True, slots=True)
class Moment:
    """How far the history of a project goes: number and hash of its last change; 0 and nothing before the first."""

    seq: int = 0
    hash: bytes = b""


@dataclass(frozen=True, slots=True)
class Since:
    """What happened between a moment and now.

    rows : by table, the ids of the rows that were touched.
    erased : tables of which an erasure may have blanked any row.
    """

    rows: Mapping[str, frozenset[int]]
    erased: frozenset[str]


def moment(session: "Session") -> tuple[str, Moment]:
    """Return what tells the project from others, and how far its history goes now."""
    with past(session) as found:
        execute = found.database.execute
        last = execute("SELECT seq, hash FROM mq_change ORDER BY seq DESC LIMIT 1").fetchone()
        project = execute("SELECT value FROM mq_meta WHERE key = 'project'").get
    return str(project or ""), Moment(int(last[0]), bytes(last[1])) if last else Moment()


def knows(session: "Session", at: Moment) -> bool:
    """Whether the project's history goes through a moment; it does not after an older backup was brought back."""
    with past(session) as found:
        return _known(found.database, at)


def erased_rows(session: "Session") -> Mapping[str, frozenset[int]]:
    """Return, by table, the ids of the rows that erasures of people took away; the ids say nothing of the people."""
    rows: defaultdict[str, set[int]] = defaultdict(set)
    with past(session) as found:
        # What was deleted is in no changeset of an erasure; that some row was touched by it is still known.
        sql = "SELECT t.name, t.row FROM mq_change c JOIN mq_touched t ON t.seq = c.seq WHERE c.kind = ?"
        for table, row in found.database.execute(sql, (str(Act.ERASE),)):
            rows[table].add(row)
    return {table: frozenset(ids) for table, ids in rows.items()}


def _known(database: apsw.Connection, at: Moment) -> bool:
    if not at.seq:
        return True
    known = database.execute("SELECT hash FROM mq_change WHERE seq = ?", (at.seq,)).get
    return known is not None and bytes(known) == at.hash


def changed(session: "Session", since: Moment) -> Since | None:
    """Return what was touched since a moment, wherever it lies; None where nobody can say."""
    with past(session) as found:
        execute = found.database.execute
        if not _known(found.database, since):
            return None
        size = execute("SELECT total(length(changeset)) FROM mq_change WHERE seq > ?", (since.seq,)).get
        if size > _MOST_BYTES:
            return None
        rows: defaultdict[str, set[int]] = defaultdict(set)
        erased: set[str] = set()
        sql = "SELECT kind, counts, changeset FROM mq_change WHERE seq > ?"
        for kind, counts, packed in execute(sql, (since.seq,)):
            for change in apsw.Changeset.iter(zlib.decompress(packed)):
                rows[change.name].add(int((change.old or change.new or (0,))[0]))  # type: ignore[arg-type]
            if kind == Act.ERASE:
                erased |= json.loads(counts).keys()  # cells that it blanked are in no changeset
    return Since({table: frozenset(ids) for table, ids in rows.items()}, frozenset(erased))
