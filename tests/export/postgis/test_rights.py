"""Who logs in to the county's database sees what the role sees in the program, and of no other village."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingqing.access.masking import COMPOUND_SURNAMES
from mingqing.access.masking import MASKS as IN_PYTHON
from mingqing.access.policy import Column, Policy
from mingqing.access.roles import Action, roles
from mingqing.catalog.load import catalog
from mingqing.catalog.model import Mask
from mingqing.export.postgis.columns import fields_of, publishable
from mingqing.export.postgis.masks import MASKS
from mingqing.export.postgis.publish import publish
from mingqing.store.accounts import add_account, disable_account
from mingqing.store.edit import edit
from mingqing.store.session import Session

from .conftest import As, County, Server

HERE, THERE = "331124204202", "331124204203"
# Whole values that nobody sees but who may; all but the last two are of persons.
CANARIES = ("甄一一", "13822220002", "331124196002022221", "1960-02-02", "金丝雀困难", "外村甄二", "内村组织")
LOGIN = "Deng-lu-9-ci"
_numbers = count(1)


@pytest.fixture
def project(session: Session) -> Session:
    """Two villages with a resident who needs care each."""
    with edit(session, "新建") as e:
        for code, name in ((HERE, "内村"), (THERE, "外村")):
            e.add("village", {"village_code": code, "code": code, "name": name, "head": "甄一一"})
        house = e.add("house", {"village_code": HERE, "address": "内村门牌", "storeys": 2})
        household = e.add(
            "household",
            {"village_code": HERE, "householder": "甄一一", "phone": "13822220002", "house": house},
        )
        resident = e.add(
            "resident",
            {"village_code": HERE, "name": "甄一一", "phone": "13822220002", "household": household}
            | {"id_number": "331124196002022221", "birth_date": "1960-02-02", "sex": "女"},
        )
        e.add(
            "key_person",
            {
                "village_code": HERE,
                "resident": resident,
                "name": "甄一一",
                "category": "独居老人",
                "need": "金丝雀困难",
            },
        )
        e.add("resident", {"village_code": THERE, "name": "外村甄二"})
        e.add("organisation", {"village_code": HERE, "name": "内村组织", "head": "甄一一"})
    return session


class Logins:
    """People with a login to the county's database."""

    def __init__(self, county: County) -> None:
        self.county, self.made = county, list[str]()

    def add(self, name: str, *groups: str) -> str:
        self.county.run(f"""CREATE ROLE "{name}" LOGIN PASSWORD '{LOGIN}'""")
        self.made.append(name)
        for group in groups:
            self.county.run(f'GRANT "mingqing_{group}" TO "{name}"')
        return name

    def everything(self, user: str) -> str:
        """All that a login can read anywhere in the database."""
        with self.county.server.connect(self.county.name, user, LOGIN) as connection:
            tables = connection.execute(
                "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n"
                " ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v') AND n.nspname LIKE 'mingqing%'"
            ).fetchall()
            return "\n".join(text for (table,) in tables if (text := self._of(connection, table)))

    def _of(self, connection: "psycopg.Connection[Any]", table: str) -> str:
        try:
            return "\n".join(
                " ".join(map(str, row)) for row in connection.execute(f"SELECT * FROM {table}".encode())
            )
        except psycopg.errors.InsufficientPrivilege:
            return ""


@pytest.fixture
def logins(county: County) -> Iterator[Logins]:
    made = Logins(county)
    yield made
    county.run("DROP OWNED BY " + ", ".join(f'"{n}"' for n in made.made) if made.made else "SELECT 1")
    for name in made.made:
        county.run(f'DROP ROLE "{name}"')


@pytest.mark.parametrize("role", roles())
def test_a_role_sees_there_what_it_sees_here(
    role: str, county: County, project: Session, as_role: As, logins: Logins
) -> None:
    publish(project, county.address)
    bound = roles()[role].bound_to_villages
    here = as_role(project, role, *((HERE,) if bound else ()))
    user = logins.add(f"某人{next(_numbers)}", role)
    if bound:
        county.run(f"INSERT INTO mingqing.scope VALUES('x', '{user}', '{HERE}')")
    for name, table in catalog().tables.items():
        shown = {f.name: here.policy.column(name, f.name) for f in fields_of(table)}
        seen = [n for n, how in shown.items() if how is not Column.ABSENT]
        home = "mingqing" if all(how is Column.CLEAR for how in shown.values()) else f"mingqing_{role}"
        if not here.policy.allowed(name, Action.SEE):
            seen = []
        listed = ", ".join(["id", *(f'"{n}"' for n in seen)])
        if not here.policy.allowed(name, Action.SEE):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable)):
                county.rows(f'SELECT {listed} FROM {home}."{name}"', user=user, password=LOGIN)
            continue
        found = county.rows(f'SELECT {listed} FROM {home}."{name}" ORDER BY id', user=user, password=LOGIN)
        rows = [tuple(map(_plain, r if isinstance(r, tuple) else (r,))) for r in found]
        assert rows == here.rows(name, ("id", *seen)), name


def _plain(cell: object) -> object:
    return str(cell) if hasattr(cell, "isoformat") else int(cell) if isinstance(cell, bool) else cell


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("system_admin", set()),
        ("security_admin", set()),
        ("auditor", set()),
        ("viewer", {"内村组织"}),
        ("department", set()),
        ("county_editor", set(CANARIES)),
    ],
)
def test_what_a_role_does_not_see_is_nowhere_it_can_read(
    role: str, sees: set[str], county: County, project: Session, logins: Logins
) -> None:
    publish(project, county.address)
    everything = logins.everything(logins.add(f"某人{next(_numbers)}", role))
    assert {c for c in CANARIES if c in everything} == sees


def test_a_login_without_a_role_reads_nothing(county: County, project: Session, logins: Logins) -> None:
    publish(project, county.address)
    assert logins.everything(logins.add(f"某人{next(_numbers)}")) == ""


def test_an_account_bound_to_villages_sees_only_these_whatever_it_holds(
    county: County, project: Session, logins: Logins
) -> None:
    name = f"管村{next(_numbers)}"
    add_account(project, name, ["viewer"], [THERE], LOGIN)
    publish(project, county.address)
    user = logins.add(name, "viewer", "village_editor")
    assert county.rows("SELECT village_code FROM mingqing.resident", user=user, password=LOGIN) == [THERE]
    assert county.rows("SELECT village_code FROM mingqing_viewer.resident", user=user, password=LOGIN) == [
        THERE
    ]
    other = logins.add(f"没登记{next(_numbers)}", "village_editor")
    assert county.rows("SELECT village_code FROM mingqing.resident", user=other, password=LOGIN) == []
    disable_account(project, name)
    publish(project, county.address)
    assert county.rows("SELECT village_code FROM mingqing.resident", user=user, password=LOGIN) == []
    assert county.rows("SELECT village_code FROM mingqing_viewer.house", user=user, password=LOGIN) == []


def test_who_looks_after_which_villages_is_nobody_s_to_read_or_change(
    county: County, project: Session, logins: Logins
) -> None:
    publish(project, county.address)
    user = logins.add(f"某人{next(_numbers)}", "county_editor")
    for sql in (
        "SELECT * FROM mingqing.scope",
        "DELETE FROM mingqing.scope",
        "INSERT INTO mingqing.scope VALUES('x', 'y', 'z')",
        "UPDATE mingqing.resident SET name = ''",
        "DELETE FROM mingqing.resident",
        "SELECT * FROM mingqing.published",
        "ALTER TABLE mingqing.resident DISABLE ROW LEVEL SECURITY",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            county.rows(sql, user=user, password=LOGIN)


def test_views_of_the_roles_are_described_in_chinese(county: County, project: Session) -> None:
    publish(project, county.address)
    said = county.rows(
        "SELECT c.relname || '.' || a.attname, obj_description(c.oid), col_description(c.oid, a.attnum)"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
        " WHERE c.relkind = 'v' AND c.relnamespace::regnamespace::text ~ '^mingqing_'"
    )
    assert said
    assert all(table and column for _, table, column in said)
    assert ("resident.name", "人口") in {(name, table) for name, table, _ in said}


def test_masked_rows_cannot_be_got_at_by_a_function_of_one_s_own(
    county: County, project: Session, logins: Logins
) -> None:
    publish(project, county.address)
    name = f"管村{next(_numbers)}"
    county.run(f"INSERT INTO mingqing.scope VALUES('x', '{name}', '{THERE}')")
    user = logins.add(name, "viewer")
    with county.server.connect(county.name, user, LOGIN) as connection:
        told: list[str] = []
        connection.add_notice_handler(lambda said: told.append(said.message_primary or ""))
        connection.execute(
            "CREATE FUNCTION pg_temp.peek(text) RETURNS bool LANGUAGE plpgsql COST 0.0000001"
            " AS $$ BEGIN RAISE NOTICE 'saw %', $1; RETURN true; END $$"
        )
        connection.execute("SELECT * FROM mingqing_viewer.resident WHERE pg_temp.peek(name)")
        connection.execute("SELECT * FROM mingqing.road WHERE pg_temp.peek(village_code)")
    assert told == ["saw 外**"]


def test_roles_that_cannot_be_made_are_told_and_the_rest_is_done(
    server: Server, county: County, project: Session, logins: Logins, as_role: As
) -> None:
    known = {"special": replace(roles()["viewer"], code=f"special{next(_numbers)}")}
    code = known["special"].code
    user = logins.add(f"发布{next(_numbers)}")
    county.run(f'GRANT CREATE ON DATABASE {county.name} TO "{user}"')
    login = replace(project.login, known={**project.login.known, code: known["special"]})
    with Session(project.info, project.catalog, login) as session:
        address = server.address(county.name, user).replace("@/", f":{LOGIN}@/")
        made = publish(session, address, verify=True)
        assert sum(t.rows for t in made.tables) == sum(project.counts().values())
        assert any(f"mingqing_{code}" in note and "不能在县库里建角色" in note for note in made.notes)
        county.run(f"CREATE ROLE mingqing_{code} NOLOGIN")
        made = publish(session, address)
        assert not any("建角色" in note and code in note for note in made.notes)
    assert county.rows(f"SELECT has_table_privilege('mingqing_{code}', 'mingqing.road', 'SELECT')") == [True]


def test_rights_that_have_not_changed_are_left_alone(county: County, project: Session) -> None:
    publish(project, county.address)
    oids = "SELECT oid FROM pg_class WHERE relkind = 'v' AND relname = 'resident' ORDER BY 1"
    before = county.rows(oids)
    publish(project, county.address)
    assert county.rows(oids) == before != []


# ── What may be published at all ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ["viewer", "department", "village_editor", "system_admin", "auditor"])
def test_who_may_not_export_publishes_nothing(role: str) -> None:
    policy = Policy.of([role], [HERE] if roles()[role].bound_to_villages else None, catalog())
    kept, left = publishable(policy, catalog())
    assert kept == []
    assert len(left) == len(catalog().tables)


def test_a_planner_publishes_what_it_sees_whole_and_is_told_of_the_rest() -> None:
    policy = Policy.of(["planner"], None, catalog())
    kept, left = publishable(policy, catalog())
    assert {t.layer for t in kept} == {"disaster"}
    assert "“农房”您的角色不能导出，没有发布" in left


# ── Masks ────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _masked(server: Server) -> Iterator[Any]:
    with server.connect("with_postgis") as connection:
        yield lambda mask, value: connection.execute(
            f"SELECT {MASKS[mask]('v')} FROM (SELECT %s::text AS v) AS t".encode(), (value,)
        ).fetchone()[0]


_AWKWARD = (
    *(
        "",
        " ",
        "　",
        "张",
        "张三",
        " 张三\n",
        "欧阳",
        "欧阳一一",
        "𠮷田",
        "*某",
        "**",
        "****",
        "Li Lei",
        "张\u3000",
    ),
    *(
        "13800001234",
        "138****1234",
        "１３８００００１２３４",
        "0578-8060000",
        "13800001234\n13900001234",
        "12345678901",
    ),
    *("33112419500101123X", "33112419500101123x", "331124********123X", "331124500101123", "331124*****1123"),
    *(
        "33112419500101123X ",
        "3311241950010112３X",
        "不详",
        "\t\xa033112419500101123X",
        "٣" * 15,
        "'; --",
        "%s",
    ),
    *(f"{surname}某某" for surname in COMPOUND_SURNAMES),
)


@pytest.mark.parametrize("mask", Mask)
def test_masks_there_are_those_of_the_program(mask: Mask, server: Server) -> None:
    with _masked(server) as masked:
        assert [masked(mask, v) for v in _AWKWARD] == [IN_PYTHON[mask].value(v) for v in _AWKWARD]
        assert masked(mask, None) is None


@pytest.mark.parametrize("mask", Mask)
def test_masks_there_are_those_of_the_program_for_any_text(mask: Mask, server: Server) -> None:
    alphabet = st.sampled_from("0123456789Xx* 　\t\n张三欧阳上官*𠮷aé.") | st.characters(
        exclude_characters="\0", exclude_categories=("Cs",)
    )
    with _masked(server) as masked:

        @given(st.text(alphabet, max_size=20))
        @settings(max_examples=150, deadline=None)
        def equal(value: str) -> None:
            assert masked(mask, value) == IN_PYTHON[mask].value(value)

        equal()
