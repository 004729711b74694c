"""Proving that a project is whole: pages, references, spatial index, and the chain of changes."""

import zlib

from mingqing.core.text import tr
from mingqing.store.changes import change_hash
from mingqing.store.session import Session


def check_project(session: Session) -> list[str]:
    """Return what is wrong with a project, a Chinese sentence each; empty where nothing is."""
    return [*_pages(session), *_references(session), *_spatial_indexes(session), *_chain(session)]


def _pages(session: Session) -> list[str]:
    found = [str(row[0]) for row in session.query_for_check("PRAGMA integrity_check")]
    return [] if found == ["ok"] else [tr("数据页损坏：{what}").format(what=what) for what in found]


def _references(session: Session) -> list[str]:
    tables = session.catalog.tables
    return [
        tr("{table} 的一条记录（{row}）指向不存在的{target}").format(
            table=tables[str(table)].title, row=row, target=tables[str(target)].title
        )
        for table, row, target, _ in session.query_for_check("PRAGMA foreign_key_check")
    ]


def _spatial_indexes(session: Session) -> list[str]:
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
    for table in session.catalog.tables.values():
        if not table.has_geometry:
            continue
        name = f"idx_{table.name}_geometry"
        wrong = session.query_for_check(
            f'SELECT count(*) FROM "{table.name}" t LEFT JOIN "{name}" i ON i.pkid = t.id'
            f" WHERE t.geometry NOT NULL AND (i.pkid IS NULL OR {outside})"
        )[0][0]
        spare = session.query_for_check(
            f'SELECT count(*) FROM "{name}" i LEFT JOIN "{table.name}" t ON t.id = i.pkid WHERE t.geometry IS NULL'
        )[0][0]
        if wrong or spare:
            problems.append(tr("{table}的空间索引与图形不一致").format(table=table.title))
    return problems


def _chain(session: Session) -> list[str]:
    previous = b""
    for seq, at, account, kind, why, counts, changeset, digest in session.query_for_check(
        "SELECT * FROM mq_change ORDER BY seq"
    ):
        entry = (seq, str(at), str(account), str(kind), str(why), str(counts))
        try:
            raw = zlib.decompress(changeset) if isinstance(changeset, bytes) else b""
        except zlib.error:
            raw = b""
        if change_hash(previous, entry, raw) != digest:
            return [tr("第 {seq} 条修改记录被改动过，或它之前有记录缺失").format(seq=seq)]
        previous = digest if isinstance(digest, bytes) else b""
    return []
