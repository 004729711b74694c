"""Covering the window when nobody has had a hand on it for a while, until the password is given again."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QStackedWidget, QToolTip, QWidget

from mingqing.access.audit import Act
from mingqing.core.errors import MingqingError
from mingqing.core.text import tr
from mingqing.desktop.jobs import Job, Jobs, Lane, WriteJob
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import M, S, button, column, label, restyle
from mingqing.store.login import record_return, verify_password

if TYPE_CHECKING:
    from mingqing.store.session import Session

_LOOK_EVERY_MS = 5_000
_WIDTH = 320
_HANDS = {
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.KeyPress,
    QEvent.Type.TouchBegin,
    QEvent.Type.NativeGesture,
}
# What would reach past the cover: keys of actions and menus, files dropped on the window.
_KEPT_OUT = {QEvent.Type.Shortcut, QEvent.Type.DragEnter, QEvent.Type.Drop}


class _KnockJob(Job[None]):
    """Checks a password where nothing long is under way: the map is covered and draws nothing."""

    lane = Lane.DRAW


class LockPage(QWidget):
    """Whose window it is, and the way back in. Signals: tried(password), left()."""

    tried = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        glyph = QLabel()
        glyph.setPixmap(icon("fa6s.lock", "accent").pixmap(QSize(40, 40)))
        self._project, self._who = label("", "heading"), label("", "muted")
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setPlaceholderText(tr("输入密码继续"))
        self.password.setAccessibleName(tr("密码"))
        self.password.returnPressed.connect(self._try)
        self._error = label("", "danger", wrap=True)
        self._error.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.primary = button(tr("解锁"), self._try, "primary")
        self.leave = button(tr("退出账号"), self.left.emit, "link")
        body = column(self, gap=M)
        body.addStretch(2)
        centre = Qt.AlignmentFlag.AlignHCenter
        body.addWidget(glyph, 0, centre)
        body.addSpacing(S)
        body.addWidget(self._project, 0, centre)
        body.addWidget(self._who, 0, centre)
        body.addSpacing(S)
        for widget in (self.password, self.primary, self._error):
            widget.setFixedWidth(_WIDTH)
            body.addWidget(widget, 0, centre)
        body.addWidget(self.leave, 0, centre)
        body.addStretch(3)

    @property
    def error(self) -> str:
        """The sentence shown, or empty."""
        return self._error.text()

    def begin(self, session: "Session") -> None:
        """Show the page anew for the account of `session`."""
        self._project.setText(session.info.name)
        self._who.setText(tr("{user} 的窗口已锁定").format(user=session.user))
        self._error.clear()
        self._wait(waiting=False)
        self.password.clear()

    def refuse(self, sentence: str) -> None:
        """Say why the window stays locked."""
        self._wait(waiting=False)
        self._error.setText(sentence)
        restyle(self.password, "wrong", "true")
        self.password.setFocus()
        self.password.selectAll()

    def _try(self) -> None:
        if self.password.text():
            self._error.clear()
            self._wait(waiting=True)
            self.tried.emit(self.password.text())

    def _wait(self, *, waiting: bool) -> None:
        restyle(self.password, "wrong", "false")
        for widget in (self.password, self.primary, self.leave):
            widget.setEnabled(not waiting)
        self.primary.setText(tr("请稍候…") if waiting else tr("解锁"))


class Lock(QStackedWidget):
    """The window's content, or the lock page over it. What is under way below goes on.

    Signals
    -------
    closing() : about to be covered. left() : the user logs out instead of coming back.

    minutes : without a hand on it after which the window is covered.
    """

    closing = Signal()
    left = Signal()

    def __init__(self, content: QWidget, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._session: Session | None = None
        self.minutes, self._touched = 10, 0.0
        self._hidden: list[QWidget] = []
        self._before: QWidget | None = None
        self.page = LockPage()
        self.addWidget(content)
        self.addWidget(self.page)
        self.page.tried.connect(self._try)
        self.page.left.connect(self.left)
        self._clock = QTimer(self)
        self._clock.setInterval(_LOOK_EVERY_MS)
        self._clock.timeout.connect(self._look)

    @property
    def locked(self) -> bool:
        """Whether the window is covered."""
        return self.currentWidget() is self.page

    def watch(self, session: "Session | None") -> None:
        """Guard what is shown of a project from now on; nothing while none is open."""
        hidden, self._hidden = self._hidden, []
        for other in hidden:
            other.close()
        self._uncover()
        self._session = session
        app = QApplication.instance()
        if app is None:
            return
        app.removeEventFilter(self)
        self._clock.stop()
        if session is not None:
            app.installEventFilter(self)
            self._clock.start()

    def lock(self) -> None:
        """Cover the window now."""
        if self._session is None or self.locked:
            return
        self.closing.emit()
        self._before = QApplication.focusWidget()
        while popup := QApplication.activePopupWidget():
            popup.close()
        QToolTip.hideText()
        self.page.begin(self._session)
        self.setCurrentWidget(self.page)
        for other in QApplication.topLevelWidgets():
            self._put_away(other)
        self.page.password.setFocus()
        self._record(lambda session: session.record(Act.LOCK))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Notice hands; while locked, keep out what would reach past the cover."""
        kind = event.type()
        if kind in _HANDS:
            self._look()
            self._touched = time.time()
        elif self.locked:
            if kind == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                QTimer.singleShot(0, watched, lambda: self._put_away(watched))
            return kind in _KEPT_OUT
        return False

    def _look(self) -> None:
        # A clock that was set, either way, counts as time gone by; so does the sleep of a laptop.
        if abs(time.time() - self._touched) >= 60 * self.minutes:
            self.lock()

    def _put_away(self, other: QWidget) -> None:
        if self.locked and other is not self.window() and other.isVisible():
            other.hide()
            self._hidden.append(other)

    def _try(self, password: str) -> None:
        def work(session: "Session", _job: Job[None]) -> None:
            verify_password(session, password)

        self._jobs.start(_KnockJob(work, done=self._come_back, failed=self._refuse, topic="unlock"))

    def _refuse(self, error: MingqingError) -> None:
        self.page.refuse(str(error))

    def _come_back(self, _: None) -> None:
        self._record(record_return)
        before = self._before
        self._uncover()
        if before is not None:
            before.setFocus()

    def _uncover(self) -> None:
        self.page.password.clear()
        self.setCurrentIndex(0)
        hidden, self._hidden, self._before = self._hidden, [], None
        for other in hidden:
            other.show()
        self._touched = time.time()

    def _record(self, entry: "Callable[[Session], None]") -> None:
        # Behind what is being written: the log can wait, the person in front of the window cannot.
        self._jobs.start(WriteJob(lambda session, _job: entry(session), done=lambda _: None))
