"""Documents × villages in one go, made in a process of their own, so that the window never waits for them.

A file each; what cannot be made is told, and the rest goes on. The process has a session of its own, by which the log
has each document before it is handed over; the files are written here. No widgets.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from mingqing.core.errors import Cancelled, MingqingError, ProjectUnavailable
from mingqing.core.files import in_name, write_for_user
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.map.studio import Studio
from mingqing.desktop.printing.documents import Document, DocumentWanted, Ready, Run
from mingqing.desktop.printing.drafting import Far
from mingqing.printing.atlas.pace import Pace

if TYPE_CHECKING:
    from mingqing.store.session import Session

_LISTEN_S = 0.05
_ENDED = tr("做到这一份时程序两次意外结束，可能内存不够；请关掉别的程序再试")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document of a village (its code)."""

    document: Document
    village: str


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it. nothing : files that were not made, because nobody is concerned.

    note : what is to be known of what was made. stopped : why it ended before all was done; empty where it did not.
    """

    files: int
    nothing: int
    failed: int
    seconds: float
    note: str = ""
    stopped: str = ""


def every(documents: Sequence[Document], villages: Sequence[str]) -> list[Wanted]:
    """Return all documents of all villages, document by document."""
    return [Wanted(document, village) for document in documents for village in villages]


def make(
    session: "Session",
    wanted: Sequence[Wanted],
    names: Mapping[str, str],
    folder: Path,
    watch: Watch,
    *,
    paused: Callable[[], bool],
    failing: Callable[[Wanted, str], None],
) -> Made:
    """Write documents into a folder, which is made where it is not there yet.

    Parameters
    ----------
    names : of the villages, by code. paused : asked between files. failing : called with each that fails, and why.
    """
    began, files, nothing, failed, note, stopped = monotonic(), 0, 0, 0, "", ""
    run = Run(frozenset(each.village for each in wanted), began)
    pace = Pace(len(wanted), 0, "{names}")
    with closing(Studio(_ENDED)) as studio:
        try:
            for number, each in enumerate(wanted):
                _wait(pace, watch, paused)
                name = names.get(each.village, each.village)
                doing = tr("正在做：{village} {title}").format(village=name, title=each.document.title)
                pace.tell(watch, [doing], paused=False)
                errand = DocumentWanted(run, each.document, each.village, Far(doing, number, len(wanted)))
                try:
                    ready = _ready(studio, session, errand, watch)
                except Cancelled:
                    raise
                except MingqingError as error:
                    failed += 1
                    failing(each, str(error))
                else:
                    note = ready.note
                    files, nothing = files + bool(ready.content), nothing + (not ready.content)
                    if ready.content:
                        stem = f"{each.village}_{in_name(name)}_{each.document.name}"
                        _write(folder, stem + each.document.ending, ready.content)
                pace.one_done()
        except Cancelled:
            stopped = tr("已停下")
        except ProjectUnavailable as error:
            stopped = str(error)
    return Made(files, nothing, failed, monotonic() - began, note, stopped)


def _ready(studio: Studio, session: "Session", errand: DocumentWanted, watch: Watch) -> Ready:
    """Return what comes of an errand."""
    ready: list[Ready] = []

    def take(piece: Far | Ready) -> None:
        if isinstance(piece, Far):
            watch.progress(piece.text, piece.done, piece.total)
        else:
            ready.append(piece)

    studio.start(watch.cancelled)
    studio(session, errand, watch.cancelled, take)
    return ready[0]


def _wait(pace: Pace, watch: Watch, paused: Callable[[], bool]) -> None:
    """Do nothing while it is paused.

    Raises
    ------
    Cancelled
        once `watch` says so.
    """
    while True:
        if watch.cancelled():
            raise Cancelled
        if not paused():
            return
        pace.tell(watch, (), paused=True)
        sleep(_LISTEN_S)


def _write(folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_for_user(path, content, private=True)
    except OSError as error:
        raise ProjectUnavailable(tr("{path} 写不进去，请检查位置和磁盘空间").format(path=path)) from error
