"""Templates of printed pages that a project carries in its folder `print/`: names, bounds, what is of them there."""

import re
from pathlib import Path

FOLDER, SUFFIX = "print", ".toml"
MOST = 100
LARGEST = 1 << 18
"""Bytes of one that goes into a backup; what is larger is refused when it is read."""

_NAME = re.compile(r"[\w（）()\-]([\w（）()\- ]{0,38}[\w（）()\-])?")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)  # Windows opens something else


def is_name(name: str) -> bool:
    """Whether a template may be called so: no way out of its folder, no name that a system takes for something else.

    Examples
    --------
    >>> [is_name(name) for name in ("household", "村情图（大字）", "../household", ".x", "nul", "", "a" * 41)]
    [True, True, False, False, False, False, False]
    """
    return _NAME.fullmatch(name) is not None and _DEVICES.fullmatch(name) is None


def own_templates(project: Path) -> list[Path]:
    """Return the files of a project's own templates by name: whatever else lies there is none."""
    folder = project / FOLDER
    if folder.is_symlink() or not folder.is_dir():
        return []
    found = [
        file
        for file in folder.glob(f"*{SUFFIX}")
        if is_name(file.stem) and not file.is_symlink() and file.is_file()
    ]
    return sorted(found)[:MOST]
