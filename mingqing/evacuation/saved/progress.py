"""While people are being moved: ticking off who has left."""

import json
from collections.abc import Collection
from datetime import datetime

from mingqing.core.text import tr
from mingqing.store.edit import Changed, edit
from mingqing.store.session import Session


def tick(session: Session, ids: Collection[int], *, moved: bool, at: datetime | None = None) -> Changed:
    """Say of evacuees that they have been moved, or have not after all; one step to undo.

    at : when it was; now where it is not given. What was ticked already keeps its time.

    Raises
    ------
    Refused
        where one of them is gone.
    NotAllowed
        where the account may not tick, or not in these villages.
    """
    time = (at or datetime.now().astimezone()).strftime("%Y-%m-%d %H:%M")
    sql = "SELECT id FROM evacuee WHERE id IN (SELECT value FROM json_each(?)) AND coalesce(moved, 0) = ?"
    so = {i for (i,) in session.query(sql, [json.dumps(list(ids)), int(moved)])}
    cells = {"moved": moved, "moved_at": time if moved else None}
    with edit(session, tr("登记已转移") if moved else tr("取消已转移的登记")) as made:
        made.change_all("evacuee", {i: cells for i in ids if i not in so})
    return made.changed
