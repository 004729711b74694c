"""Sees to it that what is looked at gets drawn: first what is on screen, then what the next pan will show."""

from collections.abc import Callable
from dataclasses import replace
from math import sqrt
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QPainter

from mingqing.core.errors import Cancelled, MingqingError
from mingqing.desktop.jobs import DrawJob, Job, Jobs
from mingqing.desktop.map.frame import Draw, Frame, Request, Tile
from mingqing.desktop.map.mosaic import Mosaic
from mingqing.desktop.map.tiles import Rect, area, grown, padded, whole

if TYPE_CHECKING:
    from mingqing.render.targets import Target
    from mingqing.store.session import Session

_SETTLE_MS, _IDLE_MS, _PATIENCE_MS = 25, 250, 500
_MARGIN_PX = 24  # device pixels beyond the edges that are drawn with what is on screen
# Share of the canvas that is drawn ahead on each side, once less than so much of it is left; pixels it may come to,
# but at least so many times the canvas.
_AHEAD, _LEFT, _AHEAD_PX, _AT_LEAST = 0.6, 0.5, 8_000_000, 2.0


class Drafter(QObject):
    """Keeps the tiles of a map and has the missing ones drawn, one drawing at a time.

    Parameters
    ----------
    ground : the tables drawn alone at first, so that there is something to see at once, even of a county.

    Signals
    -------
    changed() : there is more to see. drawn(Frame) : all that is wanted is on screen, and counted.
    """

    changed = Signal()
    drawn = Signal(object)

    def __init__(self, jobs: Jobs, draw: Draw, ground: frozenset[str], parent: QObject) -> None:
        super().__init__(parent)
        self._jobs, self._draw, self._ground = jobs, draw, ground
        self._mosaic = Mosaic()
        self._wanted: Request | None = None
        self._pending: tuple[Request, DrawJob[None]] | None = None
        self._ahead = False
        self.frame: Frame | None = None
        self._settle = _single_shot(self, _SETTLE_MS, self._draw_missing)
        self._idle = _single_shot(self, _IDLE_MS, self._draw_ahead)
        self._patience = _single_shot(self, _PATIENCE_MS, self._say_slow)
        self.slow = False

    @property
    def at_rest(self) -> bool:
        """Whether all that is wanted is on screen, and counted."""
        wanted = self._wanted
        return wanted is None or (
            not self._settle.isActive() and self._shows(wanted) and self._counts(wanted)
        )

    @property
    def complete(self) -> bool:
        """Whether all that is wanted is on screen, be it counted or not."""
        return self._wanted is None or self._shows(self._wanted)

    @property
    def idle(self) -> bool:
        """Whether there is nothing left to draw, not even ahead."""
        return self.at_rest and self._pending is None and not self._idle.isActive()

    def want(self, request: Request) -> None:
        """Have `request` drawn, which covers exactly what is on screen."""
        zoomed = self._wanted is None or self._wanted.series != request.series
        self._wanted = request
        self._idle.start()
        # While zooming, each scale is passed too quickly to be drawn; while panning, what comes into view is.
        if zoomed or not self._settle.isActive():
            self._settle.start()

    def forget(self) -> None:
        """Forget the project."""
        self._abandon()
        self._wanted = self.frame = None
        self._mosaic.clear()

    def paint(self, painter: QPainter, request: Request) -> None:
        """Paint what is there of `request`, a unit of the painter to a device pixel."""
        self._mosaic.paint(painter, request.series, request.focus, request.rect)

    @property
    def targets(self) -> "tuple[Target, ...]":
        """What can be pointed at among the signs and labels on screen."""
        wanted = self._wanted
        return self._mosaic.targets(wanted.series, wanted.focus, wanted.rect) if wanted is not None else ()

    def _shows(self, wanted: Request) -> bool:
        lettered = self._mosaic.lettered(wanted.series, wanted.focus, wanted.rect)
        return lettered and not self._mosaic.missing(wanted.series, wanted.rect)

    def _counts(self, wanted: Request) -> bool:
        return self.frame is not None and self.frame.request.counts_as(wanted)

    # ── Drawing ────────────────────────────────────────────────────────────────────────────────────────────

    def _draw_missing(self) -> None:
        """Have drawn what is missing on screen, unless the drawing under way will do for now."""
        wanted = self._wanted
        if wanted is None:
            return
        if self._shows(wanted):
            self._idle.start()
        elif self._pending is None or not self._serves(self._pending[0], wanted):
            if not self._patience.isActive() and not self.slow:
                self._patience.start()
            if self._mosaic.empty:
                wanted = self._ground_of(wanted)
            self._start(self._lettered(wanted, padded(wanted.rect, _MARGIN_PX)))

    def _serves(self, under_way: Request, wanted: Request) -> bool:
        first = self._mosaic.empty and under_way.series.grid == wanted.series.grid
        return first or (under_way.serves(wanted) and not self._ahead)

    def _ground_of(self, wanted: Request) -> Request:
        look = wanted.series.look
        only = self._ground if look.only is None else self._ground & look.only
        series = replace(wanted.series, look=replace(look, only=only))
        return replace(wanted, series=series, base_maps=())

    def _draw_ahead(self) -> None:
        """Once the hand rests, have drawn what the next pan will show; count what this view shows."""
        wanted = self._wanted
        if wanted is None or self._pending is not None or not self._shows(wanted):
            return
        room = (sqrt(max(_AHEAD_PX / max(area(wanted.rect), 1), _AT_LEAST)) - 1) / 2
        share = min(_AHEAD, room)
        left = grown(wanted.rect, share * _LEFT / _AHEAD)
        if not self._mosaic.lettered(wanted.series, wanted.focus, left):
            self._start(self._lettered(wanted, grown(wanted.rect, share)), ahead=True)
        elif not self._counts(wanted):
            self._start(wanted, ahead=True)

    def _lettered(self, wanted: Request, rect: Rect) -> Request:
        """Return `wanted` for the tiles of `rect`, those that are missing, with signs and labels."""
        rect = whole(rect)
        missing = self._mosaic.missing(wanted.series, rect, wanted.rect)
        return replace(wanted, rect=rect, cells=missing, lettered=True)

    def _start(self, asked: Request, *, ahead: bool = False) -> None:
        """Start a drawing, of what is on screen or ahead of it; the one under way is given up."""
        self._abandon()
        self._ahead = ahead

        def work(session: "Session", job: Job[None]) -> None:
            def deliver(piece: Frame | Tile) -> None:
                job.deliver(lambda: self._take(asked, piece))

            self._draw(session, asked, job.cancelled, deliver)

        job = DrawJob(work, done=lambda _: self._finish(), failed=self._fail, topic="draw")
        self._pending = (asked, job)
        self._mosaic.begin(asked)
        self._jobs.start(job)

    def _abandon(self) -> None:
        if self._pending is not None:
            self._pending[1].abandon()
            self._end()

    def _end(self) -> None:
        self._pending, self.slow = None, False
        self._patience.stop()

    # ── What comes of it ───────────────────────────────────────────────────────────────────────────────────

    def _take(self, asked: Request, piece: Frame | Tile) -> None:
        """Show a tile at once; say what was counted once the screen shows it."""
        if isinstance(piece, Tile):
            self._mosaic.put(asked, piece)
            self.changed.emit()
            return
        self.frame = piece
        self._mosaic.expect(piece.targets)
        if self._wanted is not None and self._shows(self._wanted):
            self.drawn.emit(piece)

    def _finish(self) -> None:
        """Show the signs and labels; go on to what is still missing."""
        asked = self._pending[0] if self._pending is not None else None
        self._end()
        news = asked is not None and asked.lettered and self.frame is not None
        self._mosaic.finish()
        self.changed.emit()
        if news:
            self.drawn.emit(self.frame)
        self._draw_missing()

    def _fail(self, error: MingqingError) -> None:
        self._end()
        self.changed.emit()
        if not isinstance(error, Cancelled):
            self._jobs.refused.emit(error)

    def _say_slow(self) -> None:
        self.slow = self._pending is not None
        self.changed.emit()


def _single_shot(owner: QObject, milliseconds: int, call: Callable[[], None]) -> QTimer:
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(call)
    return timer
