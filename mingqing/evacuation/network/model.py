"""A network: pieces of road between the places where one can choose."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mingqing.evacuation.model import Roads, Xy


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """`n` nodes and `e` edges, each a piece of one road between two nodes.

    xy : (n, 2) project's CRS. tail, head : (e,) the nodes at the first and last vertex of its line.
    lines : (e,) LineStrings. length_m : (e,) on the ground. road : (e,) index into `roads`.
    """

    epsg: int
    roads: Roads
    xy: Xy
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    lines: NDArray[np.object_]
    length_m: NDArray[np.float64]
    road: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Joins:
    """Where `k` places come to the network, each by a straight leg.

    edge : (k,) -1 where no road may be reached. at : (k,) how far along the edge's line, in units of the CRS.
    foot : (k, 2) the place on the edge. leg_m : (k,) length of the leg on the ground; both NaN where there is none.
    """

    edge: NDArray[np.int32]
    at: NDArray[np.float64]
    foot: Xy
    leg_m: NDArray[np.float64]

    def completed(self, other: "Joins") -> "Joins":
        """Return these, and the others where there are none."""
        lost = self.edge < 0
        return Joins(
            np.where(lost, other.edge, self.edge),
            np.where(lost, other.at, self.at),
            np.where(lost[:, None], other.foot, self.foot),
            np.where(lost, other.leg_m, self.leg_m),
        )
