"""The tables of a project, made from the catalog, and brought up to date when the catalog has grown."""

import apsw

from mingqing.catalog.model import Catalog, FieldType, Table

# What a later program must know before it touches the file. A newer major is refused; an older one is upgraded.
# 2.1 keeps what people saved, 2.2 which rows a change touched and what was undone: older programs leave both alone.
FORMAT_MAJOR, FORMAT_MINOR = 2, 2

_SQL_TYPE = {
    FieldType.INTEGER: "INTEGER",
    FieldType.BOOLEAN: "INTEGER",
    FieldType.REFERENCE: "BIGINT",  # 63-bit ids; OGR and so QGIS reads INTEGER as 32-bit
    FieldType.NUMBER: "REAL",
}

_OWN_TABLES = """
CREATE TABLE mq_meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE mq_memory(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE mq_change(
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    why TEXT NOT NULL,
    counts TEXT NOT NULL,
    changeset BLOB NOT NULL,
    hash BLOB NOT NULL,
    digest BLOB NOT NULL DEFAULT x''
);
"""
# content: the account as JSON; entry: the log's entry that vouches for it; mq_settled: see `store.settled`.
ACCESS_TABLES = """
CREATE TABLE mq_account(name TEXT PRIMARY KEY, content TEXT NOT NULL, entry INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE mq_audit(
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    account TEXT NOT NULL,
    act TEXT NOT NULL,
    target TEXT NOT NULL,
    rows INTEGER,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    proof TEXT NOT NULL,
    hash BLOB NOT NULL
);
CREATE TRIGGER mq_audit_kept BEFORE DELETE ON mq_audit
    BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END;
CREATE TRIGGER mq_audit_unchanged BEFORE UPDATE ON mq_audit
    BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END;
INSERT INTO mq_meta VALUES('audit_head', '0:');
CREATE TABLE mq_settled(digest BLOB PRIMARY KEY) WITHOUT ROWID;
INSERT INTO mq_meta VALUES('settled_secret', lower(hex(randomblob(32))));
"""
# See `store.saved`. Of the same kind and name, each account may have one of its own, and all together another.
_SAVED_TABLE = """
CREATE TABLE IF NOT EXISTS mq_saved(
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    owner TEXT,
    fields TEXT NOT NULL,
    value TEXT NOT NULL,
    changed_at TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS mq_saved_name ON mq_saved(kind, name, coalesce(owner, ''));
"""
# mq_touched: where the history of a row is to be found, of all but the rows that an import added; see `store.history`.
# mq_undone: the change that an undo took back, or a redo did again; see `store.undo`.
_HISTORY_TABLES = """
CREATE TABLE IF NOT EXISTS mq_touched(
    name TEXT NOT NULL,
    row INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    village TEXT,
    PRIMARY KEY(name, row, seq)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS mq_touched_village ON mq_touched(village, seq);
CREATE TABLE IF NOT EXISTS mq_undone(seq INTEGER PRIMARY KEY, of INTEGER NOT NULL);
"""


def create_schema(database: apsw.Connection, catalog: Catalog, epsg: int) -> None:
    """Create everything in an empty database. To be called inside a transaction."""
    database.execute("SELECT InitSpatialMetadata(0, 'NONE')").fetchall()
    ensure_srid(database, epsg)
    database.execute(_OWN_TABLES + ACCESS_TABLES + _SAVED_TABLE + _HISTORY_TABLES)
    for table in catalog.tables.values():
        _create_table(database, table, epsg)


def ensure_srid(database: apsw.Connection, epsg: int) -> None:
    """Describe a coordinate system in the database's own list, where it is not there yet."""
    database.execute(
        "SELECT InsertEpsgSrid(?) WHERE NOT EXISTS(SELECT 1 FROM spatial_ref_sys WHERE srid = ?)",
        (epsg, epsg),
    ).fetchall()


def missing_from(database: apsw.Connection, catalog: Catalog) -> bool:
    """Whether the catalog has a table or field that the database has not."""
    return any(set(table.column_names) - _columns(database, table.name) for table in catalog.tables.values())


def extend_schema(database: apsw.Connection, catalog: Catalog, epsg: int) -> None:
    """Add the tables and fields that the catalog has and the database has not. Inside a transaction."""
    database.execute(_SAVED_TABLE + _HISTORY_TABLES)
    for table in catalog.tables.values():
        present = _columns(database, table.name)
        if not present:
            _create_table(database, table, epsg)
            continue
        for field in (*table.common, *table.fields):
            if field.name not in present:
                database.execute(f'ALTER TABLE "{table.name}" ADD COLUMN {_column(table, field.name)}')
        _index_references(database, table)


def _columns(database: apsw.Connection, table: str) -> set[str]:
    return {row[1] for row in database.execute(f'PRAGMA table_info("{table}")')}


def _column(table: Table, name: str) -> str:
    field = table.field_by_name[name]
    text = f'"{name}" {_SQL_TYPE.get(field.type, "TEXT")}'
    if field.references:
        # Deferred, so that rows of one transaction may come in any order, as an inverse changeset brings them.
        text += f' REFERENCES "{field.references}"(id) DEFERRABLE INITIALLY DEFERRED'
    return text


def _create_table(database: apsw.Connection, table: Table, epsg: int) -> None:
    columns = ", ".join(_column(table, name) for name in table.column_names)
    database.execute(f'CREATE TABLE "{table.name}"(id INTEGER PRIMARY KEY, {columns})')
    if table.has_geometry:
        kind = "POINT" if {g.value for g in table.geometry} == {"point"} else "GEOMETRY"
        made = database.execute(
            "SELECT AddGeometryColumn(?, 'geometry', ?, ?, 'XY')", (table.name, epsg, kind)
        ).get
        indexed = database.execute("SELECT CreateSpatialIndex(?, 'geometry')", (table.name,)).get
        if not (made and indexed):
            raise RuntimeError(table.name)
    # Unique prefixes only: village, each whole key's first field within the village, and every reference.
    database.execute(f'CREATE INDEX "{table.name}_village" ON "{table.name}"(village_code)')
    _index_references(database, table)


def _index_references(database: apsw.Connection, table: Table) -> None:
    """Without them, each row that is deleted would have every table searched for references to it."""
    for field in table.fields:
        if field.references:
            name = f"{table.name}_{field.name}"
            database.execute(f'CREATE INDEX IF NOT EXISTS "{name}" ON "{table.name}"("{field.name}")')
