"""A wall map onto a page: the map in its frame, then the parts beside it."""

from dataclasses import replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator

from mingqing.core.watch import UNWATCHED, Watch
from mingqing.printing.paper.page import Ink, Page
from mingqing.printing.template.model import Part
from mingqing.printing.wall.model import Rect, WallMap
from mingqing.printing.wall.parts import figures, grid, index, inset, legend, marks, notes, title
from mingqing.render.painter import paint

_BESIDE_BAR_MM = 8.0

_CLEAR_MM = 4.0  # between the title and the stamp


def draw(page: Page, wall: WallMap, *, text: bool, watch: Watch = UNWATCHED) -> None:
    """Paint a wall map.

    Parameters
    ----------
    page : its painter's unit is a millimetre of real paper.
    text : whether names on the map are text of a document, to be found and copied, rather than shapes.

    Raises
    ------
    Cancelled
        once `watch` says so.
    """
    page, painter = replace(page, grey=wall.asked.mono), page.painter
    painter.save()
    try:
        painter.scale(wall.unit, wall.unit)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_map(page, wall, text=text, watch=watch)
        _paint_frame(page, wall)
        _paint_beside(page, wall)
        _paint_foot(page, wall)
    finally:
        painter.restore()


def title_box(wall: WallMap) -> Rect:
    """Return where the title stands: in the middle of the page, clear of the stamp."""
    box = wall.boxes.title
    aside = min(marks.stamp_size(wall.secrecy)[0] + _CLEAR_MM, box.width / 4) if wall.secrecy else 0.0
    return Rect(box.x + aside, box.y, box.width - 2 * aside, box.height)


def _paint_map(page: Page, wall: WallMap, *, text: bool, watch: Watch) -> None:
    frame, scene, painter = wall.boxes.frame, wall.scene, page.painter
    mm = scene.view.px_per_mm
    painter.save()
    try:
        painter.setClipRect(QRectF(frame.x, frame.y, frame.width, frame.height))
        painter.translate(frame.x, frame.y)
        painter.scale(1 / mm, 1 / mm)
        paint(scene, painter, text=text, cancelled=watch.cancelled)
    finally:
        painter.restore()  # Qt complains of a painter that is given up in the middle
    if isinstance(painter.device(), QSvgGenerator):  # it does not clip
        _cover(page, frame, wall.boxes.sheet)


def _cover(page: Page, frame: Rect, sheet: Rect) -> None:
    """Paint paper over what of the map lies beyond its frame."""
    page.fill(sheet.x, sheet.y, sheet.width, frame.y - sheet.y, Ink.WHITE)
    page.fill(sheet.x, frame.bottom, sheet.width, sheet.bottom - frame.bottom, Ink.WHITE)
    page.fill(sheet.x, frame.y, frame.x - sheet.x, frame.height, Ink.WHITE)
    page.fill(frame.right, frame.y, sheet.right - frame.right, frame.height, Ink.WHITE)


def _paint_frame(page: Page, wall: WallMap) -> None:
    frame, view = wall.boxes.frame, wall.scene.view
    if wall.section is not None and wall.section.number == 0:
        index.paint(page, frame, view, wall.section)
    grid.paint(page, frame, view, wall.epsg, wall.template.grid)
    left, top, right, bottom = (side / view.px_per_mm for side in wall.north.box)
    at = frame.x + (left + right) / 2, frame.y + (top + bottom) / 2
    marks.north_arrow(page, at, bottom - top)


def _paint_beside(page: Page, wall: WallMap) -> None:
    for part, box in wall.boxes.parts.items():
        match part:
            case Part.INSET if wall.section is not None and wall.section.number:
                index.diagram(page, box, wall.section)
            case Part.INSET if wall.inset is not None:
                inset.paint(page, box, wall.inset)
            case Part.LEGEND:
                legend.paint(page, box, wall.legend, wall.template.legend_title)
            case Part.FIGURES:
                figures.paint(page, box, wall.figures, wall.template.figures_title)
            case Part.NOTES:
                notes.paint(page, box, wall.notes)


def _paint_foot(page: Page, wall: WallMap) -> None:
    title.paint(page, title_box(wall), wall.title, wall.subtitle)
    marks.stamp(page, wall.boxes.title, wall.secrecy)
    foot, view = wall.boxes.foot, wall.scene.view
    true = replace(view, metres_per_px=view.metres_per_px * wall.ground)
    bar = marks.scale_bar(page, (foot.x, foot.bottom), true, wall.scale, plate=False)
    left = bar.right + _BESIDE_BAR_MM
    marks.credits(page, Rect(left, foot.y, foot.right - left, foot.height), wall.credits, wall.approval)
    marks.footer(page, wall.boxes.sheet, wall.footer)
