"""What SQLite itself holds back on the connection of a login.

Every table is shadowed by a TEMP VIEW with the columns, masks and villages that the account may see; an authorizer,
asked for every statement, refuses the tables themselves, other files, and every change of the schema; TEMP TRIGGERs
refuse writes in other villages. So a statement that should never have been written still shows nothing.

The views read the tables through inner ones whose names are made anew for every connection, because SQLite tells the
authorizer which view a column is read for by its name alone, and a WITH clause may take any name. And a statement
that reads may neither name a schema nor merge columns: SQLite does not ask about columns that USING and NATURAL merge.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress

import apsw

from mingqing.access.policy import Policy
from mingqing.access.roles import Action
from mingqing.catalog.model import STAMPS, Table
from mingqing.core.errors import NotAllowed
from mingqing.core.text import tr
from mingqing.store import saved
from mingqing.store.connection import HIDDEN, NOT_YOURS, OUTSIDE

# What reading needs, and the triggers of SpatiaLite. Its functions that read and write files are not among them.
_FUNCTIONS = frozenset(
    {
        *(
            "count",
            "min",
            "max",
            "sum",
            "total",
            "avg",
            "group_concat",
            "coalesce",
            "ifnull",
            "nullif",
            "length",
        ),
        *("substr", "trim", "rtrim", "char", "glob", "like", "lower", "upper", "abs", "round", "typeof"),
        *("json_each", "json_valid"),
        *("match", "rank", "bm25", "highlight", "instr", "replace", "printf", "format", "iif"),
    }
)
_OWN_READ = {
    "mq_meta": {"key"},
    "mq_audit": {"seq", "hash"},
    "mq_change": {"seq", "hash"},
    saved.TABLE: {"id"},
}
_OWN_WRITTEN = {
    ("INSERT", "mq_change"),
    ("INSERT", "mq_audit"),
    ("UPDATE", "mq_meta"),
    ("INSERT", "mq_settled"),
    ("INSERT", "mq_touched"),
    ("INSERT", "mq_undone"),
    ("INSERT", "mq_memory"),
    ("DELETE", "mq_memory"),  # of INSERT OR REPLACE
    ("INSERT", saved.TABLE),  # whose rows the triggers look at
    ("DELETE", saved.TABLE),
}
_SPATIALITE = frozenset({"geometry_columns", "spatial_ref_sys", "geometry_columns_time"})
# A virtual table reads and writes tables of its own, by statements that nobody can tell from others. What the R-tree
# has to look up while reading are the numbers of its nodes, not the boxes in them.
_INDEX_PARTS = ("", "_node", "_rowid", "_parent")
_OF_INDEXES = {"nodeno", "rowid", "parentnode"}
_NOT_FOR_READING = re.compile(r"\b(main|temp|using|natural|indexed|sqlite_\w*)\b", re.IGNORECASE)
_HARMLESS = {apsw.SQLITE_SELECT, apsw.SQLITE_TRANSACTION, apsw.SQLITE_SAVEPOINT}
_WRITES = {apsw.SQLITE_INSERT: "INSERT", apsw.SQLITE_UPDATE: "UPDATE", apsw.SQLITE_DELETE: "DELETE"}


def box_view(table: str) -> str:
    """Return the name of the view of a table's spatial index: `pkid, xmin, xmax, ymin, ymax`."""
    return f"{table}_box"


class Guard:
    """Views, triggers and authorizer of one connection, made from a policy.

    writable : the columns that may be written, by table; a table that may not be edited is not among them.
    triggered : tables of which every row is looked at as it is written.
    mark : the beginning of statements that write many rows. They stay prepared, or each row would be asked about
        again; but nobody else can have one by its text, of which this is random.
    """

    def __init__(self, database: apsw.Connection, policy: Policy, user: str) -> None:
        self._policy = policy
        self._writing = False
        self._secret = f"_{secrets.token_hex(8)}_"
        self.mark = f"/*{secrets.token_hex(16)}*/"
        tables = policy.catalog.tables
        self._views = {
            saved.TABLE,
            *tables,
            *(box_view(name) for name, t in tables.items() if t.has_geometry),
        }
        self.writable = {
            name: frozenset(
                {"id", *policy.writable(name), *STAMPS, *(["geometry"] if t.has_geometry else [])}
            )
            for name, t in tables.items()
            if policy.allowed(name, Action.EDIT)
        }
        self._index_parts = {
            f"idx_{n}_geometry{part}": n for n, t in tables.items() if t.has_geometry for part in _INDEX_PARTS
        }
        # Writing a row looks for others that refer to it, be it in tables that the account may not edit.
        self._references = {
            (n, f.name) for n, t in tables.items() for f in t.fields if f.references in self.writable
        }
        self._seen = {name for name in tables if policy.allowed(name, Action.SEE)}
        self._memory = bool(self.writable)
        self._plain: set[str] = set()
        self.triggered: set[str] = set()
        # Else a statement is planned, and every column of it asked about, again for each value it is run with.
        database.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
        for table in tables.values():
            self._shadow(database, table)
        self._shadow_saved(database, user)
        database.authorizer = self._answer

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Let the statements of `Transaction`, made of the catalog's names alone, reach the tables themselves."""
        before, self._writing = self._writing, True
        try:
            yield
        finally:
            self._writing = before

    @contextmanager
    def lifted(self, database: apsw.Connection) -> Iterator[None]:
        """Let fixed statements of `Session` through that no account's rows or columns come into."""
        database.authorizer = None
        try:
            yield
        finally:
            database.authorizer = self._answer

    def require_plain(self, sql: str) -> None:
        """Refuse the text of a statement that reads, where the authorizer would not be asked all that matters.

        Raises
        ------
        NotAllowed
            if it names a schema, or joins by columns of the same name.
        """
        if sql not in self._plain:
            if _NOT_FOR_READING.search(sql):
                raise NotAllowed(tr("您的角色不能这样做"))
            self._plain.add(sql)

    # ── Views and triggers ───────────────────────────────────────────────────────────────────────────────────

    def _shadow(self, database: apsw.Connection, table: Table) -> None:
        self._make_view(database, table.name, self._policy.view_sql(table.name))
        if table.has_geometry:
            index = f"idx_{table.name}_geometry"
            # When it is first used, an R-tree looks at its root node, which the authorizer lets nobody read.
            with suppress(apsw.CorruptError):  # a damaged index is for those to meet who ask it something
                database.execute(f'SELECT 1 FROM main."{index}" LIMIT 1').fetchall()
            self._make_view(database, box_view(table.name), self._boxes(table.name, index))
        if table.name in self.writable:
            self._make_triggers(database, table)

    def _boxes(self, table: str, index: str) -> str:
        boxes = f'SELECT i.pkid, i.xmin, i.xmax, i.ymin, i.ymax FROM main."{index}" AS i'
        if not self._policy.allowed(table, Action.SEE):
            return f"{boxes} WHERE 0"
        if self._policy.villages is None:
            return boxes
        # Asked of each box that the index finds. As a list of ids, the index would be asked for each of them instead.
        scope = f"t.id = i.pkid AND {self._policy.scope_sql('t.village_code')}"
        return f'{boxes} WHERE EXISTS (SELECT 1 FROM main."{table}" AS t WHERE {scope})'

    def _make_view(self, database: apsw.Connection, name: str, select: str) -> None:
        database.execute(
            f'CREATE TEMP VIEW "{self._secret}{name}" AS {select};'
            f'CREATE TEMP VIEW "{name}" AS SELECT * FROM temp."{self._secret}{name}"'
        )

    def _make_triggers(self, database: apsw.Connection, table: Table) -> None:
        """Refuse rows outside the villages, and values in columns that are not seen whole."""
        scope = self._policy.scope_sql
        hidden = [n for n in table.column_names if n not in self.writable[table.name]]
        blank = " AND ".join(f'NEW."{name}" IS NULL' for name in hidden) or "1"
        conditions = [
            ("INSERT", scope("NEW.village_code"), OUTSIDE),
            ("INSERT", blank, HIDDEN),
            ("UPDATE", f"{scope('OLD.village_code')} AND {scope('NEW.village_code')}", OUTSIDE),
            ("DELETE", scope("OLD.village_code"), OUTSIDE),
        ]
        for number, (act, condition, sentence) in enumerate(conditions):
            if condition.replace(" AND ", "").strip("1"):
                self.triggered.add(table.name)
                self._make_trigger(database, table.name, number, act, condition, sentence)

    def _shadow_saved(self, database: apsw.Connection, user: str) -> None:
        # A project of format 2.0 that may only be read has no such table.
        there = database.execute("SELECT 1 FROM main.sqlite_master WHERE name = ?", (saved.TABLE,)).get
        select = saved.view_sql(self._policy, user) if there else saved.NOTHING
        self._make_view(database, saved.TABLE, select)
        if there:
            for number, (act, condition) in enumerate(saved.writes(self._policy, user).items()):
                self._make_trigger(database, saved.TABLE, number, act, condition, NOT_YOURS)

    def _make_trigger(
        self, database: apsw.Connection, table: str, number: int, act: str, condition: str, sentence: str
    ) -> None:
        database.execute(
            f'CREATE TEMP TRIGGER "{self._secret}{table}_{number}" BEFORE {act} ON main."{table}"'
            f" WHEN NOT ({condition}) BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        )

    # ── What the engine asks ─────────────────────────────────────────────────────────────────────────────────

    def _answer(
        self, action: int, first: str | None, second: str | None, database: str | None, within: str | None
    ) -> int:
        allowed = (
            action in _HARMLESS
            or (action == apsw.SQLITE_READ and self._may_read(first or "", second or "", database, within))
            or (action == apsw.SQLITE_FUNCTION and (self._writing or (second or "").lower() in _FUNCTIONS))
            or (self._writing and self._may_write(action, first or "", second or ""))
        )
        return apsw.SQLITE_OK if allowed else apsw.SQLITE_DENY

    def _may_read(self, table: str, column: str, database: str | None, within: str | None) -> bool:
        if within is not None and within.startswith(self._secret):
            return True
        if database in {"temp", None}:  # None: a view that reads no table
            return table in self._views or table.startswith(self._secret)
        return (
            table == "json_each"
            or (table == "mq_memory" and self._memory)
            or (column == "" and table in self._seen)  # for counts: a view of one table is read as that table
            or (column in {"", *_OF_INDEXES} and table in self._index_parts)
            or (self._writing and self._may_read_to_write(table, column))
        )

    def _may_read_to_write(self, table: str, column: str) -> bool:
        """Whether writing rows has to read this: the tables themselves, what refers to them, the ends of the chains."""
        return (
            self._is_written(table)
            or (table, column) in self._references
            or (column == "id" and table in self._policy.catalog.tables)
            or column in _OWN_READ.get(table, ())
        )

    def _is_written(self, table: str) -> bool:
        """Whether writing rows has to read this: the tables themselves, their indexes, SpatiaLite's own lists."""
        return (
            table in self.writable
            or self._index_parts.get(table) in self.writable
            or table in _SPATIALITE
            or table == "sqlite_stat1"
        )

    def _may_write(self, action: int, first: str, second: str) -> bool:
        if action == apsw.SQLITE_PRAGMA:
            return first in {"table_info", "table_xinfo"}
        if action not in _WRITES:
            return False
        if (_WRITES[action], first) in _OWN_WRITTEN:
            return self._memory or first != "mq_memory"
        if first in self.writable:
            return action != apsw.SQLITE_UPDATE or second in self.writable[first]
        return first == "geometry_columns_time" or self._index_parts.get(first) in self.writable


class Unguarded:
    """What stands in for `Guard` on the owner's connection: whoever writes there has asked the policy first."""

    mark = ""

    def __init__(self, policy: Policy) -> None:
        self.writable = {name: frozenset(t.column_names) for name, t in policy.catalog.tables.items()}
        self.triggered: set[str] = set()

    def writing(self) -> AbstractContextManager[None]:
        """Do nothing: nothing is held back."""
        return nullcontext()

    def lifted(self, database: apsw.Connection) -> AbstractContextManager[None]:  # noqa: ARG002 - as `Guard` has it
        """Do nothing: nothing is held back."""
        return nullcontext()

    def require_plain(self, sql: str) -> None:
        """Do nothing: any statement may be run."""
