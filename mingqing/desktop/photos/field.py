"""The field of a form that takes pictures in: from files, dropped, or pasted."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QFrame, QWidget

from mingqing.catalog.values import MOST_PHOTOS, photo_ids
from mingqing.core.errors import Cancelled, MingqingError
from mingqing.core.text import tr
from mingqing.crs.ground import legs
from mingqing.desktop.jobs import Job, Jobs, WriteJob
from mingqing.desktop.photos.album import Place, decoded, fetch_photo, fetch_thumbnails
from mingqing.desktop.photos.strip import PhotoStrip
from mingqing.desktop.photos.viewer import PhotoViewer
from mingqing.desktop.widgets import M, S, button, column, label, row
from mingqing.store.attachments import put

if TYPE_CHECKING:
    from mingqing.catalog.model import Field
    from mingqing.ingest.photo import Shot
    from mingqing.store.session import Session

LonLat = tuple[float, float]
_Put = tuple[str, "Shot"]
_Make = Callable[[], "Shot"]
_WGS84 = 4326
_AT_ONCE_M = 1_000  # farther away, the distance is said in kilometres


class PhotoField(QFrame):
    """Pictures of one photo field of a row. What is added is kept at once, and belongs to the row once that is saved.

    Signals
    -------
    changed() : `value` is another. located(LonLat) : the place where a picture was taken is to be the row's; WGS 84.
    """

    changed = Signal()
    located = Signal(object)

    def __init__(self, jobs: Jobs, field: "Field", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._field = jobs, field
        self._names: tuple[str, ...] = ()
        self._place: Place | None = None
        self._here: LonLat | None = None
        self._taken: dict[str, Shot] = {}  # added since, not yet in any row
        self._waiting: list[Job[_Put]] = []
        self._reading: list[Job[dict[str, QImage]]] = []
        self._offered: LonLat | None = None
        self.setAccessibleName(field.title)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.strip = PhotoStrip(self, removable=True)
        self.strip.opened.connect(self._open)
        self.strip.removed.connect(self._remove)
        self._said = label("", "wrong", wrap=True)
        self._busy = label("", "caption")
        self._build()
        self.destroyed.connect(_Abandon(self._waiting, self._reading))

    def _build(self) -> None:
        layout = column(self, gap=S)
        layout.addWidget(self.strip)
        self.adding = button(tr("添加照片…"), self._choose, glyph="fa6s.camera")
        line = row(gap=M)
        line.addWidget(self.adding)
        line.addWidget(label(tr("也可以拖进来，或按 Ctrl+V 粘贴"), "caption"))
        line.addStretch(1)
        layout.addLayout(line)
        self.offer = QFrame()
        self.offer.setObjectName("group")
        inside = column(self.offer, margins=(M, S, M, S), gap=0)
        self._where = label("", "muted", wrap=True)
        inside.addWidget(self._where)
        self.using = button(tr("用它作为位置"), self._use_place, "link")
        inside.addWidget(self.using)
        for each in (self.offer, self._busy, self._said):
            layout.addWidget(each)
            each.hide()

    # ── The row ──────────────────────────────────────────────────────────────────────────────────────────────

    def show_row(self, table: str, row_id: int | None, value: object, lonlat: LonLat | None = None) -> None:
        """Show the pictures of a row; `row_id` is None for one that is not saved yet.

        Parameters
        ----------
        value : what is stored in the field.
        lonlat : where the row is, degrees, WGS 84 or CGCS2000; None where it has no place, or none can be given it.
        """
        self._abandon()
        self._place = Place(table, row_id, self._field.name) if row_id is not None else None
        self._here, self._taken = lonlat, {}
        self._say("")
        self._offer(None)
        self._set(photo_ids(value))

    @property
    def value(self) -> str | None:
        """What is to be stored in the field."""
        return "、".join(self._names) or None

    @property
    def busy(self) -> bool:
        """Whether pictures are still being made ready."""
        return bool(self._waiting)

    @property
    def said(self) -> str:
        """What is wrong with the pictures that were last added; empty where nothing is."""
        return "" if self._said.isHidden() else self._said.text()

    def _set(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self.strip.show_names(names)
        self.strip.setVisible(bool(names))
        self.adding.setEnabled(len(names) < MOST_PHOTOS)
        self.strip.fill({n: decoded(s.thumbnail) for n, s in self._taken.items()})
        stored = [n for n in names if n not in self._taken]
        _abandon(self._reading)
        if stored and self._place is not None:
            self._reading.append(fetch_thumbnails(self._jobs, self._place, stored, self._fill))

    def _fill(self, images: dict[str, QImage]) -> None:
        self._reading.clear()
        self.strip.fill(images, complete=True)

    def _remove(self, number: int) -> None:
        names = list(self._names)
        gone = names.pop(number)
        shot = self._taken.get(gone)
        if shot is not None and shot.lonlat == self._offered:
            self._offer(None)
        self._set(names)
        self.changed.emit()

    # ── Taking in ────────────────────────────────────────────────────────────────────────────────────────────

    def add_files(self, files: Sequence[Path]) -> None:
        """Make the pictures in files ready, one job each, and show them as they come."""
        self._say("")
        room = MOST_PHOTOS - len(self._names) - len(self._waiting)
        if len(files) > room:
            self._complain(tr("最多放 {n} 张照片，多出的没有添加").format(n=MOST_PHOTOS))
        for file in files[: max(room, 0)]:
            self._take(partial(_from_file, file))

    def paste(self, data: QMimeData | None = None) -> bool:
        """Take in what the clipboard, or something dropped, holds of pictures; whether there was anything."""
        data = QGuiApplication.clipboard().mimeData() if data is None else data
        files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if files:
            self.add_files(files)
            return True
        image = data.imageData() if data.hasImage() else None
        if not isinstance(image, QImage) or image.isNull():
            return False
        self._say("")
        if len(self._names) + len(self._waiting) < MOST_PHOTOS:
            self._take(partial(_from_image, image))
        return True

    def _take(self, make: _Make) -> None:
        def work(session: "Session", job: Job[_Put]) -> _Put:
            taken = make()
            if job.cancelled():
                raise Cancelled(tr("已取消"))
            return put(session, taken.jpeg, taken.thumbnail), taken

        def done(kept: _Put) -> None:
            self._waiting.remove(job)
            self._add(*kept)

        def failed(error: MingqingError) -> None:
            self._waiting.remove(job)
            self._show_busy()
            self._complain(str(error))

        job: Job[_Put] = WriteJob(work, done=done, failed=failed)
        self._waiting.append(job)
        self._show_busy()
        self._jobs.start(job)

    def _add(self, name: str, taken: "Shot") -> None:
        self._show_busy()
        if name in self._names:
            self._complain(tr("照片 {name} 已经有了").format(name=taken.name))
            return
        self._taken[name] = taken
        self._set((*self._names, name))
        if taken.lonlat is not None:
            self._offer(taken.lonlat)
        self.changed.emit()

    def _abandon(self) -> None:
        _abandon(self._waiting)
        self._show_busy()

    def _show_busy(self) -> None:
        left = len(self._waiting)
        self._busy.setText(tr("正在处理照片，还有 {n} 张…").format(n=left))
        self._busy.setVisible(bool(left))

    def _say(self, sentence: str) -> None:
        self._said.setText(sentence)
        self._said.setVisible(bool(sentence))

    def _complain(self, sentence: str) -> None:
        """Say what is wrong, below what was said of other pictures before."""
        self._say("\n".join(filter(None, (self.said, sentence))))

    # ── Where it was taken ───────────────────────────────────────────────────────────────────────────────────

    def _offer(self, lonlat: LonLat | None) -> None:
        self._offered = lonlat
        self.offer.setVisible(lonlat is not None)
        if lonlat is None:
            return
        if self._here is None:
            self._where.setText(tr("照片里有拍摄位置"))
            return
        away = legs(np.array([self._here, lonlat]), _WGS84).total_m
        far = (
            tr("{n:.0f} 米").format(n=away) if away < _AT_ONCE_M else tr("{n:.1f} 公里").format(n=away / 1000)
        )
        self._where.setText(tr("照片里有拍摄位置，离现在的位置 {far}").format(far=far))

    def _use_place(self) -> None:
        if self._offered is not None:
            self.located.emit(self._offered)
        self.offer.hide()

    # ── Seen large ───────────────────────────────────────────────────────────────────────────────────────────

    def _open(self, number: int) -> None:
        PhotoViewer(self.window(), self._names, number, self._bring)

    def _bring(
        self, name: str, done: Callable[[QImage], None], failed: Callable[[MingqingError], None]
    ) -> None:
        if name in self._taken:
            done(decoded(self._taken[name].jpeg))
        elif self._place is not None:
            fetch_photo(self._jobs, self._place, name, done, failed)

    # ── Qt ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _choose(self) -> None:
        from mingqing.ingest.photo import SUFFIXES

        kinds = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in SUFFIXES)
        files, _ = QFileDialog.getOpenFileNames(
            self, tr("添加照片"), "", tr("照片 ({kinds})").format(kinds=kinds)
        )
        self.add_files([Path(file) for file in files])

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Paste pictures."""
        if not (event.matches(QKeySequence.StandardKey.Paste) and self.paste()):
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Take what may be pictures."""
        data = event.mimeData()
        if data.hasImage() or any(url.isLocalFile() for url in data.urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Take pictures in."""
        if self.paste(event.mimeData()):
            event.acceptProposedAction()


class _Abandon:
    """Drops what is still under way for a field that is no more; holds no field, so that it can be called then."""

    def __init__(self, *jobs: list[Job[Any]]) -> None:
        self._jobs = jobs

    def __call__(self) -> None:
        for each in self._jobs:
            _abandon(each)


def _abandon(jobs: list[Job[Any]]) -> None:
    for job in jobs:
        job.abandon()
    jobs.clear()


# What decodes pictures is imported with the first of them, in the job's thread.


def _from_file(file: Path) -> "Shot":
    from mingqing.ingest.photo import read_photo

    return read_photo(file)


def _from_image(image: QImage) -> "Shot":
    from mingqing.ingest.photo import ready

    return ready(_as_png(image), tr("粘贴的照片"))


def _as_png(image: QImage) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG", 100)  # type: ignore[call-overload]  # the stub wants bytes for the format
    buffer.close()
    return bytes(content.data())
