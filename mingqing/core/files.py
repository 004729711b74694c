"""Where the program's own data lies, and writing a file so that it is whole or absent."""

import os
import tempfile
from pathlib import Path

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


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a crash leaves the old file or the new one, never half of one."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
