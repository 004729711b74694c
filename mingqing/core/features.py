"""Rows with their shapes, column by column: what a session hands to drawing, export and analysis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mingqing.core.paths import Paths, Shape


@dataclass(frozen=True, slots=True)
class Features:
    """`n` rows of one table.

    ids : (n,) int64.
    geometry : (n,) shapely geometries in the project's CRS, metres; None where a row has no place.
    columns : name → n values.
    """

    ids: NDArray[np.int64]
    geometry: NDArray[np.object_]
    columns: Mapping[str, Sequence[object | None]]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Gathered:
    """`n` groups of rows of one table that look alike at a small scale, with shapes made for it.

    columns : name → n values. villages : n codes. shapes : what the groups are drawn as; `Paths.rows` are groups,
    coordinates metres in the project's CRS.
    members, owners : (k, 2) the middle of every row gathered, and (k,) its group.
    """

    columns: Mapping[str, Sequence[object | None]]
    villages: Sequence[str | None]
    shapes: Mapping[Shape, Paths]
    members: NDArray[np.float64]
    owners: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.villages)
