"""Which labels a table asks for, and where they would like to stand.

All places are counted from the ground, not from the edge of the sheet, so that they move with the map.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.catalog.style import Label, Marker, Placement, Shape, Spoke, StyleClass
from mingqing.core.features import Gathered
from mingqing.core.paths import Paths
from mingqing.render.chains import joined, stretches
from mingqing.render.classify import column
from mingqing.render.inside import rooms
from mingqing.render.lettering import LabelRequest
from mingqing.render.paths import in_px
from mingqing.render.signs import Spot
from mingqing.render.styled import StyledTable

_FARTHEST_PX = 2e5  # what is drawn farther away from the sheet might as well be anywhere there
_FINEST = 0.15  # detail of a line or a border that text does not follow, in heights of a character
_LEAST_ROOM = 1.1  # an area lower or narrower than so many characters is not looked into
_ROOMS = 4  # places within an area that are tried


def requests(styled: StyledTable, signs: Mapping[tuple[str, int], Spot]) -> Iterator[LabelRequest]:
    """Yield the labels of a table's rows; `signs` says where the markers of single rows stand."""
    scale = styled.view.denominator
    for rank, c in enumerate(styled.every):
        label = c.label
        if label is None or not (c.is_shown(scale) and label.shown_from <= scale < label.shown_to):
            continue
        named = _named(styled, label, np.flatnonzero(styled.classes == rank))
        if not named:
            continue
        if label.placement is Placement.LINE:
            yield from _along_lines(styled, label, named)
        elif label.placement is Placement.AREA:
            yield from _in_areas(styled, label, named)
        else:
            yield from _at_points(styled, c, named, signs)


def _named(styled: StyledTable, label: Label, rows: NDArray[np.intp]) -> dict[int, str]:
    """Return the texts of those rows that have one."""
    texts = column(styled.features, label.field)
    named = {r: str(texts[r]) for r in rows.tolist() if texts[r] not in {None, ""}}
    if styled.table.field_by_name[label.field].mask is not None:
        # 张** on a map names nobody, and takes the place of what does.
        return {r: text for r, text in named.items() if "*" not in text}
    return named


def _whole(styled: StyledTable, shape: Shape, rows: Mapping[int, str], text_px: float) -> Paths:
    """Return the shapes of some rows that meet the sheet, uncut, in pixels, with no more detail than text follows.

    Cut to the sheet, what lies across its edge would have another middle whenever the map is moved.
    """
    features, index = styled.features, np.array(list(rows), dtype=np.int64)
    if isinstance(features, Gathered):  # never cut
        mask = np.zeros(len(features), dtype=bool)
        mask[index] = True
        paths = styled.paths_where(shape, mask)
    else:
        paths = in_px(Paths.of(features.geometry[index], shape), styled.view)
        paths = Paths(paths.xy, paths.parts, paths.features, index[paths.rows], paths.closed)
        box, margin = paths.bounds(), styled.margin_px
        near = np.hstack([box[:, :2] <= np.array(styled.view.size_px) + margin, box[:, 2:] >= -margin])
        paths = paths.take(np.flatnonzero(near.all(axis=1)))
    origin = _origin(styled)
    ground = np.clip(paths.xy, -_FARTHEST_PX, _FARTHEST_PX) - origin
    thin = Paths(ground, paths.parts, paths.features, paths.rows, paths.closed).thinned(_FINEST * text_px)
    return Paths(thin.xy + origin, thin.parts, thin.features, thin.rows, thin.closed)


def _origin(styled: StyledTable) -> NDArray[np.float64]:
    """Return where a fixed point of the ground lies, in pixels."""
    origin: NDArray[np.float64] = styled.view.to_px(np.zeros((1, 2)))[0]
    return origin


def _key(styled: StyledTable, row: int, text: str) -> tuple[str, object]:
    """Return what a row is known by from one drawing to the next; a group of rows has only its name."""
    rows = styled.features
    return styled.table.name, text if isinstance(rows, Gathered) else int(rows.ids[row])


def _along_lines(styled: StyledTable, label: Label, named: Mapping[int, str]) -> Iterator[LabelRequest]:
    """Join the pieces of what bears one name, and label it again and again at `label.repeat`."""
    view = styled.view
    size, every = view.text_px(label.size), label.repeat * view.px_per_mm
    paths = _whole(styled, Shape.LINE, named, size)
    texts = sorted({named[r] for r in paths.rows.tolist()})
    number = {text: n for n, text in enumerate(texts)}
    lines, names = joined(paths, np.array([number[named[r]] for r in paths.rows.tolist()], dtype=np.intp))
    letters = np.array([len(text) for text in texts], dtype=float)
    room = shapely.length(lines) >= letters[names] * size
    lines, names = lines[room], names[room]
    reach = size * (1 + letters.max(initial=0) * (1 + label.letter_spacing) / 2)
    origin = _origin(styled)
    for part in stretches(lines, names, view.size_px, (origin[0], origin[1]), size / 2, every, reach):
        text = texts[part.name]
        yield LabelRequest(
            text,
            label,
            size,
            part.xy,
            aside_px=label.offset * view.px_per_mm,
            apart_px=every / 2,
            span_px=part.span,
            key=(styled.table.name, text),
        )


def _in_areas(styled: StyledTable, label: Label, named: Mapping[int, str]) -> Iterator[LabelRequest]:
    """Ask for the widest places of each polygon; of one that the sheet does not hold whole, of what is seen as well."""
    size, sheet = styled.view.text_px(label.size), np.array([(0, 0, *styled.view.size_px)], dtype=float)
    paths = _whole(styled, Shape.POLYGON, named, size)
    box = paths.bounds()
    paths = paths.take(((box[:, 2:] - box[:, :2]) >= _LEAST_ROOM * size).all(axis=1) & ~paths.specks)
    if not len(paths):
        return
    box = paths.bounds()
    seen = np.hstack([np.maximum(box[:, :2], sheet[:, :2]), np.minimum(box[:, 2:], sheet[:, 2:])])
    seen[:, 2:] = np.maximum(seen[:, 2:], seen[:, :2])
    cut = np.flatnonzero((seen != box).any(axis=1))
    whole, part = rooms(paths, box, size), rooms(paths.take(cut), seen[cut], size)
    within = {n: k for k, n in enumerate(cut.tolist())}
    for n in _largest(paths.rows, whole.size[:, 0, 0]):
        row, places, sizes = int(paths.rows[n]), whole.middle[n, :_ROOMS], whole.size[n, :_ROOMS]
        if n in within:
            places = np.concatenate([places, part.middle[within[n], :_ROOMS]])
            sizes = np.concatenate([sizes, part.size[within[n], :_ROOMS]])
        yield LabelRequest(named[row], label, size, places, room_px=sizes, key=_key(styled, row, named[row]))


def _largest(rows: NDArray[np.int64], room: NDArray[np.float64]) -> list[int]:
    """Return for each row which of its polygons has most room."""
    order = np.lexsort((-room, rows))
    first: list[int] = order[np.flatnonzero(np.diff(rows[order], prepend=-1))].tolist()
    return first


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
                key = _key(styled, row, text)
                yield LabelRequest(text, label, size, np.array([[x, y]]), clear_px=radius, key=key)
        return
    knob = max((s.knob for s in c.symbols if isinstance(s, Spoke)), default=0.0)
    clear = knob / 2 * styled.view.px_per_mm * styled.view.sign_factor
    for shape in (Shape.POINT, Shape.LINE):
        paths = _whole(styled, shape, named, size)
        last = paths.parts[paths.features[1:]] - 1
        for row, anchor in zip(paths.rows.tolist(), paths.xy[last], strict=True):
            key = _key(styled, row, named[row])
            yield LabelRequest(named[row], label, size, anchor[None], clear_px=clear, key=key)
