"""A disk that fills up, and one that may not be written: one sentence, and the project as it was."""

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from mingqing.core.errors import ProjectUnavailable
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.check import check_project
from mingqing.store.ids import new_ids
from mingqing.store.project import create_project, open_project
from mingqing.store.session import Session
from tests.inside import query, unguarded

LONG = "甄一一的备注" * 500
NOBODY = 65534


def write_much(session: Session, rows: int = 2000) -> None:
    with session.transaction("edit", "写很多") as change:
        change.insert("resource", new_ids(rows), {"name": ["古树"] * rows, "note": [LONG] * rows})


def assert_as_it_was(session: Session) -> None:
    assert session.counts()["resource"] == 0
    assert query(session, "SELECT count(*) FROM mq_change") == [(0,)]
    assert check_project(session) == []
    assert sorted(p.name for p in session.info.path.iterdir()) == ["backups", "keyring.json", "map.db"]


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file may grow beyond `size`: what a quota, or FAT32 at 4 GB, does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MiB."""
    place = tmp_path / "u盘"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("mounting a small disk needs root")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk_is_one_sentence_and_nothing_is_written(small_disk: Path, empty_project: Path) -> None:
    path = shutil.copytree(empty_project, small_disk / empty_project.name)
    with open_project(path, user=USER, password=PASSWORD) as session:
        with pytest.raises(ProjectUnavailable, match=r"磁盘.*没有写入"):
            write_much(session)
        assert_as_it_was(session)
        write_much(session, 1)
        assert session.counts()["resource"] == 1


def test_a_project_is_not_half_made_on_a_full_disk(small_disk: Path) -> None:
    (small_disk / "照片.jpg").write_bytes(bytes(3_800_000))
    with pytest.raises(ProjectUnavailable, match="磁盘"):
        create_project(small_disk / "新", "新", user=USER, password=PASSWORD)
    assert [p.name for p in small_disk.iterdir()] == ["照片.jpg"]


def test_the_engine_saying_full_is_one_sentence(session: Session) -> None:
    with unguarded(session) as database:
        database.pragma("max_page_count", database.pragma("page_count") + 20)
    with pytest.raises(ProjectUnavailable, match="磁盘已满，本次改动没有写入"):
        write_much(session)
    assert_as_it_was(session)


def test_a_file_that_may_not_grow_is_one_sentence(session: Session) -> None:
    with file_size_limit(2_000_000), pytest.raises(ProjectUnavailable, match="没有写入"):
        write_much(session)
    assert_as_it_was(session)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Act without root's right to write everywhere."""
    if os.getuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.fixture
def locked_project(empty_project: Path) -> Iterator[Path]:
    """A project in a folder where anybody may read and nobody write."""
    top = Path(tempfile.mkdtemp(prefix="mingqing-test-"))
    path = shutil.copytree(empty_project, top / empty_project.name)
    for folder in (path, path / "backups", top):
        folder.chmod(0o555)
    for file in ("map.db", "keyring.json"):
        (path / file).chmod(0o444)
    open_project(path, user=USER, password=PASSWORD).close()  # what is imported late is imported as root
    yield path
    for folder in (path, path / "backups", top):
        folder.chmod(0o755)
    shutil.rmtree(top)


def test_a_folder_that_may_not_be_written_is_only_read(locked_project: Path) -> None:
    with as_nobody(), open_project(locked_project, user=USER, password=PASSWORD) as session:
        assert session.counts()["house"] == 0
        assert session.info.read_only is not None
        assert "没有写入权限" in session.info.read_only
        with pytest.raises(ProjectUnavailable, match="没有写入权限"):
            write_much(session)
        with unguarded(session) as database, pytest.raises(apsw.ReadOnlyError):
            database.execute("DELETE FROM mq_meta")


def test_no_project_is_made_where_nothing_may_be_written(locked_project: Path) -> None:
    with as_nobody(), pytest.raises(ProjectUnavailable, match="不能在"):
        create_project(locked_project.parent / "新", "新", user=USER, password=PASSWORD)
    assert [p.name for p in locked_project.parent.iterdir()] == [locked_project.name]


def test_a_project_that_may_not_be_read_is_one_sentence(locked_project: Path) -> None:
    (locked_project / "map.db").chmod(0)
    with as_nobody(), pytest.raises(ProjectUnavailable, match="权限"):
        open_project(locked_project, user=USER, password=PASSWORD)
