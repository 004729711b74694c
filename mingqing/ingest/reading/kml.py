"""KML and KMZ. Each folder is a layer. OGC 12-007r2."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.ingest.reading import archive
from mingqing.ingest.reading.grid import refuse_empty
from mingqing.ingest.reading.layer import SourceLayer
from mingqing.ingest.reading.markup import Place, decoded, layer_of, parse
from mingqing.ingest.reading.source import SourceFile

_FOLDERS = {"Document", "Folder"}
_SINGLE = {"Point": "Point", "LineString": "LineString", "LinearRing": "LineString"}
_TYPES: Mapping[str, Callable[[str], object]] = {
    **dict.fromkeys(("int", "uint", "short", "ushort"), int),
    **dict.fromkeys(("float", "double"), float),
}
_Points = list[list[float]]


def read_kml(file: SourceFile, *, encoding: str | None = None) -> list[SourceLayer]:
    """Read the placemarks of a KML or KMZ, folder by folder."""
    data = file.path.read_bytes()
    if file.path.suffix.lower() == ".kmz":
        data = _kml_in(data)
    text, found = decoded(data, encoding, "KML")
    parsing = _Parsing()
    parse(text, "kml", parsing)
    folders = [folder for folder in parsing.folders if folder.places]
    if not folders:
        raise refuse_empty()
    return [layer_of(file, folder.name or file.path.stem, folder.places, found) for folder in folders]


def _kml_in(data: bytes) -> bytes:
    names = [name for name in archive.parts(data) if name.lower().endswith(".kml")]
    if not names:
        raise InputRefused(tr("里没有 KML，请重新导出。"))
    return archive.inflate(data, min(names, key=lambda name: (name.count("/"), name.lower() != "doc.kml")))


@dataclass
class _Folder:
    name: str = ""
    places: list[Place] = field(default_factory=list)


class _Parsing:
    """What the elements of a document have said so far."""

    def __init__(self) -> None:
        self.folders = [_Folder()]
        self._open = [self.folders[0]]
        self._place = Place()
        self._rings: list[_Points] = []
        self._types: dict[str, str] = {}
        self._title = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Note that an element begins."""
        if name in _FOLDERS:
            self.folders.append(_Folder())
            self._open.append(self.folders[-1])
        elif name == "Placemark":
            self._place = Place()
        elif name == "Polygon":
            self._rings = []
        elif name in {"Data", "SimpleData"}:
            self._title = attributes.get("name", "")
        elif name == "SimpleField":
            self._types[attributes.get("name", "")] = attributes.get("type", "")

    def end(self, name: str, within: Sequence[str], said: str) -> None:
        """Take what an element has said."""
        above = within[-1] if within else ""
        if name in _FOLDERS:
            self._open.pop()
        elif name == "Placemark":
            self._open[-1].places.append(self._place)
        elif name == "name" and above in _FOLDERS:
            self._open[-1].name = said
        elif name in {"name", "description"} and above == "Placemark":
            self._place.values[name.capitalize()] = said or None
        elif (name, above) in {("value", "Data"), ("SimpleData", "SchemaData")}:
            self._place.values[self._title] = self._typed(said)
        elif name == "coordinates":
            self._take_points(_points(said), within)
        elif name == "Polygon":
            self._place.shapes.append({"type": "Polygon", "coordinates": self._rings})

    def _typed(self, said: str) -> object:
        try:
            return _TYPES.get(self._types.get(self._title, ""), str)(said) if said else None
        except ValueError:
            return said

    def _take_points(self, points: _Points, within: Sequence[str]) -> None:
        above = within[-1] if within else ""
        if "Polygon" in within:
            inner = "innerBoundaryIs" in within
            self._rings.insert(len(self._rings) if inner else 0, points)
        elif above in _SINGLE:
            where = points[0] if above == "Point" and points else points
            self._place.shapes.append({"type": _SINGLE[above], "coordinates": where})


def _points(text: str) -> _Points:
    """Longitude and latitude of each point; none where one of them is no number."""
    try:
        return [[float(x) for x in point.split(",")[:2]] for point in text.split()]
    except ValueError:
        return []
