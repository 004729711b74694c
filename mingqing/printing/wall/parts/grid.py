"""The neat line and the kilometre grid: a thin inner and a thick outer line, and between them the coordinates.

As on Chinese topographic maps (GB/T 20257): the first and the last line of each direction have the whole number,
zone and hundreds of kilometres in small digits, and those between their last digits; the corners have their
longitude and latitude. In 网络墨卡托 and in degrees, where a kilometre of the grid is none on the ground, meridians
and parallels take the place of the grid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite

import numpy as np
import pyproj
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPen

from mingqing.core.errors import MingqingError
from mingqing.crs.transform import transform_xy
from mingqing.crs.zones import CGCS2000, WEB_MERCATOR, zones
from mingqing.printing.paper.page import Ink, Page
from mingqing.printing.paper.text import width_of
from mingqing.printing.template.model import Grid
from mingqing.printing.wall.model import Rect
from mingqing.printing.wall.parts.typography import LEAST
from mingqing.render.scale import Viewport

BAND = 10.0
"""Width of the band around the map, from the neat line to the outer edge of the frame; coordinates stand in it."""
_OUTER, _INNER, _FINE = 0.6, 0.15, 0.1  # widths of lines
_CLOSEST = 40.0  # lines stand so far apart at least, and less than 2.5 times as far
_EDGE = 2.0  # a line nearer to the edge would only double it
_TICK = 2.0
_LARGE = 2.9
_PAD = 0.5
_CLEAR = 1.2  # between the number at a line and the coordinates at a corner
_ACROSS = QColor(44, 44, 44, 62)
_METRES = tuple(step * 10**power for power in range(7) for step in (1, 2, 5))
_SECONDS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 18_000, 36_000)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the grid: where it stands, mm from the page's left or upper edge, and its value, metres or seconds."""

    at: float
    value: int


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a map. step : metres from one to the next; seconds of arc where `degrees`."""

    vertical: tuple[Line, ...] = ()
    horizontal: tuple[Line, ...] = ()
    step: int = 0
    degrees: bool = False


def lines(frame: Rect, view: Viewport, epsg: int) -> Lines:
    """Return where the lines of the grid stand; none where the extent is no place on the ground.

    Parameters
    ----------
    frame : the map on the page; its upper left corner is that of `view`, and so are its millimetres.
    epsg : of the project's CRS.
    """
    west, _, _, north = view.extent
    unit = view.metres_per_px * view.px_per_mm
    east, south = west + frame.width * unit, north - frame.height * unit
    if (
        not all(map(isfinite, (west, south, east, north)))
        or frame.width <= 0
        or frame.height <= 0
        or unit <= 0
    ):
        return Lines()
    if _in_degrees(epsg):
        return _graticule(frame, (west, south, east, north), unit, epsg)
    step = next((s for s in _METRES if s / unit >= _CLOSEST), 0)
    if not step:
        return Lines()
    kept = _EDGE * unit
    return Lines(
        tuple(Line(frame.x + (v - west) / unit, v) for v in _multiples(west + kept, east - kept, step)),
        tuple(Line(frame.y + (north - v) / unit, v) for v in _multiples(south + kept, north - kept, step)),
        step,
    )


def paint(page: Page, frame: Rect, view: Viewport, epsg: int, grid: Grid) -> None:
    """Paint the grid over the map in `frame`, and neat line and numbers in the band of `BAND` mm around it."""
    net = lines(frame, view, epsg) if grid.shown else Lines()
    _paint_lines(page, frame, net, crossing=grid.lines)
    corners = _corners(frame, view, epsg) if grid.corners else ()
    _paint_corners(page, frame, corners)
    zone = zones().get(epsg)
    prefix = f"{zone.number}" if zone is not None and not zone.prefixed else ""
    _paint_above(page, frame, net, prefix, corners)
    _paint_beside(page, frame, net, corners)
    page.frame(frame.x, frame.y, frame.width, frame.height, line=_INNER, ink=Ink.TEXT)
    edge = frame.within(_OUTER / 2 - BAND)
    page.frame(edge.x, edge.y, edge.width, edge.height, line=_OUTER, ink=Ink.TEXT)


def _in_degrees(epsg: int) -> bool:
    return epsg == WEB_MERCATOR or bool(pyproj.CRS.from_epsg(epsg).is_geographic)


def _multiples(low: float, high: float, step: int) -> range:
    return range(ceil(low / step - 1e-9) * step, floor(high / step + 1e-9) * step + 1, step)


def _graticule(frame: Rect, extent: tuple[float, float, float, float], unit: float, epsg: int) -> Lines:
    """Return meridians and parallels of CGCS2000; in these CRSs they run straight up and across."""
    west, south, east, north = extent
    ends = np.array([[west, south], [east, north]])
    lonlat = _degrees(ends, epsg)
    if lonlat is None or np.abs(transform_xy(lonlat, CGCS2000, epsg) - ends).max() > unit:
        return Lines()  # more than the world: degrees begin anew
    (lon0, lat0), (lon1, lat1) = (lonlat * 3600).tolist()
    a_second = frame.width / max(lon1 - lon0, 1e-9)
    step = next((s for s in _SECONDS if s * a_second >= _CLOSEST), 0)
    if not step or a_second <= 0:
        return Lines()
    kept = _EDGE / a_second
    meridians, parallels = (
        list(_multiples(low + kept, high - kept, step)) for low, high in ((lon0, lon1), (lat0, lat1))
    )
    x = transform_xy(np.array([[v / 3600, lat0 / 3600] for v in meridians]).reshape(-1, 2), CGCS2000, epsg)
    y = transform_xy(np.array([[lon0 / 3600, v / 3600] for v in parallels]).reshape(-1, 2), CGCS2000, epsg)
    return Lines(
        tuple(Line(frame.x + (a - west) / unit, v) for a, v in zip(x[:, 0].tolist(), meridians, strict=True)),
        tuple(
            Line(frame.y + (north - a) / unit, v) for a, v in zip(y[:, 1].tolist(), parallels, strict=True)
        ),
        step,
        degrees=True,
    )


def _degrees(xy: NDArray[np.float64], epsg: int) -> NDArray[np.float64] | None:
    """Return longitudes and latitudes in CGCS2000; None where a place has none."""
    try:
        lonlat = transform_xy(xy, epsg, CGCS2000)
    except MingqingError:
        return None
    return lonlat if (np.abs(lonlat) <= (180.0, 90.0)).all() else None


Parts = tuple[str, str]
"""What stands before a line and what after it: left and right, or above and below."""


def sexagesimal(seconds: float, *, tenths: bool = True) -> Parts:
    """Return an angle as degrees and minutes, and seconds.

    Examples
    --------
    >>> sexagesimal(119 * 3600 + 28 * 60 + 31.2), sexagesimal(3599.96), sexagesimal(3600, tenths=False)
    (('119°28′', '31.2″'), ('1°00′', '00.0″'), ('1°00′', '00″'))
    """
    units = round(abs(seconds) * (10 if tenths else 1))
    minutes, rest = divmod(units, 600 if tenths else 60)
    sign = "-" if seconds < 0 and units else ""
    after = f"{rest / 10:04.1f}″" if tenths else f"{rest:02d}″"
    return f"{sign}{minutes // 60}°{minutes % 60:02d}′", after


def kilometres(value: int, step: int, prefix: str = "") -> Parts:
    """Return a line's number in kilometres: zone and hundreds, and what is below a hundred.

    prefix : the zone's number where eastings are without it.

    Examples
    --------
    >>> kilometres(472_000, 1000, "40"), kilometres(3_140_200, 200), kilometres(40_472_000, 2000)
    (('404', '72'), ('31', '40.2'), ('404', '72'))
    """
    hundreds, metres = divmod(value, 100_000)
    places = next((n for n, unit in enumerate((1000, 100, 10)) if step % unit == 0), 3)
    width = 3 + places if places else 2
    return f"{prefix}{hundreds}", f"{metres / 1000:0{width}.{places}f}"


def _corners(frame: Rect, view: Viewport, epsg: int) -> tuple[tuple[Parts, Parts], ...]:
    """Return longitude and latitude of the corners, row by row from the upper left; () where there are none."""
    west, _, _, north = view.extent
    unit = view.metres_per_px * view.px_per_mm
    east, south = west + frame.width * unit, north - frame.height * unit
    lonlat = _degrees(np.array([[west, north], [east, north], [west, south], [east, south]]), epsg)
    if lonlat is None or frame.width < 4 * BAND or frame.height < 2 * BAND:
        return ()
    return tuple((sexagesimal(lon * 3600), sexagesimal(lat * 3600)) for lon, lat in lonlat.tolist())


def _paint_lines(page: Page, frame: Rect, net: Lines, *, crossing: bool) -> None:
    """Draw the grid across the map, or ticks along its edge."""
    pen = QPen(_ACROSS if crossing else page.color(Ink.TEXT), _FINE)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    page.painter.setPen(pen)

    def draw(x0: float, y0: float, x1: float, y1: float) -> None:
        page.painter.drawLine(QPointF(x0, y0), QPointF(x1, y1))

    for x in (line.at for line in net.vertical):
        if crossing:
            draw(x, frame.y, x, frame.bottom)
        else:
            draw(x, frame.y, x, frame.y + _TICK)
            draw(x, frame.bottom - _TICK, x, frame.bottom)
    for y in (line.at for line in net.horizontal):
        if crossing:
            draw(frame.x, y, frame.right, y)
        else:
            draw(frame.x, y, frame.x + _TICK, y)
            draw(frame.right - _TICK, y, frame.right, y)


def _paint_corners(page: Page, frame: Rect, corners: Sequence[tuple[Parts, Parts]]) -> None:
    """Draw the inner line on to the outer one, with the longitude on both sides of it and the latitude too."""
    reach = BAND - _OUTER
    for n, (lon, lat) in enumerate(corners):
        right, below = n % 2 == 1, n > 1
        x, y = frame.right if right else frame.x, frame.bottom if below else frame.y
        out_x, out_y = reach if right else -reach, reach if below else -reach
        page.rule(x, y, x + out_x, y, width=_FINE, ink=Ink.TEXT)
        page.rule(x, y, x, y + out_y, width=_FINE, ink=Ink.TEXT)
        _beside(page, x, _number_y(frame, below=below), lon, LEAST)
        middle = x + out_x / 2
        _centred(page, middle, y - LEAST - _PAD * 0.6, lat[0])
        _centred(page, middle, y + _PAD * 0.6, lat[1])


def _number_y(frame: Rect, *, below: bool) -> float:
    """Return the upper edge of the numbers in the band above or below the map."""
    return frame.bottom + BAND - _OUTER - 1.1 - _LARGE if below else frame.y - BAND + _OUTER + 1.1


def _beside(page: Page, x: float, y: float, text: Parts, size: float) -> None:
    """Write small what stands left of a line, and what stands right of it; their digits are level at the top."""
    before, after = text
    page.text(x - _PAD - width_of(before, LEAST), y + (size - LEAST) * 0.15, before, LEAST)
    page.text(x + _PAD, y, after, size)


def _centred(page: Page, x: float, y: float, text: str) -> None:
    page.text(x - width_of(text, LEAST) / 2, y, text, LEAST)


def _text(line: Line, net: Lines, prefix: str) -> Parts:
    if net.degrees:
        return sexagesimal(line.value, tenths=False)
    return kilometres(line.value, net.step, prefix)


def _told(row: Sequence[tuple[Line, Parts]], *, whole: bool) -> list[tuple[Line, Parts]]:
    """Return what is written at lines: all of it at the first, at the last, and where the hundreds change."""
    return [
        (line, text if whole or n in (0, len(row) - 1) or row[n - 1][1][0] != text[0] else ("", text[1]))
        for n, (line, text) in enumerate(row)
    ]


def _paint_above(
    page: Page, frame: Rect, net: Lines, prefix: str, corners: Sequence[tuple[Parts, Parts]]
) -> None:
    """Write the numbers of the vertical lines above and below the map, each on both sides of its line."""
    size = LEAST if net.degrees else _LARGE
    low, high = frame.x - BAND + _OUTER, frame.right + BAND - _OUTER
    if corners:
        low = frame.x + max(width_of(lon[1], LEAST) for lon, _ in corners[::2]) + _PAD + _CLEAR
        high = frame.right - max(width_of(lon[0], LEAST) for lon, _ in corners[1::2]) - _PAD - _CLEAR
    row = [
        (line, text)
        for line in net.vertical
        if line.at - _PAD - width_of((text := _text(line, net, prefix))[0], LEAST) >= low
        and line.at + _PAD + width_of(text[1], size) <= high
    ]
    for line, text in _told(row, whole=net.degrees):
        for below in (False, True):
            edge = frame.bottom if below else frame.y
            end = edge + (BAND - _OUTER) * (1 if below else -1)
            page.rule(line.at, edge, line.at, end, width=_FINE, ink=Ink.TEXT)
            _beside(page, line.at, _number_y(frame, below=below), text, size)


def _paint_beside(page: Page, frame: Rect, net: Lines, corners: Sequence[tuple[Parts, Parts]]) -> None:
    """Write the numbers of the horizontal lines left and right of the map, on their lines; seconds below them."""
    reach = BAND - _OUTER
    kept = LEAST + _PAD + _CLEAR if corners else -_PAD
    above, below = _LARGE + _PAD, LEAST + _PAD if net.degrees else 0.0
    row = [
        (line, _text(line, net, ""))
        for line in net.horizontal
        if line.at - above >= frame.y + kept and line.at + below <= frame.bottom - kept
    ]
    for line, text in _told(row, whole=net.degrees):
        for edge, out in ((frame.x, -reach), (frame.right, reach)):
            page.rule(edge, line.at, edge + out, line.at, width=_FINE, ink=Ink.TEXT)
            if net.degrees:
                _centred(page, edge + out / 2, line.at - LEAST - _PAD * 0.6, text[0])
                _centred(page, edge + out / 2, line.at + _PAD * 0.6, text[1])
            else:
                _on(page, edge + out / 2, line.at, text, reach)


def _on(page: Page, middle: float, y: float, text: Parts, room: float) -> None:
    """Write a number in two sizes on a line; without its hundreds where they have no room."""
    small = width_of(text[0], LEAST)
    if small + width_of(text[1], LEAST) > room:
        small, text = 0.0, ("", text[1])
    size = _LARGE if small + width_of(text[1], _LARGE) <= room - 0.4 else LEAST
    left = middle - (small + width_of(text[1], size)) / 2
    top = y - size - _PAD * 0.3
    page.text(left, top + (size - LEAST) * 0.15, text[0], LEAST)
    page.text(left + small, top, text[1], size)
