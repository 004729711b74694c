"""The log in the project: appended to in the transaction of what it tells of, read, proved, exported."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import apsw

from mingqing.access.audit import BEGUN, DONE, REFUSED, Entry, broken_links, entry_hash, title_of
from mingqing.core.text import tr
from mingqing.store.owner import owner

if TYPE_CHECKING:
    from mingqing.store.session import Session

_HEAD = "audit_head"
_COLUMNS = "seq, at, account, act, target, rows, outcome, detail, proof"


def now() -> str:
    """Return the local time as the log writes it."""
    return datetime.now(UTC).astimezone().isoformat(timespec="seconds")


def append(  # noqa: PLR0913 - an entry's parts, by name
    database: apsw.Connection,
    account: str,
    act: str,
    target: str = "",
    *,
    rows: int | None = None,
    outcome: str = DONE,
    detail: str = "",
    proof: str = "",
    at: str = "",
) -> int:
    """Add an entry within the transaction that is open on `database`; return its number."""
    last, previous = head(database)
    entry = Entry(last + 1, at or now(), account, act, target, rows, outcome, detail, proof)
    digest = entry_hash(previous, entry)
    # Neither is kept among the prepared statements: what was prepared for writing is for writing alone.
    database.execute(
        "INSERT INTO mq_audit VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*astuple(entry), digest),
        can_cache=False,
    )
    database.execute(
        f"UPDATE mq_meta SET value = ? WHERE key = '{_HEAD}'",  # put down twice, so that a cut end is noticed
        (f"{entry.seq}:{digest.hex()}",),
        can_cache=False,
    )
    return entry.seq


def head(database: apsw.Connection) -> tuple[int, bytes]:
    """Return number and hash of the last entry; (0, b"") where there is none."""
    row = database.execute("SELECT seq, hash FROM mq_audit ORDER BY seq DESC LIMIT 1").fetchone()
    return (int(row[0]), bytes(row[1])) if row else (0, b"")


def hash_of(database: apsw.Connection, seq: int) -> bytes | None:
    """Return the hash of one entry, None where there is none of that number."""
    row = database.execute("SELECT hash FROM mq_audit WHERE seq = ?", (seq,)).fetchone()
    return bytes(row[0]) if row else None


def proof_of(database: apsw.Connection, seq: int) -> str:
    """Return what one entry vouches for, empty where there is no such entry."""
    row = database.execute("SELECT proof FROM mq_audit WHERE seq = ?", (seq,)).fetchone()
    return str(row[0]) if row else ""


def entries(
    session: "Session",
    *,
    account: str | None = None,
    acts: Sequence[str] = (),
    since: str | None = None,
    until: str | None = None,
    limit: int | None = None,
) -> list[Entry]:
    """Return entries, the newest first.

    Parameters
    ----------
    acts : only of these acts.
    since, until : ISO dates or times, both included.
    limit : so many at most.

    Raises
    ------
    NotAllowed
        if the account may not read the log.
    """
    session.require_log_reader()
    conditions: list[str] = []
    values: list[str] = []
    for condition, value in (("account = ?", account), ("at >= ?", since), ("at < ? || '~'", until)):
        if value is not None:
            conditions.append(condition)
            values.append(value)
    if acts:
        conditions.append(f"act IN ({', '.join('?' * len(acts))})")
        values += acts
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    top = f" LIMIT {int(limit)}" if limit is not None else ""
    with owner(session, spatial=False) as database:
        rows = database.execute(
            f"SELECT {_COLUMNS} FROM mq_audit{where} ORDER BY seq DESC{top}", tuple(values)
        )
        return [Entry(*row) for row in rows]


def verify_log(session: "Session") -> list[str]:
    """Return what `verify` does, to anybody who may open the project."""
    with owner(session, spatial=False) as database:
        return verify(database)


def verify(database: apsw.Connection) -> list[str]:
    """Return what is wrong with the log and with the changes it vouches for, a Chinese sentence each."""
    return [*broken_links(_chain(database), _noted_head(database)), *_changes(database)]


def _chain(database: apsw.Connection) -> Iterator[tuple[Entry, bytes]]:
    for *parts, digest in database.execute(f"SELECT {_COLUMNS}, hash FROM mq_audit ORDER BY seq"):
        yield Entry(*parts), bytes(digest)


def _noted_head(database: apsw.Connection) -> tuple[int, bytes]:
    row = database.execute("SELECT value FROM mq_meta WHERE key = ?", (_HEAD,)).fetchone()
    seq, _, digest = str(row[0]).partition(":") if row else ("0", "", "")
    try:
        return int(seq), bytes.fromhex(digest)
    except ValueError:
        return 0, b"?"


def _changes(database: apsw.Connection) -> Iterator[str]:
    """Every change of data has its entry, which holds its hash, and the other way round."""
    logged = {
        str(proof): int(seq)
        for seq, proof in database.execute("SELECT seq, proof FROM mq_audit WHERE proof LIKE 'change:%'")
    }
    for seq, digest in database.execute("SELECT seq, hash FROM mq_change ORDER BY seq"):
        if logged.pop(change_proof(digest), None) is None:
            yield tr("第 {seq} 次修改没有对应的日志，或修改记录被改动过").format(seq=seq)
    for seq in sorted(logged.values()):
        yield tr("日志第 {seq} 条所说的修改记录被删除或改动过").format(seq=seq)


def change_proof(digest: bytes) -> str:
    """Return what the log's entry for a change holds as its proof."""
    return f"change:{bytes(digest).hex()}"


# ── For people ───────────────────────────────────────────────────────────────────────────────────────────────

_OUTCOMES = {DONE: "完成", REFUSED: "被拒绝", BEGUN: "开始"}
TITLES = ("序号", "时间", "账号", "操作", "对象", "条数", "结果", "说明", "摘要")


def as_row(entry: Entry) -> tuple[Any, ...]:
    """Return an entry as people read it, under `TITLES`."""
    outcome = tr(_OUTCOMES.get(entry.outcome, entry.outcome))
    rows = "" if entry.rows is None else entry.rows
    when = entry.at.replace("T", " ")[:19]
    return (
        entry.seq,
        when,
        entry.account,
        title_of(entry.act),
        entry.target,
        rows,
        outcome,
        entry.detail,
        entry.proof.removeprefix("change:"),
    )


def as_csv(found: Sequence[Entry]) -> bytes:
    """Return entries as a file that Excel opens as it is; no cell of it is taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(map(tr, TITLES))
    writer.writerows(map(inert_cell, as_row(entry)) for entry in found)
    return text.getvalue().encode("utf-8-sig")


def inert_cell(value: object) -> object:
    """Return a cell that a spreadsheet will not take for a formula: an apostrophe before what would start one.

    Examples
    --------
    >>> inert_cell("=1+1"), inert_cell("张三"), inert_cell(-3)
    ("'=1+1", '张三', -3)
    """
    return f"'{value}" if isinstance(value, str) and value[:1] in {*"=+-@\t\r\n|"} else value
