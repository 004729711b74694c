"""Charts painted on a page: bars, columns, a divided bar, a pyramid of ages; every one of them readable in grey.

A chart never rests on colour alone: each bar has its name and its number beside it, and what divides a bar runs from
dark to light in the order in which it is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch
from math import inf

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from mingqing.catalog.color import Color
from mingqing.core.text import tr
from mingqing.printing.paper.flow import Block
from mingqing.printing.paper.page import PT, Ink, Page
from mingqing.printing.paper.text import elided, width_of
from mingqing.printing.report.model import Bar, Bars, Chart, Columns, Compared, Comparison, Pyramid, Shares

_TITLE, _TEXT, _SMALL = 10.0 * PT, 8.6 * PT, 7.6 * PT
_TITLE_MM, _MISSING_MM, _BETWEEN_MM = 6.4, 4.4, 4.5
_GAP_MM = 9.0
_ROW_MM, _BAR_MM = 5.0, 3.3
_PLOT_MM = 26.0
_DIVIDED_MM, _KEY_MM = 6.6, 4.8
_BAND_MM, _BAND_BAR_MM = 3.3, 2.6
_NAMES = 0.4  # of the width, at most


def number(value: float) -> str:
    """Return a number as a report has it: whole where it is large, two places at most.

    Examples
    --------
    >>> number(1584.0), number(882.54), number(38.8700001), number(3.5)
    ('1,584', '883', '38.9', '3.5')
    """
    if value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"


@dataclass(frozen=True)
class ChartColumns:
    """Charts in two columns, each at the foot of the shorter one. wide : a single one, as wide as the page."""

    charts: Sequence[Chart]
    wide: bool = False
    keep_with_next: bool = False

    def height(self, width: float) -> float:  # noqa: ARG002
        """Return how high it is."""
        return max(bottom for *_, bottom in self._placed(inf))

    def begun(self, width: float) -> float:  # noqa: ARG002
        """Return the height of the first two charts."""
        return max(height(chart) for chart in self.charts[:2])

    def split(self, width: float, room: float, *, fresh: bool) -> tuple[Block | None, Block | None]:  # noqa: ARG002
        """Return the charts that fit, and the rest."""
        fits = max(len(self._placed(room)), 1 if fresh else 0)
        if fits == len(self.charts):
            return self, None
        if fits == 0:
            return None, self
        return ChartColumns(self.charts[:fits]), ChartColumns(self.charts[fits:])

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        """Paint them."""
        if self.wide:
            paint_chart(page, self.charts[0], x, y, width)
            return
        narrow = (width - _GAP_MM) / 2
        for chart, column, top, _ in self._placed(inf):
            paint_chart(page, chart, x + column * (narrow + _GAP_MM), y + top, narrow)

    def _placed(self, room: float) -> list[tuple[Chart, int, float, float]]:
        """Return the charts that fit with their column, and where they begin and end."""
        feet, placed = [0.0, 0.0], list[tuple[Chart, int, float, float]]()
        for chart in self.charts:
            column = 0 if feet[0] <= feet[1] else 1
            top, high = feet[column], height(chart)
            if top + high > room:
                break
            feet[column] = top + high + _BETWEEN_MM
            placed.append((chart, column, top, feet[column]))
        return placed


def height(chart: Chart) -> float:
    """Return how high a chart is with its title, millimetres."""
    return (_TITLE_MM if chart.title else 0.0) + _inside(chart) + (_MISSING_MM if chart.missing else 0.0)


@singledispatch
def _inside(chart: Chart) -> float:
    raise TypeError(chart)


@_inside.register
def _(chart: Bars) -> float:
    return len(chart.bars) * _ROW_MM


@_inside.register
def _(chart: Columns) -> float:  # noqa: ARG001 - all are alike
    return _PLOT_MM + 5.0


@_inside.register
def _(chart: Shares) -> float:
    return _DIVIDED_MM + 1.8 + -(-len(chart.parts) // 2) * _KEY_MM


@_inside.register
def _(chart: Pyramid) -> float:
    return 4.6 + len(chart.bands) * _BAND_MM


def paint_chart(page: Page, chart: Chart, x: float, y: float, width: float) -> None:
    """Paint a chart under its title, its upper left corner at (x, y)."""
    top = y
    if chart.title:
        page.text(x, y, chart.title, _TITLE, bold=True)
        after = x + width_of(chart.title, _TITLE, bold=True) + 0.6
        page.text(after, y + (_TITLE - _SMALL) * 0.8, f"（{chart.unit}）", _SMALL, ink=Ink.SOFT)
        top += _TITLE_MM
    _paint(chart, page, x, top, width)
    if chart.missing:
        text = tr("另有 {n} 条没有登记").format(n=number(chart.missing))
        page.text(x, y + height(chart) - _MISSING_MM + 0.8, text, _SMALL, ink=Ink.SOFT)


@singledispatch
def _paint(chart: Chart, page: Page, x: float, y: float, width: float) -> None:  # noqa: ARG001 - for those below
    raise TypeError(chart)


@_paint.register
def _(chart: Bars, page: Page, x: float, y: float, width: float) -> None:
    """Paint bars with their names to the left and their numbers at their ends."""
    names = min(max(width_of(bar.title, _TEXT) for bar in chart.bars), width * _NAMES)
    told = [_told(chart, bar) for bar in chart.bars]
    foot = x + names + 1.6
    room = x + width - foot - max(width_of(a, _TEXT) + 1.4 + width_of(b, _SMALL) for a, b in told) - 1.2
    most = max(bar.value for bar in chart.bars) or 1
    for n, (bar, (value, more)) in enumerate(zip(chart.bars, told, strict=True)):
        top = y + n * _ROW_MM
        name = elided(bar.title, _TEXT, names)
        page.text(foot - 1.6 - width_of(name, _TEXT), top + (_BAR_MM - _TEXT) / 2, name, _TEXT)
        long = max(room, 4.0) * bar.value / most
        paint_bar(page, foot, top, long, _BAR_MM, bar.color)
        after = foot + long + 1.2
        page.text(after, top + (_BAR_MM - _TEXT) / 2, value, _TEXT)
        page.text(
            after + width_of(value, _TEXT) + 1.4, top + (_BAR_MM - _SMALL) / 2, more, _SMALL, ink=Ink.SOFT
        )
    low = y + (len(chart.bars) - 1) * _ROW_MM + _BAR_MM
    page.rule(foot, y - 0.7, foot, low + 0.7, width=0.2, ink=Ink.FRAME)


def _told(chart: Bars, bar: Bar) -> tuple[str, str]:
    """Return the number of a bar, and what is told beside it: its share, and its second number."""
    whole = sum(each.value for each in chart.bars)
    beside = [f"{bar.value / whole:.0%}"] if chart.whole and whole else []
    if bar.more is not None and chart.more_unit:
        beside.append(f"{number(bar.more)} {chart.more_unit}")
    return number(bar.value), tr("，").join(beside)


def paint_bar(page: Page, x: float, y: float, width: float, height: float, color: Color) -> None:
    """Paint a bar with a fine edge, so that a pale one is seen on white."""
    page.painter.fillRect(QRectF(x, y, width, height), QColor(color.light))
    edge = QColor(color.light).darker(135)
    for left, top, wide, high in (
        (x, y, width, 0.15),
        (x, y + height - 0.15, width, 0.15),
        (x + width - 0.15, y, 0.15, height),
    ):
        if width > 0.3:
            page.painter.fillRect(QRectF(left, top, wide, high), edge)


@_paint.register
def _(chart: Columns, page: Page, x: float, y: float, width: float) -> None:
    """Paint columns with their numbers on top and their names below."""
    step = width / len(chart.bars)
    most = max(bar.value for bar in chart.bars) or 1
    floor = y + _PLOT_MM
    for n, bar in enumerate(chart.bars):
        high = (_PLOT_MM - 4.4) * bar.value / most
        left, wide = x + n * step + step * 0.16, step * 0.68
        if bar.value:
            paint_bar(page, left, floor - high, wide, high, bar.color)
        _centred(page, number(bar.value), left + wide / 2, floor - high - _TEXT * 1.25, _TEXT)
        _centred(page, elided(bar.title, _SMALL, step), left + wide / 2, floor + 0.9, _SMALL, ink=Ink.SOFT)
    page.rule(x, floor, x + width, floor, width=0.2, ink=Ink.FRAME)


def _centred(page: Page, text: str, x: float, y: float, size: float, ink: Ink = Ink.TEXT) -> None:
    page.text(x - width_of(text, size) / 2, y, text, size, ink=ink)


@_paint.register
def _(chart: Shares, page: Page, x: float, y: float, width: float) -> None:
    """Paint one bar divided, shares in its parts where they fit, and what they are in two columns below it."""
    whole = sum(part.value for part in chart.parts) or 1
    left = x
    for part in chart.parts:
        wide = width * part.value / whole
        fill = QColor(part.color.light)
        page.painter.fillRect(QRectF(left, y, max(wide - 0.25, 0.1), _DIVIDED_MM), fill)
        text = f"{part.value / whole:.0%}"
        if width_of(text, _TEXT, bold=True) < wide - 1.2:
            ink = Ink.TEXT if fill.lightnessF() > 0.56 else Ink.WHITE
            at = left + (wide - width_of(text, _TEXT, bold=True)) / 2
            page.text(at, y + (_DIVIDED_MM - _TEXT) / 2, text, _TEXT, bold=True, ink=ink)
        left += wide
    page.frame(x, y, width - 0.25, _DIVIDED_MM, line=0.15, ink=Ink.FRAME)
    _keys(page, chart, whole, x, y + _DIVIDED_MM + 1.8, width)


def _keys(page: Page, chart: Shares, whole: float, x: float, y: float, width: float) -> None:
    step = width / 2
    for n, part in enumerate(chart.parts):
        left, top = x + n % 2 * step, y + n // 2 * _KEY_MM
        page.painter.fillRect(QRectF(left, top + 0.2, 3.0, 3.0), QColor(part.color.light))
        page.frame(left, top + 0.2, 3.0, 3.0, line=0.12, ink=Ink.FRAME)
        told = f"{number(part.value)}  {part.value / whole:.0%}"
        name = elided(part.title, _TEXT, step - 6.5 - width_of(told, _TEXT))
        page.text(left + 4.2, top + (3.4 - _TEXT) / 2, f"{name}  {told}", _TEXT)


_MEN, _WOMEN = Color("#4f86b5", "#4f86b5"), Color("#d9a066", "#d9a066")


@_paint.register
def _(chart: Pyramid, page: Page, x: float, y: float, width: float) -> None:
    """Paint men to the left and women to the right of their ages, the oldest on top."""
    ages = max(width_of(band.title, _SMALL) for band in chart.bands) + 2.4
    told = max(width_of(number(n), _SMALL) for band in chart.bands for n in (band.men, band.women)) + 1.0
    room = (width - ages) / 2 - told
    most = max(max(band.men, band.women) for band in chart.bands) or 1
    middle = x + width / 2
    men, women = sum(b.men for b in chart.bands), sum(b.women for b in chart.bands)
    _beside(page, tr("男 {n}").format(n=number(men)), middle - ages / 2 - 0.8, y, -1)
    _beside(page, tr("女 {n}").format(n=number(women)), middle + ages / 2 + 0.8, y, 1)
    for n, band in enumerate(reversed(chart.bands)):
        top = y + 4.6 + n * _BAND_MM
        _centred(page, band.title, middle, top + (_BAND_BAR_MM - _SMALL) / 2, _SMALL)
        for count, way, color in ((band.men, -1, _MEN), (band.women, 1, _WOMEN)):
            long = room * count / most
            foot = middle + way * ages / 2
            paint_bar(page, min(foot, foot + way * long), top, long, _BAND_BAR_MM, color)
            _beside(
                page,
                number(count),
                foot + way * (long + 0.8),
                top + (_BAND_BAR_MM - _SMALL) / 2,
                way,
                size=_SMALL,
            )


def _beside(page: Page, text: str, x: float, y: float, way: int, size: float = _TEXT) -> None:
    """Write text that begins, or with `way` = -1 ends, at x."""
    page.text(x if way > 0 else x - width_of(text, size), y, text, size, bold=size == _TEXT)


_LINE_MM, _FIRST_MM, _EACH_MM, _ENDS_MM = 5.3, 42.0, 25.0, 13.0
_EVEN = tr("持平")
_MORE, _LESS = Color("#1f5a50", "#1f5a50"), Color("#b9c9bf", "#b9c9bf")


@_inside.register
def _(chart: Comparison) -> float:
    return (len(chart.lines) + 1) * _LINE_MM


@_paint.register
def _(chart: Comparison, page: Page, x: float, y: float, width: float) -> None:
    """Paint the numbers, and how far the village is above or below the average of all."""
    names = [tr("本村"), *_averages(chart)]
    ends = [x + _FIRST_MM + _EACH_MM * (n + 1) for n in range(len(names))]
    for name, right in zip(names, ends, strict=True):
        _right(page, name, right, y + 0.8, _SMALL, ink=Ink.SOFT)
    left, right = ends[-1] + _ENDS_MM, x + width - _ENDS_MM
    middle = (left + right) / 2
    _centred(page, tr("比全部平均少 ← → 多"), middle, y + 0.8, _SMALL, ink=Ink.SOFT)
    page.rule(x, y + _LINE_MM - 0.4, x + width, y + _LINE_MM - 0.4, width=0.25, ink=Ink.FRAME)
    for n, line in enumerate(chart.lines):
        top = y + (n + 1) * _LINE_MM
        unit = "" if line.unit == "%" else f"（{line.unit}）"
        page.text(x, top + 0.8, elided(f"{line.title}{unit}", _TEXT, _FIRST_MM), _TEXT)
        values = [line.value, *([line.township] if chart.township else []), line.every]
        for k, (value, at) in enumerate(zip(values, ends, strict=True)):
            _right(page, _with_share(value, line.unit), at, top + 0.8, _TEXT, bold=k == 0)
        _deviation(page, line, middle, top, (right - left) / 2 / _reach(chart))
        page.rule(x, top + _LINE_MM - 0.4, x + width, top + _LINE_MM - 0.4)


def _averages(chart: Comparison) -> list[str]:
    own = [tr("乡镇 {n} 村平均").format(n=chart.township)] if chart.township else []
    return [*own, tr("全部 {n} 村平均").format(n=chart.every)]


def _with_share(value: float | None, unit: str) -> str:
    if value is None:
        return "—"
    return f"{value:.1f}%" if unit == "%" else number(value if abs(value) >= 100 else round(value, 1))


def _right(
    page: Page, text: str, x: float, y: float, size: float, *, bold: bool = False, ink: Ink = Ink.TEXT
) -> None:
    page.text(x - width_of(text, size, bold=bold), y, text, size, bold=bold, ink=ink)


def _reach(chart: Comparison) -> float:
    """Return how far from the average the bars reach, as a share of it: what is farther ends there."""
    ratios = [
        abs(line.value / line.every - 1) for line in chart.lines if line.value is not None and line.every
    ]
    return min(max(*ratios, 0.25, 0.25), 1.0)


def _deviation(page: Page, line: Compared, middle: float, y: float, twice: float) -> None:
    """Paint a bar from the average of all to the right where the village has more, to the left where it has less.

    twice : how far right twice the average is, millimetres.
    """
    page.rule(middle, y - 0.4, middle, y + _LINE_MM - 0.4, width=0.3, ink=Ink.FRAME)
    if line.value is None or not line.every:
        return
    told, ratio = _difference(line.value, line.every, line.unit), line.value / line.every - 1
    long = twice * min(abs(ratio), 1.0)
    way = 1 if ratio >= 0 else -1
    if told == _EVEN:
        long, way = 0.0, 1
    else:
        paint_bar(
            page, min(middle, middle + way * long), y + 0.7, long, _LINE_MM - 2.4, _MORE if way > 0 else _LESS
        )
    _beside(page, told, middle + way * (long + 1.0), y + 0.9, way, size=_SMALL)


def _difference(value: float, mean: float, unit: str) -> str:
    """Return how far a number is from an average: in percent of it, of a share in points."""
    text = f"{value - mean:+.1f}{tr('点')}" if unit == "%" else f"{value / mean - 1:+.0%}"
    return text.replace("-", "−") if any(c in "123456789" for c in text) else _EVEN
