"""What an account may put on paper or into a file: no more of any field than the role allows for that action."""

from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mingqing.access.audit import REFUSED, Act
from mingqing.access.policy import Column, Policy
from mingqing.access.roles import Action
from mingqing.catalog.model import Catalog
from mingqing.core.errors import NotAllowed
from mingqing.core.features import Features
from mingqing.core.text import tr
from mingqing.store.asked import whole
from mingqing.store.session import Session

_ACTS = {Action.PRINT: (Act.PRINT, tr("打印")), Action.EXPORT: (Act.EXPORT, tr("导出"))}


def printable(policy: Policy, catalog: Catalog, theme: str) -> frozenset[str]:
    """Return the tables of a map that the account may print as it sees them.

    Where a role lets it see more of a field that is drawn than another lets it print, the table is left out.
    """
    return frozenset(
        draw.table
        for draw in catalog.layers[theme].draws
        if policy.allowed(draw.table, Action.PRINT)
        and all(
            _as_open(policy, draw.table, name, Action.PRINT)
            for name in catalog.styles[draw.table][draw.variant].columns
        )
    )


def _as_open(policy: Policy, table: str, column: str, action: Action) -> bool:
    openness = list(Column).index
    return openness(policy.column(table, column, action)) >= openness(policy.column(table, column))


@dataclass(frozen=True)
class Permitted:
    """A session's rows, less what the account may look at but not print (or export).

    reason : why it asks for what is shown to none but who says why; without one it stays hidden.
    """

    session: Session
    action: Action = Action.PRINT
    reason: str = ""

    def require(self, title: str, tables: Iterable[str]) -> None:
        """Refuse, and put down in the log, a document of tables that the account may not hand out.

        Raises
        ------
        NotAllowed
            naming the table and the account's roles.
        """
        policy, (act, verb) = self.session.policy, _ACTS[self.action]
        lacking = [t for t in tables if not policy.allowed(t, self.action)]
        if lacking:
            self.session.record(act, title, outcome=REFUSED)
            raise NotAllowed(
                tr("“{title}”要用到“{table}”，您的角色（{roles}）不能{verb}").format(
                    title=title,
                    table=self.session.catalog.tables[lacking[0]].title,
                    roles="、".join(role.title for role in policy.roles) or tr("无角色"),
                    verb=verb,
                )
            )

    def record(self, title: str, rows: int, detail: str = "") -> None:
        """Put down in the log what is handed out; before it is."""
        self.session.record(_ACTS[self.action][0], title, rows=rows, detail=detail)

    def footer(self, *, wanted: bool = True) -> str:
        """Return the line that says who prints and when; nothing where nobody wants it and no role requires it."""
        if not (wanted or self.session.policy.footer_required):
            return ""
        when = f"{datetime.now().astimezone():%Y-%m-%d %H:%M}"
        return tr("{when} 由 {who} 打印 · 民情地图").format(when=when, who=self.session.user)

    def allows(self, table: str) -> bool:
        """Whether rows of a table may be handed out at all."""
        return self.session.policy.allowed(table, self.action)

    def tells(self, table: str, *columns: str) -> bool:
        """Whether what is counted of a table by some columns may be told: who sees and hands them out whole."""
        policy = self.session.policy
        return all(
            policy.allowed(table, action) and policy.column(table, column, action) is Column.CLEAR
            for action in (Action.SEE, self.action)
            for column in ("village_code", *columns)
        )

    def rows(self, table: str, columns: Sequence[str], *, village: str | None = None) -> list[dict[str, Any]]:
        """Return rows with their ids, by id; what may not be handed out is None."""
        if not self.allows(table):
            return []
        found = self.session.rows(table, ("id", *columns), village=village)
        hidden = self.hidden(table, columns)
        return [
            {
                name: None if name in hidden else value
                for name, value in zip(("id", *columns), row, strict=True)
            }
            for row in found
        ]

    def pointing(
        self, table: str, column: str, to: Container[int], columns: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Return the rows of a table that point by `column` to one of some rows; otherwise as `rows` does."""
        if not self.allows(table):
            return []
        ids = [row_id for row_id, target in self.session.rows(table, ("id", column)) if target in to]
        found = self.features(table, (column, *columns), among=ids)
        cells = zip(*found.columns.values(), strict=True)
        names = ("id", *found.columns)
        return [
            dict(zip(names, (i, *row), strict=True)) for i, row in zip(found.ids.tolist(), cells, strict=True)
        ]

    def reveal(self, table: str, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
        """Put into rows what the account may have who says why, where a reason was given; the log has it first."""
        policy = self.session.policy
        asked = [c for c in columns if policy.may_unmask(table, c, self.action)]
        if not (self.reason and asked and rows):
            return
        found = whole(
            self.session, table, asked, [row["id"] for row in rows], self.reason, action=self.action
        )
        for row in rows:
            row.update(zip(asked, found.get(row["id"], ()), strict=False))

    def features(
        self,
        table: str,
        columns: Sequence[str],
        *,
        among: Iterable[int] | None = None,
        villages: Collection[str] | None = None,
        placed: bool = True,
    ) -> Features:
        """Return rows with shapes, by id; what may not be handed out is None; otherwise as `Session.features` does."""
        found = self.session.features(
            table,
            columns=columns,
            among=among if self.allows(table) else (),
            village=villages,
            placed=placed,
        )
        hidden = self.hidden(table, columns)
        kept = {n: [None] * len(found) if n in hidden else v for n, v in found.columns.items()}
        return Features(found.ids, found.geometry, kept)

    def hidden(self, table: str, columns: Iterable[str]) -> frozenset[str]:
        """Return those of some columns that the account may not hand out as it sees them."""
        policy = self.session.policy
        return frozenset(c for c in columns if not _as_open(policy, table, c, self.action))
