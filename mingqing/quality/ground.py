"""The ground that a project is about: the villages, their names and borders, and where coordinates make sense."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.crs.zones import zones
from mingqing.digitising.paths import shapes_of
from mingqing.quality.reading import VILLAGE, Scope

Box = tuple[float, float, float, float]

_HALF_ZONE_M = 500_000.0  # from the central meridian; twice the width of a 3° zone
_NORTHINGS_M = (300_000.0, 6_000_000.0)  # of China: 3° to 54° N
_ANYWHERE: Box = (0.0, 1_000.0, 1_000_000.0, 10_000_000.0)  # UTM
_AWAY_M = 20_000.0  # so far from all villages, a row is not misplaced by hand


@dataclass(frozen=True)
class Ground:
    """The villages that the account sees.

    names : by code. codes, borders : of those that have a border, valid, (k,). whole : whether the account sees all
    villages. epsg : of the project.
    """

    names: dict[str, str]
    codes: tuple[str, ...]
    borders: NDArray[np.object_]
    whole: bool
    epsg: int

    @classmethod
    def of(cls, scope: Scope) -> "Ground":
        """Read the villages of a project, whichever of them are to be checked."""
        epsg, whole = scope.session.info.epsg, scope.session.policy.villages is None
        none: NDArray[np.object_] = np.empty(0, object)
        if not (scope.allows(VILLAGE) and scope.clear(VILLAGE, "code") and scope.clear(VILLAGE, "name")):
            return cls({}, (), none, whole, epsg)
        found = scope.session.features(VILLAGE, columns=("code", "name"))
        names: dict[str, str] = {}
        parts: defaultdict[str, list[shapely.Geometry]] = defaultdict(list)
        for code, name, border in zip(*found.columns.values(), found.geometry, strict=True):
            if code in {None, ""}:
                continue
            names[str(code)] = str(name or code)
            if border is not None and not border.is_empty and _within(border.bounds, plausible(epsg)):
                parts[str(code)].append(shapely.make_valid(border))
        borders = [shapely.union_all(each) for each in parts.values()]
        return cls(names, tuple(parts), shapes_of(borders), whole, epsg)

    def name(self, code: str | None) -> str:
        """Return what a village is called, its code where nobody knows."""
        return self.names.get(code or "", code or "")

    @cached_property
    def index(self) -> dict[str, int]:
        """Which border is that of a code."""
        return {code: i for i, code in enumerate(self.codes)}

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The borders, to be asked what is near them."""
        return shapely.STRtree(self.borders)

    @cached_property
    def reach(self) -> Box:
        """Where rows may be: around the villages, or anywhere in the project's zone where none has a border."""
        if not len(self.borders):
            return plausible(self.epsg)
        xmin, ymin, xmax, ymax = shapely.total_bounds(self.borders).tolist()
        return xmin - _AWAY_M, ymin - _AWAY_M, xmax + _AWAY_M, ymax + _AWAY_M


def plausible(epsg: int) -> Box:
    """Return where coordinates of a CRS may be at all: of a zone of China, within it; metres."""
    zone = zones().get(epsg)
    if zone is None:
        return _ANYWHERE
    middle = zone.false_easting_m
    return middle - _HALF_ZONE_M, _NORTHINGS_M[0], middle + _HALF_ZONE_M, _NORTHINGS_M[1]


def _within(box: Box, around: Box) -> bool:
    return around[0] <= box[0] and around[1] <= box[1] and box[2] <= around[2] and box[3] <= around[3]
