"""Numbers that tell of a village or a grid, from `resources/statistics.toml`, and how they are worked out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from mingqing.catalog.condition import Condition, Relation
from mingqing.classify.axis import Axis
from mingqing.core.definitions import Reader, read_toml
from mingqing.core.files import data_dir
from mingqing.store.tally import Tally, tallied, tally

if TYPE_CHECKING:
    from mingqing.store.session import Session

Values: TypeAlias = Mapping[int, float]
"""The value of each area that has one, by the id of its row."""


class Measure(StrEnum):
    """What is made of the rows of an area."""

    COUNT = "count"
    SUM = "sum"
    MEAN = "mean"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Statistic:
    """One number of an area; see the head of `resources/statistics.toml`."""

    code: str
    title: str
    unit: str
    table: str
    measure: Measure
    of: str | None
    condition: Condition | None
    years_ago: int | None

    @property
    def axis(self) -> Axis:
        """How its values are cut and called."""
        return Axis(self.unit, whole=self.measure is Measure.COUNT)

    @property
    def reveals(self) -> tuple[str, ...]:
        """The fields, as `table.field`, that must be seen whole by whoever is told the number."""
        names = ("village_code", self.of, self.condition.field if self.condition else None)
        return tuple(f"{self.table}.{name}" for name in names if name is not None)

    def asked(self, today: date) -> Condition | None:
        """Return the condition as it stands on a day."""
        if self.condition is None or self.years_ago is None:
            return self.condition
        year, last = today.year - self.years_ago, 28 if today.month == 2 else today.day
        return Condition(
            self.condition.field,
            self.condition.relation,
            f"{year}-{today.month:02}-{min(last, today.day):02}",
        )

    def value(self, found: Tally) -> float | None:
        """Return the number of what was tallied; None where nothing is known."""
        if self.measure is Measure.COUNT:
            # Where nobody wrote down whether a house is dangerous, that none is has not been found.
            return float(found.held) if self.condition is None or found.asked else None
        if self.measure is Measure.SUM:
            return round(found.total, 6) if found.filled else None
        if self.measure is Measure.MEAN:
            return found.total / found.filled if found.filled else None
        return 100 * found.held / found.asked if found.asked else None


@cache
def statistics() -> Mapping[str, Statistic]:
    """Return the program's statistics by code, read once.

    Raises
    ------
    DefinitionError
        at the first mistake in the file, naming key and reason.
    """
    path = data_dir("resources") / "statistics.toml"
    top = Reader(path.name, "", read_toml(path))
    found = [_statistic(Reader(path.name, "statistic", entry)) for entry in top.take("statistic", list)]
    top.finish()
    return {statistic.code: statistic for statistic in found}


def _statistic(reader: Reader) -> Statistic:
    code = reader.take("code", str)
    reader.where = f"statistic.{code}"
    field, condition = reader.maybe("field", str), None
    if field is not None:
        relation = reader.choice("relation", Relation, reader.take("relation", str))
        condition = Condition(field, relation, reader.data.pop("value", ""))
    made = Statistic(
        code,
        reader.take("title", str),
        reader.take("unit", str),
        reader.take("table", str),
        reader.choice("measure", Measure, reader.take("measure", str)),
        reader.maybe("of", str),
        condition,
        reader.maybe("years_ago", int),
    )
    reader.finish()
    return made


def values_of(session: "Session", statistic: Statistic, areas: str, *, today: date) -> Values:
    """Return the statistic of each village (`areas` = "village") or grid ("grid"), by the id of its row.

    Villages by the code that rows carry, in one query; grids by where rows lie.
    """
    condition = statistic.asked(today)
    if areas == "village":
        tallies = tally(session, statistic.table, "village_code", of=statistic.of, condition=condition)
        ids = session.rows("village", ["id", "code"])
        found = {row_id: statistic.value(tallies[code]) for row_id, code in ids if code in tallies}
    else:
        found = {
            row_id: statistic.value(held)
            for row_id, held in _within(session, statistic, condition, areas).items()
        }
    return {row_id: value for row_id, value in found.items() if value is not None}


def value_in(session: "Session", statistic: Statistic, village: str, *, today: date) -> float | None:
    """Return the statistic of one village, by code; None where nothing is known."""
    condition = statistic.asked(today)
    found = tally(
        session, statistic.table, "village_code", of=statistic.of, condition=condition, village=village
    )
    return statistic.value(found.get(village, Tally(0, 0, 0, 0.0)))


def _within(
    session: "Session", statistic: Statistic, condition: Condition | None, areas: str
) -> Mapping[int, Tally]:
    """Tally the rows whose middle lies in each polygon of `areas`."""
    columns: Sequence[str] = tuple(
        dict.fromkeys(name for name in (statistic.of, condition and condition.field) if name)
    )
    rows, polygons = session.features(statistic.table, columns=columns), session.features(areas)
    tree = shapely.STRtree(shapely.centroid(rows.geometry))
    area, row = tree.query(polygons.geometry, predicate="contains")
    order = np.argsort(area, kind="stable")
    area, row = area[order], row[order]
    ends = np.searchsorted(area, np.arange(len(polygons) + 1))
    of = rows.columns.get(statistic.of or "", [None] * len(rows))
    asked = rows.columns.get(condition.field if condition else "", [None] * len(rows))
    return {
        int(polygons.ids[n]): tallied(((of[r], asked[r]) for r in row[a:b].tolist()), condition)
        for n, (a, b) in enumerate(pairwise(ends))
    }
