"""The export page: what is chosen, what it would come to, then how far it is and what came of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from mingqing.access.roles import Action
from mingqing.core.errors import Cancelled, MingqingError
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.banner import Banner
from mingqing.desktop.exporting.choosing import Choosing
from mingqing.desktop.exporting.foresight import Foresight, foresee
from mingqing.desktop.exporting.ground import Counts, count
from mingqing.desktop.exporting.handed import Handed, HandedPage, weigh
from mingqing.desktop.exporting.wish import recall, remember
from mingqing.desktop.jobs import ExportJob, Job, ReadJob
from mingqing.desktop.pages.waiting import Waiting
from mingqing.desktop.widgets import M, S, button, column, label, row
from mingqing.export.profile.find import profiles
from mingqing.export.profile.model import Profile
from mingqing.quality.findings import Quality
from mingqing.store.conditions.kept import Asked as Condition
from mingqing.store.conditions.kept import kept

if TYPE_CHECKING:
    from mingqing.desktop.exporting.ground import Ground
    from mingqing.desktop.jobs import Jobs
    from mingqing.export.asked import Asked
    from mingqing.store.session import Session

_PAUSE_MS = 150
_Known = tuple[dict[str, Profile], Counts, list[tuple[str, Condition]]]


class ExportPage(QStackedWidget):
    """Signals: left() : back to the map. opened(Finding, Quality) : a row is to be put right, one of those found."""

    left = Signal()
    opened = Signal(object, object)

    def __init__(self, jobs: "Jobs", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._jobs = jobs
        self._ground: Ground | None = None
        self._job: Job[Handed] | None = None
        self._table = ""
        self.foresight: Foresight | None = None
        self.banner, self.choosing = Banner(), Choosing()
        self.waiting, self.handed = Waiting(), HandedPage()
        self._asking = QWidget()
        layout = column(self._asking, gap=0)
        layout.addWidget(self._head())
        layout.addWidget(self.banner)
        layout.addWidget(self.choosing, 1)
        for page in (self._asking, self.waiting, self.handed):
            self.addWidget(page)
        self.pause = QTimer(self)
        self.pause.setSingleShot(True)
        self.pause.setInterval(_PAUSE_MS)
        self.pause.timeout.connect(self._look)
        self._connect()

    def _head(self) -> QWidget:
        made = QWidget()
        made.setObjectName("topbar")
        made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        made.setFixedHeight(56)
        line = row(made, margins=(M, 0, M, 0), gap=S)
        back = button(tr("返回地图"), self.left.emit, "plain", glyph="fa6s.arrow-left")
        back.setToolTip(tr("返回地图  Esc"))
        line.addWidget(back)
        line.addSpacing(S)
        line.addWidget(label(tr("导出数据"), "title"))
        line.addSpacing(M)
        line.addWidget(label(tr("选给谁用，看一眼会得到什么，点“导出”"), "caption"), 1)
        return made

    def _connect(self) -> None:
        choosing = self.choosing
        choosing.changed.connect(self._look_later)
        choosing.seen.connect(self._turn_to)
        choosing.exporting.connect(self.export)
        choosing.check.wanted.connect(self.check)
        choosing.check.opened.connect(lambda of: self.opened.emit(of, choosing.check.list.quality))
        self.waiting.cancelled.connect(self.stop)
        self.handed.again.connect(self._show_choices)
        self.handed.left.connect(self.left)

    # ── What is offered ────────────────────────────────────────────────────────────────────────────────────────

    def begin(self, ground: "Ground") -> None:
        """Offer to export what is looked at; while something is exported, or was looked through, that stays."""
        if self.busy:
            return
        self._ground, self._table, self.foresight = ground, "", None
        self.banner.clear()
        self.choosing.check.forget()
        self.choosing.preview.clear(tr("正在看…"))
        self.choosing.begin(ground, recall(ground.settings, ground.session.info.path))
        self._show_choices()

        def work(session: "Session", _job: Job[_Known]) -> _Known:
            conditions = [(saved.name, asked) for saved, asked in kept(session)]
            return profiles(session.info.path), count(session), conditions

        self._jobs.start(
            ReadJob(
                work, done=lambda known: self.choosing.know(*known), failed=self._fail, topic="export begin"
            )
        )

    def forget(self) -> None:
        """Drop whatever is shown: the project is closed."""
        if self._job is not None:
            self._job.abandon()
        self._job = self._ground = self.foresight = None
        self.pause.stop()
        self.banner.clear()
        self.choosing.check.forget()
        self.choosing.preview.clear("")
        self._show_choices()

    def _show_choices(self) -> None:
        self.setCurrentWidget(self._asking)
        self.choosing.audiences.setFocus()

    # ── What it would come to ──────────────────────────────────────────────────────────────────────────────────

    def _look_later(self) -> None:
        if self.choosing.lacking:
            self.choosing.preview.clear(self.choosing.lacking)
        elif self.choosing.profile is not None:
            self.choosing.preview.wait()
            self.pause.start()

    def _turn_to(self, table: str) -> None:
        self._table = table
        self._look()

    def _look(self) -> None:
        choosing = self.choosing
        profile, asked, target = choosing.profile, choosing.asked, choosing.place.target(choosing.wish.format)
        if self._ground is None or profile is None or choosing.lacking:
            return
        table, numbers = self._table, choosing.numbers

        def work(session: "Session", job: Job[Foresight]) -> Foresight:
            watch = Watch(cancelled=job.cancelled)
            return foresee(session, asked, profile, target.free(), table, watch)

        def done(found: Foresight) -> None:
            self.foresight = found
            choosing.preview.show_foresight(found, numbers)

        def failed(why: MingqingError) -> None:
            choosing.preview.clear(str(why))

        self._jobs.start(ReadJob(work, done=done, failed=failed, topic="export foresight"))

    def check(self) -> None:
        """Look for what is wrong with the rows that would leave."""
        if self._ground is not None:
            self.choosing.check.check(self._ground, self.choosing.asked, Action.EXPORT)

    # ── The run ────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def busy(self) -> bool:
        """Whether something is being exported."""
        return self._job is not None and not self._job.over.is_set()  # over without a word after a crash

    def export(self) -> None:
        """Make what was chosen."""
        ground, asked = self._ground, self.choosing.asked
        target = self.choosing.place.target(asked.format)
        if ground is None or self.busy or self.choosing.lacking:
            return
        remember(ground.settings, ground.session.info.path, self.choosing.wish)

        def work(session: "Session", job: Job[Handed]) -> Handed:
            return hand_on(session, asked, target.free(), Watch(job.progress, job.cancelled))

        self.banner.clear()
        self.choosing.check.stop()
        self.waiting.begin(tr("正在导出"), tr("可以随时停下，停下就什么也不写"))
        self.setCurrentWidget(self.waiting)
        self._job = self._jobs.start(
            ExportJob(work, done=self._done, failed=self._fail, progressed=self.waiting.show_progress)
        )

    def stop(self) -> None:
        """Make no more of it; nothing half done is left."""
        if self._job is not None:
            self.waiting.stopping()
            self._job.cancel()

    def _done(self, handed: Handed) -> None:
        self._job = None
        self.handed.show_handed(handed)
        self.setCurrentWidget(self.handed)

    def _fail(self, why: MingqingError) -> None:
        self._job = None
        self._show_choices()
        quality = getattr(why, "quality", None)  # of `StoppedByCheck`, which comes with all that writes files
        if isinstance(why, Cancelled):
            self.banner.say(str(why), "good")
        elif isinstance(quality, Quality):
            self._show_stop(quality)
        else:
            self.banner.say(str(why))

    def _show_stop(self, quality: Quality) -> None:
        """Show for which errors nothing left."""
        said = tr("有 {n:,} 处错误，没有导出。请逐条改正再导出；或在“数据检查”里改选“有错误也导出”")
        self.banner.say(said.format(n=quality.errors))
        if self._ground is not None:
            self.choosing.check.show_quality(self._ground, quality)
            self.choosing.show_view("check")

    def dismiss(self) -> None:
        """Leave the page: the user pressed Esc; not while something is made."""
        if not self.busy:
            self.left.emit()


def hand_on(session: "Session", asked: "Asked", place: Path, watch: Watch) -> Handed:
    """Export to `place`, and look what came of it; raises as `mingqing.export.run.export` does."""
    from mingqing.export.run import export  # with it all that writes files

    outcome = export(session, asked, place, watch=watch)
    layers = tuple((leaving.title, leaving.rows) for leaving in outcome.layers)
    notes = (*outcome.notes, *_beside(outcome.place, outcome.files))
    return Handed(outcome.place, layers, notes, outcome.quality, weigh(outcome.place))


def _beside(place: Path, files: Sequence[Path]) -> list[str]:
    """Say where the documents are that belong to it, if not in it."""
    folders = {file.parent.name for file in files if not file.is_relative_to(place)}
    said = tr("数据字典、元数据和校验清单在旁边的“{folder}”文件夹里，交给别的单位时一起给")
    return [said.format(folder=folder) for folder in sorted(folders)]
