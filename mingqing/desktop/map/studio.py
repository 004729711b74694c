"""A process of its own to draw in: the window's Python is never held up by a long stretch of drawing.

Python runs one thread at a time. A drawing thread holds it through every call of Qt, NumPy and SQLite, so that the
window waits with it; docs/decisions/0024 has the figures. The process is given the session's login through a pipe,
opens a session of its own and holds what the account may see, as any other connection does.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from time import perf_counter
from traceback import format_exc
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QImage

from mingqing.catalog.load import catalog
from mingqing.core.errors import MingqingError
from mingqing.core.text import tr
from mingqing.desktop.map.drawing import draw
from mingqing.desktop.map.frame import Deliver, Frame, Request, Tile
from mingqing.desktop.map.tiles import TILE
from mingqing.render.fonts import ensure_application

if TYPE_CHECKING:
    from mingqing.store.session import Session

_WORTH_A_PROCESS_S = 0.08
_LISTEN_S = 0.01
_HARDER = 5  # by so much the window's work goes before drawing


class Studio:
    """Draws in the calling thread until that takes long enough to be felt, from then on in a process of its own."""

    def __init__(self) -> None:
        self._process: BaseProcess | None = None
        self._pipe: Connection
        self._session: Session | None = None
        self._slow = False

    def warm_up(self) -> None:
        """Start the process before it is needed, since that takes a second or more."""
        ours, theirs = get_context("spawn").Pipe()
        process = get_context("spawn").Process(
            target=_work, args=(theirs,), daemon=True, name="mingqing-draw"
        )
        process.start()
        theirs.close()
        self._pipe, self._process = ours, process

    def __call__(
        self, session: "Session", request: Request, cancelled: Callable[[], bool], deliver: Deliver
    ) -> None:
        """Draw `request`, as `drawing.draw` does."""
        if self._process is not None or self._slow:
            self._draw_apart(session, request, cancelled, deliver)
            return
        began = perf_counter()
        try:
            draw(session, request, cancelled, deliver)
        finally:
            self._slow = perf_counter() - began > _WORTH_A_PROCESS_S

    def close(self) -> None:
        """End the process; a later drawing starts another."""
        if self._process is not None:
            self._pipe.close()
            self._process.terminate()  # it only reads
            self._process.join()
            self._process.close()
        self._process = self._session = None
        self._slow = False

    def _draw_apart(
        self, session: "Session", request: Request, cancelled: Callable[[], bool], deliver: Deliver
    ) -> None:
        try:
            if self._process is None:
                self.warm_up()
            if self._session is not session:
                self._pipe.send((type(session), session.info, session.login))
                self._session = session
            self._pipe.send(request)
            self._listen(request, cancelled, deliver)
        except (EOFError, OSError) as error:
            self.close()
            raise DrawingEnded(tr("绘图程序意外结束了，移动一下地图会重新绘制")) from error

    def _listen(self, request: Request, cancelled: Callable[[], bool], deliver: Deliver) -> None:
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
                    deliver(_unpacked(said, request))


class DrawingEnded(MingqingError):
    """The process that draws has ended by itself, perhaps for want of memory."""


class DrawingBug(RuntimeError):
    """A bug met in the process that draws; its text is the traceback there."""


def _work(pipe: Connection) -> None:
    """Draw what is asked for until the window hangs up."""
    if hasattr(os, "nice"):
        os.nice(_HARDER)
    ensure_application()
    session: Session | None = None
    with suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            match pipe.recv():
                case Request() as request:
                    assert session is not None  # noqa: S101 - it always comes first
                    pipe.send(_drawn(session, request, pipe))
                case (kind, info, login):
                    if session is not None:
                        session.close()
                    session = kind(info, catalog(), login)
                case None:  # a drawing was given up that was done by then
                    pass


def _drawn(session: "Session", request: Request, pipe: Connection) -> Exception | None:
    """Draw and hand over; return what went wrong, if anything did."""
    asked = perf_counter()

    def cancelled() -> bool:
        nonlocal asked
        if perf_counter() - asked < _LISTEN_S:
            return False
        asked = perf_counter()
        return pipe.poll()

    try:
        draw(session, request, cancelled, lambda piece: pipe.send(_packed(piece)))
    except MingqingError as error:
        return error
    except OSError:
        raise
    except Exception:  # noqa: BLE001 - told to the window, which shows it
        return DrawingBug(format_exc())
    return None


def _packed(piece: Frame | Tile) -> tuple[Any, ...]:
    if isinstance(piece, Frame):
        return piece.legend, piece.counts
    return piece.cell, piece.signs, bytes(piece.image.constBits())


def _unpacked(said: tuple[Any, ...], request: Request) -> Frame | Tile:
    match said:
        case (legend, counts):
            return Frame(request, legend, counts)
        case (cell, signs, pixels):
            depth = QImage.Format.Format_ARGB32_Premultiplied if signs else QImage.Format.Format_RGB32
            return Tile(cell, QImage(pixels, TILE, TILE, 4 * TILE, depth).copy(), signs)
    raise ValueError(said)
