"""What the county's database says of what was published: as of which change, by whom, of which villages."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from mingqing.core.text import tr
from mingqing.export.postgis.merge import Own
from mingqing.export.postgis.remote import Remote
from mingqing.store.history.changed import Moment


def reach_of(villages: Collection[str] | None) -> str:
    """Return what stands for an account's villages; "" for all of the project."""
    if villages is None:
        return ""
    return hashlib.sha256(",".join(sorted(villages)).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Marks:
    """The notes of one project and reach.

    bound : the villages of an account that is bound to some. villages : those that the project has rows of.
    """

    remote: Remote
    project: str
    bound: frozenset[str] | None
    villages: frozenset[str]

    @property
    def reach(self) -> str:
        """What stands for the account's villages."""
        return reach_of(self.bound)

    def last(self) -> dict[str, Moment]:
        """Return, by table, as of which change it stands there, where that is known."""
        sql = (
            f"SELECT table_name, change_number, change_hash FROM {self.remote.schema}.published"
            " WHERE project = %s AND reach = %s AND change_number IS NOT NULL"
        )
        found = self.remote.rows(sql, (self.project, self.reach))
        return {table: Moment(int(seq), bytes(digest)) for table, seq, digest in found}

    def own(self, table: str) -> Own:
        """Return which rows of a table are this project's to delete, within the account's reach."""
        if self.bound is not None:
            return Own(self.bound, unplaced=False)
        before: set[str] = set()
        others = False
        for project, villages in self.remote.rows(
            f"SELECT project, villages FROM {self.remote.schema}.published WHERE table_name = %s", (table,)
        ):
            others |= project != self.project
            before |= set(villages) if project == self.project else set()
        # Rows of no village may be another project's, where there is one.
        return Own(self.villages | before, unplaced=False) if others else Own()

    def take_over(self) -> list[str]:
        """Have other projects compare all of their rows next time, where they published some of these villages."""
        s, mine = self.remote.schema, sorted(self.bound or self.villages)
        found = self.remote.rows(
            f"UPDATE {s}.published SET change_number = NULL, villages = ARRAY("
            " SELECT v FROM unnest(villages) v WHERE NOT v = ANY(%s))"
            " WHERE project <> %s AND villages && %s RETURNING project_name",
            (mine, self.project, mine),
        )
        text = tr("有些村原来由项目“{name}”发布，现在以本项目为准")
        return [text.format(name=name) for name in sorted({name for (name,) in found})]

    def put(self, tables: Iterable[tuple[str, int]], at: Moment, name: str, account: str) -> None:
        """Note what was published: table and number of rows."""
        sql = (
            f"INSERT INTO {self.remote.schema}.published VALUES(%s, %s, %s, %s, %s, %s, %s, %s, %s, now())"
            " ON CONFLICT (project, reach, table_name) DO UPDATE SET project_name = excluded.project_name,"
            " account = excluded.account, change_number = excluded.change_number,"
            " change_hash = excluded.change_hash, rows = excluded.rows, villages = excluded.villages,"
            " published_at = excluded.published_at"
        )
        villages = sorted(self.bound if self.bound is not None else self.villages)
        rows = [
            (self.project, self.reach, table, name, account, at.seq, at.hash, count, villages)
            for table, count in tables
        ]
        with self.remote.connection.cursor() as cursor:
            cursor.executemany(sql.encode(), rows)

    def forget(self, tables: Collection[str]) -> None:
        """Have tables compared whole next time."""
        self.remote.run(
            f"UPDATE {self.remote.schema}.published SET change_number = NULL"
            " WHERE project = %s AND reach = %s AND table_name = ANY(%s)",
            (self.project, self.reach, list(tables)),
        )
