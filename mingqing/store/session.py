"""What a logged-in account can see and do: the one door between the project file and everything else."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.access.accounts import Account
from mingqing.access.audit import DONE, REFUSED, Act
from mingqing.access.policy import Policy
from mingqing.access.roles import Duty, Role
from mingqing.catalog.model import Catalog, Table
from mingqing.catalog.overviews import Needs
from mingqing.core.errors import InputRefused, NotAllowed, ProjectUnavailable, StoreBug
from mingqing.core.features import Features, Gathered
from mingqing.core.text import tr
from mingqing.store.audit import append
from mingqing.store.changes import Transaction, Value
from mingqing.store.connection import STEPS_BETWEEN_QUESTIONS, connect, engine_errors, immediate
from mingqing.store.geometry import decode
from mingqing.store.guard import Guard, box_view
from mingqing.store.overview.read import Overviews
from mingqing.store.owner import owner
from mingqing.store.schema import ensure_srid
from mingqing.store.settled import Settled

if TYPE_CHECKING:
    from typing import Self

    import apsw

Bounds = tuple[float, float, float, float]
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class ProjectInfo:
    """What a project is called, where it lies, and in which CRS it keeps coordinates.

    read_only : why nothing may be written, to be shown; None where it may.
    epsg_chosen : False while the CRS is the default and an empty project may still take that of its first data.
    """

    path: Path
    name: str
    epsg: int
    epsg_chosen: bool
    read_only: str | None


@dataclass(frozen=True, slots=True)
class Login:
    """Who opened a project, and what of it is theirs.

    known : the roles of this project, by code.
    separate : whether the three duties are separate in this project (三员分立).
    notices : sentences to show at once, such as how long the password still holds.
    """

    account: Account
    policy: Policy
    known: Mapping[str, Role]
    key: bytes = field(repr=False)
    separate: bool = False
    notices: tuple[str, ...] = ()

    @property
    def reads_log(self) -> bool:
        """Whether the account may read the log."""
        return self.policy.has(Duty.AUDIT) or (self.policy.has(Duty.ACCOUNTS) and not self.separate)


@dataclass(frozen=True, slots=True)
class Stored:
    """Rows as they lie in the file: ids, columns, and shapes as SpatiaLite BLOBs (None for a table without)."""

    ids: Sequence[int]
    columns: Mapping[str, Sequence[Value]]
    geometry: Sequence[bytes | None] | None


@dataclass(frozen=True, slots=True)
class Village:
    """A village to choose: its 12-digit code, name, township, and extent in the project's CRS."""

    code: str
    name: str
    township: str
    bounds: Bounds | None


class Session:
    """One account's connection to one project. Used by one thread; a worker thread takes a `clone`."""

    def __init__(self, info: ProjectInfo, catalog: Catalog, login: Login) -> None:
        self.info, self.catalog, self.login = info, catalog, login
        self.file = info.path / "map.db"
        self._database = connect(self.file, login.key, read_only=info.read_only is not None)
        try:
            with engine_errors(self.file):
                self._guard = Guard(self._database, login.policy, self.user)
        except BaseException:
            self._database.close()
            raise
        self._overviews = Overviews(self)

    @property
    def user(self) -> str:
        """The name of the account."""
        return self.login.account.name

    @property
    def policy(self) -> Policy:
        """What the account may see and do."""
        return self.login.policy

    def clone(self) -> "Session":
        """Return another connection of the same account, for another thread."""
        return Session(self.info, self.catalog, self.login)

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        self._overviews.close()
        self._database.close()

    def interrupt(self) -> None:
        """Stop a query that another thread has running on this session; it ends in `Cancelled`."""
        self._database.interrupt()

    def __enter__(self) -> "Self":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ── Reading ──────────────────────────────────────────────────────────────────────────────────────────

    def query(
        self, sql: str, values: Sequence[Value] = (), *, stop: Callable[[], bool] | None = None
    ) -> list[tuple[Any, ...]]:
        """Return the rows of a statement that reads, for modules of this package: nothing else speaks SQL.

        `stop` is asked every few milliseconds; where it says so, the statement ends in `Cancelled`.
        """
        self._guard.require_plain(sql)
        self._database.set_progress_handler(stop, STEPS_BETWEEN_QUESTIONS)
        with engine_errors(self.file):
            return list(self._database.execute(sql, tuple(values)))

    def counts(self, village: str | None = None) -> dict[str, int]:
        """Return the number of rows of every table, all or those of one village."""
        names = list(self.catalog.tables)
        where, values = ("", ()) if village is None else (" WHERE village_code = ?1", (village,))
        row = self.query(
            "SELECT " + ", ".join(f'(SELECT count(*) FROM "{n}"{where})' for n in names), values
        )[0]
        return dict(zip(names, row, strict=True))

    def villages(self) -> list[Village]:
        """Return the villages of the project by code, those that only occur as a code among them."""
        rows = self.query(
            "SELECT v.code, v.name, v.township, b.xmin, b.ymin, b.xmax, b.ymax FROM village v"
            f' LEFT JOIN "{box_view("village")}" b ON b.pkid = v.id WHERE v.code IS NOT NULL'
        )
        found = {
            str(code): Village(
                str(code), str(name), str(township or ""), _bounds(box) if box[0] is not None else None
            )
            for code, name, township, *box in rows
        }
        for (code,) in self.query("SELECT DISTINCT village_code FROM house WHERE village_code IS NOT NULL"):
            found.setdefault(str(code), Village(str(code), str(code), "", None))
        return [found[code] for code in sorted(found)]

    def extent(self, table: str | None = None) -> Bounds | None:
        """Return the bounds of all with a place, or of one table, in the project's CRS; None where there is none."""
        names = [n for n, t in self.catalog.tables.items() if t.has_geometry and table in {None, n}]
        if not names:
            return None
        # Who is bound to villages has few rows: their boxes are asked for, not all of the county's.
        own = "" if self.policy.villages is None else ' WHERE pkid IN (SELECT id FROM "{name}")'
        parts = " UNION ALL ".join(
            f'SELECT min(xmin) a, min(ymin) b, max(xmax) c, max(ymax) d FROM "{box_view(name)}"'
            + own.format(name=name)
            for name in names
        )
        row = self.query(f"SELECT min(a), min(b), max(c), max(d) FROM ({parts})")[0]
        return None if row[0] is None else _bounds(row)

    def row(self, table: str, row_id: int) -> dict[str, object] | None:
        """Return one row with its id and without its shape, or None where there is none."""
        names = ("id", *self._table(table).column_names)
        found = self.query(f'SELECT {_list(names)} FROM "{table}" WHERE id = ?', (row_id,))
        return dict(zip(names, found[0], strict=True)) if found else None

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        *,
        village: str | None = None,
        where: Mapping[str, Value] | None = None,
    ) -> list[tuple[Any, ...]]:
        """Return `columns` of the rows of a table, by id; `where` asks for equal values."""
        conditions = dict(where or {})
        if village is not None:
            conditions["village_code"] = village
        self._check_columns(table, [*columns, *conditions])
        clause = " AND ".join(f'"{name}" IS ?' for name in conditions)
        sql = (
            f'SELECT {_list(columns)} FROM "{table}"'
            + (f" WHERE {clause}" if clause else "")
            + " ORDER BY id"
        )
        return self.query(sql, tuple(conditions.values()))

    def referring(self, table: str, row_id: int) -> list[tuple[str, int]]:
        """Return (table, id) of the rows that point to this one, such as the residents of a household."""
        found: list[tuple[str, int]] = []
        for other in self.catalog.tables.values():
            for reference in other.fields:
                if reference.references == table:
                    sql = f'SELECT id FROM "{other.name}" WHERE "{reference.name}" = ? ORDER BY id'
                    found += [(other.name, i) for (i,) in self.query(sql, (row_id,))]
        return found

    def stored(self, table: str, columns: Sequence[str], *, village: str | None) -> "Stored":
        """Return the rows of one village as they are stored, by id; None means the rows of no village."""
        self._check_columns(table, columns)
        shape = "t.geometry" if self._table(table).has_geometry else "NULL"
        rows = self.query(
            f'SELECT t.id, {shape}{_more(columns)} FROM "{table}" t WHERE t.village_code IS ? ORDER BY t.id',
            (village,),
        )
        ids, geometry, *cells = _transpose(rows, 2 + len(columns))
        kept = geometry if self._table(table).has_geometry else None
        return Stored(ids, dict(zip(columns, cells, strict=True)), kept)

    def values_of(self, table: str, column: str, ids: Iterable[int]) -> list[tuple[int, int]]:
        """Return (id, value of an integer column) of rows, those where it is null left out."""
        self._check_columns(table, [column])
        found = self.query(
            f'SELECT id, "{column}" FROM "{table}"'
            f' WHERE id IN (SELECT value FROM json_each(?)) AND "{column}" NOT NULL',
            (json.dumps(list(ids)),),
        )
        return [(i, v) for i, v in found]

    def villages_of(self, table: str, ids: Iterable[int]) -> dict[int, str | None]:
        """Return the village of each of those of some rows that are there; None for one of no village."""
        sql = f'SELECT id, village_code FROM "{self._table(table).name}" WHERE id IN (SELECT value FROM json_each(?))'
        return dict(self.query(sql, (json.dumps(list(ids)),)))

    def features(
        self,
        table: str,
        *,
        bounds: Bounds | None = None,
        columns: Sequence[str] = (),
        village: str | Collection[str] | None = None,
        where: Mapping[str, Value] | None = None,
        among: Iterable[int] | None = None,
        placed: bool = True,
    ) -> Features:
        """Return rows with their shapes, by id.

        Rows of a table with `located_at` that have no shape of their own stand at the row they belong to: a point,
        or with `spoke_from` a line to it.

        Parameters
        ----------
        bounds : only rows whose bounding box meets this one; project CRS, metres.
        columns : names of the columns wanted.
        village : only rows of this village, or of several, by code.
        where : only rows with these values.
        among : only rows of these ids.
        placed : whether rows without a shape stand where the row stands that they belong to.
        """
        definition = self._table(table)
        self._check_columns(table, [*columns, *(where or {})])
        conditions, values = _conditions(village, where, among)
        if definition.located_at and placed:
            return self._located(definition, bounds, columns, conditions, values)
        if bounds is not None and definition.has_geometry:
            conditions.append(f"t.id IN (SELECT pkid FROM {_in_box(table)})")
            values += _box(bounds)
        shape = "t.geometry" if definition.has_geometry else "NULL"
        rows = self.query(
            f'SELECT t.id, {shape}{_more(columns)} FROM "{table}" t{_where(conditions)} ORDER BY t.id', values
        )
        ids, geometry, *cells = _transpose(rows, 2 + len(columns))
        return Features(
            np.array(ids, dtype=np.int64), decode(geometry), dict(zip(columns, cells, strict=True))
        )

    def gathered(self, table: str, bounds: Bounds, wanted: Needs, metres_per_px: float) -> Gathered | None:
        """Return groups of rows to draw at a small scale; None where rows are to be drawn one by one.

        bounds : project CRS, metres. wanted : what the drawing needs, by `mingqing.catalog.overviews.needs`.
        """
        return self._overviews.gathered(table, bounds, wanted, metres_per_px)

    def _located(
        self,
        table: Table,
        bounds: Bounds | None,
        columns: Sequence[str],
        conditions: list[str],
        values: list[Value],
    ) -> Features:
        """Rows at the place of the row they belong to, found by following references."""
        joins, here, last = "", table, "t"
        for depth, step in enumerate(table.located_at):
            target = here.field_by_name[step].references or ""
            joins += f' LEFT JOIN "{target}" j{depth} ON j{depth}.id = {last}."{step}"'
            here, last = self._table(target), f"j{depth}"
        if bounds is not None and not table.spoke_from:
            conditions.append(f"{last}.id IN (SELECT pkid FROM {_in_box(here.name)})")
            values += _box(bounds)
        own = "t.geometry" if table.has_geometry else "NULL"
        rows = self.query(
            f"SELECT t.id, t.village_code, {own}, {last}.geometry{_more(columns)}"
            f' FROM "{table.name}" t{joins}{_where(conditions)} ORDER BY t.id',
            values,
        )
        ids, codes, shapes, places, *cells = _transpose(rows, 4 + len(columns))
        geometry = shapely.centroid(decode(places))
        if table.spoke_from:
            geometry = self._spokes(table.spoke_from, codes, geometry)
        drawn = decode(shapes)
        geometry = np.where(shapely.is_missing(drawn), geometry, drawn)
        found = Features(np.array(ids, dtype=np.int64), geometry, dict(zip(columns, cells, strict=True)))
        return meeting(found, bounds) if bounds is not None and table.spoke_from else found

    def _spokes(
        self, spoke_from: tuple[str, str, str], codes: Sequence[object], places: NDArray[np.object_]
    ) -> NDArray[np.object_]:
        """Lines from the office of each row's village to its place; the place itself where there is no office."""
        table, field, value = spoke_from
        offices = self.features(table, columns=["village_code"], where={field: value})
        hubs = dict(zip(offices.columns["village_code"], offices.geometry, strict=True))
        out = places.copy()
        for i, (code, place) in enumerate(zip(codes, places, strict=True)):
            hub = hubs.get(code)
            if hub is not None and place is not None and not place.is_empty:
                out[i] = shapely.LineString([hub, place])
        return out

    def _table(self, name: str) -> Table:
        try:
            return self.catalog.tables[name]
        except KeyError as error:
            raise StoreBug(f"no such table: {name}") from error

    def _check_columns(self, table: str, columns: Sequence[str]) -> None:
        unknown = set(columns) - {"id", *self._table(table).column_names}
        if unknown:
            raise StoreBug(f"no such column of {table}: {sorted(unknown)}")

    def settled(self) -> Settled:
        """Return what an import must not bring back; nothing to who edits nothing."""
        if not self.policy.edits:
            return Settled()
        with owner(self, spatial=False) as database:
            return Settled.load(database)

    # ── Writing ──────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def transaction(self, kind: str, why: str, *, of: int | None = None) -> Iterator[Transaction]:
        """Write rows together with their record, or nothing; see `Transaction`.

        kind : what sort of act this is: "import", "edit", …
        why : one Chinese phrase for the history, such as "导入 农房.shp".
        of : the number of the change that this one takes back or does again.
        """
        self.require_writable()
        with (
            engine_errors(self.file),
            Transaction(self._database, self._guard, self.policy, self.user, kind, why, of=of) as change,
        ):
            yield change

    @contextmanager
    def changing(self) -> Iterator["apsw.Connection"]:
        """Give a module of this package one transaction on what is the program's own, as far as the guard lets it.

        Within a `transaction` it is part of that one.
        """
        self.require_writable()
        own = nullcontext() if self._database.in_transaction else immediate(self._database)
        with engine_errors(self.file), self._guard.writing(), own:
            yield self._database

    def require_writable(self) -> None:
        """Raise `ProjectUnavailable` with the reason where this project may only be read."""
        if self.info.read_only is not None:
            raise ProjectUnavailable(
                tr("项目只能查看，不能修改：{reason}").format(reason=self.info.read_only)
            )

    def choose_crs(self, epsg: int) -> None:
        """Let an empty project whose CRS nobody chose take that of its first data.

        Raises
        ------
        StoreBug
            if the project holds shapes already, or its CRS was chosen.
        """
        self.require_writable()
        if self.info.epsg_chosen:
            raise StoreBug("the project's CRS is settled")
        # Not by `owner`: an import on trial chooses within its own transaction, and takes it back.
        with engine_errors(self.file), self._guard.lifted(self._database), self._database as database:
            for name, table in self.catalog.tables.items():
                if table.has_geometry and database.execute(f'SELECT 1 FROM main."idx_{name}_geometry"').get:
                    raise StoreBug("the project holds shapes")
            ensure_srid(database, epsg)
            database.execute("UPDATE geometry_columns SET srid = ?", (epsg,))
            database.execute("UPDATE mq_meta SET value = ? WHERE key = 'epsg'", (str(epsg),))
            database.execute("UPDATE mq_meta SET value = '1' WHERE key = 'epsg_chosen'")
        self.info = replace(self.info, epsg=epsg, epsg_chosen=True)

    # ── The log ──────────────────────────────────────────────────────────────────────────────────────────

    def record(
        self,
        act: Act,
        target: str = "",
        *,
        rows: int | None = None,
        outcome: str = DONE,
        detail: str = "",
        proof: str = "",
    ) -> None:
        """Put down in the log what the account did; see `mingqing.access.audit.Entry`. Nothing where read-only.

        Raises
        ------
        ProjectUnavailable
            if the log cannot be written: then what it would tell of must not be done.
        """
        if self.info.read_only is not None:
            return
        with self.changing() as database:
            append(
                database,
                self.user,
                act,
                target,
                rows=rows,
                outcome=outcome,
                detail=detail,
                proof=proof,
            )

    def require_log_reader(self) -> None:
        """Raise `NotAllowed` where the account may not read the log.

        Until the duties are separate there may be no auditor: then who manages accounts may.
        """
        if not self.login.reads_log:
            self.record(Act.READ_LOG, outcome=REFUSED)
            raise NotAllowed(tr("操作日志只有审计员可以查看"))

    def unmask(self, table: str, row_id: int, field: str, reason: str) -> Value:
        """Return a masked value whole, to one who may ask for it and says why; the log has the reason first.

        Raises
        ------
        NotAllowed
            if the account may not, or the project is read-only, so that the log cannot have it.
        InputRefused
            if no reason is given.
        """
        self._check_columns(table, [field])
        if not reason.strip():
            raise InputRefused(tr("请写明查看的理由，它会记入日志"))
        self.require_writable()
        title = self._table(table).field_by_name[field].title
        sql = self.policy.view_sql(table, unmask=[field])
        target = f"{self._table(table).title} {row_id}"
        detail = tr("{field}：{reason}").format(field=title, reason=reason.strip()[:_LONGEST_REASON])
        self.record(Act.UNMASK, target, rows=1, detail=detail)
        with owner(self, spatial=False) as database:
            row = database.execute(f'SELECT "{field}" FROM ({sql}) WHERE id = ?', (row_id,)).fetchone()
        return row[0] if row else None

    # ── What the project remembers for its users ─────────────────────────────────────────────────────────

    def recall_all(self, prefix: str) -> dict[str, str]:
        """Return every text that `remember` kept under a key that starts with `prefix`; none to who edits nothing."""
        if not self.policy.edits:
            return {}
        return dict(
            self.query("SELECT key, value FROM mq_memory WHERE substr(key, 1, ?) = ?", (len(prefix), prefix))
        )

    def remember(self, key: str, value: str) -> None:
        """Keep a text in the project for next time."""
        self.require_writable()
        with engine_errors(self.file), self._guard.writing():
            self._database.execute(
                "INSERT OR REPLACE INTO mq_memory VALUES(?, ?)", (key, value), can_cache=False
            )


def _bounds(box: Sequence[float]) -> Bounds:
    a, b, c, d = box
    return a, b, c, d


def _list(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _more(columns: Sequence[str]) -> str:
    return "".join(f', t."{name}"' for name in columns)


def _where(conditions: Sequence[str]) -> str:
    return " WHERE " + " AND ".join(conditions) if conditions else ""


def _conditions(
    village: str | Collection[str] | None,
    where: Mapping[str, Value] | None,
    among: Iterable[int] | None,
) -> tuple[list[str], list[Value]]:
    wanted = dict(where or {})
    if isinstance(village, str):
        wanted["village_code"] = village
    conditions, values = [f't."{name}" IS ?' for name in wanted], list(wanted.values())
    if village is not None and not isinstance(village, str):
        conditions.append("t.village_code IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(village)))
    if among is not None:
        conditions.append("t.id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(list(among)))
    return conditions, values


def _in_box(table: str) -> str:
    return f'"{box_view(table)}" WHERE xmin <= ? AND xmax >= ? AND ymin <= ? AND ymax >= ?'


def _box(bounds: Bounds) -> list[Value]:
    xmin, ymin, xmax, ymax = bounds
    return [xmax, xmin, ymax, ymin]


def _transpose(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def meeting(found: Features, bounds: Bounds) -> Features:
    """Return the rows whose bounding box meets `bounds`."""
    xmin, ymin, xmax, ymax = bounds
    box = shapely.bounds(found.geometry)
    with np.errstate(invalid="ignore"):
        keep = (box[:, 0] <= xmax) & (box[:, 2] >= xmin) & (box[:, 1] <= ymax) & (box[:, 3] >= ymin)
    columns = {
        name: [v for v, kept in zip(values, keep, strict=True) if kept]
        for name, values in found.columns.items()
    }
    return Features(found.ids[keep], found.geometry[keep], columns)
