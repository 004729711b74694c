"""The figure that somebody is drawing, kept at each corner: after a crash it is there to be gone on with.

It is the account's own (`mingqing.store.saved`), encrypted with the project, and at most one.
"""

from contextlib import suppress
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
    draft = _read(found.value) if found is not None else None
    return draft if draft is not None and draft.table in session.catalog.tables else None


def _read(value: object) -> Draft | None:
    match value:
        case [str(tool), str(table), list(corners), int() | None as row] if corners:
            with suppress(TypeError, ValueError):
                places: tuple[tuple[float, float], ...] = tuple((float(x), float(y)) for x, y in corners)
                return Draft(tool, table, places, row)
    return None


def drop_draft(session: "Session") -> None:
    """Keep the figure no longer: it is finished or given up. Within an edit this is written with it, or not at all."""
    found = _own(session)
    if found is not None:
        forget(session, found)


def _own(session: "Session") -> Saved | None:
    return next((s for s in saved(session, _KIND) if s.owner == session.user), None)
