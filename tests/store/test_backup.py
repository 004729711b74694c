"""A backup holds what the project held, is proved before it gets its name, and comes back to a new place only."""

import errno
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest

from mingqing.core.errors import Cancelled, InputRefused, ProjectDamaged, ProjectUnavailable
from mingqing.core.sample import PASSWORD, USER
from mingqing.core.watch import Watch
from mingqing.store import backup, connection
from mingqing.store.backup import make_backup
from mingqing.store.check import check_project
from mingqing.store.ids import new_ids
from mingqing.store.project import _back_up, open_project
from mingqing.store.restore import restore_backup
from mingqing.store.session import Session
from tests.inside import query
from tests.store.test_full_disk import file_size_limit, small_disk

__all__ = ["small_disk"]

CANARY = "甄一一331124195001010017"
NOW = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "U盘"
    folder.mkdir()
    return folder


def add_house(session: Session, number: str = "001") -> None:
    with session.transaction("edit", "加一座房") as change:
        change.insert("house", new_ids(1), {"house_no": [number]})


def houses(project: Path) -> list[str]:
    with open_project(project, user=USER, password=PASSWORD) as session:
        assert check_project(session) == []
        return [number for (number,) in session.rows("house", ["house_no"])]


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def assert_nothing_left(folder: Path) -> None:
    assert list(folder.iterdir()) == []


# ── What is in it ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_restored_project_holds_what_the_project_held(
    sample_project: Path, stick: Path, tmp_path: Path
) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        made = make_backup(session, stick)
        restored = restore_backup(made.file, tmp_path / "恢复")
        assert restored == tmp_path / "恢复.mingqing"
        for name in ("map.db", "keyring.json"):  # before opening, which is put down in the log
            assert digest(restored / name) == digest(sample_project / name)
        with open_project(restored, user=USER, password=PASSWORD) as again:
            assert again.counts() == session.counts()
            assert query(again, "SELECT * FROM mq_change") == query(session, "SELECT * FROM mq_change")
            assert check_project(again) == []
    assert sorted(p.name for p in restored.iterdir()) == ["backups", "keyring.json", "map.db"]


def test_a_backup_is_one_file_named_for_project_and_time(session: Session, stick: Path) -> None:
    made = make_backup(session, stick, now=NOW)
    assert made.file.name == f"空项目-{NOW.astimezone():%Y%m%d-%H%M%S}.mingqing-backup"
    assert list(stick.iterdir()) == [made.file]


def test_any_zip_program_takes_the_project_out(session: Session, stick: Path) -> None:
    add_house(session)
    made = make_backup(session, stick)
    by_hand = stick / "手工.mingqing"
    with zipfile.ZipFile(made.file) as archive:
        assert archive.testzip() is None
        archive.extractall(by_hand)
    assert houses(by_hand) == ["001"]


def test_a_backup_shows_nothing_of_the_people_in_it(session: Session, stick: Path) -> None:
    add_house(session, CANARY)
    raw = make_backup(session, stick).file.read_bytes()
    assert CANARY.encode() not in raw
    assert b"SQLite format 3" not in raw


def test_the_password_of_that_day_opens_what_comes_back_and_no_other(
    session: Session, stick: Path, tmp_path: Path
) -> None:
    restored = restore_backup(make_backup(session, stick).file, tmp_path / "恢复")
    with pytest.raises(ProjectUnavailable, match="账号或密码不对"):
        open_project(restored, user=USER, password="别的")  # noqa: S106
    open_project(restored, user=USER, password=PASSWORD).close()


def test_a_project_that_may_only_be_read_can_be_backed_up(
    empty_project: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingqing.store.project.is_network_share", lambda _: True)
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        assert session.info.read_only is not None
        make_backup(session, stick)
        assert not backup.backup_due(session)


# ── While others are at work ─────────────────────────────────────────────────────────────────────────────────

WRITES = (
    "import sys\nfrom pathlib import Path\n"
    "from mingqing.store import connection\nconnection._BUSY_MS = 20\n"
    "from mingqing.store.project import open_project\n"
    "try:\n"
    "    with open_project(Path(sys.argv[1]), user=sys.argv[2], password=sys.argv[3]) as s:\n"
    "        s.remember('a', 'b')\n"
    "except Exception as e:\n    print(e)\n"
)


def another_program_writes(project: Path) -> str:
    """Have another process write; return what stopped it."""
    arguments = [sys.executable, "-c", WRITES, project, USER, PASSWORD]
    return subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=60).stdout


def test_a_backup_takes_no_lock_away_from_who_is_writing(
    session: Session, stick: Path, tmp_path: Path
) -> None:
    with session.transaction("edit", "还没写完") as change:
        change.insert("house", new_ids(1), {"house_no": ["未完"]})
        with session.clone() as other:
            made = make_backup(other, stick)
        assert "正被另一个程序写入" in another_program_writes(session.info.path)
    assert another_program_writes(session.info.path) == ""
    assert houses(restore_backup(made.file, tmp_path / "恢复")) == []
    assert houses(session.info.path) == ["未完"]


def test_nobody_writes_while_the_bytes_are_copied(
    session: Session, stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_BUSY_MS", 20)
    monkeypatch.setattr("mingqing.store.inside.CHUNK", 1 << 20)
    real, refused = backup.raw_chunks, []

    def chunks(path: Path) -> Iterator[bytes]:
        for n, chunk in enumerate(real(path)):
            if n == 1:
                with session.clone() as other, pytest.raises(ProjectUnavailable, match="写入"):
                    add_house(other)
                refused.append(n)
            yield chunk

    monkeypatch.setattr(backup, "raw_chunks", chunks)
    made = make_backup(session, stick)
    assert refused == [1]
    add_house(session)
    assert houses(restore_backup(made.file, tmp_path / "恢复")) == []


def test_a_backup_may_be_made_in_any_thread(session: Session, stick: Path) -> None:
    thread = threading.Thread(target=make_backup, args=(session, stick))
    thread.start()
    session.counts()
    thread.join()
    assert len(list(stick.glob("*.mingqing-backup"))) == 1


# ── Nothing half-written ─────────────────────────────────────────────────────────────────────────────────────


def test_a_folder_that_is_not_there_is_refused_and_not_made(session: Session, stick: Path) -> None:
    with pytest.raises(InputRefused, match="没有文件夹"):
        make_backup(session, stick / "没插")
    assert_nothing_left(stick)


def test_a_second_backup_of_the_same_second_leaves_the_first(session: Session, stick: Path) -> None:
    first = make_backup(session, stick, now=NOW)
    before = digest(first.file)
    with pytest.raises(InputRefused, match="已经存在"):
        make_backup(session, stick, now=NOW)
    assert list(stick.iterdir()) == [first.file]
    assert digest(first.file) == before


def test_a_full_stick_is_one_sentence_and_nothing_is_left(session: Session, small_disk: Path) -> None:
    (small_disk / "照片.jpg").write_bytes(bytes(3_000_000))
    with pytest.raises(ProjectUnavailable, match="空间不够"):
        make_backup(session, small_disk)
    assert [p.name for p in small_disk.iterdir()] == ["照片.jpg"]


def test_a_stick_that_takes_no_large_files_is_one_sentence(session: Session, stick: Path) -> None:
    with file_size_limit(500_000), pytest.raises(ProjectUnavailable, match="空间不够"):
        make_backup(session, stick)
    assert_nothing_left(stick)


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.EIO, "U 盘是否松动"),
        (errno.ENODEV, "U 盘是否松动"),
        (errno.EROFS, "写保护"),
        (errno.EDQUOT, "空间"),
    ],
)
def test_a_stick_that_fails_while_writing_is_one_sentence(
    session: Session, stick: Path, monkeypatch: pytest.MonkeyPatch, number: int, says: str
) -> None:
    def fail(_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(backup, "flush_to_disk", fail)
    with pytest.raises(ProjectUnavailable, match=says) as refused:
        make_backup(session, stick)
    assert "\n" not in str(refused.value)
    assert_nothing_left(stick)


@pytest.mark.parametrize("part", [0.01, 0.3, 0.6, 0.99])
def test_a_disk_that_gives_back_other_bytes_is_found_out(
    session: Session, stick: Path, monkeypatch: pytest.MonkeyPatch, part: float
) -> None:
    real = backup.flush_to_disk

    def flip(stream: object) -> None:
        real(stream)  # type: ignore[arg-type]
        (partial,) = stick.iterdir()
        flip_byte(partial, int(partial.stat().st_size * part))

    monkeypatch.setattr(backup, "flush_to_disk", flip)
    with pytest.raises(ProjectUnavailable, match="读回来不对"):
        make_backup(session, stick)
    assert_nothing_left(stick)


def flip_byte(file: Path, at: int) -> None:
    with file.open("r+b") as stream:
        stream.seek(at)
        byte = stream.read(1)
        stream.seek(at)
        stream.write(bytes([byte[0] ^ 0x5A]))


def test_a_copy_with_other_counts_is_not_kept(
    session: Session, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, told = backup._counts, []

    def count(*arguments: Any) -> dict[str, int]:
        told.append(real(*arguments))
        return {**told[-1], "house": len(told)}

    monkeypatch.setattr(backup, "_counts", count)
    with pytest.raises(ProjectUnavailable, match="条数不一致"):
        make_backup(session, stick)
    assert_nothing_left(stick)


KILLED = """
import os, signal, sys
from pathlib import Path
from mingqing.store import backup
from mingqing.store.project import open_project

def die_after(name):
    real = getattr(backup, name)
    def struck(*a, **k):
        result = real(*a, **k)
        if name == "raw_chunks":
            next(result)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(backup, name, struck)

die_after(sys.argv[1])
session = open_project(Path(sys.argv[2]), user=sys.argv[3], password=sys.argv[4])
backup.automatic_backup(session)
"""


@pytest.mark.parametrize("moment", ["raw_chunks", "write_description", "flush_to_disk", "unpack", "_prove"])
def test_a_killed_backup_never_looks_like_one(session: Session, moment: str, tmp_path: Path) -> None:
    project = session.info.path
    add_house(session)
    arguments = [sys.executable, "-c", KILLED, moment, project, USER, PASSWORD]
    killed = subprocess.run(arguments, capture_output=True, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    (left,) = (project / "backups").iterdir()
    assert left.name.endswith(".partial")
    assert backup.backup_due(session)
    assert check_project(session) == []
    made = backup.automatic_backup(session)
    assert left.exists()  # for all we know its writer is alive
    os.utime(left, (0, 0))
    made.file.unlink()
    made = backup.automatic_backup(session)
    assert list((project / "backups").iterdir()) == [made.file]
    assert houses(restore_backup(made.file, tmp_path / "恢复")) == ["001"]


# ── Bringing it back ─────────────────────────────────────────────────────────────────────────────────────────


def test_restoring_never_touches_what_is_there(session: Session, stick: Path, empty_project: Path) -> None:
    made = make_backup(session, stick)
    before = digest(empty_project / "map.db")
    for place in (empty_project, empty_project.with_suffix("")):
        with pytest.raises(InputRefused, match="已经存在"):
            restore_backup(made.file, place)
    assert digest(empty_project / "map.db") == before


def test_restoring_to_a_full_disk_leaves_nothing(session: Session, stick: Path, small_disk: Path) -> None:
    made = make_backup(session, stick)
    (small_disk / "照片.jpg").write_bytes(bytes(3_000_000))
    with pytest.raises(ProjectUnavailable, match="磁盘空间"):
        restore_backup(made.file, small_disk / "恢复")
    assert [p.name for p in small_disk.iterdir()] == ["照片.jpg"]


def test_a_killed_restore_never_looks_like_a_project(session: Session, stick: Path, tmp_path: Path) -> None:
    made = make_backup(session, stick)
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom mingqing.store import restore\n"
        "restore.Keyring.load = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "restore.restore_backup(Path(sys.argv[1]), Path(sys.argv[2]))\n"
    )
    arguments = [sys.executable, "-c", code, made.file, tmp_path / "恢复"]
    assert subprocess.run(arguments, check=False, timeout=60).returncode == -signal.SIGKILL
    (left,) = tmp_path.glob(".*")
    with pytest.raises(ProjectUnavailable, match="不是民情地图项目"):
        open_project(left, user=USER, password=PASSWORD)
    assert houses(restore_backup(made.file, tmp_path / "恢复")) == []


def flip_in_the_middle(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)


def test_a_damaged_project_makes_no_backup_and_names_the_newest_sound_one(
    sample_project: Path, stick: Path
) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        sound = backup.automatic_backup(session, now=NOW)
        newer = backup.automatic_backup(session, now=LATER)
        flip_in_the_middle(newer.file)
    flip_in_the_middle(sample_project / "map.db")
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        for act in (lambda: make_backup(session, stick), lambda: backup.automatic_backup(session)):
            with pytest.raises(ProjectDamaged, match=f"没有做成备份.*{sound.file.name}"):
                act()
    assert_nothing_left(stick)
    assert {p.name for p in (sample_project / "backups").iterdir()} == {sound.file.name, newer.file.name}


DAMAGES: dict[str, Callable[[Path], None]] = {
    "map.db garbled": lambda project: (project / "map.db").write_bytes(b"x" * 100_000),
    "map.db emptied": lambda project: (project / "map.db").write_bytes(b""),
    "keyring.json gone": lambda project: (project / "keyring.json").unlink(),
    "keyring.json garbled": lambda project: (project / "keyring.json").write_bytes(b"{"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_opening_a_damaged_project_names_the_newest_sound_backup(
    session: Session, damage: Callable[[Path], None], tmp_path: Path
) -> None:
    project = session.info.path
    add_house(session)
    sound = backup.automatic_backup(session, now=NOW)
    add_house(session, "002")
    flip_in_the_middle(backup.automatic_backup(session, now=LATER).file)
    session.close()
    damage(project)
    with pytest.raises(ProjectDamaged) as refused:
        open_project(project, user=USER, password=PASSWORD)
    sentence = str(refused.value)
    assert sound.file.name in sentence
    assert "mingqing restore" in sentence
    assert "\n" not in sentence
    assert houses(restore_backup(sound.file, tmp_path / "恢复")) == ["001"]


def test_opening_a_damaged_project_without_backups_says_what_is_left_to_do(empty_project: Path) -> None:
    (empty_project / "map.db").write_bytes(b"x" * 100_000)
    with pytest.raises(ProjectDamaged, match="mingqing salvage"):
        open_project(empty_project, user=USER, password=PASSWORD)


def test_a_project_with_no_changes_yet_is_not_taken_for_an_older_one(session: Session) -> None:
    backup.automatic_backup(session)
    assert backup.newer_backup(session) is None


def test_a_folder_put_back_to_an_older_state_is_noticed(session: Session) -> None:
    project = session.info.path
    add_house(session)
    yesterday = (project / "map.db").read_bytes()
    assert backup.newer_backup(session) is None
    add_house(session, "002")
    made = backup.automatic_backup(session)
    assert backup.newer_backup(session) is None
    session.close()
    (project / "map.db").write_bytes(yesterday)
    with open_project(project, user=USER, password=PASSWORD) as rolled_back:
        newer = backup.newer_backup(rolled_back)
        assert newer is not None
        assert newer.file == made.file
        add_house(rolled_back, "003")  # as many changes again, but others
        assert backup.newer_backup(rolled_back) is not None


def test_the_backup_of_an_upgrade_leaves_the_write_lock(session: Session) -> None:
    with session.transaction("edit", "升级中") as change:
        change.insert("house", new_ids(1), {"house_no": ["001"]})
        _back_up(session.info.path)
        assert "正被另一个程序写入" in another_program_writes(session.info.path)


def test_what_the_engine_cannot_read_is_one_sentence(
    session: Session, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> Iterator[bytes]:
        yield b"x"
        raise apsw.IOError("disk I/O error")

    monkeypatch.setattr(backup, "raw_chunks", fail)
    with pytest.raises(ProjectUnavailable, match="磁盘出错"):
        make_backup(session, stick)
    assert_nothing_left(stick)


def test_the_project_is_left_byte_for_byte_as_it_was(empty_project: Path, stick: Path) -> None:
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        copy = shutil.copytree(empty_project, stick / "原样.mingqing")
        make_backup(session, stick)
    assert digest(empty_project / "map.db") == digest(copy / "map.db")
    assert sorted(p.name for p in empty_project.iterdir()) == ["backups", "keyring.json", "map.db"]


@pytest.mark.parametrize("at", ["复制", "核对", "数据页"])
def test_a_backup_can_be_stopped_and_leaves_nothing(
    session: Session, stick: Path, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "STEPS_BETWEEN_QUESTIONS", 100)
    reached: list[str] = []
    watch = Watch(lambda text, _done, _total: reached.append(text), lambda: any(at in t for t in reached))
    with pytest.raises(Cancelled):
        make_backup(session, stick, watch=watch)
    assert at in reached[-1]
    assert_nothing_left(stick)
    add_house(session)


def test_a_restore_can_be_stopped_and_leaves_nothing(session: Session, stick: Path, tmp_path: Path) -> None:
    made = make_backup(session, stick)
    with pytest.raises(Cancelled):
        restore_backup(made.file, tmp_path / "新", Watch(cancelled=lambda: True))
    assert not [p for p in tmp_path.iterdir() if "新" in p.name]
