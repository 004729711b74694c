"""The log in the project's file: appended to in the transaction of what it tells of, and proved."""

from collections.abc import Iterator
from dataclasses import astuple
from datetime import UTC, datetime

import apsw

from mingqing.access.audit import DONE, Entry, broken_links, entry_hash
from mingqing.core.text import tr

_HEAD = "audit_head"
COLUMNS = "seq, at, account, act, target, rows, outcome, detail, proof"


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


def verify(database: apsw.Connection) -> list[str]:
    """Return what is wrong with the log and with the changes it vouches for, a Chinese sentence each."""
    return [*broken_links(_chain(database), _noted_head(database)), *_changes(database)]


def _chain(database: apsw.Connection) -> Iterator[tuple[Entry, bytes]]:
    for *parts, digest in database.execute(f"SELECT {COLUMNS}, hash FROM mq_audit ORDER BY seq"):
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
