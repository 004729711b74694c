"""报表与清单: reports, household sheets, cards and lists for many villages at once, a file each."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout

from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.jobs import Job
from mingqing.desktop.printing import making
from mingqing.desktop.printing.documents import EVERY, OF_EVACUATION, OF_VILLAGE, Document
from mingqing.desktop.printing.making import Made, Wanted, every
from mingqing.desktop.printing.many import ManySheet
from mingqing.desktop.printing.running import Failure
from mingqing.desktop.widgets import L, label
from mingqing.printing.atlas import pace

if TYPE_CHECKING:
    from mingqing.desktop.printing.ground import Ground
    from mingqing.store.session import Session

_INDENT = 26  # of what is said below a box, to stand under its words


class ReportSheet(ManySheet):
    """Asks for documents, makes them, says what came of it."""

    title = tr("报表与清单")
    about = tr("给选中的村做统计报表、入户核对的表、避险转移要发的卡和清单，每村一个文件")
    unit = tr("份")

    def __init__(self, ground: "Ground") -> None:
        super().__init__(ground)
        self.boxes = {document.code: self._box(document) for document in EVERY}
        for words, documents in ((tr("村情、住户"), OF_VILLAGE), (tr("避险转移"), OF_EVACUATION)):
            self.beside.addWidget(label(words, "strong"))
            self.beside.addLayout(self._grid(documents))
        told = tr("照最近保存的转移预案；没有保存过的，按所有没有销号的隐患点编制")
        self.beside.addWidget(label(told, "caption", wrap=True))
        self.villages.offer(ground.villages, {ground.village} if ground.village else ())
        self.folder.setText(str(Path.home() / tr("{name}报表").format(name=ground.session.info.name)))
        self.run.redoing.connect(self._redo)
        self.say_what()

    def _box(self, document: Document) -> QCheckBox:
        made = QCheckBox(document.title)
        why_not = document.why_not(self.ground.session.policy)
        made.setEnabled(not why_not)
        made.setToolTip(why_not or document.about)
        made.setAccessibleDescription(why_not or document.about)
        made.toggled.connect(lambda _on: self.say_what())
        return made

    def _grid(self, documents: Sequence[Document]) -> QGridLayout:
        made = QGridLayout()
        made.setVerticalSpacing(0)
        made.setHorizontalSpacing(L)
        for at, document in enumerate(documents):
            box = self.boxes[document.code]
            about = label(document.about if box.isEnabled() else box.toolTip(), "caption", wrap=True)
            about.setContentsMargins(_INDENT, 0, 0, 0)
            made.addWidget(box, at // 2 * 2, at % 2)
            made.addWidget(about, at // 2 * 2 + 1, at % 2, Qt.AlignmentFlag.AlignTop)
        for half in (0, 1):
            made.setColumnStretch(half, 1)
        return made

    @property
    def wanted(self) -> list[Wanted]:
        """What was chosen."""
        ticked = self.villages.ticked
        documents = [d for d in EVERY if self.boxes[d.code].isChecked()]
        return every(
            documents, sorted(e.village.code for e in self.ground.villages if e.village.code in ticked)
        )

    def say_what(self) -> None:
        """Say how many files it comes to."""
        wanted = len(self.wanted)
        self.primary.setEnabled(wanted > 0)
        self.summary.setText(
            tr("要做 {n:,} 份").format(n=wanted) if wanted else tr("请至少勾一个村、一种报表或清单")
        )

    # ── The run ────────────────────────────────────────────────────────────────────────────────────────────

    def begin(self) -> None:
        """Make what was chosen."""
        self._make(self.wanted)

    def _redo(self) -> None:
        self._make([f.key for f in self.run.failures if isinstance(f.key, Wanted)])

    def _make(self, wanted: Sequence[Wanted]) -> None:
        names = {e.village.code: e.village.name for e in self.ground.villages}
        folder = self.place

        def work(session: "Session", job: Job[Made], watch: Watch) -> Made:
            def failing(of: Wanted, sentence: str) -> None:
                failure = Failure(of.document.title, names[of.village], sentence, of)
                job.deliver(partial(self.run.add_failure, failure))

            return making.make(
                session, wanted, names, folder, watch, paused=self.resting.is_set, failing=failing
            )

        self.make(work, self._say_made, tr("正在做报表和清单"))

    def _say_made(self, made: Made) -> None:
        if made.stopped:
            heading = tr("没有做完")
        elif made.failed:
            heading = tr("做完了，有 {n:,} 份没做成").format(n=made.failed)
        else:
            heading = tr("{n:,} 份都好了").format(n=made.files) if made.files else tr("没有要做的")
        told = [made.stopped.rstrip("。")] if made.stopped else []
        told.append(tr("做了 {n:,} 份，用了{time}").format(n=made.files, time=pace.in_words(made.seconds)))
        if made.nothing:
            told.append(tr("{n:,} 份不用做：村里没有要转移的住户，或没有住户").format(n=made.nothing))
        if made.files:
            told.append(tr("都在 {folder}").format(folder=self.place))
        if made.note:
            told.append(made.note)
        good = not (made.stopped or made.failed or made.note)
        self.run.end(heading, "。".join(told), good=good)
