"""What lies on the disk says nothing of anybody."""

import os
import zlib
from pathlib import Path

import numpy as np
import shapely

from mingqing.core.sample import PASSWORD, USER
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.project import create_project
from mingqing.store.session import Session
from tests.inside import query, unguarded

NAME, NUMBER, PHONE = "甄金丝雀", "99999919870506001X", "00099887766"
CANARIES = [text.encode(code) for text in (NAME, NUMBER, PHONE) for code in ("utf-8", "utf-16-le", "gbk")]


def add_person(session: Session, copies: int = 1) -> None:
    with session.transaction("edit", f"录入{NAME}") as change:
        change.insert(
            "resident",
            new_ids(copies),
            {"name": [NAME] * copies, "id_number": [NUMBER] * copies, "phone": [PHONE] * copies},
        )
        change.insert(
            "house", new_ids(1), {"address": [f"{NAME}家"]}, encode(np.array([shapely.box(0, 0, 9, 9)]), 4549)
        )


def raw_bytes(folder: Path) -> bytes:
    """Every byte of every file, and the names of the files."""
    files = [p for p in folder.rglob("*") if p.is_file()]
    return b"".join(p.read_bytes() + os.fsencode(p.name) for p in files)


def assert_says_nothing(raw: bytes) -> None:
    assert [c for c in CANARIES if c in raw] == []
    for table in (b"CREATE TABLE", b"resident", b"id_number", b"spatial_ref_sys", b"SQLite format 3"):
        assert table not in raw


def test_the_canaries_would_be_found_in_a_file_that_is_not_encrypted(
    session: Session, tmp_path: Path
) -> None:
    add_person(session)
    rows = query(session, "SELECT name, id_number, phone FROM resident")
    (tmp_path / "plain.txt").write_text(str(rows), encoding="utf-8")
    assert sum(c in raw_bytes(tmp_path) for c in CANARIES) >= 3


def test_no_name_number_or_telephone_is_in_any_file(session: Session) -> None:
    add_person(session, 500)
    session.remember("mapping", NAME)
    with session.transaction("edit", "改名") as change:
        change.update(
            "resident",
            [int(str(i)) for (i,) in query(session, "SELECT id FROM resident")],
            {"phone": [PHONE + "1"] * 500},
        )
    history = query(session, "SELECT changeset FROM mq_change")
    assert any(NAME.encode() in zlib.decompress(c) for (c,) in history)  # type: ignore[arg-type]
    session.close()
    assert_says_nothing(raw_bytes(session.info.path))


def test_the_journal_of_a_write_under_way_says_nothing_either(session: Session) -> None:
    add_person(session, 500)
    with unguarded(session) as database:
        database.pragma("cache_size", 5)
    before = {p.name for p in session.info.path.iterdir()}
    with session.transaction("edit", "进行中") as change:
        change.update(
            "resident",
            [int(str(i)) for (i,) in query(session, "SELECT id FROM resident")],
            {"name": ["贾二"] * 500},
        )
        during = {p.name for p in session.info.path.iterdir()}
        assert during - before == {"map.db-journal"}
        assert (session.info.path / "map.db-journal").stat().st_size > 50_000
        assert_says_nothing(raw_bytes(session.info.path))


def test_the_first_bytes_are_not_those_of_sqlite(empty_project: Path) -> None:
    head = (empty_project / "map.db").read_bytes()[:4096]
    assert not head.startswith(b"SQLite format 3\x00")
    assert len(zlib.compress(head)) > 4000  # noise does not compress


def test_two_projects_with_one_password_have_nothing_in_common(session: Session, tmp_path: Path) -> None:
    with create_project(tmp_path / "二", "二", user=USER, password=PASSWORD) as other:
        one, two = ((s.info.path / "map.db").read_bytes() for s in (session, other))
    assert all(one[i : i + 16] not in two for i in range(0, 64_000, 1024))


def test_what_the_engine_sorts_it_sorts_in_memory(session: Session) -> None:
    in_memory = 2
    with unguarded(session) as database:
        assert database.pragma("temp_store") == in_memory
