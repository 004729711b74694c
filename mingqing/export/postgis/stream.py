"""Rows as PostgreSQL's COPY takes and gives them in binary: the quickest way in, and the same bytes for the same row.

The format: https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9.4. Of each row the number of its cells, of
each cell its length and its bytes, most significant first.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import chain, repeat
from struct import Struct
from typing import Any

from mingqing.export.postgis.columns import Column
from mingqing.store.geometry import ewkb

HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TAIL = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_length, _bigint, _double, _day = (Struct(f).pack for f in (">i", ">iq", ">id", ">ii"))
_cells = Struct(">h").pack
_EPOCH = date(2000, 1, 1).toordinal()
_TRUE, _FALSE = b"\0\0\0\1\1", b"\0\0\0\1\0"


class _Cells(dict[Any, bytes]):
    """Values as bytes. Few columns hold many different ones, so that most are looked up, not made."""

    def __init__(self, made: Callable[[Any], bytes]) -> None:
        self._made = made
        self[None] = _NULL

    def __missing__(self, value: Any) -> bytes:  # noqa: ANN401 - whatever the column holds
        self[value] = made = self._made(value)
        return made


def _text(value: object) -> bytes:
    raw = str(value).encode().replace(b"\0", b"")  # which PostgreSQL takes in no text
    return _length(len(raw)) + raw


def _integer(value: object) -> bytes:
    return _bigint(8, int(value))  # type: ignore[call-overload]


def _shape(blob: bytes) -> bytes:
    raw = ewkb(blob)
    return _length(len(raw)) + raw


_MADE: dict[str, Callable[[Any], bytes]] = {
    "text": _text,
    "bigint": _integer,
    "double precision": lambda v: _double(8, float(v)),
    "boolean": lambda v: _TRUE if v else _FALSE,
    "date": lambda v: _day(4, date.fromisoformat(v).toordinal() - _EPOCH),
}


def packed(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return rows, at least one, as COPY takes them, without head and tail."""
    cells = [_packed(column, values) for column, values in zip(columns, zip(*rows, strict=True), strict=True)]
    return b"".join(chain.from_iterable(zip(repeat(_cells(len(columns))), *cells)))


def _packed(column: Column, values: Sequence[Any]) -> Iterable[bytes]:
    if column.name == "id":
        return map(_integer, values)
    if column.of is None:
        return (_NULL if blob is None else _shape(blob) for blob in values)
    return map(_Cells(_MADE[column.type]).__getitem__, values)
