"""Row ids that two offline laptops never give twice: 41 bits of milliseconds, then 22 random bits."""

import json
import secrets
import time
from collections.abc import Collection
from typing import TYPE_CHECKING

from mingqing.store.owner import owner

if TYPE_CHECKING:
    from mingqing.store.session import Session

_EPOCH_MS = 1_577_836_800_000  # 2020-01-01; 41 bits last until 2089
_MOST_MS = (1 << 41) - 1
_last = 0


def new_ids(count: int) -> range:
    """Return `count` fresh ids below 2⁶³, ascending, later calls higher than earlier ones of this process.

    Examples
    --------
    >>> first, second = new_ids(2), new_ids(1)
    >>> first[1] - first[0], second[0] > first[1], second[0] < 2**63
    (1, True, True)
    """
    global _last  # noqa: PLW0603 - one counter a process is the point
    milliseconds = (
        time.time_ns() // 1_000_000 - _EPOCH_MS
    ) & _MOST_MS  # a clock before the epoch counts from the end
    start = max((milliseconds << 22) | secrets.randbits(22), _last + 1)
    _last = start + count - 1
    return range(start, start + count)


def never_used(session: "Session", table: str, ids: Collection[int]) -> set[int]:
    """Return those of some ids that no row of a table has or had: the history knows a deleted row by its id.

    Rows out of the account's reach count; who is bound to villages must not be told of the answer.
    """
    sql = (
        f'SELECT value FROM json_each(?1) WHERE value NOT IN (SELECT id FROM main."{table}")'
        " AND NOT EXISTS (SELECT 1 FROM mq_touched WHERE name = ?2 AND row = value)"
    )
    with owner(session, spatial=False) as database:
        return {i for (i,) in database.execute(sql, (json.dumps(list(ids)), table))}
