"""The base maps of a project: one list for all its accounts, kept with it; the files stay where they are."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mingqing.basemap.model import BaseMap, Kind
from mingqing.store.saved import save, saved

if TYPE_CHECKING:
    from mingqing.store.session import Session

KIND, _NAME = "basemap", "底图"


def kept(session: "Session") -> tuple[BaseMap, ...]:
    """Return the base maps of a project, the lowest first."""
    folder = session.info.path.parent
    lists = [thing.value for thing in saved(session, KIND) if thing.shared and thing.name == _NAME]
    entries = lists[0] if lists and isinstance(lists[0], list) else []
    return tuple(found for entry in entries if (found := _read(entry, folder)) is not None)


def keep(session: "Session", base_maps: Sequence[BaseMap]) -> None:
    """Keep `base_maps` as those of the project. A file beside the project is found again where both are moved.

    Raises
    ------
    NotAllowed
        if the account edits nothing.
    ProjectUnavailable
        if the project is read-only.
    """
    folder = session.info.path.parent
    save(session, KIND, _NAME, [_written(each, folder) for each in base_maps], shared=True)


def _written(base_map: BaseMap, folder: Path) -> dict[str, object]:
    path = base_map.path
    return {
        "kind": base_map.kind.value,
        "path": (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix(),
        "title": base_map.title,
        "opacity": base_map.opacity,
        "visible": base_map.visible,
    }


def _read(entry: object, folder: Path) -> BaseMap | None:
    """Return what an entry says; None where another program wrote something else."""
    match entry:
        case {
            "kind": str(kind),
            "path": str(path),
            "title": str(title),
            "opacity": float(opacity) | int(opacity),
            "visible": bool(visible),
        } if kind in set(Kind) and 0 <= opacity <= 1:
            return BaseMap(Kind(kind), folder / path, title, float(opacity), visible)
    return None
