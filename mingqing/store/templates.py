"""Templates of printed pages that a project carries in its folder `print/`: names, bounds, what is of them there."""

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from mingqing.core.files import write_whole

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


def strays(project: Path) -> list[str]:
    """Return the names of files in a project's folder of templates that are none, such as household.toml.txt."""
    folder, own = project / FOLDER, set(own_templates(project))
    if folder.is_symlink() or not folder.is_dir():
        return []
    found = (file for file in folder.iterdir() if file not in own and not file.name.startswith("."))
    return sorted(file.name for file in found)[:MOST]


def carried(project: Path) -> dict[str, bytes]:
    """Return what goes with a project: its own templates by the names they have in it, such as print/household.toml.

    One that is too large to be a template, or cannot be read, stays behind.
    """
    found = {}
    for file in own_templates(project):
        with suppress(OSError), file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
            if len(content) <= LARGEST:
                found[f"{FOLDER}/{file.name}"] = content
    return found


def is_carried(name: str) -> bool:
    """Whether a name is one that `carried` gives.

    Examples
    --------
    >>> is_carried("print/household.toml"), is_carried("print/../map.db"), is_carried("print/a/b.toml")
    (True, False, False)
    """
    folder, slash, file = name.partition("/")
    return folder + slash == f"{FOLDER}/" and file.endswith(SUFFIX) and is_name(file.removesuffix(SUFFIX))


def put(project: Path, templates: Mapping[str, bytes]) -> None:
    """Write what `carried` gave of one project into the folder of another."""
    for name, content in templates.items():
        file = project / name
        file.parent.mkdir(exist_ok=True)
        write_whole(file, content)
