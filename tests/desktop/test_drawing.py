"""Drawings that follow one another show the same things in the same places."""

from pathlib import Path

import pytest

from mingqing.desktop.map.drawing import draw
from mingqing.desktop.map.frame import Frame, Request, Tile
from mingqing.desktop.map.tiles import TILE, Grid, Look, Rect, Series, cells
from mingqing.render.source import Bounds
from mingqing.store.project import open_project
from mingqing.store.session import Session

from .conftest import EAST, NORTH, PASSWORD, USER

SCALE = 3.0  # metres a pixel: villages are lettered, and larger than what is seen of them first


def labels(session: Session, rect: Rect, theme: str = "household") -> set[tuple[str, Bounds]]:
    """Return what each label says, and where on the ground, rounded to decimetres."""
    series, pieces = Series(Look(theme), Grid(SCALE, 1.0)), list[Frame | Tile]()
    request = Request(series, rect, series.grid.extent(rect), cells=tuple(cells(rect)), lettered=True)
    draw(session, request, lambda: False, pieces.append)
    found = next(p for p in pieces if isinstance(p, Frame)).targets
    west, south, east, north = series.grid.extent(rect)
    return {
        (t.text, (round(t.box[0], 1), round(t.box[1], 1), round(t.box[2], 1), round(t.box[3], 1)))
        for t in found
        if t.text and west < t.box[0] and t.box[2] < east and south < t.box[1] and t.box[3] < north
    }


@pytest.mark.parametrize("then", ["household", "disaster"])
def test_labels_stay_where_they_are_as_more_of_the_map_is_drawn(project: Path, then: str) -> None:
    left, top = (round(n / SCALE) // TILE * TILE for n in (EAST + 1_000, -NORTH - 500))
    with open_project(project, user=USER, password=PASSWORD) as session:
        first = labels(session, (left, top, left + TILE, top + TILE))
        wider = labels(session, (left - 3 * TILE, top - 2 * TILE, left + 5 * TILE, top + 3 * TILE), then)
    said = {text for text, _ in wider}
    assert [label for label in first if label[0] in said and label not in wider] == []
    assert first & wider
