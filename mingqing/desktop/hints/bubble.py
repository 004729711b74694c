"""One hint at a time, beside the part of the window that it is about."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QTimer
from PySide6.QtWidgets import QFrame, QWidget

from mingqing.core.text import tr
from mingqing.desktop.widgets import M, S, button, column, label, row

if TYPE_CHECKING:
    from mingqing.desktop.settings import Settings

_WIDTH, _BESIDE, _PAUSE_MS = 300, 6, 600


@dataclass(frozen=True, slots=True)
class Hint:
    """Something worth knowing: by which name it is remembered as seen, beside which widget, in which words.

    needed : whether it is still worth saying when its turn comes.
    """

    name: str
    anchor: QWidget
    sentence: str
    needed: Callable[[], bool] = lambda: True


class Hints(QObject):
    """Shows the hints that this user of the computer has not seen, one after the other, never in the way of typing.

    Parameters
    ----------
    busy : whether something else is said or asked just now; hints wait until that has been answered.
    """

    def __init__(self, settings: "Settings", over: QWidget, busy: Callable[[], bool]) -> None:
        super().__init__(over)
        self._settings, self._over, self._busy = settings, over, busy
        self._hints: list[Hint] = []
        self._now: Hint | None = None
        self.bubble = _Bubble(over, self._next, self._enough)
        self._pause = QTimer(self, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._look)
        over.installEventFilter(self)

    def begin(self, hints: list[Hint]) -> None:
        """Show these, those seen before left out."""
        self._hints = [hint for hint in hints if hint.name not in self._settings.hints_seen]
        self._pause.start()

    def stop(self) -> None:
        """Show none for now; those not seen come another time."""
        self._pause.stop()
        self._hints, self._now = [], None
        self.bubble.hide()

    def _look(self) -> None:
        """Show the next where none is shown; put the one that is shown away while something is asked."""
        if self._busy():
            self.bubble.hide()
        elif self._now is not None:
            self.bubble.show()
        else:
            self._show_next()

    def _show_next(self) -> None:
        while self._hints and not (self._hints[0].anchor.isVisible() and self._hints[0].needed()):
            self._hints.pop(0)
        if self._hints:
            self._now = self._hints.pop(0)
            self.bubble.say(self._now.sentence, more=bool(self._hints))
            self._place()
        else:
            self._pause.stop()

    def _next(self) -> None:
        self._see([self._now] if self._now is not None else [])
        self._pause.start()

    def _enough(self) -> None:
        self._see([*([self._now] if self._now is not None else []), *self._hints])
        self.stop()

    def _see(self, hints: list[Hint]) -> None:
        self._settings.hints_seen += [hint.name for hint in hints]
        self._settings.save()
        self._now = None
        self.bubble.hide()

    def _place(self) -> None:
        """Stand below the anchor, or beside it where it is at an edge; always inside the window."""
        if self._now is None:
            return
        anchor = self._now.anchor
        at = QRect(anchor.mapTo(self._over, QPoint(0, 0)), anchor.size())
        self.bubble.adjustSize()
        size = self.bubble.size()
        x, y = at.left(), at.bottom() + _BESIDE
        if y + size.height() > self._over.height():
            x, y = at.right() + _BESIDE, at.top()
        x = max(M, min(x, self._over.width() - size.width() - M))
        y = max(M, min(y, self._over.height() - size.height() - M))
        self.bubble.move(x, y)
        self.bubble.raise_()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follow the window as it is resized."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False


class _Bubble(QFrame):
    def __init__(self, parent: QWidget, next_one: Callable[[], None], enough: Callable[[], None]) -> None:
        super().__init__(parent)
        self.setObjectName("hint")
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName(tr("提示"))
        self.text = label("", wrap=True)
        self.dismiss = button(tr("知道了"), next_one, "primary")
        self.enough = button(tr("都不用提示"), enough, "link")
        for each in (self.dismiss, self.enough):
            each.setMinimumHeight(32)
        layout = column(self, margins=(M, M, M, M), gap=S)
        layout.addWidget(self.text)
        buttons = row(gap=S)
        buttons.addStretch(1)
        buttons.addWidget(self.enough)
        buttons.addWidget(self.dismiss)
        layout.addLayout(buttons)
        self.hide()

    def say(self, sentence: str, *, more: bool) -> None:
        self.text.setText(sentence)
        self.text.setFixedHeight(self.text.heightForWidth(_WIDTH - 2 * M))
        self.setAccessibleDescription(sentence)
        self.enough.setVisible(more)
        self.show()
