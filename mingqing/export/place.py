"""Where an export goes: built beside, for this user alone, and put in place whole; nothing of others is replaced."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mingqing.core.errors import InputRefused, ProjectUnavailable
from mingqing.core.files import require_outside_projects
from mingqing.core.text import tr
from mingqing.export.asked import Format
from mingqing.export.beside.manifest import NAME as LIST
from mingqing.store.holder import Hold

_FILE_OR_FOLDER = {Format.GEOJSON, Format.CSV}  # a folder with a file a table, where no suffix says otherwise
_BESIDE = tr("{name}_说明")
_LOCK = "building.lock"
_LONGEST = 40  # characters of a name that is to have more added to it


def place_of(format_: Format, out: Path) -> Path:
    """Return what will be made of `out`.

    Raises
    ------
    InputRefused
        if it is within a project, no file can be called so, or something is there that must not be replaced.
    """
    require_outside_projects(out)
    suffixed = out.suffix.lower() in _suffixes(format_)
    folder = format_ is Format.SHP or (format_ in _FILE_OR_FOLDER and not suffixed)
    place = out if folder or suffixed else out.with_name(out.name + format_.suffix)
    try:
        if out.is_dir() and not folder and format_ is not Format.GDB:
            raise InputRefused(tr("{path} 是文件夹，请写上文件名").format(path=out))
        for each in _folders(format_, place, folder=folder):
            if not _replaceable(each):
                raise InputRefused(tr("{path} 里已有别的东西，请换个名字或地方").format(path=each))
    except OSError as error:
        raise InputRefused(tr("不能存成 {path}：名字太长，或者那里打不开").format(path=place)) from error
    return place


def companions_of(place: Path) -> Path:
    """Return the folder of the documents that lie beside a file (or a geodatabase)."""
    return place.with_name(_BESIDE.format(name=place.name))


def _folders(format_: Format, place: Path, *, folder: bool) -> Iterator[Path]:
    """The folders that an export replaces."""
    if folder or format_ is Format.GDB:
        yield place
    if not folder and format_ is not Format.HTML:
        yield companions_of(place)


def _replaceable(folder: Path) -> bool:
    """Whether a folder may take the place of what is there: nothing, or an earlier export."""
    if folder.is_dir():
        return (folder / LIST).exists() or (folder / "gdb").exists() or not any(folder.iterdir())
    return not folder.exists()


def _suffixes(format_: Format) -> set[str]:
    more = {Format.SPATIALITE: {".db", ".spatialite"}, Format.HTML: {".htm"}, Format.GEOJSON: {".json"}}
    return {format_.suffix, *more.get(format_, set())}


@contextmanager
def built_beside(place: Path, who: str) -> Iterator[Path]:
    """Yield a folder for this user alone beside `place`; it is gone afterwards, whatever happened.

    What a killed export of the same name left there goes too.

    Raises
    ------
    ProjectUnavailable
        if the disk does not have it.
    """
    begins = f".{place.name[:_LONGEST]}."
    folder = place.with_name(begins + secrets.token_hex(4))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _sweep(place.parent, begins, who)
        folder.mkdir(mode=0o700)
        hold = Hold(folder, who, _LOCK)
        try:
            yield folder
        finally:
            hold.release()
    except OSError as error:
        raise ProjectUnavailable(
            tr("没有导出到 {place}：磁盘满了，或者那里不能写；请腾出空间或换个地方再来").format(place=place)
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(parent: Path, begins: str, who: str) -> None:
    """Remove what exports left that were killed: nobody holds the lock in it any more."""
    for left in parent.iterdir():
        if left.name.startswith(begins) and (left / _LOCK).exists():
            hold = Hold(left, who, _LOCK)
            hold.release()
            if hold.held_by is None:
                shutil.rmtree(left, ignore_errors=True)


def put_in_place(folder: Path, target: Path) -> tuple[Path, ...]:
    """Move what was built to where it belongs, in place of what was there; return its files."""
    built = [p for p in folder.iterdir() if p.name != _LOCK]
    made = sorted(p for top in built for p in (top, *top.rglob("*")) if p.is_file())
    for path in made:
        with suppress(PermissionError):  # media that know no such modes
            path.chmod(0o600)
    for path in sorted(built, key=Path.is_dir, reverse=True):
        old = target / path.name
        if old.is_dir():
            aside = folder / f"{secrets.token_hex(4)}.old"
            old.rename(aside)
            path.rename(old)
        else:
            path.replace(old)
    return tuple(target / path.relative_to(folder) for path in made)
