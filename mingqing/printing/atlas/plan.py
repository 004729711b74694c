"""Which maps are to be drawn: each has a fingerprint of everything that it shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mingqing.printing.atlas.fingerprint import Fingerprints
from mingqing.printing.atlas.kept import Extent, Kept, Shelf
from mingqing.printing.atlas.order import Options, stem
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
    """A map that is wanted. name : of its files, without ending; village, township, theme : what they are called."""

    asked: Asked
    name: str
    village: str
    township: str
    theme: str
    state: State

    def kept(self) -> Kept:
        """Return what is known of it before it is drawn."""
        return Kept(self.asked, self.village, self.township, self.theme)


@dataclass(frozen=True, slots=True)
class Plan:
    """How the maps that are wanted stand, in the order wanted."""

    maps: tuple[Planned, ...]
    fingerprints: Fingerprints

    def fingerprint(self, asked: Asked, extents: Iterable[Extent]) -> str:
        """Return that of a map that was drawn since, by the ground that it shows."""
        return self.fingerprints.of(asked, extents)


def plan(session: "Session", wanted: Sequence[Asked], shelf: Shelf, options: Options) -> Plan:
    """Return how each of the maps stands to what is kept in a folder."""
    villages = {village.code: village for village in session.villages()}
    themes = {layer.code: layer.title for layer in session.catalog.themes}
    fingerprints = Fingerprints(session, wanted, options)
    maps = []
    for asked in dict.fromkeys(wanted):
        found = villages.get(asked.village)
        village, township = (found.name, found.township) if found else (asked.village, "")
        theme = themes.get(asked.theme, asked.theme)
        name = stem(asked, options.naming, village, theme)
        state = _state(shelf, shelf.maps.get(name), asked, fingerprints)
        maps.append(Planned(asked, name, village, township, theme, state))
    return Plan(tuple(maps), fingerprints)


def _state(shelf: Shelf, kept: Kept | None, asked: Asked, fingerprints: Fingerprints) -> State:
    if kept is None or not kept.files or not all(file.is_as_written(shelf.folder) for file in kept.files):
        return State.ABSENT
    current = kept.fingerprint == fingerprints.of(asked, kept.extents)
    return State.CURRENT if current else State.CHANGED
