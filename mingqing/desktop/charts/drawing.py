"""Charts as widgets, drawn by QPainter: bars, and a pyramid of ages."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mingqing.catalog.color import Color
from mingqing.classify.charts import Bars, Pyramid
from mingqing.classify.palettes import palettes
from mingqing.core.text import tr
from mingqing.desktop.look.colours import colours, is_dark

_LINE, _BAR, _TEXT_PX = 26, 14, 12
_MEN, _WOMEN = "lake", "ochre"  # palettes, of which the middle
_AWAY_OPACITY = 0.42


class _Chart(QWidget):
    """A chart of lines one below the other."""

    def __init__(self, lines: int, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._height = lines * _LINE
        self.setAccessibleName(name)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a size that has room for every line."""
        return QSize(240, self._height)

    def _begin(self, painter: QPainter) -> QFontMetricsF:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(_TEXT_PX)
        painter.setFont(font)
        return QFontMetricsF(font)


class BarsView(_Chart):
    """Bars with their names to the left and their numbers at their ends."""

    def __init__(self, chart: Bars, parent: QWidget | None = None) -> None:
        super().__init__(len(chart.bars), chart.title, parent)
        self._chart = chart
        self.setAccessibleDescription(
            tr("，").join(f"{b.title} {number(b.value)} {chart.unit}" for b in chart.bars)
        )
        whole = sum(b.value for b in chart.bars) or 1
        self._numbers = [f"{number(b.value)}  {100 * b.value / whole:.0f}%" for b in chart.bars]

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw it."""
        with QPainter(self) as painter:
            metrics = self._begin(painter)
            names = min(max(metrics.horizontalAdvance(b.title) for b in self._chart.bars), self.width() * 0.4)
            numbers = max(metrics.horizontalAdvance(text) for text in self._numbers)
            most = max(b.value for b in self._chart.bars) or 1
            room = max(self.width() - names - numbers - 18, 10)
            for n, (bar, text) in enumerate(zip(self._chart.bars, self._numbers, strict=True)):
                top = n * _LINE
                line = QRectF(0, top, self.width(), _LINE)
                painter.setPen(QColor(colours().text))
                title = metrics.elidedText(bar.title, Qt.TextElideMode.ElideRight, names + 1)
                painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, title)
                length = max(room * bar.value / most, 1.5)
                _bar(painter, QRectF(names + 8, top + (_LINE - _BAR) / 2, length, _BAR), bar.color)
                painter.setPen(QColor(colours().muted))
                painter.drawText(
                    line.adjusted(names + 8 + length + 6, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text
                )


class PyramidView(_Chart):
    """Ages from the youngest at the foot, men to the left and women to the right; the away are fainter."""

    def __init__(self, chart: Pyramid, parent: QWidget | None = None) -> None:
        super().__init__(len(chart.groups) + 1, chart.title, parent)
        self._chart = chart
        self.setAccessibleDescription(
            tr("，").join(
                tr("{age} 男 {men} 女 {women}").format(age=g.title, men=sum(g.men), women=sum(g.women))
                for g in chart.groups
            )
        )

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw it."""
        with QPainter(self) as painter:
            metrics = self._begin(painter)
            groups = self._chart.groups
            names = max(metrics.horizontalAdvance(g.title) for g in groups) + 12
            most = max(max(sum(g.men), sum(g.women)) for g in groups) or 1
            numbers = metrics.horizontalAdvance(f"{most:,}") + 6
            room = max((self.width() - names) / 2 - numbers, 10)
            middle = self.width() / 2
            self._draw_heads(painter, middle, names)
            for n, group in enumerate(reversed(groups)):
                top = (n + 1) * _LINE
                painter.setPen(QColor(colours().muted))
                between = QRectF(middle - names / 2, top, names, _LINE)
                painter.drawText(between, Qt.AlignmentFlag.AlignCenter, group.title)
                for side, people, palette in ((-1, group.men, _MEN), (1, group.women, _WOMEN)):
                    color = palettes().by_code[palette].colors(7)[4]
                    self._draw_side(painter, middle + side * names / 2, top, side, people, room / most, color)

    def _draw_heads(self, painter: QPainter, middle: float, names: float) -> None:
        painter.setPen(QColor(colours().muted))
        men, women = (sum(sum(getattr(g, sex)) for g in self._chart.groups) for sex in ("men", "women"))
        left = QRectF(0, 0, middle - names / 2, _LINE)
        right = QRectF(middle + names / 2, 0, middle - names / 2, _LINE)
        centre = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(left, centre | Qt.AlignmentFlag.AlignRight, tr("男 {n:,}").format(n=men))
        painter.drawText(right, centre | Qt.AlignmentFlag.AlignLeft, tr("女 {n:,}").format(n=women))

    def _draw_side(
        self,
        painter: QPainter,
        start: float,
        top: float,
        side: int,
        people: tuple[int, int],
        px_each: float,
        color: Color,
    ) -> None:
        end = start
        for count, opacity in zip(people, (1.0, _AWAY_OPACITY), strict=True):
            length = count * px_each
            left = end if side > 0 else end - length
            if count:
                _bar(painter, QRectF(left, top + (_LINE - _BAR) / 2, length, _BAR), color, opacity)
            end += side * length
        if sum(people):
            painter.setPen(QColor(colours().muted))
            text = f"{sum(people):,}"
            at = QPointF(end + 4, top) if side > 0 else QPointF(end - 4 - 80, top)
            align = Qt.AlignmentFlag.AlignLeft if side > 0 else Qt.AlignmentFlag.AlignRight
            painter.drawText(QRectF(at.x(), at.y(), 80, _LINE), align | Qt.AlignmentFlag.AlignVCenter, text)


def _bar(painter: QPainter, where: QRectF, color: Color, opacity: float = 1.0) -> None:
    painter.setOpacity(opacity)
    painter.fillRect(where, QColor((color.dark if is_dark() else color.light)[:7]))
    painter.setOpacity(1.0)


def number(value: float) -> str:
    """Return a count, or an area with one decimal where it is small."""
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:,.1f}"
