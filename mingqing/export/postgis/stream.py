"""Rows as PostgreSQL's COPY takes and gives them in binary: the quickest way in, and the same bytes for the same row.

The format: https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9.4. Of each row the number of its cells, of
each cell its length and its bytes, most significant first.
"""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import chain, repeat
from struct import Struct, error
from typing import Any

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.export.postgis.columns import Column
from mingqing.store.geometry import ewkb

HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TAIL = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_length, _bigint, _double, _day = (Struct(f).pack for f in (">i", ">iq", ">id", ">ii"))
_cells = Struct(">h").pack
_EPOCH = date(2000, 1, 1).toordinal()
_TRUE, _FALSE = b"\0\0\0\1\1", b"\0\0\0\1\0"


_SAMPLE = 100  # values of a column that are looked at to tell whether there are many different ones
Values = Sequence[Any]


class _Cells(dict[Any, bytes]):
    """Values as bytes, for a column of few different ones: they are looked up, not made."""

    def __init__(self, made: Callable[[Values], list[bytes]]) -> None:
        self._made = made

    def __missing__(self, value: Any) -> bytes:  # noqa: ANN401 - whatever the column holds
        self[value] = cell = self._made((value,))[0]
        return cell


# The number of rows makes these loops, once for each of their kinds, worth being written out.


def _texts(values: Values) -> list[bytes]:
    # PostgreSQL takes a NUL in no text.
    return [_NULL if v is None else _length(len(raw := v.replace("\0", "").encode())) + raw for v in values]


def _integers(values: Values) -> list[bytes]:
    return [_NULL if v is None else _bigint(8, v) for v in values]


def _doubles(values: Values) -> list[bytes]:
    return [_NULL if v is None else _double(8, v) for v in values]


def _booleans(values: Values) -> list[bytes]:
    return [_NULL if v is None else _TRUE if v else _FALSE for v in values]


def _dates(values: Values) -> list[bytes]:
    return [_NULL if v is None else _day(4, date.fromisoformat(v).toordinal() - _EPOCH) for v in values]


def _shapes(values: Values) -> list[bytes]:
    return [_NULL if raw is None else _length(len(raw)) + raw for raw in ewkb(values)]


def _multi_shapes(values: Values) -> list[bytes]:
    made = (None if raw is None else _multi(raw) for raw in ewkb(values))
    return [_NULL if raw is None else _length(len(raw)) + raw for raw in made]


def _multi(raw: bytes) -> bytes:
    """Return EWKB of a line or an area as that of several of which there is one; others as they are."""
    kind = raw[1]
    if kind not in _SINGLE:
        return raw
    return raw[:1] + bytes((kind + 3,)) + raw[2:9] + _ONE_PART + bytes((kind, 0, 0, 0)) + raw[9:]


_SINGLE = (2, 3)  # line, area; that of several of them is 3 more
_ONE_PART = b"\1\0\0\0\1"  # their number, and the order of bytes of the first


_MADE: dict[str, Callable[[Values], list[bytes]]] = {
    "text": _texts,
    "bigint": _integers,
    "double precision": _doubles,
    "boolean": _booleans,
    "date": _dates,
}


def packed(columns: Sequence[Column], rows: Sequence[Values]) -> bytes:
    """Return rows, at least one, as COPY takes them, without head and tail.

    Raises
    ------
    InputRefused
        if a cell does not hold what its column says, as only another program could have written it.
    """
    cells = [_packed(column, values) for column, values in zip(columns, zip(*rows, strict=True), strict=True)]
    return b"".join(chain.from_iterable(zip(repeat(_cells(len(columns))), *cells)))


def _packed(column: Column, values: Values) -> list[bytes]:
    made = _MADE.get(column.type) or (_multi_shapes if "(Multi" in column.type else _shapes)
    try:
        if len({*values[:_SAMPLE]}) * 2 > _SAMPLE:
            return made(values)
        return list(map(_Cells(made).__getitem__, values))
    except (TypeError, ValueError, AttributeError, error) as reason:
        title = column.of.title if column.of is not None else column.name
        raise InputRefused(
            tr("“{title}”里有不能识别的值，没有发布；请先运行 mingqing check 检查项目").format(title=title)
        ) from reason
