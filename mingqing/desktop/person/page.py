"""The page for the rights of the people: its steps, and the jobs behind them."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QStackedWidget, QToolButton, QWidget

from mingqing.access.audit import Act
from mingqing.access.roles import Action
from mingqing.catalog.model import Catalog
from mingqing.core.errors import InputRefused, MingqingError, NotAllowed
from mingqing.core.files import write_whole
from mingqing.core.text import tr
from mingqing.desktop.accounts.state import today
from mingqing.desktop.jobs import Jobs, ReadJob, WriteJob
from mingqing.desktop.pages.dialogs import ask
from mingqing.desktop.pages.duty import DutyPage
from mingqing.desktop.pages.paper import choose_printer, print_html
from mingqing.desktop.pages.waiting import Waiting
from mingqing.desktop.person.correction import Correctable, CorrectStep
from mingqing.desktop.person.erasure import EraseStep
from mingqing.desktop.person.finding import FindStep
from mingqing.desktop.person.queue import EraseSheet, KeepSheet, QueueStep
from mingqing.desktop.person.record import RecordStep
from mingqing.desktop.widgets import XL, L, M, S, button, column, label, row
from mingqing.store.people import (
    Corrected,
    Due,
    Erased,
    PersonRecord,
    as_document,
    correct,
    due,
    erase,
    erase_rows,
    everything_on,
    find_people,
    keep_longer,
)
from mingqing.store.people.preview import foresee
from mingqing.store.people.who import PERSON, How, require_whole

if TYPE_CHECKING:
    from mingqing.store.session import Session

T = TypeVar("T")


class PersonPage(DutyPage):
    """For who sees and edits people's rows whole. `changed()` : rows were corrected or deleted."""

    changed = Signal()

    def __init__(self, catalog: Catalog, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(jobs, parent)
        self._catalog, self._writable = catalog, False
        self._record: PersonRecord | None = None
        self.finding, self.queue = FindStep(), QueueStep()
        self.record, self.correction, self.erasure = RecordStep(), CorrectStep(), EraseStep()
        self.waiting = Waiting()
        self.waiting.button.hide()
        self._both = QStackedWidget()
        for tab in (self.finding, self.queue):
            self._both.addWidget(tab)
        self._home = self._lay_out()
        self.addWidget(self._home)
        for step in (self.record, self.correction, self.erasure):
            self.addWidget(step)
        self.addWidget(self.waiting)
        self._connect()

    def _lay_out(self) -> QWidget:
        made = QWidget()
        head = row(gap=S)
        head.addWidget(label(tr("个人信息"), "heading"))
        head.addSpacing(L)
        self.tabs = QButtonGroup(self)
        for number, text in enumerate((tr("找人"), tr("到期复核"))):
            tab = QToolButton()
            tab.setText(text)
            tab.setCheckable(True)
            self.tabs.addButton(tab, number)
            head.addWidget(tab)
        self.tabs.button(0).setChecked(True)
        self.tabs.idClicked.connect(self._both.setCurrentIndex)
        head.addStretch(1)
        head.addWidget(button(tr("返回"), self._leave))
        layout = column(made, margins=(XL, XL, XL, L), gap=M)
        layout.addLayout(head)
        layout.addWidget(self._both, 1)
        return made

    def _connect(self) -> None:
        self.finding.wanted.connect(self._find)
        self.finding.opened.connect(self.open)
        self.record.left.connect(self.show_home)
        self.record.save.connect(self._ask_file)
        self.record.printed.connect(self._print_record)
        self.record.correct.connect(self._ask_correction)
        self.record.erase.connect(self._ask_erasure)
        self.correction.submitted.connect(self._correct)
        self.correction.left.connect(self._back_to_record)
        self.erasure.submitted.connect(self._erase)
        self.erasure.left.connect(self._back_to_record)
        self.erasure.printed.connect(self._print_outcome)
        self.erasure.finished.connect(self.show_home)
        self.queue.keep.connect(self._ask_keep)
        self.queue.erase.connect(self._ask_erase_due)

    def is_for(self, session: "Session") -> bool:
        """Whether the account sees people's rows whole: a document with masks in it would be no answer."""
        try:
            require_whole(session.policy, Action.EDIT)
        except NotAllowed:
            return False
        return True

    def begin(self, session: "Session") -> None:
        """Start anew: nobody is looked for yet, what is due is listed."""
        self.forget()
        self._writable = session.info.read_only is None
        self.refresh_due()
        self.finding.field.setFocus()

    def forget(self) -> None:
        """Keep nothing of anybody."""
        self._record = None
        for step in (self.finding, self.queue, self.record, self.correction, self.erasure):
            step.forget()
        self.tabs.button(0).setChecked(True)
        self._both.setCurrentIndex(0)
        self.show_home()

    def dismiss(self) -> None:
        """Go back a step; not while something is deleted."""
        step = self.currentWidget()
        if step is self._home:
            self._leave()
        elif step is self.erasure and self.erasure.outcome:
            self.show_home()
        elif step in {self.correction, self.erasure}:
            self._back_to_record()
        elif step is not self.waiting:
            self.show_home()

    def _leave(self) -> None:
        self.forget()
        self.left.emit()

    def show_home(self) -> None:
        """Show the first step, with nothing of the person who was looked at."""
        self._record = None
        for step in (self.record, self.correction, self.erasure):
            step.forget()
        self.setCurrentWidget(self._home)

    def _back_to_record(self) -> None:
        self.correction.forget()
        self.erasure.forget()
        self.setCurrentWidget(self.record)

    def _read(
        self,
        work: "Callable[[Session], T]",
        done: Callable[[T], None],
        refuse: Callable[[str, str], None],
        topic: str = "person",
    ) -> None:
        def failed(error: MingqingError) -> None:
            refuse(str(error), "danger")

        self.jobs.start(ReadJob(lambda session, _job: work(session), done=done, failed=failed, topic=topic))

    def _write(
        self, work: "Callable[[Session], T]", done: Callable[[T], None], refuse: Callable[[str], None]
    ) -> None:
        def finished(result: T) -> None:
            done(result)
            self.changed.emit()

        self.jobs.start(
            WriteJob(
                lambda session, _job: work(session), done=finished, failed=lambda error: refuse(str(error))
            )
        )

    # ── One person ─────────────────────────────────────────────────────────────────────────────────────────

    def _find(self, text: str) -> None:
        self._read(lambda session: find_people(session, text), self.finding.show_found, self.finding.say)

    def open(self, resident_id: int, said: str = "") -> None:
        """Show what is held on a resident, that is logged; and below it what was just done."""

        def done(record: PersonRecord) -> None:
            self._show_record(record)
            if said:
                self.record.say(said)

        self._read(lambda session: everything_on(session, resident_id), done, self.finding.say)

    def _show_record(self, record: PersonRecord) -> None:
        self._record = record
        self.record.show_record(record, writable=self._writable)
        self.setCurrentWidget(self.record)

    def _ask_file(self) -> None:
        suggested = str(Path.home() / tr("个人信息查阅.html"))
        chosen, _ = QFileDialog.getSaveFileName(self, tr("存成网页文件"), suggested, tr("网页") + " (*.html)")
        if chosen:
            self.save(Path(chosen))

    def save(self, path: Path) -> None:
        """Write the record to a file that only this user of the computer can read; logged first."""
        if (record := self._record) is None:
            return
        page = as_document(record).encode()

        def work(session: "Session") -> None:
            session.record(
                Act.EXPORT, _target(self._catalog, record), rows=1, proof=hashlib.sha256(page).hexdigest()
            )
            try:
                write_whole(path, page, private=True)
            except OSError as error:
                raise InputRefused(tr("这里不能保存，请换个位置")) from error

        self._read(
            work, lambda _none: self.record.say(tr("已存到 {path}").format(path=path)), self.record.say
        )

    def _print_record(self) -> None:
        printer = choose_printer(self)
        if printer is None or (record := self._record) is None:
            return
        self._read(
            lambda session: session.record(Act.PRINT, _target(self._catalog, record), rows=1),
            lambda _none: print_html(as_document(record), printer),
            self.record.say,
        )

    def _ask_correction(self) -> None:
        if (record := self._record) is not None:
            self._read(lambda session: _correctable(session, record), self._begin_correction, self.record.say)

    def _begin_correction(self, rows: Sequence[Correctable]) -> None:
        self.correction.begin(rows)
        self.setCurrentWidget(self.correction)

    def _correct(self) -> None:
        chosen, changes, why = self.correction.chosen, self.correction.changes, self.correction.why.text()

        def done(corrected: Corrected) -> None:
            self.correction.setEnabled(True)
            if self._record is not None:
                self.open(self._record.resident_id, "\n".join(corrected.remarks))

        self._write(
            lambda session: correct(session, chosen.table.name, chosen.id, changes, why),
            done,
            self.correction.refuse,
        )

    # ── Deleting ───────────────────────────────────────────────────────────────────────────────────────────

    def _ask_erasure(self) -> None:
        if (record := self._record) is None:
            return

        def done(coming: Erased) -> None:
            self.erasure.ask(record.name, coming)
            self.setCurrentWidget(self.erasure)

        self._read(lambda session: foresee(session, record.resident_id), done, self.record.say)

    def _erase(self) -> None:
        if (record := self._record) is None:
            return
        why = self.erasure.why.text()

        def refuse(sentence: str) -> None:
            self.setCurrentWidget(self.erasure)
            self.erasure.refuse(sentence)

        self._wait()
        self._write(lambda session: erase(session, record.resident_id, why), self._erased, refuse)

    def _erased(self, done: Erased) -> None:
        self._record = None
        self.record.forget()
        self.finding.forget()
        self.refresh_due()
        self.erasure.show_outcome(tr("已删除"), done)
        self.setCurrentWidget(self.erasure)

    def _wait(self) -> None:
        self.waiting.begin(tr("正在删除"), tr("修改历史也要逐条清除，数据多时要几十秒"))
        self.setCurrentWidget(self.waiting)

    def _print_outcome(self) -> None:
        printer = choose_printer(self)
        if printer is not None:
            print_html(self.erasure.as_html(), printer)

    # ── Past their term ────────────────────────────────────────────────────────────────────────────────────

    def refresh_due(self) -> None:
        """List what is past its term."""
        day = today()

        def done(found: tuple[list[Due], Mapping[str, str]]) -> None:
            rows, villages = found
            titles = {name: table.title for name, table in self._catalog.tables.items()}
            self.queue.show_due(rows, titles, villages)
            text = tr("到期复核　{n:,}").format(n=len(rows)) if rows else tr("到期复核")
            self.tabs.button(1).setText(text)

        self._read(lambda session: _due(session, day), done, self.queue.say, topic="due")

    def _ask_keep(self) -> None:
        chosen = self.queue.chosen
        sheet = KeepSheet(len(chosen), self.window())

        def submitted() -> None:
            until, why = _day(sheet), sheet.why.text()

            def work(session: "Session") -> None:
                for table, ids in _by_table(chosen).items():
                    keep_longer(session, table, ids, until, why)

            def done(_none: None) -> None:
                sheet.accept()
                self.refresh_due()

            self._write(work, done, sheet.refuse)

        sheet.submitted.connect(submitted)
        ask(sheet)

    def _ask_erase_due(self) -> None:
        chosen = self.queue.chosen
        counts = Counter(self._catalog.tables[d.table].title for d in chosen)
        described = "、".join(tr("{table} {n} 条").format(table=t, n=n) for t, n in counts.items())
        sheet = EraseSheet(described, self.window())

        def submitted() -> None:
            why = sheet.why.text()

            def done(said: str) -> None:
                sheet.accept()
                self.refresh_due()
                self.erasure.show_outcome(tr("已删除到期的记录"), said)
                self.setCurrentWidget(self.erasure)

            self._write(lambda session: _erase_due(session, chosen, why), done, sheet.refuse)

        sheet.submitted.connect(submitted)
        ask(sheet)


def _target(catalog: Catalog, record: PersonRecord) -> str:
    """What the log calls a person: the number of the row, never the name."""
    return f"{catalog.tables[PERSON].title} {record.resident_id}"


def _correctable(session: "Session", record: PersonRecord) -> list[Correctable]:
    """Return the rows of a record that the account may correct; those that only name the person are somebody else's."""
    found = []
    for held in record.rows:
        values = session.row(held.table, held.id) if held.how is not How.NAMED else None
        if values is not None and session.policy.allowed(held.table, Action.EDIT):
            title = f"{held.title}　{held.how.caption}"
            found.append(Correctable(session.catalog.tables[held.table], held.id, title, values))
    return found


def _due(session: "Session", day: date) -> tuple[list[Due], Mapping[str, str]]:
    return due(session, day), {v.code: v.name for v in session.villages()}


def _by_table(rows: Sequence[Due]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for one in rows:
        found.setdefault(one.table, []).append(one.id)
    return found


def _erase_due(session: "Session", rows: Sequence[Due], why: str) -> str:
    """Delete rows past their term; people with what hangs on them, which may be others of these rows."""
    by_table = _by_table(rows)
    done = [erase(session, one, why) for one in by_table.pop(PERSON, [])]
    for table, ids in by_table.items():
        there = {i for (i,) in session.rows(table, ["id"])}
        if left := [i for i in ids if i in there]:
            done.append(erase_rows(session, table, left, why))
    return "\n\n".join(one.as_text() for one in done)


def _day(sheet: KeepSheet) -> date:
    chosen = sheet.until.date()
    return date(chosen.year(), chosen.month(), chosen.day())
