"""Documents × villages in one go: a file each; what cannot be made is told, and the rest goes on. No Qt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from mingqing.core.errors import Cancelled, MingqingError, ProjectUnavailable
from mingqing.core.files import in_name, write_whole
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.printing.documents import Document, Gathered
from mingqing.printing.atlas.pace import Pace

if TYPE_CHECKING:
    from mingqing.store.session import Session

_LISTEN_S = 0.05


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
    began, files, nothing, failed, stopped = monotonic(), 0, 0, 0, ""
    gathered = Gathered(session, frozenset(each.village for each in wanted), watch)
    pace = Pace(len(wanted), 0, "{names}")
    try:
        for number, each in enumerate(wanted):
            _wait(pace, watch, paused)
            name = names.get(each.village, each.village)
            gathered.far = (
                tr("正在做：{village} {title}").format(village=name, title=each.document.title),
                number,
                len(wanted),
            )
            pace.tell(watch, [gathered.far[0]], paused=False)
            try:
                content = each.document.make(gathered, each.village)
            except Cancelled:
                raise
            except MingqingError as error:
                failed += 1
                failing(each, str(error))
            else:
                files, nothing = files + bool(content), nothing + (not content)
                if content:
                    _write(folder, f"{each.village}_{in_name(name)}_{each.document.name}", each, content)
            pace.one_done()
    except Cancelled:
        stopped = tr("已停下")
    except ProjectUnavailable as error:
        stopped = str(error)
    return Made(files, nothing, failed, monotonic() - began, gathered.note, stopped)


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


def _write(folder: Path, stem: str, each: Wanted, content: bytes) -> None:
    path = folder / f"{stem}{each.document.ending}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, content, private=True)
    except OSError as error:
        raise ProjectUnavailable(tr("{path} 写不进去，请检查位置和磁盘空间").format(path=path)) from error
