"""The page's data: tables, themes and looks as plain values that become one JSON text."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from mingqing.access.roles import Action
from mingqing.catalog.model import FieldType
from mingqing.catalog.model import Layer as Theme
from mingqing.catalog.style import Line, Style
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.export.page.content import Told
from mingqing.export.page.looks import Pictures, Plain, looks
from mingqing.export.page.shapes import PER_DEGREE, Origin, edges
from mingqing.export.page.texts import Texts, initials
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session


@dataclass(frozen=True)
class Data:
    """The page's data. bounds : west, south, east, north in degrees. empty : titles of maps with nothing on them."""

    told: Plain
    bounds: tuple[float, float, float, float]
    empty: tuple[str, ...]


def gathered(session: Session, found: Mapping[str, Told], texts: Texts) -> Data:
    """Return all that the page knows.

    Parameters
    ----------
    found : by table, those that others refer to first.
    """
    bounds = _bounds(found)
    origin, pictures = Origin.of(bounds), Pictures()
    villages = _villages(session, found)
    on_maps = {draw.table for theme in session.catalog.themes for draw in theme.draws}
    tables = {name: _table(told, texts, villages) for name, told in found.items()}
    for name in on_maps & tables.keys():
        tables[name] |= _shapes(found[name], origin)
    themes, drawn, empty = [], {}, []
    for theme in session.catalog.themes:
        draws = [
            (d.table, d.variant) for d in theme.draws if d.table in found and len(found[d.table].features)
        ]
        if not _has_own(theme, draws):
            empty.append(theme.title)
            continue
        for table, variant in draws:
            key = f"{table}:{variant}"
            if key not in drawn:
                style = session.catalog.styles[table][variant]
                drawn[key] = _drawn(found[table], style, origin, pictures, tables[table])
        themes.append(
            {
                "title": theme.title,
                "about": theme.about,
                "draws": [[t, f"{t}:{v}", int(t in theme.tables)] for t, v in draws],
            }
        )
    told = {
        "origin": [origin.x, origin.y],
        "unit": PER_DEGREE,
        "bounds": [round(v, 6) for v in bounds],
        "villages": _chooser(found, villages),
        "tables": {name: tables[name] for name in session.catalog.tables if name in tables},
        "themes": themes,
        "looks": drawn,
        "pictures": pictures.urls,
    }
    return Data(told, bounds, tuple(empty))


def _has_own(theme: Theme, draws: Sequence[tuple[str, str]]) -> bool:
    return any(table in theme.tables for table, _ in draws)


def _bounds(found: Mapping[str, Told]) -> tuple[float, float, float, float]:
    """Of the villages where they are told, else of all there is."""
    villages = found.get("village")
    some = [villages] if villages is not None and len(villages.features) else list(found.values())
    boxes = np.array([shapely.total_bounds(each.features.geometry) for each in some if len(each.features)])
    boxes = boxes[~np.isnan(boxes).any(axis=1)] if len(boxes) else boxes
    if not len(boxes):
        raise InputRefused(tr("选中的资料都没有位置，画不成图；请换一些村或表再试"))
    west, south, east, north = np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)]).tolist()
    return west, south, east, north


def _villages(session: Session, found: Mapping[str, Told]) -> dict[str, str]:
    """Return the villages that occur, by code, with their names where these may be handed on."""
    known = Permitted(session, Action.EXPORT).rows("village", ("code", "name"))
    names = {str(row["code"]): str(row["name"]) for row in known if row["code"] and row["name"]}
    codes = sorted({str(c) for t in found.values() for c in t.features.columns["village_code"] if c})
    return {code: names.get(code, code) for code in codes}


def _chooser(found: Mapping[str, Told], villages: Mapping[str, str]) -> list[Plain]:
    """Return the villages by name with where they lie."""
    boxes: dict[str, list[np.ndarray[Any, Any]]] = {}
    for told in (found[n] for n in ("village", "house") if n in found):
        codes = told.features.columns["village_code"]
        for code, box in zip(codes, shapely.bounds(told.features.geometry), strict=True):
            if not np.isnan(box).any():
                boxes.setdefault(str(code), []).append(box)
        if boxes:
            break
    return [
        {"name": name, **({"box": _box(boxes[code])} if code in boxes else {})}
        for code, name in villages.items()
    ]


def _box(boxes: Sequence[Any]) -> list[float]:
    every = np.array(boxes)
    corners = np.concatenate([every[:, :2].min(axis=0), every[:, 2:].max(axis=0)])
    return [round(v, 6) for v in corners.tolist()]


def _table(told: Told, texts: Texts, villages: Mapping[str, str]) -> Plain:
    """Return the rows of a table: shapes, what is said of them, and whose rows they belong to."""
    features, table = told.features, told.table
    names = texts.names(told)
    fields = [f for f in told.fields if f.references != table.name]
    columns = [texts.column(told, f) for f in fields]
    found_by = [
        c for f, c in zip(fields, columns, strict=True) if f.search and f.type is not FieldType.ID_NUMBER
    ]
    said = [list(dict.fromkeys(filter(None, row))) for row in zip(names, *found_by, strict=True)]
    number = {code: n for n, code in enumerate(villages)}
    made: Plain = {
        "title": table.title,
        "fields": [[f.title, f.group, _kind(f.type), int(f.search)] for f in fields],
        "cells": [_column(c) for c in columns],
        "names": _column(names),
        "briefs": _column(texts.briefs(told)),
        "letters": _column([initials(each) for each in said]) if any(f.search for f in fields) else [],
        "in": _column([number.get(str(c), -1) for c in features.columns["village_code"]]),
        "n": len(features),
    }
    if told.home is not None:
        at = texts.positions(told.home[0])
        made["home"] = [told.home[0], [at.get(i, -1) for i in told.home[1].tolist()]]
    return made


def _shapes(told: Told, origin: Origin) -> Plain:
    """Return the shapes of rows: of what kind, their vertices, and a spot within each."""
    shapes = told.features.geometry
    kinds = np.array(list("ollpolp-"))[shapely.get_type_id(shapes)] if len(shapes) else ()
    return {
        "kinds": "".join(np.where(shapely.is_missing(shapes), "-", kinds).tolist()) if len(shapes) else "",
        "shapes": origin.steps(shapes),
        "spots": origin.spots(shapes),
    }


def _kind(of: FieldType) -> str:
    return {FieldType.PHONE: "tel", FieldType.BOOLEAN: "tag"}.get(of, "")


def _column(values: Sequence[Any]) -> list[Any] | Plain:
    """Return values, or where they repeat themselves what occurs and which it is."""
    once = list(dict.fromkeys(values))
    if len(once) == 1:
        return {"all": once[0]}
    if len(once) * 2 < len(values):
        number = {v: n for n, v in enumerate(once)}
        return {"d": once, "i": [number[v] for v in values]}
    return list(values)


def _drawn(told: Told, style: Style, origin: Origin, pictures: Pictures, table: Plain) -> Plain:
    """Return how a table looks; what its rows are labelled with, and borders drawn once, go to the table."""
    made = looks(told, style, pictures)
    for name, worded in made.labels.items():
        table.setdefault("labels", {})[name] = _column(worded)
    once = any(isinstance(s, Line) and s.once for c in (*style.classes, style.otherwise) for s in c.symbols)
    if once and "edges" not in table:
        table["edges"] = origin.steps(edges(told.features.geometry))
    return made.told


def as_script(told: Plain | list[str]) -> str:
    r"""Return data as JSON that may stand within a script of a page: no text in it can end the script.

    Examples
    --------
    >>> as_script({"a": "</script><!--"})
    '{"a":"\\u003c/script\\u003e\\u003c!--"}'
    """
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text
