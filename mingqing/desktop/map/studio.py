"""A process of its own to draw in, so that the window never waits for a long stretch of drawing.

Python runs one thread at a time: a drawing thread keeps the window waiting through every call of Qt and NumPy, up to
0.4 s over a county (docs/decisions/0024). The process is given the session's login through a pipe and opens a session
of its own, which sees what the account may see, as that of any other lane.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from time import perf_counter, sleep
from traceback import format_exc
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QImage

from mingqing.catalog.load import catalog
from mingqing.core.errors import Cancelled, MingqingError
from mingqing.core.text import tr
from mingqing.desktop.map.drawing import draw
from mingqing.desktop.map.frame import Request, Tile
from mingqing.desktop.map.tiles import TILE
from mingqing.render.fonts import ensure_application

if TYPE_CHECKING:
    from mingqing.store.session import Session

Errand = Callable[["Session", Callable[[], bool], Callable[[Any], None]], None]
"""Anything but the map to be drawn, such as a page: can be sent, is called with session, `cancelled` and `deliver`.

What it hands over is neither None nor a tuple, which say something else in the pipe."""
_SLOW_S = 0.08  # a drawing that takes longer can be felt in the window
_LISTEN_S = 0.01
_READY = "ready"
ENDED = tr("绘图程序连续两次意外结束，这张图没有画完，移动一下地图会再画")


class Studio:
    """Draws in a process as soon as there is one that is ready, until then in the calling thread.

    The first drawing that can be felt starts the process, where `warm_up` or `start` did not do so before.
    """

    def __init__(self, ended: str = ENDED) -> None:
        """`ended` : says that the process ended by itself twice, and what to do."""
        self._ended = ended
        self._process: BaseProcess | None = None
        self._pipe: Connection
        self._session: Session | None = None
        self._ready = False

    @property
    def apart(self) -> bool:
        """Whether there is a process to draw in."""
        return self._process is not None

    def warm_up(self) -> None:
        """Start the process, which takes a second or more until it is ready."""
        ours, theirs = get_context("spawn").Pipe()
        process = get_context("spawn").Process(
            target=_work, args=(theirs,), daemon=True, name="mingqing-draw"
        )
        process.start()
        theirs.close()
        self._pipe, self._process, self._ready = ours, process, False

    def __call__(
        self,
        session: "Session",
        request: Request | Errand,
        cancelled: Callable[[], bool],
        deliver: Callable[[Any], None],
    ) -> None:
        """Draw `request`, as `drawing.draw` does, or run an errand."""
        if self.ready():
            try:
                self._draw_apart(session, request, cancelled, deliver)
            except DrawingEnded:  # what ended one is not drawn in the window's own
                self.start(cancelled)
                self._draw_apart(session, request, cancelled, deliver)
            return
        began = perf_counter()
        try:
            _perform(session, request, cancelled, deliver)
        finally:
            if self._process is None and perf_counter() - began > _SLOW_S:
                self.warm_up()

    def ready(self) -> bool:
        """Whether the process has said that it is up."""
        if self._process is not None and not self._ready and self._pipe.poll():
            try:
                self._ready = self._pipe.recv() == _READY
            except (EOFError, OSError):  # it could not start: one draws here
                self.close()
        return self._ready

    def start(self, cancelled: Callable[[], bool]) -> None:
        """Wait until there is a process to draw in, where there is none yet.

        Raises
        ------
        Cancelled
            once nobody waits any more.
        DrawingEnded
            if it cannot be started.
        """
        if not self.apart:
            self.warm_up()
        while not self.ready():
            if cancelled():
                raise Cancelled
            if not self.apart:
                raise DrawingEnded(self._ended)
            sleep(_LISTEN_S)

    def close(self) -> None:
        """End the process; the next slow drawing starts another."""
        if self._process is not None:
            self._pipe.close()
            self._process.terminate()  # nothing is under way in it, and what an errand wrote is committed
            self._process.join()
            self._process.close()
        self._process = self._session = None
        self._ready = False

    def _draw_apart(
        self,
        session: "Session",
        request: Request | Errand,
        cancelled: Callable[[], bool],
        deliver: Callable[[Any], None],
    ) -> None:
        try:
            if self._session is not session:
                self._pipe.send((type(session), session.info, session.login))
                self._session = session
            self._pipe.send(request)
            self._listen(cancelled, deliver)
        except (EOFError, OSError) as error:
            self.close()
            raise DrawingEnded(self._ended) from error

    def _listen(self, cancelled: Callable[[], bool], deliver: Callable[[Any], None]) -> None:
        """Hand over what comes until the drawing is done; tell the process once nobody wants it any more."""
        told = False
        while True:
            if not told and cancelled():
                self._pipe.send(None)
                told = True
            if not self._pipe.poll(_LISTEN_S):
                continue
            match self._pipe.recv():
                case None:
                    return
                case Exception() as error:
                    raise error
                case said:
                    deliver(_unpacked(said))


class DrawingEnded(MingqingError):
    """The process that draws has ended by itself, perhaps for want of memory."""


class DrawingBug(RuntimeError):
    """A bug met in the process that draws; its text is the traceback there."""


def _work(pipe: Connection) -> None:
    """Draw what is asked for until the window hangs up."""
    ensure_application()
    artist = _Artist(pipe)
    with suppress(EOFError, OSError, KeyboardInterrupt):
        pipe.send(_READY)
        while True:
            match pipe.recv():
                case None:  # a drawing was given up that was done by then
                    pass
                case (kind, info, login):
                    artist.enter = partial(kind, info, catalog(), login)
                case request:
                    pipe.send(artist.draw(request))


class _Artist:
    """Draws in the process, with a session of its own."""

    enter: "Callable[[], Session]"

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._session: Session | None = None
        self._asked = perf_counter()

    def draw(self, request: Request | Errand) -> Exception | None:
        """Draw and hand over; return what went wrong, if anything did."""
        try:
            if self._session is None:
                self._session = self.enter()
            _perform(self._session, request, self._cancelled, lambda piece: self._pipe.send(_packed(piece)))
        except MingqingError as error:
            return error
        except OSError:
            raise
        except Exception:  # noqa: BLE001 - told to the window, which shows it
            return DrawingBug(format_exc())
        return None

    def _cancelled(self) -> bool:
        """Whether the window has said something, which can only be that nobody waits; not asked too often."""
        if perf_counter() - self._asked < _LISTEN_S:
            return False
        self._asked = perf_counter()
        return self._pipe.poll()


def _perform(
    session: "Session",
    request: Request | Errand,
    cancelled: Callable[[], bool],
    deliver: Callable[[Any], None],
) -> None:
    if isinstance(request, Request):
        draw(session, request, cancelled, deliver)
    else:
        request(session, cancelled, deliver)


def _packed(piece: object) -> object:
    if isinstance(piece, Tile):
        return piece.cell, piece.signs, bytes(piece.image.constBits())
    return piece


def _unpacked(said: Any) -> object:  # noqa: ANN401 - what `_packed` made
    match said:
        case (cell, signs, pixels):
            depth = QImage.Format.Format_ARGB32_Premultiplied if signs else QImage.Format.Format_RGB32
            return Tile(cell, QImage(pixels, TILE, TILE, 4 * TILE, depth).copy(), signs)
    return said
