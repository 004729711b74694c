"""Rows with their shapes, column by column: what a session hands to drawing, export and analysis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


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
