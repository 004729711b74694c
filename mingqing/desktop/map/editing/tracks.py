"""A way that a GPS receiver recorded, taken for the line that is being drawn."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import shapely
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from mingqing.core.text import tr
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.desktop.map.tools.figures import distance_text
from mingqing.desktop.pages.dialogs import Sheet
from mingqing.desktop.widgets import choice_box
from mingqing.digitising.paths import XY
from mingqing.ingest.reading.gpx import Track, tracks

if TYPE_CHECKING:
    from mingqing.core.errors import MingqingError
    from mingqing.store.session import Session

_FINE_M = 1.0  # a receiver in the hand is no better: what it wavers by is no bend of the way


class TrackSheet(Sheet):
    """Asks which of several tracks is meant."""

    def __init__(self, found: Sequence[Track], parent: QWidget) -> None:
        about = tr("选中的航迹会成为正在画的线，可以接着画或修改。")
        super().__init__(tr("导入航迹"), about, tr("导入"), parent)
        self._found = found
        self.tracks = choice_box(tr("航迹"))
        for track in found:
            self.tracks.addItem(_words(track))
        self.field(tr("航迹"), self.tracks)
        self.finish()
        self.fit()

    @property
    def track(self) -> Track:
        """The one that is chosen."""
        return self._found[self.tracks.currentIndex()]


def _words(track: Track) -> str:
    when = f" · {track.time.astimezone():%Y-%m-%d %H:%M}" if track.time is not None else ""
    return f"{track.name or tr('未命名')} · {distance_text(track.line.length)}{when}"


def corners_of(track: Track) -> list[XY]:
    """Return a track as corners; where the recording paused the way goes straight on."""
    path = shapely.LineString(shapely.get_coordinates(shapely.force_2d(track.line)))
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(path.simplify(_FINE_M))]


def ask_track(
    jobs: Jobs,
    epsg: int,
    parent: QWidget,
    take: Callable[[list[XY]], object],
    refuse: "Callable[[MingqingError], None]",
) -> None:
    """Ask for a file, and for one of its tracks; hand its corners over."""
    chosen, _ = QFileDialog.getOpenFileName(parent, tr("导入航迹"), "", tr("GPS 航迹 (*.gpx *.GPX)"))
    if chosen:
        read_track(Path(chosen), jobs, epsg, parent, take, refuse)


def read_track(
    path: Path,
    jobs: Jobs,
    epsg: int,
    parent: QWidget,
    take: Callable[[list[XY]], object],
    refuse: "Callable[[MingqingError], None]",
) -> None:
    """Read a file; of several tracks ask which."""

    def work(_session: "Session", _job: Job[list[Track]]) -> list[Track]:
        return tracks(path, epsg)

    def done(found: list[Track]) -> None:
        if len(found) == 1:
            take(corners_of(found[0]))
            return
        sheet = TrackSheet(found, parent)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.submitted.connect(sheet.accept)
        sheet.accepted.connect(lambda: take(corners_of(sheet.track)))
        sheet.open()

    jobs.start(ReadJob(work, done=done, failed=refuse, topic="track"))
