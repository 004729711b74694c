"""Correcting a row, as the person it is about may ask."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from mingqing.access.audit import Act
from mingqing.catalog.model import STAMPS, Mask, Table
from mingqing.catalog.values import Value, ValueRefusedError, parse
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.store.owner import owner
from mingqing.store.people.who import PERSON, person_of, require_reason
from mingqing.store.session import Session
from mingqing.store.settled import former, replaced

_ELSEWHERE = {Mask.PHONE: "旧号码", Mask.NAME: "旧姓名（也可能是同名的人）"}
_MOST_NAMED = 20
_SHORTEST_TOLD = 2  # a single character of a reason says nothing of anybody


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a correction did: the titles of the fields that changed, and a Chinese sentence for what is left to do."""

    fields: tuple[str, ...]
    remarks: tuple[str, ...]


def correct(session: Session, table: str, row_id: int, values: Mapping[str, object], why: str) -> Corrected:
    """Change fields of one row, with the reason in history and log.

    A value that was replaced does not come back by an import. Other rows with the old one are named, not changed.

    Parameters
    ----------
    values : by field name, as typed; blank empties a field.

    Raises
    ------
    InputRefused
        if there is no such row or field, a value does not fit, or the reason is missing or tells a value.
    NotAllowed
        if the account may not write the table, the field or the village.
    """
    definition = session.catalog.tables.get(table)
    before = session.row(table, row_id) if definition else None
    if definition is None or before is None:
        raise InputRefused(tr("没有这条记录，或不在您管辖的村"))
    parsed = {name: _parsed(session, definition, name, raw) for name, raw in values.items()}
    changed = {name: value for name, value in parsed.items() if value != before[name]}
    reason = require_reason(why)
    told = _identifying(session, definition, row_id, before, parsed)
    if any(len(word) >= _SHORTEST_TOLD and word in reason for word in told):
        raise InputRefused(tr("理由会长期留在日志里，请不要写姓名、身份证号或电话"))
    if changed:
        with session.transaction(Act.CORRECT, reason) as change:
            change.update(table, [row_id], {name: [value] for name, value in changed.items()})
            facts = [replaced(table, row_id, n, before[n]) for n in changed if before[n] is not None]
            village = before["village_code"]
            facts += former(definition, str(village) if village else None, before, changed)
            change.settle(session.settled().digests_of(facts))
    return Corrected(
        tuple(definition.field_by_name[name].title for name in changed),
        tuple(
            _remarks(session, definition, row_id, {n: before[n] for n in changed if before[n] is not None})
        ),
    )


def _remarks(session: Session, table: Table, row_id: int, old: Mapping[str, object]) -> Iterator[str]:
    """Say what is left to be done: the files that it came from, and other rows with the old value."""
    if old:
        yield tr("请同时改好原来的表；再导入旧表时，本项目不会改回原来的内容")
    for name, value in old.items():
        mask = table.field_by_name[name].mask
        if mask not in _ELSEWHERE:
            continue
        found = list(_holding(session, mask, str(value), (table.name, row_id, name)))
        if found:
            yield tr("还有 {n} 条记录写着{old}，没有改动，请逐条核对：{where}").format(
                n=len(found), old=tr(_ELSEWHERE[mask]), where="、".join(found[:_MOST_NAMED])
            )


def _holding(session: Session, mask: Mask, old: str, but: tuple[str, int, str]) -> Iterator[str]:
    """Yield the rows that hold a name or telephone; of names those of the same village, and no other people's own."""
    table, row_id, _ = but
    village = (session.row(table, row_id) or {})["village_code"]
    wanted = set(old.split("、"))
    for other in session.catalog.tables.values():
        fields = [f for f in other.fields if f.mask is mask]
        if not fields or (mask is Mask.NAME and other.name == PERSON):
            continue
        for row, where, *cells in session.rows(other.name, ["id", "village_code", *(f.name for f in fields)]):
            for field, cell in zip(fields, cells, strict=True):
                here = mask is not Mask.NAME or where == village
                if (
                    here
                    and cell
                    and (other.name, row, field.name) != but
                    and wanted & set(str(cell).split("、"))
                ):
                    yield f"{other.title}.{field.title} {row}"


def _identifying(
    session: Session, table: Table, row_id: int, before: Mapping[str, object], after: Mapping[str, object]
) -> set[str]:
    """What a row, as it was and will be, and the people it is about are called and reached by."""
    told = {
        part
        for cells in (before, after)
        for name, value in cells.items()
        if value is not None and (field := table.field_by_name.get(name)) and field.mask
        for part in str(value).split("、")
    }
    people = [row_id] if table.name == PERSON else []
    people += [v for f in table.fields if f.references == PERSON and isinstance(v := before[f.name], int)]
    with owner(session, spatial=False) as database:
        for one in people:
            with suppress(InputRefused):  # of a village that is not the account's: it knows no name of theirs
                person = person_of(database, session.policy, one)
                told |= person.names | person.numbers | person.phones
    return told


def _parsed(session: Session, table: Table, name: str, raw: object) -> Value:
    field = table.field_by_name.get(name)
    if field is None or name in STAMPS:
        raise InputRefused(tr("“{table}”没有可以更正的“{field}”").format(table=table.title, field=name))
    try:
        value = parse(field, raw)
    except ValueRefusedError as error:
        raise InputRefused(f"{field.title}：{error}") from error
    if value is None and field.required:
        raise InputRefused(tr("“{field}”不能空着").format(field=field.title))
    if (
        field.references
        and value is not None
        and (not isinstance(value, int) or session.row(field.references, value) is None)
    ):
        target = session.catalog.tables[field.references].title
        raise InputRefused(
            tr("{field}：没有编号为 {id} 的{target}").format(field=field.title, id=value, target=target)
        )
    return value
