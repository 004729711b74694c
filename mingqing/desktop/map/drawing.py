"""Making one drawing: the request becomes a scene, the scene tiles. Runs in the drawing lane."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from mingqing.basemap.model import Kind
from mingqing.basemap.reader import Readers, Trouble
from mingqing.desktop.map.frame import Deliver, Frame, Request, Tile
from mingqing.desktop.map.tiles import TILE, Rect, Series, blocks, bounding, cells, rect_of
from mingqing.desktop.map.view import PX_PER_MM
from mingqing.render.backdrop import Backdrop
from mingqing.render.compose import build_scene
from mingqing.render.fonts import measure, notice
from mingqing.render.labels import Kept
from mingqing.render.occupancy import Box
from mingqing.render.painter import paint_ground, paint_overlay
from mingqing.render.scale import Viewport
from mingqing.render.scene import Instruction, Scene

if TYPE_CHECKING:
    from mingqing.store.session import Session

_readers = Readers()  # of this lane or process: nobody else draws in it
_placed: "WeakKeyDictionary[Session, dict[Series, Kept]]" = (
    WeakKeyDictionary()
)  # labels, by what they were drawn for
_SERIES_PLACED = 6
_REACH_PX = 64.0  # by which the widest symbol reaches beyond the course of what it is on


def draw(session: "Session", request: Request, cancelled: Callable[[], bool], deliver: Deliver) -> None:
    """Draw `request`: the frame first, then the ground tile by tile, then signs and labels.

    Raises
    ------
    Cancelled
        once `cancelled` says so.
    """
    look = request.series.look
    backdrops, troubles = _backdrops(session, request, cancelled)
    scene = build_scene(
        session.catalog,
        session,
        look.theme,
        _viewport(request, request.rect),
        dark=look.dark,
        only=look.only,
        styles=request.styles,
        heat=request.heat if request.lettered else None,
        focus=_focus(session, request.focus),
        village=request.focus,
        within=request.seen,
        backdrops=backdrops,
        measure=measure if request.lettered else None,
        keep=_kept(session, request.series),
        cancelled=cancelled,
    )
    missing = notice(label.text for label in scene.labels)
    deliver(Frame(request, scene.legend, dict(scene.counts), scene.targets, troubles, missing))
    for tile in _ground(scene, request, cancelled):
        deliver(tile)
    if request.lettered:
        for tile in _signs(scene, request, cancelled):
            deliver(tile)
        _keep(session, request.series, scene.kept)


def _kept(session: "Session", series: Series) -> Kept | None:
    """Return the labels drawn last for a series, or else for another look at the same scale."""
    known = _placed.get(session, {})
    alike = (kept for other, kept in reversed(known.items()) if other.grid == series.grid)
    return known.get(series) or next(alike, None)


def _keep(session: "Session", series: Series, kept: Kept) -> None:
    known = _placed.setdefault(session, {})
    known.pop(series, None)
    known[series] = kept
    while len(known) > _SERIES_PLACED:
        del known[next(iter(known))]


def _viewport(request: Request, rect: Rect) -> Viewport:
    grid, (left, top, right, bottom) = request.series.grid, rect
    center = (left + right) / 2 * grid.m_per_px, -(top + bottom) / 2 * grid.m_per_px
    return Viewport(center, grid.m_per_px, (right - left, bottom - top), PX_PER_MM * grid.ratio)


def _backdrops(
    session: "Session", request: Request, cancelled: Callable[[], bool]
) -> tuple[list[Backdrop], tuple[Trouble, ...]]:
    """Return what base maps show: pictures where tiles are to be painted, contours where heights are to be lettered."""
    found: list[Backdrop] = []
    troubles: list[Trouble] = []
    painted = bounding(map(rect_of, request.cells)) if request.cells else None
    for base_map in request.base_maps:
        lettered = request.lettered and base_map.kind is Kind.CONTOURS
        rect = request.rect if lettered else painted
        if rect is not None:
            view, epsg = _viewport(request, rect), session.info.epsg
            some, why_not = _readers.read(
                [base_map], view, epsg, dark=request.series.look.dark, cancelled=cancelled
            )
            found += [b.moved(rect[0] - request.rect[0], rect[1] - request.rect[1]) for b in some]
            troubles += why_not
        else:  # its tiles are there; whether the file still is tells whether they are to be trusted
            troubles += _readers.gone([base_map])
    return found, tuple(troubles)


def _focus(session: "Session", code: str | None) -> shapely.Geometry | None:
    if code is None:
        return None
    shapes = session.features("village", where={"code": code}).geometry
    return shapes[0] if len(shapes) else None


def _ground(scene: Scene, request: Request, cancelled: Callable[[], bool]) -> Iterator[Tile]:
    """Yield the tiles asked for: painted block by block, since many small paintings cost more than a large one."""
    cover = [(step, step.paths.bounds()) for step in scene.cover]
    ground = [(step, step.paths.bounds()) for step in scene.ground]
    wanted = set(request.cells)
    for block in blocks(request.cells):
        region = _region(request, block)
        part = replace(scene, cover=_reaching(cover, region), ground=_reaching(ground, region))
        image = _painted(part, region, cancelled)
        for cell in cells(block):
            if cell in wanted:
                left, top, _, _ = rect_of(cell)
                yield Tile(cell, image.copy(left - block[0], top - block[1], TILE, TILE))


def _reaching(
    steps: Iterable[tuple[Instruction, NDArray[np.float64]]], region: Box
) -> tuple[Instruction, ...]:
    """Return instructions, each given with the bounds of its features, as far as they reach into a region."""
    left, top, right, bottom = region
    found = []
    for step, box in steps:
        meets = (box[:, 0] <= right + _REACH_PX) & (box[:, 2] >= left - _REACH_PX)
        meets &= (box[:, 1] <= bottom + _REACH_PX) & (box[:, 3] >= top - _REACH_PX)
        if meets.any():
            found.append(replace(step, paths=step.paths.take(meets)))
    return tuple(found)


def _region(request: Request, rect: Rect) -> Box:
    """Return a rectangle in pixels of the scene."""
    left, top, right, bottom = rect
    x, y, _, _ = request.rect
    return left - x, top - y, right - x, bottom - y


def _painted(scene: Scene, region: Box, cancelled: Callable[[], bool]) -> QImage:
    left, top, right, bottom = map(int, region)
    image = QImage(right - left, bottom - top, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        painter.translate(-left, -top)
        paint_ground(scene, painter, region=region, cancelled=cancelled)
    return image


def _signs(scene: Scene, request: Request, cancelled: Callable[[], bool]) -> Iterator[Tile]:
    """Yield the tiles that signs, labels or the veil are on."""
    if not (scene.heat or scene.overlay or scene.labels or scene.outside is not None):
        return
    image = QImage(*scene.view.size_px, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    with QPainter(image) as painter:
        paint_overlay(scene, painter, cancelled=cancelled)
    drawn = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)
    for cell in cells(request.rect):
        left, top, right, bottom = map(int, _region(request, rect_of(cell)))
        if drawn[max(top, 0) : bottom, max(left, 0) : right].any():
            yield Tile(cell, image.copy(left, top, TILE, TILE), signs=True)
