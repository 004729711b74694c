"""Versions of rows in plain words. Made in a job; no Qt."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mingqing.access.audit import Act
from mingqing.access.policy import Column
from mingqing.access.roles import Action
from mingqing.catalog.model import Field, FieldType
from mingqing.catalog.values import photo_ids
from mingqing.core.text import tr
from mingqing.desktop.card.content import heading_of, value_text
from mingqing.store.edit import SHAPE
from mingqing.store.history.versions import Did, FieldChange, Version

if TYPE_CHECKING:
    import shapely

    from mingqing.store.session import Session

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A field before and after, as texts; empty for nothing. `mendable` : it may be put back to what it was."""

    field: str
    title: str
    before: str
    after: str
    mendable: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """One version, or one difference between two dates, as the panel says it.

    what : such as "修改住户". row : what names the row. when : time and account. lines : the fields.
    before, after : the shape, project CRS.
    """

    table: str
    id: int
    seq: int
    what: str
    row: str
    when: str
    lines: tuple[Line, ...]
    before: "shapely.Geometry | None" = None
    after: "shapely.Geometry | None" = None

    @property
    def reshaped(self) -> bool:
        """Whether there is a shape to show."""
        return self.before is not None or self.after is not None


def day_text(at: str, now: datetime | None = None) -> str:
    """Return a time as one says it: "11月22日 14:05", with the year where it is another one; itself where it is none.

    Examples
    --------
    >>> day_text("2026-11-22T14:05:09+08:00", datetime(2026, 12, 1, tzinfo=UTC))
    '11月22日 14:05'
    >>> day_text("2025-01-02T03:04:05+08:00", datetime(2026, 12, 1, tzinfo=UTC)), day_text("去年")
    ('2025年1月2日 03:04', '去年')
    """
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return at
    year = tr("{n}年").format(n=found.year) if found.year != (now or datetime.now(UTC)).year else ""
    return year + tr("{month}月{day}日 {time}").format(
        month=found.month, day=found.day, time=f"{found:%H:%M}"
    )


def tell(session: "Session", version: Version, *, newest: bool = True) -> Told:
    """Return a version in words. `newest` : the row is there to be put back to what it was."""
    table = session.catalog.tables[version.table]
    may = newest and version.did is Did.CHANGED and session.info.read_only is None
    lines = list(_lines(session, version.table, version.changes, may=may))
    if may and version.reshaped and session.policy.allowed(version.table, Action.EDIT):
        lines.append(Line(SHAPE, tr("图形"), "", "", mendable=version.before is not None))
    elif version.reshaped and version.did is Did.CHANGED:
        lines.append(Line(SHAPE, tr("图形"), "", ""))
    what = version.why
    if version.did is Did.ADDED and version.kind == Act.IMPORT:
        what = tr("导入自 {source}").format(source=version.source) if version.source else tr("导入")
    return Told(
        *(version.table, version.id, version.seq, what),
        _named(table.title, heading_of(session, version.table, version.row)),
        " · ".join(part for part in (day_text(version.at), version.by) if part),
        tuple(lines),
        version.before,
        version.after,
    )


def _named(kind: str, name: str) -> str:
    return name if name == kind or not name else f"{kind} {name}"


def row_name(session: "Session", table: str, row: Mapping[str, object]) -> str:
    """Return kind and name of a row, such as "农房 半岭3号"."""
    return _named(session.catalog.tables[table].title, heading_of(session, table, row))


def _lines(session: "Session", table: str, changes: Iterable[FieldChange], *, may: bool) -> Iterator[Line]:
    fields = session.catalog.tables[table].field_by_name
    for change in changes:
        of = fields[change.field]
        before, after = (_text(session, of, v) for v in (change.before, change.after))
        if of.references is not None:
            before, after = (
                text or (tr("已不在") if value is not None else "")
                for text, value in ((before, change.before), (after, change.after))
            )
        mendable = may and session.policy.column(table, change.field, Action.EDIT) is Column.CLEAR
        yield Line(change.field, change.title, before, after, mendable)


def lines_of(session: "Session", table: str, changes: Iterable[FieldChange]) -> tuple[Line, ...]:
    """Return what is other between two dates, in words."""
    return tuple(_lines(session, table, changes, may=False))


def _text(session: "Session", of: Field, value: object) -> str:
    if of.type is FieldType.PHOTO:
        count = len(photo_ids(value))
        return tr("{n} 张").format(n=count) if count else ""
    return _short(value_text(session, of, value))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
