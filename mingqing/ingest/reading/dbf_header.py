"""The header of a DBF: which fields there are, and how many whole records."""

import struct
from dataclasses import dataclass

import numpy as np

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.ingest.reading.layer import RowProblem


@dataclass(frozen=True, slots=True)
class DbfField:
    """A column as the header describes it; `offset` from the start of a record, deletion mark included."""

    raw_name: bytes
    type: str
    offset: int
    size: int
    decimals: int


@dataclass(frozen=True, slots=True)
class Header:
    """What the header says, checked against the length of the file."""

    size: int
    record_size: int
    available: int
    fields: list[DbfField]
    notes: list[str]
    problems: list[RowProblem]

    @classmethod
    def parse(cls, data: bytes) -> "Header":
        """Read the header of a DBF; InputRefused where it is none, or contradicts itself."""
        if len(data) < 33:
            raise InputRefused(tr("不是完整的 DBF 表，请重新索取。"))
        count, size, record_size = struct.unpack_from("<IHH", data, 4)
        fields, size = _fields(data, size)
        notes: list[str] = []
        fields = _fit(fields, record_size, notes)
        available = min(count, max(len(data) - size, 0) // record_size)
        problems = []
        if available < count:
            reason = tr("文件在这里中断，表头说有 {count} 条，只读到 {available} 条")
            problems.append(RowProblem(available + 1, None, reason.format(count=count, available=available)))
        return cls(size, record_size, available, fields, notes, problems)


def _fields(data: bytes, header_size: int) -> tuple[list[DbfField], int]:
    """Field descriptors, and where records begin: dBASE 7 (version 4) has longer ones."""
    level7 = data[0] & 0x07 == 0x04
    at, step, name_size = (68, 48, 32) if level7 else (32, 32, 11)
    if header_size < at + 1 or header_size > len(data):
        raise InputRefused(tr("不是 DBF 表，或表头已损坏，请重新索取。"))
    fields, offset = [], 1
    while at + step <= header_size and data[at] not in {0x0D, 0x00}:
        raw = data[at : at + name_size].partition(b"\0")[0].strip()
        kind, size, decimals = (
            (data[at + 32], data[at + 33], data[at + 34])
            if level7
            else (data[at + 11], data[at + 16], data[at + 17])
        )
        # Binary numbers of dBASE 7 and binary memos of old dBASE are not read: memo is what we call them.
        binary = chr(kind) in "IYTB" and (level7 or (chr(kind) == "B" and size != 8))
        fields.append(DbfField(raw, "M" if binary else chr(kind).upper(), offset, size, decimals))
        offset += size
        at += step
    if not fields or not all(f.type.isalnum() or f.type in "@+" for f in fields):
        raise InputRefused(tr("不是 DBF 表，或表头已损坏，请重新索取。"))
    return fields, header_size


def _fit(fields: list[DbfField], record_size: int, notes: list[str]) -> list[DbfField]:
    """Fields that fill records of the size the header says; text over 255 bytes has the decimals' byte."""
    if 1 + sum(f.size for f in fields) != record_size:
        long = [f.size + (f.decimals << 8 if f.type == "C" else 0) for f in fields]
        if 1 + sum(long) == record_size:
            offsets = np.cumsum([1, *long])[:-1].tolist()
            return [
                DbfField(f.raw_name, f.type, offset, size, 0)
                for f, offset, size in zip(fields, offsets, long, strict=True)
            ]
    if not fields or record_size < 1 + sum(f.size for f in fields):
        raise InputRefused(tr("的表头自相矛盾（字段总长超过记录长度），文件已损坏，请重新索取。"))
    if 1 + sum(f.size for f in fields) < record_size:
        notes.append(tr("表头的记录长度比字段总长要长，已按字段读"))
    return fields
