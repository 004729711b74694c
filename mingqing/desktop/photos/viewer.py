"""One picture over the whole window: the next, the one before, and away."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QToolButton, QWidget
from shiboken6 import isValid

from mingqing.core.errors import MingqingError
from mingqing.core.text import tr
from mingqing.desktop.look.colours import DARK
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import M, S

_SCRIM = QColor(18, 20, 20, 235)  # the same by day and by night: a picture is judged on dark ground
_WHITE = DARK.text
_INK = f"QLabel {{ color: {_WHITE}; background: transparent; }}"
_BUTTON = (
    "QToolButton { background: rgba(255,255,255,26); border: 1px solid transparent; border-radius: 22px; padding: 0; }"
    f"QToolButton:hover {{ background: rgba(255,255,255,60); }} QToolButton:focus {{ border-color: {_WHITE}; }}"
)
_SIDE = 44
Bring = Callable[[str, Callable[[QImage], None], Callable[[MingqingError], None]], object]


class PhotoViewer(QWidget):
    """Shows one of several pictures over a window, until Esc or a click beside the picture; ← and → turn.

    Parameters
    ----------
    names, at : the pictures, and the number of the one to begin with.
    bring : asked for a picture by name; calls back with the image, or with why there is none.
    """

    def __init__(self, window: QWidget, names: Sequence[str], at: int, bring: Bring) -> None:
        super().__init__(window)
        self._names, self._bring = tuple(names), bring
        self.at = 0
        self._image: QImage | None = None
        self._before = window.focusWidget()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("照片"))
        self._said = QLabel("", self)
        self._said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._said.setStyleSheet(_INK)
        self._count = QLabel("", self)
        self._count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._count.setStyleSheet(_INK)
        self.previous = self._button("fa6s.chevron-left", tr("上一张  ←"), lambda: self.turn(-1))
        self.following = self._button("fa6s.chevron-right", tr("下一张  →"), lambda: self.turn(1))
        self.away = self._button("fa6s.xmark", tr("关闭  Esc"), self.put_away)
        for each in (self.previous, self.following):
            each.setVisible(len(self._names) > 1)
        window.installEventFilter(self)
        self.setGeometry(window.rect())
        self.show()
        self.raise_()
        self.setFocus()
        self._show(at)

    def turn(self, step: int) -> None:
        """Show the next picture or the one before; after the last comes the first."""
        if self._names:
            self._show((self.at + step) % len(self._names))

    def put_away(self) -> None:
        """Close it and keep nothing of what was shown."""
        if not self._names:
            return
        self.hide()
        self._image, self._names = None, ()
        if self._before is not None and isValid(self._before):
            self._before.setFocus()
        self.deleteLater()

    @property
    def image(self) -> QImage | None:
        """The picture that is shown."""
        return self._image

    def _show(self, at: int) -> None:
        self.at, self._image = at, None
        name = self._names[at]
        self._count.setText(f"{at + 1} / {len(self._names)}" if len(self._names) > 1 else "")
        self._say(tr("正在读取…"))

        def done(image: QImage) -> None:
            if self._is_at(name):
                self._image = image
                self._say("" if not image.isNull() else tr("这张照片已损坏"))

        def failed(error: MingqingError) -> None:
            if self._is_at(name):
                self._say(str(error))

        self._bring(name, done, failed)

    def _is_at(self, name: str) -> bool:
        return bool(self._names) and self._names[self.at] == name

    def _say(self, text: str) -> None:
        self._said.setText(text)
        self.update()

    def _button(self, glyph: str, tip: str, clicked: Callable[[], object]) -> QToolButton:
        made = QToolButton(self)
        made.setIcon(icon(glyph, _WHITE))
        made.setIconSize(QSize(18, 18))
        made.setFixedSize(_SIDE, _SIDE)
        made.setStyleSheet(_BUTTON)
        made.setToolTip(tip)
        made.setAccessibleName(tip)
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.clicked.connect(lambda _checked=False: clicked())
        return made

    # ── Qt ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _frame(self) -> QRect:
        """Where the picture lies: as large as fits between the buttons, never larger than it is."""
        room = self.rect().adjusted(_SIDE + 2 * M, _SIDE + M, -_SIDE - 2 * M, -_SIDE - M)
        if self._image is None or self._image.isNull():
            return QRect()
        size = self._image.deviceIndependentSize().toSize()
        if size.width() > room.width() or size.height() > room.height():
            size = size.scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        frame = QRect(0, 0, size.width(), size.height())
        frame.moveCenter(self.rect().center())
        return frame

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint it."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), _SCRIM)
            if self._image is not None and not self._image.isNull():
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                painter.drawImage(self._frame(), self._image)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put everything in its place."""
        super().resizeEvent(event)
        width, height = self.width(), self.height()
        self.previous.move(M, (height - _SIDE) // 2)
        self.following.move(width - M - _SIDE, (height - _SIDE) // 2)
        self.away.move(width - M - _SIDE, M)
        self._said.setGeometry(_SIDE + 2 * M, (height - 2 * _SIDE) // 2, width - 2 * _SIDE - 4 * M, 2 * _SIDE)
        self._count.setGeometry(0, height - _SIDE, width, _SIDE - S)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Turn, or close."""
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.put_away()
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_PageUp}:
            self.turn(-1)
        elif key in {Qt.Key.Key_Right, Qt.Key.Key_PageDown, Qt.Key.Key_Space}:
            self.turn(1)
        else:
            event.accept()  # nothing gets through to what lies below

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Close it where the click is beside the picture."""
        if not self._frame().contains(event.position().toPoint()):
            self.put_away()

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802, FBT001 - Qt's name and order
        """Keep Tab among the buttons of the viewer, which covers everything else."""
        ring = [self, *(b for b in (self.previous, self.following, self.away) if b.isVisible())]
        here = self.window().focusWidget()
        number = ring.index(here) if here in ring else 0
        ring[(number + (1 if forward else -1)) % len(ring)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stay as large as the window."""
        if event.type() == QEvent.Type.Resize and self.isVisible() and watched is self.parent():
            self.setGeometry(self.window().rect())
        return False
