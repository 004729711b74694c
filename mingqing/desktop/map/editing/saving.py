"""What a finished drawing does to the rows: checked against the rules of `layers/`, neighbours' borders taken along.

Each function is called within an edit, off the UI thread.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum

import numpy as np
import shapely

from mingqing.catalog.model import STAMPS, RuleKind
from mingqing.catalog.topology import Severity
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.digitising.borders import follow, tied_to_pieces
from mingqing.digitising.cutting import merge, split
from mingqing.digitising.paths import TOUCH_M, shapes_of
from mingqing.digitising.topology import Fault, Rows, check, reach_m, repaired, tables_needed
from mingqing.store.edit import Edit, rows_of
from mingqing.store.session import Session
from mingqing.store.unique import VILLAGE

Shapes = Mapping[int, shapely.Geometry]
_NEW = -1  # the id of a row that is to be added; further ones count down
_WORSE = 0.01  # square metres or metres: a fault that grew by less was there before
_MOST_TOLD = 2
_VILLAGE = "village"


class Consent(Enum):
    """What the user says to what is wrong with a shape."""

    ASK = "ask"
    REPAIR = "repair"
    KEEP = "keep"


class Faulty(InputRefused):
    """A shape that breaks rules of `layers/`; nothing was written. `faults` are what is to be decided on."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        told = "；".join(dict.fromkeys(f.sentence for f in faults[:_MOST_TOLD]))
        more = tr("；等 {n} 处").format(n=len(faults)) if len(faults) > _MOST_TOLD else ""
        super().__init__(told + more)
        self.faults = tuple(faults)

    @property
    def repairable(self) -> bool:
        """Whether something can be mended without a person deciding."""
        return any(f.repair is not None for f in self.faults)

    @property
    def keepable(self) -> bool:
        """Whether it may stay as it is."""
        return all(f.severity is not Severity.REFUSE for f in self.faults)


# ── What can be done ─────────────────────────────────────────────────────────────────────────────────────────


def add_shape(
    e: Edit,
    session: Session,
    table: str,
    values: Mapping[str, object],
    shape: shapely.Geometry,
    consent: Consent,
) -> int:
    """Add a row with a shape and return its id."""
    return e.add(table, values, _settled(session, table, {_NEW: shape}, consent)[_NEW])


def change_shapes(
    e: Edit, session: Session, table: str, shapes: Shapes, consent: Consent, *, following: bool = False
) -> None:
    """Give rows other shapes; `following` takes the borders along that neighbours share with them."""
    if following:
        shapes = {**_followed(session, table, shapes), **shapes}
    settled = _settled(session, table, shapes, consent)
    if consent is Consent.REPAIR and all(_alike(shape_of(session, table, i), s) for i, s in settled.items()):
        raise InputRefused(tr("修复后和原来一样，没有改动"))
    e.change_all(table, {}, settled)


def copy_rows(e: Edit, session: Session, table: str, shapes: Shapes, consent: Consent) -> list[int]:
    """Add a row like each of some, with these shapes; return the ids of the new ones."""
    numbered = dict(zip(range(_NEW, _NEW - len(shapes), -1), shapes, strict=True))
    settled = _settled(session, table, {n: shapes[i] for n, i in numbered.items()}, consent)
    values = copied(session, table, shapes)
    return [e.add(table, values[i], settled[n]) for n, i in numbered.items()]


def split_row(
    e: Edit, session: Session, table: str, row: int, line: shapely.LineString, consent: Consent
) -> list[int]:
    """Cut a row's shape: the largest piece stays the row's, each other becomes a row; return those ids."""
    shape = shape_of(session, table, row)
    pieces = split(shape, line)
    shapes = {row: pieces[0], **{_NEW - n: piece for n, piece in enumerate(pieces[1:])}}
    if session.catalog.tables[table].shared_borders:
        around = _around(session, table, [shape], {row})
        tied = tied_to_pieces(pieces, list(around.values()))
        shapes |= {i: new for (i, old), new in zip(around.items(), tied, strict=True) if new is not old}
    settled = _settled(session, table, shapes, consent)
    e.change_all(table, {}, {i: s for i, s in settled.items() if i >= 0})
    values = copied(session, table, [row])[row]
    return [e.add(table, values, s) for i, s in settled.items() if i < 0]


def merge_rows(
    e: Edit,
    session: Session,
    table: str,
    ids: Sequence[int],
    values: Mapping[str, object],
    consent: Consent,
    *,
    multipart: bool = False,
) -> None:
    """Make one row of several: the first stays, with `values` and all their ground; what refers to others, to it."""
    kept, *others = ids
    whole = merge([shape_of(session, table, i) for i in ids], multipart=multipart)
    for other in others:
        _hand_over(e, session, table, other, kept)
    e.remove(table, others)
    settled = _settled(session, table, {kept: whole}, consent)
    e.change(table, kept, values, settled[kept])


# ── What they need to know ───────────────────────────────────────────────────────────────────────────────────


def shape_of(session: Session, table: str, row: int) -> shapely.Geometry:
    """Return the shape of a row as it is now.

    Raises
    ------
    InputRefused
        if it is gone, or has none.
    """
    found = session.features(table, among=[row]).geometry
    if not len(found) or found[0] is None or found[0].is_empty:
        raise InputRefused(tr("这个图形已经不在了，或不在您管辖的村"))
    return found[0]


def copied(session: Session, table: str, ids: Iterable[int]) -> dict[int, dict[str, object]]:
    """Return by id what a second row like it may have: not what occurs once in a village, not what is masked."""
    definition = session.catalog.tables[table]
    once = {name for rule in definition.rules if rule.kind is RuleKind.UNIQUE for name in rule.fields}
    names = [n for n in session.policy.writable(table) if n not in once and n not in STAMPS]
    return {i: {n: row[n] for n in names} for i, row in rows_of(session, table, ids).items()}


def belonging(session: Session, table: str, ids: Iterable[int]) -> dict[str, int]:
    """Return how many rows of which table belong to rows, directly or by way of others."""
    counts: dict[str, int] = {}
    seen = {(table, i) for i in ids}
    waiting = list(seen)
    while waiting:
        for found in session.referring(*waiting.pop()):
            if found not in seen:
                seen.add(found)
                waiting.append(found)
                counts[found[0]] = counts.get(found[0], 0) + 1
    return counts


def _hand_over(e: Edit, session: Session, table: str, row: int, to: int) -> None:
    """Let what refers to a row refer to another."""
    for other in session.catalog.tables.values():
        for reference in other.fields:
            if reference.references == table:
                found = session.rows(other.name, ["id"], where={reference.name: row})
                e.change_all(other.name, {int(str(i)): {reference.name: to} for (i,) in found})


def _around(
    session: Session,
    table: str,
    shapes: Sequence[shapely.Geometry],
    but: Iterable[int],
    reach: float = TOUCH_M,
) -> dict[int, shapely.Geometry]:
    """Return the shapes of a table near others, by id."""
    xmin, ymin, xmax, ymax = shapely.total_bounds(shapes_of(list(shapes))).tolist()
    found = session.features(table, bounds=(xmin - reach, ymin - reach, xmax + reach, ymax + reach))
    left_out = frozenset(but)
    return {
        i: shape
        for i, shape in zip(found.ids.tolist(), found.geometry, strict=True)
        if i not in left_out and shape is not None and not shape.is_empty
    }


def _followed(session: Session, table: str, shapes: Shapes) -> dict[int, shapely.Geometry]:
    """Return the neighbours, by id, whose borders change along with those of rows."""
    changed: dict[int, shapely.Geometry] = {}
    for row, after in shapes.items():
        before = shape_of(session, table, row)
        around = _around(session, table, [before, after], shapes) | changed
        new = follow(before, after, list(around.values()))
        changed |= {i: n for (i, old), n in zip(around.items(), new, strict=True) if n is not old}
    return changed


# ── Checked ──────────────────────────────────────────────────────────────────────────────────────────────────


def _settled(session: Session, table: str, shapes: Shapes, consent: Consent) -> Shapes:
    """Return shapes that may be written, mended where the user wants that.

    Raises
    ------
    Faulty
        with what is still to be decided on.
    """
    faults = _new_faults(session, table, shapes)
    if faults and consent is Consent.REPAIR:
        shapes = {**shapes, **repaired(_rows(shapes), faults)}
        faults = _new_faults(session, table, shapes)
    if faults and (consent is not Consent.KEEP or any(f.severity is Severity.REFUSE for f in faults)):
        raise Faulty(faults)
    return shapes


def _new_faults(session: Session, table: str, shapes: Shapes) -> list[Fault]:
    """Return what is wrong with shapes that was not as wrong before."""
    catalog = session.catalog
    found = session.features(table, among=[i for i in shapes if i >= 0])
    stored = zip(found.ids.tolist(), found.geometry, strict=True)
    before = {i: s for i, s in stored if s is not None and not s.is_empty}
    reach = reach_m(catalog, table)
    every = [*shapes.values(), *before.values()]
    around = {name: _rows(_around(session, name, every, (), reach)) for name in tables_needed(catalog, table)}
    if _VILLAGE in around and table != _VILLAGE:
        around.pop(_VILLAGE)
        if home := _home(session, table, shapes):
            around[_VILLAGE] = _rows(home)
    faults = check(catalog, table, _rows(shapes), around, _rows(before))
    if not faults or not before:
        return faults
    was = {(f.kind, f.rows): _size(f) for f in check(catalog, table, _rows(before), around)}
    return [f for f in faults if _size(f) > was.get((f.kind, f.rows), -1.0) + _WORSE]


def _home(session: Session, table: str, shapes: Shapes) -> dict[int, shapely.Geometry]:
    """Return the outlines of the villages that the rows belong to, of new ones those where they may lie."""
    codes = {row[VILLAGE] for row in rows_of(session, table, [i for i in shapes if i >= 0]).values()}
    found = [session.features(_VILLAGE, where={"code": str(code)}) for code in codes if code is not None]
    if any(i < 0 for i in shapes):
        xmin, ymin, xmax, ymax = shapely.total_bounds(shapes_of(list(shapes.values()))).tolist()
        near = session.features(_VILLAGE, bounds=(xmin, ymin, xmax, ymax))
        found.append(
            near if len(near) else session.features(_VILLAGE)
        )  # far from all: outside, if there are any
    return {
        i: outline
        for each in found
        for i, outline in zip(each.ids.tolist(), each.geometry, strict=True)
        if outline is not None
    }


def _rows(shapes: Shapes) -> Rows:
    return Rows(np.array(list(shapes), dtype=np.int64), shapes_of(list(shapes.values())))


def _alike(before: shapely.Geometry, after: shapely.Geometry) -> bool:
    """Whether two shapes are one but for corners along their sides and what no fault is told for."""
    if not shapely.get_dimensions(before):
        return bool(before.distance(after) < _WORSE)
    apart = before.symmetric_difference(after)
    return float(apart.area or apart.length) < _WORSE


def _size(fault: Fault) -> float:
    return float(fault.where.area or fault.where.length)
