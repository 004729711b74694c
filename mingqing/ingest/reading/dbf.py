"""dBASE tables, from their bytes.

Not through GDAL: it gives no sign of `****` overflow, turns FoxPro's binary numbers into text, pads a table
that is cut short with empty rows, and hands out text already decoded.
"""

import datetime as dt
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mingqing.core.text import tr
from mingqing.ingest.reading import encoding as enc
from mingqing.ingest.reading.codec_names import codec_named
from mingqing.ingest.reading.dbf_header import DbfField, Header
from mingqing.ingest.reading.layer import RowProblem
from mingqing.ingest.reading.names import id_column, unique

_DELETED = ord("*")
_NO_DATA = -1e38  # what Esri writes for "no value" in a float field
_SURE_WIDTH = 30  # digits that cannot reach `_NO_DATA`
_TEXT = frozenset("CV")
# Language driver ids to codecs, and how far each is trusted: 0x57 is whatever the writer's Windows had.
_LDID = {
    0x13: "cp932", 0x7B: "cp932", 0x4D: "gb18030", 0x7A: "gb18030", 0x4E: "cp949", 0x79: "cp949",
    0x4F: "cp950", 0x78: "cp950", 0x7C: "cp874", 0x50: "cp874", 0xC8: "cp1250", 0xC9: "cp1251",
    0xCA: "cp1254", 0xCB: "cp1253", 0xCC: "cp1257", 0x7D: "cp1255", 0x7E: "cp1256", 0x26: "cp866",
    0x65: "cp866", 0x01: "cp437", 0x02: "cp850",
    0x03: "cp1252", 0x57: "cp1252", 0x58: "cp1252", 0x59: "cp1252",
    0x64: "cp852", 0x1F: "cp852", 0x22: "cp852", 0x23: "cp852", 0x08: "cp865", 0x17: "cp865", 0x66: "cp865",
    0x67: "cp861", 0x6A: "cp737", 0x86: "cp737", 0x6B: "cp857", 0x88: "cp857", 0x24: "cp860", 0x1C: "cp863",
    **dict.fromkeys((0x09, 0x0B, 0x0D, 0x0F, 0x11, 0x15, 0x18, 0x19, 0x1B), "cp437"),
    **dict.fromkeys((0x0A, 0x0E, 0x10, 0x12, 0x14, 0x16, 0x1A, 0x1D, 0x25, 0x37, 0x87), "cp850"),
}  # fmt: skip
_ASIAN = frozenset({"cp932", "gb18030", "cp949", "cp950"})


@dataclass(frozen=True, slots=True)
class DbfTable:
    """Rows of a DBF that are not deleted.

    records : (n,) record numbers from 0.
    total : records in the file, deleted ones included.
    """

    records: NDArray[np.int64]
    total: int
    columns: dict[str, list[object]]
    encoding: enc.Encoding
    notes: tuple[str, ...]
    problems: tuple[RowProblem, ...]


def read_dbf(data: bytes, *, cpg: Path | None = None, chosen: str | None = None) -> DbfTable:
    """Read a table from the bytes of a DBF.

    Parameters
    ----------
    cpg : the file beside it that names the encoding.
    chosen : the encoding the user says it is in.

    Raises
    ------
    InputRefused
        if it is no DBF, or its encoding cannot be told (`EncodingUnclear`).
    """
    header = Header.parse(data)
    body = np.frombuffer(data, np.uint8, header.available * header.record_size, header.size)
    cells = body.reshape(header.available, header.record_size)
    records = np.flatnonzero(cells[:, 0] != _DELETED)
    cells = cells[records]
    fields = [f for f in header.fields if f.type in _CONVERT or f.type in _TEXT]
    text = [f for f in fields if f.type in _TEXT]
    blocks = [enc.Column([f.raw_name for f in fields], 10)]
    blocks += [enc.Column(_text(cells, f), f.size) for f in text]
    said = _declared(data[29], cpg)
    if id_column([f.raw_name.decode("ascii", "replace") for f in fields]) is not None:
        said = [replace(each, trust=enc.OURS) for each in said]
    decoded = enc.decode(blocks, said, chosen)
    names = unique(decoded.columns[0])
    read = _Cells(records)
    columns: dict[str, list[object]] = {}
    texts = iter(decoded.columns[1:])
    for field, name in zip(fields, names, strict=True):
        if field.type in _TEXT:
            values = next(texts)
            columns[name] = [v or None for v in values] if "" in values else list(values)
        else:
            columns[name] = _plain_numbers(cells, field) or read.convert(name, field, _column(cells, field))
    notes = [*decoded.notes, *header.notes, *_cut_note(decoded), *_skipped_note(header)]
    lost = [
        RowProblem(int(records[i]) + 1, names[fields.index(text[c - 1])], tr("文字无法解读"))
        for c, i in decoded.lost
        if c > 0
    ]
    problems = (*header.problems, *read.problems, *lost)
    return DbfTable(records, header.available, columns, decoded.encoding, tuple(notes), problems)


def _cut_note(decoded: enc.Decoded) -> list[str]:
    count = sum(c > 0 for c, _ in decoded.cut)
    return [tr("{count} 处文字因字段太短，末尾半个汉字已去掉").format(count=count)] if count else []


def _skipped_note(header: Header) -> list[str]:
    skipped = [
        f.raw_name.decode("ascii", "replace")
        for f in header.fields
        if f.type not in _TEXT and f.type not in _CONVERT and f.type != "0"
    ]
    return [tr("备注型或二进制字段没有读：{names}").format(names="、".join(skipped))] if skipped else []


def _declared(ldid: int, cpg: Path | None) -> list[enc.Declared]:
    """Return what the .cpg and the language driver id say, best first."""
    found = []
    if cpg is not None:
        try:
            with cpg.open("rb") as stream:
                said = stream.read(64).decode("ascii", "ignore").strip().strip("\0")
        except OSError:
            said = ""
        codec = codec_named(said) if said else None
        if codec:
            wide = codec in _ASIAN or codec == "utf-8"
            found.append(enc.Declared(codec, tr(" .cpg 文件"), 25.0 if wide else 18.0))
    codec = _LDID.get(ldid)
    if codec:
        found.append(enc.Declared(codec, tr(" DBF 文件头"), 20.0 if codec in _ASIAN or ldid >= 0xC8 else 4.0))
    return found


def _block(cells: NDArray[np.uint8], field: DbfField) -> NDArray[np.uint8]:
    """(n, size) bytes of one field."""
    return np.ascontiguousarray(cells[:, field.offset : field.offset + field.size])


def _column(cells: NDArray[np.uint8], field: DbfField) -> list[bytes]:
    """Bytes of one field in every record."""
    if field.size == 0:
        return [b""] * len(cells)
    data, size = _block(cells, field).tobytes(), field.size
    return [data[i : i + size] for i in range(0, len(data), size)]


def _text(cells: NDArray[np.uint8], field: DbfField) -> list[bytes]:
    """Text without padding. FoxPro's varying text (V) has its length in the last byte unless full."""
    block = _block(cells, field)
    if field.type == "C" and block.size and block.all():
        texts: list[bytes] = np.char.rstrip(block.view(f"S{field.size}").ravel(), b" ").tolist()
        return texts
    column = _column(cells, field)
    if field.type == "V" and field.size:
        used = [
            c[-1] if c[-1] < field.size and not c[c[-1] : -1].strip(b"\0 ") else field.size for c in column
        ]
        column = [cell[:n] for cell, n in zip(column, used, strict=True)]
    return [cell.partition(b"\0")[0].rstrip(b" ") for cell in column]


def _plain_numbers(cells: NDArray[np.uint8], field: DbfField) -> list[object] | None:
    """A column of numbers none of which is blank or odd, as `_number` reads each; None where that is not plain."""
    if field.type not in "NF" or not 0 < field.size <= _SURE_WIDTH or not len(cells):
        return None
    block = _block(cells, field)
    data = block.tobytes()
    kind = int if b"." not in data else float
    if data.translate(None, b"0123456789 -.") or (kind is float and data.count(b".") < len(cells)):
        return None
    try:
        return list(map(kind, block.view(f"S{field.size}").ravel().tolist()))
    except ValueError:
        return None


class _Cells:
    """Turns cells that are not text into values, and lists those it cannot."""

    def __init__(self, records: NDArray[np.int64]) -> None:
        self.records = records
        self.problems: list[RowProblem] = []

    def convert(self, name: str, field: DbfField, cells: list[bytes]) -> list[object]:
        convert = _CONVERT[field.type]
        out: list[object] = []
        for i, cell in enumerate(cells):
            try:
                out.append(convert(cell))
            except (ValueError, struct.error, OverflowError):
                out.append(None)
                shown = cell.decode("ascii", "replace").strip()
                reason = (
                    tr("数字超出字段宽度（****），原值已丢失")
                    if b"*" in cell
                    else tr("“{value}”不是有效的值")
                )
                self.problems.append(RowProblem(int(self.records[i]) + 1, name, reason.format(value=shown)))
        return out


def _number(cell: bytes) -> object:
    text = cell.strip(b" \0")
    if text.isdigit():
        return int(text)
    if not text:
        return None
    if b"_" in text:
        raise ValueError
    if text.lstrip(b"-").isdigit():
        return int(text)
    value = float(text.replace(b",", b"."))
    if not np.isfinite(value):
        raise ValueError
    return None if value <= _NO_DATA else value


def _date(cell: bytes) -> object:
    text = cell.strip(b" \0")
    if not text.strip(b"0/-"):
        return None
    if len(text) != 8 or not text.isdigit():
        raise ValueError
    return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _logical(cell: bytes) -> object:
    mark = cell[:1].upper()
    if mark in b" ?\0":
        return None
    if mark in b"TYFN10":
        return mark in b"TY1"
    raise ValueError


def _integer(cell: bytes) -> object:
    return int(struct.unpack("<i", cell)[0])


def _double(cell: bytes) -> object:
    value = float(struct.unpack("<d", cell)[0])
    return value if np.isfinite(value) else None


def _currency(cell: bytes) -> object:
    return struct.unpack("<q", cell)[0] / 10_000


def _datetime(cell: bytes) -> object:
    day = struct.unpack("<ii", cell)[0]
    return dt.date.fromordinal(day - 1_721_425) if day else None


_CONVERT: dict[str, Callable[[bytes], object]] = {
    "N": _number,
    "F": _number,
    "D": _date,
    "L": _logical,
    "I": _integer,
    "B": _double,
    "Y": _currency,
    "T": _datetime,
}
