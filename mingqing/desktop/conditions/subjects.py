"""What an account can ask about the rows of a table: their fields, and those of rows that belong to them. No Qt."""

from collections.abc import Iterator
from dataclasses import dataclass

from mingqing.access.policy import Column, Policy
from mingqing.access.roles import Action
from mingqing.catalog.model import Catalog, Field, FieldType, Table
from mingqing.core.text import tr
from mingqing.store.conditions import Condition, ReferredBy, RefersTo
from mingqing.store.conditions.words import title_of

_DEEPEST_TO, _DEEPEST_FROM = 3, 2  # references to follow: employment → resident → household → house


@dataclass(frozen=True, slots=True)
class Step:
    """A reference from one table to another. `back` : the rows of `table` are those that refer."""

    column: str
    table: str
    back: bool


Route = tuple[Step, ...]
"""The way from a table to rows that belong to its own; empty for the table's own fields."""


@dataclass(frozen=True, eq=False)
class Subject:
    """What one line is about: a field at the end of a route; or, without a field, whether there is a row at all."""

    route: Route
    group: str
    field: Field | None

    @property
    def title(self) -> str:
        """What it is called where it stands alone."""
        return f"{self.group} · {self.short}" if self.group else self.short

    @property
    def short(self) -> str:
        """What it is called below the title of its table."""
        return title_of(self.field) if self.field is not None else tr("有没有")

    @property
    def several(self) -> bool:
        """Whether several rows may be at the end of the route: then one of them is to meet what is asked."""
        return any(step.back for step in self.route)


def along(route: Route, part: Condition) -> Condition:
    """Return the condition that the row at the end of a route, or one of the rows there, meets `part`."""
    for step in reversed(route):
        part = ReferredBy(step.table, step.column, part) if step.back else RefersTo(step.column, part)
    return part


def followed(catalog: Catalog, table: str, condition: Condition) -> tuple[Route, Condition]:
    """Return the route that a condition on rows of a table takes, and what it asks of the rows there."""
    route: list[Step] = []
    while isinstance(condition, RefersTo | ReferredBy):
        if isinstance(condition, RefersTo):
            target = catalog.tables[table].field_by_name[condition.column].references or ""
            route.append(Step(condition.column, target, back=False))
        else:
            route.append(Step(condition.column, condition.table, back=True))
        table, condition = route[-1].table, condition.part
    return tuple(route), condition


def subjects(policy: Policy, table: Table, *, related: bool = True) -> tuple[Subject, ...]:
    """Return what an account can ask of a table, its own fields first; `related` : of what belongs to it, too."""
    found = list(_fields(policy, table, (), ""))
    for route, title in _routes(policy, table) if related else ():
        if any(step.back for step in route):
            found.append(Subject(route, title, None))
        found += _fields(policy, policy.catalog.tables[route[-1].table], route, title)
    return tuple(found)


def _fields(policy: Policy, table: Table, route: Route, group: str) -> Iterator[Subject]:
    for field in table.fields if route else (*table.fields, *table.common):
        if field.type is not FieldType.DATA and policy.column(table.name, field.name) is not Column.ABSENT:
            yield Subject(route, group, field)


def _routes(policy: Policy, table: Table) -> Iterator[tuple[Route, str]]:
    """The ways to other tables that the account may go, first to what rows belong to, then to what belongs to them."""
    for back, deepest in ((False, _DEEPEST_TO), (True, _DEEPEST_FROM)):
        reached = {table.name}
        level: list[tuple[Route, str]] = [((), table.name)]
        for _ in range(deepest):
            further: list[tuple[Route, str]] = [
                ((*route, step), step.table)
                for route, name in level
                for step in _steps(policy, name, back=back)
                if step.table not in reached
            ]
            for route, name in further:
                alike = [r for r, n in further if n == name]
                yield route, _title(policy.catalog, table, route, alone=len(alike) == 1)
            reached |= {name for _, name in further}
            level = further


def _steps(policy: Policy, table: str, *, back: bool) -> Iterator[Step]:
    catalog = policy.catalog
    holders = catalog.tables.values() if back else [catalog.tables[table]]
    for holder in holders:
        for field in holder.fields:
            target = field.references
            other = holder.name if back else target
            if other is None or (back and target != table) or not policy.allowed(other, Action.SEE):
                continue
            if policy.column(holder.name, field.name) is Column.CLEAR:
                yield Step(field.name, other, back)


def _title(catalog: Catalog, table: Table, route: Route, *, alone: bool) -> str:
    last = route[-1]
    title = catalog.tables[last.table].title
    if alone:
        return title
    before = route[-2].table if len(route) > 1 else table.name
    holder = last.table if last.back else before
    return tr("{table}（{field}）").format(
        table=title, field=catalog.tables[holder].field_by_name[last.column].title
    )
