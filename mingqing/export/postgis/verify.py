"""Reading back what was published, and comparing it with the project byte by byte."""

import hashlib

from mingqing.core.watch import Watch
from mingqing.export.postgis.columns import Sheet
from mingqing.export.postgis.merge import Own
from mingqing.export.postgis.remote import Remote
from mingqing.export.postgis.stream import HEAD, TAIL, packed
from mingqing.store.outgoing import batches
from mingqing.store.session import Session
from mingqing.store.unique import VILLAGE


def differs(session: Session, remote: Remote, sheet: Sheet, own: Own, watch: Watch) -> bool:
    """Whether the rows there are others than those of the project, in any cell or shape."""
    here, there = hashlib.sha256(HEAD), hashlib.sha256()
    names = [f.name for f in sheet.fields]
    village = 1 + names.index(VILLAGE)
    for batch in batches(session, sheet.name, names):
        watch.step(sheet.table.title)
        if rows := [row for row in batch if own.includes(row[village])]:
            here.update(packed(sheet.columns, rows))
    here.update(TAIL)
    rows_there = (
        f'SELECT {sheet.listed} FROM {remote.schema}."{sheet.name}" AS t WHERE {own.sql(remote)} ORDER BY id'
    )
    back = f"COPY ({rows_there}) TO STDOUT (FORMAT binary)".encode()
    with remote.connection.cursor() as cursor, cursor.copy(back) as stream:
        for part in stream:
            there.update(part)
    return here.digest() != there.digest()
