"""Swatches: what a class of a style looks like, for the legend beside a map or on it."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from mingqing.catalog.style import Fill, Hatch, Line, Marker, Shape, StyleClass, Symbol
from mingqing.core.paths import Paths
from mingqing.render.fonts import ensure_application
from mingqing.render.painter import PAINTERS, Sheet
from mingqing.render.paths import points
from mingqing.render.scale import SCREEN_PX_PER_MM, Viewport


def legend_swatch(
    style_class: StyleClass,
    size_px: tuple[int, int],
    *,
    px_per_mm: float = SCREEN_PX_PER_MM,
    dark: bool = False,
) -> QImage:
    """Return a transparent image of `size_px` with the class as it looks at 1:2,000."""
    ensure_application()
    image = QImage(*size_px, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    try:
        paint_swatch(style_class, painter, size_px, px_per_mm=px_per_mm, dark=dark)
    finally:
        painter.end()
    return image


def paint_swatch(
    style_class: StyleClass,
    painter: QPainter,
    size_px: tuple[float, float],
    *,
    px_per_mm: float = SCREEN_PX_PER_MM,
    dark: bool = False,
) -> None:
    """Draw the class within `size_px` of the painter's origin, as it looks at 1:2,000."""
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    sheet = Sheet(painter, Viewport.at_scale((0.0, 0.0), 2_000, (1, 1), px_per_mm), dark)
    shape = _shape(style_class.symbols)
    paths = _sample(shape, *size_px)
    symbols = [_fitted(s, shape, min(size_px) / px_per_mm) for s in style_class.symbols if shape in s.on]
    middle = points(np.array([[size_px[0] / 2, size_px[1] / 2]]))
    for symbol in symbols:
        if isinstance(symbol, Line) and symbol.casing > 0:
            PAINTERS[symbol.type](sheet, symbol, paths, casing=True)
    for symbol in symbols:
        where = middle if isinstance(symbol, Marker) else paths
        PAINTERS[symbol.type](sheet, symbol, where, casing=False)


def _fitted(symbol: Symbol, shape: Shape, height_mm: float) -> Symbol:
    """Return a symbol as it shows best on a swatch: signs within it, patterns dense enough to be seen."""
    if isinstance(symbol, Marker):
        inside = shape is Shape.POLYGON and symbol.beside > 0
        most = height_mm * (0.62 if inside else 1.0) - 2 * symbol.outline_width
        return replace(symbol, size=min(symbol.size, most))
    if isinstance(symbol, Hatch):
        return replace(symbol, spacing=min(symbol.spacing, height_mm * 0.4))
    if isinstance(symbol, Line):
        return replace(symbol, ground_m=0.0, width=symbol.width or 0.8)
    return symbol


def _shape(symbols: tuple[Symbol, ...]) -> Shape:
    """Return the kind of geometry that shows the most of a class."""
    if any(isinstance(s, Fill | Hatch) for s in symbols):
        return Shape.POLYGON
    if any(Shape.LINE in s.on for s in symbols):
        return Shape.LINE
    return Shape.POLYGON if any(isinstance(s, Line) for s in symbols) else Shape.POINT


def _sample(shape: Shape, width: float, height: float) -> Paths:
    """Return a rectangle or a line that fills a swatch, pixels."""
    left, right, top, bottom = 1.5, width - 1.5, 1.5, height - 1.5
    closed = shape is Shape.POLYGON
    if closed:
        xy = np.array([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)])
    else:
        xy = np.array([(width * 0.1, height / 2), (width * 0.9, height / 2)])
    ends, one = np.array([0, len(xy)]), np.array([0, 1])
    return Paths(xy, ends, one, np.zeros(1, dtype=np.int64), closed=closed)
