"""What the county's database says of what was published: as of which change, by whom, of which villages."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
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


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that was published: by whom, when as users read it, and as of which change of the project."""

    account: str
    when: str
    at: Moment


@dataclass(frozen=True)
class Marks:
    """The notes of one project and reach.

    bound : the villages of an account that is bound to some. rows : by table and village, how many the project has.
    """

    remote: Remote
    project: str
    bound: frozenset[str] | None
    rows: Mapping[str, Mapping[str | None, int]]

    @property
    def reach(self) -> str:
        """What stands for the account's villages."""
        return reach_of(self.bound)

    def last(self) -> dict[str, Moment]:
        """Return, by table, as of which change it stands there, where that is known."""
        sql = (
            f"SELECT table_name, change_number, change_hash FROM {self.remote.schema}.published"
            " WHERE project = %s AND reach = %s AND change_number IS NOT NULL AND NOT stale"
        )
        found = self.remote.rows(sql, (self.project, self.reach))
        return {table: Moment(int(seq), bytes(digest)) for table, seq, digest in found}

    def all(self) -> list[Mark]:
        """Return what was published of these tables of the project, by whatever account, the newest first."""
        sql = (
            "SELECT account, to_char(max(published_at), 'YYYY-MM-DD HH24:MI'),"
            f" change_number, change_hash FROM {self.remote.schema}.published"
            " WHERE project = %s AND table_name = ANY(%s) AND change_number IS NOT NULL"
            " GROUP BY account, change_number, change_hash ORDER BY change_number DESC, max(published_at) DESC"
        )
        found = self.remote.rows(sql, (self.project, list(self.rows)))
        return [Mark(account, when, Moment(int(seq), bytes(digest))) for account, when, seq, digest in found]

    def erased(self, table: str) -> list[int]:
        """Return the rows of a table that somebody's erasure took away."""
        sql = f"SELECT id FROM {self.remote.schema}.erased WHERE table_name = %s"
        return [i for (i,) in self.remote.rows(sql, (table,))]

    def put_erased(self, rows: Mapping[str, Collection[int]]) -> None:
        """Note such rows, by table."""
        for table, ids in rows.items():
            self.remote.run(
                f"INSERT INTO {self.remote.schema}.erased SELECT %s, unnest(%s::bigint[]) ON CONFLICT DO NOTHING",
                (table, sorted(ids)),
            )

    def overrule(self, at: Moment) -> None:
        """Have the other accounts of the project, which published what is newer, compare all rows next time."""
        self.remote.run(
            f"UPDATE {self.remote.schema}.published SET change_number = %s, change_hash = %s, stale = true"
            " WHERE project = %s AND reach <> %s AND table_name = ANY(%s)",
            (at.seq, at.hash, self.project, self.reach, list(self.rows)),
        )

    @property
    def reachable(self) -> Own:
        """The rows that the account may delete by their ids, which are this project's."""
        return Own() if self.bound is None else Own(self.bound, unplaced=False)

    def own(self, table: str) -> Own:
        """Return which rows of a table are this project's, within the account's reach, whatever their ids."""
        if self.bound is not None:
            return self.reachable
        sql = f"SELECT project, villages FROM {self.remote.schema}.published WHERE table_name = %s"
        found = self.remote.rows(sql, (table,))
        if all(project == self.project for project, _ in found):
            return Own()
        before = {v for project, villages in found if project == self.project for v in villages}
        # Rows of no village may be the other project's.
        return Own(before.union(self._villages(table)), unplaced=False)

    def expected(self, table: str) -> int:
        """Return how many such rows there are in the project."""
        own = self.own(table)
        return sum(count for village, count in self.rows[table].items() if own.includes(village))

    def _villages(self, table: str) -> list[str]:
        return sorted(
            self.bound if self.bound is not None else {v for v in self.rows[table] if v is not None}
        )

    def take_over(self) -> list[str]:
        """Have other projects compare all of their rows next time, where they published some of these villages."""
        s, taken = self.remote.schema, set[str]()
        if not self.remote.one(f"SELECT 1 FROM {s}.published WHERE project <> %s LIMIT 1", (self.project,)):
            return []
        for table in self.rows:
            mine = self._villages(table)
            taken |= {
                name
                for (name,) in self.remote.rows(
                    f"UPDATE {s}.published SET stale = true, villages = ARRAY("
                    " SELECT v FROM unnest(villages) v WHERE NOT v = ANY(%s))"
                    " WHERE project <> %s AND table_name = %s AND villages && %s RETURNING project_name",
                    (mine, self.project, table, mine),
                )
            }
        text = tr("有些村原来由项目“{name}”发布，现在以本项目为准")
        return [text.format(name=name) for name in sorted(taken)]

    def put(self, tables: Iterable[tuple[str, int]], at: Moment, name: str, account: str) -> None:
        """Note what was published: table and number of rows."""
        sql = (
            f"INSERT INTO {self.remote.schema}.published"
            " VALUES(%s, %s, %s, %s, %s, %s, %s, %s, %s, now(), false)"
            " ON CONFLICT (project, reach, table_name) DO UPDATE SET project_name = excluded.project_name,"
            " account = excluded.account, change_number = excluded.change_number,"
            " change_hash = excluded.change_hash, rows = excluded.rows, villages = excluded.villages,"
            " published_at = excluded.published_at, stale = false"
        )
        rows = [
            (self.project, self.reach, table, name, account, at.seq, at.hash, count, self._villages(table))
            for table, count in tables
        ]
        with self.remote.connection.cursor() as cursor:
            cursor.executemany(sql.encode(), rows)

    def forget(self, tables: Collection[str]) -> None:
        """Have tables compared whole next time."""
        self.remote.run(
            f"UPDATE {self.remote.schema}.published SET stale = true"
            " WHERE project = %s AND reach = %s AND table_name = ANY(%s)",
            (self.project, self.reach, list(tables)),
        )
