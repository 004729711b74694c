"""Whatever statement reaches a login's connection: the tables themselves stay shut, the views show what is theirs."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import apsw
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingqing.access.policy import Column, Policy
from mingqing.access.roles import Action, Role, Shows, roles
from mingqing.catalog.load import catalog
from mingqing.core.errors import NotAllowed
from mingqing.core.sample import PASSWORD, USER
from mingqing.ingest.run import import_paths
from mingqing.store import session as store_session
from mingqing.store.check import check_project
from mingqing.store.geometry import encode
from mingqing.store.guard import Unguarded, box_view
from mingqing.store.ids import new_ids
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.files import write_village
from tests.inside import query

TABLES = catalog().tables
ROLES = tuple(roles())
VILLAGES = ("331124204200", "331124204202", "331124204203")
HERE, THERE = VILLAGES[1:]
FIXED = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
scopes = st.none() | st.frozensets(st.sampled_from((*VILLAGES, "999999999999", "' OR 1 --")), max_size=3)
any_role = pytest.mark.parametrize("role", ROLES)


def as_role(session: Session, role: str, villages: Iterable[str] | None = None) -> Session:
    """A session of the same project as an account of this role has it; a role bound to villages gets one."""
    if villages is None and roles()[role].bound_to_villages:
        villages = [HERE]
    login = session.login
    policy = Policy.of([role], villages, session.catalog, login.known)
    account = replace(login.account, name=role, roles=(role,), villages=policy.villages)
    return Session(session.info, session.catalog, replace(login, account=account, policy=policy))


@pytest.fixture(scope="module")
def whole(sample_project_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The sample villages, wholly in sight; what is done to them by way of a test is refused."""
    path = shutil.copytree(sample_project_once, tmp_path_factory.mktemp("guard") / sample_project_once.name)
    with open_project(path, user=USER, password=PASSWORD) as opened:
        assert [v.code for v in opened.villages()] == list(VILLAGES)
        yield opened


@pytest.fixture
def own(sample_project: Path) -> Iterator[Session]:
    """A copy to write to."""
    with open_project(sample_project, user=USER, password=PASSWORD) as opened:
        yield opened


def let_through(session: Session, statements: Iterable[str]) -> list[str]:
    """Those of the statements that the guard does not refuse."""
    through = []
    for sql in statements:
        try:
            session.query(sql)
        except NotAllowed:
            continue
        except apsw.SQLError as error:
            if "may not be" not in str(error):  # modified, indexed: refused by the engine itself
                through.append(f"{sql}: {error}")
        else:
            through.append(sql)
    return through


# ── The tables themselves ────────────────────────────────────────────────────────────────────────────────────


def columns_read_directly() -> Iterator[str]:
    for name, table in TABLES.items():
        columns = [*table.column_names, *(["geometry"] if table.has_geometry else [])]
        for column in columns:
            yield f'SELECT t."{column}" FROM main."{name}" AS t'
        yield f'SELECT * FROM main."{name}"'
        yield f'SELECT count(*) FROM main."{name}" WHERE village_code > 0'
        yield f'SELECT id FROM main."{name}" ORDER BY village_code'
        yield f'SELECT s.* FROM "{name}" AS s JOIN main."{name}" AS t ON t.village_code = s.village_code'
        yield f'SELECT (SELECT max(village_code) FROM main."{name}")'
        yield f'WITH "{name}" AS (SELECT * FROM main."{name}") SELECT * FROM "{name}"'
        yield f'WITH house AS (SELECT * FROM main."{name}") SELECT * FROM house'
        yield f'SELECT * FROM (SELECT * FROM main."{name}") AS "{name}"'
        yield f'EXPLAIN SELECT village_code FROM main."{name}"'


def indexes_read_directly() -> Iterator[str]:
    for name, table in TABLES.items():
        if table.has_geometry:
            index = f"idx_{name}_geometry"
            yield f"SELECT data FROM main.{index}_node"
            yield from (f"SELECT {c} FROM main.{index}" for c in ("pkid", "xmin", "ymax", "rowid", "*"))
            yield f"SELECT rtreecheck('main', '{index}')"
            yield f"SELECT rtreenode(2, data) FROM main.{index}_node"


INNER = [
    *(f"SELECT {column} FROM sqlite_master" for column in ("*", "sql", "name", "rootpage", "count(*)")),
    *(f"SELECT {column} FROM sqlite_temp_master" for column in ("*", "sql", "name", "count(*)")),
    *("SELECT * FROM temp.sqlite_schema", "SELECT * FROM main.sqlite_master", "SELECT * FROM sqlite_sequence"),
    *(f"SELECT {c} FROM mq_settled" for c in ("*", "digest", "count(*)")),
    *(f"SELECT {c} FROM main.mq_saved" for c in ("*", "name", "value", "count(*)")),
    "WITH mq_saved AS (SELECT * FROM main.mq_saved) SELECT * FROM mq_saved",
    *(f"SELECT {c} FROM mq_account" for c in ("*", "name", "content", "entry", "count(*)")),
    *(f"SELECT {c} FROM mq_audit" for c in ("*", "account", "target", "detail", "at")),
    *(f"SELECT {c} FROM mq_change" for c in ("*", "changeset", "why", "counts", "account", "digest")),
    *("SELECT value FROM mq_meta", "SELECT * FROM mq_meta"),
    *("SELECT * FROM geometry_columns", "SELECT * FROM spatial_ref_sys", "SELECT * FROM spatialite_history"),
    *("SELECT * FROM dbstat", "SELECT name, pgsize FROM dbstat", "SELECT * FROM json_tree('[1]')"),
]  # fmt: skip
SCHEMA = [
    *("ATTACH ':memory:' AS other", "ATTACH 'file:x?mode=memory' AS other", "DETACH main", "VACUUM"),
    *("VACUUM INTO 'copy.db'", "REINDEX", "ANALYZE", "CREATE TABLE x(a)", "CREATE TEMP TABLE x(a)"),
    *("CREATE VIEW x AS SELECT 1", "CREATE TEMP VIEW x AS SELECT * FROM main.resident"),
    *("CREATE TEMP TABLE x AS SELECT * FROM main.resident", "CREATE INDEX x ON house(house_no)"),
    "CREATE TEMP TRIGGER x AFTER INSERT ON main.mq_audit BEGIN SELECT 1; END",
    "CREATE TEMP TRIGGER x INSTEAD OF INSERT ON temp.house BEGIN SELECT 1; END",
    *("CREATE VIRTUAL TABLE temp.x USING dbstat", "CREATE VIRTUAL TABLE temp.x USING fts5(a)"),
    *("DROP TABLE main.resident", "DROP VIEW temp.resident", "DROP TRIGGER main.mq_audit_kept"),
    *("ALTER TABLE main.resident RENAME TO x", "ALTER TABLE main.resident ADD COLUMN x"),
    "ALTER TABLE main.resident DROP COLUMN name",
]
PRAGMAS = [
    *("key = 'x'", "rekey = 'x'", "hexkey = '00'", "cipher = 'aes256cbc'", "writable_schema = 1"),
    *("trusted_schema = 1", "foreign_keys = 0", "recursive_triggers = 0", "journal_mode = WAL", "synchronous = 0"),
    *("temp_store = 1", "temp_store_directory = '.'", "database_list", "schema_version", "user_version = 9"),
    *("table_info(resident)", "table_xinfo(resident)", "table_list", "index_list(resident)", "function_list"),
    *("module_list", "integrity_check", "foreign_key_check", "cache_size", "mmap_size = 0", "locking_mode = EXCLUSIVE"),
    *("secure_delete = 0", "ignore_check_constraints = 1", "wal_checkpoint", "optimize", "legacy_alter_table = 1"),
]  # fmt: skip
PRAGMA_TABLES = [
    *("pragma_table_info('resident')", "pragma_table_list", "pragma_database_list", "pragma_function_list"),
    *("pragma_index_list('resident')", "pragma_foreign_key_list('resident')", "pragma_module_list"),
]


@any_role
def test_no_statement_reads_a_table_an_index_or_the_programs_own_tables(whole: Session, role: str) -> None:
    with as_role(whole, role) as session:
        statements = [*columns_read_directly(), *indexes_read_directly(), *INNER]
        assert let_through(session, statements) == []


@any_role
def test_no_statement_reaches_the_schema_another_file_or_a_setting(
    whole: Session, role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with as_role(whole, role) as session:
        pragmas = [*(f"PRAGMA {p}" for p in PRAGMAS), *(f"PRAGMA main.{p}" for p in PRAGMAS)]
        tables = [f"SELECT * FROM {t}" for t in PRAGMA_TABLES]
        assert let_through(session, [*SCHEMA, *pragmas, *tables]) == []
    assert list(tmp_path.iterdir()) == []


WRITES = [
    *(f'DELETE FROM main."{t}"' for t in (*TABLES, "mq_account", "mq_audit", "mq_change", "mq_meta", "mq_memory")),
    'DELETE FROM main."mq_settled"',
    "INSERT INTO mq_settled VALUES(x'00')",
    *('DELETE FROM main."mq_saved"', "UPDATE main.mq_saved SET owner = NULL"),
    "INSERT INTO main.mq_saved VALUES(1, 'bookmark', '', NULL, '[]', '1', '')",
    *(f'INSERT INTO main."{t}"(id) VALUES(1)' for t in TABLES),
    *(f"UPDATE main.\"{t}\" SET village_code = '{HERE}'" for t in TABLES),
    *(f'UPDATE main."{t}" SET id = 1' for t in TABLES),
    "INSERT INTO mq_audit VALUES(999, '', '', '', '', 1, '', '', '', x'')",
    "INSERT INTO mq_change VALUES(999, '', '', '', '', '', x'', x'', x'')",
    *("UPDATE mq_meta SET value = '0:' WHERE key = 'audit_head'", "INSERT INTO mq_memory VALUES('a', 'b')"),
    *("REPLACE INTO mq_meta VALUES('format', '1.0')", "UPDATE mq_account SET content = '{}'"),
    *("DELETE FROM main.idx_house_geometry", "DELETE FROM main.idx_house_geometry_node"),
    *("UPDATE geometry_columns SET srid = 0", "DELETE FROM spatial_ref_sys", "DELETE FROM sqlite_master"),
    "WITH x AS (SELECT 1) DELETE FROM main.house WHERE id IN x",
    "INSERT INTO main.house(id) VALUES(1) ON CONFLICT DO UPDATE SET house_no = 1 RETURNING *",
]  # fmt: skip


@any_role
def test_no_statement_writes_but_those_of_a_transaction(whole: Session, role: str) -> None:
    before = contents(whole)
    with as_role(whole, role) as session:
        assert let_through(session, WRITES) == []
        for name in TABLES:  # the views are no way round
            with pytest.raises((NotAllowed, apsw.SQLError)):
                session.query(f'DELETE FROM "{name}"')
    assert contents(whole) == before


def contents(session: Session) -> list[object]:
    return [
        query(session, f'SELECT * FROM "{t}"')
        for t in (*TABLES, "mq_account", "mq_audit", "mq_change", "mq_meta")
    ]


ESCAPES = [
    *("load_extension('x')", "fts3_tokenizer('simple')", "readfile('/etc/passwd')", "writefile('x', 'x')"),
    *("edit('x')", "sqlite3mc_config('cipher')", "sqlite3mc_codec_data('salt')", "BlobToFile(x'00', 'x')"),
    *("BlobFromFile('/etc/passwd')", "XB_LoadXML('/etc/passwd')", "EvalSQL('SELECT 1')", "eval('SELECT 1')"),
    *("ImportSHP('a', 'b', 'UTF-8')", "ExportSHP('house', 'geometry', 'x', 'UTF-8')", "ImportDBF('a', 'b', 'UTF-8')"),
    *("ExportDBF('house', 'x', 'UTF-8')", "ExportGeoJSON('house', 'geometry', 'x')"),
    *("ImportGeoJSON('a', 'b')", "ImportXLS('a', 'b')", "ImportWFS('a', 'b', 'c')", "ImportDXF('a')"),
    *("DropTable('main', 'house')", "RenameTable('main', 'house', 'x')", "CloneTable('main', 'house', 'x', 1)"),
    *("DiscardGeometryColumn('house', 'geometry')", "CreateSpatialIndex('house', 'geometry')"),
    *("ElementaryGeometries('house', 'geometry', 'x', 'a', 'b')", "GetDbObjectScope('main', 'house')"),
    *("sqlite_compileoption_get(1)", "InitSpatialMetadata(1)"),
    *("randomblob(9)", "zeroblob(9)", "hex('x')", "sqlite_version()", "rtreedepth(x'00')"),
]  # fmt: skip


@any_role
def test_functions_that_reach_outside_are_refused_or_not_there(
    whole: Session, role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = contents(whole)
    with as_role(whole, role) as session:
        through = let_through(session, (f"SELECT {call}" for call in ESCAPES))
        assert [sql for sql in through if "no such function" not in sql] == []
    assert contents(whole) == before
    assert list(tmp_path.iterdir()) == []


def test_the_functions_tried_are_mostly_there_and_would_run_without_the_guard(whole: Session) -> None:
    with pytest.raises(apsw.SQLError, match="no such function"):
        query(whole, "SELECT no_function_of_this_name()")
    assert query(whole, "SELECT hex('x'), GetDbObjectScope('main', 'house') IS NOT NULL") == [("78", 1)]


SHAPES = [
    *("SELECT * FROM resident", "SELECT DISTINCT name FROM resident", "SELECT id FROM road UNION SELECT id FROM road"),
    *("SELECT 1 FROM road LEFT JOIN house ON house.id = road.id", "SELECT * FROM (SELECT * FROM house LIMIT 3)"),
    *("SELECT 1 FROM road RIGHT JOIN house_box ON pkid = road.id", "SELECT 1 FROM road FULL JOIN grid"),
    *("SELECT count(*) OVER () FROM resident", "SELECT (SELECT max(name) FROM resident) FROM road, grid"),
    "WITH x AS MATERIALIZED (SELECT * FROM grid) SELECT * FROM x, x AS y",
    *("SELECT nothing FROM house", "SELECT house.nothing FROM house", "SELECT id FROM house, road"),
    *("SELECT name FROM main.resident", "DELETE FROM temp.resident", "INSERT INTO house VALUES(1)"),
]  # fmt: skip


def test_the_names_of_the_inner_views_are_never_told(whole: Session) -> None:
    """Whoever knew one could read any table under it."""
    with as_role(whole, "viewer") as session:
        told = ""
        for sql in SHAPES:
            for asked in (sql, f"EXPLAIN {sql}", f"EXPLAIN QUERY PLAN {sql}"):
                try:
                    told += repr(session.query(asked))
                except (NotAllowed, apsw.Error) as error:
                    told += f"{error} {error.__cause__}"
        inner = session._guard._secret
        assert "MATERIALIZE" in told
        assert inner not in told
        known = f'WITH "{inner}x" AS (SELECT * FROM main.resident) SELECT * FROM "{inner}x"'
        assert session._database.execute(known).fetchall()  # so there was something to tell


# ── What is theirs ───────────────────────────────────────────────────────────────────────────────────────────


@any_role
@FIXED
@given(villages=scopes)
def test_only_rows_of_the_villages_and_tables_allowed_are_there(
    whole: Session, role: str, villages: frozenset[str] | None
) -> None:
    with as_role(whole, role, villages) as session:
        policy = session.policy
        for name, counted in session.counts().items():
            wanted = [
                row
                for row in whole.rows(name, ["id", "village_code"])
                if policy.allowed(name, Action.SEE) and policy.in_scope(row[1])
            ]
            assert session.rows(name, ["id", "village_code"]) == [
                (i, code if policy.column(name, "village_code") is Column.CLEAR else None)
                for i, code in wanted
            ]
            assert counted == len(wanted) == len(session.features(name))
            if TABLES[name].has_geometry:
                boxed = {i for (i,) in session.query(f'SELECT pkid FROM "{box_view(name)}"')}
                everywhere = {i for (i,) in whole.query(f'SELECT pkid FROM "{box_view(name)}"')}
                assert boxed == {i for i, _ in wanted} & everywhere


@any_role
def test_columns_are_clear_masked_or_empty_as_the_role_says(whole: Session, role: str) -> None:
    with as_role(whole, role) as session:
        for name, table in TABLES.items():
            if not session.policy.allowed(name, Action.SEE):
                continue
            real = {row[0]: row[1:] for row in whole.rows(name, ["id", *table.column_names])}
            for i, *seen in session.rows(name, ["id", *table.column_names]):
                for column, shown, value in zip(table.column_names, seen, real[i], strict=True):
                    level = session.policy.column(name, column)
                    if level is Column.CLEAR:
                        assert shown == value
                    elif level is Column.ABSENT:
                        assert shown is None
                    elif value:
                        assert "**" in str(shown)
                        assert shown != value


def test_a_session_of_a_role_does_what_the_map_needs(whole: Session) -> None:
    with as_role(whole, "viewer", [HERE]) as session:
        assert [v.code for v in session.villages()] == [HERE]
        bounds = session.extent()
        assert bounds is not None
        assert len(session.features("house", bounds=bounds)) == session.counts()["house"] > 0
        assert len(session.features("household", bounds=bounds, columns=["householder"])) > 0
        assert len(session.features("key_person")) == session.counts()["key_person"] == 0
        (first, *_) = session.features("house").ids
        elsewhere = [i for (i,) in whole.rows("house", ["id"]) if i not in session.features("house").ids]
        assert elsewhere
        assert session.features("house", among=[int(first), *elsewhere]).ids.tolist() == [first]
        assert session.referring("house", int(first))
        with session.clone() as other:
            assert other.counts() == session.counts()


def test_what_is_masked_cannot_be_asked_for_either(whole: Session) -> None:
    ((number, name),) = query(whole, "SELECT id_number, name FROM resident WHERE id_number NOT NULL LIMIT 1")
    with as_role(whole, "viewer") as session:
        assert session.rows("resident", ["id"], where={"id_number": number}) == []
        assert session.rows("resident", ["id"], where={"name": name}) == []
        assert session.query("SELECT count(*) FROM resident WHERE name LIKE ?", (f"{name}%",)) == [(0,)]


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────


def shape(x: float = 450_000.0) -> list[bytes | None]:
    return encode(np.array([shapely.box(x, 3_140_000, x + 9, 3_140_009)]), 4549)


def house_in(session: Session, village: str) -> int:
    return int(session.rows("house", ["id"], where={"village_code": village})[0][0])


def test_rows_of_other_villages_are_not_written(own: Session) -> None:
    here, there = house_in(own, HERE), house_in(own, THERE)
    before = contents(own)
    with as_role(own, "village_editor", [HERE]) as session:
        refused = {
            "added there": lambda c: c.insert("house", new_ids(1), {"village_code": [THERE]}, shape()),
            "added nowhere": lambda c: c.insert("house", new_ids(1), {"house_no": ["9"]}, shape()),
            "moved there": lambda c: c.update("house", [here], {"village_code": [THERE]}),
            "moved nowhere": lambda c: c.update("house", [here], {"village_code": [None]}),
            "taken from there": lambda c: c.update("house", [there], {"village_code": [HERE]}),
            "changed there": lambda c: c.update("house", [there], {"house_no": ["9"]}),
            "reshaped there": lambda c: c.update("house", [there], {}, shape()),
            "deleted there": lambda c: c.delete("house", [here, there]),
        }
        for what, act in refused.items():
            with (
                pytest.raises(NotAllowed, match="不在您管辖的村里"),
                session.transaction("edit", what) as change,
            ):
                act(change)
    assert contents(own) == before


def test_rows_of_ones_own_village_are_written_with_their_place_in_the_index(own: Session) -> None:
    with as_role(own, "village_editor", [HERE]) as session:
        with session.transaction("edit", "新建") as change:
            (new,) = new_ids(1)
            change.insert("house", [new], {"house_no": ["901"], "village_code": [HERE]}, shape())
        with session.transaction("edit", "搬") as change:
            change.update("house", [new], {"storeys": [2]}, shape(460_000))
        assert list(session.features("house", bounds=(460_000, 3_140_000, 460_001, 3_140_001)).ids) == [new]
        with session.transaction("edit", "拆") as change:
            change.delete("house", [new])
    assert check_project(own) == []


@any_role
def test_tables_and_columns_that_may_not_be_edited_are_refused_by_name(own: Session, role: str) -> None:
    before = contents(own)
    with as_role(own, role, [HERE]) as session:
        for name, table in TABLES.items():
            writable = session.policy.writable(name) if session.policy.allowed(name, Action.EDIT) else ()
            for column in set(table.column_names) - set(writable):
                match = "您的角色不能修改"
                with pytest.raises(NotAllowed, match=match), session.transaction("edit", "不行") as change:
                    change.update(name, [1], {column: [None]})
            if not writable:
                with pytest.raises(NotAllowed), session.transaction("edit", "不行") as change:
                    change.delete(name, [1])
    assert contents(own) == before


def test_a_hidden_column_is_not_written_though_the_transaction_let_it(own: Session) -> None:
    """The triggers and the authorizer hold by themselves."""
    shown = {"open": Shows.CLEAR, "resident.created_by": Shows.CLEAR}
    half = Role("half", "半懂", "试", {"resident": frozenset(Action)}, shown)
    policy = Policy.of(["half"], None, own.catalog, {"half": half})
    with Session(own.info, own.catalog, replace(own.login, policy=policy)) as session:
        before = contents(own)
        with session._guard.writing():
            for sql in (
                "INSERT INTO main.resident(id, name) VALUES(7, '样一')",
                "INSERT INTO main.resident(id) VALUES(7) ON CONFLICT DO UPDATE SET phone = '1'",
                "UPDATE main.resident SET name = '样一'",
            ):
                with pytest.raises(NotAllowed):
                    session.query(sql)
        assert contents(own) == before
        with session.transaction("edit", "认得的栏") as change:
            change.insert("resident", new_ids(1), {"village_code": [HERE]})
        assert session.counts()["resident"] == own.counts()["resident"]


def test_statements_made_for_writing_are_not_there_to_be_used_again(own: Session) -> None:
    """A prepared statement is kept under its text, with the leave it was given; the text is not to be guessed."""
    with as_role(own, "village_editor", [HERE]) as session:
        mark = session._guard.mark
        made: list[str] = []
        session._database.exec_trace = lambda _, sql, __: made.append(sql) or True
        with session.transaction("edit", "录入") as change:
            (new,) = new_ids(1)
            change.insert("house", [new], {"house_no": ["901"], "village_code": [HERE]}, shape())
            change.update("house", [new], {"house_no": ["902"]})
            change.delete("house", [new])
            change.insert("house", [new], {"house_no": ["903"], "village_code": [HERE]}, shape())
        session.remember("a", "b")
        session._database.exec_trace = None
        before = contents(own)
        assert any(mark in sql for sql in made)
        bare = [sql.removeprefix(mark) for sql in made]
        written = [sql for sql in bare if sql.startswith(("INSERT", "UPDATE", "DELETE"))]
        assert len(written) >= 6
        for sql in written:
            with pytest.raises(NotAllowed), suppress(apsw.ConstraintError):
                session.query(sql, tuple(range(sql.count("?"))))
        with session.clone() as another:
            assert another._guard.mark != mark
    assert contents(own) == before


def test_what_stands_in_for_the_guard_does_all_that_a_session_asks_of_it(
    empty_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The benchmark of what the guard costs measures against it."""
    monkeypatch.setattr(store_session, "Guard", lambda _database, policy, _user: Unguarded(policy))
    monkeypatch.setattr(store_session, "box_view", "idx_{}_geometry".format)
    write_village(tmp_path / "村")
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        assert not session.info.epsg_chosen
        report = import_paths(session, [tmp_path / "村"])
        assert report.stopped is None, report.summary()
        assert len(session.features("village", bounds=session.extent("village"))) == 1
