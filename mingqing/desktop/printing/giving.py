"""Handing a page out: to a printer, as PDF, as a picture. What leaves is made, put down in the log, then given."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QStandardPaths, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QFileDialog, QFrame, QProgressBar, QWidget

from mingqing.core.errors import Cancelled, MingqingError, ProjectUnavailable
from mingqing.core.files import write_for_user
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.jobs import DrawJob, Job, WriteJob
from mingqing.desktop.printing import printer as printers
from mingqing.desktop.printing.drafting import (
    MM_PER_INCH,
    Drawn,
    Far,
    FilesWanted,
    Made,
    Order,
    composed,
)
from mingqing.desktop.widgets import L, M, S, button, column, label, row
from mingqing.printing.wall.handing import Leaving, leaving
from mingqing.printing.wall.output import onto

if TYPE_CHECKING:
    from mingqing.desktop.jobs import Jobs
    from mingqing.desktop.map.studio import Studio
    from mingqing.printing.wall.model import WallMap
    from mingqing.store.session import Session

T = TypeVar("T")
R = TypeVar("R")
_Going = tuple[Leaving, T]
_PICTURES = {".png": "PNG (*.png)", ".svg": "SVG (*.svg)"}
_DPI = {"A4": 300.0, "A3": 300.0, "A2": 300.0, "A1": 300.0, "A0": 200.0}


class Giving(QFrame):
    """The buttons below the list of troubles, and in their place how far it is.

    Signals
    -------
    said(str, str, object) : a sentence, its tone, and what can be done, as `Banner.say` takes them.
    smaller(str) : the map is to be made for this paper, which the printer has.
    """

    said = Signal(str, str, object)
    smaller = Signal(str)

    def __init__(self, jobs: "Jobs", studio: "Studio", parent: QWidget) -> None:
        super().__init__(parent)
        self._jobs, self._studio = jobs, studio
        self._order: Order | None = None
        self._drawn: Drawn | None = None
        self._job: Job[Any] | None = None
        self._on_printer = False
        inside = column(self, margins=(L, S, L, M), gap=4)
        self._buttons = QWidget()
        line = row(self._buttons, gap=S)
        self.print = button(tr("打印…"), self.ask_printer, "primary", glyph="fa6s.print")
        self.pdf = button(tr("存 PDF…"), self.ask_pdf)
        self.picture = button(tr("存图片…"), self.ask_picture)
        for made, stretch in ((self.print, 3), (self.pdf, 2), (self.picture, 2)):
            line.addWidget(made, stretch)
        inside.addWidget(self._buttons)
        self._under_way = self._make_under_way()
        inside.addWidget(self._under_way)

    def _make_under_way(self) -> QWidget:
        made = QWidget()
        inside = column(made, gap=4)
        self._words, self.bar = label("", "caption"), QProgressBar()
        self.bar.setTextVisible(False)
        line = row(gap=S)
        line.addWidget(self.bar, 1)
        line.addWidget(button(tr("停下"), self.stop, "inline"))
        inside.addWidget(self._words)
        inside.addLayout(line)
        made.hide()
        return made

    # ── What may be handed out ─────────────────────────────────────────────────────────────────────────────────

    def offer(self, order: Order | None, drawn: Drawn | None, stop: str) -> None:
        """Offer to hand this out; None for nothing, `stop` says why."""
        self._order, self._drawn = order, drawn
        for made in (self.print, self.pdf, self.picture):
            made.setEnabled(order is not None)
            made.setToolTip(stop)

    def stop(self) -> None:
        """Make no more of it."""
        if self._job is not None:
            self._job.cancel()

    @property
    def busy(self) -> bool:
        """Whether something is being handed out."""
        return not self._under_way.isHidden()

    # ── Files ──────────────────────────────────────────────────────────────────────────────────────────────────

    def ask_pdf(self) -> None:
        """Ask for a file and save the pages in it."""
        self._ask_file(tr("存为 PDF"), {".pdf": "PDF (*.pdf)"})

    def ask_picture(self) -> None:
        """Ask for a file and save the page as a picture; several pages are a file each."""
        self._ask_file(tr("存为图片"), _PICTURES)

    def _ask_file(self, title: str, kinds: dict[str, str]) -> None:
        if self._order is None:
            return
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        first = next(iter(kinds))
        name = str(Path(folder) / f"{_file_name(self._title)}{first}")
        chosen, kind = QFileDialog.getSaveFileName(self, title, name, ";;".join(kinds.values()))
        if not chosen:
            return
        path, end = Path(chosen), next((e for e, k in kinds.items() if k == kind), first)
        if path.suffix.lower() in kinds:
            end = path.suffix.lower()
        self.save(path if path.suffix.lower() == end else path.with_name(path.name + end))

    def save(self, path: Path) -> None:
        """Make the pages and save them as the name of the file says."""
        order = self._order
        if order is None or self.busy:
            return
        how = tr("存为 {name}").format(name=path.name)
        wanted = FilesWanted(order, path.suffix[1:].lower(), _DPI[order.asked.paper], how)

        def make(session: "Session", job: Job[Any]) -> _Going[tuple[bytes, ...]]:
            made: list[Made] = []

            def take(piece: Far | Made) -> None:
                if isinstance(piece, Far):
                    job.progress(piece.text, piece.done, piece.total)
                else:
                    made.append(piece)

            self._studio(session, wanted, job.cancelled, take)
            return made[0].leaving, made[0].contents

        def keep(contents: tuple[bytes, ...], _job: Job[Any]) -> list[Path]:
            paths = [path] if len(contents) == 1 else _numbered(path, len(contents))
            for each, content in zip(paths, contents, strict=True):
                _write(each, content)
            return paths

        def given(paths: list[Path]) -> None:
            name = paths[0].name if len(paths) == 1 else tr("{n} 个文件").format(n=len(paths))
            folder = QUrl.fromLocalFile(str(path.parent))
            self._say(
                tr("已存为 {name}").format(name=name),
                "good",
                (tr("打开所在文件夹"), lambda: QDesktopServices.openUrl(folder)),
            )

        self._on_printer = False
        self._hand_out(make, keep, given)

    # ── Printers ───────────────────────────────────────────────────────────────────────────────────────────────

    def ask_printer(self) -> None:
        """Let the user choose a printer, and print."""
        order, drawn = self._order, self._drawn
        if order is None or drawn is None or self.busy:
            return
        if not printers.any_there():
            said = tr("这台电脑上没有装打印机；可以先存成 PDF，拿到有打印机的地方打")
            self._say(said, "warning", (tr("存成 PDF"), self.ask_pdf))
            return
        printers.ask(self, self._title, order.asked, drawn.size_mm, self.print_on)

    def print_on(self, chosen: QPrinter) -> None:
        """Print on this printer."""
        order, drawn = self._order, self._drawn
        if order is None or drawn is None:
            return
        asked = order.asked
        largest = printers.too_small_for(chosen, drawn.size_mm)
        if largest is not None:
            said = tr(
                "这台打印机最大打 {largest}，图是 {paper}：可以换成 {largest} 重新排版，或存成 PDF 拿去打"
            )
            change = tr("换成 {paper}").format(paper=largest), lambda: self.smaller.emit(largest)
            self._say(said.format(largest=largest, paper=asked.paper), "warning", change)
            return
        printers.lay(chosen, asked.paper, drawn.size_mm)
        copies = chosen.copyCount()
        how = tr("打印 {n} 份：{printer}").format(
            n=copies, printer=chosen.printerName() or chosen.outputFileName()
        )

        def make(session: "Session", job: Job[Any]) -> "_Going[tuple[WallMap, ...]]":
            pages = composed(session, order, job.cancelled)
            return leaving(session, pages, how), pages

        def keep(pages: "tuple[WallMap, ...]", job: Job[Any]) -> int:
            def stopped() -> bool:
                if job.cancelled():
                    chosen.abort()  # or it would print the half that it has
                return job.cancelled()

            watch = Watch(job.progress, stopped)
            onto(chosen, pages, chosen.resolution() / MM_PER_INCH, watch=watch)
            printers.require_taken(chosen)
            return len(pages)

        def given(pages: int) -> None:
            self._say(tr("已送去打印，共 {n} 页").format(n=pages * copies), "good", None)

        self._on_printer = True
        self._hand_out(make, keep, given)

    # ── Both ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _hand_out(
        self,
        make: Callable[["Session", Job[Any]], _Going[T]],
        keep: Callable[[T, Job[Any]], R],
        given: Callable[[R], None],
    ) -> None:
        """Make something in the drawing lane; record that it leaves, and `keep` it, in the writing lane."""

        def record(made: _Going[T]) -> None:
            def work(session: "Session", job: Job[R]) -> R:
                if job.cancelled():
                    raise Cancelled(tr("已停下，没有留下做了一半的东西"))
                going, what = made
                going.record(session)
                return keep(what, job)

            self._job = self._jobs.start(
                WriteJob(work, done=partial(self._end, given), failed=self._fail, progressed=self._show_far)
            )

        self._show_far(tr("正在准备…"), 0, 0)
        self._buttons.hide()
        self._under_way.show()
        self._job = self._jobs.start(
            DrawJob(make, done=record, failed=self._fail, progressed=self._show_far, topic="print out")
        )

    def _show_far(self, text: str, done: int, total: int) -> None:
        self._words.setText(f"{text}  {done} / {total}" if total > 1 else text)
        self.bar.setRange(0, total if total > 1 else 0)
        self.bar.setValue(done)

    def _end(self, given: Callable[[R], None], result: R) -> None:
        self._rest()
        given(result)

    def _fail(self, error: MingqingError) -> None:
        self._rest()
        if isinstance(error, Cancelled):
            self._say(str(error), "good", None)
        else:
            self._say(str(error), "warning", (tr("存成 PDF"), self.ask_pdf) if self._on_printer else None)

    def _rest(self) -> None:
        self._job = None
        self._under_way.hide()
        self._buttons.show()

    def forget(self) -> None:
        """Hand out nothing any more: the project is closed."""
        self.stop()
        self._rest()
        self.offer(None, None, "")

    def _say(self, sentence: str, tone: str, action: tuple[str, Callable[[], object]] | None) -> None:
        self.said.emit(sentence, tone, action)

    @property
    def _title(self) -> str:
        return (self._drawn.title if self._drawn is not None else "") or tr("地图")


def _file_name(title: str) -> str:
    """Return a title as the name of a file, without what no system lets into one."""
    kept = "".join("_" if c in '\\/:*?"<>|' or ord(c) < 32 else c for c in title)
    return kept.strip(" .")[:80] or tr("地图")


def _numbered(path: Path, n: int) -> list[Path]:
    return [path.with_name(f"{path.stem}_{k:0{len(str(n))}d}{path.suffix}") for k in range(n)]


def _write(path: Path, content: bytes) -> None:
    try:
        write_for_user(path, content)
    except OSError as error:
        raise ProjectUnavailable(
            tr("{name} 写不进去，请检查位置和磁盘空间").format(name=path.name)
        ) from error
