"""Another data key for a whole project: passwords stay, what is old is void, a kill at any instant loses nothing."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from mingqing.access.keyring import Keyring
from mingqing.core.errors import ProjectUnavailable, WrongPassword
from mingqing.core.sample import PASSWORD, USER
from mingqing.store import connection, login
from mingqing.store.accounts import NEXT_KEYRING, add_account, disable_account, make_recovery_key, rekey
from mingqing.store.backup import make_backup
from mingqing.store.check import check_project
from mingqing.store.ids import new_ids
from mingqing.store.log import entries
from mingqing.store.login import recover_account
from mingqing.store.project import open_project
from mingqing.store.restore import restore_backup
from mingqing.store.session import Session
from tests.inside import unguarded
from tests.store.test_full_disk import file_size_limit

OTHERS = "Zhu7ying-lin4"


def reopen(project: Path, user: str = USER, password: str = PASSWORD) -> Session:
    return open_project(project, user=user, password=password)


def assert_whole(project: Path) -> None:
    with reopen(project) as session:
        assert session.counts()["house"] == 532
        assert check_project(session) == []
    assert not (project / NEXT_KEYRING).exists()
    assert sorted(p.name for p in project.iterdir()) == ["backups", "keyring.json", "map.db"]


def test_every_password_opens_as_before_and_the_old_key_opens_nothing(
    sample_project: Path, tmp_path: Path
) -> None:
    with reopen(sample_project) as session:
        add_account(session, "甲", ["viewer"], None, OTHERS)
        add_account(session, "走了", ["viewer"], None, OTHERS)
        disable_account(session, "走了")
        phrase = make_recovery_key(session)
        old_keyring = (sample_project / "keyring.json").read_bytes()
        old_key = session.login.key
        backup = make_backup(session, tmp_path)
        key = rekey(session)
    assert key != old_key
    with pytest.raises(ProjectUnavailable):
        connection.connect(sample_project / "map.db", old_key, read_only=True)
    assert_whole(sample_project)
    reopen(sample_project, "甲", OTHERS).close()
    with pytest.raises(WrongPassword):
        reopen(sample_project, "走了", OTHERS)
    new_keyring = (sample_project / "keyring.json").read_bytes()
    (sample_project / "keyring.json").write_bytes(old_keyring)
    with pytest.raises(ProjectUnavailable, match="不配套"):
        reopen(sample_project)
    (sample_project / "keyring.json").write_bytes(new_keyring)
    recover_account(sample_project, phrase, USER, OTHERS)
    with reopen(sample_project, USER, OTHERS) as again:
        assert "rekey" in {e.act for e in entries(again)}
    reopen(restore_backup(backup.file, tmp_path / "恢复")).close()


def test_a_window_left_open_elsewhere_can_neither_read_nor_spoil_what_was_re_keyed(
    sample_project: Path,
) -> None:
    with reopen(sample_project) as session, session.clone() as left_open:
        assert left_open.counts()["house"] == 532
        rekey(session)
        with pytest.raises(ProjectUnavailable):
            left_open.counts()
        with pytest.raises(ProjectUnavailable), left_open.transaction("edit", "不行") as change:
            change.insert("house", new_ids(1), {"house_no": ["1"]})
    assert_whole(sample_project)


def test_a_project_that_is_being_written_is_not_re_keyed(
    sample_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_BUSY_MS", 20)
    with (
        reopen(sample_project) as session,
        session.clone() as other,
        other.transaction("edit", "写着"),
        pytest.raises(ProjectUnavailable, match="正被另一个程序写入"),
    ):
        rekey(session)
    assert_whole(sample_project)


def test_a_disk_that_fills_up_leaves_the_old_key(sample_project: Path) -> None:
    with (
        reopen(sample_project) as session,
        file_size_limit(500_000),
        pytest.raises((ProjectUnavailable, apsw.Error, OSError)),
    ):
        rekey(session)
    assert_whole(sample_project)


# ── Killed ───────────────────────────────────────────────────────────────────────────────────────────────────

KILLED = """
import os, signal, sys
from functools import partial
from pathlib import Path
import apsw
from mingqing.store import accounts, inside
from mingqing.store.project import open_project

moment, project, user, password = sys.argv[1:]
session = open_project(Path(project), user=user, password=password)

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if moment == "before":
    save = accounts.Keyring.save
    accounts.Keyring.save = lambda ring, path: (save(ring, path), path.name == accounts.NEXT_KEYRING and die())
elif moment == "after":
    accounts.finish_rekey = die
else:
    left = int(moment)

    class File(apsw.VFSFile):
        def __init__(self, name, flags):
            super().__init__(inside._PLAIN, name, flags)
            self._main = bool(flags[0] & apsw.SQLITE_OPEN_MAIN_DB)

        def xWrite(self, data, offset):
            global left
            if self._main:
                left -= 1
                if left < 0:
                    die()
            super().xWrite(data, offset)

    class Files(apsw.VFS):
        def __init__(self):
            super().__init__("killing", base=inside._PLAIN)

        def xOpen(self, name, flags):
            return File(name, flags)

    files = Files()
    session.record(accounts.Act.REKEY, detail="开始")
    session.record = lambda *_, **__: None
    apsw.Connection = partial(apsw.Connection, vfs="multipleciphers-killing")
accounts.rekey(session)
print("not killed")
"""


@pytest.mark.parametrize("moment", ["before", "0", "1", "40", "200", "after"])
def test_killed_at_any_instant_it_opens_with_every_password(sample_project: Path, moment: str) -> None:
    with reopen(sample_project) as session:
        add_account(session, "甲", ["viewer"], None, OTHERS)
    arguments = [sys.executable, "-c", KILLED, moment, sample_project, USER, PASSWORD]
    killed = subprocess.run(arguments, capture_output=True, check=False, timeout=60)
    assert (killed.returncode, killed.stderr.decode()) == (-signal.SIGKILL, "")
    assert (sample_project / NEXT_KEYRING).exists()
    if moment.isdigit():
        assert (sample_project / "map.db-journal").stat().st_size > 0
    with pytest.raises(WrongPassword):
        reopen(sample_project, USER, "Cuo4wu-mi9ma")
    (sample_project / "attempts.json").unlink()
    assert (sample_project / NEXT_KEYRING).exists()
    reopen(sample_project, "甲", OTHERS).close()
    assert_whole(sample_project)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_project_that_does_not_open_for_another_reason_keeps_both_keyrings(
    sample_project: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = [sys.executable, "-c", KILLED, moment, sample_project, USER, PASSWORD]
    subprocess.run(arguments, capture_output=True, check=False, timeout=60)
    with monkeypatch.context() as patch:

        def busy(*_: object, **__: object) -> None:
            raise ProjectUnavailable("正被另一个程序写入")

        patch.setattr(login, "connect", busy)
        patch.setattr("mingqing.store.project.connect", busy)
        with pytest.raises(ProjectUnavailable):
            reopen(sample_project)
    assert (sample_project / NEXT_KEYRING).exists()
    assert (sample_project / "keyring.json").exists()
    assert_whole(sample_project)


def test_a_keyring_to_come_that_fits_nothing_is_let_go(sample_project: Path) -> None:
    ring = Keyring.load(sample_project / "keyring.json")
    ring.resealed(bytes(32)).save(sample_project / NEXT_KEYRING)
    assert_whole(sample_project)
    shutil.copy(sample_project / "keyring.json", sample_project / NEXT_KEYRING)
    (sample_project / NEXT_KEYRING).write_bytes(b"{")
    assert_whole(sample_project)
    with reopen(sample_project) as session, unguarded(session) as database:
        assert database.execute("PRAGMA integrity_check").get == "ok"
