"""村情统计报表, for whoever asks: allowed or refused, put down in the log, and made."""

from datetime import datetime
from enum import StrEnum

from mingqing.core.watch import UNWATCHED, Watch
from mingqing.printing.report.compare import Neighbours
from mingqing.store.session import Session


class Form(StrEnum):
    """What a report is made as."""

    PDF = "pdf"
    XLSX = "xlsx"


def make(
    session: Session,
    village: str,
    form: Form,
    *,
    neighbours: Neighbours | None = None,
    made_at: datetime | None = None,
    watch: Watch = UNWATCHED,
) -> bytes:
    """Return the report of a village as a PDF or a workbook; the log has it first.

    Parameters
    ----------
    village : code.
    neighbours : the other villages' numbers, of `compare.neighbours`; for who makes many reports. None reads them.

    Raises
    ------
    NotAllowed
        if the account may not print houses, or for a workbook not export them; the log has it.
    InputRefused
        if there is no such village within the account's reach.
    Cancelled
        once `watch` says so.
    """
    raise NotImplementedError
