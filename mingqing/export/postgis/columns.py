"""What of a table goes to the county's database: its columns there, and whether the account may say how they stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from mingqing.access.policy import Column as Shown
from mingqing.access.policy import Policy
from mingqing.access.roles import Action, Role
from mingqing.catalog.model import STAMPS, Catalog, Field, FieldType, GeometryKind, Table
from mingqing.core.text import tr

OWN_TABLES = frozenset({"published", "erased", "code", "village_name", "scope", "setting"})
_TYPES = {
    FieldType.INTEGER: "bigint",
    FieldType.REFERENCE: "bigint",
    FieldType.NUMBER: "double precision",
    FieldType.BOOLEAN: "boolean",
    FieldType.DATE: "date",
}
# Lines and areas may have parts; a column of one kind is one that every program opens without asking.
_SHAPES = {
    GeometryKind.POINT: "Point",
    GeometryKind.LINE: "MultiLineString",
    GeometryKind.POLYGON: "MultiPolygon",
}
_STAYS = {FieldType.PHOTO, FieldType.DATA}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table there. type : as PostgreSQL writes it. of : its field; None for id and shape."""

    name: str
    type: str
    of: Field | None = None


@dataclass(frozen=True)
class Sheet:
    """A table as it stands in the county's database: `id` first, the shape last."""

    table: Table
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        """The table's name, here and there."""
        return self.table.name

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The fields of its columns, without id and shape."""
        return tuple(c.of for c in self.columns if c.of is not None)

    @cached_property
    def listed(self) -> str:
        """The names of its columns as SQL."""
        return ", ".join(f'"{c.name}"' for c in self.columns)


def fields_of(table: Table) -> tuple[Field, ...]:
    """Return the fields that leave: not pictures, nor what is of the program, nor who typed it out of which file."""
    kept = (f for f in table.field_by_name.values() if f.type not in _STAYS)
    return tuple(f for f in kept if f.name not in STAMPS and f.name != "source")


def sheet(table: Table, epsg: int, as_text: Iterable[str] = ()) -> Sheet:
    """Return how a table stands there.

    epsg : of the shapes. as_text : fields of dates of which some are known in part only, and so are text.
    """
    partly = frozenset(as_text)
    kinds = table.geometry
    shape = _SHAPES[next(iter(kinds))] if len(kinds) == 1 else "Geometry"
    return Sheet(
        table,
        (
            Column("id", "bigint"),
            *(
                Column(f.name, "text" if f.name in partly else _TYPES.get(f.type, "text"), f)
                for f in fields_of(table)
            ),
            *([Column("geometry", f"geometry({shape},{epsg})")] if kinds else ()),
        ),
    )


def publishable(policy: Policy, catalog: Catalog) -> tuple[list[Table], list[str]]:
    """Return the tables that the account may publish, and why each of the others stays out, as Chinese sentences.

    It has to see, and to be allowed to hand on, all that leaves of them as it is: a mask must not take the place of
    what it hides.
    """
    kept: list[Table] = []
    left: list[str] = []
    for table in catalog.tables.values():
        why = _why_not(policy, table)
        if why:
            left.append(why)
        else:
            kept.append(table)
    return kept, left


def who_publishes(known: Mapping[str, Role], catalog: Catalog) -> list[str]:
    """Return the titles of the roles that have tables to publish, those with most of them first."""
    many = {
        role.title: len(publishable(Policy.of([role.code], (), catalog, known), catalog)[0])
        for role in known.values()
    }
    return sorted((title for title, n in many.items() if n), key=lambda title: -many[title])


def _why_not(policy: Policy, table: Table) -> str:
    if table.name in OWN_TABLES:
        return tr("“{table}”与县库里的管理表重名，没有发布").format(table=table.title)
    if not all(policy.allowed(table.name, a) for a in (Action.SEE, Action.EXPORT)):
        return tr("“{table}”您的角色不能导出，没有发布").format(table=table.title)
    hidden = [
        f.title
        for f in fields_of(table)
        if any(policy.column(table.name, f.name, a) is not Shown.CLEAR for a in (Action.SEE, Action.EXPORT))
    ]
    if hidden:
        return tr("“{table}”的“{field}”您的角色看不到完整内容，没有发布").format(
            table=table.title, field="”“".join(hidden)
        )
    return ""
