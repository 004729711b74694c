"""KML and KMZ, parsed here and not by GDAL, for the reason that `geojson` gives. Each folder is a layer.

Neither a document type, and with it entities, nor a link is followed. OGC 12-007r2.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

import numpy as np

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.crs.recognise import CrsFinding
from mingqing.crs.zones import WGS84, Datum
from mingqing.ingest.reading import archive
from mingqing.ingest.reading import encoding as enc
from mingqing.ingest.reading.bounds import DEEPEST, require_cells, require_columns
from mingqing.ingest.reading.codec_names import codec_named
from mingqing.ingest.reading.delimited import decode_text
from mingqing.ingest.reading.drawn import draw
from mingqing.ingest.reading.grid import refuse_empty
from mingqing.ingest.reading.layer import SourceLayer
from mingqing.ingest.reading.names import unique
from mingqing.ingest.reading.source import SourceFile

_ENCODING = re.compile(rb"\s*<\?xml[^>]*encoding=[\"']([A-Za-z0-9_-]+)[\"']")
_FOLDERS = {"Document", "Folder"}
_SINGLE = {"Point": "Point", "LineString": "LineString", "LinearRing": "LineString"}
_TYPES: Mapping[str, Callable[[str], object]] = {
    **dict.fromkeys(("int", "uint", "short", "ushort"), int),
    **dict.fromkeys(("float", "double"), float),
}
_Shape = dict[str, object]
_Points = list[list[float]]


def read_kml(file: SourceFile, *, encoding: str | None = None) -> list[SourceLayer]:
    """Read the placemarks of a KML or KMZ, folder by folder."""
    data = file.path.read_bytes()
    if file.path.suffix.lower() == ".kmz":
        data = _kml_in(data)
    declared = _ENCODING.match(data)
    codec = codec_named(declared[1].decode()) if declared else "utf-8"
    where = tr("文件头") if declared else tr(" KML 格式")
    text, found, _ = decode_text(data, encoding, [enc.Declared(codec, where, 25.0)] if codec else [])
    folders = [folder for folder in _parse(text) if folder.places]
    if not folders:
        raise refuse_empty()
    return [_layer(file, folder, found) for folder in folders]


def _kml_in(data: bytes) -> bytes:
    names = [name for name in archive.parts(data) if name.lower().endswith(".kml")]
    if not names:
        raise InputRefused(tr("里没有 KML，请重新导出。"))
    return archive.inflate(data, min(names, key=lambda name: (name.count("/"), name.lower() != "doc.kml")))


@dataclass
class _Place:
    """A placemark: what is said of it, and its shapes."""

    values: dict[str, object] = field(default_factory=dict)
    shapes: list[_Shape] = field(default_factory=list)

    def shape(self) -> _Shape | None:
        """Its shapes as one, of one kind where they are."""
        kinds = {str(s["type"]) for s in self.shapes}
        if len(self.shapes) < 2:
            return self.shapes[0] if self.shapes else None
        if len(kinds) == 1:
            return {"type": f"Multi{kinds.pop()}", "coordinates": [s["coordinates"] for s in self.shapes]}
        return {"type": "GeometryCollection", "geometries": self.shapes}


@dataclass
class _Folder:
    name: str = ""
    places: list[_Place] = field(default_factory=list)


def _parse(text: str) -> list[_Folder]:
    parsing = _Parsing()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = parsing.start
    parser.EndElementHandler = parsing.end
    parser.CharacterDataHandler = parsing.text.append
    try:
        parser.Parse(text.lstrip(), True)  # noqa: FBT003 - it takes no names
    except expat.ExpatError as error:
        raise InputRefused(tr("读不出来，文件已损坏或不是它名字所说的格式。")) from error
    return parsing.folders


def _refuse_doctype(*_: object) -> None:
    raise InputRefused(tr("含有外部引用（DOCTYPE），为安全没有打开，请重新导出 KML。"))


class _Parsing:
    """What the elements of a document have said so far."""

    def __init__(self) -> None:
        self.folders = [_Folder()]
        self.text: list[str] = []
        self._within: list[str] = []
        self._open = [self.folders[0]]
        self._place = _Place()
        self._rings: list[_Points] = []
        self._types: dict[str, str] = {}
        self._title = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Note that an element begins."""
        name = tag.rpartition(":")[2]
        if (not self._within and name != "kml") or len(self._within) >= DEEPEST:
            raise InputRefused(tr("不是 KML，或嵌套得不正常，请重新导出。"))
        self._within.append(name)
        self.text.clear()
        if name in _FOLDERS:
            self.folders.append(_Folder())
            self._open.append(self.folders[-1])
        elif name == "Placemark":
            self._place = _Place()
        elif name == "Polygon":
            self._rings = []
        elif name in {"Data", "SimpleData"}:
            self._title = attributes.get("name", "")
        elif name == "SimpleField":
            self._types[attributes.get("name", "")] = attributes.get("type", "")

    def end(self, _tag: str) -> None:
        """Take what an element has said."""
        name = self._within.pop()
        above = self._within[-1] if self._within else ""
        said = "".join(self.text).strip()
        self.text.clear()
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
            self._take_points(_points(said), above)
        elif name == "Polygon":
            self._place.shapes.append({"type": "Polygon", "coordinates": self._rings})

    def _typed(self, said: str) -> object:
        try:
            return _TYPES.get(self._types.get(self._title, ""), str)(said) if said else None
        except ValueError:
            return said

    def _take_points(self, points: _Points, above: str) -> None:
        if "Polygon" in self._within:
            inner = "innerBoundaryIs" in self._within
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


def _layer(file: SourceFile, folder: _Folder, encoding: enc.Encoding) -> SourceLayer:
    names = list(dict.fromkeys(name for place in folder.places for name in place.values))
    require_columns(len(names))
    require_cells(len(folder.places), len(names))
    names = [n for n in names if any(place.values.get(n) is not None for place in folder.places)]
    rows = np.arange(1, len(folder.places) + 1)
    drawn = draw([place.shape() for place in folder.places], rows)
    crs = CrsFinding(WGS84, None, tr("这种格式规定用 WGS84 经纬度"), certain=False, datum=Datum.WGS84)
    return SourceLayer(
        path=file.path,
        name=folder.name or file.path.stem,
        rows=rows,
        columns={
            title: [place.values.get(name) for place in folder.places]
            for title, name in zip(unique(names), names, strict=True)
        },
        geometry=drawn.geometry,
        crs=crs if drawn.geometry is not None else None,
        encoding=encoding,
        notes=drawn.notes,
        problems=drawn.problems,
    )
