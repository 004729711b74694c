"""Binding an atlas together: which maps make a volume, and having them bound in a process of its own."""

import hashlib
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import groupby
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from mingqing.core.errors import Cancelled, ProjectUnavailable
from mingqing.core.files import in_name
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.printing.atlas.kept import Shelf, Written
from mingqing.printing.atlas.order import Binding
from mingqing.printing.atlas.plan import Planned
from mingqing.printing.atlas.volume import Map, Volume, bind_index, bind_volume
from mingqing.render.fonts import ensure_application
from mingqing.store.permitted import Permitted

if TYPE_CHECKING:
    from mingqing.store.session import Session

INDEX = tr("图册目录.pdf")
_BOOK = tr("图册")
_MOST_BYTES = 150_000_000  # of a volume: binding holds twice as much in memory, and nobody likes to open more
_LISTEN_S = 0.2
_BOUND = 1  # to be raised where the same maps become another volume
_NOT_BOUND = tr("装订合订本时出错（{what}）；每张图都在，请把这句话告诉开发者")
_ENDED = tr("装订程序意外结束，可能内存不够；每张图都在，请关掉别的程序再运行一次")


def bind(
    session: "Session", shelf: Shelf, maps: Sequence[Planned], binding: Binding, watch: Watch
) -> tuple[str, ...]:
    """Bind the maps of a folder into volumes and return the names of these, the page that leads to them first.

    Volumes of the same maps that were bound before stay as they are. Maps that are not there are left out.

    Raises
    ------
    Cancelled
        once `watch` says so; volumes that are done stay.
    ProjectUnavailable
        if binding ended for want of memory, or the log cannot be written.
    OSError
        where the disk will not have them.
    """
    volumes = volumes_of(session.info.name, shelf, maps, binding)
    names = [*([INDEX] if len(volumes) > 1 else []), *(volume.name for volume in volumes)]
    mark = _mark(shelf, volumes)
    if all(name in shelf.bound and shelf.bound[name][0] == mark for name in names) and all(
        shelf.bound[name][1].is_as_written(shelf.folder) for name in names
    ):
        return tuple(names)
    count = sum(len(volume.maps) for volume in volumes)
    detail = tr("合订本 {n} 册，地图 {maps} 张").format(n=len(volumes), maps=count)
    Permitted(session).record(_BOOK, 0, detail)
    with _binder(shelf.folder, volumes) as pipe:
        for done in range(len(names)):
            watch.step(tr("正在装订合订本"), done, len(names))
            while not pipe.poll(_LISTEN_S):
                if watch.cancelled():
                    raise Cancelled
            match pipe.recv():
                case OSError() | ProjectUnavailable() as error:
                    raise error
                case Written() as file:
                    shelf.bound[file.name] = mark, file
    shelf.save()
    return tuple(names)


def volumes_of(county: str, shelf: Shelf, maps: Sequence[Planned], binding: Binding) -> tuple[Volume, ...]:
    """Return the volumes of the maps that are there: one a township or one of all, in parts where that is too large."""
    there = [each for each in maps if each.name in shelf.maps and shelf.maps[each.name].files]
    if binding is Binding.TOWNSHIPS:
        order = list(dict.fromkeys(each.township for each in there))
        there.sort(key=lambda each: order.index(each.township))
        parts = [(town, list(some)) for town, some in groupby(there, key=lambda each: each.township)]
    else:
        parts = [(county, there)] if there else []
    found = []
    for called, some in parts:
        cut = list(_cut(shelf, some))
        for number, maps_of_it in enumerate(cut, start=1):
            part = str(number) if len(cut) > 1 else ""
            found.append(_volume(called or tr("未注明乡镇"), part, shelf, maps_of_it))
    return tuple(found)


def _cut(shelf: Shelf, maps: Sequence[Planned]) -> Iterator[list[Planned]]:
    """Yield maps in parts that are not too large; a village's stay together."""
    part, size = list[Planned](), 0
    for _, some in groupby(maps, key=lambda each: each.asked.village):
        village = list(some)
        more = sum(file.size for each in village for file in shelf.maps[each.name].files)
        if part and size + more > _MOST_BYTES:
            yield part
            part, size = [], 0
        part, size = [*part, *village], size + more
    if part:
        yield part


def _volume(called: str, part: str, shelf: Shelf, maps: Sequence[Planned]) -> Volume:
    themes = tuple(dict.fromkeys(each.theme for each in maps))
    villages = len({each.asked.village for each in maps})
    said = [tr("{n} 个村，{maps} 张图").format(n=villages, maps=len(maps))]
    if part:
        said.insert(0, tr("第 {n} 册").format(n=part))
    bound = tuple(
        Map(shelf.maps[each.name].files[0].name, each.village, each.asked.village, each.township, each.theme)
        for each in maps
    )
    name = "_".join(text for text in (_BOOK, in_name(called), part) if text)
    return Volume(f"{name}.pdf", tr("{name}图册").format(name=called), " · ".join(said), themes, bound)


def _mark(shelf: Shelf, volumes: Sequence[Volume]) -> str:
    """Return a digest of what is bound together, and how."""
    content = {file.name: file.digest for kept in shelf.maps.values() for file in kept.files}
    prints = [content[each.file] for volume in volumes for each in volume.maps]
    return hashlib.blake2b(repr((_BOUND, volumes, prints)).encode(), digest_size=16).hexdigest()


@contextmanager
def _binder(folder: Path, volumes: Sequence[Volume]) -> Iterator[Connection]:
    """Give the pipe to a process that binds, and says what it has written; it is ended on leaving."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(
        target=_work, args=(theirs, folder, volumes), daemon=True, name="mingqing-bind"
    )
    process.start()
    theirs.close()
    try:
        yield ours
    except EOFError as error:
        raise ProjectUnavailable(_ENDED) from error
    finally:
        ours.close()
        process.terminate()
        process.join()
        process.close()


def _work(pipe: Connection, folder: Path, volumes: Sequence[Volume]) -> None:
    """Bind, in a process of its own, and say of each file how it was written."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ensure_application()
    with suppress(OSError):  # of the pipe, once nobody waits any more
        try:
            where: dict[str, tuple[str, int]] = {}
            for volume in volumes:
                places = bind_volume(folder, volume)
                where |= {file: (volume.name, page) for file, page in places.items()}
                pipe.send(Written.found(folder, volume.name))
            if len(volumes) > 1:
                bind_index(folder, INDEX, volumes, where)
                pipe.send(Written.found(folder, INDEX))
        except OSError as error:
            pipe.send(error)
        except Exception as error:  # noqa: BLE001 - a file that is none of ours, or a bug
            pipe.send(ProjectUnavailable(_NOT_BOUND.format(what=error)))
