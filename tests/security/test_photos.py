"""Nobody gets a picture that their role, or their villages, do not show them: not by any door, not in any file."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mingqing.access.policy import Column, Policy
from mingqing.access.roles import Shows, roles
from mingqing.catalog.load import catalog
from mingqing.catalog.model import FieldType, Privacy
from mingqing.core.errors import MingqingError, NotAllowed
from mingqing.store import attachments
from mingqing.store.attachments import photo, put, thumbnail
from mingqing.store.backup import automatic_backup, make_backup
from mingqing.store.edit import edit
from mingqing.store.package import make_package
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.inside import query

HERE, THERE = "331124204202", "331124204203"
OWN = "Zhu7ying-lin4"
PHOTO_TABLES = [t.name for t in catalog().tables.values() if t.photo_fields]
Planted = dict[tuple[str, str], tuple[int, str]]


def canary(table: str, village: str, size: str = "jpeg") -> bytes:
    return b"\xff\xd8\xff" + f"CANARY of {table} in {village} as {size}".encode() + b"\xff\xd9"


def plant(session: Session, table: str, village: str, reference: dict[str, int]) -> tuple[int, str]:
    name = put(session, canary(table, village), canary(table, village, "thumbnail"))
    definition = session.catalog.tables[table]
    values: dict[str, object] = {"village_code": village, definition.photo_fields[0].name: name}
    values |= {f.name: reference[f.name] for f in definition.fields if f.required and f.references}
    for field in definition.fields:
        if field.required and not field.references:
            plain = "2026-05-01" if field.type is FieldType.DATE else "金丝雀"
            values[field.name] = field.codes.codes[0].value if field.codes else plain
    with edit(session, "放金丝雀") as e:
        return e.add(table, values), name


@pytest.fixture
def planted(session: Session) -> Planted:
    """A picture in every table that has any, in two villages: row and id, by table and village."""
    found: Planted = {}
    for village in (HERE, THERE):
        with edit(session, "添加住户") as e:
            home = e.add("household", {"village_code": village, "householder": "甄一一"})
        for table in PHOTO_TABLES:
            found[table, village] = plant(session, table, village, {"household": home})
    return found


@pytest.fixture(params=sorted(roles()))
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def other(session: Session, planted: Planted, role: str) -> Iterator[Session]:
    """Somebody of a role, bound to one of the villages."""
    policy = Policy.of([role], [HERE], session.catalog)
    with Session(session.info, session.catalog, replace(session.login, policy=policy)) as made:
        yield made


def test_every_table_that_has_pictures_is_looked_at() -> None:
    assert set(PHOTO_TABLES) >= {"house", "hazard", "shelter", "resource", "visit"}


@pytest.mark.parametrize("table", PHOTO_TABLES)
def test_a_picture_is_given_to_those_alone_who_see_its_field_whole(
    other: Session, planted: Planted, table: str
) -> None:
    row, name = planted[table, HERE]
    field = other.catalog.tables[table].photo_fields[0].name
    if other.policy.column(table, field) is Column.CLEAR:
        assert photo(other, table, row, field, name) == canary(table, HERE)
        assert thumbnail(other, table, row, field, name) == canary(table, HERE, "thumbnail")
    else:
        for read in (photo, thumbnail):
            with pytest.raises(NotAllowed):
                read(other, table, row, field, name)


@pytest.mark.parametrize("table", PHOTO_TABLES)
def test_no_role_reaches_into_another_village(other: Session, planted: Planted, table: str) -> None:
    row, name = planted[table, THERE]
    field = other.catalog.tables[table].photo_fields[0].name
    with pytest.raises(NotAllowed):
        photo(other, table, row, field, name)
    here, _ = planted[table, HERE]
    with pytest.raises(NotAllowed):  # nor by way of a row that is theirs
        photo(other, table, here, field, name)


def test_who_sees_people_masked_sees_no_picture_of_theirs_nor_what_it_is_called(
    session: Session, planted: Planted
) -> None:
    """Spelt out for the roles, whatever `layers/` and `roles.toml` come to say."""
    for code in ("viewer", "department", "planner", "system_admin", "security_admin", "auditor"):
        policy = Policy.of([code], [HERE], session.catalog)
        with Session(session.info, session.catalog, replace(session.login, policy=policy)) as made:
            for table in ("house", "visit"):
                row, name = planted[table, HERE]
                with pytest.raises(NotAllowed):
                    photo(made, table, row, "photos", name)
                shown = made.query(f'SELECT photos FROM "{table}"')
                assert {value for (value,) in shown} <= {None}


def test_a_field_that_the_project_does_not_know_yet_is_closed_to_all_but_editors(
    session: Session, planted: Planted
) -> None:
    carried = [replace(f, privacy=Privacy.SENSITIVE) for f in session.catalog.tables["hazard"].fields]
    hazard = replace(session.catalog.tables["hazard"], fields=tuple(carried))
    deciding = replace(session.catalog, tables={**session.catalog.tables, "hazard": hazard})
    row, name = planted["hazard", HERE]
    policy = Policy.of(["viewer"], None, deciding)
    with (
        Session(session.info, session.catalog, replace(session.login, policy=policy)) as made,
        pytest.raises(NotAllowed),
    ):
        photo(made, "hazard", row, "photos", name)


def test_only_those_who_may_write_a_picture_may_put_one(other: Session) -> None:
    may = any(
        field.name in other.policy.writable(table)
        for table in PHOTO_TABLES
        for field in other.catalog.tables[table].photo_fields
    )
    if may:
        put(other, canary("new", HERE), canary("new", HERE))
    else:
        with pytest.raises(NotAllowed, match="不能添加照片"):
            put(other, canary("new", HERE), canary("new", HERE))


def test_what_is_given_for_a_reason_is_no_picture(session: Session, planted: Planted) -> None:
    row, name = planted["house", HERE]
    asking = replace(roles()["viewer"], fields={**roles()["viewer"].fields, "personal": Shows.ON_REQUEST})
    policy = Policy.of(["viewer"], None, session.catalog, {"viewer": asking})
    with Session(session.info, session.catalog, replace(session.login, policy=policy)) as made:
        with pytest.raises(MingqingError):
            photo(made, "house", row, "photos", name)
        assert made.row("house", row)["photos"] is None  # type: ignore[index]


def every_byte(folder: Path) -> bytes:
    files = [p for p in folder.rglob("*") if p.is_file()]
    return b"".join(p.read_bytes() + os.fsencode(p.name) for p in files)


def test_no_file_of_a_project_shows_a_picture_or_what_it_is_called(
    session: Session, planted: Planted, tmp_path: Path
) -> None:
    automatic_backup(session)
    make_backup(session, tmp_path)
    raw = every_byte(session.info.path) + every_byte(tmp_path)
    assert b"CANARY" in canary("house", HERE)
    assert b"CANARY" not in raw
    assert not [name for _, name in planted.values() if name.encode() in raw]


def test_a_package_has_no_picture_that_its_taker_may_not_see(
    session: Session, planted: Planted, tmp_path: Path
) -> None:
    made = make_package(session, tmp_path / "包", "viewer", [HERE], user="查阅甲", password=OWN)
    with open_project(made, user="查阅甲", password=OWN) as taken, attachments.opened(taken) as database:
        pictures = [bytes(j) + bytes(t) for j, t in database.execute("SELECT jpeg, thumbnail FROM photo")]
        held = (
            b"".join(pictures)
            + repr([query(taken, f'SELECT * FROM "{table}"') for table in PHOTO_TABLES]).encode()
        )
    seen = {"hazard", "shelter", "resource"}
    assert len(pictures) == len(seen)
    for (table, village), (_, name) in planted.items():
        expected = table in seen and village == HERE
        assert (canary(table, village) in held) is expected
        assert (name.encode() in held) is expected
