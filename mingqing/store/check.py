"""Proving that a project is whole: pages, references, spatial index, the chain of changes, the pictures."""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping

import apsw

from mingqing.access.audit import Act
from mingqing.catalog.model import Catalog
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.store.audit import verify
from mingqing.store.changes import change_hash
from mingqing.store.connection import STEPS_BETWEEN_QUESTIONS
from mingqing.store.owner import owner
from mingqing.store.pictures import problems
from mingqing.store.session import Session


def check_project(session: Session, watch: Watch = UNWATCHED) -> list[str]:
    """Return what is wrong with a project, a Chinese sentence each; empty where nothing is.

    Raises
    ------
    ProjectDamaged
        where damage keeps it from being checked further.
    Cancelled
        if `watch` says so.
    """
    parts: Mapping[str, Callable[[apsw.Connection], Iterable[str]]] = {
        tr("数据页"): _pages,
        tr("记录之间的关联"): lambda database: _references(database, session.catalog),
        tr("空间索引"): lambda database: _spatial_indexes(database, session.catalog),
        tr("修改记录"): _chain,
        tr("日志"): verify,
        tr("照片"): lambda database: problems(session, database, watch),
    }
    found: list[str] = []
    with owner(session, spatial=True) as database:
        database.set_progress_handler(watch.cancelled, STEPS_BETWEEN_QUESTIONS)
        for done, (title, part) in enumerate(parts.items()):
            watch.step(title, done, len(parts))
            found += part(database)
    session.record(Act.CHECK, rows=len(found))
    return found


def _pages(database: apsw.Connection) -> list[str]:
    found = "\n".join(str(row[0]) for row in database.execute("PRAGMA integrity_check")).splitlines()
    if found == ["ok"]:
        return []
    # What the engine says of each page is English and of use to nobody here.
    damaged = sum(not line.startswith("***") for line in found)
    return [tr("数据页损坏 {n} 处，里面的数据读不出来；请用备份恢复").format(n=max(damaged, 1))]


def _references(database: apsw.Connection, catalog: Catalog) -> list[str]:
    tables = catalog.tables
    return [
        tr("{table} 的一条记录（{row}）指向不存在的{target}").format(
            table=tables[str(table)].title, row=row, target=tables[str(target)].title
        )
        for table, row, target, _ in database.execute("PRAGMA foreign_key_check")
    ]


def _spatial_indexes(database: apsw.Connection, catalog: Catalog) -> list[str]:
    # Boxes of the index are float32 rounded outward, so that each must contain the exact one. SpatiaLite hands
    # them over as decimal text, which costs less than a micrometre.
    outside = " OR ".join(
        f"{kept} {sign} {exact}(t.geometry) {slack}"
        for kept, sign, exact, slack in (
            ("i.xmin", ">", "MbrMinX", "+ 1e-6"),
            ("i.xmax", "<", "MbrMaxX", "- 1e-6"),
            ("i.ymin", ">", "MbrMinY", "+ 1e-6"),
            ("i.ymax", "<", "MbrMaxY", "- 1e-6"),
        )
    )
    problems = []
    for table in catalog.tables.values():
        if not table.has_geometry:
            continue
        name = f"idx_{table.name}_geometry"
        wrong = database.execute(
            f'SELECT count(*) FROM "{table.name}" t LEFT JOIN "{name}" i ON i.pkid = t.id'
            f" WHERE t.geometry NOT NULL AND (i.pkid IS NULL OR {outside})"
        ).get
        spare = database.execute(
            f'SELECT count(*) FROM "{name}" i LEFT JOIN "{table.name}" t ON t.id = i.pkid WHERE t.geometry IS NULL'
        ).get
        if wrong or spare:
            problems.append(tr("{table}的空间索引与图形不一致").format(table=table.title))
    return problems


def _chain(database: apsw.Connection) -> Iterator[str]:
    previous, rewritten = b"", _rewritten(database)
    for *entry, changeset, chained, digest in database.execute(
        f"SELECT {_COLUMNS} FROM mq_change ORDER BY seq"
    ):
        seq = entry[0]
        if change_hash(previous, entry, bytes(digest)) != bytes(chained):
            yield tr("第 {seq} 次修改的记录被改动过，或它之前有记录缺失").format(seq=seq)
            return
        previous = bytes(chained)
        found = _digest(changeset)
        if found != bytes(digest).hex() and found not in rewritten:
            yield tr("第 {seq} 次修改的内容被改动过").format(seq=seq)


_COLUMNS = "seq, at, account, kind, why, counts, changeset, hash, digest"


def _digest(changeset: object) -> str:
    """The SHA-256 of what a changeset unpacks to, a piece at a time: one from a stranger may be a bomb."""
    digest, unpacker = hashlib.sha256(), zlib.decompressobj()
    rest = changeset if isinstance(changeset, bytes) else b""
    try:
        while rest:
            digest.update(unpacker.decompress(rest, _PIECE))
            rest = unpacker.unconsumed_tail
    except zlib.error:
        return ""
    return digest.hexdigest()


_PIECE = 1 << 20


def _rewritten(database: apsw.Connection) -> set[str]:
    """The SHA-256 of changes from which a person was erased: the log vouches for what is left of them."""
    return {str(p) for (p,) in database.execute("SELECT proof FROM mq_audit WHERE act = ?", (Act.ERASE,))}
