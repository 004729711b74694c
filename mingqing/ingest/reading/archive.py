"""Zip containers (XLSX, ODS, KMZ), opened no further than their size allows."""

import io
import zipfile
import zlib

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr

_LARGEST = 400 * 2**20  # one part, inflated; a register of a whole county is a tenth of it
_MOST_PARTS = 5_000
_CHUNK = 2**20
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
            found = {info.filename: info for info in container.infolist()}
    except _BROKEN as error:
        raise _damaged() from error
    if len(found) > _MOST_PARTS or sum(info.file_size for info in found.values()) > _LARGEST:
        raise _bomb()
    if any(info.flag_bits & 1 for info in found.values()):
        raise InputRefused(tr("加了密码，请去掉密码后另存再导入。"))
    return found


def inflate(data: bytes, name: str) -> bytes:
    """Return one part whole; what it says of its size is not believed. Raises as `parts`."""
    out = bytearray()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as container, container.open(name) as stream:
            while chunk := stream.read(_CHUNK):
                out += chunk
                if len(out) > _LARGEST:
                    raise _bomb()
    except _BROKEN as error:
        raise _damaged() from error
    return bytes(out)


def _damaged() -> InputRefused:
    return InputRefused(tr("已损坏，打不开，请重新索取。"))


def _bomb() -> InputRefused:
    return InputRefused(tr("解压后大得不正常，没有打开；请确认来源，或另存后再导入。"))
