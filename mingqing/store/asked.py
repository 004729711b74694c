"""Values shown to none but who says why, of many rows at once: what a list or a card needs of people's data."""

import json
from collections.abc import Collection, Sequence

from mingqing.access.audit import Act
from mingqing.access.roles import Action
from mingqing.core.errors import InputRefused, NotAllowed
from mingqing.core.text import tr
from mingqing.store.changes import Value
from mingqing.store.owner import owner
from mingqing.store.session import Session

_LONGEST_REASON = 200


def whole(
    session: Session,
    table: str,
    fields: Sequence[str],
    ids: Collection[int],
    reason: str,
    *,
    action: Action = Action.SEE,
) -> dict[int, tuple[Value, ...]]:
    """Return fields as they are of rows that the account may see, by id; the log has the reason first, once for all.

    Raises
    ------
    NotAllowed
        if the account may not ask for one of the fields for this action.
    InputRefused
        if no reason is given.
    ProjectUnavailable
        if the project is read-only, so that the log cannot have it.
    """
    policy, definition = session.policy, session.catalog.tables[table]
    if not reason.strip():
        raise InputRefused(tr("请写明查看的理由，它会记入日志"))
    for name in fields:
        if not policy.may_unmask(table, name, action):
            raise NotAllowed(policy.explain(table, name) or tr("“{name}”不需要申请查看").format(name=name))
    session.require_writable()
    sql = policy.view_sql(table, action, unmask=fields)
    titles = "、".join(definition.field_by_name[name].title for name in fields)
    detail = tr("{field}：{reason}").format(field=titles, reason=reason.strip()[:_LONGEST_REASON])
    session.record(Act.UNMASK, definition.title, rows=len(ids), detail=detail)
    columns = ", ".join(f'"{name}"' for name in fields)
    with owner(session, spatial=False) as database:
        rows = database.execute(
            f"SELECT id, {columns} FROM ({sql}) WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        return {row_id: tuple(cells) for row_id, *cells in rows}
