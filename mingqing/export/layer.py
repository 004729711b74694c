"""Rows of one table as they leave: columns by profile, shapes in the CRS that was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.catalog.model import GeometryKind, Table
from mingqing.export.profile.model import Out

_KINDS = {
    0: GeometryKind.POINT,
    4: GeometryKind.POINT,
    1: GeometryKind.LINE,
    5: GeometryKind.LINE,
    3: GeometryKind.POLYGON,
    6: GeometryKind.POLYGON,
}


@dataclass(frozen=True)
class Layer:
    """`n` rows that leave together under one name.

    name : ASCII, of the file or layer; unique within an export. title : Chinese.
    geometry : (n,) shapely, None where a row has no shape; None for a table without shapes.
    kind : of every shape in it; None without shapes.
    epsg : of the shapes, x east and y north whatever the authority says; 0 without.
    columns : as they leave. cells : one sequence of n values for each; str, int, float, datetime.date, bool or None.
    masked : names of the columns that hold masked values.
    """

    table: Table
    name: str
    title: str
    ids: NDArray[np.int64]
    columns: tuple[Out, ...]
    cells: tuple[Sequence[Any], ...]
    geometry: NDArray[np.object_] | None = None
    kind: GeometryKind | None = None
    epsg: int = 0
    masked: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def kinds(self) -> tuple[GeometryKind, ...]:
        """The kinds of shapes that there are."""
        if self.geometry is None:
            return ()
        found = _kinds_of(self.geometry)
        return tuple(kind for kind in GeometryKind if (found == kind.value).any())

    def take(self, rows: NDArray[np.intp], name: str, title: str, kind: GeometryKind | None) -> "Layer":
        """Return some of the rows as a layer of their own."""
        at = rows.tolist()
        return replace(
            self,
            name=name,
            title=title,
            ids=self.ids[rows],
            cells=tuple([column[i] for i in at] for column in self.cells),
            geometry=None if self.geometry is None or kind is None else self.geometry[rows],
            kind=kind,
            epsg=self.epsg if kind else 0,
        )


def by_kind(layer: Layer) -> list[Layer]:
    """Return a layer divided so that each part has shapes of one kind; rows without a shape go with the most.

    A table that has shapes of one kind only keeps its name; else `_point`, `_line`, `_area` is added to it.
    """
    if layer.geometry is None:
        return [layer]
    kinds = _kinds_of(layer.geometry)
    found = [k for k in GeometryKind if (kinds == k.value).any()]
    if len(found) < 2:
        return [replace(layer, kind=found[0] if found else _likeliest(layer.table))]
    most = max(found, key=lambda k: np.count_nonzero(kinds == k.value))
    kinds[kinds == ""] = most.value
    return [
        layer.take(
            np.flatnonzero(kinds == k.value), f"{layer.name}_{_ENDS[k][0]}", layer.title + _ENDS[k][1], k
        )
        for k in found
    ]


_ENDS = {
    GeometryKind.POINT: ("point", "（点）"),
    GeometryKind.LINE: ("line", "（线）"),
    GeometryKind.POLYGON: ("area", "（面）"),
}


def _kinds_of(geometry: NDArray[np.object_]) -> NDArray[np.str_]:
    ids = shapely.get_type_id(geometry)
    kinds = np.full(len(ids), "", dtype="U8")
    for number, kind in _KINDS.items():
        kinds[ids == number] = kind.value
    return kinds


def _likeliest(table: Table) -> GeometryKind:
    """The kind of an empty layer: of an area where the table may have one."""
    return next(
        k
        for k in (GeometryKind.POLYGON, GeometryKind.LINE, GeometryKind.POINT)
        if k in table.geometry or k is GeometryKind.POINT
    )
