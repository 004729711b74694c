"""What is written twice: a number in linked rows, and how many members a household is said to have."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mingqing.access.roles import Action
from mingqing.catalog.model import FieldType

if TYPE_CHECKING:
    from mingqing.desktop.form.content import Sheet
    from mingqing.store.session import Session

_SAID, _MEMBERS = (
    "people_count",
    ("resident", "household"),
)  # the field of a household, and what it is to agree with


@dataclass(frozen=True, slots=True)
class Echo:
    """A field of a linked row that holds what was corrected; `title` : of its table and field, Chinese."""

    table: str
    row: int
    field: str
    title: str


def echoes(session: "Session", table: str, row_id: int, old: object) -> list[Echo]:
    """Return where a telephone number that was corrected in a row still stands in rows linked to it.

    Only fields that the account may write are looked at; of what is masked nothing is found.
    """
    found: list[Echo] = []
    for other, row in _linked(session, table, row_id):
        defined, held = session.catalog.tables[other], session.row(other, row)
        if held is None or not session.policy.allowed(other, Action.EDIT):
            continue
        writable = session.policy.writable(other)
        found += [
            Echo(other, row, field.name, f"{defined.title}的{field.title}")
            for field in defined.fields
            if field.type is FieldType.PHONE and field.name in writable and held.get(field.name) == old
        ]
    return found


def _linked(session: "Session", table: str, row_id: int) -> set[tuple[str, int]]:
    row = session.row(table, row_id) or {}
    pointed = {
        (str(field.references), int(str(row[field.name])))
        for field in session.catalog.tables[table].fields
        if field.references is not None and row.get(field.name) is not None
    }
    return (pointed | set(session.referring(table, row_id))) - {(table, row_id)}


def recount(before: "Sheet", now: "Sheet") -> tuple[str, int, int] | None:
    """Return the field, the number it says, and the members there are, where they were added or removed since.

    None where they agree, or where the number said more than were registered before: then not all are.
    """
    said = next((line.value for line in now.lines if line.field.name == _SAID and not line.locked), None)
    was, there = _members(before), _members(now)
    if not isinstance(said, int) or was is None or there is None or there in {was, said}:
        return None
    return (_SAID, said, there) if was == said or there > said else None


def _members(sheet: "Sheet") -> int | None:
    return next((g.count for g in sheet.groups if (g.table, g.reference) == _MEMBERS), None)
