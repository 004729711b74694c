"""What somebody wants to hand on, as plain values that can be remembered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mingqing.core.text import tr
from mingqing.store.conditions import Condition


class Format(StrEnum):
    """The forms in which rows leave; the values are those of the command line."""

    SHP = "shp"
    GPKG = "gpkg"
    GEOJSON = "geojson"
    KML = "kml"
    DXF = "dxf"
    XLSX = "xlsx"
    CSV = "csv"
    GDB = "gdb"
    SPATIALITE = "spatialite"
    HTML = "html"

    @property
    def label(self) -> str:
        """What users read."""
        return _TITLES[self]

    @property
    def suffix(self) -> str:
        """How the name of the file (of the folder, for GDB) ends; of each file in the folder for SHP."""
        return _SUFFIXES.get(self, f".{self.value}")


_SUFFIXES = {Format.SPATIALITE: ".sqlite"}
_TITLES = {
    Format.SHP: tr("Shapefile"),
    Format.GPKG: tr("GeoPackage"),
    Format.GEOJSON: tr("GeoJSON"),
    Format.KML: tr("KML（奥维、谷歌地球）"),
    Format.DXF: tr("DXF（CAD 图）"),
    Format.XLSX: tr("Excel 表格"),
    Format.CSV: tr("CSV 文本"),
    Format.GDB: tr("FileGDB（ArcGIS）"),
    Format.SPATIALITE: tr("SpatiaLite 数据库"),
    Format.HTML: tr("网页（手机、电脑都能打开）"),
}


class Gate(StrEnum):
    """What the check before leaving may do."""

    STOP = "stop"  # nothing leaves while there is an error
    TELL = "tell"
    SKIP = "skip"


@dataclass(frozen=True)
class Asked:
    """What is to leave, and how.

    tables : names; None for all that the account may hand on.
    villages : 12-digit codes; None for all.
    where : by table, a condition that its rows must meet: a saved search, or what was typed.
    among : by table, ids of the rows that are selected; a table that is not in it is not narrowed.
    epsg : of the coordinates; None for what the format or the profile says, else the project's.
    encoding : of text in shapefiles and CSV: "UTF-8" or "GBK"; empty for what the profile says.
    profile : the stem of a file in `resources/exchange/`.
    share : without anything about persons, for everybody.
    """

    format: Format
    tables: tuple[str, ...] | None = None
    villages: tuple[str, ...] | None = None
    where: Mapping[str, Condition] = field(default_factory=dict)
    among: Mapping[str, frozenset[int]] = field(default_factory=dict)
    epsg: int | None = None
    encoding: str = ""
    profile: str = "plain"
    gate: Gate = Gate.TELL
    share: bool = False
