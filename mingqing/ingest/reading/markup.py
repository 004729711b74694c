"""What KML and GPX share: XML parsed here and not by GDAL, for the reason that `geojson` gives, and places with values.

Neither a document type, and with it entities, nor a link is followed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from xml.parsers import expat

import numpy as np

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.crs.recognise import CrsFinding
from mingqing.crs.zones import WGS84, Datum
from mingqing.ingest.reading import encoding as enc
from mingqing.ingest.reading.bounds import DEEPEST, require_cells, require_columns
from mingqing.ingest.reading.codec_names import codec_named
from mingqing.ingest.reading.delimited import decode_text
from mingqing.ingest.reading.drawn import draw
from mingqing.ingest.reading.layer import SourceLayer
from mingqing.ingest.reading.names import unique
from mingqing.ingest.reading.source import SourceFile

_ENCODING = re.compile(rb"\s*<\?xml[^>]*encoding=[\"']([A-Za-z0-9_-]+)[\"']")
Shape = dict[str, object]


class Elements(Protocol):
    """What is told of the elements of a document, one after another."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins; its name is without prefix."""

    def end(self, name: str, within: Sequence[str], said: str) -> None:
        """An element has ended, in those `within`, outermost first; `said` is its text."""


def decoded(data: bytes, encoding: str | None, title: str) -> tuple[str, enc.Encoding]:
    """Return the text of a document of the format called `title`, and how it was encoded."""
    declared = _ENCODING.match(data)
    codec = codec_named(declared[1].decode()) if declared else "utf-8"
    where = tr("文件头") if declared else tr(" {title} 格式").format(title=title)
    text, found, _ = decode_text(data, encoding, [enc.Declared(codec, where, 25.0)] if codec else [])
    return text, found


def parse(text: str, root: str, elements: Elements) -> None:
    """Tell of the elements of a document.

    root : the name of its outermost element, the format's name in small letters.

    Raises
    ------
    InputRefused
        if it is not well formed, another kind of document, nested out of all measure, or has a document type.
    """
    title = root.upper()
    within: list[str] = []
    said: list[str] = []

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if (not within and name != root) or len(within) >= DEEPEST:
            raise InputRefused(tr("不是 {title}，或嵌套得不正常，请重新导出。").format(title=title))
        within.append(name)
        said.clear()
        elements.start(name, attributes)

    def end(_tag: str) -> None:
        name = within.pop()
        elements.end(name, within, "".join(said).strip())
        said.clear()

    def refuse_doctype(*_: object) -> None:
        raise InputRefused(
            tr("含有外部引用（DOCTYPE），为安全没有打开，请重新导出 {title}。").format(title=title)
        )

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = said.append
    try:
        parser.Parse(text.lstrip(), True)  # noqa: FBT003 - it takes no names
    except expat.ExpatError as error:
        raise InputRefused(tr("读不出来，文件已损坏或不是它名字所说的格式。")) from error


@dataclass
class Place:
    """A place: what is said of it, and its shapes in the terms of GeoJSON."""

    values: dict[str, object] = field(default_factory=dict)
    shapes: list[Shape] = field(default_factory=list)

    def shape(self) -> Shape | None:
        """Its shapes as one, of one kind where they are."""
        kinds = {str(s["type"]) for s in self.shapes}
        if len(self.shapes) < 2:
            return self.shapes[0] if self.shapes else None
        if len(kinds) == 1:
            return {"type": f"Multi{kinds.pop()}", "coordinates": [s["coordinates"] for s in self.shapes]}
        return {"type": "GeometryCollection", "geometries": self.shapes}


def layer_of(
    file: SourceFile, name: str, places: Sequence[Place], encoding: enc.Encoding, notes: tuple[str, ...] = ()
) -> SourceLayer:
    """Return places as a layer, in WGS 84 as these formats say; without the columns that nobody fills."""
    names = list(dict.fromkeys(name for place in places for name in place.values))
    require_columns(len(names))
    require_cells(len(places), len(names))
    names = [n for n in names if any(place.values.get(n) is not None for place in places)]
    rows = np.arange(1, len(places) + 1)
    drawn = draw([place.shape() for place in places], rows)
    crs = CrsFinding(WGS84, None, tr("这种格式规定用 WGS84 经纬度"), certain=False, datum=Datum.WGS84)
    return SourceLayer(
        path=file.path,
        name=name,
        rows=rows,
        columns={
            title: [place.values.get(name) for place in places]
            for title, name in zip(unique(names), names, strict=True)
        },
        geometry=drawn.geometry,
        crs=crs if drawn.geometry is not None else None,
        encoding=encoding,
        notes=(*notes, *drawn.notes),
        problems=drawn.problems,
    )
