"""How far overviews are behind the data: told by the history, of which each file says how far it goes."""

import hashlib
import zlib
from collections import defaultdict
from typing import Any

import apsw

from mingqing.catalog.model import Catalog
from mingqing.catalog.overviews import LEVELS, plan

VERSION = 1
_MOST_BYTES = 1_000_000  # of compressed changes; beyond, making all anew is no slower than reading them

Villages = frozenset[str | None]


def head(project: apsw.Connection) -> str:
    """Return where the history of a project ends: its last change's number and hash."""
    row = project.execute("SELECT seq, hash FROM mq_change ORDER BY seq DESC LIMIT 1").fetchone()
    return f"{row[0]}:{bytes(row[1]).hex()}" if row else "0:"


def plans(catalog: Catalog) -> str:
    """Return a digest of what overviews hold, which changes when the styles do."""
    said: list[object] = [VERSION, LEVELS]
    for table in sorted(catalog.tables):
        needs = [plan(catalog, table, level) for level in LEVELS]
        said += [(table, n and (sorted(n.columns), n.apart, n.once)) for n in needs]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def touched(project: apsw.Connection, since: str) -> dict[str, Villages] | None:
    """Return the villages, by table, of rows changed after `since`; None where that cannot be told at little cost."""
    seq, _, digest = since.partition(":")
    known = project.execute("SELECT hash FROM mq_change WHERE seq = ?", (int(seq),)).fetchone()
    if known is None or bytes(known[0]).hex() != digest:
        return None  # another history: a backup was brought back, or somebody was erased
    if (
        project.execute("SELECT total(length(changeset)) FROM mq_change WHERE seq > ?", (int(seq),)).get
        > _MOST_BYTES
    ):
        return None
    found: defaultdict[str, set[str | None]] = defaultdict(set)
    columns: dict[str, int] = {}
    for (packed,) in project.execute("SELECT changeset FROM mq_change WHERE seq > ?", (int(seq),)):
        for change in apsw.Changeset.iter(zlib.decompress(packed)):
            if change.name not in columns:
                columns[change.name] = _village_column(project, change.name)
            found[change.name] |= _villages(project, change, columns[change.name])
    return {table: frozenset(villages) for table, villages in found.items()}


def _village_column(project: apsw.Connection, table: str) -> int:
    names = [row[1] for row in project.execute(f'PRAGMA table_info("{table}")')]
    return names.index("village_code")


def _villages(project: apsw.Connection, change: Any, column: int) -> set[str | None]:  # noqa: ANN401 - apsw's
    said = {row[column] for row in (change.old, change.new) if row is not None}
    if said - {apsw.no_change}:
        return said - {apsw.no_change}
    # A row that was changed otherwise is still in its village, or a later change says where it went from there.
    now = project.execute(
        f'SELECT village_code FROM "{change.name}" WHERE id = ?', (change.old[0],)
    ).fetchone()
    return {now[0]} if now else set()
