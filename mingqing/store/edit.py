"""Correcting rows by hand: what is finished is one transaction, checked by the rules of the tables, and one undo."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

import numpy as np
import shapely
from shapely import GeometryType

from mingqing.access.audit import Act
from mingqing.access.roles import Action
from mingqing.catalog.model import STAMPS, Field, FieldType, GeometryKind, Table
from mingqing.catalog.rules import broken
from mingqing.catalog.values import Value, ValueRefusedError, parse
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.store.changes import Transaction, refusal
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.session import Session
from mingqing.store.unique import VILLAGE, Unique

SHAPE = "geometry"
_KINDS = {
    GeometryType.POINT: GeometryKind.POINT,
    GeometryType.LINESTRING: GeometryKind.LINE,
    GeometryType.MULTILINESTRING: GeometryKind.LINE,
    GeometryType.POLYGON: GeometryKind.POLYGON,
    GeometryType.MULTIPOLYGON: GeometryKind.POLYGON,
}
_KIND_TITLES = {GeometryKind.POINT: "点", GeometryKind.LINE: "线", GeometryKind.POLYGON: "面"}
_MOST_TOLD, _AT_ONCE = 3, 1_000


class Keep(Enum):
    """What stands for a shape that stays as it is."""

    SHAPE = "shape"


KEEP: Final = Keep.SHAPE


class Referring(Enum):
    """What becomes of rows that refer to one that is deleted."""

    REFUSE = "refuse"
    DETACH = "detach"  # they stay, without it; those that cannot be without it are deleted
    ALONG = "along"  # they are deleted too


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be as it was to be.

    row : its id; None for one that is to be added. field : empty where it is the row as a whole, "geometry" for its
    shape. sentence : Chinese, with the field's title before it where there is one.
    """

    table: str
    row: int | None
    field: str
    sentence: str


class Refused(InputRefused):
    """Rows that break the rules of their tables; nothing was written. `problems` are all there are."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        told = "；".join(p.sentence for p in problems[:_MOST_TOLD])
        more = tr("；等 {n} 处").format(n=len(problems)) if len(problems) > _MOST_TOLD else ""
        super().__init__(told + more)
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Changed:
    """What a finished edit, undo or redo did.

    seq : the number of the change; 0 where nothing was another than before.
    tables : ids of the rows that were added, changed or deleted, by table.
    """

    seq: int = 0
    why: str = ""
    tables: Mapping[str, frozenset[int]] = field(default_factory=dict)


@contextmanager
def edit(session: Session, why: str, *, watch: Watch = UNWATCHED) -> Iterator["Edit"]:
    """Give what rows are changed by; on leaving, all of it is written as one change, or nothing.

    why : one Chinese phrase for history and log, such as "修改农房"; never a person's name or number.
    watch : told how far many rows are; where it says stop, nothing is written.

    Raises
    ------
    Refused
        from within, where a row breaks the rules of its table.
    NotAllowed
        where the account may not write a table, a field or a village.
    """
    with session.transaction(Act.EDIT, why) as change:
        made = Edit(session, change, watch)
        yield made
        why = change.why
    made.changed = Changed(change.seq, why, {t: frozenset(i) for t, i in change.touched.items()})


class Edit:
    """Rows being added, changed and deleted. `changed` tells of them once all is written."""

    def __init__(self, session: Session, change: Transaction, watch: Watch = UNWATCHED) -> None:
        self._session, self._change, self._watch = session, change, watch
        self.changed = Changed()

    def add(self, table: str, values: Mapping[str, object], shape: shapely.Geometry | None = None) -> int:
        """Add a row and return its id.

        Without a village it belongs to that of the row it refers to, or else to the one in which it lies.

        Parameters
        ----------
        values : by field, as typed or as stored.
        shape : project CRS, metres.
        """
        definition = self._session.catalog.tables[table]
        require_writable(self._session, definition, values)
        row, problems = checked(self._session, definition, None, values, shape)
        if problems:
            raise Refused(problems)
        (made,) = new_ids(1)
        shapes = self._encoded([shape]) if definition.has_geometry else None
        self._change.insert(table, [made], {n: [v] for n, v in row.items() if v is not None}, shapes)
        return made

    def add_all(
        self,
        table: str,
        columns: Mapping[str, Sequence[object]],
        shapes: Sequence[shapely.Geometry | None] | None = None,
    ) -> range:
        """Add many rows of a table and return their ids; each says itself what village it belongs to.

        Parameters
        ----------
        columns : by field, values as typed or as stored, one a row.
        shapes : project CRS, metres, one a row.

        Raises
        ------
        Refused
            with the problems of every row.
        """
        session, definition = self._session, self._session.catalog.tables[table]
        require_writable(session, definition, columns)
        rows, problems = _checked_new(session, definition, columns, shapes, self._watch)
        if problems:
            raise Refused(problems)
        self._watch.step(tr("正在保存"))
        made = new_ids(len(rows))
        encoded = self._encoded(shapes or [None] * len(rows)) if definition.has_geometry else None
        self._change.insert(table, made, {n: [row[n] for row in rows] for n in columns}, encoded)
        return made

    def change(
        self,
        table: str,
        row_id: int,
        values: Mapping[str, object] | None = None,
        shape: shapely.Geometry | Keep | None = KEEP,
    ) -> None:
        """Change fields of a row, and its shape where one is given; what is the same as before is left alone."""
        self.change_all(table, {row_id: values or {}}, {} if isinstance(shape, Keep) else {row_id: shape})

    def change_all(
        self,
        table: str,
        values: Mapping[int, Mapping[str, object]],
        shapes: Mapping[int, shapely.Geometry | None] | None = None,
    ) -> None:
        """Change many rows of a table: `values` by id and field, `shapes` by id.

        Raises
        ------
        Refused
            with the problems of every row.
        """
        session, definition, shapes = self._session, self._session.catalog.tables[table], shapes or {}
        require_writable(session, definition, {name for row in values.values() for name in row})
        changed, problems = checked_all(session, table, values, shapes, watch=self._watch)
        if problems:
            raise Refused(problems)
        alike: defaultdict[tuple[str, ...], dict[int, dict[str, Value]]] = defaultdict(dict)
        for row_id, cells in changed.items():
            alike[(*cells, SHAPE) if row_id in shapes else tuple(cells)][row_id] = cells
        self._watch.step(tr("正在保存"))
        for names, rows in alike.items():
            self._update(table, names, rows, shapes)

    def _update(
        self,
        table: str,
        names: Sequence[str],
        rows: Mapping[int, Mapping[str, Value]],
        shapes: Mapping[int, shapely.Geometry | None],
    ) -> None:
        ids = list(rows)
        columns = {name: [rows[i][name] for i in ids] for name in names if name != SHAPE}
        encoded = self._encoded([shapes[i] for i in ids]) if SHAPE in names else None
        self._change.update(table, ids, columns, encoded)

    def remove(self, table: str, ids: Iterable[int], referring: Referring = Referring.REFUSE) -> None:
        """Delete rows; the history keeps them, and they can be restored.

        Raises
        ------
        Refused
            where other rows refer to them and `referring` does not say what becomes of those.
        """
        session, definition, gone = self._session, self._session.catalog.tables[table], list(ids)
        require_writable(session, definition, ())
        for other in session.catalog.tables.values():
            for reference in other.fields:
                if reference.references == table:
                    self._let_go(other, reference, definition, gone, referring)
        self._change.delete(table, gone)

    def bring_back(self, table: str, row_id: int, cells: Mapping[str, Any]) -> None:
        """Add a row again that was deleted, as it lay in the file: by no rule, for it was there."""
        blob = cells.get(SHAPE)
        has_shape = self._session.catalog.tables[table].has_geometry
        kept = {n: [v] for n, v in cells.items() if n not in {SHAPE, "updated_by", "updated_at"}}
        self._change.insert(table, [row_id], kept, [blob] if has_shape else None)

    def refer(self, table: str, row_id: int, reference: str, to: int) -> None:
        """Let a row refer again to one that is brought back: by no rule, for it did."""
        self._change.update(table, [row_id], {reference: [to]})

    def _let_go(
        self, other: Table, reference: Field, table: Table, gone: Sequence[int], referring: Referring
    ) -> None:
        """Decide on the rows of one table that refer to rows that are deleted."""
        sql = f'SELECT id FROM "{other.name}" WHERE "{reference.name}" IN (SELECT value FROM json_each(?))'
        found = [i for (i,) in self._session.query(sql, [json.dumps(gone)])]
        found = [i for i in found if other.name != table.name or i not in gone]
        if not found:
            return
        if referring is Referring.REFUSE:
            sentence = tr("还有 {n} 条“{other}”属于它，请先选择一起删除还是保留").format(
                n=len(found), other=other.title
            )
            raise Refused([Problem(table.name, gone[0] if len(gone) == 1 else None, "", sentence)])
        if referring is Referring.ALONG or reference.required:
            self.remove(other.name, found, referring)
        else:
            self._change.update(other.name, found, {reference.name: [None] * len(found)})

    def _encoded(self, shapes: Sequence[shapely.Geometry | None]) -> list[bytes | None]:
        every = np.empty(len(shapes), dtype=object)
        every[:] = shapes
        return encode(shapely.orient_polygons(every), self._session.info.epsg)


# ── The rules ────────────────────────────────────────────────────────────────────────────────────────────────


def checked(
    session: Session,
    table: Table,
    row_id: int | None,
    values: Mapping[str, object],
    shape: shapely.Geometry | Keep | None = KEEP,
    *,
    before: Mapping[str, object] | None = None,
) -> tuple[dict[str, Value], list[Problem]]:
    """Return a row as it would be stored, and all that stands against it; nothing is written.

    A new row without a village has that of the row it refers to, or else that in which it lies.

    Parameters
    ----------
    row_id : the row that is changed; None for one that is added.
    values : what is given, by field, as typed or as stored.
    shape : what is to be its shape; `KEEP` where that is not asked about.
    before : the row as it is, where the caller has it.
    """
    if row_id is not None and before is None:
        before = rows_of(session, table.name, [row_id]).get(row_id, {})
    row, problems = _fitted(session, table, row_id, values, shape, before or {})
    if row_id is None and row.get(VILLAGE) is None:  # before it is asked what may occur once in a village
        row[VILLAGE] = _village_of(session, table, row, None if isinstance(shape, Keep) else shape)
    once = Unique(session, table)
    once.take(row_id, row, before or {})
    return row, problems + [_problem(table, *each) for each in once.twice()]


def checked_all(
    session: Session,
    table: str,
    values: Mapping[int, Mapping[str, object]],
    shapes: Mapping[int, shapely.Geometry | None] | None = None,
    *,
    watch: Watch = UNWATCHED,
) -> tuple[dict[int, dict[str, Value]], list[Problem]]:
    """Return of many rows the fields that would change, as stored, and all that stands against it; as `checked`.

    Rows that change together are told apart as they will be: two may exchange what occurs once in a village.
    """
    definition, shapes = session.catalog.tables[table], shapes or {}
    once, ids = Unique(session, definition), list({**values, **shapes})
    changed: dict[int, dict[str, Value]] = {}
    problems: list[Problem] = []
    for start in range(0, len(ids), _AT_ONCE):
        watch.step(tr("正在核对"), start, len(ids))
        some = ids[start : start + _AT_ONCE]
        before = rows_of(session, table, some)
        for row_id in some:
            old, given = before.get(row_id), values.get(row_id, {})
            if old is None:
                problems.append(Problem(table, row_id, "", tr("这条记录已经不在了，或不在您管辖的村")))
                continue
            new, wrong = _fitted(session, definition, row_id, given, shapes.get(row_id, KEEP), old)
            once.take(row_id, new, old)
            problems += wrong
            cells = {name: new[name] for name in given if new.get(name) != old.get(name)}
            if cells or row_id in shapes:
                changed[row_id] = cells
    return changed, problems + [_problem(definition, *each) for each in once.twice()]


def _checked_new(
    session: Session,
    table: Table,
    columns: Mapping[str, Sequence[object]],
    shapes: Sequence[shapely.Geometry | None] | None,
    watch: Watch,
) -> tuple[list[dict[str, Value]], list[Problem]]:
    """Return many rows that are to be added as they would be stored, and all that stands against them."""
    there = {
        name: _present(session, str(table.field_by_name[name].references), values)
        for name, values in columns.items()
        if name in table.field_by_name and table.field_by_name[name].references
    }
    once, rows, problems = Unique(session, table), [], []
    for number, cells in enumerate(zip(*columns.values(), strict=True)):
        if number % _AT_ONCE == 0:
            watch.step(tr("正在核对"), number, len(next(iter(columns.values()))))
        given = dict(zip(columns, cells, strict=True))
        shape = shapes[number] if shapes is not None else KEEP
        row, wrong = _fitted(session, table, None, given, shape, {}, there)
        once.take(None, row, {})
        rows.append(row)
        problems += wrong
    return rows, problems + [_problem(table, *each) for each in once.twice()]


def _present(session: Session, table: str, ids: Sequence[object]) -> set[object]:
    """Return which of many rows there are for the account to see."""
    sql = f'SELECT id FROM "{table}" WHERE id IN (SELECT value FROM json_each(?))'
    wanted = {int(str(i)) for i in ids if i is not None}
    return {i for (i,) in session.query(sql, [json.dumps(sorted(wanted))])}


def _fitted(
    session: Session,
    table: Table,
    row_id: int | None,
    values: Mapping[str, object],
    shape: shapely.Geometry | Keep | None,
    before: Mapping[str, object],
    there: Mapping[str, Collection[object]] | None = None,
) -> tuple[dict[str, Value], list[Problem]]:
    """Return a row as it would be stored, and all that stands against it by itself.

    there : by reference, ids of rows that were found to be there; asked for one by one where it is not given.
    """
    row: dict[str, Value] = {n: v for n, v in before.items() if n != "id"}  # type: ignore[misc]
    wrong: dict[str, str] = {}
    for name, raw in values.items():
        described = table.field_by_name.get(name)
        if described is None or name in STAMPS:
            wrong[name] = tr("“{table}”没有可以填写的“{field}”").format(table=table.title, field=name)
            continue
        try:
            row[name] = parse(described, raw)
        except ValueRefusedError as error:
            row[name], wrong[name] = None, str(error)
            continue
        if described.references and row[name] is not None and row[name] != before.get(name):
            target = session.catalog.tables[described.references]
            missing = row[name] not in there[name] if there else _is_gone(session, target.name, row[name])
            if missing:
                wrong[name] = tr("没有这条“{title}”，请重新选择").format(title=target.title)
    as_before = set(broken(table, before)) if before else set()  # correcting something else must go on
    for each in broken(table, row):
        if each not in as_before:
            wrong.setdefault(each.field, each.sentence)
    problems = [_problem(table, row_id, name, sentence) for name, sentence in wrong.items()]
    if not isinstance(shape, Keep) and (sentence := _misshapen(table, shape)):
        problems.append(Problem(table.name, row_id, SHAPE, sentence))
    return row, problems


def _is_gone(session: Session, table: str, row_id: object) -> bool:
    return session.row(table, int(str(row_id))) is None


def _problem(table: Table, row_id: int | None, name: str, sentence: str) -> Problem:
    described = table.field_by_name.get(name)
    said = f"{described.title}：{sentence}" if described else sentence
    return Problem(table.name, row_id, name, said)


def _misshapen(table: Table, shape: shapely.Geometry | None) -> str:
    """Return why a shape cannot be that of a row of the table; empty where it can."""
    if shape is None or shape.is_empty:
        return ""
    kind = _KINDS.get(GeometryType(shapely.get_type_id(shape)))
    if kind not in table.geometry:
        wanted = "、".join(tr(_KIND_TITLES[k]) for k in sorted(table.geometry))
        if not wanted:
            return tr("“{table}”没有自己的图形").format(table=table.title)
        return tr("“{table}”的图形应该是{wanted}").format(table=table.title, wanted=wanted)
    if not np.isfinite(shape.bounds).all():
        return tr("坐标不是有效的数字")
    if not shapely.is_valid(shape):
        return tr("图形的边自己交叉了，请调整")
    return ""


def require_writable(session: Session, table: Table, names: Collection[str]) -> None:
    """Raise `NotAllowed` where the account may not write these fields of a table."""
    session.require_writable()
    own = [n for n in names if n in table.field_by_name]
    if not session.policy.allowed(table.name, Action.EDIT) or set(own) - set(
        session.policy.writable(table.name)
    ):
        raise refusal(session.policy, table, own)


def rows_of(session: Session, table: str, ids: Iterable[int]) -> dict[int, dict[str, object]]:
    """Return rows by id, each with all its fields and without its shape; those that are gone are left out."""
    names = ("id", *session.catalog.tables[table].column_names)
    listed = ", ".join(f'"{name}"' for name in names)
    sql = f'SELECT {listed} FROM "{table}" WHERE id IN (SELECT value FROM json_each(?))'
    found = session.query(sql, [json.dumps(list(ids))])
    return {row[0]: dict(zip(names, row, strict=True)) for row in found}


def _village_of(
    session: Session, table: Table, row: Mapping[str, Value], shape: shapely.Geometry | None
) -> str | None:
    """Return the code of the village that a new row belongs to; None where nothing tells."""
    for described in table.fields:
        if described.type is FieldType.REFERENCE and row.get(described.name) is not None:
            found = session.rows(str(described.references), [VILLAGE], where={"id": row[described.name]})
            if found and found[0][0] is not None:
                return str(found[0][0])
    if shape is not None and not shape.is_empty and table.name != "village":
        place = shape.representative_point()
        villages = session.features("village", bounds=place.bounds, columns=["code"])
        for code, outline in zip(villages.columns["code"], villages.geometry, strict=True):
            if code is not None and outline.covers(place):
                return str(code)
    own = session.policy.villages
    return next(iter(own)) if own is not None and len(own) == 1 else None
