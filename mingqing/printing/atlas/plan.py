"""Which maps are to be drawn: each has a fingerprint of everything that it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from mingqing.printing.atlas.order import Options
from mingqing.printing.wall.asked import Asked

if TYPE_CHECKING:
    from mingqing.store.session import Session


class State(StrEnum):
    """How a map in the folder stands to the project."""

    ABSENT = "absent"
    CHANGED = "changed"
    CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Planned:
    """A map that is wanted. file : its name in the folder; village, township, theme : what they are called."""

    asked: Asked
    file: str
    village: str
    township: str
    theme: str
    fingerprint: str
    state: State


def plan(session: "Session", wanted: Sequence[Asked], folder: Path, options: Options) -> tuple[Planned, ...]:
    """Return how each of the maps stands, in the order wanted; a folder that is not there has none of them."""
    raise NotImplementedError
