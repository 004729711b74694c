"""An export from question to files: checked, read, written beside, put in place whole, logged."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import cast

from mingqing.access.roles import Action
from mingqing.core.errors import InputRefused, ProjectUnavailable
from mingqing.core.memory import no_looking_for_cycles
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.export.asked import Asked, Format, Gate
from mingqing.export.choice import Choice, choose
from mingqing.export.companions import write as write_companions
from mingqing.export.layer import Layer
from mingqing.export.made import Leaving, Made
from mingqing.export.place import built_beside, companions_of, place_of, put_in_place
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
    with no_looking_for_cycles(), built_beside(place, session.user) as folder:
        building = folder / place.name
        if asked.format is Format.HTML:
            leaving, notes = _page(session, asked, building, watch)
        else:
            leaving, notes = _files(session, asked, choice, building, quality, watch)
        _record(session, asked, place, leaving)
        files = put_in_place(folder, place.parent)
    return Outcome(place, files, leaving, (*_left_out(choice), *notes), quality)


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
    folder = building if inside else companions_of(building)
    folder.mkdir(exist_ok=True)
    write_companions(folder, made, watch=watch)
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
