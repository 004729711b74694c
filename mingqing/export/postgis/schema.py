"""The tables of the county's database, made from the catalog and kept up with it."""

from collections.abc import Iterable, Mapping, Sequence

import pyproj

from mingqing.catalog.model import Catalog, GeometryKind, Table
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.export.postgis.columns import Column, Sheet
from mingqing.export.postgis.faults import DatabaseUnavailable
from mingqing.export.postgis.remote import Remote
from mingqing.store.session import Village

# published: what stands here, from which project, by which account's reach ('' for all of it) and as of which change.
# stale: all rows are to be compared next time. erased: rows that erasures of people took away, which no older state
# of a project may bring back. setting: what was done last, so that it is not done again for nothing.
_OWN = """
CREATE TABLE IF NOT EXISTS {s}.published(
    project text, reach text, table_name text, project_name text NOT NULL, account text NOT NULL,
    change_number bigint, change_hash bytea, rows bigint NOT NULL, villages text[] NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(), stale boolean NOT NULL DEFAULT false,
    PRIMARY KEY(project, reach, table_name));
ALTER TABLE {s}.published ADD COLUMN IF NOT EXISTS stale boolean NOT NULL DEFAULT false;
CREATE TABLE IF NOT EXISTS {s}.erased(table_name text, id bigint, PRIMARY KEY(table_name, id));
CREATE TABLE IF NOT EXISTS {s}.code(
    list text, list_title text NOT NULL, value text, leaves_as text, position integer NOT NULL,
    PRIMARY KEY(list, value));
CREATE TABLE IF NOT EXISTS {s}.village_name(code text PRIMARY KEY, name text NOT NULL, township text NOT NULL);
CREATE TABLE IF NOT EXISTS {s}.scope(
    project text, account text, village_code text, PRIMARY KEY(project, account, village_code));
CREATE TABLE IF NOT EXISTS {s}.setting(name text PRIMARY KEY, value text NOT NULL);
"""
_COMMENTS = {
    "SCHEMA {s}": tr("民情地图发布的数据：每张表由民情地图按 layers/ 的定义建立和更新，请不要手工修改"),
    "TABLE {s}.published": tr("发布记录：每个项目每张表发布到了第几次修改；stale 为真的下次整表比对"),
    "TABLE {s}.erased": tr("按规定删除了个人信息的行的标识，只有编号；防止从旧备份里再发布出来"),
    "TABLE {s}.code": tr("代码表：每个取值表的值和交换代码"),
    "TABLE {s}.village_name": tr("村名表：12 位村代码对应的村名和乡镇"),
    "TABLE {s}.scope": tr("管辖范围：account 与数据库登录名相同的人只看得到这些村；由发布更新"),
    "TABLE {s}.setting": tr("发布程序自己记的事"),
}
_KINDS = {GeometryKind.POINT: tr("点"), GeometryKind.LINE: tr("线"), GeometryKind.POLYGON: tr("面")}
_EXTENSION = tr(
    "县库里没有 PostGIS，这个用户又不能安装；请县库管理员在库里执行 CREATE EXTENSION postgis 后再发布"
)


def require_ours(remote: Remote) -> None:
    """Refuse a schema in which something stands that no publishing put there, before anything is made.

    Raises
    ------
    InputRefused
        if there is such a thing.
    """
    there, ours = remote.rows(
        "SELECT EXISTS(SELECT 1 FROM pg_class WHERE relnamespace = n.oid)"
        " OR EXISTS(SELECT 1 FROM pg_proc WHERE pronamespace = n.oid),"
        " (SELECT count(*) = 3 FROM pg_class WHERE relnamespace = n.oid AND relkind = 'r'"
        "  AND relname IN ('published', 'scope', 'setting'))"
        " FROM (SELECT to_regnamespace(%s)::oid AS oid) AS n",
        (remote.schema,),
    )[0]
    if there and not ours:
        raise InputRefused(
            tr("县库里的模式 {schema} 已经放着别的东西，没有发布；请用 --schema 另取一个名字").format(
                schema=remote.schema
            )
        )


def prepare(remote: Remote, epsg: int) -> None:
    """Have PostGIS there, the coordinate system, the schema and the tables that say what was published.

    Raises
    ------
    DatabaseUnavailable
        if PostGIS is not there and cannot be, or the schema is somebody else's.
    """
    _require_postgis(remote)
    _require_srid(remote, epsg)
    owner = remote.one(
        "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = %s", (remote.schema,)
    )
    if owner is None:
        remote.run(f"CREATE SCHEMA {remote.schema}")
    elif not remote.one(
        "SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = %s", (remote.schema,)
    ):
        raise DatabaseUnavailable(
            tr("县库里的模式 {schema} 属于 {owner}，请改用那个用户发布，或用 --schema 另取一个名字").format(
                schema=remote.schema, owner=owner
            )
        )
    if remote.one("SELECT to_regclass(%s) IS NULL", (f"{remote.schema}.erased",)):
        remote.run(_OWN.format(s=remote.schema))
        for what, text in _COMMENTS.items():
            remote.run(f"COMMENT ON {what.format(s=remote.schema)} IS {remote.literal(text)}")


def _require_postgis(remote: Remote) -> None:
    there = "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'postgis'"
    home = remote.one(there)
    if home is None:
        known = remote.one("SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'")
        if not known or not remote.one(_MAY_CREATE):
            raise DatabaseUnavailable(_EXTENSION)
        remote.run("CREATE EXTENSION postgis")
        home = remote.one(there)
    # PostgreSQL's own first: where anybody may put functions beside PostGIS, none of them is taken for one of these.
    remote.run(f"SET search_path = pg_catalog, {home}")


# PostGIS is no trusted extension: only a superuser may install it.
_MAY_CREATE = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"


def _require_srid(remote: Remote, epsg: int) -> None:
    """Have the coordinate system described; PostGIS of a county may be older than the system."""
    if not remote.one("SELECT 1 FROM spatial_ref_sys WHERE srid = %s", (epsg,)):
        crs = pyproj.CRS.from_epsg(epsg)
        remote.run(
            "INSERT INTO spatial_ref_sys VALUES(%s, 'EPSG', %s, %s, %s)",
            (epsg, epsg, crs.to_wkt("WKT1_GDAL"), crs.to_proj4()),
        )


def columns_there(remote: Remote, schema: str) -> Mapping[str, Mapping[str, str]]:
    """Return the columns of every table of a schema, with their types as PostgreSQL writes them."""
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in remote.rows(
        "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class c"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
        " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = to_regnamespace(%s)",
        (schema,),
    ):
        found.setdefault(table, {})[column] = kind
    return found


def create(remote: Remote, schema: str, sheet: Sheet) -> None:
    """Make an empty table without indexes, which are quicker made when the rows are there."""
    columns = ", ".join(f'"{c.name}" {c.type}' + " NOT NULL" * (c.name == "id") for c in sheet.columns)
    remote.run(f'CREATE TABLE {schema}."{sheet.name}"({columns})')


def finish(remote: Remote, schema: str, sheet: Sheet) -> None:
    """Give a table that is full its keys, indexes and comments."""
    name = f'{schema}."{sheet.name}"'
    remote.run(f"ALTER TABLE {name} ADD PRIMARY KEY(id)")
    for column in sheet.columns:
        # References are no foreign keys: a row may point to one of a village that is not published, or not yet.
        if column.name == "village_code" or (column.of is not None and column.of.references):
            remote.run(f'CREATE INDEX ON {name}("{column.name}")')
        elif column.name == "geometry":
            remote.run(f"CREATE INDEX ON {name} USING gist(geometry)")
    remote.run(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    remote.run(f"COMMENT ON TABLE {name} IS {remote.literal(sheet.table.title)}")
    for column in sheet.columns:
        describe(remote, name, column, sheet.table)


def describe(remote: Remote, name: str, column: Column, table: Table) -> None:
    """Put down in the database what a column is."""
    remote.run(f'COMMENT ON COLUMN {name}."{column.name}" IS {remote.literal(about(column.name, table))}')


def about(name: str, table: Table) -> str:
    """Return what a column of a table is, in Chinese."""
    field = table.field_by_name.get(name)
    if field is None:
        kinds = "、".join(title for kind, title in _KINDS.items() if kind in table.geometry)
        return tr("民情标识，全县唯一，永不重复") if name == "id" else tr("图形：{kinds}").format(kinds=kinds)
    said = field.title + (tr("（{unit}）").format(unit=field.unit) if field.unit else "")
    if field.codes is not None:
        said += tr("；取值见 code 表的“{list}”").format(list=field.codes.name)
    if field.references:
        said += tr("；指向 {table} 表的 id").format(table=field.references)
    if field.help:
        said += tr("；{help}").format(help=field.help)
    return said


def lacking(sheet: Sheet, there: Mapping[str, str]) -> list[Column]:
    """Return the columns that a table there has not, or has of another type: an older version of the layers made it."""
    return [c for c in sheet.columns if there.get(c.name) != c.type]


def fit(remote: Remote, sheet: Sheet, there: Mapping[str, str]) -> None:
    """Give a table the columns it lacks, empty. What the layers have no more stays: somebody may still use it."""
    name = f'{remote.schema}."{sheet.name}"'
    for column in lacking(sheet, there):
        if column.name in there:
            remote.run(f'ALTER TABLE {name} DROP COLUMN "{column.name}"')
        remote.run(f'ALTER TABLE {name} ADD COLUMN "{column.name}" {column.type}')
        describe(remote, name, column, sheet.table)
        if column.name == "geometry":
            remote.run(f"CREATE INDEX ON {name} USING gist(geometry)")
        elif column.of is not None and column.of.references:
            remote.run(f'CREATE INDEX ON {name}("{column.name}")')


def put_lists(
    remote: Remote,
    project: str,
    catalog: Catalog,
    villages: Sequence[Village],
    scopes: Iterable[tuple[str, str]],
) -> None:
    """Bring code lists, names of villages and who looks after which of them up to date.

    scopes : (account, village code).
    """
    s = remote.schema
    remote.run(f"DELETE FROM {s}.code")
    remote.run(f"DELETE FROM {s}.scope WHERE project = %s", (project,))
    codes = [
        (x.name, x.title, c.value, c.leaves_as, i)
        for x in catalog.codes.values()
        for i, c in enumerate(x.codes, 1)
    ]
    with remote.connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {s}.code VALUES(%s, %s, %s, %s, %s)".encode(), codes)
        cursor.executemany(
            f"INSERT INTO {s}.scope VALUES(%s, %s, %s)".encode(), [(project, a, v) for a, v in scopes]
        )
        cursor.executemany(
            f"INSERT INTO {s}.village_name AS v VALUES(%s, %s, %s) ON CONFLICT (code) DO UPDATE"
            " SET name = excluded.name, township = excluded.township"
            " WHERE (v.name, v.township) IS DISTINCT FROM (excluded.name, excluded.township)".encode(),
            [(v.code, v.name, v.township) for v in villages],
        )
