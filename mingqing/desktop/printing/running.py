"""A long run as one follows it: how far it is, what failed and why, and what came of it in the end."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QProgressBar, QPushButton, QWidget

from mingqing.core.cells import inert_cell
from mingqing.core.errors import ProjectUnavailable
from mingqing.core.files import write_for_user
from mingqing.core.text import tr
from mingqing.desktop.evacuation.entries import Entry, EntryList
from mingqing.desktop.jobs import Job, Jobs, WriteJob
from mingqing.desktop.widgets import M, S, alive, button, column, label, restyle, row

_LIST_PX = 230


@dataclass(frozen=True, slots=True)
class Failure:
    """What was not made, where, and the sentence that says why.

    key : for who wants to have it made again. made : it was, and the sentence is only to be heeded.
    """

    what: str
    village: str
    sentence: str
    key: object = None
    made: bool = False


class RunPage(QWidget):
    """Follows one run after another.

    Signals
    -------
    resting(bool) : it is to be paused, or to go on. stopping() : to be ended. folding() : it goes on out of sight.
    shown(), redoing(), leaving() : once it is over: its folder, what failed, something else.
    opened(Failure) : one that failed is to be looked at.
    """

    resting = Signal(bool)
    stopping = Signal()
    folding = Signal()
    shown = Signal()
    redoing = Signal()
    leaving = Signal()
    opened = Signal(object)

    def __init__(self, jobs: Jobs, unit: str, opening: str = "") -> None:
        """`unit` : counts what is made: 张, 份. opening : what a double click on a line does."""
        super().__init__()
        self._jobs, self._unit = jobs, unit
        self.failures: list[Failure] = []
        self._words, self.rests = "", False
        self.heading, self.count = label("", "heading"), label("", "display")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.now = label("", "muted", wrap=True)
        self.told = label("", "muted", wrap=True)
        self.pause = button(tr("暂停"), self._rest)
        self.stop = button(tr("停止"), self.stopping.emit)
        self.fold = button(tr("收起，继续做"), self.folding.emit)
        self.show_folder = button(tr("打开文件夹"), self.shown.emit, "primary")
        self.redo = button(tr("只重做失败的"), self.redoing.emit)
        self.leave = button(tr("返回"), self.leaving.emit)
        self.failed_title = label("", "strong")
        self.keep = button(tr("存为表格…"), self._ask_where, "inline")
        self.kept = label(opening, "caption")
        self.list = EntryList(tr("没做成的"))
        self.list.setMinimumHeight(_LIST_PX)
        self.list.opened.connect(lambda at: self.opened.emit(self.failures[at]))
        self._lay_out()

    def _lay_out(self) -> None:
        layout = column(self, gap=M)
        layout.addWidget(self.heading)
        layout.addWidget(self.count)
        layout.addWidget(self.bar)
        layout.addWidget(self.now)
        layout.addWidget(self.told)
        layout.addSpacing(S)
        layout.addWidget(self._make_failed(), 1000)
        layout.addStretch(1)
        layout.addLayout(self._make_buttons())

    def _make_failed(self) -> QFrame:
        self._failed = QFrame()
        inside = column(self._failed, gap=S)
        head = row(gap=M)
        head.addWidget(self.failed_title)
        head.addStretch(1)
        head.addWidget(self.kept)
        head.addWidget(self.keep)
        framed = QFrame()
        framed.setObjectName("sheet")
        column(framed, margins=(4, 4, 4, 4)).addWidget(self.list)
        inside.addLayout(head)
        inside.addWidget(framed, 1)
        return self._failed

    def _make_buttons(self) -> QHBoxLayout:
        made = row(gap=M)
        for each in (self.pause, self.stop):
            made.addWidget(each)
        made.addStretch(1)
        for each in (self.leave, self.redo, self.fold, self.show_folder):
            made.addWidget(each)
        for each in self._buttons:
            each.setAutoDefault(False)
        return made

    @property
    def _buttons(self) -> tuple[QPushButton, ...]:
        return self.pause, self.stop, self.leave, self.redo, self.fold, self.show_folder

    # ── Under way ──────────────────────────────────────────────────────────────────────────────────────────

    def begin(self, heading: str) -> None:
        """Follow a run from its beginning."""
        self.failures = []
        self._list()
        self._words = heading
        self._dress(running=True)
        self.count.clear()
        self.count.hide()
        self.bar.setRange(0, 0)
        self.now.setText(tr("正在准备…"))
        self.told.setText(tr("可以收起来，接着干别的，做完会再打开。中途停下，做好的都在"))
        restyle(self.told, "kind", "caption")
        self.told.show()
        self._show_resting(on=False)
        self.pause.setFocus()

    def show_far(self, text: str, done: int, total: int) -> None:
        """Say what is being made, and how many there are."""
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.count.setText(f"{done:,} / {total:,} {self._unit}")
        self.count.setVisible(total > 0)
        self.now.setText(text)

    def add_failure(self, failure: Failure) -> None:
        """List one that was not made."""
        self.failures.append(failure)
        self._list()

    def say_stopping(self) -> None:
        """Say that the wish to stop was heard."""
        self.heading.setText(tr("正在停下…"))
        for each in (self.pause, self.stop):
            each.setEnabled(False)

    def _rest(self) -> None:
        on = not self.rests
        self._show_resting(on=on)
        self.resting.emit(on)

    def _show_resting(self, *, on: bool) -> None:
        self.rests = on
        self.pause.setText(tr("继续") if on else tr("暂停"))
        self.heading.setText(tr("已暂停") if on else self._words)

    # ── Over ───────────────────────────────────────────────────────────────────────────────────────────────

    def end(self, heading: str, told: str, *, good: bool, heeded: Sequence[Failure] = ()) -> None:
        """Say what came of it. heeded : what was made and is to be looked at all the same."""
        self.failures += heeded
        self._list()
        self._dress(running=False)
        self.heading.setText(heading)
        self.told.setText(told)
        restyle(self.told, "kind", "muted" if good else "warning")
        self.told.setVisible(bool(told))
        self.show_folder.setFocus()

    def _dress(self, *, running: bool) -> None:
        for each in (self.pause, self.stop, self.fold, self.bar, self.now, self.count):
            each.setVisible(running)
        for each in (self.leave, self.show_folder):
            each.setVisible(not running)
        self.redo.setVisible(not running and any(not f.made for f in self.failures))
        for each in self._buttons:
            each.setEnabled(True)

    def _list(self) -> None:
        failed = sum(not f.made for f in self.failures)
        heeded = len(self.failures) - failed
        told = [tr("没做成的 {n} {unit}").format(n=failed, unit=self._unit)] if failed else []
        told += [tr("要留意的 {n} 处").format(n=heeded)] if heeded else []
        self.failed_title.setText("，".join(told))
        self._failed.setVisible(bool(self.failures))
        self.list.show_entries(range(len(self.failures)), partial(_entry, tuple(self.failures)))

    def _ask_where(self) -> None:
        name = str(Path.home() / tr("没做成的.csv"))
        chosen, _ = QFileDialog.getSaveFileName(
            self, tr("存为表格"), name, tr("表格，Excel 能打开") + " (*.csv)"
        )
        if chosen:
            self.keep_list(Path(chosen).with_suffix(".csv"))

    def keep_list(self, path: Path) -> None:
        """Save what failed, and why, as a table."""
        content = as_csv(self.failures)

        def work(_session: object, _job: Job[None]) -> None:
            try:
                write_for_user(path, content)
            except OSError as error:
                raise ProjectUnavailable(
                    tr("{path} 写不进去，请检查位置和磁盘空间").format(path=path)
                ) from error

        def say(sentence: str) -> None:
            if alive(self):
                self.kept.setText(sentence)

        said = tr("已存为 {name}").format(name=path.name)
        self._jobs.start(WriteJob(work, done=lambda _: say(said), failed=lambda why: say(str(why))))


def _entry(failures: Sequence[Failure], at: int) -> Entry:
    failure = failures[at]
    tone = "warning" if failure.made else "danger"
    return Entry(at, f"{failure.village}　{failure.what}", "", failure.sentence, tone)


def as_csv(failures: Sequence[Failure]) -> bytes:
    """Return what failed as a table that Excel opens.

    Examples
    --------
    >>> as_csv([Failure("防灾避险图", "横岗村", "没有村界")]).decode("utf-8-sig").splitlines()[1]
    '横岗村,防灾避险图,没有村界'
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow((tr("村"), tr("内容"), tr("原因")))
    writer.writerows(map(inert_cell, (f.village, f.what, f.sentence)) for f in failures)
    return text.getvalue().encode("utf-8-sig")
