"""What is under a click: the rows drawn there, the one that was most likely meant first."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from mingqing.desktop.card.content import name_of

if TYPE_CHECKING:
    from mingqing.catalog.model import Layer, Table
    from mingqing.catalog.style import Label
    from mingqing.render.targets import Target
    from mingqing.store.session import Session

_MOST = 200
_REACH = {
    0: 2.0,
    1: 1.0,
    2: 0.0,
}  # a point is drawn as a sign, larger than a line is wide; areas are hit inside
_SPECK = 2.0  # in tolerances: an area smaller across than this is as hard to hit as a line
_BESIDE = 3.0  # in heights of a label: how far from its row it may stand


@dataclass(frozen=True, slots=True)
class Hit:
    """A row under the pointer, with its name and its geometry in the project's CRS."""

    table: str
    id: int
    kind: str
    title: str
    geometry: shapely.Geometry


@dataclass(frozen=True, slots=True)
class Found:
    """What lies at a place, what is drawn on top first.

    crowd : a sign was meant that stands for several rows. totals : how many lie there, listed or not, by table.
    """

    hits: tuple[Hit, ...] = ()
    crowd: bool = False
    totals: Mapping[str, int] = field(default_factory=dict)


def identify(
    session: "Session",
    theme: "Layer",
    at: tuple[float, float],
    *,
    tolerance_m: float,
    only: frozenset[str] | None = None,
    targets: Sequence["Target"] = (),
) -> Found:
    """Return the rows drawn at a place, what is drawn on top first, but the base map last.

    Whether a row is large enough to be drawn by itself at the scale on screen does not matter. Rows come first whose
    sign, even set aside or counted with others, or whose label was pointed at.

    Parameters
    ----------
    at : x, y in the project's CRS, metres.
    tolerance_m : how far from a line or a speck still means it; twice as far from a point; areas are hit inside.
    only : the tables switched on; None for all.
    targets : the signs and labels on screen.
    """
    on = [draw.table for draw in reversed(theme.draws) if only is None or draw.table in only]
    pointed = [t for t in targets if t.covers(*at)]
    signs = [t for t in pointed if t.table in on]
    found = [hit for sign in signs for hit in _rows(session, sign)]
    found += [hit for word in pointed if word.text for hit in _named(session, on, word)]
    found += _drawn(session, on, at, tolerance_m)
    once = list({(hit.table, hit.id): hit for hit in reversed(found)}.values())[::-1]
    named = tuple(replace(hit, title=name_of(session, hit.table, hit.id)) for hit in once[:_MOST])
    crowd = any(len(sign.ids) > 1 for sign in signs[:1])
    return Found(named, crowd=crowd, totals=Counter(hit.table for hit in once))


def _rows(session: "Session", sign: "Target") -> Iterator[Hit]:
    """Yield the rows a sign stands for, in its order."""
    features = session.features(sign.table, among=sign.ids)
    shapes = dict(zip(features.ids.tolist(), features.geometry, strict=True))
    title = session.catalog.tables[sign.table].title
    return (Hit(sign.table, i, title, "", shapes[i]) for i in sign.ids if i in shapes)


def _named(session: "Session", on: Sequence[str], word: "Target") -> Iterator[Hit]:
    """Yield the rows around a label that it names, the nearest of each table."""
    xmin, ymin, xmax, ymax = word.box
    near = _BESIDE * (ymax - ymin)
    box = (xmin - near, ymin - near, xmax + near, ymax + near)
    middle = shapely.Point((xmin + xmax) / 2, (ymin + ymax) / 2)
    for name in on:
        labels = {label.field for label in _labels(session, name)}
        for named in sorted(labels):
            features = session.features(name, bounds=box, where={named: word.text})
            hits = [
                Hit(name, int(i), session.catalog.tables[name].title, "", shape)
                for i, shape in zip(features.ids, features.geometry, strict=True)
                if shape is not None and not shape.is_empty
            ]
            yield from sorted(hits, key=lambda hit: _order(hit, middle))[:1]


def _labels(session: "Session", table: str) -> Iterator["Label"]:
    for style in session.catalog.styles[table].values():
        for each in (*style.classes, style.otherwise):
            if each.label is not None:
                yield each.label


def _drawn(
    session: "Session", on: Sequence[str], at: tuple[float, float], tolerance_m: float
) -> Iterator[Hit]:
    """Yield the rows whose shapes lie at a place."""
    point, reach = shapely.Point(at), 2 * tolerance_m
    box = (at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach)
    found: list[tuple[tuple[bool, int, float, float], Hit]] = []
    for depth, name in enumerate(on):
        table = session.catalog.tables[name]
        near = _near(session, table, point, box, tolerance_m)
        found += [((table.layer == "base", depth, *_order(hit, point)), hit) for hit in near]
    found.sort(key=lambda pair: pair[0])
    return (hit for _, hit in found)


def _order(hit: Hit, point: shapely.Point) -> tuple[float, float]:
    """Within a table the nearer first, then the smaller."""
    return float(hit.geometry.distance(point)), float(hit.geometry.area)


def _near(
    session: "Session",
    table: "Table",
    point: shapely.Point,
    box: tuple[float, float, float, float],
    tolerance_m: float,
) -> Sequence[Hit]:
    features = session.features(table.name, bounds=box)
    shapes = features.geometry
    present = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    ids, shapes = features.ids[present], shapes[present]
    bounds = shapely.bounds(shapes)
    across = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
    reach = np.array([_REACH[d] for d in shapely.get_dimensions(shapes).tolist()])
    reach[(reach == 0) & (across < _SPECK * tolerance_m)] = 1.0
    meant = shapely.distance(shapes, point) <= tolerance_m * reach
    return [
        Hit(table.name, i, table.title, "", shape)
        for i, shape in zip(ids[meant].tolist(), shapes[meant], strict=True)
    ]
