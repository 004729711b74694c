"""A scene drawn with QPainter: on screen, in an image, on paper, always by the same call."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen, QTransform

from mingqing.catalog.color import Color
from mingqing.catalog.style import Arrows, Fill, Glyph, Hatch, Line, Marker, Plate, Spoke, SymbolType
from mingqing.core.errors import Cancelled
from mingqing.core.paths import Paths
from mingqing.core.text import tr
from mingqing.render.fonts import ensure_application, outline, write
from mingqing.render.glyphs import GLYPHS
from mingqing.render.lettering import PlacedLabel
from mingqing.render.occupancy import Box
from mingqing.render.patterns import brush
from mingqing.render.qimage import paint_rasters
from mingqing.render.qpath import chunks, to_qpath, to_qpolygon, whole
from mingqing.render.scale import Viewport
from mingqing.render.scene import PAPER, Instruction, Scene

_THINNEST_PX = 0.4
_ROUND_FROM_PX = 6.0
_STILL_A_PIXEL = 1.35
_OVER = 1e-6
_FINER = 10.0  # times the units of an outline: a thousandth of a character's height, as fonts are drawn in
_VEIL = 0.65  # opacity of the paper over what is out of focus


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a symbol is painted on: the painter, the view that sizes marks, and day or dark.

    region : left, top, right, bottom in pixels, outside which nothing need be painted; None for all.
    text : whether it is a document: lettering is text, to be found and copied, and not shapes.
    """

    painter: QPainter
    view: Viewport
    dark: bool = False
    cancelled: Callable[[], bool] = _never
    region: Box | None = None
    text: bool = False
    paper: Color = PAPER

    def mm(self, size: float) -> float:
        """Return the pixels of a line or pattern of `size` millimetres at this scale."""
        return size * self.view.px_per_mm * self.view.factor

    def color(self, color: Color) -> QColor:
        """Return the colour of day or dark."""
        return QColor(*color.rgba(dark=self.dark))

    def opaque(self, color: QColor) -> QColor:
        """Return a pen's colour; for a document as it looks on paper.

        Of a line that is see-through, Qt writes the outline, many times as long.
        """
        if not self.text or color.alpha() == 255:
            return color
        share, below = color.alphaF(), self.color(self.paper)
        both = (color.red(), below.red()), (color.green(), below.green()), (color.blue(), below.blue())
        return QColor(*(round(share * over + (1 - share) * under) for over, under in both))

    def fill(self, paths: Paths, brush: QBrush | QColor) -> None:
        """Fill the features."""
        if self.text:
            to_device, back = self._whole(paths)
            paths = replace(to_device, xy=(to_device.xy - back[1]) / back[0])
        for path in self._chunks(paths):
            self.painter.fillPath(path, brush)

    def stroke(self, paths: Paths, pen: QPen) -> None:
        """Draw the features' lines or outlines."""
        if not self.text:
            for path in self._chunks(paths):
                self.painter.strokePath(path, pen)
            return
        paths, (scale, _) = self._whole(paths)
        fitted = QPen(pen)
        fitted.setColor(self.opaque(pen.color()))
        fitted.setWidthF(pen.widthF() * float(scale[0]))
        self.painter.save()
        self.painter.resetTransform()
        for path in self._chunks(paths):
            self.painter.strokePath(path, fitted)
        self.painter.restore()

    def _chunks(self, paths: Paths) -> Iterator[QPainterPath]:
        """Yield the features piece by piece, stopping as soon as nobody wants the result any more."""
        for path in chunks(paths, self.region):
            if self.cancelled():
                raise Cancelled(tr("已停止绘图。"))
            yield path

    def _whole(self, paths: Paths) -> tuple[Paths, tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Return features with their vertices on whole pixels of the document, and scale and shift from here to these.

        A document's pixels are fine, 1,200 to an inch, and 5123 takes half the room and half the time of 5123.38976.
        A hair more than whole, so that no sum of floats falls short of it.
        """
        to = self.painter.combinedTransform()
        scale, shift = np.array([to.m11(), to.m22()]), np.array([to.dx(), to.dy()])
        return replace(paths, xy=np.round(paths.xy * scale + shift) + _OVER), (scale, shift)


def _fill(sheet: Sheet, symbol: Fill, paths: Paths, *, casing: bool) -> None:  # noqa: ARG001
    color, specks = sheet.color(symbol.color), paths.specks
    sheet.fill(paths.take(~specks), color)
    if specks.any():
        sheet.painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        sheet.painter.setPen(QPen(color, 1.0))
        sheet.painter.drawPoints(to_qpolygon(paths.xy[paths.first[specks]]))
        sheet.painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _hatch(sheet: Sheet, symbol: Hatch, paths: Paths, *, casing: bool) -> None:  # noqa: ARG001
    made = brush(symbol, sheet.mm(1.0), dark=sheet.dark)
    sheet.painter.setBrushOrigin(_ground_origin(sheet.view))
    sheet.fill(paths.take(~paths.specks), made)


def _ground_origin(view: Viewport) -> QPointF:
    """Where a fixed point of the ground lies in pixels: patterns hang on it and move with the map."""
    x, y = view.to_px(np.zeros((1, 2)))[0]
    return QPointF(round(float(x)), round(float(y)))


def _line(sheet: Sheet, symbol: Line, paths: Paths, *, casing: bool) -> None:
    width = max(sheet.mm(symbol.width), symbol.ground_m * sheet.view.px_per_m)
    pen = _pen(sheet.color(symbol.color), width)
    if casing:
        pen = _pen(sheet.color(symbol.casing_color), width + 2 * sheet.mm(symbol.casing))
    if symbol.dash and not casing:
        pen.setDashPattern([max(sheet.mm(d), _THINNEST_PX) / pen.widthF() for d in symbol.dash])
    if symbol.flat or (symbol.dash and not casing):
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    sheet.stroke(paths, pen)


def _pen(color: QColor, width: float) -> QPen:
    # What is hardly wider than a pixel is drawn a pixel wide: Qt then draws the line itself, ten times as fast as
    # the outline of it.
    width = 1.0 if 1.0 < width < _STILL_A_PIXEL else width
    # Where a line bends little, as a simplified one does, pointed joins look like round ones at half the cost.
    join = Qt.PenJoinStyle.RoundJoin if width > _ROUND_FROM_PX else Qt.PenJoinStyle.MiterJoin
    cap = Qt.PenCapStyle.RoundCap
    return QPen(color, max(width, _THINNEST_PX), Qt.PenStyle.SolidLine, cap, join)


def _arrows(sheet: Sheet, symbol: Arrows, paths: Paths, *, casing: bool) -> None:  # noqa: ARG001
    size, spacing = sheet.mm(symbol.size), sheet.mm(symbol.spacing)
    head = np.array([[0.5, 0.0], [-0.4, 0.42], [-0.15, 0.0], [-0.4, -0.42], [0.5, 0.0]]) * size
    heads = [
        at + head @ np.array([[dx, dy], [-dy, dx]])
        for start, stop in zip(paths.parts[:-1], paths.parts[1:], strict=True)
        for at, (dx, dy) in _steps(paths.xy[start:stop], spacing, size)
    ]
    if heads:
        path = to_qpath(np.concatenate(heads), np.arange(len(heads) + 1) * len(head))
        sheet.painter.fillPath(path, sheet.color(symbol.color))


def _steps(
    line: NDArray[np.float64], spacing: float, size: float
) -> list[tuple[NDArray[np.float64], tuple[float, float]]]:
    """Return points every `spacing` along a line, and the direction there, a unit vector.

    They are counted from the end, so that on routes that come together the arrows fall on one another.
    """
    travelled = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = travelled[-1] - np.arange(spacing / 2, travelled[-1] - size / 2, spacing)
    if not len(at) and travelled[-1] > 2 * size:
        at = travelled[-1:] / 2
    before, here, after = (
        np.column_stack([np.interp(at + d, travelled, line[:, k]) for k in (0, 1)])
        for d in (-size / 2, 0.0, size / 2)
    )
    along = after - before
    length = np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    return [(p, (float(d[0]), float(d[1]))) for p, d in zip(here, along / length, strict=True)]


def _spoke(sheet: Sheet, symbol: Spoke, paths: Paths, *, casing: bool) -> None:  # noqa: ARG001
    first, last = paths.xy[paths.first], paths.xy[paths.parts[paths.features[1:]] - 1]
    chord = last - first
    control = (first + last) / 2 + symbol.bend * chord[:, ::-1] * (1, -1)
    t = np.linspace(0, 1, 17)[None, :, None]
    curve = (1 - t) ** 2 * first[:, None] + 2 * t * (1 - t) * control[:, None] + t**2 * last[:, None]
    parts = np.arange(len(paths) + 1) * 17
    curved = Paths(curve.reshape(-1, 2), parts, np.arange(len(parts)), paths.rows)
    pen = _pen(sheet.color(symbol.color), sheet.mm(symbol.width))
    sheet.stroke(curved, pen)
    radius = symbol.knob / 2 * sheet.view.px_per_mm * sheet.view.sign_factor
    fill = sheet.color(symbol.color)
    fill.setAlpha(255)
    sheet.painter.setPen(_pen(sheet.color(symbol.outline), radius * 0.3))
    sheet.painter.setBrush(fill)
    for x, y in last.tolist():
        sheet.painter.drawEllipse(QPointF(x, y), radius, radius)
    sheet.painter.setPen(_pen(fill, radius * 0.5))
    sheet.painter.setBrush(sheet.color(symbol.outline))
    hub = radius * symbol.hub / symbol.knob
    for x, y in np.unique(first[(chord != 0).any(axis=1)], axis=0).tolist():
        sheet.painter.drawEllipse(QPointF(x, y), hub, hub)


def _marker(sheet: Sheet, symbol: Marker, paths: Paths, *, casing: bool) -> None:  # noqa: ARG001
    painter, size = sheet.painter, symbol.size * sheet.view.px_per_mm * sheet.view.sign_factor
    plate, sign = _plate(symbol.plate), _sign(symbol)
    pen = Qt.PenStyle.NoPen
    outlined = symbol.outline_width > 0
    stroke = _pen(sheet.color(symbol.outline), 2 * symbol.outline_width / symbol.size) if outlined else pen
    fill, ink = sheet.color(symbol.color), sheet.color(symbol.sign_color)
    for x, y in paths.xy.tolist():
        painter.save()
        painter.translate(x, y)
        painter.scale(size, size)
        if outlined:
            painter.strokePath(plate, stroke)
        painter.fillPath(plate, fill)
        painter.fillPath(sign, ink)
        painter.restore()


@lru_cache(maxsize=16)
def _plate(plate: Plate) -> QPainterPath:
    """Return a plate of height 1 around the origin."""
    path = QPainterPath()
    if plate is Plate.CIRCLE:
        path.addEllipse(QPointF(0, 0), 0.5, 0.5)
    elif plate is Plate.SQUARE:
        path.addRoundedRect(QRectF(-0.5, -0.5, 1, 1), 0.16, 0.16)
    elif plate is Plate.TRIANGLE:
        path.moveTo(0, -0.56)
        path.lineTo(0.6, 0.5)
        path.lineTo(-0.6, 0.5)
        path.closeSubpath()
    return path


# How large a sign is on its plate, and how far below the middle.
_ON_PLATE = {
    Plate.NONE: (1.0, 0.0),
    Plate.CIRCLE: (0.66, 0.0),
    Plate.SQUARE: (0.76, 0.0),
    Plate.TRIANGLE: (0.52, 0.17),
}


_NARROWER = {3: 0.8, 4: 0.62, 5: 0.5}
"""How much smaller so many characters are set than two, to stay on their plate."""


def _sign(symbol: Marker) -> QPainterPath:
    """Return the glyph or characters of a marker of height 1."""
    share, down = _ON_PLATE[symbol.plate]
    if symbol.text:
        path, high = outline(symbol.text, bold=True), 0.0102 * (1.0 if len(symbol.text) == 1 else 0.78)
        high *= _NARROWER.get(len(symbol.text), 1.0)
        return _scaled(path, share * high, down)
    return _scaled(_glyph(symbol.glyph), share / 24, down)


def _scaled(path: QPainterPath, scale: float, down: float) -> QPainterPath:
    return QTransform(scale, 0, 0, scale, 0, down).map(path)


@lru_cache(maxsize=64)
def _glyph(glyph: Glyph) -> QPainterPath:
    """Return the outline of a glyph in a square of 24 around the origin."""
    path, words = QPainterPath(), GLYPHS[glyph].split()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    command, numbers = "", list[float]()
    for word in words:
        if word.isalpha():
            command, numbers = word, []
            if command == "Z":
                path.closeSubpath()
            continue
        numbers.append(float(word))
        if len(numbers) == _ARITY[command]:
            _COMMANDS[command](path, numbers)
            numbers = []
    return path.translated(-12, -12)


_ARITY = {"M": 2, "L": 2, "Q": 4, "C": 6, "O": 3, "R": 4}
_COMMANDS: Mapping[str, Callable[[QPainterPath, list[float]], None]] = {
    "M": lambda path, n: path.moveTo(*n),
    "L": lambda path, n: path.lineTo(*n),
    "Q": lambda path, n: path.quadTo(*n),
    "C": lambda path, n: path.cubicTo(*n),
    "O": lambda path, n: path.addEllipse(QPointF(n[0], n[1]), n[2], n[2]),
    "R": lambda path, n: path.addRect(*n),
}

Painter: TypeAlias = Callable[..., None]
PAINTERS: Mapping[SymbolType, Painter] = {
    SymbolType.FILL: _fill,
    SymbolType.HATCH: _hatch,
    SymbolType.LINE: _line,
    SymbolType.ARROWS: _arrows,
    SymbolType.SPOKE: _spoke,
    SymbolType.MARKER: _marker,
}


def paint(
    scene: Scene, painter: QPainter, *, text: bool = False, cancelled: Callable[[], bool] = _never
) -> None:
    """Draw `scene` from the painter's origin, one unit to a pixel of the scene.

    Works in any thread, on any paint device. Fonts need a QGuiApplication. With `text`, labels are text of a document:
    they are found and copied whole.

    Raises
    ------
    Cancelled
        when `cancelled`, asked between short stretches of drawing, said that the result is no longer wanted.
    """
    if text:
        with _sheet(scene, painter, cancelled) as sheet:
            _underlay(sheet, scene.labels)
    paint_ground(scene, painter, text=text, cancelled=cancelled)
    paint_overlay(scene, painter, text=text, cancelled=cancelled)


def paint_ground(
    scene: Scene,
    painter: QPainter,
    *,
    region: Box | None = None,
    text: bool = False,
    cancelled: Callable[[], bool] = _never,
) -> None:
    """Draw the paper and the ground; of `region` (left, top, right, bottom in pixels) nothing outside is needed."""
    left, top, right, bottom = region or (0.0, 0.0, *map(float, scene.view.size_px))
    with _sheet(scene, painter, cancelled, region, text=text) as sheet:
        painter.fillRect(QRectF(left, top, right - left, bottom - top), sheet.color(scene.paper))
        _follow(sheet, scene.cover)
        paint_rasters(painter, scene.backdrops)
        _follow(sheet, scene.ground)


def paint_overlay(
    scene: Scene, painter: QPainter, *, text: bool = False, cancelled: Callable[[], bool] = _never
) -> None:
    """Draw heat, signs, labels, and the veil over what is out of focus."""
    with _sheet(scene, painter, cancelled, text=text) as sheet:
        if scene.heat is not None:
            paint_rasters(painter, [scene.heat])
        _follow(sheet, scene.overlay)
        _write(sheet, scene.labels[: scene.veiled])
        if scene.outside is not None:
            veil = sheet.color(scene.paper)
            veil.setAlphaF(_VEIL)
            sheet.fill(scene.outside, veil)
        _write(sheet, scene.labels[scene.veiled :])


@contextmanager
def _sheet(
    scene: Scene,
    painter: QPainter,
    cancelled: Callable[[], bool],
    region: Box | None = None,
    *,
    text: bool = False,
) -> Iterator[Sheet]:
    painter.save()
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    try:
        yield Sheet(painter, scene.view, scene.dark, cancelled, region, text, scene.paper)
    finally:
        painter.restore()


def _follow(sheet: Sheet, steps: Iterable[Instruction]) -> None:
    for step in steps:
        PAINTERS[step.symbol.type](sheet, step.symbol, step.paths, casing=step.casing)


def _write(sheet: Sheet, labels: tuple[PlacedLabel, ...]) -> None:
    """Draw all halos, then all texts, so that no halo eats into a neighbour."""
    for halo in (True, False):
        for label in labels:
            if sheet.cancelled():
                raise Cancelled(tr("已停止绘图。"))
            style, scale = label.label, label.size_px / 100
            width = 2 * style.halo_width * sheet.view.px_per_mm / scale
            around, ink = sheet.color(style.halo), sheet.color(style.color)
            pen = _pen(sheet.opaque(around), width)
            for run in label.runs:
                sheet.painter.save()
                sheet.painter.translate(run.x, run.y)
                sheet.painter.rotate(np.degrees(run.angle))
                sheet.painter.scale(scale, scale)
                if sheet.text and (halo or len(label.runs) > 1):
                    _inscribe(sheet.painter, run.text, None if halo else ink, pen, bold=style.bold)
                elif halo:
                    sheet.painter.strokePath(outline(run.text, bold=style.bold), pen)
                elif sheet.text and len(label.runs) == 1:
                    write(sheet.painter, run.text, ink, bold=style.bold)
                else:
                    sheet.painter.fillPath(outline(run.text, bold=style.bold), ink)
                sheet.painter.restore()


def _inscribe(painter: QPainter, text: str, ink: QColor | None, halo: QPen, *, bold: bool) -> None:
    """Draw letters, or with no ink their halo, as shapes of a document.

    In units of which all coordinates are whole, and by a pen: then Qt writes these units, for each letter the same.
    """
    painter.scale(1 / _FINER, 1 / _FINER)
    pen = QPen(
        ink or halo.color(),
        1.0 if ink else halo.widthF() * _FINER,
        halo.style(),
        halo.capStyle(),
        halo.joinStyle(),
    )
    painter.setPen(pen)
    painter.setBrush(ink or Qt.BrushStyle.NoBrush)
    painter.drawPath(_lettered(text, bold=bold))


@lru_cache(maxsize=4096)
def _lettered(text: str, *, bold: bool) -> QPainterPath:
    return whole(outline(text, bold=bold), _FINER)


def _underlay(sheet: Sheet, labels: tuple[PlacedLabel, ...]) -> None:
    """Write whole, beneath the map, the names whose characters stand apart on it, which a reader would not find."""
    for label in labels:
        if len(label.runs) > 1:
            x, y = (sum(at) / len(label.runs) for at in zip(*((r.x, r.y) for r in label.runs), strict=True))
            sheet.painter.save()
            sheet.painter.translate(x, y)
            sheet.painter.scale(label.size_px / 100, label.size_px / 100)
            write(sheet.painter, label.text, sheet.color(sheet.paper), bold=False)
            sheet.painter.restore()


def to_image(scene: Scene, *, cancelled: Callable[[], bool] = _never) -> QImage:
    """Return the scene as an opaque image of its view's size."""
    ensure_application()
    image = QImage(*scene.view.size_px, QImage.Format.Format_RGB32)
    dots_per_m = round(scene.view.px_per_mm * 1000)
    image.setDotsPerMeterX(dots_per_m)
    image.setDotsPerMeterY(dots_per_m)
    painter = QPainter(image)
    try:
        paint(scene, painter, cancelled=cancelled)
    finally:
        painter.end()
    return image
