"""Policies: several roles are their union and never more, villages confine everything, and the SQL keeps to both."""

import re
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingqing.access.policy import Column, Policy, shared_sql
from mingqing.access.roles import Action, Duty, Role, Shows, mask_of, privacy_of, roles
from mingqing.catalog.load import catalog
from mingqing.catalog.model import Catalog, Field, FieldType, Mask, Privacy, Table
from mingqing.core.errors import NotAllowed

HERE, THERE = "331124101001", "331124101002"
DUTIES = {"system_admin", "security_admin", "auditor"}
EDITORS = {"county_editor", "town_editor", "village_editor"}
COLUMNS = [(t.name, f) for t in catalog().tables.values() for f in t.column_names]
OPENNESS = list(Column)

HELD = st.sets(st.sampled_from(sorted(roles()))).filter(lambda held: len(held & DUTIES) < 2)
PLACES = st.sampled_from(COLUMNS)
ACTIONS = st.sampled_from(Action)


def policy(*held: str, villages: Collection[str] | None = (HERE,)) -> Policy:
    return Policy.of(held, villages, catalog())


def with_field(field: Field) -> Catalog:
    """The program's catalog with one more field in every table."""
    tables = {name: replace(table, fields=(*table.fields, field)) for name, table in catalog().tables.items()}
    return replace(catalog(), tables=tables)


# ── Roles add up, and to no more than their sum ──────────────────────────────────────────────────────────────


@given(HELD, PLACES, ACTIONS)
def test_a_policy_is_the_union_of_its_roles_and_never_wider(
    held: set[str], place: tuple[str, str], action: Action
) -> None:
    alone = [policy(code) for code in held]
    together, (table, field) = policy(*held), place
    assert together.allowed(table, action) == any(p.allowed(table, action) for p in alone)
    widest = max((p.column(table, field, action) for p in alone), key=OPENNESS.index, default=Column.ABSENT)
    assert together.column(table, field, action) is widest
    assert together.may_unmask(table, field, action) <= any(p.may_unmask(table, field, action) for p in alone)
    assert not (together.may_unmask(table, field, action) and widest is Column.CLEAR)


@given(HELD)
def test_the_footer_that_one_role_requires_no_other_takes_away(held: set[str]) -> None:
    assert policy(*held).footer_required == any(policy(code).footer_required for code in held)


@given(HELD, PLACES, ACTIONS)
def test_what_is_not_allowed_shows_nothing(held: set[str], place: tuple[str, str], action: Action) -> None:
    account, (table, field) = policy(*held), place
    if not account.allowed(table, action):
        assert account.column(table, field, action) is Column.ABSENT
        assert not account.may_unmask(table, field, action)


@given(HELD, PLACES)
def test_what_may_be_edited_exported_or_printed_may_be_seen_as_clearly(
    held: set[str], place: tuple[str, str]
) -> None:
    account, (table, field) = policy(*held), place
    for action in Action:
        assert account.allowed(table, Action.SEE) or not account.allowed(table, action)
        shown = account.column(table, field, action)
        assert OPENNESS.index(shown) <= OPENNESS.index(account.column(table, field))


def test_who_sees_clear_by_one_role_and_exports_by_another_exports_the_mask() -> None:
    see, out = frozenset({Action.SEE}), frozenset({Action.SEE, Action.EXPORT})
    known = {
        "sees": Role("sees", "看", "看", {"resident": see}, {"personal": Shows.CLEAR}),
        "exports": Role("exports", "导", "导", {"resident": out}, {"personal": Shows.MASKED}),
    }
    both = Policy.of(known, None, catalog(), known)
    assert both.column("resident", "name", Action.SEE) is Column.CLEAR
    assert both.column("resident", "name", Action.EXPORT) is Column.MASKED
    assert both.column("resident", "name", Action.PRINT) is Column.ABSENT


@given(
    st.sampled_from(sorted(DUTIES)),
    st.sampled_from(sorted(DUTIES)),
    st.sets(st.sampled_from(sorted(roles()))),
)
def test_two_of_the_three_duties_are_never_in_one_hand(one: str, other: str, more: set[str]) -> None:
    held = {one, other, *more}
    if len(held & DUTIES) > 1:
        with pytest.raises(NotAllowed, match="不能由同一个账号兼任"):
            policy(*held)
    else:
        assert [duty for duty in Duty if policy(*held).has(duty)] == [roles()[one].duty]


def test_a_role_that_does_not_exist_is_refused() -> None:
    with pytest.raises(NotAllowed, match="emperor"):
        policy("viewer", "emperor")


def test_no_role_is_no_permission() -> None:
    nobody = policy()
    assert not any(nobody.allowed(table, action) for table in catalog().tables for action in Action)
    assert {nobody.column(table, field) for table, field in COLUMNS} == {Column.ABSENT}


# ── Fields ───────────────────────────────────────────────────────────────────────────────────────────────────


@given(PLACES, ACTIONS)
def test_who_only_looks_sees_nothing_about_a_person_clear_and_may_ask_for_nothing(
    place: tuple[str, str], action: Action
) -> None:
    viewer, (table, name) = policy("viewer"), place
    if privacy_of(catalog().tables[table].field_by_name[name]) is not Privacy.OPEN:
        assert viewer.column(table, name, action) is not Column.CLEAR
    if privacy_of(catalog().tables[table].field_by_name[name]) is Privacy.SENSITIVE:
        assert viewer.column(table, name, action) is Column.ABSENT
    assert not viewer.may_unmask(table, name, action)


FIELDS = st.builds(
    lambda kind, mask, privacy: Field("newcomer", "新字段", kind, mask=mask, privacy=privacy),
    st.sampled_from([k for k in FieldType if k not in {FieldType.CODE, FieldType.REFERENCE}]),
    st.sampled_from([None, *Mask]),
    st.sampled_from(Privacy),
)


@given(FIELDS, HELD, st.sampled_from(sorted(catalog().tables)), ACTIONS)
def test_a_field_that_is_added_is_closed_by_itself(
    field: Field, held: set[str], table: str, action: Action
) -> None:
    account = Policy.of(held, {HERE}, with_field(field))
    shown = account.column(table, "newcomer", action)
    if privacy_of(field) is Privacy.SENSITIVE and not held & EDITORS:
        assert shown is Column.ABSENT
    if privacy_of(field) is Privacy.PERSONAL and not held & {*EDITORS, "planner"}:
        assert shown is Column.ABSENT or (shown is Column.MASKED and mask_of(field) is not None)
    if not held & EDITORS:
        assert not account.may_unmask(table, "newcomer", action)


def test_only_what_is_seen_whole_may_be_written() -> None:
    assert policy("county_editor").writable("resident") == catalog().tables["resident"].column_names
    assert policy("planner").writable("resident") == policy("viewer").writable("resident") == ()
    editor = Role(
        "e", "e", "e", {"resident": frozenset(Action)}, {"open": Shows.CLEAR, "personal": Shows.MASKED}
    )
    written = Policy.of(["e"], None, catalog(), {"e": editor}).writable("resident")
    assert "village_code" in written
    assert not {"name", "id_number", "sex"} & set(written)


@pytest.mark.parametrize(
    ("role", "table", "field", "said"),
    [
        ("viewer", "resident", "name", "“姓名”属于个人信息，您的角色（查阅）只能看到打码后的内容"),
        ("viewer", "resident", "id_number", "“身份证号”属于个人信息，您的角色（查阅）用不到，因此不显示"),
        ("viewer", "key_person", "need", "“重点人员”不在您的角色（查阅）可以查看的范围内"),
        ("planner", "resident", "birth_date", "“出生日期”属于个人信息，平时不完整显示；确有需要时填写理由"),
        ("county_editor", "resident", "id_number", None),
    ],
)
def test_a_field_says_why_it_is_not_shown(role: str, table: str, field: str, said: str | None) -> None:
    told = policy(role).explain(table, field)
    assert told is None if said is None else str(told).startswith(said)


@given(HELD, PLACES)
def test_there_is_a_reason_exactly_where_something_is_withheld(
    held: set[str], place: tuple[str, str]
) -> None:
    account = policy(*held)
    assert (account.explain(*place) is None) == (account.column(*place) is Column.CLEAR)


# ── Villages ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ["town_editor", "village_editor"])
def test_a_role_that_is_bound_to_villages_is_refused_without(role: str) -> None:
    with pytest.raises(NotAllowed, match="要指定管辖的村"):
        policy(role, "viewer", villages=None)


def test_the_villages_of_an_account_confine_every_role_it_holds() -> None:
    both = policy("village_editor", "county_editor")
    assert both.in_scope(HERE)
    assert not both.in_scope(THERE)
    assert not both.in_scope(None)
    assert policy("county_editor", villages=None).in_scope(None)


# ── The SQL ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    """Every table of the catalog, a row here, one elsewhere, one of no village; no cell without a canary."""
    connection = sqlite3.connect(":memory:")
    for table in catalog().tables.values():
        shape = ["geometry"] if table.has_geometry else []
        columns = [*table.column_names, *shape]
        connection.execute(f'CREATE TABLE "{table.name}"(id INTEGER PRIMARY KEY, {_listed(columns)})')
        for village in (HERE, THERE, None):
            row = [village if name == "village_code" else _canary(table, name, village) for name in columns]
            connection.execute(
                f'INSERT INTO "{table.name}"({_listed(columns)}) VALUES({", ".join("?" * len(row))})', row
            )
    yield connection
    connection.close()


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _canary(table: Table, name: str, village: str | None) -> str:
    field = table.field_by_name.get(name)
    if field is not None and mask_of(field) is Mask.ID_NUMBER:
        return "33112419500101123X"
    if field is not None and mask_of(field) is Mask.PHONE:
        return "13877771234"
    return f"甄{table.name}.{name}@{village}"


def _rows(database: sqlite3.Connection, sql: str) -> list[dict[str, object]]:
    cursor = database.execute(sql)
    return [dict(zip([d[0] for d in cursor.description], row, strict=True)) for row in cursor]


@pytest.mark.parametrize("role", sorted(roles()))
def test_a_view_holds_the_rows_and_cells_that_the_policy_allows(
    database: sqlite3.Connection, role: str
) -> None:
    account = policy(role)
    for table in catalog().tables.values():
        rows = _rows(database, account.view_sql(table.name))
        assert len(rows) == (1 if account.allowed(table.name, Action.SEE) else 0)
        for name, value in (item for row in rows for item in row.items() if item[0] in table.field_by_name):
            kept = HERE if name == "village_code" else _canary(table, name, HERE)
            shown = account.column(table.name, name)
            assert (value == kept) == (shown is Column.CLEAR)
            assert (value is None) == (shown is Column.ABSENT)


@pytest.mark.parametrize("giver", ["county_editor", "planner", "viewer"])
@pytest.mark.parametrize("taker", ["village_editor", "planner", "viewer"])
def test_what_is_handed_over_is_what_one_may_export_and_the_other_may_see(
    database: sqlite3.Connection, giver: str, taker: str
) -> None:
    one, other = policy(giver, villages=None), policy(taker)
    for table in catalog().tables.values():
        rows = _rows(database, shared_sql(table.name, one, other))
        shared = one.allowed(table.name, Action.EXPORT) and other.allowed(table.name, Action.SEE)
        assert [r["village_code"] for r in rows] == ([HERE] if shared else [])
        for name in table.column_names if rows else ():
            exported, seen = one.column(table.name, name, Action.EXPORT), other.column(table.name, name)
            kept = HERE if name == "village_code" else _canary(table, name, HERE)
            assert (rows[0][name] == kept) == (exported is seen is Column.CLEAR)
            assert (rows[0][name] is None) == (Column.ABSENT in {exported, seen})


def test_what_is_handed_over_lies_within_the_villages_of_both(database: sqlite3.Connection) -> None:
    one, other = policy("county_editor"), policy("viewer", villages={THERE})
    assert _rows(database, shared_sql("house", one, other)) == []
    assert len(_rows(database, shared_sql("house", one, policy("viewer", villages={HERE, THERE})))) == 1


@pytest.mark.parametrize("role", sorted(roles()))
def test_a_view_has_the_columns_of_its_table_under_their_names(
    database: sqlite3.Connection, role: str
) -> None:
    for table in catalog().tables.values():
        database.execute(f'CREATE TEMP VIEW "{table.name}" AS {policy(role).view_sql(table.name)}')
        seen = [row[1] for row in database.execute(f'PRAGMA temp.table_info("{table.name}")')]
        shape = ["geometry"] if table.has_geometry else []
        assert seen == ["id", *table.column_names, *shape]


def test_of_a_table_that_is_not_allowed_nothing_is_read() -> None:
    assert not re.search(r"\bt\.|\bFROM\b", policy("department").view_sql("assistance"))


def test_an_account_of_the_whole_project_sees_rows_of_no_village_too(database: sqlite3.Connection) -> None:
    assert len(_rows(database, policy("viewer", villages=None).view_sql("resident"))) == 3
    assert _rows(database, policy("viewer", villages=set()).view_sql("resident")) == []


def test_a_scope_is_false_not_null_for_a_row_of_no_village(database: sqlite3.Connection) -> None:
    for villages in ({HERE}, set()):
        condition = policy("viewer", villages=villages).scope_sql("village_code")
        outside = _rows(database, f"SELECT id FROM resident WHERE NOT {condition}")
        assert len(outside) == 3 - len(villages)


@given(
    st.sets(st.text().filter(lambda t: "\0" not in t and t.isprintable()), min_size=1, max_size=4), st.text()
)
def test_a_village_code_is_never_read_as_sql(villages: set[str], other: str) -> None:
    account = policy("viewer", villages=villages)
    connection = sqlite3.connect(":memory:")
    try:
        for code in villages:
            assert connection.execute(f"SELECT {account.scope_sql('?')}", (code, code)).fetchone() == (1,)
        stranger = f"{other}' OR 1=1 --" + "".join(villages) + "x"
        if stranger.isprintable():
            assert connection.execute(
                f"SELECT {account.scope_sql('?')}", (stranger, stranger)
            ).fetchone() == (0,)
    finally:
        connection.close()


def test_a_village_code_that_would_end_the_statement_is_refused() -> None:
    with pytest.raises(NotAllowed, match="村代码"):
        policy("viewer", villages={"33\0"}).view_sql("house")


def test_a_field_asked_for_with_a_reason_is_clear_and_the_others_stay(database: sqlite3.Connection) -> None:
    sql = policy("planner").view_sql("resident", Action.PRINT, unmask=["birth_date"])
    (row,) = _rows(database, sql)
    assert row["birth_date"] == _canary(catalog().tables["resident"], "birth_date", HERE)
    assert row["id_number"] is row["sex"] is None


@pytest.mark.parametrize(
    ("role", "field"), [("planner", "id_number"), ("viewer", "name"), ("planner", "phone")]
)
def test_a_field_that_may_not_be_asked_for_is_refused(role: str, field: str) -> None:
    with pytest.raises(NotAllowed):
        policy(role).view_sql("resident", unmask=[field])


@given(HELD, st.sampled_from(sorted(catalog().tables)), ACTIONS)
def test_a_view_names_only_its_own_table_and_takes_no_parameter(
    held: set[str], table: str, action: Action
) -> None:
    asked = policy(*held)
    sql = asked.view_sql(table, action)
    assert re.findall(r"\bFROM (\S+)", sql) == ([f'main."{table}"'] if asked.allowed(table, action) else [])
    assert not re.search(r"[?;:]|--|/\*", sql)
