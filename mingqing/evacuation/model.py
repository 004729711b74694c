"""What an evacuation is planned from: roads, houses, shelters and hazards as columns, in the project's CRS."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from mingqing.core.text import tr

MOBILITY = (tr("自行"), tr("需搀扶"), tr("卧床"))  # the code list `mobility` of layers/, from quick to slow

Ids = NDArray[np.int64]
Xy = NDArray[np.float64]
Seconds = NDArray[np.float64]


class Mode(StrEnum):
    """How people move along roads."""

    FOOT = "foot"
    VEHICLE = "vehicle"


class Objective(StrEnum):
    """What a plan makes as small as it can."""

    TOTAL = "total"  # people times the time each is on the way
    LATEST = "latest"  # when the last arrives; among equals the total


@dataclass(frozen=True, slots=True, eq=False)
class Roads:
    """`r` rows of the table road that have a shape.

    ids : (r,). lines : (r,) LineString or MultiLineString. width_m : (r,), NaN where unknown.
    classes, structures, one_ways, names : r values as in `layers/household.toml`, None where empty.
    """

    ids: Ids
    lines: NDArray[np.object_]
    width_m: NDArray[np.float64]
    classes: Sequence[str | None]
    structures: Sequence[str | None]
    one_ways: Sequence[str | None]
    names: Sequence[str | None]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class Houses:
    """`h` houses in which somebody lives: who lives in one house leaves together.

    ids : (h,). shapes : (h,) as drawn. at : (h, 2) their centroids. villages : h codes.
    households, people : (h,) how many of them; present : (h,) how many of the people are not away (外出).
    mobility : (h,) of the slowest of them, index into `MOBILITY`.
    """

    ids: Ids
    shapes: NDArray[np.object_]
    at: Xy
    villages: Sequence[str | None]
    households: NDArray[np.int64]
    people: NDArray[np.int64]
    present: NDArray[np.int64]
    mobility: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class Shelters:
    """`s` shelters. at : (s, 2). capacity : (s,) people, 0 where it is not known."""

    ids: Ids
    names: Sequence[str]
    at: Xy
    capacity: NDArray[np.int64]
    villages: Sequence[str | None]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class Hazards:
    """`z` hazards. shapes : (z,) polygons, or points of which only the place is known. closed : (z,) crossed off."""

    ids: Ids
    names: Sequence[str]
    kinds: Sequence[str | None]
    levels: Sequence[str | None]
    warnings: Sequence[str | None]
    closed: NDArray[np.bool_]
    shapes: NDArray[np.object_]
    villages: Sequence[str | None]

    def __len__(self) -> int:
        return len(self.ids)
