"""Everything that drawing a choice takes, read from the project at once: classes, how many are in each, a histogram."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.catalog.model import GeometryKind, Table
from mingqing.catalog.style import Style
from mingqing.classify.axis import Axis
from mingqing.classify.choice import VALUE, Choice, Kind, Part
from mingqing.classify.divide import by_ranges, by_values, cuts_of
from mingqing.classify.fields import is_visible
from mingqing.classify.statistics import Values, statistics, values_of
from mingqing.classify.styling import style_of
from mingqing.core.errors import NotAllowed
from mingqing.core.text import tr

if TYPE_CHECKING:
    from mingqing.store.session import Session

_NO_NUMBERS: NDArray[np.float64] = np.empty(0)


@dataclass(frozen=True, eq=False)
class Prepared:
    """A choice with its classes.

    counts : rows in each of its parts, and last those in none. numbers : sorted, what ranges were cut from.
    values : for `AREAS`, the statistic of each area by the id of its row.
    xy, weights : for `HEAT`, (n, 2) places in the project's CRS, metres, and (n,) how much is at each.
    """

    choice: Choice
    counts: tuple[int, ...] = ()
    numbers: NDArray[np.float64] = field(default_factory=lambda: _NO_NUMBERS)
    values: Values = field(default_factory=dict)
    xy: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 2)))
    weights: NDArray[np.float64] = field(default_factory=lambda: _NO_NUMBERS)

    def style(self, base: Style) -> Style:
        """Return the style that draws the table so, given the one its theme has for it."""
        return style_of(self.choice, base, self.values)


def prepare(session: "Session", choice: Choice, *, today: date) -> Prepared:
    """Return what drawing a choice takes; one without parts gets them from the values there are.

    Raises
    ------
    NotAllowed
        if it would show what the account does not see whole.
    """
    if not is_visible(choice, session.policy):
        title = session.catalog.tables[choice.table].title
        raise NotAllowed(tr("“{title}”的分类用到了您看不到的内容，按默认样式显示").format(title=title))
    return _PREPARE[choice.kind](session, choice, today)


def _by_value(session: "Session", choice: Choice, _today: date) -> Prepared:
    described = session.catalog.tables[choice.table].field_by_name[choice.field]
    rows = session.rows(choice.table, [choice.field])
    if not choice.parts:
        choice = by_values(choice, described, (value for (value,) in rows))
    return Prepared(choice, _counted(choice.parts, [choice.field], rows))


def _by_range(session: "Session", choice: Choice, _today: date) -> Prepared:
    table = session.catalog.tables[choice.table]
    axis = Axis.of(table.field_by_name[choice.field])
    rows = session.rows(choice.table, [choice.field])
    numbers = axis.numbers(value for (value,) in rows)
    if not choice.parts:
        choice = by_ranges(choice, choice.field, axis, numbers, lines=are_lines(table))
    return Prepared(choice, (*_in_ranges(choice, axis, numbers), len(rows) - len(numbers)), numbers)


def are_lines(table: Table) -> bool:
    """Whether a table's size is a line's width."""
    return table.geometry == {GeometryKind.LINE}


def _by_rule(session: "Session", choice: Choice, _today: date) -> Prepared:
    fields = list(dict.fromkeys(c.field for part in choice.parts for c in part.where))
    return Prepared(choice, _counted(choice.parts, fields, session.rows(choice.table, fields or ["id"])))


def _by_area(session: "Session", choice: Choice, today: date) -> Prepared:
    statistic = statistics()[choice.field]
    values = values_of(session, statistic, choice.table, today=today)
    numbers = statistic.axis.numbers(values.values())
    if not choice.parts:
        choice = by_ranges(choice, VALUE, statistic.axis, numbers)
    unknown = session.counts()[choice.table] - len(numbers)
    return Prepared(choice, (*_in_ranges(choice, statistic.axis, numbers), unknown), numbers, values)


def _by_heat(session: "Session", choice: Choice, _today: date) -> Prepared:
    rows = session.features(choice.table, columns=[choice.field] if choice.field else [])
    middle = shapely.centroid(rows.geometry)
    xy = np.column_stack([shapely.get_x(middle), shapely.get_y(middle)])
    weights = np.ones(len(rows))
    if choice.field:
        weights = np.array(
            [v if isinstance(v, int | float) else 0.0 for v in rows.columns[choice.field]], float
        )
    known = np.isfinite(xy).all(axis=1) & (weights > 0) & np.isfinite(weights)
    places, home = np.unique(xy[known], axis=0, return_inverse=True)
    counts = int(known.sum()), len(rows) - int(known.sum())
    held = np.bincount(home.ravel(), weights[known], len(places)).astype(float)
    return Prepared(choice, counts, xy=places, weights=held)


def _in_ranges(choice: Choice, axis: Axis, numbers: NDArray[np.float64]) -> list[int]:
    at = np.searchsorted(numbers, cuts_of(choice, axis), side="left")
    return [int(n) for n in np.diff([0, *at, len(numbers)])]


def _counted(
    parts: Sequence[Part], fields: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> tuple[int, ...]:
    """Return how many rows, given as the values of `fields`, are of each part, and last of none."""
    found = [0] * (len(parts) + 1)
    place = {name: n for n, name in enumerate(fields)}
    for values, count in Counter(rows).items():
        fits = (n for n, part in enumerate(parts) if all(c.holds(values[place[c.field]]) for c in part.where))
        found[next(fits, len(parts))] += count
    return tuple(found)


_PREPARE = {
    Kind.CATEGORIES: _by_value,
    Kind.GRADUATED: _by_range,
    Kind.SIZE: _by_range,
    Kind.RULES: _by_rule,
    Kind.AREAS: _by_area,
    Kind.HEAT: _by_heat,
}


def histogram(numbers: NDArray[np.float64], bins: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return how many numbers fall into each of at most `bins` bars, and where the bars end.

    The rarest numbers at either end (1 in 200) share the outermost bar: one mistake must not flatten all the rest.
    Few whole numbers have a bar each.
    """
    if not len(numbers):
        return np.zeros(1, dtype=np.int64), np.array([0.0, 1.0])
    low, high = np.quantile(numbers, [0.005, 0.995])
    distinct = np.unique(numbers)
    if len(distinct) <= bins and (distinct == np.rint(distinct)).all() and distinct[-1] - distinct[0] < bins:
        low, high, bins = distinct[0], distinct[-1] + 1, int(distinct[-1] - distinct[0]) + 1
    if low >= high:
        low, high = low - 0.5, low + 0.5
    counts, edges = np.histogram(np.clip(numbers, low, high), bins, (low, high))
    return counts.astype(np.int64), edges


def unsettled(choice: Choice) -> Choice:
    """Return a choice without its parts, so that they are made anew."""
    return choice if choice.kind is Kind.RULES else replace(choice, parts=())
