"""A wall map of a sample village, with some of it as a test wants it."""

from dataclasses import replace
from typing import Any

from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.compose import sheets
from mingqing.printing.wall.model import WallMap
from mingqing.store.session import Session

VILLAGE = "331124204202"


def sheet(session: Session, theme: str = "household", **changes: Any) -> WallMap:
    """Return the wall map of a village, at a scale at which nothing is wrong with it, with some of it changed."""
    (made,) = sheets(session, Asked(theme, VILLAGE, paper="A1"))
    return replace(made, text_dropped=changes.pop("text_dropped", ()), **changes)
