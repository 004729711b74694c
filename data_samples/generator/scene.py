"""One village of a block: its hamlets, houses and roads, before anybody lives there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .dice import dice
from .names import SLOPE_HAMLETS, TOWNSHIPS, VALLEY_HAMLETS

if TYPE_CHECKING:
    from .block import Block
    from .hamlets import Hamlet
    from .houses import House


def name_hamlets(hamlets: list[Hamlet], seed: int) -> None:
    """Give every hamlet of a block its own name, one that fits the valley floor or the slope."""
    rng = dice(seed, "hamlet names")
    for place, names in (("谷", VALLEY_HAMLETS), ("坡", SLOPE_HAMLETS)):
        order = rng.permutation(len(names))
        for i, hamlet in enumerate(h for h in hamlets if h.place == place):
            hamlet.name = names[int(order[i % len(order)])]


class Scene:
    """What one village's tables are made from."""

    def __init__(self, block: Block, index: int, code: str, name: str, seed: int, *, houses: int) -> None:
        self.block, self.index, self.code, self.name, self.seed = block, index, code, name, seed
        self.polygon = block.polygons[index]
        self.hamlets = [h for h in block.hamlets if h.village == index]
        rng = dice(seed, "which houses", code)
        mine = [h for h in block.houses if h.village == index]
        spare = [i for i, h in enumerate(mine) if h.use == "住宅"]
        gone = set(rng.choice(spare, max(0, len(mine) - houses), replace=False).tolist())
        kept = [h for i, h in enumerate(mine) if i not in gone]
        self.houses = sorted(kept, key=lambda h: (h.hamlet, -h.shape.centroid.y, h.shape.centroid.x))
        self.roads = block.roads[index]
        self.township = TOWNSHIPS.get(code[:9], "")

    def group(self, house: House) -> str:
        """Return the villagers' group of a house: its hamlet's number."""
        own = [i for i, h in enumerate(self.block.hamlets) if h.village == self.index]
        return f"{own.index(house.hamlet) + 1}组"

    def hamlet(self, house: House) -> str:
        """Return the name of the hamlet a house belongs to."""
        return self.block.hamlets[house.hamlet].name
