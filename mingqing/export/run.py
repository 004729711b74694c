"""An export from question to files: checked, read, written beside, put in place whole, logged."""

import secrets
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import cast

from mingqing.access.roles import Action
from mingqing.core.errors import InputRefused, ProjectUnavailable
from mingqing.core.files import require_outside_projects
from mingqing.core.memory import no_looking_for_cycles
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.export.asked import Asked, Format, Gate
from mingqing.export.beside.manifest import NAME as LIST
from mingqing.export.choice import Choice, choose
from mingqing.export.companions import write as write_companions
from mingqing.export.layer import Layer
from mingqing.export.made import Leaving, Made
from mingqing.export.profile.find import profile
from mingqing.export.read import chosen_ids, layers
from mingqing.export.writing import Options, Write
from mingqing.quality.check import check
from mingqing.quality.findings import Quality
from mingqing.store.damaged import DamagedSession
from mingqing.store.paging import village_names
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session

_WRITERS = {
    Format.SHP: "shapefile",
    Format.GPKG: "geopackage",
    Format.GEOJSON: "geojson",
    Format.KML: "kml",
    Format.DXF: "drawing",
    Format.XLSX: "workbook",
    Format.CSV: "delimited",
    Format.GDB: "filegdb",
    Format.SPATIALITE: "spatialite",
}
_FILE_OR_FOLDER = {Format.GEOJSON, Format.CSV}  # a folder with a file a table, where no suffix says otherwise
_BESIDE = tr("{stem}_说明")
_Left = tuple[Leaving, ...]


class StoppedByCheck(InputRefused):
    """The rows have errors, and nothing was to leave with one. quality : what was found."""

    def __init__(self, quality: Quality) -> None:
        self.quality = quality
        super().__init__(
            tr(
                "数据检查发现 {n} 处错误，没有导出；请先改正（mingqing quality 或“数据检查”里逐条列出），或选择仍然导出"
            ).format(n=quality.errors)
        )


@dataclass(frozen=True)
class Outcome:
    """What left.

    place : the file or folder that was asked for. files : all, the companions last.
    layers : what they hold. notes : what is other than one might expect, a Chinese sentence each.
    quality : what the check found; None where none was asked for.
    """

    place: Path
    files: tuple[Path, ...]
    layers: tuple[Leaving, ...]
    notes: tuple[str, ...]
    quality: Quality | None

    @property
    def rows(self) -> int:
        """How many rows left."""
        return sum(leaving.rows for leaving in self.layers)


def export(session: Session, asked: Asked, out: Path, *, watch: Watch = UNWATCHED) -> Outcome:
    """Hand rows on: all that was asked for, in place and in the log; or nothing.

    Parameters
    ----------
    out : the file, or the folder for formats of many files; its suffix is added where it is missing.

    Raises
    ------
    NotAllowed
        if the account may not hand on what was named.
    StoppedByCheck
        if the rows have errors, and that was to stop them.
    InputRefused
        if the format cannot hold something, or the place will not do.
    ProjectUnavailable
        if the disk, or the log, cannot take it.
    Cancelled
        if it was stopped.
    """
    place = place_of(asked.format, out)
    if isinstance(session, DamagedSession):
        raise ProjectUnavailable(tr("项目有损坏的数据，导出会不完整；请先恢复备份，或抢救到新项目"))
    known = profile(asked.profile, session.info.path)
    choice = choose(session, asked, known)
    quality = _checked(session, asked, choice, watch)
    with no_looking_for_cycles(), _beside(place) as folder:
        building = folder / place.name
        if asked.format is Format.HTML:
            leaving, notes = _page(session, asked, building, watch)
        else:
            leaving, notes = _files(session, asked, choice, building, quality, watch)
        _record(session, asked, place, leaving)
        files = _put(folder, place.parent)
    return Outcome(place, files, leaving, (*_left_out(choice), *notes), quality)


def place_of(format_: Format, out: Path) -> Path:
    """Return what will be made of `out`.

    Raises
    ------
    InputRefused
        if it is within a project, or something is there that must not be replaced.
    """
    require_outside_projects(out)
    suffixed = out.suffix.lower() in _suffixes(format_)
    folder = format_ is Format.SHP or (format_ in _FILE_OR_FOLDER and not suffixed)
    if out.is_dir() and not folder and format_ is not Format.GDB:
        raise InputRefused(tr("{path} 是文件夹，请写上文件名").format(path=out))
    place = out if folder or suffixed else out.with_name(out.name + format_.suffix)
    if (folder or format_ is Format.GDB) and not _replaceable(place):
        raise InputRefused(tr("{path} 里已有别的东西，请换一个新文件夹").format(path=place))
    return place


def _replaceable(folder: Path) -> bool:
    """Whether a folder may take the place of what is there: nothing, or an earlier export."""
    if folder.is_dir():
        return (folder / LIST).exists() or (folder / "gdb").exists() or not any(folder.iterdir())
    return not folder.exists()


def _suffixes(format_: Format) -> set[str]:
    more = {Format.SPATIALITE: {".db", ".spatialite"}, Format.HTML: {".htm"}, Format.GEOJSON: {".json"}}
    return {format_.suffix, *more.get(format_, set())}


def _checked(session: Session, asked: Asked, choice: Choice, watch: Watch) -> Quality | None:
    if asked.gate is Gate.SKIP:
        return None
    tables = [layout.table.name for layout in choice.layouts]
    narrowed = {name: ids for name in tables if (ids := chosen_ids(session, asked, name)) is not None}
    quality = check(session, tables, asked.villages, among=narrowed, action=Action.EXPORT, watch=watch)
    if asked.gate is Gate.STOP and quality.errors:
        raise StoppedByCheck(quality)
    return quality


def _page(session: Session, asked: Asked, building: Path, watch: Watch) -> tuple[_Left, Sequence[str]]:
    from mingqing.export.page.write import write_page

    made = write_page(session, asked, building, watch)
    tables = session.catalog.tables
    left = (Leaving(tables[name], name, tables[name].title, rows) for name, rows in made.rows.items())
    return tuple(left), made.notes


def _files(
    session: Session, asked: Asked, choice: Choice, building: Path, quality: Quality | None, watch: Watch
) -> tuple[_Left, Sequence[str]]:
    """Write the files, and what lies beside them."""
    leaving: list[Leaving] = []
    passing = _noting(layers(session, asked, choice, watch=watch), leaving)
    module = import_module(f"mingqing.export.files.{_WRITERS[asked.format]}")
    options = Options(choice.encoding, session.info.name, _about(session, choice), watch)
    written = cast("Write", module.write)(passing, building, options)
    left = tuple(each for each in leaving if _is_in(each.name, written.files))
    made = Made(
        project=session.info.name,
        user=session.user,
        roles=tuple(role.title for role in session.policy.roles),
        asked=asked,
        choice=choice,
        layers=left,
        written=written,
        quality=quality,
        villages={code: village_names(session).get(code, code) for code in asked.villages or ()},
        when=datetime.now().astimezone(),
    )
    inside = building.is_dir() and asked.format is not Format.GDB
    write_companions(building if inside else _folder_beside(building), made, watch=watch)
    return left, written.notes


def _about(session: Session, choice: Choice) -> str:
    return tr("{user} 导出，交换格式：{profile}").format(user=session.user, profile=choice.profile.title)


def _is_in(name: str, written: Collection[str]) -> bool:
    """Whether a layer was written: whole, or divided into parts that are called after it."""
    return any(part == name or part.startswith(f"{name}_") for part in written)


def _record(session: Session, asked: Asked, place: Path, leaving: _Left) -> None:
    tables = "、".join(dict.fromkeys(each.table.title for each in leaving))
    detail = tr("{format}：{tables}").format(format=asked.format.value, tables=tables)
    rows = sum(each.rows for each in leaving)
    Permitted(session, Action.EXPORT).record(tr("导出 {name}").format(name=place.name), rows, detail)


def _noting(passing: Iterable[Layer], leaving: list[Leaving]) -> Iterator[Layer]:
    """Let layers pass, and note what they are."""
    for layer in passing:
        leaving.append(Leaving.of(layer))
        yield layer
        del layer  # or the memory held it while the next is read


def _left_out(choice: Choice) -> list[str]:
    if not choice.left_out:
        return []
    return [tr("您的角色不能导出{tables}，没有放进去").format(tables="、".join(choice.left_out))]


def _folder_beside(building: Path) -> Path:
    folder = building.with_name(_BESIDE.format(stem=building.stem))
    folder.mkdir()
    return folder


@contextmanager
def _beside(place: Path) -> Iterator[Path]:
    """Yield a folder for this user alone beside `place`; it is gone afterwards, whatever happened."""
    folder = place.with_name(f".{place.name[:40]}.{secrets.token_hex(4)}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        yield folder
    except OSError as error:
        raise ProjectUnavailable(
            tr("没有导出到 {place}：磁盘满了，或者那里不能写；请腾出空间或换个地方再来").format(place=place)
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put(folder: Path, target: Path) -> tuple[Path, ...]:
    """Move what was made to where it belongs, in place of what was there; return its files."""
    made = sorted(p for p in folder.rglob("*") if p.is_file())
    for path in made:
        path.chmod(0o600)
    for path in sorted(folder.iterdir(), key=Path.is_dir, reverse=True):
        old = target / path.name
        if old.is_dir():
            aside = folder.with_name(f"{folder.name}.old")
            old.rename(aside)
            path.rename(old)
            shutil.rmtree(aside, ignore_errors=True)
        else:
            path.replace(old)
    return tuple(target / path.relative_to(folder) for path in made)
