"""The same seed gives the same bytes; a county fits together at its seams."""

from __future__ import annotations

import hashlib
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

import geopandas
import pyogrio
import shapely

from data_samples.generator.county import LAYERS, write_county
from data_samples.generator.three import write_three

from .conftest import parts_of_network

if TYPE_CHECKING:
    from pathlib import Path


def digest(folder: Path) -> dict[str, str]:
    """Return the hash of every file below a folder."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    with ProcessPoolExecutor(
        2, get_context("spawn")
    ) as pool:  # two at once: each takes a quarter of a minute
        list(pool.map(write_three, (tmp_path / "a", tmp_path / "b"), (1124, 1124)))
    first = digest(tmp_path / "a")
    assert len(first) > 150
    assert first == digest(tmp_path / "b")


def test_a_small_county_fits_together(tmp_path: Path) -> None:
    write_county(tmp_path, 4, 7, workers=2)
    folders = sorted(p.parent for p in tmp_path.rglob("村界.shp"))
    assert len(folders) == 4
    borders = [geopandas.read_file(f / "村界.shp").geometry[0] for f in folders]
    assert shapely.coverage_is_valid(borders)
    codes = {geopandas.read_file(f / "村界.shp")["村代码"][0] for f in folders}
    assert len(codes) == 4
    ends: list[tuple] = []
    for folder in folders:
        assert {p.stem for p in folder.glob("*.shp")} == set(LAYERS)
        info = pyogrio.read_info(folder / "农房.shp")
        assert not (folder / "农房.cpg").exists()
        assert "房屋编号" in info["fields"]
        numbers = geopandas.read_file(folder / "农房.shp")["房屋编号"]
        assert numbers.is_unique
        ends += [(r.coords[0], r.coords[-1]) for r in geopandas.read_file(folder / "道路.shp").geometry]
    assert len(parts_of_network(ends)) == 1
