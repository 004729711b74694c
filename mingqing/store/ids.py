"""Row ids that two offline laptops never give twice: 41 bits of milliseconds, then 22 random bits."""

import secrets
import time
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


def gone_ids(session: "Session") -> dict[str, frozenset[int]]:
    """Return by table the ids of rows that were deleted, by which the history knows them; none to who edits nothing."""
    if not session.policy.edits:
        return {}
    with owner(session, spatial=False) as database:
        return {
            name: frozenset(
                row
                for (row,) in database.execute(
                    f'SELECT row FROM mq_touched WHERE name = ? AND row NOT IN (SELECT id FROM main."{name}")',
                    (name,),
                )
            )
            for name in session.catalog.tables
        }
