"""A sheet that changes many rows: it says what would happen while one fills it in, then does it, and can be stopped."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QDialog, QProgressBar, QWidget

from mingqing.catalog.model import Table
from mingqing.core.errors import Cancelled, MingqingError
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.bulk.shown import Shown
from mingqing.desktop.card.content import headings
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.desktop.table.columns import offered
from mingqing.desktop.widgets import XL, M, S, button, choice_box, column, label, row, tab_through
from mingqing.store.bulk import Change, Preview, apply, preview
from mingqing.store.paging import Wanted, ids

if TYPE_CHECKING:
    from mingqing.access.policy import Policy
    from mingqing.desktop.editor import Editor
    from mingqing.store.edit import Changed, Edit
    from mingqing.store.session import Session

_PAUSE_MS, _SLOW_MS, _WIDTH, _HEIGHT = 250, 500, 800, 620


Plan = Callable[["Session", Sequence[int], Watch], Preview]


@dataclass(frozen=True, slots=True)
class Scope:
    """Rows that may be meant, in words, and as the table asks for them."""

    words: str
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Desk:
    """What such sheets work with.

    scopes : by table that may be edited, which rows may be meant; the likeliest first, of tables too.
    """

    jobs: Jobs
    editor: "Editor"
    policy: "Policy"
    scopes: Mapping[str, Sequence[Scope]]


class BulkSheet(QDialog):
    """What all such sheets have: which rows, what would happen to them, how far it is. `finished_with(str)` : done."""

    finished_with = Signal(str)

    def __init__(
        self, title: str, desk: Desk, *, ticking: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        self.resize(_WIDTH, _HEIGHT)
        self._desk = desk
        self._job: Job[tuple[int, Changed]] | None = None
        self.tables, self.scopes = choice_box(tr("哪张表")), choice_box(tr("哪些行"))
        self.form = column(gap=S)
        self._inputs = QWidget()
        self.shown = Shown(desk.jobs, ticking=ticking)
        self.bar, self.how_far = QProgressBar(), label("", "caption")
        self.primary = button(tr("确定"), self.carry_out, "primary")
        self.primary.setDefault(True)
        self.leaving = button(tr("取消"), self.reject)
        self._pause = self._timer(_PAUSE_MS, self._look)
        self._slow = self._timer(_SLOW_MS, lambda: self._show_bar(on=True))
        self._lay_out(title)
        for name in desk.scopes:
            self.tables.addItem(desk.policy.catalog.tables[name].title, name)
        self._offer_scopes()
        self.tables.currentIndexChanged.connect(self._turn_to_table)
        self.scopes.currentIndexChanged.connect(self.later)
        self.shown.picked.connect(self._allow)

    def _timer(self, milliseconds: int, call: object) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setInterval(milliseconds)
        made.timeout.connect(call)
        return made

    def _lay_out(self, title: str) -> None:
        self.bar.setTextVisible(False)
        inputs = column(self._inputs, gap=M)
        line = row(gap=S)
        line.addWidget(self.tables, 2)
        line.addWidget(self.scopes, 3)
        inputs.addLayout(line)
        inputs.addLayout(self.form)
        foot = row(gap=M)
        foot.addWidget(self.bar, 1)
        foot.addWidget(self.how_far)
        foot.addStretch(1)
        foot.addWidget(self.leaving)
        foot.addWidget(self.primary)
        body: QBoxLayout = column(self, margins=(XL, XL, XL, XL), gap=M)
        body.addWidget(label(title, "heading"))
        body.addWidget(self._inputs)
        body.addWidget(self.shown, 1)
        body.addLayout(foot)
        self._show_bar(on=False)

    def order(self) -> None:
        """Let Tab come to everything as one reads it, however late it was made."""
        tab_through((self._inputs, self.shown, self.leaving, self.primary))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Put the fields of this sheet before what stands below them."""
        super().showEvent(event)
        self.order()

    # ── What is to be done: for each sheet to say ──────────────────────────────────────────────────────────

    def change(self) -> Change | None:
        """Return what is to be done; None while that has not been said."""
        raise NotImplementedError

    def plan(self) -> "Plan | None":
        """Return how it is found out what would happen; None while that has not been said."""
        change, table = self.change(), self.table.name
        if change is None:
            return None
        return lambda session, ids, watch: preview(session, table, ids, change, watch=watch)

    @property
    def hint(self) -> str:
        """What there is to fill in."""
        raise NotImplementedError

    @property
    def why(self) -> str:
        """What it is, for the history."""
        raise NotImplementedError

    def show_table(self, table: Table) -> None:
        """Offer what can be done with the rows of a table."""
        raise NotImplementedError

    # ── Which rows ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def table(self) -> Table:
        """The table that is changed."""
        return self._desk.policy.catalog.tables[str(self.tables.currentData())]

    def _offer_scopes(self) -> None:
        self.scopes.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.scopes.clear()
        self.scopes.addItems([scope.words for scope in self._desk.scopes[self.table.name]])
        self.scopes.blockSignals(False)  # noqa: FBT003

    def _turn_to_table(self) -> None:
        self._offer_scopes()
        self.show_table(self.table)
        self.later()

    # ── What would happen ──────────────────────────────────────────────────────────────────────────────────

    def later(self) -> None:
        """Look again what would happen, once nobody types."""
        self.primary.setEnabled(False)
        self._pause.start()

    def _look(self) -> None:
        plan = self.plan()
        if plan is None:
            self.shown.clear(self.hint)
            return
        table = self.table.name
        wanted = self._desk.scopes[table][max(self.scopes.currentIndex(), 0)].wanted

        def work(session: "Session", job: Job[Preview]) -> Preview:
            found = ids(session, table, wanted, headings=headings(), stop=job.cancelled)
            return plan(session, found.tolist(), Watch(job.progress, job.cancelled))

        def done(found: Preview) -> None:
            self._rest()
            self.show_found(found)

        self._slow.start()
        self._desk.jobs.start(
            ReadJob(work, done=done, failed=self._failed, progressed=self._progress, topic="bulk preview")
        )

    def show_found(self, found: Preview) -> None:
        """Show what would happen."""
        columns = {c.name: c for c in offered(self._desk.policy, self.table)}
        self.shown.show_preview(found, columns)

    def _allow(self) -> None:
        count = len(self.shown.preview.rows)
        self.primary.setEnabled(count > 0 and self._job is None)
        self.primary.setText(tr("改这 {n:,} 行").format(n=count) if count else tr("确定"))

    # ── Doing it ───────────────────────────────────────────────────────────────────────────────────────────

    def carry_out(self) -> None:
        """Change the rows that can be; all of it is one undo."""
        found = self.shown.preview
        if not found.rows or self._job is not None or self._pause.isActive():
            return

        def work(edit: "Edit", _session: "Session") -> int:
            return apply(edit, found)

        self._inputs.setEnabled(False)
        self._slow.start()
        self._job = self._desk.editor.do(
            self.why, work, done=self._done, failed=self._failed, progressed=self._progress
        )
        self._allow()

    def _done(self, count: int) -> None:
        self._rest()
        said = tr("改了 {n:,} 行“{table}”，按 Ctrl+Z 可以撤销").format(n=count, table=self.table.title)
        self.finished_with.emit(said)
        self.accept()

    def _failed(self, error: MingqingError) -> None:
        self._rest()
        self.shown.clear(str(error), "muted" if isinstance(error, Cancelled) else "danger")
        self.primary.setEnabled(False)

    def _rest(self) -> None:
        self._job = None
        self._inputs.setEnabled(True)
        self._show_bar(on=False)

    def _progress(self, text: str, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.how_far.setText(f"{text} {done:,} / {total:,}" if total else f"{text}…")

    def _show_bar(self, *, on: bool) -> None:
        if not on:
            self._slow.stop()
        self.bar.setVisible(on)
        self.how_far.setVisible(on)

    def reject(self) -> None:
        """Stop what is under way; where nothing is, close."""
        if self._job is not None:
            self.how_far.setText(tr("正在停下…"))
            self._job.cancel()
            return
        self._pause.stop()
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Stay until what is under way has stopped."""
        if self._job is not None:
            self.reject()
            event.ignore()
        else:
            super().closeEvent(event)


def ask(sheet: BulkSheet) -> None:
    """Show a sheet without stopping the event loop; it deletes itself when it is done."""
    sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    sheet.show_table(sheet.table)
    sheet.later()
    sheet.open()
