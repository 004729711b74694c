"""Making a published table what the project has, row by row: only what differs is written."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from mingqing.export.postgis.columns import Column, Sheet
from mingqing.export.postgis.remote import Remote
from mingqing.export.postgis.stage import copy
from mingqing.store.outgoing import Row


@dataclass(frozen=True, slots=True)
class Merged:
    """How many rows of a table were added, changed and deleted there."""

    added: int = 0
    changed: int = 0
    deleted: int = 0

    def __add__(self, other: "Merged") -> "Merged":
        return Merged(self.added + other.added, self.changed + other.changed, self.deleted + other.deleted)


@dataclass(frozen=True, slots=True)
class Own:
    """Which of the rows there are this project's, within the account's reach.

    villages : theirs alone; None for all. unplaced : whether rows of no village are.
    """

    villages: Collection[str] | None = None
    unplaced: bool = True

    def includes(self, village: str | None) -> bool:
        """Whether rows of a village are; None for those of no village."""
        if village is None:
            return self.unplaced
        return self.villages is None or village in self.villages

    def sql(self, remote: Remote) -> str:
        """Return the condition on rows `t`; never NULL."""
        if self.villages is None:
            return "true"
        inside = f"coalesce(t.village_code = ANY({remote.literal(sorted(self.villages))}::text[]), false)"
        return f"({inside} OR t.village_code IS NULL)" if self.unplaced else inside


def merge(remote: Remote, sheet: Sheet, source: str, own: Own, only: str = "true") -> Merged:
    """Make the project's own rows those of `source`; `only` narrows which of them may be deleted. Both are SQL."""
    target = f'{remote.schema}."{sheet.name}"'
    deleted = remote.run(
        f"DELETE FROM {target} AS t WHERE {own.sql(remote)} AND {only}"
        f" AND NOT EXISTS (SELECT 1 FROM {source} AS s WHERE s.id = t.id)"
    ).rowcount
    names = [f'"{c.name}"' for c in sheet.columns[1:]]
    assignments = ", ".join(f"{n} = excluded.{n}" for n in names)
    was, now = (", ".join(f"{side}.{n}" for n in names) for side in ("t", "excluded"))
    found = remote.rows(
        f"WITH put AS (INSERT INTO {target} AS t({sheet.listed}) SELECT {sheet.listed} FROM {source}"
        f" ON CONFLICT (id) DO UPDATE SET {assignments} WHERE ({was}) IS DISTINCT FROM ({now})"
        " RETURNING t.xmax = 0 AS added)"
        " SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM put"
    )
    return Merged(found[0][0], found[0][1], deleted)


def patch(
    remote: Remote, sheet: Sheet, own: Own, touched: Collection[int], batches: Iterable[Sequence[Row]]
) -> Merged:
    """Bring the rows of some ids up to date: `batches` are those of them that are there."""
    columns = ", ".join(f'"{c.name}" {c.type}' for c in sheet.columns)
    remote.run(f"CREATE TEMP TABLE patch_rows({columns}); CREATE TEMP TABLE patch_ids(id bigint)")
    copy(remote, "pg_temp.patch_ids", (Column("id", "bigint"),), [[(i,) for i in touched]])
    copy(remote, "pg_temp.patch_rows", sheet.columns, batches)
    made = merge(remote, sheet, "pg_temp.patch_rows", own, "t.id IN (SELECT id FROM pg_temp.patch_ids)")
    remote.run("DROP TABLE pg_temp.patch_rows, pg_temp.patch_ids")
    return made
