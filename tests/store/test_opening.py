"""Opening a project: what is in the way is one sentence, and nothing is written by trying."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw
import pytest

from mingqing.access.keyring import Keyring
from mingqing.catalog.load import catalog
from mingqing.core.errors import InputRefused, ProjectUnavailable
from mingqing.core.sample import PASSWORD, USER
from mingqing.store import connection, project
from mingqing.store.check import check_project
from mingqing.store.connection import connect
from mingqing.store.ids import new_ids
from mingqing.store.project import accounts_of, create_project, open_project
from mingqing.store.session import Session
from tests.inside import query, unguarded


def reopen(path: Path) -> Session:
    return open_project(path, user=USER, password=PASSWORD)


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in sorted(folder.rglob("*"))
        if f.is_file()
    }


def assert_one_sentence(error: BaseException) -> None:
    text = str(error)
    assert 8 < len(text) < 120
    assert "\n" not in text
    assert "Error" not in text
    assert any("一" <= ch <= "鿿" for ch in text)


def assert_refused(path: Path, match: str) -> None:
    """Opening is refused with a sentence, twice the same, and leaves every byte as it was."""
    before = fingerprint(path)
    for _ in range(2):
        with pytest.raises(ProjectUnavailable, match=match) as refused:
            reopen(path)
        assert_one_sentence(refused.value)
    assert fingerprint(path) == before


# ── Passwords and keys ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("user", "password"), [(USER, "Demo"), (USER, ""), ("别人", PASSWORD), ("", "")])
def test_a_wrong_password_or_account_is_refused_alike(empty_project: Path, user: str, password: str) -> None:
    before = fingerprint(empty_project)
    with pytest.raises(ProjectUnavailable, match="账号或密码不对"):
        open_project(empty_project, user=user, password=password)
    (empty_project / "attempts.json").unlink(missing_ok=True)
    assert fingerprint(empty_project) == before


def test_accounts_are_listed_without_a_password(empty_project: Path) -> None:
    assert accounts_of(empty_project) == [USER]


def test_the_keyring_of_another_project_does_not_open_this_one(empty_project: Path, tmp_path: Path) -> None:
    create_project(tmp_path / "另一个", "另一个", user=USER, password=PASSWORD).close()
    shutil.copy(tmp_path / "另一个.mingqing" / "keyring.json", empty_project)
    assert_refused(empty_project, "不配套")


def test_a_keyring_that_claims_another_project_is_refused_though_its_key_fits(empty_project: Path) -> None:
    ring = json.loads((empty_project / "keyring.json").read_bytes())
    (empty_project / "keyring.json").write_text(json.dumps({**ring, "project": "0" * 32}), encoding="utf-8")
    assert_refused(empty_project, r"不是它自己的.*keyring\.json")


def test_a_missing_keyring_is_refused(empty_project: Path) -> None:
    (empty_project / "keyring.json").unlink()
    assert_refused(empty_project, r"keyring\.json 缺失")


# ── What a user may point at ─────────────────────────────────────────────────────────────────────────────────


def test_a_project_opens_by_its_folder_a_file_in_it_or_its_name(empty_project: Path) -> None:
    for path in (empty_project, empty_project / "map.db", empty_project.with_suffix("")):
        with reopen(path) as session:
            assert session.info.path == empty_project


@pytest.mark.parametrize("name", ["没有", "没有.mingqing", ".", "空.mingqing/map.db", "档案.mingqing"])
def test_what_is_no_project_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "空.mingqing").mkdir()
    (tmp_path / "档案.mingqing").write_bytes(b"not a folder")
    with pytest.raises(ProjectUnavailable, match="不是民情地图项目"):
        reopen(tmp_path / name)


# ── The file itself ──────────────────────────────────────────────────────────────────────────────────────────


def plain_sqlite(file: Path) -> None:
    file.unlink()
    database = sqlite3.connect(file)
    database.executescript("CREATE TABLE house(id INTEGER PRIMARY KEY); INSERT INTO house VALUES(1);")
    database.close()


def flipped(at: int) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        raw = bytearray(file.read_bytes())
        for i in range(at, at + 64):
            raw[i] ^= 0x5A
        file.write_bytes(raw)

    return damage


def cut(to: int) -> Callable[[Path], None]:
    return lambda file: file.write_bytes(file.read_bytes()[:to])


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "plain SQLite in its place": (plain_sqlite, "损坏|不完整"),
    "plain text in its place": (lambda file: file.write_bytes("甄一一\n".encode() * 5000), "损坏"),
    "nothing in it": (lambda file: file.write_bytes(b""), "不完整"),
    "first bytes only": (cut(100), "损坏|不完整"),
    "first page only": (cut(8192), "损坏|不完整"),
    "half a page": (cut(4096), "损坏|不完整"),
    "header garbled": (flipped(0), "损坏"),
    "first page garbled": (flipped(200), "损坏"),
}


@pytest.mark.parametrize(("damage", "match"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_refused_and_left_as_it_is(
    empty_project: Path, damage: Callable[[Path], None], match: str
) -> None:
    damage(empty_project / "map.db")
    assert_refused(empty_project, match)


@pytest.mark.parametrize("part", [0.1, 0.3, 0.5, 0.7, 0.9])
@pytest.mark.parametrize("kind", ["cut", "garbled"])
def test_damage_anywhere_is_refused_or_found_by_the_check(
    empty_project: Path, part: float, kind: str
) -> None:
    file = empty_project / "map.db"
    at = int(file.stat().st_size * part)
    (cut(at) if kind == "cut" else flipped(at))(file)
    try:
        with reopen(empty_project) as session:
            problems = check_project(session)
    except ProjectUnavailable as refused:
        problems = [str(refused)]
        assert_one_sentence(refused)
    assert problems


def test_a_missing_map_is_said(empty_project: Path) -> None:
    (empty_project / "map.db").unlink()
    with pytest.raises(ProjectUnavailable, match="缺少数据文件"):
        reopen(empty_project)


# ── Formats older and newer than ours ────────────────────────────────────────────────────────────────────────


@contextmanager
def raw_database(path: Path) -> Iterator[apsw.Connection]:
    """The project's file with no session around it."""
    with reopen(path) as session:
        key = session.login.key
    database = connect(path / "map.db", key, read_only=False)
    yield database
    database.close()


def set_meta(path: Path, key: str, value: str | None) -> None:
    with raw_database(path) as database:
        if value is None:
            database.execute("DELETE FROM mq_meta WHERE key = ?", (key,))
        else:
            database.execute("UPDATE mq_meta SET value = ? WHERE key = ?", (value, key))


def test_a_project_of_a_newer_program_is_refused(empty_project: Path) -> None:
    set_meta(empty_project, "format", f"{project.FORMAT_MAJOR + 1}.0")
    assert_refused(empty_project, "升级本软件")


def test_a_newer_minor_format_opens(empty_project: Path) -> None:
    set_meta(empty_project, "format", f"{project.FORMAT_MAJOR}.99")
    reopen(empty_project).close()


@pytest.mark.parametrize("value", [None, "", "x", "one.0"])
def test_a_project_that_does_not_say_its_format_is_refused(empty_project: Path, value: str | None) -> None:
    set_meta(empty_project, "format", value)
    assert_refused(empty_project, "不完整")


@pytest.mark.parametrize("key", ["name", "epsg", "epsg_chosen"])
def test_a_project_that_has_lost_what_it_is_is_refused(empty_project: Path, key: str) -> None:
    set_meta(empty_project, key, None)
    assert_refused(empty_project, "不完整")


def make_older(path: Path) -> None:
    """Take a table and a field away, as a project has it that was made before they were thought of."""
    with raw_database(path) as database:
        database.execute("SELECT DiscardGeometryColumn('supply', 'geometry')").fetchall()
        database.execute("DROP TABLE supply")
        database.execute("ALTER TABLE house DROP COLUMN vacant")
        database.execute("INSERT INTO house(id, house_no) VALUES(7, '001')")


def is_older(path: Path) -> bool:
    """Whether a project is still as `make_older` left it, but for its log."""
    (_, key), *_ = Keyring.load(path / "keyring.json").unlock(USER, PASSWORD)
    with closing(connection.connect(path / "map.db", key, read_only=True)) as database:
        tables = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'supply'").get
        fields = database.execute("SELECT count(*) FROM pragma_table_info('house') WHERE name = 'vacant'").get
        return (tables, fields, database.execute("SELECT house_no FROM house WHERE id = 7").get) == (
            0,
            0,
            "001",
        )


def test_a_project_with_fewer_fields_opens_gains_them_and_is_kept_as_it_was(empty_project: Path) -> None:
    make_older(empty_project)
    with reopen(empty_project) as session:
        assert session.row("house", 7) is not None
        with session.transaction("edit", "新字段可写") as change:
            change.update("house", [7], {"vacant": [1]})
            change.insert("supply", new_ids(1), {"name": ["物资库"]})
        assert check_project(session) == []
        assert query(session, "SELECT CheckSpatialIndex('supply', 'geometry')") == [(1,)]
    (backup,) = (empty_project / "backups").iterdir()
    assert is_older(backup)
    reopen(empty_project).close()
    assert len(list((empty_project / "backups").iterdir())) == 1


def test_a_reference_that_a_project_gains_is_found_as_quickly_as_the_others(empty_project: Path) -> None:
    with raw_database(empty_project) as database:
        database.execute("DROP INDEX evacuation_route_plan; ALTER TABLE evacuation_route DROP COLUMN plan")
    reopen(empty_project).close()
    with raw_database(empty_project) as database:
        (steps,) = database.execute("EXPLAIN QUERY PLAN SELECT id FROM evacuation_route WHERE plan = 1")
    assert "evacuation_route_plan" in steps[3]


def test_the_backup_of_an_upgrade_is_a_project_of_its_own(empty_project: Path, tmp_path: Path) -> None:
    make_older(empty_project)
    reopen(empty_project).close()
    (backup,) = (empty_project / "backups").iterdir()
    copy = shutil.copytree(backup, tmp_path / "恢复.mingqing")
    with reopen(copy) as session:
        assert session.row("house", 7) is not None


def test_an_upgrade_that_fails_leaves_the_old_project(
    empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_older(empty_project)

    def full(*_: object) -> None:
        raise apsw.FullError("database or disk is full")

    monkeypatch.setattr(project, "extend_schema", full)
    with pytest.raises(ProjectUnavailable, match="磁盘已满"):
        reopen(empty_project)
    assert is_older(empty_project)
    monkeypatch.undo()
    with reopen(empty_project) as session:
        assert session.row("house", 7) is not None


def test_an_upgrade_without_room_for_its_backup_leaves_the_old_project(
    empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_older(empty_project)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(project.shutil, "copy2", full)
    with pytest.raises(ProjectUnavailable, match="磁盘") as refused:
        reopen(empty_project)
    assert_one_sentence(refused.value)
    assert is_older(empty_project)


# ── The machine around it ────────────────────────────────────────────────────────────────────────────────────


def test_a_project_that_another_program_writes_is_read_but_not_written(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_BUSY_MS", 20)
    other = session.clone()
    with session.transaction("edit", "写着") as change:
        change.insert("house", new_ids(1), {"house_no": ["001"]})
        assert other.counts()["house"] == 0
        with (
            pytest.raises(ProjectUnavailable, match="正被另一个程序写入"),
            other.transaction("edit", "也想写"),
        ):
            pass
    assert other.counts()["house"] == 1
    with other.transaction("edit", "轮到了") as change:
        change.insert("house", new_ids(1), {"house_no": ["002"]})
    other.close()


def test_a_project_that_another_program_holds_alone_is_refused(
    empty_project: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_BUSY_MS", 20)
    with unguarded(session) as database:
        database.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ProjectUnavailable, match="正被另一个程序写入"):
            reopen(empty_project)
        database.execute("ROLLBACK")
    reopen(empty_project).close()


def assert_only_readable(path: Path, reason: str) -> None:
    before = fingerprint(path)
    with reopen(path) as session:
        assert session.info.read_only is not None
        assert reason in session.info.read_only
        assert session.counts()["house"] == 0
        with pytest.raises(ProjectUnavailable, match=reason), session.transaction("edit", "不行"):
            pass
        with pytest.raises(ProjectUnavailable, match=reason):
            session.remember("a", "b")
        with unguarded(session) as database, pytest.raises(apsw.ReadOnlyError):
            database.execute("DELETE FROM mq_meta")
    assert fingerprint(path) == before


def test_a_project_on_a_network_share_is_only_read(
    empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project, "is_network_share", lambda _: True)
    assert_only_readable(empty_project, "网络共享盘")


@pytest.mark.parametrize("part", ["", "map.db"])
def test_a_project_without_permission_to_write_is_only_read(
    empty_project: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(project, "is_writable", lambda path: path != empty_project / part)
    assert_only_readable(empty_project, "没有写入权限")


def test_a_project_that_can_only_be_read_is_not_upgraded(
    empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_older(empty_project)
    monkeypatch.setattr(project, "is_writable", lambda _: False)
    assert_refused(empty_project, "需要升级.*没有写入权限")


def test_without_spatialite_the_package_to_install_is_named(
    empty_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_EXTENSIONS", ("mod_spatialite_that_is_not_there",))
    assert_refused(empty_project, "libsqlite3-mod-spatialite")
    with pytest.raises(ProjectUnavailable, match="libsqlite3-mod-spatialite"):
        create_project(tmp_path / "新", "新", user=USER, password=PASSWORD)
    assert [p.name for p in tmp_path.iterdir()] == [empty_project.name]


def test_extensions_cannot_be_loaded_once_the_project_is_open(session: Session) -> None:
    with pytest.raises(apsw.SQLError, match="not authorized"), unguarded(session) as database:
        database.execute("SELECT load_extension('mod_spatialite')").fetchall()


# ── Making one ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "user", "password", "match"),
    [
        (" ", "甲", PASSWORD, "名称"),
        ("名", "", PASSWORD, "账号"),
        ("名", " ", PASSWORD, "账号"),
        ("名", "甲", "", "密码"),
        ("名", "甲", "demo", "密码至少要"),
        ("名", "恢复密钥", PASSWORD, "账号名"),
    ],
)
def test_a_project_needs_a_name_an_account_and_a_password(
    tmp_path: Path, name: str, user: str, password: str, match: str
) -> None:
    with pytest.raises(InputRefused, match=match):
        create_project(tmp_path / "新", name, user=user, password=password)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_never_overwritten(empty_project: Path) -> None:
    before = fingerprint(empty_project)
    for path in (empty_project, empty_project.with_suffix("")):
        with pytest.raises(InputRefused, match="已经存在"):
            create_project(path, "新", user=USER, password=PASSWORD)
    assert fingerprint(empty_project) == before


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "档案").write_bytes(b"")
    with pytest.raises(ProjectUnavailable, match="不能在") as refused:
        create_project(tmp_path / "档案" / "新", "新", user=USER, password=PASSWORD)
    assert_one_sentence(refused.value)


def test_a_project_that_cannot_be_finished_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise apsw.FullError("database or disk is full")

    monkeypatch.setattr(project, "create_schema", full)
    with pytest.raises(ProjectUnavailable, match="磁盘已满"):
        create_project(tmp_path / "新", "新", user=USER, password=PASSWORD)
    assert list(tmp_path.iterdir()) == []


def test_a_new_project_has_every_table_its_place_and_its_crs(tmp_path: Path) -> None:
    with create_project(tmp_path / "新", "新", user=USER, password=PASSWORD, epsg=4528) as session:
        rows = query(session, "SELECT f_table_name, srid FROM geometry_columns")
        assert dict(rows) == {n: 4528 for n, t in catalog().tables.items() if t.has_geometry}  # type: ignore[arg-type]
        assert session.counts() == dict.fromkeys(catalog().tables, 0)
        assert (session.info.epsg, session.info.epsg_chosen) == (4528, True)
        assert check_project(session) == []
