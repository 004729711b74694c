"""What an export would come to, before it is made: the files, the columns, the first rows as they leave. No Qt."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from mingqing.catalog.model import GeometryKind
from mingqing.core.text import tr
from mingqing.desktop.exporting.wish import is_folder
from mingqing.export.asked import Format
from mingqing.export.choice import choose
from mingqing.export.profile.model import Origin
from mingqing.export.read import layers

if TYPE_CHECKING:
    from mingqing.catalog.model import Table
    from mingqing.core.watch import Watch
    from mingqing.export.asked import Asked
    from mingqing.export.layer import Layer
    from mingqing.export.profile.model import Layout, Profile
    from mingqing.store.session import Session

ROWS, _LONGEST = 5, 60
_SHORT = frozenset({Format.SHP, Format.GPKG, Format.GDB, Format.GEOJSON, Format.SPATIALITE})
"""Formats in which columns have short names; in the others their Chinese titles."""
_UNREAD = frozenset({Origin.ID, Origin.REFERENCE})  # numbers that nobody reads on a page
_KINDS = {GeometryKind.POINT: tr("点"), GeometryKind.LINE: tr("线"), GeometryKind.POLYGON: tr("面")}


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One table as it would leave. file : or what it is called in a file of many. kind : of its shapes, in words."""

    table: str
    title: str
    file: str
    kind: str


@dataclass(frozen=True, slots=True)
class Sample:
    """The first rows of a table. columns : Chinese title, short name where it has one, whether it is masked."""

    table: str
    columns: tuple[tuple[str, str, bool], ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Foresight:
    """All of it.

    place : the file or folder. left_out : titles of tables that the role may not hand on, though all were asked for.
    """

    place: Path
    is_folder: bool
    tables: tuple[Foreseen, ...]
    sample: Sample | None
    left_out: tuple[str, ...] = ()


def foresee(
    session: "Session", asked: "Asked", profile: "Profile", place: Path, table: str, watch: "Watch"
) -> Foresight:
    """Return what an export would come to, with the first rows of `table`, or of the first where that does not leave.

    Raises
    ------
    NotAllowed, InputRefused
        as the export itself would.
    """
    choice = choose(session, asked, profile)
    tables = tuple(_foreseen(layout, asked.format) for layout in choice.layouts)
    wanted = next((x for x in choice.layouts if x.table.name == table), choice.layouts[0])
    one = replace(choice, layouts=(wanted,))
    (layer,) = layers(session, asked, one, watch=watch, most=ROWS)
    folder = is_folder(asked.format) or asked.format is Format.GDB
    return Foresight(place, folder, tables, _sample(layer, asked.format), choice.left_out)


def _foreseen(layout: "Layout", format_: Format) -> Foreseen:
    flat = format_ is Format.SHP and not (layout.table.has_geometry or layout.at_place)
    suffix = (".dbf" if flat else format_.suffix) if is_folder(format_) else ""
    name = layout.name if suffix or format_ in _SHORT else layout.title
    return Foreseen(layout.table.name, layout.title, f"{name}{suffix}", _kind(layout.table, layout))


def _kind(table: "Table", layout: "Layout") -> str:
    if table.has_geometry:
        return "、".join(words for kind, words in _KINDS.items() if kind in table.geometry)
    return _KINDS[GeometryKind.POINT] if layout.at_place else tr("表")


def _sample(layer: "Layer", format_: Format) -> Sample:
    shown = [
        (out, cells)
        for out, cells in zip(layer.columns, layer.cells, strict=True)
        if format_ is not Format.HTML or out.origin not in _UNREAD
    ]
    return Sample(
        layer.table.name,
        tuple((o.title, o.name if format_ in _SHORT else "", o.name in layer.masked) for o, _ in shown),
        tuple(tuple(map(said, row)) for row in zip(*(cells for _, cells in shown), strict=True)),
    )


def said(value: object) -> str:
    r"""Return a cell as it is shown, on one line.

    Examples
    --------
    >>> said(None), said(True), said(12.50), said("上\n下"), said(date(2026, 1, 2))
    ('', '是', '12.5', '上 下', '2026-01-02')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return tr("是") if value else tr("否")
    if isinstance(value, date):
        return value.isoformat()
    text = f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else f"{flat[:_LONGEST]}…"
