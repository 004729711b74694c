"""Tiles lie where they always lie, whoever asks; the cache forgets what was longest unused."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from mingqing.desktop.map.drawing import draw
from mingqing.desktop.map.frame import Frame, Request, Tile
from mingqing.desktop.map.tiles import (
    TILE,
    Cell,
    Grid,
    Look,
    Series,
    TileCache,
    blocks,
    cells,
    centre_first,
    holds,
    rect_of,
    shared,
    whole,
)
from mingqing.desktop.map.view import View
from mingqing.store.project import open_project

from .conftest import EAST, NORTH, PASSWORD, USER

SIZE = 800.0, 600.0
SERIES = Series(Look("household"), Grid(1.0, 1.0))
_METRES = st.floats(-1e6, 1e7)


@given(_METRES, _METRES, st.floats(0.05, 2_000), st.sampled_from([1.0, 1.25, 1.5, 2.0]))
def test_a_window_is_whole_pixels_no_more_than_half_a_one_away(
    x: float, y: float, m_per_px: float, ratio: float
) -> None:
    view = View(x, y, m_per_px)
    grid = Grid.of(view, ratio)
    window = grid.window(view, SIZE)
    assert (window[2] - window[0], window[3] - window[1]) == (SIZE[0] * ratio, SIZE[1] * ratio)
    away = np.subtract(grid.extent(window), view.extent(SIZE))
    assert np.abs(away).max() <= 0.51 * grid.m_per_px + 1e-6


@given(_METRES, _METRES, st.floats(0.05, 2_000), st.lists(st.sampled_from([1.25, 1.5, 2.0]), max_size=20))
def test_zooming_in_and_out_again_leads_to_the_same_tiles(
    x: float, y: float, m_per_px: float, factors: list[float]
) -> None:
    view = there = View(x, y, m_per_px)
    for factor in factors:
        there = View(x, y, there.m_per_px / factor)
    for factor in factors:
        there = View(x, y, there.m_per_px * factor)
    assert Grid.of(there, 1.0) == Grid.of(view, 1.0)


@given(
    st.integers(-9_000_000, 9_000_000),
    st.integers(-9_000_000, 9_000_000),
    st.integers(1, 2000),
    st.integers(1, 2000),
)
def test_the_tiles_of_a_rectangle_cover_it_and_no_one_lies_apart(x: int, y: int, w: int, h: int) -> None:
    rect = (x, y, x + w, y + h)
    every = cells(rect)
    assert holds(whole(rect), rect)
    assert sum(shared(rect_of(cell), rect) for cell in every) == w * h
    assert all(shared(rect_of(cell), rect) for cell in every)


def test_tiles_come_as_a_person_looks() -> None:
    seen = (0, 0, 3 * TILE, 3 * TILE)
    order = centre_first(cells((-TILE, -TILE, 4 * TILE, 4 * TILE)), seen)
    assert order[0] == (1, 1)
    assert set(order[:5]) == {(1, 1), (0, 1), (2, 1), (1, 0), (1, 2)}
    assert set(order[:9]) == set(cells(seen))


def image() -> QImage:
    return QImage(TILE, TILE, QImage.Format.Format_RGB32)


def test_the_longest_unused_tile_is_forgotten_first() -> None:
    cache, room = TileCache(), 3 * image().sizeInBytes()
    for i in range(3):
        cache.put(SERIES, (i, 0), image(), room)
    cache.get(SERIES, (0, 0))
    cache.put(SERIES, (3, 0), image(), room)
    assert [i for i in range(4) if (SERIES, (i, 0)) in cache] == [0, 2, 3]
    assert cache.bytes == room


def test_a_tile_drawn_again_takes_the_place_of_the_old_one() -> None:
    cache = TileCache()
    for _ in range(5):
        cache.put(SERIES, (0, 0), image(), 10**9)
    assert cache.bytes == image().sizeInBytes()
    assert len(cache.of(SERIES)) == 1


def _ground(tiles: list[Frame | Tile]) -> dict[Cell, NDArray[np.uint8]]:
    return {
        t.cell: np.frombuffer(t.image.constBits(), np.uint8).reshape(TILE, TILE, 4)[..., :3].copy()
        for t in tiles
        if isinstance(t, Tile) and not t.signs
    }


@pytest.mark.parametrize("m_per_px", [0.5, 2.0, 10.0])
def test_tiles_of_two_drawings_join_without_a_seam(project: Path, m_per_px: float) -> None:
    left, top = (int(n / m_per_px) // TILE * TILE for n in (EAST + 300, -NORTH - 300))
    grounds = []
    with open_project(project, user=USER, password=PASSWORD) as session:
        for shift in (0, TILE):
            rect = (left - TILE + shift, top - TILE, left + TILE + shift, top + TILE)
            series = Series(Look("household"), Grid(m_per_px, 1.0))
            pieces: list[Frame | Tile] = []
            draw(
                session,
                Request(series, rect, series.grid.extent(rect), cells=tuple(cells(rect))),
                lambda: False,
                pieces.append,
            )
            grounds.append(_ground(pieces))
    both = grounds[0].keys() & grounds[1].keys()
    assert len(both) == 2
    for cell in both:
        differs = (grounds[0][cell].astype(int) - grounds[1][cell]).any(axis=2)
        # Where the dots and dashes of a border begin depends on how much of it was read.
        assert differs.mean() < 0.01
    assert any(np.ptp(grounds[0][cell]) > 0 for cell in both)


@given(st.lists(st.tuples(st.integers(-4, 6), st.integers(-4, 6)), unique=True, max_size=60))
def test_blocks_cover_each_tile_once_and_nothing_else(some: list[tuple[int, int]]) -> None:
    covered = [cell for block in blocks(some) for cell in cells(block)]
    assert sorted(covered) == sorted(some)


def test_a_whole_screen_is_few_blocks_its_middle_first() -> None:
    screen = (0, 0, 7 * TILE, 5 * TILE)
    found = list(blocks(centre_first(cells(screen), screen)))
    assert len(found) <= 5
    left, top, right, bottom = found[0]
    assert left < 3.5 * TILE < right
    assert top < 2.5 * TILE < bottom
