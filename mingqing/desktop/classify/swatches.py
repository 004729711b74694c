"""Colours to choose: a palette as a strip, one colour as a square."""

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QGridLayout, QMenu, QWidget, QWidgetAction

from mingqing.catalog.color import Color
from mingqing.classify.palettes import Palette, PaletteKind, palettes
from mingqing.core.text import tr
from mingqing.desktop.look.colours import colours, is_dark
from mingqing.desktop.widgets import rounded

_ACROSS = 2
_STRIP = QSize(132, 32)
_SQUARE = QSize(32, 32)


class _Strip(QAbstractButton):
    """Some colours side by side, round at the corners; ringed while it is the chosen one."""

    def __init__(
        self, colors: tuple[Color, ...], name: str, size: QSize, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._colors = colors
        self.setFixedSize(size)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_colors(self, colors: tuple[Color, ...]) -> None:
        """Show others."""
        self._colors = colors
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the colours, and a ring where it is chosen or has the focus."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            whole = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
            inside = whole.adjusted(4, 6, -4, -6)
            width = inside.width() / len(self._colors)
            painter.setPen(Qt.PenStyle.NoPen)
            for n, color in enumerate(self._colors):
                painter.setBrush(QColor(color.dark if is_dark() else color.light))
                painter.drawRect(QRectF(inside.x() + n * width, inside.y(), width + 0.4, inside.height()))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(colours().line))
            painter.drawRect(inside)
            if self.isChecked() or self.hasFocus() or self.underMouse():
                strong = self.isChecked() or self.hasFocus()
                painter.setPen(QColor(colours().accent if strong else colours().line))
                painter.drawRoundedRect(whole, 6, 6)


class PalettePicker(QWidget):
    """The palettes of some kinds as strips. `chosen(code)` gives the one clicked."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2)
        self._group = QButtonGroup(self)
        self._strips: dict[str, _Strip] = {}
        self._offered: tuple[Palette, ...] = ()

    def offer(self, kinds: tuple[PaletteKind, ...], count: int, current: str, *, reverse: bool) -> None:
        """Show the palettes of these kinds with as many colours as there are classes."""
        offered = palettes().of(*kinds)
        if offered != self._offered:
            self._offered = offered
            self._make()
        for palette in offered:
            strip, colors = self._strips[palette.code], palette.colors(max(count, 2))
            strip.show_colors(tuple(reversed(colors)) if reverse else colors)
            strip.setChecked(palette.code == current)

    def _make(self) -> None:
        for strip in self._strips.values():
            self._group.removeButton(strip)
            strip.hide()
            strip.deleteLater()
        self._strips = {}
        for n, palette in enumerate(self._offered):
            strip = _Strip(palette.colors(5), tr("配色：{title}").format(title=palette.title), _STRIP)
            strip.setCheckable(True)
            strip.clicked.connect(partial(self.chosen.emit, palette.code))
            self._group.addButton(strip)
            self._grid.addWidget(strip, n // _ACROSS, n % _ACROSS)
            self._strips[palette.code] = strip

    def strip_of(self, code: str) -> QAbstractButton:
        """Return the strip of a palette that is offered."""
        return self._strips[code]


class ColorButton(_Strip):
    """One colour; a click offers others. `picked(color)` gives the one chosen."""

    picked = Signal(object)

    def __init__(self, color: Color, name: str, parent: QWidget | None = None) -> None:
        super().__init__((color,), name, _SQUARE, parent)
        self.clicked.connect(self._offer)

    def _offer(self) -> None:
        menu = rounded(QMenu(self))
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(4, 4, 4, 4)
        grid.setSpacing(0)
        for line, palette in enumerate(palettes().by_code.values()):
            for n, color in enumerate(palette.colors(8)):
                name = tr("{palette} 第 {n} 色").format(palette=palette.title, n=n + 1)
                square = _Strip((color,), name, QSize(28, 26))
                square.clicked.connect(partial(self._pick, menu, color))
                grid.addWidget(square, line, n)
        action = QWidgetAction(menu)
        action.setDefaultWidget(inside)
        menu.addAction(action)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))
        menu.aboutToHide.connect(menu.deleteLater)

    def _pick(self, menu: QMenu, color: Color) -> None:
        menu.close()
        self.show_colors((color,))
        self.picked.emit(color)
