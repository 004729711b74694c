"""What the window must know of a project before it can show it; read in a job."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mingqing.basemap.kept import kept
from mingqing.core.errors import ProjectDamaged
from mingqing.store.damaged import DamagedSession

if TYPE_CHECKING:
    from mingqing.basemap.model import BaseMap
    from mingqing.desktop.map.view import Bounds
    from mingqing.store.session import Session, Village


@dataclass(frozen=True)
class Survey:
    """The extent of a project (None where it is empty), its villages, the rows of every table, its base maps."""

    extent: "Bounds | None"
    villages: tuple["Village", ...]
    counts: Mapping[str, int]
    base_maps: tuple["BaseMap", ...] = ()

    @cached_property
    def by_code(self) -> Mapping[str, "Village"]:
        """The villages, each under its code."""
        return {v.code: v for v in self.villages}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The names of the villages, each under its code."""
        return {v.code: v.name for v in self.villages}


def survey(session: "Session") -> Survey:
    """Read what there is in a project."""
    base_maps: tuple[BaseMap, ...] = ()
    with suppress(ProjectDamaged):
        base_maps = kept(session)
    return Survey(session.extent(), tuple(session.villages()), session.counts(), base_maps)


def surveyed(session: "Session") -> tuple["Session", Survey]:
    """Read what there is in a project just opened; where it is damaged, by a session that shows the rest."""
    try:
        return session, survey(session)
    except ProjectDamaged:
        with session:
            looking = DamagedSession.of(session)
        return looking, survey(looking)
