"""Reading overviews through the policy of an account, and what has changed since from the rows themselves."""

from types import TracebackType
from typing import TYPE_CHECKING

import apsw

from mingqing.access.policy import Column
from mingqing.access.roles import Action
from mingqing.catalog.overviews import LEVELS, Level, Needs, plan
from mingqing.core.errors import ProjectUnavailable
from mingqing.core.features import Gathered
from mingqing.store.connection import connect
from mingqing.store.overview import behind, keep
from mingqing.store.overview.gather import gather, joined

if TYPE_CHECKING:
    from typing import Self

    from mingqing.store.session import Bounds, Session


class Overviews:
    """The overviews of a session's project, as its account may see them.

    Two connections, opened when first asked: to their file, and to the history, which tells how far they are behind.
    Both are of this package alone; what is asked of them is fixed but for what the policy says.
    """

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._file: apsw.Connection | None = None
        self._project: apsw.Connection | None = None
        self._head = ""
        self._due: dict[str, behind.Villages] | None = None

    def __enter__(self) -> "Self":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; a second call does nothing."""
        for connection in (self._file, self._project):
            if connection is not None:
                connection.close()
        self._file = self._project = None

    @property
    def head(self) -> str:
        """Up to where in the history they go; empty where there are none of this program's."""
        try:
            file = self._opened()
            said = keep.state(file) if file is not None else {}
        except (ProjectUnavailable, apsw.Error):
            self.close()  # it may be another file by the next time
            return ""
        return said.get("head", "") if said.get("plans") == behind.plans(self._session.catalog) else ""

    def gathered(self, table: str, bounds: "Bounds", wanted: Needs, metres_per_px: float) -> Gathered | None:
        """Return what a view of `metres_per_px` is drawn from, or None where the rows themselves are to be read.

        bounds : of the view, project CRS, metres; whole villages come that meet it.
        """
        found = self._level(table, wanted, metres_per_px)
        if found is None or not self._may_see(table, found[2]):
            return None
        try:
            file, due = self._opened(), self._behind(table)
            if file is None or due is None or (due and found[2].once):
                return None
            return self._get(file, table, bounds, *found, due)
        except (ProjectUnavailable, apsw.Error):  # being made, or damaged: then they are made anew
            self.close()
            return None

    def _level(self, table: str, wanted: Needs, metres_per_px: float) -> tuple[int, Level, Needs] | None:
        for n, level in reversed(list(enumerate(LEVELS))):
            made_for = (
                plan(self._session.catalog, table, level) if level.metres_per_px <= metres_per_px else None
            )
            if made_for is not None and made_for.serve(wanted):
                return n, level, made_for
        return None

    def _may_see(self, table: str, made_for: Needs) -> bool:
        policy = self._session.policy
        return policy.allowed(table, Action.SEE) and all(
            policy.column(table, name) is Column.CLEAR for name in made_for.columns
        )

    def _behind(self, table: str) -> behind.Villages | None:
        """Return the villages of a table that changed since; None where nothing can be used."""
        if self._project is None:
            self._project = connect(
                self._session.file, self._session.login.key, read_only=True, spatial=False
            )
        now = behind.head(self._project)
        if now != self._head:
            made = self.head
            self._due = behind.touched(self._project, made) if made else None
            self._head = now if self._due is not None else ""
        return None if self._due is None else self._due.get(table, frozenset())

    def _get(
        self,
        file: apsw.Connection,
        table: str,
        bounds: "Bounds",
        n: int,
        level: Level,
        made_for: Needs,
        due: behind.Villages,
    ) -> Gathered | None:
        west, south, east, north = bounds
        condition = "g.west <= ? AND g.east >= ? AND g.south <= ? AND g.north >= ?"
        condition += f" AND {self._session.policy.scope_sql('g.village')}"
        values: list[object] = [east, west, north, south]
        if due:
            condition += f" AND g.village NOT IN ({', '.join('?' * len(due))})"
            values += [village or "" for village in due]
        columns = sorted(made_for.columns)
        kept = keep.get(file, table, n, columns, condition, values)
        fresh = [
            gather(
                self._session.features(table, columns=columns, where={"village_code": v}), v, level, made_for
            )
            for v in due
        ]
        every = [g for g in (kept, *fresh) if g is not None and len(g)]
        return joined(every) if len(every) > 1 else every[0] if every else None

    def _opened(self) -> apsw.Connection | None:
        file = self._session.info.path / keep.FILE
        if self._file is None and file.exists():
            self._file = connect(file, self._session.login.key, read_only=True, spatial=False)
        return self._file
