"""Small building blocks that every screen shares, so that one thing looks one way."""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QAction, QFocusEvent, QKeySequence, QResizeEvent, QStandardItem
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStyledItemDelegate,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mingqing.desktop.look.corners import MENU_PX, round_corners
from mingqing.desktop.look.icons import icon

S, M, L, XL = 8, 12, 16, 24
"""The spacing scale, logical pixels."""

_SPARE = 4  # pixels of a button's own that its words may take: a short name is not cut for one of them
_Box = TypeVar("_Box", bound=QBoxLayout)


class ValueEdit(QLineEdit):
    """Selects its text when it is gone to, so that another value is typed over it."""

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Select everything, after the click that put the cursor somewhere."""
        super().focusInEvent(event)
        QTimer.singleShot(0, self, self._select)

    def _select(self) -> None:
        if self.hasFocus():  # which it may only have been given on the way to another
            self.selectAll()


class ElidedButton(QToolButton):
    """A button whose words end in "…" where there is no room for them; the style sheet says how narrow it may be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words, self._whole = "", QSize()
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_words(self, words: str) -> None:
        """Say these."""
        self.ensurePolished()
        self._words = words
        self.setText(words)
        self._whole = super().sizeHint()
        self._fit()
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Have room for all words."""
        return self._whole if self._words else super().sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Say as much as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        font, lacking = self.fontMetrics(), self._whole.width() - self.width()
        room = font.horizontalAdvance(self._words) - max(lacking, 0)
        self.setText(font.elidedText(self._words, Qt.TextElideMode.ElideRight, room + _SPARE))


def label(text: str, kind: str = "", *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """Return a plain-text label; `kind` is one of the style sheet's: heading, title, caption, muted and so on."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("kind", kind)
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        made.setCursor(Qt.CursorShape.IBeamCursor)
    return made


def button(
    text: str, clicked: Callable[[], object], kind: str = "plain", *, glyph: str = "", key: str = ""
) -> QPushButton:
    """Return a push button; `kind` is plain, primary, large, chip, link or inline, `key` its shortcut ("Ctrl+O")."""
    made = QPushButton(f" {text}" if glyph else text)
    made.setAccessibleName(text)
    made.setProperty("kind", kind)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.clicked.connect(lambda _checked=False: clicked())
    if glyph:
        made.setIcon(icon(glyph, "on_accent" if kind == "primary" else "muted"))
        made.setIconSize(QSize(16, 16))
    if key:
        made.setShortcut(QKeySequence(key))
        made.setToolTip(f"{text}  {key}")
    return made


def tool(action: QAction, *, size: int = 18, text: bool = False) -> QToolButton:
    """Return a tool button for `action`, with its key in the tip and its text as accessible name."""
    made = QToolButton()
    made.setDefaultAction(action)
    made.setIconSize(QSize(size, size))
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setAccessibleName(action.text())
    if text:
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        action.setIconText(f" {action.text()}")
    return made


def choice_box(name: str) -> QComboBox:
    """Return a box to choose in, accessible as `name`, as wide as there is room and not as its longest choice."""
    made = QComboBox()
    made.setItemDelegate(
        QStyledItemDelegate(made)
    )  # the style sheet's; of its own it has that only once it is shown
    made.setAccessibleName(name)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(8)
    return made


def column(
    parent: QWidget | None = None, *, margins: tuple[int, int, int, int] = (0, 0, 0, 0), gap: int = S
) -> QVBoxLayout:
    """Return a vertical layout without Qt's own margins."""
    return _bare(QVBoxLayout(parent) if parent is not None else QVBoxLayout(), margins, gap)


def row(
    parent: QWidget | None = None, *, margins: tuple[int, int, int, int] = (0, 0, 0, 0), gap: int = S
) -> QHBoxLayout:
    """Return a horizontal layout without Qt's own margins."""
    return _bare(QHBoxLayout(parent) if parent is not None else QHBoxLayout(), margins, gap)


def _bare(layout: _Box, margins: tuple[int, int, int, int], gap: int) -> _Box:
    layout.setContentsMargins(*margins)
    layout.setSpacing(gap)
    return layout


def rule() -> QFrame:
    """Return a hairline."""
    made = QFrame()
    made.setObjectName("rule")
    return made


def scrolling(inside: QWidget) -> QScrollArea:
    """Return `inside` in a frameless area that scrolls up and down only."""
    inside.setObjectName("inside")
    area = QScrollArea()
    area.setWidget(inside)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.viewport().setAutoFillBackground(False)
    inside.setAutoFillBackground(False)
    return area


def rounded(menu: QMenu) -> QMenu:
    """Give a menu the round corners of the style sheet."""
    menu.setWindowFlags(
        menu.windowFlags() | Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint
    )
    round_corners(menu, MENU_PX)
    return menu


def empty(layout: QBoxLayout) -> None:
    """Take everything out of `layout` and delete it."""
    while layout.count():
        item = layout.takeAt(0)
        if widget := item.widget():
            widget.hide()
            widget.deleteLater()
        elif isinstance(inner := item.layout(), QBoxLayout):
            empty(inner)


def alive(widget: QWidget) -> bool:
    """Whether a widget is still there, when what it waited for has come."""
    return shiboken6.isValid(widget)


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet selects by, and let it take effect."""
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


HEADING = 32
"""The height of such a line."""


def tab_through(parts: Iterable[QWidget]) -> None:
    """Let Tab come to all that can be filled in or pressed in these, part after part."""
    every = ((part, w) for part in parts for w in (part, *part.findChildren(QWidget)))
    inside = (w for part, w in every if w.window() is part.window())  # lists that drop down are windows
    for before, after in pairwise(w for w in inside if w.focusPolicy() & Qt.FocusPolicy.TabFocus):
        QWidget.setTabOrder(before, after)


def heading_item(text: str) -> QStandardItem:
    """Return a line of a list that says what the following ones are, and cannot be chosen."""
    made = QStandardItem(text)
    made.setEnabled(False)
    font = made.font()
    font.setPixelSize(12)
    made.setFont(font)
    made.setSizeHint(QSize(0, HEADING))
    return made
