"""What a folder of maps holds, in its `atlas.json`: replaced whole each time, so that a crash loses nothing of it."""

from dataclasses import dataclass
from pathlib import Path

from mingqing.printing.atlas.order import Options
from mingqing.printing.wall.asked import Asked

FILE = "atlas.json"


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the maps still to be drawn will take, by what was measured in this folder: processor seconds, bytes."""

    seconds: float
    bytes: float


def waiting(folder: Path) -> tuple[tuple[Asked, ...], Options] | None:
    """Return what the last run in a folder was to make, and how, where it did not come to its end; None elsewhere."""
    raise NotImplementedError


def estimate(folder: Path, maps: int) -> Estimate | None:
    """Return what so many maps will take; None where nothing was drawn there yet."""
    raise NotImplementedError
