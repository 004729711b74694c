"""The bytes of a .dbf, by array.

Not through GDAL: pyogrio cannot say how wide a column is, nor how many decimals it has, so numbers would not come back
equal; and GDAL writes `****` for a number that nobody entered, which others read as one that was too large.

Whatever is not there is blanks, as is text that is empty: dBASE has no other nothing that all read as such.
"""

import datetime as dt
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.model import FieldType
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.export.files.pieces import pieces
from mingqing.export.files.widths import fewest_decimals, usual_width
from mingqing.export.profile.model import Out

Bytes = NDArray[np.uint8]

WIDEST = 254  # bytes of a column of text
LDID = {"UTF-8": 0, "GBK": 0x4D}
_NAME, _MOST_FIELDS, _LONGEST_RECORD = 10, 255, 65_535
_INTEGER, _DIGITS = 9, 18  # readers take up to 9 digits for an int, up to 18 for a long, more for a double
_EXACT = 2.0**53
_AT_A_TIME = 5_000


@dataclass(frozen=True)
class Column:
    """A column of a DBF. block : from rows to their (k, width) bytes. of : the column that it is (or continues)."""

    name: str
    type: bytes
    width: int
    decimals: int
    of: Out
    block: Callable[[slice], Bytes]


def columns_of(columns: Sequence[Out], cells: Sequence[Sequence[Any]], encoding: str) -> list[Column]:
    """Return the columns of a DBF that hold what some columns of a layer do: one each, more for long text.

    Raises
    ------
    NotInEncoding
        if a character is not in the encoding.
    InputRefused
        if there are more columns, or wider ones, than a DBF can have.
    """
    taken = {out.name for out in columns}
    if len(taken) < len(columns) or any(len(name) > _NAME or not name.isascii() for name in taken):
        raise ValueError(
            sorted(taken)
        )  # a profile sees to that: programs would cut such names, and mix them up
    found: list[Column] = []
    for out, values in zip(columns, cells, strict=True):
        if out.type is FieldType.INTEGER:
            found.append(_integers(out, values))
        elif out.type is FieldType.NUMBER:
            found.append(_numbers(out, values))
        elif out.type is FieldType.DATE:
            found.append(_dates(out, values))
        elif out.type is FieldType.BOOLEAN:
            found.append(_booleans(out, values))
        else:
            found += _texts(out, values, encoding, taken)
    if len(found) > _MOST_FIELDS or record_size(found) > _LONGEST_RECORD:
        raise InputRefused(
            tr(
                "字段太多或文字太长，shapefile 的属性表放不下（最多 255 列、每条 65,535 字节）；请导出成 GeoPackage"
            )
        )
    return found


def record_size(columns: Sequence[Column]) -> int:
    """Return the bytes of a row."""
    return 1 + sum(c.width for c in columns)


def head_size(columns: Sequence[Column]) -> int:
    """Return the bytes before the first row."""
    return 32 * len(columns) + 33


def write(path: Path, columns: Sequence[Column], rows: slice, encoding: str, watch: Watch) -> None:
    """Write some rows of a table. Raises OSError where the disk is full."""
    n, record = rows.stop - rows.start, record_size(columns)
    today = dt.date.today()  # noqa: DTZ011 - a DBF has the day on the user's calendar
    head = struct.pack("<4BIHH17xB2x", 3, today.year - 1900, today.month, today.day, n, head_size(columns), record,
                       LDID[encoding])  # fmt: skip
    for c in columns:
        head += struct.pack("<11sc4xBB14x", c.name.encode("ascii"), c.type, c.width, c.decimals)
    with path.open("wb") as stream:
        stream.write(head + b"\r")
        for start, end in pairwise((*range(rows.start, rows.stop, _AT_A_TIME), rows.stop)):
            watch.step(path.stem, start, rows.stop)
            part = slice(start, end)
            blank = np.full((end - start, 1), ord(" "), dtype=np.uint8)  # where a row that is deleted has a *
            stream.write(np.hstack([blank, *(c.block(part) for c in columns)]).tobytes())
        stream.write(b"\x1a")


# ── Text ─────────────────────────────────────────────────────────────────────────────────────────────────────


class NotInEncoding(Exception):
    """A character of a row is not in the encoding of the file."""

    def __init__(self, out: Out, row: int, character: str) -> None:
        super().__init__(out.name, row, character)
        self.out, self.row, self.character = out, row, character


def _texts(out: Out, values: Sequence[Any], encoding: str, taken: set[str]) -> list[Column]:
    encoded = _encoded(out, values, encoding)
    column = _text(out, out.name, encoded, usual_width(out, encoding))
    if column.width <= WIDEST:
        return [column]
    cut = [
        pieces(value.decode(encoding), encoding, WIDEST) if len(value) > WIDEST else [value]
        for value in encoded.split(b"\0")
    ]
    found = []
    for nth in range(max(map(len, cut))):
        name = out.name if nth == 0 else _continued(out.name, nth + 1, taken)
        found.append(_text(out, name, b"\0".join([each[nth] if nth < len(each) else b"" for each in cut]), 1))
    return found


def _encoded(out: Out, values: Sequence[Any], encoding: str) -> bytes:
    """Text as bytes, all at once: with a NUL between one and the next, which no text in a DBF may hold."""
    try:
        whole = "\0".join(values)
    except TypeError:  # None among them
        whole = "\0".join([v or "" for v in values])
    if whole.count("\0") != max(len(values) - 1, 0):
        whole = "\0".join([(v or "").replace("\0", "") for v in values])
    try:
        return whole.encode(encoding)
    except UnicodeEncodeError as error:
        row = whole.count("\0", 0, error.start)
        raise NotInEncoding(out, row, whole[error.start]) from None


def _text(out: Out, name: str, encoded: bytes, usual: int) -> Column:
    """A column of text, at least as wide as is usual; wider than a DBF's may be, where a value is."""
    data = np.frombuffer(encoded + b"\0", np.uint8)
    ends = np.flatnonzero(data == 0)
    lengths = np.diff(ends, prepend=-1) - 1
    longest = int(lengths.max(initial=1))
    width = longest if longest > WIDEST else min(max(longest, usual), WIDEST)

    def block(rows: slice) -> Bytes:
        some = lengths[rows]
        first = ends[rows.start] - some[0]
        part = data[first : ends[rows.stop - 1] + 1]
        if (some == width).all():
            return part.reshape(-1, width + 1)[:, :width]
        cells = np.full((len(some), width), ord(" "), dtype=np.uint8)
        cells[np.arange(width) < some[:, None]] = part[part != 0]
        return cells

    return Column(name, b"C", width, 0, out, block)


def _continued(name: str, nth: int, taken: set[str]) -> str:
    """A name for the nth column of a text, that no other column has."""
    end = f"_{nth}"
    for size in range(_NAME - len(end), 0, -1):
        if (found := name[:size] + end) not in taken:
            taken.add(found)
            return found
    raise InputRefused(tr("字段名太相近，shapefile 的属性表里分不开；请导出成 GeoPackage"))


# ── Numbers, dates, yes and no ───────────────────────────────────────────────────────────────────────────────


def _integers(out: Out, values: Sequence[Any]) -> Column:
    there = [v for v in values if v is not None]
    width = max(_INTEGER, *(len(str(v)) for v in (min(there), max(there)))) if there else _INTEGER
    if width > _DIGITS:
        raise InputRefused(
            tr("“{title}”有超过 18 位的整数，shapefile 里会走样；请导出成 GeoPackage").format(title=out.title)
        )
    width = max(width, min(out.length, _DIGITS))
    return _formatted(out, values, b"%%%dd" % width, width, 0)


def _numbers(out: Out, values: Sequence[Any]) -> Column:
    there = np.array([v for v in values if v is not None], dtype=np.float64)
    decimals = out.decimals
    if decimals is None and (exact := _decimals(there)) is not None:
        decimals = max(exact, fewest_decimals(out))
    if decimals is None:  # too large, too small or too exact for decimals: in full, as Python writes it
        return _formatted(out, values, b"%24r", 24, 15)
    ends = (there.min(), there.max()) if len(there) else ()
    width = max(len(f"{v:.{decimals}f}") for v in (0.0, *ends))  # 0 stands in where there is none
    if width > 24:
        return _formatted(out, values, b"%24r", 24, 15)
    width = max(width, min(usual_width(out), 24))
    return _formatted(out, values, b"%%%d.%df" % (width, decimals), width, decimals)


def _decimals(values: NDArray[np.float64]) -> int | None:
    """The fewest decimals with which all of some numbers come back equal; None where that is more than 15.

    A quotient of a whole number below 2⁵³ and a power of ten up to 10²² is the double nearest to that decimal.
    """
    for decimals in range(16):
        with np.errstate(over="ignore"):
            whole = np.rint(values * 10.0**decimals)
        if (np.abs(whole) >= _EXACT).any():
            return None
        if (whole / 10.0**decimals == values).all():
            return decimals
    return None


def _formatted(out: Out, values: Sequence[Any], form: bytes, width: int, decimals: int) -> Column:
    def block(rows: slice) -> Bytes:
        some = values[rows]
        if None not in some:
            return np.frombuffer(form * len(some) % tuple(some), np.uint8).reshape(-1, width)
        cells = np.frombuffer(form * len(some) % tuple([v or 0 for v in some]), np.uint8).reshape(-1, width)
        missing = np.array([v is None for v in some])
        return np.where(missing[:, None], np.uint8(ord(" ")), cells)

    return Column(out.name, b"N", width, decimals, out, block)


def _dates(out: Out, values: Sequence[Any]) -> Column:
    def block(rows: slice) -> Bytes:
        days = np.array(values[rows], dtype="datetime64[D]")
        cells = days.astype("S10").view(np.uint8).reshape(-1, 10)[:, [0, 1, 2, 3, 5, 6, 8, 9]]  # without -
        return np.where(np.isnat(days)[:, None], np.uint8(ord(" ")), cells)

    return Column(out.name, b"D", 8, 0, out, block)


def _booleans(out: Out, values: Sequence[Any]) -> Column:
    signs = {True: b"T", False: b"F", None: b" "}

    def block(rows: slice) -> Bytes:
        return np.frombuffer(b"".join([signs[v] for v in values[rows]]), np.uint8).reshape(-1, 1)

    return Column(out.name, b"L", 1, 0, out, block)
