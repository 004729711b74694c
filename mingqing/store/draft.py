"""The figure that somebody is drawing, kept at each corner: after a crash it is there to be gone on with.

It is the account's own (`mingqing.store.saved`), encrypted with the project, and at most one.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mingqing.store.saved import Saved, forget, save, saved

if TYPE_CHECKING:
    from mingqing.store.session import Session

_KIND = _NAME = "draft"


@dataclass(frozen=True, slots=True)
class Draft:
    """An unfinished figure.

    tool : the name of the tool it is drawn with.
    table : the table it is drawn for.
    corners : project CRS, metres.
    row : the row that is being edited by it; None where it is to be a new one.
    """

    tool: str
    table: str
    corners: tuple[tuple[float, float], ...]
    row: int | None = None


def keep_draft(session: "Session", draft: Draft) -> None:
    """Keep a figure in place of the one before.

    Raises
    ------
    ProjectUnavailable
        if the project is read-only, or cannot be written now.
    InputRefused
        if it has tens of thousands of corners.
    """
    corners = [[round(x, 4), round(y, 4)] for x, y in draft.corners]
    save(session, _KIND, _NAME, [draft.tool, draft.table, corners, draft.row])


def kept_draft(session: "Session") -> Draft | None:
    """Return the account's unfinished figure; None where there is none, or none that this program understands."""
    found = _own(session)
    if found is None:
        return None
    try:
        tool, table, corners, row = found.value  # type: ignore[misc]
        places = tuple((float(x), float(y)) for x, y in corners)
        number = None if row is None else int(row)
    except (TypeError, ValueError):
        return None
    known = str(table) in session.catalog.tables and bool(places)
    return Draft(str(tool), str(table), places, number) if known else None


def drop_draft(session: "Session") -> None:
    """Keep the figure no longer: it is finished or given up. Within an edit this is written with it, or not at all."""
    found = _own(session)
    if found is not None:
        forget(session, found)


def _own(session: "Session") -> Saved | None:
    return next((s for s in saved(session, _KIND) if s.owner == session.user), None)
