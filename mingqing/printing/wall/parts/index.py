"""The index of a map in several sheets: its sections with their numbers over the map, or in a small diagram."""

from collections.abc import Sequence
from math import isfinite

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPen

from mingqing.core.text import tr
from mingqing.printing.paper.page import Ink, Page
from mingqing.printing.paper.text import width_of
from mingqing.printing.wall.model import Rect, Section
from mingqing.printing.wall.parts.typography import HEADING, LEAST, heading
from mingqing.render.scale import Viewport

_LARGEST = 9.0  # height of a number over the map
_EDGE, _FINE = 0.35, 0.15
_PLATE = QColor(255, 255, 255, 190)
_MOST_HIGH = 0.8

Extent = tuple[float, float, float, float]


def paint(page: Page, frame: Rect, view: Viewport, section: Section) -> None:
    """Paint the sections over the map in `frame`, whose upper left corner is that of `view`."""
    west, _, _, north = view.extent
    unit = view.metres_per_px * view.px_per_mm
    page.painter.save()
    page.painter.setClipRect(
        QRectF(frame.x, frame.y, frame.width, frame.height), Qt.ClipOperation.IntersectClip
    )
    for number, extent in enumerate(section.extents, start=1):
        if not all(map(isfinite, extent)):
            continue
        box = _placed(extent, (frame.x, frame.y), (west, north), unit)
        page.frame(box.x, box.y, box.width, box.height, line=_EDGE, ink=Ink.ACCENT)
        _number(page, box, number)
    page.painter.restore()


def wanted(section: Section, width: float) -> float:
    """Return the height of the diagram at this width, with its heading, mm; 0 without sections."""
    bounds = _bounds(section.extents)
    if bounds is None:
        return 0.0
    west, south, east, north = bounds
    return HEADING + width * min((north - south) / max(east - west, 1e-9), _MOST_HIGH)


def diagram(page: Page, box: Rect, section: Section) -> None:
    """Paint how the sections lie to each other, this one filled."""
    bounds = _bounds(section.extents)
    if bounds is None:
        return
    room = heading(page, box, tr("第 {n} 幅，共 {of} 幅").format(n=section.number, of=section.of))
    if room.height < LEAST or room.width < LEAST:
        return
    west, south, east, north = bounds
    unit = max((east - west) / room.width, (north - south) / room.height)
    left = room.x + (room.width - (east - west) / unit) / 2
    for number, extent in enumerate(section.extents, start=1):
        cell = _placed(extent, (left, room.y), (west, north), unit)
        here = number == section.number
        page.fill(cell.x, cell.y, cell.width, cell.height, Ink.ACCENT if here else Ink.HEAD)
        page.frame(cell.x, cell.y, cell.width, cell.height, line=_FINE, ink=Ink.FRAME)
        text, size = f"{number}", min(cell.height * 0.5, 4.4)
        wide = width_of(text, size, bold=here)
        if size >= LEAST and wide <= cell.width:
            x, y = cell.x + (cell.width - wide) / 2, cell.y + (cell.height - size) / 2
            page.text(x, y, text, size, bold=here, ink=Ink.WHITE if here else Ink.SOFT)


def _bounds(extents: Sequence[Extent]) -> Extent | None:
    good = [extent for extent in extents if all(map(isfinite, extent))]
    if len(good) < len(extents) or not good:
        return None
    west, south, east, north = zip(*good, strict=True)
    found = min(west), min(south), max(east), max(north)
    return found if found[2] > found[0] and found[3] > found[1] else None


def _placed(extent: Extent, at: tuple[float, float], corner: tuple[float, float], unit: float) -> Rect:
    """Return an extent on the page. at : where `corner`, ground x and y, stands; unit : metres to a mm."""
    west, south, east, north = extent
    x, y = at[0] + (west - corner[0]) / unit, at[1] + (corner[1] - north) / unit
    return Rect(x, y, (east - west) / unit, (north - south) / unit)


def _number(page: Page, box: Rect, number: int) -> None:
    """Write a section's number in its middle on a light disc, as large as there is room."""
    size = min(_LARGEST, box.height * 0.4, box.width * 0.4)
    if size < LEAST:
        return
    text = f"{number}"
    wide = width_of(text, size, bold=True)
    x, y, radius = box.x + box.width / 2, box.y + box.height / 2, max(size, wide) * 0.72
    page.painter.setPen(QPen(page.color(Ink.ACCENT), _FINE * 2))
    page.painter.setBrush(_PLATE)
    page.painter.drawEllipse(QRectF(x - radius, y - radius, 2 * radius, 2 * radius))
    page.painter.setBrush(Qt.BrushStyle.NoBrush)
    page.text(x - wide / 2, y - size / 2, text, size, bold=True, ink=Ink.ACCENT)
