"""What an assignment asks of whoever knows the ways."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mingqing.evacuation.model import Seconds


class Travel(Protocol):
    """Times from `h` households to `s` shelters, asked for as needed: all of them would not fit.

    Households of one group move alike.
    """

    @property
    def groups(self) -> NDArray[np.int64]:
        """The group of each household, (h,)."""
        ...

    @property
    def weights(self) -> NDArray[np.float64]:
        """How much a second of one of its people counts, by group."""
        ...

    @property
    def shelters(self) -> int:
        """How many there are."""
        ...

    def soonest(self, group: int, handicap_s: Seconds) -> tuple[Seconds, NDArray[np.int64]]:
        """Return for the households of a group, in order, the shelter where travel time and handicap are least.

        Parameters
        ----------
        handicap_s : (s,) seconds added at each shelter; inf closes it.

        Returns
        -------
        seconds : travel time without the handicap, inf where no shelter can be reached.
        shelter : its index, -1 where none.
        """
        ...

    def within(self, limit_s: float) -> tuple[NDArray[np.int64], NDArray[np.int64], Seconds]:
        """Return (household, shelter, seconds) of all pairs not more than `limit_s` apart; inf for all there are."""
        ...
