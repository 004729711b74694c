"""Who sees what in the county's database: groups, grants, row-level policies and masked views, made from the roles.

Each role is a group `mingqing_<code>`; who logs in there gets it from the database's administrator. A table that the
role sees whole is granted, and a policy narrows it to the villages of the login; any other it sees through a view in
a schema of the role's own. The tables' owner, who publishes, sees everything.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping

from mingqing.access.policy import Column as Shown
from mingqing.access.policy import Policy
from mingqing.access.roles import Action, Role, mask_of
from mingqing.catalog.model import Catalog, Field, Table
from mingqing.core.text import tr
from mingqing.export.postgis.columns import fields_of
from mingqing.export.postgis.masks import MASKS
from mingqing.export.postgis.remote import Remote
from mingqing.export.postgis.schema import about

# By the login, not by the role it has put on; and with the owner's eyes, for nobody else sees who has which villages.
_MINE = """
CREATE OR REPLACE FUNCTION {s}.my_villages() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$ SELECT array_agg(village_code) FROM {s}.scope WHERE account = session_user $$;
COMMENT ON FUNCTION {s}.my_villages() IS {about};
REVOKE ALL ON FUNCTION {s}.my_villages() FROM PUBLIC;
"""
_ABOUT_MINE = tr("当前登录名管辖的村代码；没有限定到村时为空")


def group(role: str) -> str:
    """Return the database's name of a role."""
    return f'"mingqing_{role}"'


def grant(
    remote: Remote, catalog: Catalog, known: Mapping[str, Role], there: Mapping[str, Collection[str]]
) -> str:
    """Bring rights up to what the roles say; return what could not be, as a Chinese sentence, or "".

    there : the columns, by table, of what is published.
    """
    missing = _make_groups(remote, known)
    roles = [r for r in known.values() if r.code not in missing]
    statements = [_MINE.format(s=remote.schema, about=remote.literal(_ABOUT_MINE))]
    for role in roles:
        statements += _rights(remote, Policy.of([role.code], (), catalog, known), there)
    text = ";\n".join(statements)
    signature = hashlib.sha256(text.encode()).hexdigest()
    if signature != remote.one(f"SELECT value FROM {remote.schema}.setting WHERE name = 'rights'"):
        withdraw(remote, known)
        remote.run(text)
        remote.run(f"INSERT INTO {remote.schema}.setting VALUES('rights', %s)", (signature,))
    if not missing:
        return ""
    return tr("这个用户不能在县库里建角色，{names}没有建；请县库管理员建好后再发布一次").format(
        names="、".join(group(code).strip('"') for code in missing)
    )


def withdraw(remote: Remote, known: Collection[str]) -> None:
    """Take the views of the roles away, so that tables may change."""
    schemas = [f"{remote.schema}_{code}" for code in known]
    for schema, view in remote.rows(
        "SELECT schemaname, viewname FROM pg_views WHERE schemaname = ANY(%s)", (schemas,)
    ):
        remote.run(f"DROP VIEW {schema}.{remote.name(view)}")
    remote.run(f"DELETE FROM {remote.schema}.setting WHERE name = 'rights'")


def _make_groups(remote: Remote, known: Collection[str]) -> list[str]:
    there = {name for (name,) in remote.rows("SELECT rolname FROM pg_roles WHERE rolname LIKE 'mingqing_%'")}
    lacking = [code for code in known if f"mingqing_{code}" not in there]
    if lacking and not remote.one(
        "SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user"
    ):
        return lacking
    for code in lacking:
        remote.run(f"CREATE ROLE {group(code)} NOLOGIN")
    return []


def _rights(remote: Remote, policy: Policy, there: Mapping[str, Collection[str]]) -> Iterator[str]:
    schema = remote.schema
    role = policy.roles[0]
    to, home = group(role.code), f"{schema}_{role.code}"
    yield f"CREATE SCHEMA IF NOT EXISTS {home}"
    yield f"GRANT USAGE ON SCHEMA {schema}, {home} TO {to}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {to}"
    yield f"GRANT SELECT ON {schema}.code, {schema}.village_name TO {to}"
    yield f"GRANT EXECUTE ON FUNCTION {schema}.my_villages() TO {to}"
    mine = f"(SELECT {schema}.my_villages())::text[]"  # asked once, not of every row
    reach = f"village_code = ANY({mine})"
    if not role.bound_to_villages:
        reach = f"({mine} IS NULL OR {reach})"
    for name, columns in there.items():
        table, rule = policy.catalog.tables[name], f'"mingqing_{role.code}"'
        yield f'DROP POLICY IF EXISTS {rule} ON {schema}."{name}"'
        if not policy.allowed(name, Action.SEE):
            continue
        if all(policy.column(name, f.name) is Shown.CLEAR for f in fields_of(table)):
            yield f'CREATE POLICY {rule} ON {schema}."{name}" FOR SELECT TO {to} USING ({reach})'
            yield f'GRANT SELECT ON {schema}."{name}" TO {to}'
        else:
            seen = dict(_seen(policy, table, columns))
            yield (
                f'CREATE VIEW {home}."{name}" WITH (security_barrier) AS'
                f' SELECT {", ".join(seen.values())} FROM {schema}."{name}" AS t WHERE {reach}'
            )
            yield f'COMMENT ON VIEW {home}."{name}" IS {remote.literal(table.title)}'
            for column in seen:
                said = remote.literal(about(column, table))
                yield f'COMMENT ON COLUMN {home}."{name}"."{column}" IS {said}'
            yield f'GRANT SELECT ON {home}."{name}" TO {to}'


def _seen(policy: Policy, table: Table, columns: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield name and SQL of the columns of a masked view; what the role does not see at all is not there."""
    yield "id", "t.id"
    for field in fields_of(table):
        if field.name in columns:
            for shown in _as_shown(field, policy.column(table.name, field.name)):
                yield field.name, shown
    if "geometry" in columns:
        yield "geometry", "t.geometry"


def _as_shown(field: Field, shown: Shown) -> Iterator[str]:
    column, mask = f't."{field.name}"', mask_of(field)
    if shown is Shown.CLEAR:
        yield column
    elif shown is Shown.MASKED and mask is not None:
        yield f'{MASKS[mask](column)} AS "{field.name}"'
