"""Lists, cards and village plans as files to print: made off the UI thread, with how far it is, and stopped at will."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QFrame, QProgressBar, QWidget

from mingqing.core.errors import Cancelled, MingqingError
from mingqing.core.files import write_for_user
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.classify.looks import today
from mingqing.desktop.evacuation.parts import chips
from mingqing.desktop.jobs import Job, Jobs, KeepJob
from mingqing.desktop.widgets import S, button, column, label, restyle, row
from mingqing.printing.evacuation import planned
from mingqing.printing.evacuation.card_pdf import print_cards
from mingqing.printing.evacuation.roll_pdf import print_roll
from mingqing.printing.evacuation.village_plan_pdf import print_plan

if TYPE_CHECKING:
    from mingqing.evacuation.planning import Plan
    from mingqing.store.session import Session

_Made = Callable[["Session", "Plan", str, Watch], bytes]
EXCEL, PDF = ".xlsx", ".pdf"


def roll_xlsx(session: "Session", plan: "Plan", subject: str, watch: Watch) -> bytes:
    """Return the list of who has to leave as a workbook."""
    from mingqing.printing.evacuation.roll_xlsx import export_roll  # with it openpyxl, slow to import

    found = planned.evacuees(session, plan, watch=watch)
    return export_roll(session, found, planned.about(session, plan, subject), watch=watch)


def roll_pdf(session: "Session", plan: "Plan", subject: str, watch: Watch) -> bytes:
    """Return the list of who has to leave on paper."""
    found = planned.evacuees(session, plan, watch=watch)
    return print_roll(session, found, planned.about(session, plan, subject), watch=watch)


def cards_pdf(session: "Session", plan: "Plan", subject: str, watch: Watch) -> bytes:
    """Return a card a household."""
    found = planned.evacuees(session, plan, watch=watch)
    return print_cards(session, found, planned.about(session, plan, subject), watch=watch)


def village_pdf(session: "Session", plan: "Plan", subject: str, watch: Watch) -> bytes:
    """Return the plan of the one village that takes part."""
    villages = plan.scenario.villages or tuple(plan.world.villages)
    found = planned.evacuees(session, plan, villages=villages[:1], watch=watch)
    return print_plan(session, villages[0], found, planned.about(session, plan, subject), watch=watch)


class Handing(QWidget):
    """Buttons for what is handed out of the plan on screen, and below them what came of it."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._plan: Plan | None = None
        self._subject, self._place = "", ""
        self._job: Job[Path] | None = None
        choices: tuple[tuple[str, str, str, _Made], ...] = (
            (tr("清单 Excel"), tr("转移人员清单"), EXCEL, roll_xlsx),
            (tr("清单 PDF"), tr("转移人员清单"), PDF, roll_pdf),
            (tr("明白卡"), tr("避险明白卡"), PDF, cards_pdf),
            (tr("村预案"), tr("转移预案"), PDF, village_pdf),
        )
        self.buttons = [
            button(text, partial(self._ask, title, end, made), "chip") for text, title, end, made in choices
        ]
        layout = column(self, gap=S)
        layout.addLayout(chips(*self.buttons))
        self._under_way = self._make_under_way()
        layout.addWidget(self._under_way)
        self.said = label("", "caption", wrap=True)
        self._folder = ""
        self.opening = button(tr("打开所在文件夹"), self._open_folder, "inline")
        layout.addWidget(self.said)
        layout.addWidget(self.opening, 0, Qt.AlignmentFlag.AlignLeft)
        self._say("", "")

    def _make_under_way(self) -> QFrame:
        made = QFrame()
        inside = column(made, gap=4)
        self._words = label("", "caption", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        line = row(gap=S)
        line.addWidget(self.bar, 1, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(button(tr("停下"), self.stop, "inline"))
        inside.addWidget(self._words)
        inside.addLayout(line)
        made.hide()
        return made

    def show_plan(self, plan: "Plan | None", subject: str, place: str) -> None:
        """Hand this out: `subject` says what it is about, `place` goes into names of files."""
        if plan is not self._plan:
            self._say("", "")
        self._plan, self._subject, self._place = plan, subject, place
        one = plan is not None and len(plan.scenario.villages or plan.world.villages) == 1
        for made in self.buttons:
            made.setEnabled(plan is not None and len(plan) > 0)
        of_village = self.buttons[-1]
        of_village.setEnabled(of_village.isEnabled() and one)
        of_village.setToolTip("" if one else tr("第 1 步里只选一个村，才能出这个村的预案"))

    def _ask(self, title: str, end: str, made: _Made) -> None:
        day = today().isoformat()
        name = str(Path.home() / f"{title}_{self._place}_{day}{end}")
        kind = "Excel (*.xlsx)" if end == EXCEL else "PDF (*.pdf)"
        chosen, _ = QFileDialog.getSaveFileName(self, title, name, kind)
        if chosen:
            self.write(Path(chosen).with_suffix(end), made)

    def write(self, path: Path, made: _Made) -> None:
        """Make a file."""
        plan, subject = self._plan, self._subject
        if plan is None:
            return

        def work(session: "Session", job: Job[Path]) -> Path:
            write_for_user(path, made(session, plan, subject, Watch(job.progress, job.cancelled)))
            return path

        self._say("", "")
        self._show_far(tr("正在准备…"), 0, 0)
        self._under_way.show()
        self._job = self._jobs.start(
            KeepJob(work, done=self._done, failed=self._failed, progressed=self._show_far, topic="handing")
        )

    def stop(self) -> None:
        """Make no more of it."""
        if self._job is not None:
            self._job.cancel()

    def _show_far(self, text: str, done: int, total: int) -> None:
        self._words.setText(
            tr("{text} {n} / {total}").format(text=text, n=done, total=total) if total else text
        )
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _done(self, path: Path) -> None:
        self._under_way.hide()
        self._say(tr("已存为 {name}").format(name=path.name), "good", str(path.parent))

    def _failed(self, why: MingqingError) -> None:
        self._under_way.hide()
        self._say(str(why), "" if isinstance(why, Cancelled) else "warning")

    def _say(self, sentence: str, mood: str, folder: str = "") -> None:
        self._folder = folder
        self.said.setText(sentence)
        restyle(self.said, "kind", mood or "caption")
        self.said.setVisible(bool(sentence))
        self.opening.setVisible(bool(folder))

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._folder))


def subject_of(names: "list[str]") -> str:
    """Return what a plan is about in a few words: the hazards that are active.

    Examples
    --------
    >>> subject_of(["甲山洪", "乙滑坡", "丙崩塌", "丁山洪"])
    '甲山洪、乙滑坡等 4 处'
    """
    more = tr("等 {n} 处").format(n=len(names)) if len(names) > 2 else ""
    return "、".join(names[:2]) + more
