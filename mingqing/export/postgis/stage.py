"""Filling tables where nobody looks: each is kept once it is whole, so that a line that breaks costs one table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mingqing.core.watch import Watch
from mingqing.export.postgis.columns import Column, Sheet
from mingqing.export.postgis.remote import Remote
from mingqing.export.postgis.schema import create, finish
from mingqing.export.postgis.stream import HEAD, TAIL, packed
from mingqing.store.history.changed import Moment
from mingqing.store.outgoing import Row

_PROGRESS = (
    "CREATE TABLE IF NOT EXISTS {stage}.progress(table_name text PRIMARY KEY, reach text NOT NULL,"
    " columns text NOT NULL, change_number bigint NOT NULL, change_hash bytea NOT NULL)"
)


def copy(remote: Remote, name: str, columns: Sequence[Column], batches: Iterable[Sequence[Row]]) -> int:
    """Send rows to a table; return how many. `name` is SQL."""
    count = 0
    listed = ", ".join(f'"{c.name}"' for c in columns)
    into = f"COPY {name}({listed}) FROM STDIN (FORMAT binary)"
    with remote.connection.cursor() as cursor, cursor.copy(into.encode()) as stream:
        stream.write(HEAD)
        for rows in batches:
            if rows:
                stream.write(packed(columns, rows))
                count += len(rows)
        stream.write(TAIL)
    return count


@dataclass
class Stage:
    """The schema of one project's tables on their way. `reach` : of the account, as `published` has it."""

    remote: Remote
    reach: str

    def begin(self) -> None:
        """Have the schema there, with what an earlier run left in it."""
        self.remote.run(f"CREATE SCHEMA IF NOT EXISTS {self.remote.stage}")
        self.remote.run(_PROGRESS.format(stage=self.remote.stage))

    def left(self, sheet: Sheet) -> Moment | None:
        """Return as of which moment an earlier run has left a table whole; None where it has not."""
        found = self.remote.rows(
            f"SELECT change_number, change_hash FROM {self.remote.stage}.progress"
            " WHERE table_name = %s AND reach = %s AND columns = %s",
            (sheet.name, self.reach, _signature(sheet)),
        )
        return Moment(int(found[0][0]), bytes(found[0][1])) if found else None

    def fill(self, sheet: Sheet, batches: Iterable[Sequence[Row]]) -> None:
        """Put all rows of a table there."""
        remote = self.remote
        with remote.connection.transaction():
            remote.run(f'DROP TABLE IF EXISTS {remote.stage}."{sheet.name}"')
            remote.run(f"DELETE FROM {remote.stage}.progress WHERE table_name = %s", (sheet.name,))
            create(remote, remote.stage, sheet)
            copy(remote, f'{remote.stage}."{sheet.name}"', sheet.columns, batches)

    def keep(self, by: Remote, sheet: Sheet, at: Moment, *, indexed: bool) -> None:
        """Note that a table is there, once it has its indexes where it is to be the published one itself.

        by : another connection, so that the next table can be sent meanwhile.
        """
        with by.connection.transaction():
            if indexed:
                finish(by, by.stage, sheet)
            by.run(
                f"INSERT INTO {by.stage}.progress VALUES(%s, %s, %s, %s, %s)",
                (sheet.name, self.reach, _signature(sheet), at.seq, at.hash),
            )

    def end(self) -> None:
        """Take the schema away with all that is still in it."""
        self.remote.run(f"DROP SCHEMA IF EXISTS {self.remote.stage} CASCADE")


def _signature(sheet: Sheet) -> str:
    return ", ".join(f"{c.name} {c.type}" for c in sheet.columns)


def watched(
    batches: Iterable[Sequence[Row]], watch: Watch, title: str, total: int
) -> Iterable[Sequence[Row]]:
    """Pass batches on, and say how far they are."""
    done = 0
    for rows in batches:
        watch.step(title, done, total)
        yield rows
        done += len(rows)
