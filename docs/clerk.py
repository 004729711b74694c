"""A village clerk at the window: eyes, a mouse and a keyboard, and nothing else; what the hands do is counted."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPoint, QPointF, QRect, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QStyle,
    QStyleOptionViewItem,
    QWidget,
)

from mingqing.desktop.window import MainWindow

XY = tuple[float, float]
_PATIENCE_S = 120
_LEFT = Qt.MouseButton.LeftButton


@dataclass
class Effort:
    """What a task took: clicks (a drag is one, a double click two), keys (with what is held), characters typed."""

    clicks: int = 0
    keys: int = 0
    typed: int = 0

    @property
    def steps(self) -> int:
        """Clicks and keys together; what is typed is the same in any program."""
        return self.clicks + self.keys


class Clerk:
    """Sees only what is on screen, and clicks on nothing else.

    seen : called with a name at moments worth a picture.
    """

    def __init__(self, window: MainWindow, seen: Callable[[str], object] = lambda _name: None) -> None:
        self.window, self.seen = window, seen
        self._effort = Effort()
        window.activateWindow()
        QTest.qWaitForWindowActive(window)

    @contextmanager
    def counted(self) -> Iterator[Effort]:
        """Count what is done from here to the end."""
        before, self._effort = self._effort, Effort()
        try:
            yield self._effort
        finally:
            self._effort = before

    # ── Eyes ───────────────────────────────────────────────────────────────────────────────────────────────

    def wait(self, true: Callable[[], object] = lambda: True) -> None:
        """Look on until nothing moves any more, and `true()`."""
        canvas, jobs = self.window.explorer.canvas, self.window.jobs
        end = time.monotonic() + _PATIENCE_S
        QTest.qWait(1)  # what follows a click may begin only once it is over
        while jobs.busy() or not canvas.at_rest or not true():
            if time.monotonic() > end:
                sys.exit("waited in vain")
            QTest.qWait(10)
        QTest.qWait(1)

    def sees(self, words: str, within: QWidget | None = None) -> bool:
        """Whether these words can be read in the window."""
        return any(words in each for each in self._texts(within or self.window))

    def reading(self, words: str, within: QWidget | None = None) -> str:
        """Return all of what can be read where these words are."""
        return next(each for each in self._texts(within or self.window) if words in each)

    def find(self, words: str, within: QWidget | None = None) -> QWidget:
        """Return what is on screen and called so, by its words or, to a screen reader, by its name."""
        tops = (
            [within] if within is not None else [w for w in QApplication.topLevelWidgets() if w.isVisible()]
        )
        named = (w for top in tops for w in (top, *top.findChildren(QWidget)) if words in _names(w))
        found = [w for w in named if w.isVisible() and not w.visibleRegion().isEmpty()]
        if not found:
            raise LookupError(words)
        return found[-1]

    def pixel(self, place: XY) -> QPoint:
        """Return where on the map a place is, which nothing may cover."""
        canvas = self.window.explorer.canvas
        if canvas.view is None:
            raise LookupError(place)
        at = QPointF(
            *canvas.view.to_screen(*place, (float(canvas.width()), float(canvas.height())))
        ).toPoint()
        if not canvas.rect().contains(at) or canvas.childAt(at) is not None:
            raise LookupError(place)
        return at

    @staticmethod
    def _texts(top: QWidget) -> Iterator[str]:
        for each in top.findChildren(QLabel) + top.findChildren(QAbstractButton):
            if each.isVisible():
                yield each.text()

    # ── Hands ──────────────────────────────────────────────────────────────────────────────────────────────

    def click(self, words: str, within: QWidget | None = None) -> None:
        """Click on what is called so."""
        found = self.find(words, within)
        if not found.isEnabled():
            raise LookupError(words)
        self._effort.clicks += 1
        QTest.mouseClick(found, _LEFT, pos=found.visibleRegion().boundingRect().center())
        self.wait()

    def click_row(self, words: str, name: str) -> None:
        """Click on the row of a list that says so."""
        view, rect, _ = self._row(words, name)
        self._click_in(view, rect.center())

    def tick(self, words: str, name: str) -> None:
        """Click on the box before a row of a list."""
        view, rect, index = self._row(words, name)
        option = QStyleOptionViewItem()
        option.rect, option.index = rect, index  # type: ignore[attr-defined]
        option.features = QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator  # type: ignore[attr-defined]
        box = QStyle.SubElement.SE_ItemViewItemCheckIndicator
        self._click_in(view, view.style().subElementRect(box, option, view).center())

    def click_through(self, words: str, *keys: str) -> None:
        """Click on what opens a dialog, and press keys there."""
        waiting = QTimer(interval=20)

        def answer() -> None:
            dialog = QApplication.activeModalWidget()
            if dialog is None:
                return
            dialog.activateWindow()  # nobody else does on a screen without a window manager
            if dialog.isActiveWindow():
                waiting.stop()
                self.seen("dialog")
                self.press(*keys)

        waiting.timeout.connect(answer)
        waiting.start()
        self.click(words)
        waiting.stop()

    def click_map(self, *places: XY) -> None:
        """Click on places of the map."""
        canvas = self.window.explorer.canvas
        for place in places:
            at = self.pixel(place)
            QTest.mouseMove(canvas, at)
            QTest.qWait(2)
            self._effort.clicks += 1
            QTest.mouseClick(canvas, _LEFT, pos=at)
        self.wait()

    def drag(self, start: XY, end: XY) -> None:
        """Drag on the map."""
        canvas, a, b = self.window.explorer.canvas, self.pixel(start), self.pixel(end)
        self._effort.clicks += 1
        QTest.mousePress(canvas, _LEFT, pos=a)
        for at in (a + (b - a) / 2, b):
            QTest.mouseMove(canvas, at)
            QTest.qWait(2)
        self.seen("dragging")
        QTest.mouseRelease(canvas, _LEFT, pos=b)
        self.wait()

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as in "Ctrl+K", wherever the keyboard is."""
        for key in keys:
            self._effort.keys += 1
            QTest.keySequence(self._keyboard, QKeySequence(key))
            self.wait()

    def type(self, text: str) -> None:
        """Type, 汉字 by an input method."""
        self._effort.typed += len(text)
        if text.isascii():
            QTest.keyClicks(self._keyboard, text)
        else:
            event = QInputMethodEvent()
            event.setCommitString(text)
            QApplication.sendEvent(self._keyboard, event)
        self.wait()

    def _row(self, words: str, name: str) -> tuple[QAbstractItemView, QRect, QModelIndex]:
        view = self.find(name)
        if not isinstance(view, QAbstractItemView):
            raise LookupError(name)
        how = Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive
        found = view.model().match(view.model().index(0, 0), Qt.ItemDataRole.DisplayRole, words, 1, how)
        rect = view.visualRect(found[0]) if found else QRect()
        if not view.viewport().rect().contains(rect.center()) or rect.isEmpty():
            raise LookupError(words)
        return view, rect, found[0]

    def _click_in(self, view: QAbstractItemView, at: QPoint) -> None:
        self._effort.clicks += 1
        QTest.mouseClick(view.viewport(), _LEFT, pos=at)
        self.wait()

    @property
    def _keyboard(self) -> QWidget:
        popup = QApplication.activePopupWidget()
        if popup is not None:
            return popup.focusWidget() or popup
        return QApplication.focusWidget() or self.window


def _names(widget: QWidget) -> tuple[str, ...]:
    text = widget.text().strip() if isinstance(widget, QAbstractButton) else ""
    return text, widget.accessibleName(), widget.accessibleName().removesuffix("，必填")
