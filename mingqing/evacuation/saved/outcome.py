"""What a plan says of each house, as it is to be kept: ids of rows, plain values, and the ways along the network."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mingqing.evacuation.model import Ids
from mingqing.evacuation.network.model import Network
from mingqing.evacuation.routing.ways import Ways
from mingqing.evacuation.scenario import Scenario


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Where `k` houses go.

    seq : of the last change of the project before it was read (`store.history.since.last_change`).
    houses, hazards, shelters : (k,) ids of rows; 0 for no hazard, and for no shelter where no place was found.
    villages : k codes. households, people : (k,). mobility : (k,) index into `MOBILITY`.
    ways : of the k houses, along `network`. directions : k, the same in words.
    reasons : k, why there is no place; empty where there is one.
    leaders, phones : k, who leads them and how to reach them; empty where nobody is named.
    gap : how far from the best possible, as a fraction.
    """

    scenario: Scenario
    seq: int
    network: Network
    houses: Ids
    villages: Sequence[str | None]
    households: NDArray[np.int64]
    people: NDArray[np.int64]
    mobility: NDArray[np.int8]
    hazards: Ids
    shelters: Ids
    ways: Ways
    directions: Sequence[str]
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

    @property
    def minutes(self) -> NDArray[np.float64]:
        """How long each is on the way, (k,); inf where there is none."""
        found: NDArray[np.float64] = self.ways.seconds / 60
        return found

    def roads(self) -> list[NDArray[np.int64]]:
        """Return the ids of the roads that each takes, in the order they are walked."""
        owner = self.ways.owner
        ids = self.network.roads.ids[self.network.road[self.ways.edge]]
        anew = np.ones(len(ids), dtype=np.bool_)
        anew[1:] = (np.diff(ids) != 0) | (np.diff(owner) != 0)
        return np.split(ids[anew], np.cumsum(np.bincount(owner[anew], minlength=len(self)))[:-1])
