"""What is drawn in a process of its own is what a thread would draw, and no more than the account may see."""

from collections.abc import Iterator
from multiprocessing import active_children
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from mingqing.core.errors import Cancelled, MingqingError
from mingqing.desktop.map import studio as studio_module
from mingqing.desktop.map.drawing import draw
from mingqing.desktop.map.frame import Frame, Request, Tile
from mingqing.desktop.map.studio import Studio
from mingqing.desktop.map.tiles import Grid, Look, Series, cells, whole
from mingqing.desktop.map.view import View
from mingqing.store.project import open_project
from mingqing.store.session import Session

from .conftest import EAST, NORTH, PASSWORD, USER, VILLAGES


def never() -> bool:
    return False


@pytest.fixture
def studio() -> Iterator[Studio]:
    made = Studio()
    made.warm_up()
    while not made.ready():
        pass
    yield made
    made.close()


@pytest.fixture
def session(project: Path) -> Iterator[Session]:
    with open_project(project, user=USER, password=PASSWORD) as opened:
        yield opened


def request_of(m_per_px: float = 0.6, focus: str | None = None) -> Request:
    view = View(EAST + 365, NORTH + 310, m_per_px)
    grid = Grid.of(view, 1.0)
    rect = whole(grid.window(view, (600, 400)))
    series, every = Series(Look("household"), grid), tuple(cells(rect))
    return Request(series, rect, grid.extent(rect), focus, every, lettered=True)


def test_the_process_draws_what_a_thread_draws(studio: Studio, session: Session) -> None:
    request = request_of(4.0, focus=next(iter(VILLAGES)))
    here: list[Frame | Tile] = []
    there: list[Frame | Tile] = []
    draw(session, request, never, here.append)
    studio(session, request, never, there.append)
    assert studio.apart
    assert [type(p) for p in here] == [type(p) for p in there]
    for a, b in zip(here, there, strict=True):
        if isinstance(a, Tile) and isinstance(b, Tile):
            assert (a.cell, a.signs) == (b.cell, b.signs)
            assert a.image == b.image
        elif isinstance(a, Frame) and isinstance(b, Frame):
            assert (a.legend, a.counts) == (b.legend, b.counts)
    assert any(isinstance(p, Tile) and p.signs for p in there)


def test_what_nobody_wants_any_more_is_given_up_and_the_next_is_drawn(
    studio: Studio, session: Session
) -> None:
    with pytest.raises(Cancelled):
        studio(session, request_of(0.3), lambda: True, lambda _: None)
    pieces: list[Frame | Tile] = []
    studio(session, request_of(), never, pieces.append)
    assert isinstance(pieces[0], Frame)
    assert pieces[0].counts["house"] == 6


def test_an_error_there_is_raised_here(studio: Studio, session: Session) -> None:
    request = request_of()
    bad = Request(Series(Look("no such theme"), request.series.grid), request.rect, request.seen)
    with pytest.raises(studio_module.DrawingBug, match="no such theme"):
        studio(session, bad, never, lambda _: None)


def kill_artists() -> None:
    for process in active_children():
        process.kill()
        process.join()


def test_after_the_process_was_killed_another_one_draws_the_same(studio: Studio, session: Session) -> None:
    kill_artists()
    pieces: list[Frame | Tile] = []
    studio(session, request_of(), never, pieces.append)
    assert studio.apart
    assert {p.cell for p in pieces if isinstance(p, Tile)} == set(request_of().cells)


def test_a_drawing_that_ends_the_process_twice_is_given_up(studio: Studio, session: Session) -> None:
    asked: list[int] = []

    def kill_once_drawing() -> bool:
        if studio.ready() and len(asked) < 2:
            asked.append(1)
            kill_artists()
        return False

    with pytest.raises(MingqingError, match="没有画完"):
        studio(session, request_of(), kill_once_drawing, lambda _: None)
    assert len(asked) == 2
    assert not studio.apart


def test_what_is_drawn_quickly_needs_no_process(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio_module, "_SLOW_S", 1e9)
    studio = Studio()
    for _ in range(2):
        studio(session, request_of(), never, lambda _: None)
    assert not studio.apart


def test_after_a_slow_drawing_there_is_a_process(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio_module, "_SLOW_S", 0.0)
    studio = Studio()
    pieces: list[Frame | Tile] = []
    studio(session, request_of(), never, lambda _: None)
    assert studio.apart
    while not studio.ready():
        pass
    studio(session, request_of(), never, pieces.append)
    assert [p for p in pieces if isinstance(p, Tile) and isinstance(p.image, QImage)]
    studio.close()
    assert not studio.apart
