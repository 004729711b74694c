"""The connection that no guard holds back: of this package alone, for what must read whole what an account may not.

Import-linter lets nothing outside `store` import this. Whoever uses it has asked the policy first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import apsw

from mingqing.store.connection import connect, engine_errors, immediate

if TYPE_CHECKING:
    from mingqing.store.session import Session


@contextmanager
def owner(session: "Session", *, spatial: bool, writing: bool = False) -> Iterator[apsw.Connection]:
    """Give a connection to the whole of a session's project, closed afterwards.

    spatial : with SpatiaLite's functions, without which a table with shapes cannot be written.
    writing : in one transaction, committed at the end; an exception rolls it back.
    """
    if writing:
        session.require_writable()
    with engine_errors(session.file):
        database = connect(
            session.file, session.login.key, read_only=session.info.read_only is not None, spatial=spatial
        )
        try:
            if writing:
                with immediate(database):
                    yield database
            else:
                yield database
        finally:
            database.close()
