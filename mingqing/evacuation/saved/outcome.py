"""What a plan says of each house, as it is kept: columns of plain values and ids, with no network behind them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mingqing.evacuation.model import Ids
from mingqing.evacuation.scenario import Scenario


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Where `k` houses go, those first that head the list.

    seq : of the last change of the project when what the plan was made from was read (`store.history.since`).
    houses, hazards, shelters : (k,) ids of rows; 0 for no hazard, and for no shelter where no place was found.
    villages : k codes. households, people : (k,). mobility : (k,) index into `MOBILITY`.
    minutes, metres : (k,), NaN where no way was found. lines : (k,) LineString from house to shelter, project's CRS,
        or None. ways : k, in words. roads : k, ids of the rows of the table road, in the order they are walked.
    reasons : k, why there is no place; empty where there is one.
    leaders, phones : k, who leads them and how to reach them; empty where nobody is named.
    gap : how far from the best possible, as a fraction.
    """

    scenario: Scenario
    seq: int
    houses: Ids
    villages: Sequence[str | None]
    households: NDArray[np.int64]
    people: NDArray[np.int64]
    mobility: NDArray[np.int8]
    hazards: Ids
    shelters: Ids
    minutes: NDArray[np.float64]
    metres: NDArray[np.float64]
    lines: NDArray[np.object_]
    ways: Sequence[str]
    roads: Sequence[Sequence[int]]
    reasons: Sequence[str]
    leaders: Sequence[str]
    phones: Sequence[str]
    gap: float = 0.0

    def __len__(self) -> int:
        return len(self.houses)

    @property
    def placed(self) -> NDArray[np.bool_]:
        """Which have a place, (k,)."""
        found: NDArray[np.bool_] = self.shelters > 0
        return found
