"""Paper, and a document of pages on it that are painted in millimetres from the upper left corner."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Self

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen, qGray

from mingqing.catalog.style import StyleClass
from mingqing.core.text import tr
from mingqing.printing.paper.searchable import searchable
from mingqing.render.fonts import drawable, ensure_application, font
from mingqing.render.legend import paint_swatch
from mingqing.render.scale import PRINT_PX_PER_MM

PT = 25.4 / 72
"""Millimetres to a point, the unit of type."""
_DPI = 1200
_PX_PER_MM = _DPI / 25.4
_BASELINE = 0.88  # of the em square, from its top; Chinese characters reach 12 % below
_EM_PX = 100


class Ink(Enum):
    """The few colours of a document; all of them readable in grey."""

    TEXT = "#22262b"
    SOFT = "#66706c"
    RULE = "#c3c9c4"
    FRAME = "#7d8681"
    HEAD = "#ecf1ee"
    ACCENT = "#1f5a50"
    ALERT = "#9c2a1d"
    ALERT_FILL = "#fbe6e2"
    CARE_FILL = "#fdf3dc"
    WHITE = "#ffffff"

    @property
    def color(self) -> QColor:
        """The colour, for Qt."""
        return QColor(self.value)


class Align(Enum):
    """Where text stands in the width it is given."""

    LEFT = 0.0
    MIDDLE = 0.5
    RIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet, millimetres. margins : left, top, right, bottom; text keeps within them."""

    size: QPageSize.PageSizeId
    landscape: bool = False
    margins: tuple[float, float, float, float] = (16.0, 15.0, 16.0, 15.0)

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height."""
        size = QPageSize.size(self.size, QPageSize.Unit.Millimeter)
        sides = (size.width(), size.height())
        return (max(sides), min(sides)) if self.landscape else sides

    @property
    def body(self) -> QRectF:
        """The area within the margins."""
        width, height = self.size_mm
        left, top, right, bottom = self.margins
        return QRectF(left, top, width - left - right, height - top - bottom)

    def turned(self) -> "Paper":
        """Return the same sheet the other way up."""
        return replace(self, landscape=not self.landscape)


SIZES = {name: QPageSize.PageSizeId[name] for name in ("A4", "A3", "A2", "A1", "A0")}
"""The papers of wall maps by name, the smallest first."""
A3 = Paper(QPageSize.PageSizeId.A3)
A4 = Paper(QPageSize.PageSizeId.A4)
A5 = Paper(QPageSize.PageSizeId.A5, margins=(10.0, 9.0, 10.0, 9.0))


class Document:
    """A PDF in the making. Works in any thread; fonts need a QGuiApplication, made in the main one.

    Use as a context; `pdf` is there once it is left. A document that raised has no `pdf`.
    """

    def __init__(self, paper: Paper, title: str) -> None:
        ensure_application()
        self.paper = paper
        self.pages = 0
        self.pdf = b""
        self._buffer = QBuffer()
        self._buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._writer = QPdfWriter(self._buffer)
        self._writer.setResolution(_DPI)
        self._writer.setTitle(title)
        self._writer.setCreator(tr("民情地图"))
        self._lay(paper)
        self._painter = QPainter()

    def _lay(self, paper: Paper) -> None:
        way = QPageLayout.Orientation.Landscape if paper.landscape else QPageLayout.Orientation.Portrait
        self._writer.setPageLayout(QPageLayout(QPageSize(paper.size), way, QMarginsF(0, 0, 0, 0)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._painter.isActive():
            self._painter.end()
        self._buffer.close()
        if kind is None and self.pages:
            self.pdf = searchable(bytes(self._buffer.data().data()))

    def page(self) -> "Page":
        """Begin the next page; what was painted on the one before stays as it is."""
        if self.pages == 0:
            self._painter.begin(self._writer)
        else:
            self._writer.newPage()
        self.pages += 1
        self._painter.resetTransform()
        self._painter.scale(_PX_PER_MM, _PX_PER_MM)
        self._painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
        return Page(self._painter, self.paper)


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is painted on; all lengths in millimetres, also those of type.

    grey : without colours, for a laser printer.
    """

    painter: QPainter
    paper: Paper
    grey: bool = False

    def color(self, ink: Ink) -> QColor:
        """Return the colour of an ink on this page."""
        color = ink.color
        light = qGray(color.rgb())
        return QColor(light, light, light) if self.grey else color

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        ink: Ink = Ink.TEXT,
    ) -> None:
        """Write a line whose em squares have their upper left corner at (x, y)."""
        if not text:
            return
        painter = self.painter
        painter.save()
        painter.setFont(font(bold=bold))
        painter.setPen(self.color(ink))
        painter.translate(x, y + _BASELINE * size)
        painter.scale(size / _EM_PX, size / _EM_PX)
        painter.drawText(QPointF(0, 0), drawable(text, bold=bold))
        painter.restore()

    def rule(
        self, x0: float, y0: float, x1: float, y1: float, *, width: float = 0.15, ink: Ink = Ink.RULE
    ) -> None:
        """Draw a line."""
        pen = QPen(self.color(ink), width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        self.painter.setPen(pen)
        self.painter.drawLine(QPointF(x0, y0), QPointF(x1, y1))

    def fill(self, x: float, y: float, width: float, height: float, ink: Ink) -> None:
        """Fill a rectangle."""
        self.painter.fillRect(QRectF(x, y, width, height), self.color(ink))

    def frame(
        self, x: float, y: float, width: float, height: float, *, line: float = 0.15, ink: Ink = Ink.RULE
    ) -> None:
        """Draw a rectangle's outline."""
        self.painter.setPen(
            QPen(
                self.color(ink),
                line,
                Qt.PenStyle.SolidLine,
                Qt.PenCapStyle.FlatCap,
                Qt.PenJoinStyle.MiterJoin,
            )
        )
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawRect(QRectF(x, y, width, height))

    def swatch(self, x: float, y: float, width: float, height: float, style_class: StyleClass) -> None:
        """Paint how a class of a map's style looks, as it does at 1:2,000."""
        painter = self.painter
        painter.save()
        painter.translate(x, y)
        painter.scale(1 / PRINT_PX_PER_MM, 1 / PRINT_PX_PER_MM)
        size = width * PRINT_PX_PER_MM, height * PRINT_PX_PER_MM
        paint_swatch(style_class, painter, size, px_per_mm=PRINT_PX_PER_MM)
        painter.restore()
