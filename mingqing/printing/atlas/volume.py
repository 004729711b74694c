"""Several maps in one PDF, with bookmarks and pages that lead to them. In a process of its own: it takes memory."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from mingqing.core.files import writing_whole
from mingqing.core.text import tr
from mingqing.printing.atlas.contents import Contents, Goal, Line, Link

if TYPE_CHECKING:
    import pikepdf

_PT_PER_MM = 72 / 25.4
_VERSION = "1.4"  # of PDF, as the maps are: colours that can be seen through


@dataclass(frozen=True, slots=True)
class Map:
    """A map to be bound: its file, and what it and its village are called."""

    file: str
    village: str
    code: str
    township: str
    theme: str


@dataclass(frozen=True, slots=True)
class Volume:
    """A file of several maps, in order."""

    name: str
    title: str
    subtitle: str
    themes: tuple[str, ...]
    maps: tuple[Map, ...]


Places = dict[str, int]
"""The page, counted from 0, on which the map of a file begins."""


def bind_volume(folder: Path, volume: Volume) -> Places:
    """Write a volume into the folder of its maps; return where each of them begins in it."""
    import pikepdf

    with ExitStack() as opened, pikepdf.Pdf.new() as book:
        sources = [opened.enter_context(pikepdf.Pdf.open(folder / each.file)) for each in volume.maps]
        counts = [len(source.pages) for source in sources]
        first = _contents(volume, dict.fromkeys((each.file for each in volume.maps), 0)).pages
        places: Places = {}
        for each, count in zip(volume.maps, counts, strict=True):
            places[each.file] = first
            first += count
        pdf, links = _contents(volume, places).drawn()
        for source in (opened.enter_context(pikepdf.Pdf.open(BytesIO(pdf))), *sources):
            book.pages.extend(source.pages)
        _lead(book, links)
        _bookmark(book, volume, places)
        _write(book, folder / volume.name, volume.title)
    return places


def bind_index(folder: Path, name: str, volumes: Sequence[Volume], where: dict[str, tuple[str, int]]) -> None:
    """Write the page that leads to the volumes. where : file and page, counted from 0, of each map."""
    import pikepdf

    themes, lines = tuple(dict.fromkeys(t for volume in volumes for t in volume.themes)), list[Line]()
    for volume in volumes:
        lines.append(Line(f"{volume.title}　{volume.subtitle}　{volume.name}"))
        for village in _villages(volume.maps):
            found = {each.theme: where[each.file] for each in village}
            goals = (Goal(found[t][1], found[t][0]) if t in found else None for t in themes)
            lines.append(Line(village[0].village, tuple(goals)))
    said = tr("{n} 册。页码是各册里的页码，点一下就打开那一册").format(n=len(volumes))
    pdf, links = Contents(tr("图册总目录"), said, themes, tuple(lines)).drawn()
    with pikepdf.Pdf.open(BytesIO(pdf)) as book:
        _lead(book, links)
        _write(book, folder / name, tr("图册总目录"))


def _contents(volume: Volume, places: Places) -> Contents:
    lines: list[Line] = []
    for village in _villages(volume.maps):
        heading = Line(village[0].township or tr("未注明乡镇"))
        if heading not in lines:
            lines.append(heading)
        found = {each.theme: Goal(places[each.file]) for each in village}
        lines.append(Line(village[0].village, tuple(found.get(theme) for theme in volume.themes)))
    return Contents(volume.title, volume.subtitle, volume.themes, tuple(lines))


def _villages(maps: Sequence[Map]) -> list[list[Map]]:
    found: dict[str, list[Map]] = {}
    for each in maps:
        found.setdefault(each.code, []).append(each)
    return list(found.values())


def _bookmark(book: "pikepdf.Pdf", volume: Volume, places: Places) -> None:
    """Give the volume bookmarks: townships, in them villages, in these maps."""
    import pikepdf

    townships: dict[str, pikepdf.OutlineItem] = {}
    with book.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(tr("目录"), 0))
        for village in _villages(volume.maps):
            first, town = places[village[0].file], village[0].township or tr("未注明乡镇")
            if town not in townships:
                townships[town] = pikepdf.OutlineItem(town, first)
                outline.root.append(townships[town])
            item = pikepdf.OutlineItem(village[0].village, first)
            item.children.extend(pikepdf.OutlineItem(each.theme, places[each.file]) for each in village)
            townships[town].children.append(item)
    book.Root.PageMode = pikepdf.Name.UseOutlines


def _lead(book: "pikepdf.Pdf", links: Sequence[Link]) -> None:
    """Make the numbers of the contents lead to their pages."""
    import pikepdf

    for link in links:
        page = book.pages[link.page]
        height = float(page.mediabox[3])
        left, top, right, bottom = (side * _PT_PER_MM for side in link.rect)
        made = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Link,
            Rect=[left, height - bottom, right, height - top],
            Border=[0, 0, 0],
        )
        if link.goal.file:
            file = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F=link.goal.file, UF=link.goal.file)
            goal = [link.goal.page, pikepdf.Name.Fit]
            made.A = pikepdf.Dictionary(S=pikepdf.Name.GoToR, F=file, D=goal, NewWindow=True)
        else:
            made.Dest = pikepdf.Array([book.pages[link.goal.page].obj, pikepdf.Name.Fit])
        if "/Annots" not in page:
            page.Annots = pikepdf.Array()
        page.Annots.append(book.make_indirect(made))


def _write(book: "pikepdf.Pdf", path: Path, title: str) -> None:
    book.docinfo["/Title"] = title
    book.docinfo["/Creator"] = tr("民情地图")
    with writing_whole(path, private=True) as stream:
        book.save(stream, min_version=_VERSION)
