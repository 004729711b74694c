"""What a session knows of villages that their wall maps tell: borders, rows, numbers, as far as it may be printed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.access.policy import Column
from mingqing.access.roles import Action
from mingqing.catalog.model import FieldType
from mingqing.classify.statistics import statistics, value_in
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.crs.ground import metric
from mingqing.printing.template.model import Figure
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.model import Counted, Inset
from mingqing.printing.wall.source import VillageSource
from mingqing.render.source import Bounds
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session

_NEGLIGIBLE = 0.001  # of a length, that the grid of a zone may be off: paper stretches more when it is damp
_NUMBERS = {FieldType.INTEGER, FieldType.NUMBER}
_AREA = 2  # what shapely calls the dimension of a polygon
_INSET_DETAIL = 600  # parts of the township's extent that its borders are simplified to


@dataclass(frozen=True, slots=True)
class Village:
    """A village: its own row, its border, the extent that has to be seen, and metres of ground to one of the grid."""

    row: Mapping[str, Any]
    shape: shapely.Geometry | None
    bounds: Bounds
    ground: float

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of its extent."""
        return middle(self.bounds)


@dataclass(frozen=True, slots=True, eq=False)
class _Township:
    """The villages of a township that have a border."""

    title: str
    shapes: NDArray[np.object_]
    names: tuple[str, ...]
    codes: tuple[str, ...]


class Facts:
    """Reads for the maps of one village after another; what they have in common is read once.

    session : whose rows are shown. source : those of the village at hand.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._permitted = Permitted(session)
        self.source = VillageSource(self._permitted, "")
        self._at_hand: Village | None = None
        self._held: dict[str, bool] = {}
        self._township: _Township | None = None

    def tables(self, asked: Asked) -> tuple[frozenset[str], tuple[str, ...]]:
        """Return the tables to draw, and the titles of those that may be seen but not printed."""
        catalog, policy = self.session.catalog, self.session.policy
        if asked.theme not in {theme.code for theme in catalog.themes}:
            names = "、".join(theme.title for theme in catalog.themes)
            raise InputRefused(
                tr("没有“{theme}”这张专题图，可选：{names}").format(theme=asked.theme, names=names)
            )
        layer = catalog.layers[asked.theme]
        drawn = [d.table for d in layer.draws if policy.allowed(d.table, Action.SEE)]
        wanted = [t for t in drawn if asked.only is None or t in asked.only]
        allowed = frozenset(t for t in wanted if self._permitted.allows(t))
        own = [t for t in drawn if t in layer.tables]
        if not any(self._permitted.allows(t) for t in own):
            self._permitted.require(layer.title, own or layer.tables)
        return allowed, tuple(catalog.tables[t].title for t in wanted if t not in allowed)

    def village(self, code: str) -> Village:
        """Return the village of this code."""
        if self._at_hand is None or self.source.village != code:
            self.source = VillageSource(self._permitted, code)
            self._at_hand = self._read(code)
        return self._at_hand

    def _read(self, code: str) -> Village:
        own = self.session.catalog.tables["village"].fields
        names = ("name", "township", *(f.name for f in own if f.type in _NUMBERS))
        hidden = self._permitted.hidden("village", names)
        found = self.session.features("village", columns=names, where={"code": code})
        if not len(found):
            raise InputRefused(tr("没有代码是“{code}”的村，请核对区划代码").format(code=code))
        row = {n: None if n in hidden else found.columns[n][0] for n in names} | {"code": code}
        shape = found.geometry[0]
        bounds = _bounds([shape]) or self._extent(code)
        if bounds is None:
            raise InputRefused(
                tr("{name}没有村界，也没有别的图形，画不了图。请先导入或画出村界").format(
                    name=row["name"] or code
                )
            )
        return Village(row, _area(shape), bounds, _on_ground(bounds, self.session.info.epsg))

    def _extent(self, code: str) -> Bounds | None:
        """Return the extent of a village without a border: that of all its rows."""
        catalog = self.session.catalog
        boxes = [
            _bounds(self.session.features(name, village=code).geometry)
            for name, table in catalog.tables.items()
            if table.has_geometry and name != "village" and self._permitted.allows(name)
        ]
        known = np.array([b for b in boxes if b is not None])
        if not len(known):
            return None
        west, south = known[:, :2].min(axis=0).tolist()
        east, north = known[:, 2:].max(axis=0).tolist()
        return west, south, east, north

    def inset(self, village: Village, title: str) -> Inset | None:
        """Return the village in its township; None where it has none, or no border."""
        township = village.row["township"]
        if not township or village.shape is None or self._permitted.hidden("village", ["name"]):
            return None
        if self._township is None or self._township.title != township:
            self._township = self._of_township(str(township))
        found, code = self._township, village.row["code"]
        here = found.codes.index(code) if code in found.codes else -1
        return Inset(title, found.shapes, found.names, here)

    def _of_township(self, township: str) -> _Township:
        found = self.session.features("village", columns=("name", "code"), where={"township": township})
        drawn = ~shapely.is_missing(found.geometry) & ~shapely.is_empty(found.geometry)
        shapes = found.geometry[drawn]
        extent = shapely.total_bounds(shapes)
        step = max(extent[2] - extent[0], extent[3] - extent[1]) / _INSET_DETAIL
        names, codes = (
            tuple(str(found.columns[name][row] or "") for row in np.flatnonzero(drawn).tolist())
            for name in ("name", "code")
        )
        return _Township(township, shapely.simplify(shapes, step), names, codes)

    def counted(self, figure: Figure, village: Village) -> Counted | None:
        """Return a line of the statistics: counted where it can be, else from the village's own row.

        None where the account may not print what it tells of, and where the project holds nothing of the kind: that
        there are no posts is not the same as that nobody has entered them.
        """
        statistic = statistics().get(figure.code)
        if statistic is None:
            field = self.session.catalog.tables["village"].field_by_name[figure.code]
            value = village.row.get(figure.code)
            return Counted(
                figure.title or field.title, float(value) if value is not None else None, field.unit or ""
            )
        policy = self.session.policy
        open_ = all(
            policy.column(table, name, Action.PRINT) is Column.CLEAR
            for table, name in (said.split(".", 1) for said in statistic.reveals)
        )
        if not (open_ and self._permitted.allows(statistic.table) and self._holds(statistic.table)):
            return None
        value = value_in(self.session, statistic, self.source.village, today=date.today())  # noqa: DTZ011 - the calendar on the wall
        return Counted(figure.title or statistic.title, value, statistic.unit, figure.code)

    def _holds(self, table: str) -> bool:
        """Whether the account sees any row of a table."""
        if table not in self._held:
            self._held[table] = holds(self.session, table)
        return self._held[table]

    def verified(self, theme: str) -> tuple[date, date] | None:
        """Return the first and the last day on which a row of the theme in the village was verified."""
        days: list[str] = []
        for table in self.session.catalog.layers[theme].tables:
            if self._permitted.allows(table) and not self._permitted.hidden(table, ["verified_on"]):
                found = self.session.query(
                    f'SELECT min(verified_on), max(verified_on) FROM "{table}" WHERE village_code = ?',
                    (self.source.village,),
                )
                days += [day for day in found[0] if day]
        known = sorted(day for day in map(_day, days) if day is not None)
        return (known[0], known[-1]) if known else None


def holds(session: Session, table: str) -> bool:
    """Return whether the account sees any row of a table."""
    return bool(session.query(f'SELECT 1 FROM "{table}" LIMIT 1'))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _on_ground(bounds: Bounds, epsg: int) -> float:
    """Return how many metres of ground a metre of the grid is: 1 in a Gauss–Krüger zone, 0.88 in 网络墨卡托 at 28°."""
    form = metric(np.array([middle(bounds)]), epsg)[0]
    found = float((form[0] * form[2] - form[1] ** 2) ** 0.25)
    return found if abs(found - 1) > _NEGLIGIBLE else 1.0


def middle(bounds: Bounds) -> tuple[float, float]:
    """Return the middle of an extent."""
    return (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2


def _area(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    """Return the ground that a border encloses, whatever it crosses; None where there is none."""
    if shape is None or shape.is_empty or shape.is_valid:
        return shape if shape is not None and not shape.is_empty else None
    parts = shapely.get_parts(shapely.make_valid(shape))
    areas = parts[shapely.get_dimensions(parts) == _AREA]
    return shapely.union_all(areas) if len(areas) else None


def _bounds(shapes: object) -> Bounds | None:
    every = np.array(shapes, dtype=object)
    if not len(every):
        return None
    west, south, east, north = shapely.total_bounds(every).tolist()
    return (west, south, east, north) if np.isfinite([west, south, east, north]).all() else None
