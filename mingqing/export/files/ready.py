"""Layers made ready for formats that have one kind of shapes in a layer, and no number that is none."""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from typing import Any

import numpy as np

from mingqing.catalog.model import FieldType
from mingqing.core.text import tr
from mingqing.export.layer import Layer, by_kind


def divided(layer: Layer, notes: list[str]) -> list[Layer]:
    """Return a layer as layers of one kind of shapes each, with finite numbers; put into `notes` what that changed."""
    parts = by_kind(finite(layer, notes))
    if len(parts) > 1:
        names = "、".join(part.name for part in parts)
        notes.append(tr("“{title}”的图形不是同一种，分成 {names}").format(title=layer.title, names=names))
    return parts


def finite(layer: Layer, notes: list[str]) -> Layer:
    """Return a layer without infinite numbers: no format has a way to write them that all read."""
    cells = list(layer.cells)
    for i, out in enumerate(layer.columns):
        if out.type is FieldType.NUMBER and (wrong := _infinite(cells[i])):
            cells[i] = [None if v is None or not isfinite(v) else v for v in cells[i]]
            notes.append(
                tr("“{table}”的“{field}”有 {count} 个不是有限的数，留空").format(
                    table=layer.title, field=out.title, count=wrong
                )
            )
    return replace(layer, cells=tuple(cells))


def _infinite(values: Sequence[Any]) -> int:
    known = np.array([0.0 if v is None else v for v in values], dtype=np.float64)
    return int(np.count_nonzero(~np.isfinite(known)))
