"""In a worker process: a village's maps, drawn one after another by a session of its own."""

import gc
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from traceback import format_exc
from typing import TYPE_CHECKING, Protocol

from mingqing.catalog.load import catalog
from mingqing.core.errors import MingqingError, NotAllowed
from mingqing.core.memory import resident_bytes
from mingqing.core.text import tr
from mingqing.printing.atlas.kept import Extent
from mingqing.printing.atlas.order import Options
from mingqing.printing.wall.asked import Asked
from mingqing.render.fonts import ensure_application

if TYPE_CHECKING:
    from mingqing.store.session import Login, ProjectInfo, Session

_LONGEST = 200  # characters of a bug's own words


@dataclass(frozen=True, slots=True)
class Drawn:
    """A map as it goes into files. pages : a PDF, or a picture a sheet. rows : how many it shows, for the log.

    told : what else the log is to have of it: paper, scale, pages, 公开.
    """

    pages: tuple[bytes, ...]
    extents: tuple[Extent, ...]
    rows: int
    noticed: tuple[str, ...] = ()
    seconds: float = 0.0
    told: str = ""


@dataclass(frozen=True, slots=True)
class NoMap:
    """Why there is no map, in a sentence; refused : because it may not be handed out, which the log shall have."""

    sentence: str
    refused: bool = False


class Artist(Protocol):
    """Draws maps, in the order given: those of a village follow one another, so that what is read is read once."""

    def draw(self, asked: Asked) -> Drawn:
        """Return a map."""
        ...


Studio = Callable[["Session", Options], Artist]
"""Makes an artist, in the worker: something that can be sent there, such as a class of a module."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """How a worker opens the project: by the login of a session that is open, so nobody is asked again."""

    kind: "type[Session]"
    info: "ProjectInfo"
    login: "Login"

    @classmethod
    def of(cls, session: "Session") -> "Entrance":
        """Return the way in of an open session."""
        return cls(type(session), session.info, session.login)

    def open(self) -> "Session":
        """Return a session of the worker's own, for reading alone: the log is written by the main process."""
        info = self.info if self.info.read_only else replace(self.info, read_only=tr("正在出图"))
        return self.kind(info, catalog(), self.login)


# What a worker says: that it is ready; a map, or why there is none; that a village is done, and the bytes it holds.
@dataclass(frozen=True, slots=True)
class Ready:
    """The project is open."""


@dataclass(frozen=True, slots=True)
class Unable:
    """The project cannot be opened, or the drawing not be set up: no map can be drawn."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Made:
    """What came of the next map of the village."""

    result: Drawn | NoMap


@dataclass(frozen=True, slots=True)
class Finished:
    """The village's maps are done; the worker holds so many bytes of memory."""

    resident: int


Said = Ready | Unable | Made | Finished


def work(pipe: Connection, entrance: Entrance, options: Options, studio: Studio) -> None:
    """Draw what comes through the pipe, a village at a time, until nobody is at its other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the main process, which then ends this one
    ensure_application()
    with suppress(EOFError, OSError):
        try:
            session = entrance.open()
        except MingqingError as error:
            pipe.send(Unable(str(error)))
            return
        with session:
            artist = studio(session, options)
            # What is there now stays for good: looking it through again and again took a tenth of a map's time.
            gc.collect()
            gc.freeze()
            pipe.send(Ready())
            while True:
                village: Sequence[Asked] = pipe.recv()
                for asked in village:
                    pipe.send(Made(_drawn(artist, asked)))
                pipe.send(Finished(resident_bytes()))


def _drawn(artist: Artist, asked: Asked) -> Drawn | NoMap:
    """Return a map, or why there is none."""
    try:
        return artist.draw(asked)
    except MingqingError as error:
        return NoMap(str(error), refused=isinstance(error, NotAllowed))
    except MemoryError:
        return NoMap(tr("内存不够，这张图没有画出来；请关掉别的程序，或换小一点的纸再试"))
    except Exception:  # noqa: BLE001 - one map's bug is no reason not to draw the others
        what = format_exc().strip().splitlines()[-1][:_LONGEST]
        return NoMap(tr("程序出错，这张图没有画出来（{what}）；请把这句话告诉开发者").format(what=what))
