"""Handing the map on as a picture: to the clipboard or into a file. What leaves is drawn, logged, then given out."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QObject, QStandardPaths, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from mingqing.access.audit import Act
from mingqing.core.errors import ProjectUnavailable
from mingqing.core.files import write_for_user
from mingqing.core.text import tr
from mingqing.desktop.jobs import DrawJob, Job, Jobs, WriteJob
from mingqing.desktop.map.sheet import Sheet, draw_sheet

if TYPE_CHECKING:
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.store.session import Session


class Handout(QObject):
    """Copies and saves the map of one canvas. `said(str)` when there is something to tell."""

    said = Signal(str)

    def __init__(self, canvas: "Canvas", jobs: Jobs) -> None:
        super().__init__(canvas)
        self._canvas, self._jobs = canvas, jobs
        self._copied: QImage | None = None

    def copy(self, title: str, theme: str) -> None:
        """Put the present view on the clipboard. `title` stands above it, `theme` is what the log calls it."""

        def give(sheet: Sheet) -> None:
            self._copied = sheet.image
            QGuiApplication.clipboard().setImage(sheet.image)
            self.said.emit(tr("地图已复制，可以粘贴到文档里") + _left_out(sheet))

        self._make(title, theme, tr("复制到剪贴板"), lambda _: None, give)

    def save(self, title: str, theme: str) -> None:
        """Ask for a file and save the present view in it."""
        pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        chosen, _ = QFileDialog.getSaveFileName(
            self._canvas,
            tr("另存为图片"),
            str(Path(pictures) / f"{title}.png"),
            tr("PNG 图片") + " (*.png)",
        )
        if not chosen:
            return
        path = Path(chosen if chosen.lower().endswith(".png") else f"{chosen}.png")

        def give(sheet: Sheet) -> None:
            self.said.emit(tr("图片已存为 {path}").format(path=path) + _left_out(sheet))

        self._make(
            title, theme, tr("另存为 {name}").format(name=path.name), lambda s: _write(s.image, path), give
        )

    def take_back(self) -> None:
        """Empty the clipboard where it still holds a map copied from here."""
        clipboard = QGuiApplication.clipboard()
        if self._copied is not None and clipboard.image() == self._copied:
            clipboard.clear()
        self._copied = None

    def _make(
        self,
        title: str,
        theme: str,
        how: str,
        keep: Callable[[Sheet], None],
        give: Callable[[Sheet], None],
    ) -> None:
        """Draw the sheet, record it, `keep` it in the writing lane and `give` it out on the UI thread."""
        request = self._canvas.request
        if request is None:
            return

        def draw(session: "Session", job: Job[Sheet]) -> Sheet:
            return draw_sheet(session, request, title, job.cancelled)

        def drawn(sheet: Sheet) -> None:
            def record(session: "Session", _job: Job[Sheet]) -> Sheet:
                session.record(Act.RENDER, theme, rows=sheet.rows, detail=how)
                keep(sheet)
                return sheet

            self._jobs.start(WriteJob(record, done=give, topic="handout"))

        self.said.emit(tr("正在准备图片…"))
        self._jobs.start(DrawJob(draw, done=drawn, topic="sheet"))


def _left_out(sheet: Sheet) -> str:
    said = ""
    if sheet.left_out:
        said += tr("；您的角色不能打印的没有放进去：{titles}").format(titles="、".join(sheet.left_out))
    if sheet.unread:
        said += tr("；读不到的底图没有放进去：{titles}").format(titles="、".join(sheet.unread))
    return said


def _write(image: QImage, path: Path) -> None:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    try:
        write_for_user(path, bytes(buffer.data().data()))
    except OSError as error:
        raise ProjectUnavailable(
            tr("图片 {path} 写不进去，请检查位置和磁盘空间").format(path=path)
        ) from error
