"""A project that was brought back from a backup does not take the county's database back in time unasked."""

import json
from collections.abc import Iterable, Iterator

from mingqing.catalog.model import Table
from mingqing.core.text import tr
from mingqing.export.postgis.faults import NewerThere
from mingqing.export.postgis.marks import Mark, Marks
from mingqing.store.history.changed import Moment, knows
from mingqing.store.session import Session

_MOST_NAMED = 5


def require_current(
    session: Session, marks: Marks, tables: Iterable[Table], now: Moment, *, older: bool
) -> str:
    """Return what is to be told of an older state that is published by wish, "" where it is not older.

    Raises
    ------
    NewerThere
        if what stands there was published of a state that the project's history does not know, unless `older`; and
        if the project still holds rows of people who were erased, whatever is wished.
    """
    mine = tuple(tables)
    back = list(_erased(session, marks, mine))
    if back:
        raise NewerThere(
            tr(
                "这个项目里还有已按规定删除的个人信息（{rows}），像是从较早的备份恢复的，没有发布；"
                "请先在这个项目里重新删除这些人的信息，再发布"
            ).format(rows=_listed(back))
        )
    newer = next((mark for mark in marks.all() if not knows(session, mark.at)), None)
    if newer is None:
        return ""
    if older:
        return tr("按要求退回了较早的内容：县库里原来是 {account} 于 {when} 发布的第 {seq} 次修改").format(
            account=newer.account, when=newer.when, seq=newer.at.seq
        )
    raise NewerThere(_sentence(session, marks, mine, newer, now))


def _sentence(session: Session, marks: Marks, tables: Iterable[Table], newer: Mark, now: Moment) -> str:
    gone = _listed(list(_returning(session, marks, tables)))
    would = tr("，会让那之后删除的{rows}重新出现").format(rows=gone) if gone else ""
    return tr(
        "县库里的内容由 {account} 于 {when} 发布，是这个项目更新的状态（第 {there} 次修改，这里到第 {here} 次，"
        "像是从较早的备份恢复的）{would}，没有发布；请打开最新的项目再发布，确实要退回较早的内容请用命令"
        " mingqing publish 加 --older"
    ).format(account=newer.account, when=newer.when, there=newer.at.seq, here=now.seq, would=would)


def _erased(session: Session, marks: Marks, tables: Iterable[Table]) -> Iterator[tuple[Table, list[int]]]:
    """Yield rows that the project has although an erasure that was published took them away."""
    for table in tables:
        sql = f'SELECT id FROM "{table.name}" WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id'
        ids = [i for (i,) in session.query(sql, (json.dumps(marks.erased(table.name)),))]
        if ids:
            yield table, ids


def _returning(session: Session, marks: Marks, tables: Iterable[Table]) -> Iterator[tuple[Table, list[int]]]:
    """Yield rows of the project that do not stand there any more."""
    for table in tables:
        name = f'{marks.remote.schema}."{table.name}"'
        if marks.remote.one("SELECT to_regclass(%s) IS NULL", (name,)):
            continue
        there = {i for (i,) in marks.remote.rows(f"SELECT id FROM {name}")}
        ids = sorted({i for (i,) in session.query(f'SELECT id FROM "{table.name}"')} - there)
        if ids:
            yield table, ids


def _listed(rows: Iterable[tuple[Table, list[int]]]) -> str:
    more = tr(" 等")
    return "、".join(
        tr("{table} {n} 条：{ids}").format(
            table=table.title,
            n=len(ids),
            ids=" ".join(map(str, ids[:_MOST_NAMED])) + (more if len(ids) > _MOST_NAMED else ""),
        )
        for table, ids in rows
    )
