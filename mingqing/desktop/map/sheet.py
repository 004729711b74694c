"""The view on screen as a picture to hand on: a title above the map, scale bar and north arrow on it, its legend below.

Always in the colours of day: it goes into a document or onto paper.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from mingqing.access.policy import Column, Policy
from mingqing.access.roles import Action
from mingqing.basemap.reader import Readers
from mingqing.core.errors import NotAllowed
from mingqing.core.text import tr
from mingqing.crs.zones import describe
from mingqing.desktop.look.colours import LIGHT
from mingqing.desktop.map.view import PX_PER_MM
from mingqing.render.compose import build_scene
from mingqing.render.fonts import measure, outline
from mingqing.render.legend import paint_swatch
from mingqing.render.ornaments import bar_length_m, draw_north_arrow, draw_scale_bar
from mingqing.render.painter import paint
from mingqing.render.scale import Viewport
from mingqing.store.permitted import printable

if TYPE_CHECKING:
    from mingqing.desktop.map.frame import Request, Restyled
    from mingqing.render.scene import LegendEntry, Scene
    from mingqing.store.session import Session

RATIO = 2.0
_EDGE, _TITLE, _LINE, _GAP = 20.0, 48.0, 24.0, 18.0  # logical pixels, as all sizes here
_SWATCH = 24.0, 16.0
_BAR_MM = 36.0
_INK, _SOFT, _PAPER = QColor(LIGHT.text), QColor(LIGHT.muted), QColor(LIGHT.raised)
_BACK = QColor(_PAPER.red(), _PAPER.green(), _PAPER.blue(), 215)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A finished picture and how many rows it shows.

    left_out : the titles of tables that the account may not print. unread : those of base maps that could not be read.
    """

    image: QImage
    rows: int
    left_out: tuple[str, ...]
    unread: tuple[str, ...] = ()


def draw_sheet(session: "Session", request: "Request", title: str, cancelled: Callable[[], bool]) -> Sheet:
    """Draw what `request` covers as a picture.

    Raises
    ------
    NotAllowed
        if the account may print no table of the map.
    Cancelled
        once `cancelled` says so.
    """
    catalog, look = session.catalog, request.series.look
    theme = look.theme
    drawn = frozenset(d.table for d in catalog.layers[theme].draws)
    wanted = drawn if look.only is None else look.only
    wanted &= frozenset(t for t in drawn if session.policy.allowed(t, Action.SEE))
    allowed = wanted & printable(session.policy, catalog, theme)
    if not allowed & frozenset(catalog.layers[theme].tables):
        raise NotAllowed(tr("您的角色不能打印这张图，也就不能复制成图片"))
    restyled = tuple(each for each in request.restyled if may_print(session.policy, each))
    scene, unread = _scene(session, replace(request, restyled=restyled), allowed, cancelled)
    rows = list(_rows(scene.legend, request.size[0] - 2 * _EDGE))
    image = _blank(request.size[0], _TITLE + request.size[1] + _EDGE + _LINE * (len(rows) + 1))
    with QPainter(image) as painter:
        painter.scale(RATIO, RATIO)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_map(painter, scene, cancelled)
        _write(painter, title, _EDGE, _TITLE / 2, 18, bold=True)
        _paint_legend(painter, rows, _TITLE + request.size[1] + _EDGE / 2)
        _sign(painter, session, image)
    titles = tuple(catalog.tables[name].title for name in sorted(wanted - allowed))
    return Sheet(image, scene.feature_count, titles, unread)


def _scene(
    session: "Session", request: "Request", tables: frozenset[str], cancelled: Callable[[], bool]
) -> "tuple[Scene, tuple[str, ...]]":
    """Return what the sheet shows, and the titles of base maps that could not be read."""
    width, height = request.size
    west, south, east, north = request.seen
    metres = request.series.grid.m_per_px * request.series.grid.ratio / RATIO
    size = round(width * RATIO), round(height * RATIO)
    place = Viewport(((west + east) / 2, (south + north) / 2), metres, size, PX_PER_MM * RATIO)
    shapes = session.features("village", where={"code": request.focus or ""}).geometry
    backdrops, troubles = Readers().read(request.base_maps, place, session.info.epsg, cancelled=cancelled)
    scene = build_scene(
        session.catalog,
        session,
        request.series.look.theme,
        place,
        only=tables,
        styles=request.styles,
        heat=request.heat,
        focus=shapes[0] if len(shapes) else None,
        village=request.focus,
        backdrops=backdrops,
        measure=measure,
        cancelled=cancelled,
    )
    return scene, tuple(t.base_map.title for t in troubles if not t.outside)


def may_print(policy: Policy, restyled: "Restyled") -> bool:
    """Whether all that is to be read from how a table looks may go on paper."""
    named = (name.split(".", 1) for name in restyled.reveals)
    return all(policy.column(table, field, Action.PRINT) is Column.CLEAR for table, field in named)


def _blank(width: float, height: float) -> QImage:
    image = QImage(round(width * RATIO), round(height * RATIO), QImage.Format.Format_RGB32)
    image.fill(_PAPER)
    per_m = round(PX_PER_MM * RATIO * 1000)
    image.setDotsPerMeterX(per_m)
    image.setDotsPerMeterY(per_m)
    return image


def _paint_map(painter: QPainter, scene: "Scene", cancelled: Callable[[], bool]) -> None:
    """Paint the map below the title, with scale bar and north arrow, in device pixels."""
    painter.save()
    painter.scale(1 / RATIO, 1 / RATIO)
    painter.translate(0, _TITLE * RATIO)
    width, height = scene.view.size_px
    painter.setClipRect(QRectF(0, 0, width, height))
    paint(scene, painter, cancelled=cancelled)
    mm = scene.view.px_per_mm
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_BACK)
    bar = bar_length_m(scene.view.metres_per_px, _BAR_MM * mm) * scene.view.px_per_m
    painter.drawRoundedRect(QRectF(3 * mm, height - 11.5 * mm, bar + 10 * mm, 8.5 * mm), mm, mm)
    draw_scale_bar(painter, scene.view, 6 * mm, height - 5 * mm, most_px=_BAR_MM * mm)
    painter.drawEllipse(QPointF(width - 11 * mm, 11 * mm), 8 * mm, 8 * mm)
    draw_north_arrow(painter, (width - 11 * mm, 11.5 * mm), 11 * mm)
    painter.setClipping(False)
    painter.setPen(QPen(_SOFT, RATIO * 0.8))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(0, 0, width, height))
    painter.restore()


_Item = tuple[float, "LegendEntry"]


def _rows(entries: "Sequence[LegendEntry]", room: float) -> Iterator[list[_Item]]:
    """Yield the lines of the legend, each entry with how far from the left it begins."""
    line: list[_Item] = []
    left = 0.0
    for entry in entries:
        wide = _SWATCH[0] + 6 + measure(entry.title, 12, False)[0]  # noqa: FBT003 - a `labels.Measure`
        if line and left + wide > room:
            yield line
            line, left = [], 0.0
        line.append((left, entry))
        left += wide + _GAP
    if line:
        yield line


def _paint_legend(painter: QPainter, rows: Sequence[Sequence[_Item]], top: float) -> None:
    for n, line in enumerate(rows):
        middle = top + _LINE * (n + 0.5)
        for left, entry in line:
            painter.save()
            painter.translate(_EDGE + left, middle - _SWATCH[1] / 2)
            paint_swatch(entry.style_class, painter, _SWATCH, px_per_mm=PX_PER_MM)
            painter.restore()
            _write(painter, entry.title, _EDGE + left + _SWATCH[0] + 6, middle, 12)


def _sign(painter: QPainter, session: "Session", image: QImage) -> None:
    """Write below everything on which grid it is, who made it and when."""
    day = f"{datetime.now(UTC).astimezone():%Y-%m-%d}"
    middle = image.height() / RATIO - _EDGE / 2 - _LINE / 2
    _write(painter, describe(session.info.epsg), _EDGE, middle, 11, colour=_SOFT)
    made = tr("{user} {day} 制图").format(user=session.user, day=day)
    wide = measure(made, 11, False)[0]  # noqa: FBT003
    _write(painter, made, image.width() / RATIO - _EDGE - wide, middle, 11, colour=_SOFT)


def _write(
    painter: QPainter,
    text: str,
    left: float,
    middle: float,
    size: float,
    *,
    bold: bool = False,
    colour: QColor = _INK,
) -> None:
    painter.save()
    painter.translate(left + measure(text, size, bold)[0] / 2, middle)
    painter.scale(size / 100, size / 100)
    painter.fillPath(outline(text, bold=bold), colour)
    painter.restore()
