"""Definitions of its own that a project carries: of printed pages in `print/`, of exchange in `exchange/`.

What they may be called, how large and how many they may be, and what is of them there.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from mingqing.core.files import write_whole

FOLDER, EXCHANGE, SUFFIX = "print", "exchange", ".toml"
FOLDERS = (FOLDER, EXCHANGE)
MOST = 100
"""In one folder."""
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


def own_templates(project: Path, of: str = FOLDER) -> list[Path]:
    """Return the files of a project's own definitions in one of its folders: whatever else lies there is none."""
    folder = project / of
    if folder.is_symlink() or not folder.is_dir():
        return []
    found = [
        file
        for file in folder.glob(f"*{SUFFIX}")
        if is_name(file.stem) and not file.is_symlink() and file.is_file()
    ]
    return sorted(found)[:MOST]


def strays(project: Path) -> list[str]:
    """Return the names of files in a project's folder of templates that are none, such as household.toml.txt."""
    folder, own = project / FOLDER, set(own_templates(project))
    if folder.is_symlink() or not folder.is_dir():
        return []
    found = (file for file in folder.iterdir() if file not in own and not file.name.startswith("."))
    return sorted(file.name for file in found)[:MOST]


def carried(project: Path) -> dict[str, bytes]:
    """Return what goes with a project: its own definitions by the names they have in it, such as print/household.toml.

    One that is too large to be a definition, or cannot be read, stays behind.
    """
    found = {}
    for folder in FOLDERS:
        for file in own_templates(project, folder):
            with suppress(OSError), file.open("rb") as stream:
                content = stream.read(LARGEST + 1)
                if len(content) <= LARGEST:
                    found[f"{folder}/{file.name}"] = content
    return found


def is_carried(name: str) -> bool:
    """Whether a name is one that `carried` gives.

    Examples
    --------
    >>> [is_carried(name) for name in ("print/a.toml", "exchange/a.toml", "print/../map.db", "print/a/b.toml", "print")]
    [True, True, False, False, False]
    """
    folder, slash, file = name.partition("/")
    return folder in FOLDERS and bool(slash) and file.endswith(SUFFIX) and is_name(file.removesuffix(SUFFIX))


def put(project: Path, templates: Mapping[str, bytes]) -> None:
    """Write what `carried` gave of one project into the folder of another."""
    for name, content in templates.items():
        file = project / name
        file.parent.mkdir(exist_ok=True)
        write_whole(file, content)
