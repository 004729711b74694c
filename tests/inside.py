"""Looking into a project's file past the policy of an account, and spoiling it, as only tests do."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import apsw

from mingqing.store.changes import Value
from mingqing.store.connection import connect
from mingqing.store.owner import owner
from mingqing.store.session import Session


def query(session: Session, sql: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of a question to the tables themselves."""
    with owner(session, spatial=True) as database:
        return list(database.execute(sql, tuple(values)))


def alter(session: Session, sql: str) -> None:
    """Do to the file what somebody with its key and another program could do."""
    with closing(connect(session.file, session.login.key, read_only=False)) as database:
        database.execute(sql)


@contextmanager
def unguarded(session: Session) -> Iterator[apsw.Connection]:
    """Give the session's own connection, for a moment without what holds it back."""
    database = session._database
    guard, database.authorizer = database.authorizer, None
    try:
        yield database
    finally:
        database.authorizer = guard
