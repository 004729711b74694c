"""GPX 1.0 and 1.1, what GPS receivers and phones record: tracks and routes are lines, waypoints are points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path

import shapely

from mingqing.core.errors import InputRefused
from mingqing.core.text import clean, tr
from mingqing.crs.transform import transform
from mingqing.ingest.reading.layer import SourceLayer
from mingqing.ingest.reading.markup import Place, decoded, layer_of, parse
from mingqing.ingest.reading.source import Kind, SourceFile, read

_KINDS = {"trk": tr("航迹"), "rte": tr("航线"), "wpt": tr("航点")}
_POINTS = {"trkpt", "rtept", "wpt"}
_SAID = {"name": "name", "desc": "description", "cmt": "comment", "time": "time"}


@dataclass(frozen=True, slots=True)
class Track:
    """A way that was recorded or planned.

    line : LineString, or MultiLineString where the recording paused, in the project's CRS, metres.
    points : how many positions it was drawn from.
    time : when it began, UTC; None where the file does not say.
    """

    name: str
    line: shapely.Geometry
    points: int
    time: datetime | None


def tracks(path: Path, epsg: int) -> list[Track]:
    """Return the tracks and routes of a GPX file, in the order of the file, tracks first.

    Parameters
    ----------
    epsg : CRS of the project.

    Raises
    ------
    InputRefused
        if it is no GPX, or there is no line in it: one Chinese sentence that names the file.
    """
    if path.suffix.lower() != ".gpx":
        raise InputRefused(tr("“{name}”不是 GPX 航迹文件，请选择 .gpx 文件。").format(name=path.name))
    found = [track for layer in read(SourceFile(path, Kind.GPX)) for track in _tracks_of(layer, epsg)]
    if not found:
        raise InputRefused(tr("“{name}”里没有航迹或航线，只有单独的点。").format(name=path.name))
    return found


def read_gpx(file: SourceFile, *, encoding: str | None = None) -> list[SourceLayer]:
    """Read a GPX file: a layer for its tracks, one for its routes, one for its waypoints, where there are any."""
    text, found = decoded(file.path.read_bytes(), encoding, "GPX")
    parsing = _Parsing()
    parse(text, "gpx", parsing)
    kinds = {kind: places for kind, places in parsing.places.items() if places}
    if not kinds:
        raise InputRefused(tr("里没有航迹、航线或航点，请重新导出。"))
    stem = file.path.stem
    lost = tr("{n} 个点的经纬度读不出来，已略去").format(n=parsing.lost)
    return [
        layer_of(
            file,
            stem if len(kinds) == 1 else f"{stem} {_KINDS[kind]}",
            places,
            found,
            (lost,) if parsing.lost else (),
        )
        for kind, places in kinds.items()
    ]


class _Parsing:
    """What the elements of a document have said so far. `lost` counts positions that are none."""

    def __init__(self) -> None:
        self.places: dict[str, list[Place]] = {kind: [] for kind in _KINDS}
        self.lost = 0
        self._place = Place()
        self._path: list[list[float]] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Note that an element begins."""
        if name in _KINDS:
            self._place = Place()
        if name in {"rte", "trkseg"}:
            self._path = []
        if name in _POINTS:
            at = _position(attributes)
            self.lost += at is None
            if name == "wpt" and at is not None:
                self._place.shapes.append({"type": "Point", "coordinates": at})
            elif at is not None:
                self._path.append(at)

    def end(self, name: str, within: Sequence[str], said: str) -> None:
        """Take what an element has said."""
        above = within[-1] if within else ""
        if name in {"rte", "trkseg"} and len(self._path) > 1:
            self._place.shapes.append({"type": "LineString", "coordinates": self._path})
        if name in _KINDS and self._place.shapes:
            self.places[name].append(self._place)
        elif name in _SAID and above in _KINDS:
            self._place.values[_SAID[name]] = clean(said) or None
        elif name == "time" and above in _POINTS and said:
            self._place.values.setdefault("time", said)


def _position(attributes: Mapping[str, str]) -> list[float] | None:
    """Return longitude and latitude, None where they are no place on earth."""
    try:
        lon, lat = float(attributes["lon"]), float(attributes["lat"])
    except (KeyError, ValueError):
        return None
    return [lon, lat] if isfinite(lon + lat) and abs(lon) <= 180 and abs(lat) <= 90 else None


def _tracks_of(layer: SourceLayer, epsg: int) -> list[Track]:
    if layer.geometry is None or layer.crs is None or shapely.get_dimensions(layer.geometry).max() != 1:
        return []
    lines = transform(layer.geometry, layer.crs.crs, epsg)
    blank: list[object] = [None] * len(layer)
    names, times = layer.columns.get("name", blank), layer.columns.get("time", blank)
    return [
        Track(str(name or layer.path.stem), line, int(shapely.get_num_coordinates(line)), _moment(time))
        for name, time, line in zip(names, times, lines, strict=True)
        if line is not None
    ]


def _moment(said: object) -> datetime | None:
    """Return the time that ISO 8601 says, UTC where it names no zone, as the format wants."""
    try:
        moment = datetime.fromisoformat(str(said))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
