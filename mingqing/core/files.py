"""Where the program's own data lies, and writing a file so that it is whole or absent."""

import errno
import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from mingqing.core.errors import InputRefused
from mingqing.core.text import clean, tr

PROJECT = ".mingqing"
"""How the name of a project's folder ends."""
_BINARY = getattr(os, "O_BINARY", 0)  # Windows translates line ends without it
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_LONGEST = 40  # characters of a name from the data that go into a file's name
_PACKAGE = Path(__file__).resolve().parent.parent


def data_dir(name: str) -> Path:
    """Return the folder `layers`, `resources` or `data_samples` of this program.

    In a checkout it lies beside the package; in an installed program inside it, under `bundled/`.

    Raises
    ------
    FileNotFoundError
        if the installation is incomplete.
    """
    for root in (_PACKAGE / "bundled", _PACKAGE.parent):
        if (root / name).is_dir():
            return root / name
    raise FileNotFoundError(name)


def in_name(text: str) -> str:
    """Return text as it may stand in a file's name on every system.

    Examples
    --------
    >>> in_name("后畲村/东A*"), in_name("..")
    ('后畲村_东A_', '_')
    """
    return _NOT_IN_NAMES.sub("_", clean(text))[:_LONGEST].rstrip(". ") or "_"


def user_dir() -> Path:
    """Return the folder, perhaps not there yet, of what this user of the computer has chosen and seen.

    `MINGQING_SETTINGS` names another.
    """
    named = os.environ.get("MINGQING_SETTINGS")
    if named:
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "mingqing"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "mingqing"


def write_whole(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write `content` to `path` so that a crash leaves the old file or the new one, never half of one.

    private : readable by this user of the computer alone; else as the user's other files are.
    """
    with writing_whole(path, private=private) as stream:
        stream.write(content)


def write_for_user(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file that somebody asked for, where he asked for it, as `write_whole` does.

    Raises
    ------
    InputRefused
        if that is within a project's folder.
    OSError
        if it cannot be written.
    """
    require_outside_projects(path)
    write_whole(path, content, private=private)


def require_outside_projects(path: Path) -> None:
    """Refuse a file or folder to be written that is within a project's folder, among what must not be replaced.

    Raises
    ------
    InputRefused
        naming the place.
    """
    resolved = path.resolve()
    if any(folder.name.endswith(PROJECT) for folder in (resolved, *resolved.parents)):
        raise InputRefused(
            tr("{path} 在项目文件夹里，会弄坏项目或把没有加密的资料留在里面；请换个地方存").format(path=path)
        )


@contextmanager
def writing_whole(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """Give a stream whose content becomes `path` on leaving, as `write_whole` does; an error leaves what was there.

    Of a link, what it leads to is replaced.

    Raises
    ------
    OSError
        if it cannot be written, or there is something else than a file: a device, say, or a pipe.
    """
    path = path.resolve() if path.is_symlink() else path
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600 if private else 0o666)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            flush_to_disk(stream)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def flush_to_disk(stream: IO[bytes]) -> None:
    """Bring what was written to a file onto the disk, so that pulling the plug does not lose it."""
    stream.flush()
    os.fsync(stream.fileno())


def is_writable(path: Path) -> bool:
    """Whether this process may write to an existing file or folder."""
    return os.access(path, os.W_OK)


def is_network_share(path: Path) -> bool:
    """Whether `path` lies on another machine's disk, where two writers cannot see each other's locks."""
    if sys.platform == "win32":
        import ctypes

        drive = path.resolve().drive
        remote = 4  # DRIVE_REMOTE of GetDriveTypeW
        return drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\") == remote
    return _mount_type(path.resolve(), Path("/proc/self/mounts")) in _REMOTE_FILE_SYSTEMS


_REMOTE_FILE_SYSTEMS = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "fuse.sshfs",
        "afs",
        "9p",
        "davfs",
        "fuse.davfs2",
        "fuse.gvfsd-fuse",
    }
)


def _mount_type(path: Path, mounts: Path) -> str:
    """Return the file system type of the mount that holds `path`, from a table like /proc/self/mounts."""
    best, kind = "", ""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        _, place, file_system, *_ = line.split(" ")
        place = place.replace("\\040", " ")
        if len(place) >= len(best) and path.is_relative_to(place):
            best, kind = place, file_system
    return kind


_SPLITS = "!\n\r\t"


def path_for_gdal(path: Path) -> str:
    """Return a path as pyogrio takes it for one: else it would cut it at a `;`, which a URL may have there.

    Raises
    ------
    InputRefused
        if it has a sign that is lost all the same: another file would be read or written.
    """
    if os.name == "nt":  # a letter of a drive tells it that this is no URL
        return str(path)
    if any(sign in str(path) for sign in _SPLITS):
        text = tr("“{place}”的路径里有感叹号“!”或换行，这种格式读写不了；请换个文件名或文件夹")
        raise InputRefused(text.format(place=" ".join(path.name.split())))
    return f"file://{path.absolute()}"
