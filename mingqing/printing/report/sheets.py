"""住户信息表, for whoever asks: one page a household."""

from collections.abc import Callable, Sequence
from datetime import datetime

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.printing.evacuation.roll import by_number
from mingqing.printing.evacuation.sketch import Sketch, draw_sketch
from mingqing.printing.paper.flow import bound
from mingqing.printing.paper.page import Paper
from mingqing.printing.report.household import Sheet, gather_sheets
from mingqing.printing.report.household_pdf import TITLE, sheet_blocks
from mingqing.printing.template.document import words
from mingqing.printing.template.find import document
from mingqing.printing.template.model import Filled
from mingqing.store.permitted import Permitted, printable
from mingqing.store.session import Session

NAME = "household_sheet"
"""Of its template."""
NEEDS = ("household", "house")
_AROUND_M = 60.0  # of a house is on its map, at least
_NOT_OF_HOUSEHOLDS = frozenset({"warning_point", "supply"})
_LONGEST = 200  # characters of what the log has


def households_of(session: Session, village: str) -> tuple[int, ...]:
    """Return the ids of the households of a village (its code), by group and number."""
    rows = session.rows("household", ("id", "group_no", "household_no"), village=village)
    return tuple(
        i for i, *_ in sorted(rows, key=lambda r: (by_number(r[1] or ""), by_number(r[2] or ""), r[0]))
    )


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
    DefinitionError
        if its template is broken; names file, line, key and reason.
    InputRefused
        if none of the households is within the account's reach.
    Cancelled
        once `watch` says so.
    """
    permitted = Permitted(session, reason=reason)
    permitted.require(TITLE, NEEDS)
    when = datetime.now().astimezone()
    found = gather_sheets(permitted, households, today=when.date())
    if not found:
        raise InputRefused(tr("没有可打印的住户：不在项目里，或不在您管辖的村"))
    villages = "、".join(dict.fromkeys(sheet.village for sheet in found))
    permitted.record(TITLE, len(found), villages[:_LONGEST])
    template = document(session, NAME)
    parts = (
        sheet_blocks(
            sheet, template, _place(session, sheet, when), _drawing(session, template.sheet, sheet, watch)
        )
        for sheet in found
    )
    footer = template.foot(session.user, when)
    return bound(parts, len(found), template.sheet, TITLE, footer=footer, watch=watch)


def _place(session: Session, sheet: Sheet, when: datetime) -> Filled:
    return words(
        when.date(), county=session.info.name, township=sheet.township, village=sheet.village, code=sheet.code
    )


def _drawing(session: Session, paper: Paper, sheet: Sheet, watch: Watch) -> Callable[[float], Sketch | None]:
    """Return what draws the map of a household, if the account may print one."""
    allowed = printable(session.policy, session.catalog, "disaster") & {"hazard", "shelter"}

    def draw(map_mm: float) -> Sketch | None:
        if sheet.shape is None or not allowed:
            return None
        around = sheet.shape.centroid.buffer(_AROUND_M)
        return draw_sketch(
            session,
            (paper.body.width(), map_mm),
            seen=(around,),
            house=sheet.house_id,
            home=sheet.shape,
            without=_NOT_OF_HOUSEHOLDS,
            cancelled=watch.cancelled,
        )

    return draw
