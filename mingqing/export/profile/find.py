"""Where profiles are: those in the project's own folder `exchange/` before the program's."""

from functools import lru_cache
from pathlib import Path

from mingqing.core.definitions import read_toml
from mingqing.core.errors import DefinitionError, InputRefused
from mingqing.core.files import data_dir
from mingqing.core.text import tr
from mingqing.export.profile.load import read_profile
from mingqing.export.profile.model import Profile
from mingqing.store.templates import EXCHANGE, SUFFIX, own_templates

PLAIN = "plain"


def profiles(project: Path | None = None) -> dict[str, Profile]:
    """Return the profiles that may be chosen, by name, `plain` first; broken ones of the project are left out.

    project : its folder; None for what the program has by itself.

    Raises
    ------
    DefinitionError
        if one of the program's is broken.
    """
    own = _own(project)
    found = {}
    for name, file in (_built_in() | own).items():
        try:
            found[name] = _read(file, _stamp(file))
        except DefinitionError:
            if name not in own:
                raise
    return found


def profile(name: str, project: Path | None = None) -> Profile:
    """Return the profile of a name.

    Raises
    ------
    InputRefused
        if there is none; names those there are.
    DefinitionError
        if it is broken; names file, line, key and reason.
    """
    files = _built_in() | _own(project)
    if name not in files:
        every = "、".join(files)
        raise InputRefused(tr("没有交换格式“{name}”，可用的有：{all}").format(name=name, all=every))
    return _read(files[name], _stamp(files[name]))


def _built_in() -> dict[str, Path]:
    files = sorted(
        data_dir("resources").glob(f"{EXCHANGE}/*{SUFFIX}"), key=lambda f: (f.stem != PLAIN, f.stem)
    )
    return {file.stem: file for file in files}


def _own(project: Path | None) -> dict[str, Path]:
    return {file.stem: file for file in own_templates(project, EXCHANGE)} if project is not None else {}


def _stamp(file: Path) -> tuple[int, int]:
    about = file.stat()
    return about.st_mtime_ns, about.st_size


@lru_cache(maxsize=64)
def _read(file: Path, stamp: tuple[int, int]) -> Profile:  # noqa: ARG001 - of the file as it is now
    return read_profile(read_toml(file), file.stem, file.name)
