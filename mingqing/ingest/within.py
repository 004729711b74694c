"""What an account may bring in: rows of the tables it edits, in its villages, in the columns it sees whole.

The engine refuses the rest by itself, but a whole transaction at a time. Here a source, a row or a column is left out
with a sentence, and what may be taken goes in.
"""

from collections.abc import Container, Mapping, Sequence

from mingqing.access.policy import Policy
from mingqing.access.roles import Action
from mingqing.catalog.model import Table
from mingqing.core.text import tr
from mingqing.ingest.prepare import Part
from mingqing.ingest.report import LeftOut, SourceReport


def refusal(policy: Policy, table: Table, name: str) -> str | None:
    """Return why nothing of a source called `name` may be taken as rows of a table; None where it may be."""
    who = "、".join(role.title for role in policy.roles) or tr("无角色")
    if not policy.allowed(table.name, Action.EDIT):
        text = tr("“{name}”是{table}数据，您的角色（{who}）不能修改这类数据，整份没有导入")
        return text.format(name=name, table=table.title, who=who)
    if hidden := _needed(table, policy.writable(table.name)):
        text = tr("“{name}”要写的“{fields}”，您的角色（{who}）不能修改，整份没有导入")
        titles = "、".join(table.field_by_name[n].title for n in hidden)
        return text.format(name=name, fields=titles, who=who)
    return None


def _needed(table: Table, writable: Sequence[str]) -> list[str]:
    """The columns out of reach without which no row can be written, or be known again."""
    needed = ["village_code", *(f.name for f in table.fields if f.required)]
    if table.keys and not any(set(key) <= set(writable) for key in table.keys):
        needed += table.keys[0]
    return [n for n in dict.fromkeys(needed) if n not in writable]


def keep_writable(part: Part, table: Table, writable: Container[str]) -> list[str]:
    """Drop the columns of a part that may not be written; return the titles of those that its source had."""
    dropped = {n: n in part.links or n in part.columns for n in table.column_names if n not in writable}
    for name in dropped:
        part.columns.pop(name, None)
        part.links.pop(name, None)
    return [table.field_by_name[n].title for n, there in dropped.items() if there]


def keep_in_villages(
    policy: Policy, part: Part, villages: Sequence[str | None], report: SourceReport | None, *, unknown: bool
) -> list[str | None]:
    """Drop the rows of a part that lie outside the account's villages; return the villages of the others.

    report : where they are listed; None for a table that is fed besides, whose rows are those of another.
    unknown : whether to keep rows of which the village is not known yet.
    """
    if policy.villages is None:
        return list(villages)
    told = tr("属于“{village}”，不在这个账号管辖的村里，没有导入")
    lost = tr("看不出是哪个村的，这个账号只能导入管辖村的数据；请补上村名，或放进以村名命名的文件夹再导入")
    return _drop(
        part,
        villages,
        {
            i: lost if village is None else told.format(village=village)
            for i, village in enumerate(villages)
            if not policy.in_scope(village) and not (unknown and village is None)
        },
        report,
        elsewhere=True,
    )


def keep_known_villages(
    policy: Policy,
    part: Part,
    villages: Sequence[str | None],
    known: Container[str | None],
    report: SourceReport | None,
) -> list[str | None]:
    """Drop villages that are not entered yet, unless the account looks after all. Parameters as above."""
    villages = keep_in_villages(policy, part, villages, report, unknown=False)
    if policy.villages is None:
        return villages
    told = tr("是新的行政村，要由不限定村的账号添加，没有导入")
    return _drop(part, villages, {i: told for i, v in enumerate(villages) if v not in known}, report)


def _drop(
    part: Part,
    villages: Sequence[str | None],
    reasons: Mapping[int, str],
    report: SourceReport | None,
    *,
    elsewhere: bool = False,
) -> list[str | None]:
    if not reasons:
        return list(villages)
    if report is not None:
        report.left_out += [
            LeftOut(part.rows[i], None, why, elsewhere and villages[i] is not None)
            for i, why in reasons.items()
        ]
    kept = [i for i in range(len(part.rows)) if i not in reasons]
    part.keep(kept)
    return [villages[i] for i in kept]
