"""Who has the folder, even the data key, writes into it past the program: that is refused, or noticed and said."""

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from mingqing.access.keyring import Keyring, KeySlot
from mingqing.access.policy import Column
from mingqing.catalog.load import catalog
from mingqing.catalog.model import Catalog, Field, FieldType, Privacy, Table
from mingqing.core.errors import MingqingError, NotAllowed, ProjectUnavailable, WrongPassword
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.accounts import accounts, add_account, set_password
from mingqing.store.audit import verify
from mingqing.store.backup import make_backup
from mingqing.store.connection import connect
from mingqing.store.log import entries
from mingqing.store.owner import owner
from mingqing.store.project import create_project, open_project
from mingqing.store.restore import restore_backup
from mingqing.store.salvage import salvage_project

VIEWER, VIEWER_PASSWORD = "查阅甲", "Zhu7ying-lin4"


@pytest.fixture
def project(sample_project: Path) -> Path:
    """The sample villages, with an account that sees little."""
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        add_account(session, VIEWER, ["viewer"], None, VIEWER_PASSWORD)
    return sample_project


@contextmanager
def key_in_hand(project: Path) -> Iterator[apsw.Connection]:
    """The file as the viewer has it who has taken the program apart: his password does give him the data key."""
    (_, key), *_ = Keyring.load(project / "keyring.json").unlock(VIEWER, VIEWER_PASSWORD)
    database = connect(project / "map.db", key, read_only=False)
    try:
        yield database
    finally:
        database.close()


def open_as_viewer(project: Path) -> None:
    open_project(project, user=VIEWER, password=VIEWER_PASSWORD).close()


def test_other_programs_cannot_read_the_file(project: Path) -> None:
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(project / "map.db").execute("SELECT * FROM resident")
    ogrinfo = shutil.which("ogrinfo")
    if ogrinfo is not None:
        asked = subprocess.run(
            [ogrinfo, str(project / "map.db")], capture_output=True, text=True, check=False
        )
        assert "resident" not in asked.stdout + asked.stderr
        assert asked.returncode != 0


def test_a_role_written_into_the_file_is_refused(project: Path) -> None:
    with key_in_hand(project) as database:
        content = json.loads(database.execute("SELECT content FROM mq_account WHERE name = ?", (VIEWER,)).get)
        content["roles"] = ["county_editor"]
        database.execute(
            "UPDATE mq_account SET content = ? WHERE name = ?", (json.dumps(content, sort_keys=True), VIEWER)
        )
    with pytest.raises(ProjectUnavailable, match=f"账号“{VIEWER}”与操作日志不符"):
        open_as_viewer(project)


def test_role_definitions_written_into_the_file_are_refused(project: Path) -> None:
    with key_in_hand(project) as database:
        database.execute("UPDATE mq_meta SET value = replace(value, 'masked', 'clear') WHERE key = 'roles'")
    with pytest.raises(ProjectUnavailable, match="角色定义与操作日志不符"):
        open_as_viewer(project)


def test_role_definitions_of_this_computer_change_nothing_in_a_project(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from mingqing.access import roles
    from mingqing.core.files import data_dir

    mine = tmp_path / "resources"
    mine.mkdir()
    text = (data_dir("resources") / "roles.toml").read_text(encoding="utf-8")
    (mine / "roles.toml").write_text(text.replace('"masked"', '"clear"'), encoding="utf-8")
    monkeypatch.setattr(roles, "data_dir", lambda _: mine)
    with open_project(project, user=VIEWER, password=VIEWER_PASSWORD) as session:
        assert {len(str(name)) for (name,) in session.rows("resident", ["name"])} == {3}
        assert all(str(name).endswith("**") for (name,) in session.rows("resident", ["name"]))
    with open_project(project, user=USER, password=PASSWORD) as session:
        assert any("保密定义与项目里的不同" in n for n in session.login.notices)


def opened_up(definitions: Catalog) -> Catalog:
    """The layers as somebody edits them on his computer who wants to see everything."""

    def table(each: Table) -> Table:
        def field(one: Field) -> Field:
            kind = FieldType.TEXT if one.type in {FieldType.ID_NUMBER, FieldType.PHONE} else one.type
            return replace(one, privacy=Privacy.OPEN, mask=None, type=kind)

        layer = {"key_person": "organisation", "assistance": "organisation"}.get(each.layer, each.layer)
        return replace(
            each, layer=layer, fields=tuple(map(field, each.fields)), common=tuple(map(field, each.common))
        )

    return replace(definitions, tables={name: table(t) for name, t in definitions.tables.items()})


def test_layers_of_this_computer_open_nothing_in_a_project(project: Path) -> None:
    mine = opened_up(catalog())
    with open_project(project, user=VIEWER, password=VIEWER_PASSWORD) as session:
        names = ("name", "phone", "id_number", "sex", "birth_date")
        honest = session.rows("resident", names)
    with open_project(project, user=VIEWER, password=VIEWER_PASSWORD, catalog=mine) as session:
        assert session.rows("resident", names) == honest
        assert session.counts()["key_person"] == session.counts()["assistance"] == 0
        assert any(phone and "****" in phone for _, phone, *_ in honest)
    with open_project(project, user=USER, password=PASSWORD, catalog=mine) as session:
        assert any("保密定义与项目里的不同" in n for n in session.login.notices)


def test_who_only_looks_adds_no_field_to_a_project(project: Path) -> None:
    definitions = catalog()
    house = definitions.tables["house"]
    grown = replace(house, fields=(*house.fields, Field("roof", "屋顶", FieldType.TEXT)))
    mine = replace(definitions, tables={**definitions.tables, "house": grown})
    with pytest.raises(NotAllowed, match="先让编辑或管理员打开一次"):
        open_project(project, user=VIEWER, password=VIEWER_PASSWORD, catalog=mine)
    open_as_viewer(project)
    with open_project(project, user=USER, password=PASSWORD, catalog=mine) as session:
        assert session.policy.column("house", "roof") is Column.CLEAR
    with open_project(project, user=VIEWER, password=VIEWER_PASSWORD, catalog=mine) as session:
        assert session.policy.column("house", "roof") is Column.ABSENT  # until it is adopted


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name FROM main.resident FULL JOIN (SELECT 1 AS name WHERE 0) USING(name)",
        "SELECT content FROM mq_account FULL JOIN (SELECT 1 AS content WHERE 0) USING(content)",
        "SELECT changeset FROM mq_change FULL JOIN (SELECT 1 AS changeset WHERE 0) USING /**/ (changeset)",
        "SELECT data FROM idx_house_geometry_node FULL JOIN (SELECT 1 AS data WHERE 0) Using(data)",
        "SELECT name FROM temp.sqlite_master FULL JOIN (SELECT 1 AS name WHERE 0) USING(name)",
        "SELECT name FROM sqlite_temp_schema FULL JOIN (SELECT 1 AS name WHERE 0) USING(name)",
        "SELECT id FROM main.resident NATURAL JOIN (SELECT '甄一一' AS name)",
        "SELECT id FROM main.key_person INDEXED BY key_person_resident",
        "SELECT count(*) FROM main.key_person",
        "SELECT count(*) FROM mq_account",
        "SELECT id FROM main.resident",
        "SELECT hash FROM mq_change",
    ],
)
def test_what_sqlite_does_not_ask_about_is_refused_by_its_text(project: Path, sql: str) -> None:
    with open_project(project, user=VIEWER, password=VIEWER_PASSWORD) as session:
        with pytest.raises(NotAllowed):
            session.query(sql)
        assert session.query("SELECT count(*) FROM key_person") == [(0,)]


def test_the_keyring_of_another_project_is_refused(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "别处.mingqing"
    create_project(other, "别处", user=VIEWER, password=VIEWER_PASSWORD).close()
    shutil.copy(other / "keyring.json", project / "keyring.json")
    with pytest.raises(ProjectUnavailable, match="不配套"):
        open_as_viewer(project)


def test_a_slot_of_ones_own_under_another_account_is_refused(project: Path) -> None:
    ring = Keyring.load(project / "keyring.json")
    (_, key), *_ = ring.unlock(VIEWER, VIEWER_PASSWORD)
    mine = KeySlot.seal(key, VIEWER_PASSWORD)
    Keyring(ring.project, {**ring.slots, USER: (mine,)}).save(project / "keyring.json")
    with pytest.raises(ProjectUnavailable, match="以前的密码，或密钥文件被换成了旧的"):
        open_project(project, user=USER, password=VIEWER_PASSWORD)
    forged = replace(mine, public=ring.slots[USER][0].public)
    Keyring(ring.project, {**ring.slots, USER: (forged,)}).save(project / "keyring.json")
    with pytest.raises(WrongPassword):
        open_project(project, user=USER, password=VIEWER_PASSWORD)


def test_an_old_keyring_does_not_bring_an_old_password_back(project: Path) -> None:
    old = (project / "keyring.json").read_bytes()
    with open_project(project, user=USER, password=PASSWORD) as session:
        set_password(session, VIEWER, "Zhu7ying-lin5")
    (project / "keyring.json").write_bytes(old)
    with pytest.raises(ProjectUnavailable, match="以前的密码"):
        open_as_viewer(project)


def test_a_folder_put_back_to_yesterday_is_noticed(project: Path, tmp_path: Path) -> None:
    yesterday = shutil.copytree(project, tmp_path / "昨天")
    with open_project(project, user=USER, password=PASSWORD) as session:
        session.remember("今天", "做了一些事")
        assert session.login.notices == ()
    open_as_viewer(project)
    shutil.rmtree(project)
    shutil.copytree(yesterday, project)
    with open_project(project, user=USER, password=PASSWORD) as session:
        assert any("较早的状态" in n for n in session.login.notices)
        assert "rollback" in {e.act for e in entries(session)}


def test_a_copy_that_went_on_elsewhere_and_came_back_is_nothing_to_remark(project: Path) -> None:
    for _ in range(2):
        with open_project(project, user=USER, password=PASSWORD) as session:
            assert not any("较早的状态" in n for n in session.login.notices)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("DELETE FROM mq_audit WHERE seq = 3", "第 3 条被删除"),
        ("DELETE FROM mq_audit WHERE seq IN (3, 4)", "第 3 到第 4 条被删除"),
        ("UPDATE mq_audit SET account = '别人' WHERE seq = 3", "第 3 条被改动或调换过"),
        (
            """UPDATE mq_audit SET seq = -1 WHERE seq = 3;
               UPDATE mq_audit SET seq = 3 WHERE seq = 4;
               UPDATE mq_audit SET seq = 4 WHERE seq = -1""",
            "第 3 条被改动或调换过",
        ),
        ("DELETE FROM mq_audit WHERE seq = (SELECT max(seq) FROM mq_audit)", "被删除"),
        ("DELETE FROM mq_change", "所说的修改记录被删除或改动过"),
        ("UPDATE mq_change SET hash = x'00'", "没有对应的日志"),
    ],
)
def test_a_log_that_was_touched_says_where(project: Path, spoil: str, said: str) -> None:
    with key_in_hand(project) as database:
        database.execute("DROP TRIGGER mq_audit_kept; DROP TRIGGER mq_audit_unchanged")
        assert verify(database) == []
        database.execute(spoil)
        assert any(said in sentence for sentence in verify(database))


def test_even_who_has_the_key_cannot_touch_the_log_by_mistake(project: Path) -> None:
    with key_in_hand(project) as database:
        for sql in ("DELETE FROM mq_audit", "UPDATE mq_audit SET account = '别人'"):
            with pytest.raises(apsw.ConstraintError):
                database.execute(sql)


def test_a_backup_restored_elsewhere_lets_nobody_see_more(project: Path, tmp_path: Path) -> None:
    with open_project(project, user=VIEWER, password=VIEWER_PASSWORD) as session:
        made = make_backup(session, tmp_path)
    restored = restore_backup(made.file, tmp_path / "恢复")
    with open_project(restored, user=VIEWER, password=VIEWER_PASSWORD) as session:
        assert all(str(name).endswith("**") for (name,) in session.rows("resident", ["name"]))


def test_salvaging_lets_nobody_see_more(project: Path, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed, match="您的角色不能抢救项目"):
        salvage_project(project, tmp_path / "新", user=VIEWER, password=VIEWER_PASSWORD)
    salvaged = salvage_project(project, tmp_path / "新", user=USER, password=PASSWORD)
    with open_project(salvaged.path, user=VIEWER, password=VIEWER_PASSWORD) as session:
        assert session.counts()["resident"] > 0
        assert all(str(name).endswith("**") for (name,) in session.rows("resident", ["name"]))
        assert not session.policy.allowed("key_person", "see")  # type: ignore[arg-type]
    with open_project(salvaged.path, user=USER, password=PASSWORD) as session:
        assert [a.name for a in accounts(session)] == sorted([USER, VIEWER])


def test_accounts_lost_with_their_page_are_no_way_to_see_more(project: Path, tmp_path: Path) -> None:
    with key_in_hand(project) as database:
        database.execute("DROP TABLE mq_account")
    with pytest.raises(NotAllowed, match="恢复密钥"):
        salvage_project(project, tmp_path / "新", user=VIEWER, password=VIEWER_PASSWORD)
    with pytest.raises(MingqingError):
        open_as_viewer(project)


def test_a_project_from_a_stranger_runs_nothing_outside_itself(project: Path, tmp_path: Path) -> None:
    """Its triggers and views may use what the engine has, and the engine has nothing that reaches a file."""
    bait = tmp_path / "写出来的"
    with (
        open_project(project, user=USER, password=PASSWORD) as session,
        owner(session, spatial=True) as database,
    ):
        for call in (
            "load_extension('x')",
            f"writefile('{bait}', 'x')",
            f"BlobToFile(x'00', '{bait}')",
            f"ExportGeoJSON('house', 'geometry', '{bait}')",
            "readfile('/etc/passwd')",
            f"eval('ATTACH \"{bait}\" AS out')",
        ):
            with pytest.raises(apsw.SQLError):
                database.execute(f"SELECT {call}").fetchall()
    assert not bait.exists()
