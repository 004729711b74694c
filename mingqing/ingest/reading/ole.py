"""An old workbook (XLS, ET) looked at before it is opened: how far out its cells lie. [MS-CFB] and [MS-XLS].

Old office programs kept a file system in a file, with the workbook as one stream in it, which is a list of records.
"""

import struct
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_HEADER = 512
_END = 0xFFFFFFFA  # numbers from here on are no sectors
_ENTRY = 128
_SMALLEST = 4096  # a stream below lies elsewhere; a workbook is filled up to it by every program
_WORKBOOKS = {"workbook", "book"}
_EOF, _SHEET, _LOCKED = 0x000A, 0x0085, 0x002F
# Formulas, numbers, texts, truths: each begins with its row and its column. Of several numbers each takes 6 bytes.
_SEVERAL = 0x00BD
_CELLS = frozenset({0x0006, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E, _SEVERAL})


def spanned(data: bytes) -> tuple[int, int]:
    """Return rows and columns from A1 to the farthest cell of any sheet; (0, 0) where there is no workbook.

    Raises
    ------
    ValueError
        if the file contradicts itself.
    """
    rows = columns = 0
    try:
        for stream in _workbooks(data):
            starts = [0]
            for start in starts:
                for kind, at, size in _records(stream, start):
                    if kind == _LOCKED:
                        return 0, 0
                    if kind == _SHEET and start == 0:
                        starts.append(struct.unpack_from("<I", stream, at)[0])
                    elif kind in _CELLS:
                        row, column = struct.unpack_from("<HH", stream, at)
                        column += size // 6 if kind == _SEVERAL else 0
                        rows, columns = max(rows, row + 1), max(columns, column + 1)
    except struct.error as error:
        raise ValueError(error) from error
    return rows, columns


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield kind, place and size of the records from `at` to the end of their sheet."""
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, at + 4, size
        if kind == _EOF:
            return
        at += 4 + size


def _workbooks(data: bytes) -> Iterator[bytes]:
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in {9, 12}:
        raise ValueError(shift)
    files = _Sectors(data, 1 << shift)
    listing = files.stream(struct.unpack_from("<I", data, 48)[0])
    for at in range(0, len(listing) - _ENTRY + 1, _ENTRY):
        length = struct.unpack_from("<H", listing, at + 64)[0]
        name = listing[at : at + max(length - 2, 0)].decode("utf-16-le", "replace").lower()
        start, size = struct.unpack_from("<II", listing, at + 116)
        if name in _WORKBOOKS:
            if size < _SMALLEST:
                raise ValueError(size)
            yield files.stream(start)


class _Sectors:
    """The sectors of a file, and which follows which."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data, self._size = data, size
        self._next = np.empty(0, np.uint32)
        tables = list(struct.unpack_from("<109I", data, 76))
        more = struct.unpack_from("<I", data, 68)[0]
        while more < _END and len(tables) * size < len(data) + _HEADER * size:
            *some, more = self._numbers(more).tolist()
            tables += some
        parts = [self._numbers(sector) for sector in tables if sector < _END]
        self._next = np.concatenate(parts) if parts else self._next

    def _sector(self, number: int) -> bytes:
        # The header takes up the place of a sector, whatever their size.
        at = (number + 1) * self._size
        return self._data[at : at + self._size]

    def _numbers(self, sector: int) -> NDArray[np.uint32]:
        data = self._sector(sector)
        return np.frombuffer(data, "<u4", len(data) // 4)

    def stream(self, sector: int) -> bytes:
        """Return the sectors that follow one another from `sector` on. ValueError where they go round or nowhere."""
        found: list[int] = []
        while sector < _END:
            if sector >= len(self._next) or len(found) > len(self._next):
                raise ValueError(sector)
            found.append(sector)
            sector = int(self._next[sector])
        return b"".join(map(self._sector, found))
