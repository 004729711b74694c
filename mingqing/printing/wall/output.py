"""Wall maps as files: PDF, PNG, SVG; and as a picture for the window. All by the same drawing."""

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QIODevice, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPagedPaintDevice, QPainter
from PySide6.QtSvg import QSvgGenerator

from mingqing.core.errors import InputRefused, ProjectUnavailable
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.printing.paper.page import Document, Page
from mingqing.printing.wall.draw import draw
from mingqing.printing.wall.model import WallMap
from mingqing.render.fonts import ensure_application

FORMATS = ("pdf", "png", "svg")
LEAST_DPI, MOST_DPI = 30, 1200
_MOST_PIXELS = 150_000_000  # A0 at 300 dpi; four bytes each
_SVG_DPI = 1200  # coordinates of a document are whole pixels


def as_pdf(walls: Sequence[WallMap], *, watch: Watch = UNWATCHED) -> bytes:
    """Return a document of these pages: vectors, text as text, fonts embedded as far as they are used.

    Raises
    ------
    Cancelled
        once `watch` says so.
    """
    with Document(walls[0].paper, walls[0].title) as document:
        for n, wall in enumerate(walls):
            watch.step(wall.title, n, len(walls))
            draw(document.page(), wall, text=True, watch=watch)
    return document.pdf


def as_image(wall: WallMap, dpi: float, *, watch: Watch = UNWATCHED) -> QImage:
    """Return a page as a picture of so many pixels to an inch.

    Raises
    ------
    InputRefused
        if `dpi` makes no picture, or one too large for memory.
    """
    if not LEAST_DPI <= dpi <= MOST_DPI:
        raise InputRefused(tr("分辨率要在 {least} 到 {most} 之间").format(least=LEAST_DPI, most=MOST_DPI))
    width, height = (round(side / 25.4 * dpi) for side in wall.paper.size_mm)
    if width * height > _MOST_PIXELS:
        raise InputRefused(
            tr("{paper} 按每英寸 {dpi:g} 点出图太大，内存放不下；请降低分辨率，或存成 PDF").format(
                paper=wall.asked.paper, dpi=dpi
            )
        )
    ensure_application()
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    image.setDotsPerMeterX(round(dpi / 0.0254))
    image.setDotsPerMeterY(round(dpi / 0.0254))
    _paint(image, wall, dpi / 25.4, text=False, watch=watch)
    return image


def as_png(wall: WallMap, dpi: float, *, watch: Watch = UNWATCHED) -> bytes:
    """Return a page as PNG; errors as of `as_image`."""
    image = as_image(wall, dpi, watch=watch)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def as_svg(wall: WallMap, *, watch: Watch = UNWATCHED) -> bytes:
    """Return a page as SVG, in millimetres of paper."""
    ensure_application()
    buffer, made = QBuffer(), QSvgGenerator()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    made.setOutputDevice(buffer)
    made.setResolution(_SVG_DPI)
    made.setTitle(wall.title)
    size = QSizeF(*wall.paper.size_mm) * (_SVG_DPI / 25.4)
    made.setSize(QSize(round(size.width()), round(size.height())))
    made.setViewBox(QRectF(0, 0, size.width(), size.height()))
    _paint(made, wall, _SVG_DPI / 25.4, text=True, watch=watch)
    return bytes(buffer.data().data())


def onto(
    device: QPagedPaintDevice, walls: Sequence[WallMap], px_per_mm: float, *, watch: Watch = UNWATCHED
) -> None:
    """Paint pages on a printer that has been set up for their paper; `px_per_mm` is its resolution.

    Raises
    ------
    ProjectUnavailable
        if the printer does not take a page.
    """
    gone = ProjectUnavailable(tr("打印机没有响应，请检查打印机是否打开、有没有连上；也可以先存成 PDF"))
    painter = QPainter()
    if not painter.begin(device):
        raise gone
    try:
        for n, wall in enumerate(walls):
            watch.step(wall.title, n, len(walls))
            if n and not device.newPage():
                raise gone
            painter.resetTransform()
            painter.scale(px_per_mm, px_per_mm)
            draw(Page(painter, wall.paper), wall, text=False, watch=watch)
    finally:
        painter.end()


def _paint(
    device: QImage | QSvgGenerator, wall: WallMap, px_per_mm: float, *, text: bool, watch: Watch
) -> None:
    painter = QPainter(device)
    try:
        painter.scale(px_per_mm, px_per_mm)
        draw(Page(painter, wall.paper), wall, text=text, watch=watch)
    finally:
        painter.end()
