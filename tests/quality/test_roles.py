"""No finding tells anybody what he may not see, nor that something is wrong with it."""

from collections.abc import Callable

import pytest

from mingqing.access.policy import Column
from mingqing.access.roles import Action, roles
from mingqing.catalog.load import catalog
from mingqing.catalog.model import FieldType, GeometryKind, Table
from mingqing.quality.check import check
from mingqing.store.session import Session
from tests.quality.conftest import FAR, NEAR, add, box, line, point

_WRITTEN = {FieldType.TEXT, FieldType.PHONE, FieldType.ID_NUMBER, FieldType.CODE, FieldType.DATE}
_SHAPES = {
    GeometryKind.POLYGON: box(400, 800),
    GeometryKind.LINE: line((400, 800), (450, 800)),
    GeometryKind.POINT: point(400, 800),
}


def canary(table: str, field: str) -> str:
    """A short text that stands in one field alone: findings cut long ones."""
    tables = catalog().tables
    return f"雀{list(tables).index(table)}.{tables[table].column_names.index(field)}雀"


def sing(session: Session, table: Table) -> None:
    """Plant two rows that are alike and wrong in every way, whose every text names the field it stands in."""
    values = {f.name: canary(table.name, f.name) for f in table.fields if f.type in _WRITTEN}
    shape = next((_SHAPES[kind] for kind in _SHAPES if kind in table.geometry), None)
    for _ in range(2):
        add(session, table.name, shape, **values)


def everybody() -> list[tuple[str, tuple[str, ...]]]:
    return [(code, (NEAR,) if role.bound_to_villages else ()) for code, role in roles().items()]


@pytest.mark.parametrize("action", [Action.SEE, Action.EXPORT])
@pytest.mark.parametrize(("role", "villages"), everybody(), ids=str)
def test_findings_are_of_what_the_role_sees_whole(
    as_role: Callable[..., Session], role: str, villages: tuple[str, ...], action: Action
) -> None:
    everything = as_role("county_editor")
    for table in everything.catalog.tables.values():
        sing(everything, table)
    session = as_role(role, *villages)
    policy = session.policy
    found = check(session, action=action)
    said = "\n".join(f.sentence for f in found.findings)
    for name, table in session.catalog.tables.items():
        tells = all(policy.allowed(name, a) for a in (Action.SEE, action))
        assert (name in found.checked) == tells
        for field in table.fields:
            if not tells or any(
                policy.column(name, field.name, a) is not Column.CLEAR for a in (Action.SEE, action)
            ):
                assert canary(name, field.name) not in said
                assert not [f for f in found.findings if (f.table, f.field) == (name, field.name)]


def test_the_canaries_sing_to_who_sees_all(as_role: Callable[..., Session]) -> None:
    session = as_role("county_editor")
    sing(session, session.catalog.tables["resident"])
    said = "\n".join(f.sentence for f in check(session).findings)
    assert all(canary("resident", name) in said for name in ("name", "phone", "sex", "birth_date"))


def test_whoever_is_bound_to_a_village_is_told_of_its_rows_alone(as_role: Callable[..., Session]) -> None:
    everything = as_role("county_editor")
    add(everything, "resident", name="远人", phone="无此号", village_code=FAR)
    row = add(everything, "resident", name="近人", phone="无此号")
    add(everything, "resident", name="无村人", phone="无此号", village_code=None)
    found = check(as_role("village_editor", NEAR))
    assert [(f.id, f.village) for f in found.findings] == [(row, NEAR)]


def test_namesakes_of_a_household_are_nothing_to_who_does_not_see_their_numbers(
    as_role: Callable[..., Session],
) -> None:
    everything = as_role("county_editor")
    ((home,),) = everything.rows("household", ["id"], village=NEAR)
    add(everything, "resident", name="范样二", household=home)
    assert len(check(everything).findings) == 1
    assert check(as_role("planner")).findings == ()
