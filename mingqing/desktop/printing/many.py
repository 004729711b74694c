"""A sheet that makes many things at once: it asks what, makes it while the window goes on, says what came of it."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDesktopServices, QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from mingqing.core.errors import Cancelled, MingqingError
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.jobs import Job, PrintJob, ReadJob
from mingqing.desktop.pages.dialogs import Sheet, ask
from mingqing.desktop.printing.running import RunPage
from mingqing.desktop.villages.ticks import VillageTicks
from mingqing.desktop.widgets import XL, M, S, alive, button, column, label, row

if TYPE_CHECKING:
    from mingqing.desktop.printing.ground import Ground
    from mingqing.store.session import Session

T = TypeVar("T")
_ASKING, _RUNNING, _VILLAGES = QSize(1060, 668), QSize(760, 300), 370


class ManySheet(QDialog):
    """Villages to tick at the left, `beside` them what is to be made, below what that comes to; then the run.

    A window of its own beside the main one; while it runs, closing puts it into the task bar.

    title, about, unit : what it makes, what that is good for, and by what one counts it.
    opening : what a double click on a line of those that failed does; empty for nothing.
    settled : what can be gone on with after a run was ended, in words; empty where it cannot.
    """

    title: ClassVar[str]
    about: ClassVar[str]
    unit: ClassVar[str]
    opening: ClassVar[str] = ""
    settled: ClassVar[str] = ""

    def __init__(self, ground: "Ground") -> None:
        super().__init__(ground.window, Qt.WindowType.Window)
        self.setWindowTitle(self.title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(_ASKING)
        self.ground = ground
        self._job: Job[Any] | None = None
        self.resting = threading.Event()
        self.villages, self.beside = VillageTicks(), column(gap=M)
        self.folder = QLineEdit()
        self.summary, self.aside = label("", "strong", wrap=True), label("", "caption", wrap=True)
        self.primary = button(tr("开始"), self.begin, "primary")
        self.run, self.pages = RunPage(ground.jobs, self.unit, self.opening), QStackedWidget()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        column(self, margins=(XL, XL, XL, XL)).addWidget(self.pages)
        self.choice = QWidget()
        layout = column(self.choice, gap=M)
        layout.addWidget(label(self.title, "heading"))
        layout.addWidget(label(self.about, "muted", wrap=True))
        left, right = QWidget(), column(gap=M)
        left.setFixedWidth(_VILLAGES)
        self.left = column(left, gap=S)
        self.left.addWidget(label(tr("村"), "strong"))
        self.left.addLayout(self._make_quick())
        self.left.addWidget(self.villages, 1)
        right.addLayout(self.beside)
        right.addSpacing(S)
        right.addWidget(label(tr("存到"), "strong"))
        right.addLayout(self._make_folder())
        right.addStretch(1)
        panes = row(gap=XL)
        panes.addWidget(left)
        panes.addLayout(right, 1)
        layout.addLayout(panes, 1)
        layout.addLayout(self._make_foot())
        self.pages.addWidget(self.choice)
        self.pages.addWidget(self.run)

    def _make_quick(self) -> QHBoxLayout:
        """Return what ticks many villages at once."""
        self.quick = row(gap=S)
        for words, codes in (
            (tr("全选"), lambda: self.villages.offered),
            (tr("全不选"), frozenset[str]),
        ):
            self.offer_quick(words, codes)
        made = row()
        made.addLayout(self.quick)
        made.addStretch(1)
        return made

    def offer_quick(self, words: str, codes: Callable[[], "frozenset[str]"]) -> None:
        """Offer to tick these villages."""
        made = button(words, lambda: self.villages.tick(codes()), "chip")
        made.setAutoDefault(False)
        self.quick.addWidget(made)

    def _make_folder(self) -> QHBoxLayout:
        self.folder.setAccessibleName(tr("存到哪个文件夹"))
        self.folder.setReadOnly(True)
        browse = button(tr("更改…"), self._browse)
        browse.setAutoDefault(False)
        made = row(gap=S)
        made.addWidget(self.folder, 1)
        made.addWidget(browse)
        return made

    def _make_foot(self) -> QHBoxLayout:
        said = column(gap=2)
        said.addWidget(self.summary)
        said.addWidget(self.aside)
        leave = button(tr("关闭"), self.close)
        leave.setAutoDefault(False)
        made = row(gap=M)
        made.addLayout(said, 1)
        made.addWidget(leave, 0, Qt.AlignmentFlag.AlignBottom)
        made.addWidget(self.primary, 0, Qt.AlignmentFlag.AlignBottom)
        return made

    def _connect(self) -> None:
        self.villages.search.setFocus()
        self.villages.changed.connect(self.say_what)
        self.run.resting.connect(lambda on: self.resting.set() if on else self.resting.clear())
        self.run.stopping.connect(self.stop)
        self.run.folding.connect(self.showMinimized)
        self.run.shown.connect(self._open_folder)
        self.run.leaving.connect(self.turn_back)

    @classmethod
    def open_for(cls, ground: "Ground") -> None:
        """Show the sheet that is there, or a new one."""
        there = next((sheet for sheet in sheets_of(ground.window) if isinstance(sheet, cls)), None)
        sheet = there if there is not None else cls(ground)
        if sheet.isMinimized():
            sheet.showNormal()
        sheet.show()
        sheet.raise_()
        sheet.activateWindow()

    # ── What is to be made: for each sheet to say ──────────────────────────────────────────────────────────

    def say_what(self) -> None:
        """Say what the choices come to."""
        raise NotImplementedError

    def begin(self) -> None:
        """Make what was chosen."""
        raise NotImplementedError

    def turn_back(self) -> None:
        """Let something else be chosen."""
        self.setWindowTitle(self.title)
        self._turn(self.choice, _ASKING)
        self.say_what()

    def _turn(self, page: QWidget, size: QSize) -> None:
        """Show a page, the sheet as large as it needs: of a run there is less to be seen than of the choices."""
        if self.pages.currentWidget() is page:
            return
        policy = QSizePolicy.Policy
        for each in (self.choice, self.run):
            held = policy.Preferred if each is page else policy.Ignored
            each.setSizePolicy(held, held)
        middle = self.geometry().center()
        self.pages.setCurrentWidget(page)
        self.resize(size)
        self.move(middle.x() - size.width() // 2, middle.y() - size.height() // 2)

    # ── The folder ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def place(self) -> Path:
        """The folder into which it goes; perhaps not there yet."""
        return Path(self.folder.text())

    def _browse(self) -> None:
        there = self.place if self.place.is_dir() else self.place.parent
        chosen = QFileDialog.getExistingDirectory(self, tr("存到哪个文件夹"), str(there))
        if chosen:
            self.folder.setText(chosen)
            self.turn_to(Path(chosen))

    def turn_to(self, _folder: Path) -> None:
        """Take note of another folder."""
        self.say_what()

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.place)))

    def look_up(
        self,
        work: "Callable[[Session], T]",
        done: Callable[[T], object],
        topic: str,
        kind: type[Job[Any]] = ReadJob,
    ) -> None:
        """Look something up; nobody waits for it once the sheet is closed. What takes seconds is not a `ReadJob`."""

        def taken(found: T) -> None:
            if alive(self):
                done(found)

        def refused(why: MingqingError) -> None:
            if alive(self):
                self.aside.setText(str(why))

        self.ground.jobs.start(
            kind(lambda session, _job: work(session), done=taken, failed=refused, topic=topic)
        )

    # ── The run ────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def busy(self) -> bool:
        """Whether something is being made."""
        return self._job is not None

    def make(
        self, work: "Callable[[Session, Job[T], Watch], T]", done: Callable[[T], None], heading: str
    ) -> None:
        """Run `work` off the UI thread and follow it; `done` says what came of it."""

        def over(result: T) -> None:
            self._end()
            done(result)

        def failed(why: MingqingError) -> None:
            self._end()
            self.run.end(tr("已停止") if isinstance(why, Cancelled) else tr("没有做成"), str(why), good=False)

        def there(session: "Session", job: Job[T]) -> T:
            return work(session, job, Watch(job.progress, job.cancelled))

        self.resting.clear()
        self.run.begin(heading)
        self._turn(self.run, _RUNNING)
        self._job = self.ground.jobs.start(
            PrintJob(there, done=over, failed=failed, progressed=self._show_far)
        )

    def _show_far(self, text: str, done: int, total: int) -> None:
        if self.busy:
            self.run.show_far(text, done, total)
            self.setWindowTitle(f"{self.title} {done:,} / {total:,}" if total else self.title)

    def _end(self) -> None:
        self._job = None
        self.resting.clear()
        self.setWindowTitle(self.title)
        if self.isMinimized():
            self.showNormal()

    def stop(self) -> None:
        """Make no more; what is done is kept."""
        if self._job is not None:
            self.run.say_stopping()
            self.resting.clear()
            self._job.cancel()

    def forget(self) -> None:
        """Put the sheet away: the project is closed, and the run with it."""
        if self._job is not None:
            self._job.abandon()
            self._job = None
        self.close()

    def reject(self) -> None:
        """Close, as by Esc; a run goes on."""
        self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Let Enter in a field tick a village, and nothing be begun by it."""
        if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Go into the task bar while something is being made."""
        if self.busy:
            event.ignore()
            self.showMinimized()
        else:
            event.accept()  # not QDialog's own way, which is to reject

    def hold_back(self, then: Callable[[], object]) -> bool:
        """Ask before the project is closed in the middle of a run; `then` is called where it is to end.

        Returns False where there is nothing to ask.
        """
        if not self.busy:
            return False
        about = tr("现在关闭，{title}就停下来；已经做好的都留着。").format(title=self.title) + self.settled
        sheet = EndingSheet(self.title, about, self.ground.window)
        sheet.accepted.connect(self.forget)
        sheet.accepted.connect(then)
        ask(sheet)
        return True


class EndingSheet(Sheet):
    """Asks whether to end a run: `accepted()` then; whoever closes it lets it go on."""

    def __init__(self, title: str, about: str, parent: QWidget) -> None:
        super().__init__(tr("{title}还没有做完").format(title=title), about, tr("继续做"), parent)
        self.submitted.connect(self.reject)
        self.ending = button(tr("停下来，关闭"), self.accept, "danger")
        self.ending.setAutoDefault(False)
        buttons = row(gap=M)
        buttons.addStretch(1)
        buttons.addWidget(self.ending)
        buttons.addWidget(self.primary)
        self.body.addSpacing(S)
        self.body.addLayout(buttons)
        self.primary.setFocus()


def sheets_of(window: QWidget) -> Sequence[ManySheet]:
    """Return the sheets of a window that are open, in the task bar or not."""
    return [sheet for sheet in window.findChildren(ManySheet) if sheet.isVisible()]
