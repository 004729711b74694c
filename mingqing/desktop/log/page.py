"""The log page: filters, the table, its proof and its export."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractItemView, QFileDialog, QHeaderView, QWidget

from mingqing.access.audit import Act, Entry
from mingqing.core.errors import InputRefused, MingqingError
from mingqing.core.files import write_whole
from mingqing.core.text import tr
from mingqing.desktop.jobs import Job, Jobs, KeepJob, ReadJob
from mingqing.desktop.log.filters import LogFilters
from mingqing.desktop.log.query import Query, containing, count_refused, read
from mingqing.desktop.log.table import DETAIL, LogTable
from mingqing.desktop.pages.duty import DutyPage
from mingqing.desktop.tables import TextTable, table_view
from mingqing.desktop.widgets import XL, M, S, button, column, label, restyle, row
from mingqing.store.accounts import accounts
from mingqing.store.log import as_csv, verify_log

if TYPE_CHECKING:
    from mingqing.store.session import Session

_ROW_PX = 34
_WIDTHS = (68, 160, 96, 116, 176, 64, 96, 240, 120)


@dataclass(frozen=True)
class _Found:
    query: Query
    read: Sequence[Entry]
    shown: Sequence[Entry]
    refused: int


class LogPage(DutyPage):
    """For who reads the log."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(jobs, parent)
        self._found = _Found(Query(), (), (), 0)
        self._count, self.note = label("", "muted"), label("", "good", wrap=True)
        self.filters = LogFilters()
        self.filters.changed.connect(self.refresh)
        self._model = LogTable(self)
        self.table = table_view(self._model, _WIDTHS[1:], name=tr("操作日志"))
        header = self.table.horizontalHeader()
        for at, width in enumerate(_WIDTHS):
            header.setSectionResizeMode(at, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(at, width)
        header.setSectionResizeMode(DETAIL, QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.verticalHeader().setDefaultSectionSize(_ROW_PX)
        self.table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._wrong = TextTable([tr("哪里不对")])
        self.wrong = table_view(self._wrong, (), name=tr("日志里不对的地方"))
        self.proving = button(tr("核对日志"), self._prove, glyph="fa6s.shield-halved")
        self.exporting = button(tr("导出表格…"), self._ask_file, glyph="fa6s.table")
        self._lay_out()

    def _lay_out(self) -> None:
        first = QWidget()
        foot = row(gap=M)
        foot.addWidget(self.proving)
        foot.addWidget(self.exporting)
        foot.addWidget(self.note, 1)
        foot.addWidget(button(tr("返回"), self.left.emit))
        outer = column(first, margins=(XL, XL, XL, S * 2), gap=S)
        outer.addWidget(label(tr("操作日志"), "heading"))
        about = tr("谁在什么时候做了什么。只能添加，不能修改或删除；查看和导出日志本身也会记下来。")
        outer.addWidget(label(about, "muted", wrap=True))
        outer.addSpacing(S)
        outer.addWidget(self.filters)
        outer.addWidget(self._count)
        outer.addWidget(self.table, 3)
        outer.addWidget(self.wrong, 1)
        outer.addSpacing(S)
        outer.addLayout(foot)
        self.wrong.hide()
        self.addWidget(first)

    def is_for(self, session: "Session") -> bool:
        """Whether the account reads the log."""
        return session.login.reads_log

    def begin(self, _session: "Session") -> None:
        """Show the last days; that somebody looks is put down as well."""
        self.forget()

        def work(session: "Session", _job: Job[list[str]]) -> list[str]:
            session.record(Act.READ_LOG, tr("操作日志"))
            return [a.name for a in accounts(session)]

        self.jobs.start(ReadJob(work, done=self._start, failed=self._refused, topic="log accounts"))

    def _start(self, names: list[str]) -> None:
        self.filters.offer_accounts(names)
        self.refresh()

    def forget(self) -> None:
        """Keep nothing of the project that was open."""
        self.filters.offer_accounts(())
        self.filters.reset()
        self._show(_Found(Query(), (), (), 0))
        self._count.clear()
        self._say("")
        self.wrong.hide()

    # ── Finding ────────────────────────────────────────────────────────────────────────────────────────────

    def refresh(self) -> None:
        """Show what the filters ask for; a text alone is looked for in what was read before."""
        query, before = self.filters.query, self._found

        def work(session: "Session", _job: Job[_Found]) -> _Found:
            same = bool(before.read) and before.query.asked == query.asked
            found = before.read if same else read(session, query)
            shown = containing(found, query.text)
            return _Found(query, found, shown, count_refused(shown))

        self.jobs.start(ReadJob(work, done=self._show, failed=self._refused, topic="log"))

    def _show(self, found: _Found) -> None:
        self._found = found
        self._model.show_entries(found.shown)
        said = tr("{n:,} 条").format(n=len(found.shown)) if found.shown else tr("没有这样的记录")
        if found.refused:
            said += tr("，其中 {n:,} 条被拒绝").format(n=found.refused)
        self._count.setText(said)
        self.exporting.setEnabled(bool(found.shown))
        self.table.scrollToTop()

    def _refused(self, error: MingqingError) -> None:
        self._say(str(error), "danger")

    def _say(self, sentence: str, tone: str = "good") -> None:
        self.note.setText(sentence)
        restyle(self.note, "kind", tone)

    # ── Proving ────────────────────────────────────────────────────────────────────────────────────────────

    def _prove(self) -> None:
        self.proving.setEnabled(False)
        self._say(tr("正在核对…"), "muted")

        def work(session: "Session", _job: Job[list[str]]) -> list[str]:
            wrong = verify_log(session)
            session.record(Act.CHECK, tr("操作日志"), rows=len(wrong) or None, detail=_verdict(wrong))
            return wrong

        self.jobs.start(KeepJob(work, done=self._proved, failed=self._not_proved, topic="log proof"))

    def _proved(self, wrong: list[str]) -> None:
        self.proving.setEnabled(True)
        self._wrong.show_rows([[sentence] for sentence in wrong], ["danger"] * len(wrong))
        self.wrong.setVisible(bool(wrong))
        self._say(_verdict(wrong), "danger" if wrong else "good")

    def _not_proved(self, error: MingqingError) -> None:
        self.proving.setEnabled(True)
        self._refused(error)

    # ── Handing on ─────────────────────────────────────────────────────────────────────────────────────────

    def _ask_file(self) -> None:
        stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M")
        suggested = str(Path.home() / tr("操作日志-{stamp}.csv").format(stamp=stamp))
        chosen, _ = QFileDialog.getSaveFileName(self, tr("导出操作日志"), suggested, tr("表格") + " (*.csv)")
        if chosen:
            self.export(Path(chosen))

    def export(self, path: Path) -> None:
        """Write what is shown to a file that only this user of the computer can read; logged first."""
        found = self._found

        def work(session: "Session", _job: Job[int]) -> int:
            content = as_csv(found.shown)
            session.record(
                Act.EXPORT,
                tr("操作日志"),
                rows=len(found.shown),
                detail=found.query.said(),
                proof=hashlib.sha256(content).hexdigest(),
            )
            try:
                write_whole(path, content, private=True)
            except OSError as error:
                raise InputRefused(tr("这里不能保存，请换个位置")) from error
            return len(found.shown)

        def done(rows: int) -> None:
            self._say(tr("已导出 {n:,} 条到 {path}").format(n=rows, path=path))

        self._say(tr("正在导出…"), "muted")
        self.jobs.start(ReadJob(work, done=done, failed=self._refused, topic="log export"))


def _verdict(wrong: Sequence[str]) -> str:
    if wrong:
        return tr("日志有 {n} 处不对，请保留现场，不要再改动项目，并报告上级").format(n=len(wrong))
    return tr("日志完好：没有缺少、调换或改动过的记录")
