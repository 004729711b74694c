"""The import's steps, one after another: looking through the files, review, importing, report."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from mingqing.core.errors import InputRefused, MingqingError
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.importing.decisions import FileKind, kinds_of_files, options_of
from mingqing.desktop.importing.report import ReportPage
from mingqing.desktop.importing.review import ReviewPage
from mingqing.desktop.jobs import Job, Jobs, ReadJob, WriteJob
from mingqing.desktop.pages.waiting import Waiting
from mingqing.ingest.memory import remember
from mingqing.ingest.preview import Question, SourcePreview, look_through
from mingqing.ingest.report import ImportReport
from mingqing.ingest.run import import_paths

if TYPE_CHECKING:
    from mingqing.catalog.model import Catalog
    from mingqing.store.session import Session


class ImportPage(QStackedWidget):
    """Signals: finished() after the report was read; left() where nothing was imported; refused(MingqingError)."""

    finished = Signal()
    left = Signal()
    refused = Signal(object)

    def __init__(self, catalog: "Catalog", jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._jobs = jobs
        self._paths: list[Path] = []
        self._job: Job[Any] | None = None
        self.waiting, self.review, self.report = Waiting(), ReviewPage(catalog), ReportPage()
        for page in (self.waiting, self.review, self.report):
            self.addWidget(page)
        self.waiting.cancelled.connect(self.cancel)
        self.review.confirmed.connect(self._import)
        self.review.left.connect(self.left)
        self.review.recoded.connect(self._read_again)
        self.report.done.connect(self.finished)

    @property
    def busy(self) -> bool:
        """Whether an import is being prepared or under way."""
        return self._job is not None

    def cancel(self) -> None:
        """Stop what is under way; files already in stay in."""
        if self._job is not None:
            self.waiting.stopping()
            self._job.cancel()

    def begin(self, paths: list[Path]) -> None:
        """Look through files and folders, then show what would be imported."""
        self._paths = paths
        self._wait(tr("正在查看文件"), tr("还没有写入任何数据"))

        def work(session: "Session", job: Job[list[SourcePreview]]) -> list[SourcePreview]:
            return look_through(session, paths, progress=job.progress, cancelled=job.cancelled)

        self._start(
            ReadJob(work, done=self._looked, failed=self._failed, progressed=self.waiting.show_progress)
        )

    def _looked(self, previews: list[SourcePreview]) -> None:
        self._job = None
        if not previews:
            self.refused.emit(
                InputRefused(tr("这里没有能导入的文件：支持 shp、gpkg、geojson、kml、gpx、csv、xlsx"))
            )
            self.left.emit()
            return
        self.review.show_kinds(kinds_of_files(previews), {})
        self.setCurrentWidget(self.review)

    def _read_again(self, question: Question, encoding: str) -> None:
        """Look again, in another encoding, at the files whose text was unclear in this way."""
        asked = [
            s
            for k in self.review.kinds
            for s in k.sources
            if s.question is not None and s.question.key == question.key
        ]
        paths = list(dict.fromkeys(s.path for s in asked))
        self._wait(tr("正在查看文件"), tr("还没有写入任何数据"))

        def work(session: "Session", job: Job[list[SourcePreview]]) -> list[SourcePreview]:
            again = look_through(
                session, paths, encoding=encoding, progress=job.progress, cancelled=job.cancelled
            )
            return [replace(p, question=question) for p in again]

        def done(previews: list[SourcePreview]) -> None:
            self._job = None
            rest = [k for k in self.review.kinds if not any(s.path in paths for s in k.sources)]
            self._show_review([*kinds_of_files(previews), *rest])

        self._start(ReadJob(work, done=done, failed=self._failed, progressed=self.waiting.show_progress))

    def _show_review(self, kinds: list[FileKind]) -> None:
        self.review.show_kinds(kinds, self.review.answers)
        self.setCurrentWidget(self.review)

    def _import(self) -> None:
        paths, options = self._paths, options_of(self.review.kinds, self.review.answers)
        self._wait(tr("正在导入"), tr("可以随时停下，已经完成的文件会保留"))

        def work(session: "Session", job: Job[ImportReport]) -> ImportReport:
            remember(session, options)
            return import_paths(session, paths, options, watch=Watch(job.progress, job.cancelled))

        self._start(
            WriteJob(work, done=self._imported, failed=self._failed, progressed=self.waiting.show_progress)
        )

    def _imported(self, report: ImportReport) -> None:
        self._job = None
        self.report.show_report(report)
        self.setCurrentWidget(self.report)

    def _failed(self, error: MingqingError) -> None:
        self._job = None
        self.refused.emit(error)
        self.left.emit()

    def _start(self, job: Job[Any]) -> None:
        self._job = self._jobs.start(job)

    def _wait(self, heading: str, advice: str) -> None:
        self.waiting.begin(heading, advice)
        self.setCurrentWidget(self.waiting)
