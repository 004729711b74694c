"""Dragging a table out of the window: its file is made while the mouse is held, and carried once it is there."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QCursor, QGuiApplication

from mingqing.access.roles import Action
from mingqing.core.errors import Cancelled, MingqingError
from mingqing.core.files import in_name
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.exporting.chip import drag_out
from mingqing.desktop.exporting.private import fresh_folder
from mingqing.desktop.exporting.ready import Ready
from mingqing.desktop.jobs import ExportJob, Job
from mingqing.export.asked import Asked, Format, Gate

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from mingqing.desktop.exporting.ground import Ground
    from mingqing.store.session import Session

_KEY = "dragged"


def is_held() -> bool:
    """Whether the left button of the mouse is down."""
    return bool(QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton)


class DragOut(QObject):
    """Makes a file of a table and lets it be dragged.

    said(str) : why there is none. held : whether the mouse still waits for it.
    """

    said = Signal(str)

    def __init__(self, ground: "Callable[[], Ground | None]", over: "QWidget") -> None:
        super().__init__(over)
        self._ground, self._over = ground, over
        self._job: Job[Path] | None = None
        self._busy = False
        self.held: Callable[[], bool] = is_held
        self.ready = Ready(over)

    def pull(self, table: str) -> None:
        """Begin to make the file of a table: of the village on screen, or of all."""
        ground = self._ground()
        if ground is None:
            return
        policy, title = ground.session.policy, ground.session.catalog.tables[table].title
        if not policy.allowed(table, Action.EXPORT):
            self.said.emit(tr("您的角色不能导出“{table}”，拖不出去").format(table=title))
            return
        asked = Asked(
            dragged_format(ground),
            tables=(table,),
            villages=(ground.village,) if ground.village else None,
            gate=Gate.SKIP,
        )
        where = next((e.village.name for e in ground.villages if e.village.code == ground.village), "")
        name = in_name(f"{title}-{where or ground.session.info.name}") + asked.format.suffix

        def work(session: "Session", job: Job[Path]) -> Path:
            from mingqing.desktop.exporting.page import hand_on  # with it all that writes files

            return hand_on(session, asked, fresh_folder() / name, Watch(job.progress, job.cancelled)).path

        self._wait(on=True)
        self._job = ground.jobs.start(
            ExportJob(work, done=self._done, failed=self._fail, topic="dragged out")
        )

    def _done(self, path: Path) -> None:
        self._wait(on=False)
        if self.held():
            self.ready.hide()
            drag_out([path], self._over)
        else:
            self.ready.show_file(path)

    def _fail(self, why: MingqingError) -> None:
        self._wait(on=False)
        if not isinstance(why, Cancelled):
            self.said.emit(str(why))

    def _wait(self, *, on: bool) -> None:
        if on and not self._busy:
            QGuiApplication.setOverrideCursor(QCursor(Qt.CursorShape.BusyCursor))
        elif self._busy and not on:
            QGuiApplication.restoreOverrideCursor()
        self._busy = on

    def forget(self) -> None:
        """Offer nothing: the project is closed."""
        if self._job is not None:
            self._job.abandon()
            self._job = None
        self._wait(on=False)
        self.ready.forget()


def dragged_format(ground: "Ground") -> Format:
    """Return the format in which tables are dragged out: GeoPackage, unless another was chosen."""
    try:
        return Format(str(ground.settings.exporting.get(_KEY, Format.GPKG)))
    except ValueError:
        return Format.GPKG
