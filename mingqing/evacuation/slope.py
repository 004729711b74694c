"""How much longer a walk takes uphill and down, after Tobler."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Slope:
    """How many times as long each edge takes as it would on level ground.

    forth : (e,) from tail to head. back : (e,) from head to tail.
    """

    forth: NDArray[np.float64]
    back: NDArray[np.float64]
