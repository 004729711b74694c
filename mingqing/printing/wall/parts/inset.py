"""The village in its township: all villages' borders, this one filled, and the names that find room."""

import numpy as np
import shapely
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QPen

from mingqing.core.paths import Paths, Shape
from mingqing.printing.paper.page import Ink, Page
from mingqing.printing.paper.text import width_of
from mingqing.printing.wall.model import Inset, Rect
from mingqing.printing.wall.parts.typography import HEADING, LEAST, SMALL, heading, plain, shortened
from mingqing.render.fonts import outline
from mingqing.render.qpath import to_qpath

_FINEST = 0.08  # mm; what is finer is not seen
_MOST_HIGH, _LEAST_HIGH = 0.62, 0.4  # of the width
_LINE, _HALO = 0.15, 0.7
_MOST_NAMES = 60


def wanted(inset: Inset, width: float) -> float:
    """Return the height of the diagram at this width, with its heading, mm."""
    bounds = _bounds(inset.shapes)
    if bounds is None:
        return 0.0
    west, south, east, north = bounds
    share = (north - south) / max(east - west, 1e-9)
    return HEADING + width * min(max(share, _LEAST_HIGH), _MOST_HIGH)


def paint(page: Page, box: Rect, inset: Inset) -> None:
    """Paint it as large as the box allows."""
    bounds = _bounds(inset.shapes)
    if bounds is None:
        return
    room = heading(page, box, inset.title)
    if room.width < LEAST or room.height < LEAST:
        return
    shapes = _on_page(inset.shapes, bounds, room)
    here = inset.here if 0 <= inset.here < len(shapes) else -1
    others = np.arange(len(shapes)) != here
    _fill(page, shapes[others], Ink.HEAD, Ink.FRAME)
    _fill(page, shapes[~others], Ink.ACCENT, Ink.ACCENT)
    _names(page, room, shapes, inset.names, here)


def _bounds(shapes: NDArray[np.object_]) -> tuple[float, float, float, float] | None:
    if not len(shapes):
        return None
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    if not np.isfinite([west, south, east, north]).all() or max(east - west, north - south) <= 0:
        return None
    return west, south, east, north


def _on_page(
    shapes: NDArray[np.object_], bounds: tuple[float, float, float, float], room: Rect
) -> NDArray[np.object_]:
    """Return the borders in millimetres of the page, at the top of `room`, thinned to what is seen."""
    west, south, east, north = bounds
    unit = max((east - west) / room.width, (north - south) / room.height)
    left = room.x + (room.width - (east - west) / unit) / 2

    def place(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([left + (xy[:, 0] - west) / unit, room.y + (north - xy[:, 1]) / unit])

    thinned = shapely.simplify(shapes, _FINEST * unit, preserve_topology=True)
    moved: NDArray[np.object_] = shapely.transform(thinned, place)
    return moved


def _fill(page: Page, shapes: NDArray[np.object_], fill: Ink, edge: Ink) -> None:
    paths = Paths.of(shapes, Shape.POLYGON)
    if not len(paths):
        return
    outline = to_qpath(paths.xy, paths.parts)
    outline.setFillRule(Qt.FillRule.OddEvenFill)
    page.painter.setPen(QPen(page.color(edge), _LINE, j=Qt.PenJoinStyle.RoundJoin))
    page.painter.setBrush(page.color(fill))
    page.painter.drawPath(outline)
    page.painter.setBrush(Qt.BrushStyle.NoBrush)


def _names(page: Page, room: Rect, shapes: NDArray[np.object_], names: tuple[str, ...], here: int) -> None:
    """Write this village's name, then those of others that fit within their borders and over no other."""
    order = np.argsort(-shapely.area(shapes))
    taken: list[shapely.Geometry] = []
    if here >= 0:
        taken.append(_own_name(page, room, shapes[here], plain(names[here]) if here < len(names) else ""))
    for n in order[:_MOST_NAMES].tolist():
        if n == here or n >= len(names) or shapes[n] is None or not (name := plain(names[n])):
            continue
        at = shapely.point_on_surface(shapes[n])
        box = _box(at, name, LEAST)
        if shapes[n].is_valid and shapes[n].contains(box) and not any(box.intersects(t) for t in taken):
            page.text(box.bounds[0], box.bounds[1], name, LEAST, ink=Ink.SOFT)
            taken.append(box)


def _box(at: shapely.Point, name: str, size: float) -> shapely.Polygon:
    half = width_of(name, size, bold=True) / 2
    return shapely.box(at.x - half, at.y - size / 2, at.x + half, at.y + size / 2)


def _own_name(page: Page, room: Rect, shape: shapely.Geometry | None, name: str) -> shapely.Geometry:
    """Write the name on the village where it fits, else on a light ground beside it; return what it covers."""
    if shape is None or shape.is_empty or not name:
        return shapely.Point()
    name = shortened(name, SMALL, room.width, bold=True)
    inside = _box(shapely.point_on_surface(shape), name, SMALL)
    if shape.is_valid and shape.contains(inside):
        page.text(inside.bounds[0], inside.bounds[1], name, SMALL, bold=True, ink=Ink.WHITE)
        return inside
    west, top, east, bottom = shape.bounds
    half = width_of(name, SMALL, bold=True) / 2
    x = min(max((west + east) / 2, room.x + half), room.right - half)
    y = (
        bottom + SMALL * 0.7
        if bottom + SMALL * 1.3 <= room.bottom
        else max(top - SMALL * 0.7, room.y + SMALL / 2)
    )
    beside = _box(shapely.Point(x, y), name, SMALL)
    _halo(page, x, y, name)
    page.text(beside.bounds[0], beside.bounds[1], name, SMALL, bold=True, ink=Ink.ACCENT)
    return beside


def _halo(page: Page, x: float, y: float, name: str) -> None:
    """Paint a light edge around the letters of a name with its middle at (x, y)."""
    painter = page.painter
    painter.save()
    painter.translate(x, y)
    painter.scale(SMALL / 100, SMALL / 100)
    pen = QPen(page.color(Ink.WHITE), _HALO / SMALL * 100)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(outline(name, bold=True), pen)
    painter.restore()
