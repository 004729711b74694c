"""The three sample villages: one valley, three ways of keeping files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from rasterio import Affine

from .block import Block, BlockNames, build_block
from .describe import describe
from .names import SAMPLE_VILLAGES
from .registers import write_messy_workbook, write_workbook
from .scene import Scene, name_hamlets
from .terms import with_terms
from .valley import BlockSpec
from .writing import Style, write_table

if TYPE_CHECKING:
    from pathlib import Path

    from .tables import Village

HOUSES = (206, 178, 148)
RESIDENTS = (602, 516, 431)
ROAD_PIECES = 145
STYLES = (
    Style(),
    Style(cpg=True, ascii_names=True, epsg=4528, household_in_house=True),
    Style(encoding="UTF-8", cpg=True, epsg=4490, household_in_house=True),
)
REGISTER = ("户", "人口", "重点人员", "从业")


def sample_spec(seed: int) -> BlockSpec:
    """Return the plan of the sample valley."""
    return BlockSpec(seed - 1121, 449_000, 3_140_000, 6_000, 6_000, (1,), 2, framed=False, houses=HOUSES)


def build_three(seed: int) -> tuple[Block, list[Village]]:
    """Invent the sample villages."""
    names = BlockNames("竹源溪", "竹源线", ("后畲坑",), ("后畲路",))
    block = build_block(sample_spec(seed), names, ROAD_PIECES)
    name_hamlets(block.hamlets, seed)
    for index, (_, name) in enumerate(SAMPLE_VILLAGES):
        next(h for h in block.hamlets if h.village == index).name = name.removesuffix("村")
    villages = []
    for index, (code, name) in enumerate(SAMPLE_VILLAGES):
        scene = Scene(block, index, code, name, seed, houses=HOUSES[index])
        villages.append(describe(scene, RESIDENTS[index]))
    return block, villages


def write_three(out: Path, seed: int) -> None:
    """Write the sample villages, a folder each, and the elevation they stand on."""
    block, villages = build_three(seed)
    for number, (village, style) in enumerate(zip(villages, STYLES, strict=True), start=1):
        folder = out / f"{number:02d}{village.name}"
        folder.mkdir(parents=True, exist_ok=True)
        for title, table in village.tables.items():
            write_table(folder, replace(table, title=title), style)
        _write_registers(folder, village, messy=number == 3)
    write_elevation(out / "高程.tif", block)


def _write_registers(folder: Path, village: Village, *, messy: bool) -> None:
    sheets = {title: with_terms(title, rows) for title, rows in village.sheets.items()}
    register = {title: sheets[title] for title in REGISTER}
    path = folder / f"{village.name}花名册.xlsx"
    if messy:
        write_messy_workbook(path, village.name, register)
    else:
        write_workbook(path, register)
    write_workbook(folder / f"{village.name}结对帮扶.xlsx", {"结对帮扶": sheets["结对帮扶"]})
    write_workbook(folder / f"{village.name}走访记录.xlsx", {"走访记录": sheets["走访记录"]})
    write_workbook(folder / f"{village.name}组织任职.xlsx", {"任职": sheets["任职"]})


def write_elevation(path: Path, block: Block) -> None:
    """Write the ground as a GeoTIFF, cells of 20 m, to a decimetre."""
    relief, grid = block.relief, block.relief.grid
    top = grid.y0 + grid.rows * grid.cell
    profile = {
        "driver": "GTiff",
        "width": grid.cols,
        "height": grid.rows,
        "count": 1,
        "dtype": "float32",
        "crs": "EPSG:4549",
        "transform": Affine(grid.cell, 0.0, grid.x0, 0.0, -grid.cell, top),
        "compress": "deflate",
        "predictor": 3,
        "zlevel": 9,
        "nodata": -9999.0,
    }
    with rasterio.open(path, "w", **profile) as target:
        target.write(np.round(relief.z[::-1] * 8.0).astype(np.float32) / 8.0, 1)
