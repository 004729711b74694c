"""A county of hundreds of villages to measure with: a few dozen village templates, stamped side by side.

Blocks of four or five villages (`villages.frame`) fit one another edge to edge: the same border vertices, the
same points where roads and streams cross. Houses are drawn anew from each template; people and numbers are
every village's own.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .block import Block, BlockNames, build_block
from .describe import describe
from .dice import dice
from .names import TOWNSHIPS, village_names
from .registers import write_workbook
from .scene import Scene, name_hamlets
from .valley import BlockSpec
from .writing import Style, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIDE_M = 3740.0
ORIGIN = (420_000.0, 3_120_000.0)
TEMPLATES = 8
HOUSES_A_VILLAGE, RESIDENTS_A_VILLAGE = 75_000 / 401, 220_000 / 401
ROAD_PIECES = 97
LAYERS = ("村界", "农房", "道路", "水系", "地类", "产业地块", "经营主体", "组织", "网格", "隐患点", "避灾点")
SHEETS = ("户", "人口", "重点人员")
ROOM = (232, 222, 190, 180, 170)


@dataclass(frozen=True)
class Stamp:
    """One village of the county: which template, where, called what, how large."""

    template: int
    index: int
    shift: tuple[float, float]
    code: str
    name: str
    houses: int
    residents: int


_templates: list[Block] = []


def write_county(out: Path, villages: int, seed: int, workers: int = 2) -> None:
    """Write a county; every village has eleven shapefiles and a register."""
    sides = [(1, -1)] * min(TEMPLATES, villages // 4) + [(1, -1, 1)] * (villages % 4 > 0)
    jobs = [(seed + 7919 * (i + 1), s) for i, s in enumerate(sides)]
    with ProcessPoolExecutor(workers) as pool:
        blocks = list(pool.map(_template, jobs))
    stamps = list(plan(villages, seed, blocks))
    with ProcessPoolExecutor(workers, initializer=_hold, initargs=(blocks,)) as pool:
        for _ in pool.map(_write_village, [(out, stamp, seed) for stamp in stamps], chunksize=8):
            pass


def _template(job: tuple[int, tuple[int, ...]]) -> Block:
    seed, sides = job
    spec = BlockSpec(seed, 0.0, 0.0, SIDE_M, SIDE_M, sides, 2, framed=True, houses=ROOM[: 2 + len(sides)])
    names = BlockNames(
        "大溪", "溪源线", ("里坑", "外坑", "后坑")[: len(sides)], ("里坑路", "外坑路", "后坑路")[: len(sides)]
    )
    block = build_block(spec, names, ROAD_PIECES, paths=9)
    name_hamlets(block.hamlets, seed)
    return block


def plan(villages: int, seed: int, blocks: list[Block]) -> Iterator[Stamp]:
    """Lay blocks out in rows and share the county's houses and residents out among the villages."""
    small, extra = villages // 4, villages % 4
    plain = len(blocks) - (extra > 0)
    columns = int(np.ceil(np.sqrt(small)))
    rng = dice(seed, "county")
    places = [
        (
            len(blocks) - 1 if block < extra else int(rng.integers(plain)),
            _across(block, columns),
            block // columns,
        )
        for block in range(small)
    ]
    slots = [(t, i, (c * SIDE_M, r * SIDE_M)) for t, c, r in places for i in range(len(blocks[t].polygons))]
    room = np.array([sum(h.village == i for h in blocks[t].houses) for t, i, _ in slots])
    houses = share(room * rng.uniform(0.8, 1.0, len(slots)), round(HOUSES_A_VILLAGE * len(slots)), room)
    residents = share(
        houses * rng.uniform(0.9, 1.1, len(slots)), round(RESIDENTS_A_VILLAGE * len(slots)), houses * 5
    )
    towns, names = list(TOWNSHIPS), village_names(len(slots))
    for k, (template, index, shift) in enumerate(slots):
        town = towns[k * len(towns) // len(slots)]
        first = next(
            j for j in range(len(slots)) if j * len(towns) // len(slots) == k * len(towns) // len(slots)
        )
        place = (ORIGIN[0] + shift[0], ORIGIN[1] + shift[1])
        yield Stamp(
            template, index, place, f"{town}{301 + k - first}", names[k], int(houses[k]), int(residents[k])
        )


def _across(block: int, columns: int) -> int:
    """Return the column of a block; rows run to and fro, so that townships hang together."""
    column = block % columns
    return column if block // columns % 2 == 0 else columns - 1 - column


def share(weights: np.ndarray, total: int, most: np.ndarray) -> np.ndarray:
    """Divide `total` in proportion to `weights` into whole numbers, none above `most`."""
    parts = np.minimum(np.floor(weights / weights.sum() * total).astype(int), most)
    while parts.sum() < total and (parts < most).any():
        open_ones = np.flatnonzero(parts < most)
        parts[open_ones[: total - int(parts.sum())]] += 1
    return np.asarray(parts)


def _hold(blocks: list[Block]) -> None:
    _templates[:] = blocks


def _write_village(job: tuple[Path, Stamp, int]) -> None:
    out, stamp, seed = job
    scene = Scene(_templates[stamp.template], stamp.index, stamp.code, stamp.name, seed, houses=stamp.houses)
    village = describe(scene, stamp.residents)
    folder = out / village.township / village.name
    folder.mkdir(parents=True, exist_ok=True)
    for title in LAYERS:
        write_table(folder, village.tables[title], Style(shift=stamp.shift))
    write_workbook(folder / f"{village.name}花名册.xlsx", {title: village.sheets[title] for title in SHEETS})
