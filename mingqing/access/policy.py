"""What one account may see and do, decided from its roles and villages; and the SQL that holds it to that."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Self

from mingqing.access.masking import MASKS
from mingqing.access.roles import Action, Duty, Role, Shows, mask_of, roles
from mingqing.catalog.model import Catalog, Field, Table
from mingqing.core.errors import NotAllowed
from mingqing.core.text import tr


class Column(StrEnum):
    """How a field reaches an account: whole, masked, or not at all."""

    ABSENT = "absent"  # from the most closed to the most open
    MASKED = "masked"
    CLEAR = "clear"


@dataclass(frozen=True, eq=False)
class Policy:
    """The union of what an account's roles allow, within its villages.

    Every question is asked for an action, because roles add up action by action: who may see a name by one role
    and export the table by another, which masks it, exports the mask.

    villages : the codes to which everything is confined, whichever role allows it; None for the whole project.
        Rows of no village are outside every one.
    """

    roles: tuple[Role, ...]
    villages: frozenset[str] | None
    catalog: Catalog

    @classmethod
    def of(
        cls,
        held: Iterable[str],
        villages: Iterable[str] | None,
        catalog: Catalog,
        known: Mapping[str, Role] | None = None,
    ) -> Self:
        """Return the policy of an account from the codes of its roles; `known` defaults to the program's roles.

        Raises
        ------
        NotAllowed
            if a role does not exist, two of the three duties meet, or a role is to be bound to villages and is not.
        """
        known = roles() if known is None else known
        codes = sorted(set(held))
        for code in codes:
            if code not in known:
                raise NotAllowed(
                    tr("没有名为“{code}”的角色，可用的有：{known}").format(code=code, known="、".join(known))
                )
        found = tuple(known[code] for code in codes)
        require_separate(found)
        for role in found:
            if role.bound_to_villages and villages is None:
                raise NotAllowed(tr("角色“{role}”要指定管辖的村，请补充村代码").format(role=role.title))
        return cls(found, None if villages is None else frozenset(villages), catalog)

    def allowed(self, table: str, action: Action) -> bool:
        """Whether the account may do this with rows of a table, in its villages."""
        return any(True for _ in self._allowing(table, action))

    def has(self, duty: Duty) -> bool:
        """Whether the account is the one to back up, to manage accounts, or to read the log."""
        return any(role.duty is duty for role in self.roles)

    @property
    def edits(self) -> bool:
        """Whether the account may change rows of any table."""
        return any(self.allowed(table, Action.EDIT) for table in self.catalog.tables)

    @property
    def footer_required(self) -> bool:
        """Whether what the account prints says who printed it and when.

        What roles allow adds up; what one of them requires, no other takes away.
        """
        return any(role.footer_required for role in self.roles)

    def column(self, table: str, field: str, action: Action = Action.SEE) -> Column:
        """Return how a field is shown for an action."""
        shows = self._shows(table, field, action)
        if shows is Shows.CLEAR:
            return Column.CLEAR
        if shows is Shows.ABSENT or mask_of(self._field(table, field)) is None:
            return Column.ABSENT
        return Column.MASKED

    def shown(self, table: str, field: str, value: object) -> object:
        """Return a value that is in no view, such as one of the past, as the view would show it."""
        how, mask = self.column(table, field), mask_of(self._field(table, field))
        if how is Column.CLEAR or value is None:
            return value
        return MASKS[mask].value(str(value)) if how is Column.MASKED and mask is not None else None

    def may_unmask(self, table: str, field: str, action: Action = Action.SEE) -> bool:
        """Whether a field that is not shown clear may be, to one who states a reason."""
        return self._shows(table, field, action) is Shows.ON_REQUEST

    def writable(self, table: str) -> tuple[str, ...]:
        """Return the columns that may be written: what is not seen whole must not be overwritten with its mask."""
        return self._writable[table]

    @cached_property
    def _writable(self) -> Mapping[str, tuple[str, ...]]:
        return {
            name: tuple(c for c in t.column_names if self.column(name, c, Action.EDIT) is Column.CLEAR)
            for name, t in self.catalog.tables.items()
        }

    def in_scope(self, village: str | None) -> bool:
        """Whether rows of a village are within reach."""
        return self.villages is None or village in self.villages

    def scope_sql(self, column: str) -> str:
        """Return the SQL condition that a row's village is within reach; `column` is SQL, such as `NEW.village_code`.

        It is false, never NULL, for a row of no village, so that a trigger may ask for its opposite.
        """
        if self.villages is None:
            return "1"
        return f"({column} IS NOT NULL AND {column} IN ({', '.join(map(literal, sorted(self.villages)))}))"

    def view_sql(self, table: str, action: Action = Action.SEE, *, unmask: Collection[str] = ()) -> str:
        """Return the SELECT of a table of `main` as this account has it for an action: text without parameters.

        The columns are those of the table, `id` first and the shape last, so that whatever reads the table can read
        this instead. Absent ones are NULL; a table that is not allowed has no rows, and nothing of it is read.

        Parameters
        ----------
        unmask : fields to be clear this once; the reason has been asked and logged by the caller.

        Raises
        ------
        NotAllowed
            if one of `unmask` may not be.
        """
        for name in unmask:
            if not self.may_unmask(table, name, action):
                raise NotAllowed(self.explain(table, name) or tr("“{name}”不需要申请查看").format(name=name))
        definition = self.catalog.tables[table]
        shown = {
            name: Column.CLEAR if name in unmask else self.column(table, name, action)
            for name in definition.column_names
        }
        scope = self.scope_sql("t.village_code") if self.allowed(table, action) else None
        return _select(definition, shown, scope)

    def explain(self, table: str, field: str) -> str | None:
        """Return why a field is masked or absent, as a sentence for its holder; None where it is shown clear."""
        shown, title = self.column(table, field), self._field(table, field).title
        who = "、".join(role.title for role in self.roles) or tr("无角色")
        if shown is Column.CLEAR:
            return None
        if not self.allowed(table, Action.SEE):
            text = tr("“{table}”不在您的角色（{who}）可以查看的范围内")
        elif self.may_unmask(table, field):
            text = tr("“{field}”属于个人信息，平时不完整显示；确有需要时填写理由即可查看，查看会记入日志")
        elif shown is Column.MASKED:
            text = tr("“{field}”属于个人信息，您的角色（{who}）只能看到打码后的内容")
        else:
            text = tr("“{field}”属于个人信息，您的角色（{who}）用不到，因此不显示")
        return text.format(field=title, table=self.catalog.tables[table].title, who=who)

    def _allowing(self, table: str, action: Action) -> Iterator[Role]:
        definition = self.catalog.tables[table]
        return (role for role in self.roles if action in role.actions(definition))

    def _field(self, table: str, field: str) -> Field:
        return self.catalog.tables[table].field_by_name[field]

    def _shows(self, table: str, field: str, action: Action) -> Shows:
        if (table, action) not in self._known:
            definition, allowing = self.catalog.tables[table], tuple(self._allowing(table, action))
            self._known[table, action] = {
                name: max(
                    (role.shows(definition, described) for role in allowing),
                    key=_openness,
                    default=Shows.ABSENT,
                )
                for name, described in definition.field_by_name.items()
            }
        return self._known[table, action][field]

    @cached_property
    def _known(self) -> dict[tuple[str, Action], Mapping[str, Shows]]:
        """What `_shows` has found out; every session asks it of every field of every table, several times over."""
        return {}


def _openness(shows: Shows) -> int:
    return shows.openness


def shared_sql(table: str, giver: Policy, taker: Policy) -> str:
    """Return the SELECT of what one account may hand over to another: what it may export and the other may see.

    Of each column the more closed of the two counts. Columns as in `Policy.view_sql`.
    """
    definition = giver.catalog.tables[table]
    shown = {
        name: min(giver.column(table, name, Action.EXPORT), taker.column(table, name), key=list(Column).index)
        for name in definition.column_names
    }
    allowed = giver.allowed(table, Action.EXPORT) and taker.allowed(table, Action.SEE)
    scopes = (each.scope_sql("t.village_code") for each in (giver, taker))
    return _select(definition, shown, " AND ".join(scopes) if allowed else None)


def require_separate(held: Iterable[Role]) -> None:
    """Refuse roles that put two of the three duties into one hand.

    Raises
    ------
    NotAllowed
        naming the roles that exclude one another.
    """
    titles = {role.duty: role.title for role in held if role.duty is not None}
    if len(titles) > 1:
        raise NotAllowed(
            tr("{titles}不能由同一个账号兼任，请分别设立账号").format(titles="、".join(titles.values()))
        )


def _select(table: Table, shown: Mapping[str, Column], scope: str | None) -> str:
    """Return a SELECT of columns as they are shown; `scope` is the condition on rows `t`, None where there are none."""
    shape = ["geometry"] if table.has_geometry else []
    if scope is None:  # the table is not even named: how many rows it has is nobody's business
        nothing = (f'NULL AS "{name}"' for name in ("id", *table.column_names, *shape))
        return f"SELECT {', '.join(nothing)} WHERE 0"
    fields = (f'{_column_sql(table.field_by_name[n], shown[n])} AS "{n}"' for n in table.column_names)
    columns = ", ".join(["t.id AS id", *fields, *(f"t.{s} AS {s}" for s in shape)])
    return f'SELECT {columns} FROM main."{table.name}" AS t WHERE {scope}'


def _column_sql(field: Field, shown: Column) -> str:
    # With the table's name before it, a column that is missing is an error; without, SQLite may read it as a text.
    column, mask = f't."{field.name}"', mask_of(field)
    if shown is Column.CLEAR:
        return column
    return MASKS[mask].sql(column) if shown is Column.MASKED and mask is not None else "NULL"


def literal(text: str) -> str:
    """Return text as an SQL string. A NUL would end the statement early, and nothing is called so."""
    if "\0" in text:
        raise NotAllowed(tr("村代码里有不能识别的字符，请重新填写"))
    return "'" + text.replace("'", "''") + "'"
