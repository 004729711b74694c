"""村情统计报表, for whoever asks: allowed or refused, put down in the log, and made."""

from datetime import date, datetime
from enum import StrEnum

from mingqing.access.roles import Action
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.printing.report.compare import Neighbours
from mingqing.printing.report.content import NEEDS, TITLE, counted, gather
from mingqing.printing.report.report_pdf import report_pdf
from mingqing.printing.template.find import document
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session

NAME = "report"
"""Of its template."""


class Form(StrEnum):
    """What a report is made as."""

    PDF = "pdf"
    XLSX = "xlsx"


def neighbours_for(session: Session, form: Form, *, today: date | None = None) -> Neighbours:
    """Return what many reports of one form are compared with, counted once."""
    day = today or datetime.now().astimezone().date()
    return counted(_permitted(session, form), document(session, NAME), today=day)


def _permitted(session: Session, form: Form) -> Permitted:
    return Permitted(session, Action.EXPORT if form is Form.XLSX else Action.PRINT)


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
    neighbours : the other villages' numbers, of `neighbours_for` the same form; None counts them anew.

    Raises
    ------
    NotAllowed
        if the account may not print houses, or for a workbook not export them; the log has it.
    DefinitionError
        if its template is broken; names file, line, key and reason.
    InputRefused
        if there is no such village within the account's reach.
    Cancelled
        once `watch` says so.
    """
    permitted = _permitted(session, form)
    permitted.require(TITLE, NEEDS)
    template = document(session, NAME)
    report = gather(permitted, village, template, near=neighbours, made_at=made_at, watch=watch)
    permitted.record(TITLE, report.rows, f"{report.village} {report.code}")
    if form is Form.XLSX:
        from mingqing.printing.report.report_xlsx import report_xlsx  # openpyxl takes its time to be imported

        return report_xlsx(report)
    return report_pdf(report, watch=watch)
