"""Lists of rows of one kind: the kind stands in the file's name, or several stand in one cell."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mingqing.catalog.model import Catalog, Field
from mingqing.catalog.values import ValueRefusedError, parse
from mingqing.core.text import tr
from mingqing.ingest.match import TableMatch, value_in_name
from mingqing.ingest.reading.layer import SourceLayer
from mingqing.ingest.report import LeftOut, SourceReport

_BETWEEN = re.compile(r"[、，,;；/\s]+")


def listed(
    catalog: Catalog, layer: SourceLayer, found: TableMatch, report: SourceReport
) -> tuple[SourceLayer, TableMatch]:
    """Return a layer with one row for each value of the field `listed_by`, filled from the names where it is blank.

    A cell that says what is never held drops its row. A cell with several values gives a row for each that the
    field can hold. What is not taken is listed in `report`.
    """
    field = found.table.field_by_name[found.table.listed_by or ""]
    column = next((c for c, name in found.fields.items() if name == field.name), field.title)
    cells = layer.columns.get(column, [None] * len(layer)) if column in found.fields else [None] * len(layer)
    default = value_in_name(found.table, (layer.name, layer.path.stem, layer.path.parent.name))
    at: list[int] = []
    values: list[object] = []
    for i, cell in enumerate(cells):
        if cell is None or not str(cell).strip():
            said: list[object] = [default]
        else:
            said = [cell]
            if catalog.refusal(str(cell)) is not None:
                why = tr("这一行没有导入：本软件只登记需要照顾的人")
                report.left_out.append(LeftOut(int(layer.rows[i]), None, why))
                continue
            pieces = [p for p in _BETWEEN.split(str(cell)) if p]
            if len(pieces) > 1:
                taken, wrong = _sorted_out(field, pieces)
                said = list(taken) or said
                row = int(layer.rows[i])
                report.left_out += [
                    LeftOut(row, field.title, tr("{why}；这一项没有导入").format(why=why))
                    for why in wrong
                    if taken
                ]
        at += [i] * len(said)
        values += said
    columns = {name: [v[i] for i in at] for name, v in layer.columns.items()} | {column: values}
    geometry = None if layer.geometry is None else layer.geometry[at]
    rows = layer.rows[np.array(at, dtype=np.intp)]
    return (
        replace(layer, rows=rows, columns=columns, geometry=geometry),
        replace(found, fields={**found.fields, column: field.name}),
    )


def _sorted_out(field: Field, pieces: Sequence[str]) -> tuple[list[str], list[str]]:
    """The pieces that the field can hold, each once, and why it cannot hold the others."""
    taken: dict[object, str] = {}
    wrong: list[str] = []
    for piece in pieces:
        try:
            taken.setdefault(parse(field, piece), piece)
        except ValueRefusedError as error:
            wrong.append(str(error))
    return list(taken.values()), wrong
