"""What an export was made of and into what, for the documents that lie beside it: no rows."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely

from mingqing.access.roles import privacy_of
from mingqing.catalog.model import GeometryKind, Privacy, Table
from mingqing.export.asked import Asked
from mingqing.export.choice import Choice
from mingqing.export.layer import Layer
from mingqing.export.profile.model import Out
from mingqing.export.writing import Written
from mingqing.quality.findings import Quality

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Leaving:
    """One table that left. kinds : of its shapes. epsg : of them, 0 without. bounds : in it; None without shapes.

    masked : names of the columns that hold masked values.
    verified : the first and the last day on which a row was, YYYY-MM-DD; None where none was.
    purposes, bases : what rows about persons are kept for, and what allows it, as far as those columns leave.
    """

    table: Table
    name: str
    title: str
    rows: int
    columns: tuple[Out, ...] = ()
    masked: frozenset[str] = frozenset()
    kinds: tuple[GeometryKind, ...] = ()
    epsg: int = 0
    bounds: Box | None = None
    verified: tuple[str, str] | None = None
    purposes: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()

    @property
    def personal(self) -> bool:
        """Whether it says something about persons, masked or not."""
        return self.table.personal or any(
            out.of is not None and privacy_of(out.of) is not Privacy.OPEN for out in self.columns
        )

    @classmethod
    def of(cls, layer: Layer) -> "Leaving":
        """Return what is to be told of a layer."""
        box = None
        if layer.geometry is not None and not shapely.is_missing(layer.geometry).all():
            a, b, c, d = np.round(shapely.total_bounds(layer.geometry), 7).tolist()
            box = (a, b, c, d)
        days = _said(layer, "verified_on")
        return cls(
            layer.table,
            layer.name,
            layer.title,
            len(layer),
            layer.columns,
            layer.masked,
            layer.kinds,
            layer.epsg,
            box,
            (days[0], days[-1]) if days else None,
            _said(layer, "purpose")[:_MOST_TOLD],
            _said(layer, "legal_basis")[:_MOST_TOLD],
        )


_MOST_TOLD = 20


def _said(layer: Layer, field: str) -> tuple[str, ...]:
    """Return what the rows say in a field, each once, in order."""
    columns = zip(layer.columns, layer.cells, strict=True)
    found = {v for out, cells in columns if out.of is not None and out.of.name == field for v in cells}
    return tuple(sorted(map(str, found - {None})))


@dataclass(frozen=True)
class Made:
    """An export that is complete but for the documents beside it.

    project, user, roles : where from, and who hands it on. villages : names by code of those that were asked for,
    empty for all that the account sees. written : what a writer did. quality : None where nothing was checked.
    """

    project: str
    user: str
    roles: tuple[str, ...]
    asked: Asked
    choice: Choice
    layers: tuple[Leaving, ...]
    written: Written
    quality: Quality | None
    villages: dict[str, str]
    when: datetime
