"""The sample villages as they are committed, read once."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # data_samples is not installed with the program
SAMPLES = ROOT / "data_samples" / "三村"
Node = tuple[float, ...]
FOLDERS = sorted(p for p in SAMPLES.iterdir() if p.is_dir())


def read(folder: Path, title: str) -> geopandas.GeoDataFrame:
    """Read a table of a village in EPSG:4549."""
    return geopandas.read_file(folder / f"{title}.shp").to_crs(4549)


def parts_of_network(edges: Iterable[tuple[Node, Node]]) -> Counter[Node]:
    """Count the edges of every part of a network that hangs together."""
    edges = list(edges)
    group = {node: node for edge in edges for node in edge}

    def head(node: Node) -> Node:
        while group[node] != node:
            group[node] = group[group[node]]
            node = group[node]
        return node

    for a, b in edges:
        group[head(a)] = head(b)
    return Counter(head(a) for a, _ in edges)


@pytest.fixture(params=FOLDERS, ids=lambda p: p.name[2:])
def folder(request: pytest.FixtureRequest) -> Path:
    """One village's folder after the other."""
    return request.param
