"""住户信息表, for whoever asks: one page a household."""

from collections.abc import Sequence

from mingqing.core.watch import UNWATCHED, Watch
from mingqing.store.session import Session


def households_of(session: Session, village: str) -> tuple[int, ...]:
    """Return the ids of the households of a village (its code), by group and number."""
    raise NotImplementedError


def make(session: Session, households: Sequence[int], *, reason: str = "", watch: Watch = UNWATCHED) -> bytes:
    """Return a PDF of the sheets of some households, in this order; the log has it first.

    Parameters
    ----------
    households : ids of rows.
    reason : for the log, of who sees sex, birth date and relation only with one; without it they are left blank.

    Raises
    ------
    NotAllowed
        if the account may not print households or houses; the log has it.
    InputRefused
        if none of the households is within the account's reach.
    Cancelled
        once `watch` says so.
    """
    raise NotImplementedError
