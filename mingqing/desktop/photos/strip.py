"""Thumbnails side by side, as many in a line as there is room for."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QToolButton, QWidget

from mingqing.core.text import tr
from mingqing.desktop.look.colours import colours
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import S

TILE = 102  # three in a line of a card, beside its scroll bar
_ROUND = 8


class Tile(QAbstractButton):
    """One thumbnail, cut to a square; a glyph until the picture is there, another where there is none."""

    def __init__(self, accessible: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._lost = False
        self.setFixedSize(TILE, TILE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(accessible)

    @property
    def filled(self) -> bool:
        """Whether the picture is there."""
        return self._image is not None

    def show_image(self, image: QImage | None) -> None:
        """Show a picture; None where it is no more in the project."""
        self._lost = image is None or image.isNull()
        self._image = None if self._lost else image
        if self._lost:
            self.setToolTip(tr("这张照片已经不在项目里"))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint it."""
        palette, shape = colours(), QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), _ROUND, _ROUND)
        with QPainter(self) as painter:
            painter.setRenderHints(
                QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
            )
            painter.setClipPath(shape)
            if self._image is not None:
                painter.drawImage(self.rect(), self._image, _middle(self._image))
            else:
                painter.fillPath(shape, QColor(palette.hover))
                glyph = QRect(0, 0, 24, 24)
                glyph.moveCenter(self.rect().center())
                icon("fa6s.link-slash" if self._lost else "fa6s.image", "faint").paint(painter, glyph)
            painter.setClipping(False)
            marked = self.hasFocus() or self.underMouse()
            ink = QColor(palette.accent if marked else palette.line)
            painter.setPen(QPen(ink, 2 if self.hasFocus() else 1))
            painter.drawPath(shape)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Let Enter open the picture, as the space bar does."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)


def _middle(image: QImage) -> QRect:
    side = min(image.width(), image.height())
    return QRect((image.width() - side) // 2, (image.height() - side) // 2, side, side)


class PhotoStrip(QWidget):
    """Thumbnails in lines.

    Signals
    -------
    opened(int) : the picture of this number is to be seen large. removed(int) : it is to go.

    removable : whether each has a button that takes it away.
    """

    opened = Signal(int)
    removed = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, removable: bool = False) -> None:
        super().__init__(parent)
        self._removable = removable
        self.setMinimumWidth(TILE)
        self.names: tuple[str, ...] = ()
        self.tiles: list[Tile] = []

    def show_names(self, names: Sequence[str]) -> None:
        """Show a tile for each picture, still empty."""
        for tile in self.tiles:
            tile.hide()
            tile.deleteLater()
        self.names, self.tiles = tuple(names), []
        for number in range(len(names)):
            tile = Tile(tr("第 {n} 张照片，共 {all} 张").format(n=number + 1, all=len(names)), self)
            tile.setToolTip(tr("看大图"))
            tile.clicked.connect(partial(self.opened.emit, number))
            if self._removable:
                _remover(tile, partial(self.removed.emit, number))
            self.tiles.append(tile)
            tile.show()
        self._lay_out()

    def fill(self, images: Mapping[str, QImage], *, complete: bool = False) -> None:
        """Put in the pictures that have come; `complete`: those that have not are lost."""
        for name, tile in zip(self.names, self.tiles, strict=True):
            if name in images:
                tile.show_image(images[name])
            elif complete and not tile.filled:
                tile.show_image(None)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put as many into a line as there is room for."""
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        step = TILE + S
        columns = max(1, (self.width() + S) // step)
        for number, tile in enumerate(self.tiles):
            tile.move(number % columns * step, number // columns * step)
        self.setFixedHeight(max(1, -(-len(self.tiles) // columns) * step - S))


def _remover(tile: Tile, clicked: Callable[[], object]) -> None:
    made = QToolButton(tile)
    made.setObjectName("remove")
    made.setIcon(icon("fa6s.xmark", "text"))
    made.setIconSize(QSize(14, 14))
    made.setFixedSize(32, 32)
    made.move(TILE - 34, 2)
    made.setToolTip(tr("去掉这张照片"))
    made.setAccessibleName(tr("去掉这张照片"))
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.clicked.connect(lambda _checked=False: clicked())
