"""Of two windows on one project the second is told who has it; a lock never outlives its window."""

import errno
import os
import signal
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from mingqing.core.errors import ProjectUnavailable
from mingqing.store import holder
from mingqing.store.backup import make_backup
from mingqing.store.check import check_project
from mingqing.store.connection import connect
from mingqing.store.edit import edit
from mingqing.store.holder import LOCK, Hold, looking_only
from mingqing.store.session import Session

WHO = "甄一一"
_HOLDER = """
import sys, pathlib
from mingqing.store.holder import Hold
hold = Hold(pathlib.Path(sys.argv[1]), '甄一一')
print('held', flush=True)
sys.stdin.read()
"""


def test_the_second_is_told_who_has_it_and_may_once_the_first_lets_go(tmp_path: Path) -> None:
    first = Hold(tmp_path, WHO)
    second = Hold(tmp_path, "贺二二")
    assert first.held_by is None
    assert str(second.held_by).startswith("甄一一 正在这台电脑的另一个窗口编辑（自 ")
    first.release()
    third = Hold(tmp_path, "贺二二")
    assert third.held_by is None
    third.release()


def test_who_is_killed_holds_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        told = Hold(tmp_path, "贺二二").held_by
        process.send_signal(signal.SIGKILL)
    assert told is not None
    assert told.who == WHO
    again = Hold(tmp_path, "贺二二")
    assert again.held_by is None
    again.release()


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL])
def test_a_medium_without_locks_is_not_spoken_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(_handle: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(holder, "_lock", refuse)
    assert [Hold(tmp_path, WHO).held_by for _ in range(2)] == [None, None]


def test_a_folder_that_is_gone_is_not_spoken_of(tmp_path: Path) -> None:
    assert Hold(tmp_path / "拔掉了", WHO).held_by is None


@pytest.mark.parametrize("said", [b"", b"\xff{", b"[]", b'{"who": 1}'])
def test_a_file_that_says_nothing_holds_all_the_same(tmp_path: Path, said: bytes) -> None:
    first = Hold(tmp_path, WHO)
    (tmp_path / LOCK).write_bytes(said)
    assert "有人 正在这台电脑" in str(Hold(tmp_path, "贺二二").held_by)
    first.release()


def test_who_logs_in_next_in_the_same_window_is_named(tmp_path: Path) -> None:
    first = Hold(tmp_path, WHO)
    first.say("贺二二")
    assert "贺二二" in str(Hold(tmp_path, "样三").held_by)
    first.release()


def test_the_project_itself_is_not_locked(session: Session) -> None:
    hold = Hold(session.info.path, session.user)
    with edit(session, "新增") as e:
        e.add("resource", {"name": "古树"})
    assert session.counts()["resource"] == 1
    hold.release()


def test_who_only_looks_is_told_why(session: Session, tmp_path: Path) -> None:
    hold = Hold(tmp_path, WHO)
    held_by = Hold(tmp_path, "贺二二").held_by
    assert held_by is not None
    with looking_only(session.clone(), held_by) as looking:
        assert looking.counts()["house"] == 0
        with (
            pytest.raises(ProjectUnavailable, match=r"甄一一 正在.*那边关掉后这里才能修改"),
            edit(looking, "x") as e,
        ):
            e.add("resource", {"name": "古树"})
    hold.release()


def test_a_backup_has_no_lock_in_it(session: Session, tmp_path: Path) -> None:
    hold = Hold(session.info.path, session.user)
    made = make_backup(session, tmp_path)
    with zipfile.ZipFile(made.file) as archive:
        assert LOCK not in archive.namelist()
    hold.release()


def test_who_only_looks_is_told_to_open_again_where_the_other_was_killed_in_the_midst_of_writing(
    session: Session, tmp_path: Path
) -> None:
    hold = Hold(tmp_path, WHO)
    held_by = Hold(tmp_path, "贺二二").held_by
    assert held_by is not None
    with looking_only(session.clone(), held_by) as looking:
        process = os.fork()
        if process == 0:  # it dies with its changes in the file, and the journal beside them
            with suppress(BaseException):
                database = connect(session.file, session.login.key, read_only=False)
                database.pragma("cache_size", 1)
                database.execute("BEGIN IMMEDIATE; CREATE TABLE t(x)")
                database.executemany("INSERT INTO t VALUES(zeroblob(5000))", [()] * 400)
            os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(process, 0)
        with pytest.raises(ProjectUnavailable, match="没有正常结束，请关闭后重新打开"):
            looking.counts()
    assert session.counts()["house"] == 0
    assert check_project(session) == []
    hold.release()
