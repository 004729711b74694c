"""Zip containers (XLSX, ODS, KMZ), opened no further than their size allows."""

import io
import struct
import zipfile
import zlib

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr

_LARGEST = 400 * 2**20  # one part, inflated; a register of a whole county is a tenth of it
_MOST_PARTS = 5_000
_END = struct.Struct(
    "<4s8xIIH"
)  # the end of a zip: mark, size and offset of its directory, length of a comment
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError)


def parts(data: bytes) -> dict[str, zipfile.ZipInfo]:
    """List the parts of a container, by name.

    Raises
    ------
    InputRefused
        if it is damaged, locked, or would inflate beyond reason.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            every = container.infolist()
    except _BROKEN as error:
        raise _damaged() from error
    found = {info.filename: info for info in every}
    mark, size, offset, comment = _END.unpack(data[-_END.size :])
    # Whatever two programs could read differently is not read: what is looked at here must be what is opened.
    if len(found) != len(every) or (mark, offset + size, comment) != (b"PK\5\6", len(data) - _END.size, 0):
        raise _damaged()
    if len(found) > _MOST_PARTS or sum(info.file_size for info in found.values()) > _LARGEST:
        raise _bomb()
    if any(info.flag_bits & 1 for info in found.values()):
        raise InputRefused(tr("加了密码，请去掉密码后另存再导入。"))
    return found


def inflate(data: bytes, name: str) -> bytes:
    """Return one part whole; what it says of its size is not believed. Raises as `parts`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            info = container.getinfo(name)
            said, info.file_size = info.file_size, _LARGEST + 1  # or `zipfile` would stop at what it says
            with container.open(info) as stream:
                out = stream.read(_LARGEST + 1)
    except _BROKEN as error:
        raise _damaged() from error
    if len(out) > _LARGEST:
        raise _bomb()
    if len(out) != said:
        raise _damaged()
    return out


def _damaged() -> InputRefused:
    return InputRefused(tr("已损坏，打不开，请重新索取。"))


def _bomb() -> InputRefused:
    return InputRefused(tr("解压后大得不正常，没有打开；请确认来源，或另存后再导入。"))
