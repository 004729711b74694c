"""Which labels a table asks for, and where they would like to stand."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray

from mingqing.catalog.style import Label, Marker, Placement, Shape, Spoke, StyleClass
from mingqing.render.classify import column
from mingqing.render.labels import LabelRequest
from mingqing.render.signs import Spot
from mingqing.render.styled import StyledTable


def requests(styled: StyledTable, signs: Mapping[tuple[str, int], Spot]) -> Iterator[LabelRequest]:
    """Yield the labels of a table's rows; `signs` says where the markers of single rows stand."""
    scale = styled.view.denominator
    for rank, c in enumerate(styled.every):
        label = c.label
        if label is None or not (c.is_shown(scale) and label.shown_from <= scale < label.shown_to):
            continue
        texts = column(styled.features, label.field)
        rows = np.flatnonzero(styled.classes == rank).tolist()
        named = {r: str(texts[r]) for r in rows if texts[r] not in {None, ""}}
        if styled.table.field_by_name[label.field].mask is not None:
            # 张** on a map names nobody, and takes the place of what does.
            named = {r: text for r, text in named.items() if "*" not in text}
        if label.placement is Placement.LINE:
            yield from _along_lines(styled, label, named)
        elif label.placement is Placement.AREA:
            yield from _in_areas(styled, label, named)
        else:
            yield from _at_points(styled, c, named, signs)


def _mask(styled: StyledTable, rows: Mapping[int, str]) -> NDArray[np.bool_]:
    mask = np.zeros(len(styled.features), dtype=bool)
    mask[list(rows)] = True
    return mask


def _along_lines(styled: StyledTable, label: Label, named: Mapping[int, str]) -> Iterator[LabelRequest]:
    """Join the pieces of what bears one name, and label it again and again at `label.repeat`."""
    size, every = styled.view.text_px(label.size), label.repeat * styled.view.px_per_mm
    aside = label.offset * styled.view.px_per_mm
    paths = styled.paths_where(Shape.LINE, _mask(styled, named))
    pieces: defaultdict[str, list[NDArray[np.float64]]] = defaultdict(list)
    for n, row in enumerate(paths.rows.tolist()):
        for part in range(paths.features[n], paths.features[n + 1]):
            pieces[named[row]].append(paths.xy[paths.parts[part] : paths.parts[part + 1]])
    for text, lines in pieces.items():
        joined = shapely.line_merge(
            shapely.multilinestrings([shapely.linestrings(x) for x in lines if len(x) > 1])
        )
        for line in shapely.get_parts(joined):
            count = max(1, round(line.length / every))
            for n in range(count):
                part = shapely.ops.substring(line, n / count, (n + 1) / count, normalized=True)
                xy = shapely.get_coordinates(part)
                yield LabelRequest(text, label, size, xy, aside_px=aside, apart_px=every / 2)


def _in_areas(styled: StyledTable, label: Label, named: Mapping[int, str]) -> Iterator[LabelRequest]:
    text_px = styled.view.text_px(label.size)
    paths = styled.paths_where(Shape.POLYGON, _mask(styled, named))
    if not len(paths):
        return
    anchors, of = styled.middles(paths)
    box = paths.bounds()
    size = box[:, 2:] - box[:, :2]
    room = {row: size[paths.rows == row].max(axis=0) for row in of.tolist()}
    for row, anchor in zip(of.tolist(), anchors, strict=True):
        width, height = map(float, room[row])
        yield LabelRequest(named[row], label, text_px, anchor[None], room_px=(width, height))


def _at_points(
    styled: StyledTable,
    c: StyleClass,
    named: Mapping[int, str],
    signs: Mapping[tuple[str, int], Spot],
) -> Iterator[LabelRequest]:
    label, name = c.label, styled.table.name
    if label is None:
        return
    size = styled.view.text_px(label.size)
    if any(isinstance(s, Marker) for s in c.symbols):
        for row, text in named.items():
            if (name, row) in signs:
                x, y, radius = signs[name, row]
                yield LabelRequest(text, label, size, np.array([[x, y]]), clear_px=radius)
        return
    knob = max((s.knob for s in c.symbols if isinstance(s, Spoke)), default=0.0)
    clear = knob / 2 * styled.view.px_per_mm * styled.view.sign_factor
    for shape in (Shape.POINT, Shape.LINE):
        paths = styled.paths_where(shape, _mask(styled, named))
        last = paths.parts[paths.features[1:]] - 1
        for row, anchor in zip(paths.rows.tolist(), paths.xy[last], strict=True):
            yield LabelRequest(named[row], label, size, anchor[None], clear_px=clear)
