"""A project of format 1, from before there were accounts, a log and digests of changes, becomes one of format 2."""

import base64
import hashlib
import json
import zlib
from contextlib import closing
from pathlib import Path

import apsw
import numpy as np
import pytest
import shapely
from nacl import pwhash, secret, utils

from mingqing.access.accounts import FIRST
from mingqing.access.keyring import Keyring
from mingqing.core.errors import NotAllowed, ProjectDamaged, ProjectUnavailable, WrongPassword
from mingqing.core.files import user_dir
from mingqing.core.sample import PASSWORD, USER
from mingqing.store import project
from mingqing.store.accounts import accounts, add_account
from mingqing.store.check import check_project
from mingqing.store.connection import connect
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.log import entries
from mingqing.store.project import accounts_of, open_project
from mingqing.store.salvage import salvage_project
from mingqing.store.saved import save, saved
from mingqing.store.session import Session
from tests.inside import query

OLD_PASSWORD = "demo"  # noqa: S105 - the first version asked for no more


@pytest.fixture
def first_format(empty_project: Path) -> Path:
    """A project as the first version wrote it, with two changes in it."""
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        for number in ("001", "002"):
            with session.transaction("edit", f"录入 {number}") as change:
                shape = encode(np.array([shapely.box(0, 0, 9, 9)]), session.info.epsg)
                change.insert("house", new_ids(1), {"house_no": [number]}, shape)
        identity = Keyring.load(empty_project / "keyring.json").project
        write_first_keyring(empty_project / "keyring.json", identity, session.login.key)
    with closing(connect(empty_project / "map.db", session.login.key, read_only=False)) as database, database:
        database.execute(
            "DROP TABLE mq_account; DROP TABLE mq_audit; DROP TABLE mq_settled; DROP TABLE mq_saved;"
            "ALTER TABLE mq_change DROP COLUMN digest"
        )
        database.execute(
            "DELETE FROM mq_meta WHERE key IN ('roles', 'roles_entry', 'audit_head', 'settled_secret')"
        )
        database.execute("UPDATE mq_meta SET value = '1.0' WHERE key = 'format'")
        chain_as_first(database)
    (user_dir() / "seen.json").unlink()
    return empty_project


def write_first_keyring(path: Path, identity: str, key: bytes) -> None:
    salt = utils.random(pwhash.argon2id.SALTBYTES)
    sealing = pwhash.argon2id.kdf(32, OLD_PASSWORD.encode(), salt, opslimit=1, memlimit=8192)
    sealed = bytes(secret.SecretBox(sealing).encrypt(key))
    slot = {"kdf": "argon2id", "ops": 1, "memory": 8192, "salt": text(salt), "sealed": text(sealed)}
    path.write_text(json.dumps({"format": 1, "project": identity, "slots": {USER: slot}}), encoding="utf-8")


def text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def chain_as_first(database: apsw.Connection) -> None:
    previous = b""
    rows = list(database.execute("SELECT seq, at, account, kind, why, counts, changeset FROM mq_change"))
    for *entry, changeset in rows:
        digest = hashlib.sha256(previous + json.dumps(entry, ensure_ascii=False).encode())
        digest.update(zlib.decompress(changeset))
        previous = digest.digest()
        database.execute("UPDATE mq_change SET hash = ? WHERE seq = ?", (previous, entry[0]))


def reopen(path: Path) -> Session:
    return open_project(path, user=USER, password=OLD_PASSWORD)


def meta(session: Session, key: str) -> str:
    return str(query(session, "SELECT value FROM mq_meta WHERE key = ?", (key,))[0][0])


def test_the_first_format_opens_with_its_rows_its_history_and_nothing_wrong(first_format: Path) -> None:
    with reopen(first_format) as session:
        assert [number for (number,) in session.rows("house", ["house_no"])] == ["001", "002"]
        assert meta(session, "format") == f"{project.FORMAT_MAJOR}.{project.FORMAT_MINOR}"
        assert query(session, "SELECT why FROM mq_change ORDER BY seq") == [("录入 001",), ("录入 002",)]
        with session.transaction("edit", "接着录入") as change:
            change.insert("house", new_ids(1), {"house_no": ["003"]})
        assert check_project(session) == []


def test_its_one_account_holds_what_the_first_account_of_a_new_project_does(first_format: Path) -> None:
    with reopen(first_format) as session:
        assert [(a.name, a.roles, a.villages) for a in accounts(session)] == [
            (USER, FIRST.roles, FIRST.villages)
        ]
        add_account(session, "查阅甲", ["viewer"], None, "Zhu7ying-lin4")
    assert accounts_of(first_format) == [USER, "查阅甲"]


def test_the_log_begins_with_the_changes_of_before(first_format: Path) -> None:
    with reopen(first_format) as session:
        acts = [e.act for e in reversed(entries(session))]
        changes = [e for e in entries(session) if e.act == "edit"]
    assert acts[-2:] == ["upgrade", "login"]
    assert [(e.account, e.detail) for e in reversed(changes)] == [(USER, "录入 001"), (USER, "录入 002")]


def test_a_change_altered_before_the_upgrade_is_as_it_was_found(first_format: Path) -> None:
    """Nothing is there that could tell. From the upgrade on, it cannot be altered any more."""
    with reopen(first_format) as session:
        assert check_project(session) == []
    with closing(connect(first_format / "map.db", session.login.key, read_only=False)) as database:
        database.execute("UPDATE mq_change SET why = '别的' WHERE seq = 1")
    with reopen(first_format) as session:
        assert any("第 1 次修改" in problem for problem in check_project(session))


def test_only_the_new_key_slot_is_left_once_it_is_done(first_format: Path) -> None:
    reopen(first_format).close()
    (slot,) = Keyring.load(first_format / "keyring.json").slots[USER]
    assert slot.public
    reopen(first_format).close()
    with pytest.raises(WrongPassword):
        open_project(first_format, user=USER, password="Demo")  # noqa: S106


def test_it_is_kept_as_it_was(first_format: Path, tmp_path: Path) -> None:
    before = [(first_format / name).read_bytes() for name in ("map.db", "keyring.json")]
    reopen(first_format).close()
    (kept,) = (first_format / "backups").iterdir()
    assert [(kept / name).read_bytes() for name in ("map.db", "keyring.json")] == before
    with reopen(kept.rename(tmp_path / "恢复.mingqing")) as session:
        assert session.counts()["house"] == 2
        assert check_project(session) == []


@pytest.mark.parametrize("step", ["_begin_accounts", "chain_again", "extend_schema"])
def test_an_upgrade_that_fails_leaves_the_old_project(
    first_format: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = (first_format / "map.db").read_bytes()

    def full(*_: object) -> None:
        raise apsw.FullError("database or disk is full")

    monkeypatch.setattr(project, step, full)
    with pytest.raises(ProjectUnavailable, match="磁盘已满"):
        reopen(first_format)
    assert (first_format / "map.db").read_bytes() == before
    monkeypatch.undo()
    with reopen(first_format) as session:
        assert session.counts()["house"] == 2
        assert check_project(session) == []
    assert len(Keyring.load(first_format / "keyring.json").slots[USER]) == 1


def test_a_first_format_that_is_damaged_is_salvaged_by_its_one_account(
    first_format: Path, tmp_path: Path
) -> None:
    done = salvage_project(first_format, tmp_path / "新", user=USER, password=OLD_PASSWORD)
    with reopen(done.path) as session:
        assert session.counts()["house"] == 2
        assert check_project(session) == []


@pytest.fixture
def before_saving(session: Session) -> Session:
    """A project of format 2.0, which kept no bookmarks, with a viewer."""
    add_account(session, "查阅甲", ["viewer"], None, "Zhu7ying-lin4")
    with closing(connect(session.file, session.login.key, read_only=False)) as database:
        database.execute("DROP TABLE mq_saved; UPDATE mq_meta SET value = '2.0' WHERE key = 'format'")
    return session


def test_format_2_0_takes_bookmarks_once_anybody_opened_it(before_saving: Session) -> None:
    with open_project(before_saving.info.path, user="查阅甲", password="Zhu7ying-lin4") as viewer:  # noqa: S106
        save(viewer, "bookmark", "村口", 1)
        assert [thing.name for thing in saved(viewer, "bookmark")] == ["村口"]
        assert meta(viewer, "format") == f"{project.FORMAT_MAJOR}.{project.FORMAT_MINOR}"
    with open_project(before_saving.info.path, user=USER, password=PASSWORD) as again:
        assert [e.detail for e in entries(again) if e.act == "upgrade"] == [f"2.0 → {meta(again, 'format')}"]
        assert check_project(again) == []


def test_format_2_0_opens_as_it_is_where_it_may_only_be_read(
    before_saving: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project, "is_network_share", lambda _: True)
    with open_project(before_saving.info.path, user=USER, password=PASSWORD) as opened:
        assert saved(opened, "bookmark") == []
        assert opened.counts()["house"] == 0
        with pytest.raises(ProjectUnavailable, match="只能查看"):
            save(opened, "bookmark", "村口", 1)
        assert meta(opened, "format") == "2.0"


def test_a_project_with_accounts_cannot_pass_for_one_of_before(session: Session, tmp_path: Path) -> None:
    """Else whoever has any password would upgrade himself to the first account."""
    add_account(session, "查阅甲", ["viewer"], None, "Zhu7ying-lin4")
    session.close()
    with closing(connect(session.file, session.login.key, read_only=False)) as database:
        database.execute("UPDATE mq_meta SET value = '1.0' WHERE key = 'format'")
    with pytest.raises(ProjectDamaged):
        open_project(session.info.path, user="查阅甲", password="Zhu7ying-lin4")  # noqa: S106
    with pytest.raises(NotAllowed):
        salvage_project(session.info.path, tmp_path / "新", user="查阅甲", password="Zhu7ying-lin4")  # noqa: S106
