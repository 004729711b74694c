"""Where everything stands on the page, in millimetres of its A3 design."""

from collections.abc import Mapping
from math import isclose

from mingqing.printing.paper.page import SIZES, Paper
from mingqing.printing.template.model import Arrangement, Part, Side
from mingqing.printing.wall.model import Boxes, Rect
from mingqing.printing.wall.parts.grid import BAND

A3_SHORT_MM = 297.0
_FOOT_MM = 9.0
_GAP_MM = 6.0
_INSET_GIVES = 0.25
_TITLE_GAP_MM = 3.0
_BAND_SHARES = {Part.INSET: 1.0, Part.LEGEND: 2.1, Part.FIGURES: 1.15, Part.NOTES: 1.1}


def paper_of(size: str, *, portrait: bool) -> Paper:
    """Return a sheet without margins: the design has its own."""
    return Paper(SIZES[size], landscape=not portrait, margins=(0.0, 0.0, 0.0, 0.0))


def unit_of(paper: Paper) -> float:
    """Return the real millimetres to a design millimetre: 1 on A3.

    Examples
    --------
    >>> round(unit_of(paper_of("A0", portrait=False)), 3)
    2.832
    """
    return min(paper.size_mm) / A3_SHORT_MM


def arrange(arrangement: Arrangement, paper: Paper, wanted: Mapping[Part, float]) -> Boxes:
    """Return the boxes of a page.

    Parameters
    ----------
    wanted : how high each part that has something to say would like to be at the width it is given; only these stand
        on the page. The legend takes what is left.
    """
    unit = unit_of(paper)
    width, height = (side / unit for side in paper.size_mm)
    margin = arrangement.margin_mm
    inner = Rect(margin, margin, width - 2 * margin, height - 2 * margin)
    title = Rect(inner.x, inner.y, inner.width, arrangement.title_mm)
    foot = Rect(inner.x, inner.bottom - _FOOT_MM, inner.width, _FOOT_MM)
    top, bottom = title.bottom + _TITLE_GAP_MM, foot.y - _TITLE_GAP_MM
    middle = Rect(inner.x, top, inner.width, bottom - top)
    parts = tuple(p for p in arrangement.parts if p in wanted)
    if not parts:
        return Boxes(Rect(0, 0, width, height), title, middle.within(BAND), {}, foot)
    whole, beside = _parted(middle, arrangement)
    placed = (
        _in_row(beside, parts, wanted)
        if arrangement.side is Side.BOTTOM
        else _in_column(beside, parts, wanted)
    )
    return Boxes(Rect(0, 0, width, height), title, whole.within(BAND), placed, foot)


def _parted(middle: Rect, arrangement: Arrangement) -> tuple[Rect, Rect]:
    """Return the map with its band, and what stands beside it."""
    side, gap = arrangement.side_mm, _GAP_MM
    if arrangement.side is Side.BOTTOM:
        return (
            Rect(middle.x, middle.y, middle.width, middle.height - side - gap),
            Rect(middle.x, middle.bottom - side, middle.width, side),
        )
    narrow = middle.width - side - gap
    if arrangement.side is Side.LEFT:
        return (
            Rect(middle.x + side + gap, middle.y, narrow, middle.height),
            Rect(middle.x, middle.y, side, middle.height),
        )
    return (
        Rect(middle.x, middle.y, narrow, middle.height),
        Rect(middle.x + narrow + gap, middle.y, side, middle.height),
    )


def _in_column(column: Rect, parts: tuple[Part, ...], wanted: Mapping[Part, float]) -> dict[Part, Rect]:
    """Stack parts, each as high as it wants; the legend has what is left over.

    Where there is too little, the inset gives way first, by a quarter, then all of them alike.
    """
    room = column.height - _GAP_MM * (len(parts) - 1)
    heights = {part: wanted[part] for part in parts}
    lacking = sum(heights.values()) - room
    if Part.INSET in heights:
        heights[Part.INSET] -= min(max(lacking, 0.0), heights[Part.INSET] * _INSET_GIVES)
    total = sum(heights.values())
    if total > room:
        heights = {part: high * room / total for part, high in heights.items()}
    elif Part.LEGEND in heights:
        heights[Part.LEGEND] += room - total
    placed, y = dict[Part, Rect](), column.y
    for part in parts:
        placed[part] = Rect(column.x, y, column.width, heights[part])
        y += heights[part] + _GAP_MM
    return placed


def _in_row(band: Rect, parts: tuple[Part, ...], wanted: Mapping[Part, float]) -> dict[Part, Rect]:  # noqa: ARG001
    """Set parts side by side, by shares of the width."""
    room = band.width - _GAP_MM * (len(parts) - 1)
    total = sum(_BAND_SHARES[p] for p in parts)
    placed, x = dict[Part, Rect](), band.x
    for part in parts:
        width = room * _BAND_SHARES[part] / total
        placed[part] = Rect(x, band.y, width, band.height)
        x += width + _GAP_MM
    return placed


def width_beside(arrangement: Arrangement, paper: Paper, part: Part, parts: int) -> float:
    """Return the width a part is given: that of the column, or its share of the band."""
    if arrangement.side is not Side.BOTTOM:
        return arrangement.side_mm
    width = max(paper.size_mm) if not isclose(*paper.size_mm) and paper.landscape else min(paper.size_mm)
    room = width / unit_of(paper) - 2 * arrangement.margin_mm - _GAP_MM * (parts - 1)
    return room * _BAND_SHARES[part] / sum(_BAND_SHARES[p] for p in arrangement.parts)
