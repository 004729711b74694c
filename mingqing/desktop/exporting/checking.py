"""Checking rows off the UI thread: a button, how far it is, a way out, and what was found."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from mingqing.access.audit import Act
from mingqing.access.roles import Action
from mingqing.core.errors import Cancelled, MingqingError
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.exporting.findings import FindingList
from mingqing.desktop.jobs import ExportJob, Job
from mingqing.desktop.widgets import M, S, alive, button, column, label, row
from mingqing.quality.findings import Quality

if TYPE_CHECKING:
    from mingqing.desktop.exporting.ground import Ground
    from mingqing.export.asked import Asked
    from mingqing.store.session import Session


class CheckPanel(QWidget):
    """Signals: wanted() : the button was pressed; answer with `check`. opened(Finding) : one is to be put right."""

    wanted = Signal()
    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: Job[Quality] | None = None
        self.head = row(gap=M)
        self.start = button(tr("现在检查"), self.wanted.emit, glyph="fa6s.clipboard-check")
        self.start.setAutoDefault(False)
        self.head.addWidget(self.start)
        self.bar, self._far = QProgressBar(), label("", "caption")
        self.bar.setTextVisible(False)
        self._stop = button(tr("停下"), self.stop, "inline")
        self.list = FindingList()
        self.list.opened.connect(self.opened)
        layout = column(self, gap=S)
        layout.addLayout(self.head)
        layout.addWidget(self._make_under_way())
        layout.addWidget(self.list, 1)

    def _make_under_way(self) -> QWidget:
        self._under_way = QWidget()
        line = row(self._under_way, gap=S)
        line.addWidget(self.bar, 1)
        line.addWidget(self._far)
        line.addWidget(self._stop)
        self._under_way.hide()
        return self._under_way

    def check(self, ground: "Ground", asked: "Asked", action: Action) -> None:
        """Look through the rows that are asked for, as far as they may be seen, or handed on."""

        def work(session: "Session", job: Job[Quality]) -> Quality:
            found = looked_through(session, asked, action, Watch(job.progress, job.cancelled))
            session.record(Act.QUERY, tr("质量检查"), rows=len(found.findings))
            return found

        def done(found: Quality) -> None:
            if alive(self):
                self._rest()
                self.show_quality(ground, found)

        self.stop()
        self.list.clear()
        self._show_far(tr("正在检查…"), 0, 0)
        self._under_way.show()
        self.start.setEnabled(False)
        self._job = ground.jobs.start(
            ExportJob(
                work, done=done, failed=self._fail, progressed=self._show_far, topic=f"check {id(self)}"
            )
        )

    def show_quality(self, ground: "Ground", quality: Quality) -> None:
        """Show what was found."""
        names = {entry.village.code: entry.village.name for entry in ground.villages}
        self.list.show_quality(quality, ground.session.catalog, names)

    def stop(self) -> None:
        """Look no further."""
        if self._job is not None:
            self._job.cancel()

    def forget(self, sentence: str = "") -> None:
        """Show nothing, and why: the project is closed, or something else is asked for."""
        if self._job is not None:
            self._job.abandon()
        self._rest()
        self.list.clear(sentence)

    def _rest(self) -> None:
        self._job = None
        self._under_way.hide()
        self.start.setEnabled(True)

    def _fail(self, why: MingqingError) -> None:
        if alive(self):
            self._rest()
            self.list.clear(tr("没有检查完") if isinstance(why, Cancelled) else str(why))

    def _show_far(self, text: str, done: int, total: int) -> None:
        if alive(self):
            self._far.setText(f"{text}　{done:,} / {total:,}" if total else text)
            self.bar.setRange(0, total)
            self.bar.setValue(done)


def looked_through(session: "Session", asked: "Asked", action: Action, watch: Watch) -> Quality:
    """Return what is wrong with the rows that are asked for, as far as the account may do this with them."""
    from mingqing.export.read import chosen_ids  # with it all that reads what leaves
    from mingqing.quality.check import check

    tables = asked.tables or tuple(session.catalog.tables)
    chosen = {t: ids for t in tables if (ids := chosen_ids(session, asked, t)) is not None}
    return check(session, tables, asked.villages, among=chosen, action=action, watch=watch)
