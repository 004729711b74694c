"""A page with long tasks behind it: what may be done, the wait for it, and what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QWidget

from mingqing.core.errors import Cancelled, MingqingError
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.jobs import Job, Jobs, KeepJob
from mingqing.desktop.look.icons import icon
from mingqing.desktop.pages.waiting import Waiting
from mingqing.desktop.tables import TextTable, table_view
from mingqing.desktop.widgets import XL, L, M, S, button, column, empty, label, row

if TYPE_CHECKING:
    from mingqing.store.session import Session

T = TypeVar("T")
_GLYPHS = {"good": "fa6s.circle-check", "warning": "fa6s.circle-info", "danger": "fa6s.triangle-exclamation"}
_WIDTH = 680


@dataclass(frozen=True)
class Outcome:
    """What came of a task, to be shown; `tone` is good, warning or danger.

    made : a project to open now.
    table : titles, rows, and the width of every column but the first; columns after the first are numbers.
    """

    heading: str
    sentence: str
    tone: str = "good"
    made: Path | None = None
    table: tuple[Sequence[str], Sequence[Sequence[str]], Sequence[int]] | None = None


class Steps(QStackedWidget):
    """`first` is shown until something is run.

    Signals: wanted() to be brought to the front; left() to go back to where the user came from; reopen(Path) to
    open a project that was made; refused(MingqingError).
    """

    wanted = Signal()
    left = Signal()
    reopen = Signal(object)
    refused = Signal(object)

    def __init__(self, first: QWidget, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.first, self.waiting, self.outcome = first, Waiting(), _OutcomePage()
        self.jobs = jobs
        self._job: Job[Any] | None = None
        for page in (self.first, self.waiting, self.outcome):
            self.addWidget(page)
        self.waiting.cancelled.connect(self._stop)
        self.outcome.reopen.connect(self.reopen)
        self.outcome.left.connect(self.back)

    @property
    def busy(self) -> bool:
        """Whether a task is under way."""
        return self._job is not None

    def run(
        self, heading: str, advice: str, work: "Callable[[Session, Watch], T]", done: Callable[[T], None]
    ) -> None:
        """Run `work` as a job behind the waiting page; what it refuses is said on the page of outcomes."""

        def perform(session: "Session", job: Job[T]) -> T:
            return work(session, Watch(job.progress, job.cancelled))

        def finished(result: T) -> None:
            self._job = None
            done(result)

        job = KeepJob(perform, done=finished, failed=self.failed, progressed=self.waiting.show_progress)
        self.waiting.begin(heading, advice)
        self.setCurrentWidget(self.waiting)
        self.wanted.emit()
        self._job = self.jobs.start(job)

    def failed(self, error: MingqingError) -> None:
        """Say why nothing came of it; where the user stopped it, go back without a word."""
        self._job = None
        if isinstance(error, Cancelled):
            self.back()
        else:
            self.show_outcome(Outcome(tr("没有做成"), str(error), "danger"))

    def show_outcome(self, outcome: Outcome) -> None:
        """Show what came of a task."""
        self.outcome.show_outcome(outcome)
        self.setCurrentWidget(self.outcome)

    def back(self) -> None:
        """Show the first step again."""
        self.setCurrentWidget(self.first)

    def _stop(self) -> None:
        if self._job is not None:
            self.waiting.stopping()
            self._job.cancel()


class _OutcomePage(QWidget):
    """Signals: left(), reopen(Path)."""

    left = Signal()
    reopen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        middle = QWidget()
        middle.setFixedWidth(_WIDTH)
        self._body = column(middle, gap=M)
        outer = row(self, margins=(XL, XL, XL, XL))
        outer.addStretch(1)
        outer.addWidget(middle)
        outer.addStretch(1)

    def show_outcome(self, outcome: Outcome) -> None:
        empty(self._body)
        self._body.addStretch(2)
        heading = row(gap=M)
        glyph = QLabel()
        glyph.setPixmap(icon(_GLYPHS[outcome.tone], outcome.tone).pixmap(QSize(28, 28)))
        heading.addWidget(glyph)
        heading.addWidget(label(outcome.heading, "heading"), 1)
        self._body.addLayout(heading)
        self._body.addWidget(label(outcome.sentence, wrap=True, selectable=True))
        if outcome.table is not None:
            titles, rows, widths = outcome.table
            model = TextTable(titles, range(1, len(titles)), self)
            model.show_rows(rows)
            self._body.addWidget(table_view(model, widths, name=outcome.heading), 20)
        self._body.addSpacing(S)
        self._body.addLayout(self._buttons(outcome.made))
        self._body.addStretch(3)

    def _buttons(self, made: Path | None) -> QHBoxLayout:
        line = row(gap=M)
        back = button(tr("返回"), self.left.emit, "plain" if made is not None else "primary")
        if made is not None:
            opening = button(
                tr("打开它"), lambda: self.reopen.emit(made), "primary", glyph="fa6s.folder-open"
            )
            line.addWidget(opening)
            opening.setFocus()
        line.addWidget(back)
        line.addStretch(1)
        line.setContentsMargins(0, 0, 0, L)
        return line
