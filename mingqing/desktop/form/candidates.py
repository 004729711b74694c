"""Which rows a reference may point to: those of the village, nearest first; others by what is typed. No Qt."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely

from mingqing.desktop.card.content import headings, layout_of
from mingqing.desktop.form.matching import Option, option
from mingqing.search.find import find
from mingqing.store.conditions import Holds
from mingqing.store.conditions.tree import VILLAGE
from mingqing.store.paging import Wanted, ids, page

if TYPE_CHECKING:
    from mingqing.catalog.model import Table
    from mingqing.search.index import Index
    from mingqing.store.session import Session

_MOST, _MOST_TYPED, _MOST_HITS = 3_000, 40, 200
Place = tuple[float, float]


def near(session: "Session", table: str, village: str, at: Place | None) -> list[Option]:
    """Return the rows of a village that may be chosen.

    at : where the row that refers to them is, project CRS; the nearest come first. None where it has no place.
    """
    if not village:
        return []
    found = session.features(table, village=village)
    rows, places = found.ids, found.geometry
    if at is not None:
        away = shapely.distance(places, shapely.Point(at))
        rows = rows[np.argsort(np.nan_to_num(away, nan=np.inf), kind="stable")]
    return list(_options(session, table, rows[:_MOST].tolist()))


def typed(session: "Session", table: str, text: str) -> list[Option]:
    """Return rows anywhere within reach whose name holds `text`, with the village they are in."""
    definition = session.catalog.tables[table]
    names = dict.fromkeys((*headings().get(table, ()), definition.title_field))
    rows: dict[int, None] = {}
    for name in names:
        wanted = Wanted(filters=(Holds(name, text),))
        rows |= dict.fromkeys(ids(session, table, wanted, headings=headings())[:_MOST_TYPED].tolist())
    return list(_options(session, table, list(rows)[:_MOST_TYPED], elsewhere=True))


def found_by(index: "Index", table: str, text: str) -> list[Option]:
    """Return rows anywhere within reach that search finds by `text`: in a few milliseconds, by pinyin as well."""
    hits = (hit for hit in find(index, text, limit=_MOST_HITS).hits if hit.table == table)
    return [Option(hit.id, hit.title, " · ".join((*hit.said, hit.village_name))) for hit in hits][
        :_MOST_TYPED
    ]


def at_place(session: "Session", table: str, at: Place, tolerance_m: float) -> Option | None:
    """Return the row of a table at a place on the map, the nearest within tolerance; None where there is none."""
    x, y = at
    box = (x - tolerance_m, y - tolerance_m, x + tolerance_m, y + tolerance_m)
    found = session.features(table, bounds=box)
    away = shapely.distance(found.geometry, shapely.Point(at))
    if not len(away) or not (away <= tolerance_m).any():
        return None
    nearest = int(found.ids[np.nanargmin(away)])
    return next(_options(session, table, [nearest]), None)


def _options(
    session: "Session", table: str, rows: Sequence[int], *, elsewhere: bool = False
) -> Iterator[Option]:
    definition = session.catalog.tables[table]
    naming = list(dict.fromkeys((*headings().get(table, ()), definition.title_field)))
    brief = [b for b in layout_of(table).brief if ":" not in b and b not in naming]
    columns = [*naming, *brief, VILLAGE]
    for row_id, cells in zip(rows, page(session, table, columns, rows, headings=headings()), strict=True):
        if cells is None:
            continue
        said = [str(c) for c in cells[: len(naming)] if c not in {None, ""}]
        more = [_measured(definition, n, c) for n, c in zip(brief, cells[len(naming) :], strict=False) if c]
        more += said[1:] + ([str(cells[-1])] if elsewhere and cells[-1] else [])
        title = said[0] if said else definition.title
        yield option(row_id, title, " · ".join(more[:3]))


def _measured(table: "Table", name: str, value: object) -> str:
    unit = table.field_by_name[name].unit
    return f"{value} {unit}" if unit else str(value)
