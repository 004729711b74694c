"""A folder for what is made only to be dragged out: this user's alone, gone when the program ends."""

import atexit
import shutil
import tempfile
import time
from functools import cache
from pathlib import Path

_PREFIX, _STALE_S = "mingqing-out-", 24 * 3600


def fresh_folder() -> Path:
    """Return a new empty folder, readable by this user of the computer alone."""
    return Path(tempfile.mkdtemp(dir=_root()))


@cache
def _root() -> Path:
    """Make the folder of this run; one that a program left behind that was killed is removed a day later."""
    sweep(Path(tempfile.gettempdir()), time.time() - _STALE_S)
    made = Path(tempfile.mkdtemp(prefix=_PREFIX))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def sweep(folder: Path, before: float) -> None:
    """Remove what earlier runs left in a folder and nothing was put into since `before`, seconds of the epoch."""
    for left in folder.glob(f"{_PREFIX}*"):
        if left.is_dir() and not left.is_symlink() and left.stat().st_mtime < before:
            shutil.rmtree(left, ignore_errors=True)
