"""Reading a database file beside the engine: its raw bytes while it is in use, and one that lies inside a larger file.

On POSIX, closing any descriptor of a file drops every lock this process holds on it, those of the window's other
connections among them. So the bytes of a project in use are read through SQLite's own file layer, which knows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

CHUNK = 4 << 20  # large, since every one waits for a thread that draws to let go of the interpreter
_CIPHER = "multipleciphers-"  # sqlite3mc puts a layer of this name over each file system it is asked for
_PLAIN = apsw.vfs_names()[0].removeprefix(_CIPHER)
_INSIDE = "mingqing-inside"


def raw_chunks(path: Path) -> Iterator[bytes]:
    """Yield the encrypted bytes of a database file. The caller holds it still by a read transaction."""
    flags = [apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_MAIN_DB, 0]
    file = apsw.VFSFile(_PLAIN, str(path), flags)
    try:
        size = file.xFileSize()
        for at in range(0, size, CHUNK):
            yield file.xRead(min(CHUNK, size - at), at)
    finally:
        file.xClose()


class _Window(apsw.VFSFile):
    """A stretch of a file, shown to SQLite as a file of its own. Only to be read."""

    def __init__(self, name: apsw.URIFilename, flags: list[int]) -> None:
        super().__init__(_PLAIN, name, flags)
        self._start, self._size = name.uri_int("start", 0), name.uri_int("size", 0)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - SQLite's name
        return super().xRead(amount, self._start + offset)

    def xFileSize(self) -> int:  # noqa: N802 - SQLite's name
        return self._size


class _Windows(apsw.VFS):
    def __init__(self) -> None:
        super().__init__(_INSIDE, base=_PLAIN)

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        if not isinstance(name, apsw.URIFilename):
            raise apsw.CantOpenError(name)
        return _Window(name, flags)


_windows = _Windows()  # registered for as long as the program runs: sqlite3mc keeps a pointer to it


@contextmanager
def database_inside(path: Path, start: int, size: int) -> Iterator[apsw.Connection]:
    """Give a connection, for reading only and without its key yet, to the database at bytes start…start+size."""
    database = apsw.Connection(
        f"{path.resolve().as_uri()}?start={start}&size={size}",
        flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
        vfs=_CIPHER + _INSIDE,
    )
    try:
        yield database
    finally:
        database.close()
