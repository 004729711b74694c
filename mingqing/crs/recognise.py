"""From the text of a .prj, or whatever a file says of its CRS, to an EPSG code."""

import re
from dataclasses import dataclass
from functools import lru_cache

from mingqing.core.text import tr
from mingqing.crs.zones import CGCS2000, WEB_MERCATOR, WGS84, Datum, Zone, datum_of, describe, epsg_of

_NAME = re.compile(
    r'\b(PROJCS|PROJCRS|GEOGCS|GEOGCRS|GEODCRS|DATUM|PROJECTION|METHOD)\s*\[\s*"([^"]*)"', re.I
)
_PARAMETER = re.compile(r'\bPARAMETER\s*\[\s*"([^"]+)"\s*,\s*([-+0-9.eE]+)', re.I)
_UNIT = re.compile(r'\b(?:LENGTH)?UNIT\s*\[\s*"([^"]+)"\s*,\s*([-+0-9.eE]+)', re.I)
_EPSG = re.compile(r"^\s*(?:EPSG:)?(\d{4,6})\s*$", re.I)

# As the names read once letters and digits alone are kept; the first that is found decides.
_DATUM_MARKS = (
    ("cgcs2000", Datum.CGCS2000),
    ("china2000", Datum.CGCS2000),
    ("chinageodeticcoordinatesystem2000", Datum.CGCS2000),
    ("chinesegeodeticcoordinatesystem2000", Datum.CGCS2000),
    ("xian1980", Datum.XIAN80),
    ("xian80", Datum.XIAN80),
    ("beijing1954", Datum.BEIJING54),
    ("beijing54", Datum.BEIJING54),
    ("newbeijing", Datum.BEIJING54),
    ("wgs1984", Datum.WGS84),
    ("wgs84", Datum.WGS84),
    ("worldgeodeticsystem1984", Datum.WGS84),
)
_GEOGRAPHIC = {Datum.CGCS2000: CGCS2000, Datum.WGS84: WGS84, Datum.XIAN80: 4610, Datum.BEIJING54: 4214}
_GAUSS = {"gausskruger", "transversemercator"}
_FALSE_EASTING, _FALSE_NORTHING = ("falseeasting",), ("falsenorthing",)
_MERIDIAN = ("centralmeridian", "longitudeofnaturalorigin", "longitudeoforigin", "longitudeofcenter")
_SCALE = ("scalefactor", "scalefactoratnaturalorigin")
_LATITUDE = ("latitudeoforigin", "latitudeofnaturalorigin")


@dataclass(frozen=True, slots=True)
class CrsFinding:
    """What a file says of its CRS.

    epsg : the code, where one says the same.
    wkt : the file's own text, where none does.
    how : a Chinese sentence part saying how it was found.
    certain : whether the file itself says so; False for a convention of its format, or a near match.
    """

    epsg: int | None
    wkt: str | None
    how: str
    certain: bool
    datum: Datum

    @property
    def crs(self) -> int | str:
        """What `mingqing.crs.transform.transform` takes."""
        if self.epsg is not None:
            return self.epsg
        assert self.wkt is not None  # noqa: S101 - one of the two is always there
        return self.wkt

    @property
    def title(self) -> str:
        """Chinese name for a user."""
        if self.epsg is not None:
            return describe(self.epsg)
        found = _NAME.search(self.wkt or "")
        return found[2] if found else tr("自定义坐标系")


@lru_cache(maxsize=256)
def recognise(text: str) -> CrsFinding | None:
    """Recognise a CRS from Esri or OGC WKT, or from `EPSG:4549`.

    Names and parameters are looked at first: that takes microseconds, knows the spellings in use in China and
    forgives a bracket lost on the way; PROJ answers for everything else. Answers are kept by text, since a
    county's thousands of .prj files are a handful of different ones.

    Returns
    -------
    CrsFinding or None
        None where the text is not a CRS at all.

    Examples
    --------
    >>> recognise("EPSG:4549").epsg
    4549
    >>> recognise('GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140,298.257]]]').datum
    <Datum.XIAN80: '西安80'>
    """
    code = _EPSG.match(text)
    if code and datum_of(int(code[1])) is not Datum.OTHER:
        return _known(int(code[1]), tr("文件注明了 EPSG 代码"))
    epsg = _by_parameters(text)
    if epsg is not None:
        return _known(epsg, tr("由投影文件认出"))
    return _by_proj(text)


def _known(epsg: int, how: str) -> CrsFinding:
    return CrsFinding(epsg, None, how, certain=True, datum=datum_of(epsg))


def _plain(name: str) -> str:
    return "".join(ch for ch in name.lower() if ch.isalnum())


def _datum(names: dict[str, str]) -> Datum:
    """Datum by the DATUM's name, then the geographic CRS's, then the projected one's."""
    for key in ("DATUM", "GEOGCS", "GEOGCRS", "GEODCRS", "PROJCS", "PROJCRS"):
        plain = _plain(names.get(key, ""))
        for mark, datum in _DATUM_MARKS:
            if mark in plain:
                return datum
    return Datum.OTHER


def _by_parameters(text: str) -> int | None:
    """EPSG code of a geographic CRS or Gauss–Krüger zone whose names and parameters say all there is."""
    names: dict[str, str] = {}
    for key, name in _NAME.findall(text):
        names.setdefault(key.upper(), name)
    datum = _datum(names)
    if datum is Datum.OTHER or "newbeijing" in _plain(text):
        return None
    if "PROJCS" not in names and "PROJCRS" not in names:
        return _GEOGRAPHIC[datum] if {"GEOGCS", "GEOGCRS", "GEODCRS"} & names.keys() else None
    if datum is Datum.WGS84:
        web = ("webmercator", "pseudomercator", "mercatorauxiliarysphere")
        return WEB_MERCATOR if any(w in _plain(" ".join(names.values())) for w in web) else None
    return _zone(text, names, datum)


def _zone(text: str, names: dict[str, str], datum: Datum) -> int | None:
    method = names.get("PROJECTION") or names.get("METHOD") or ""
    if _plain(method.split("(")[0]) not in _GAUSS:
        return None
    values = {_plain(name): float(value) for name, value in _PARAMETER.findall(text)}

    def value(keys: tuple[str, ...], default: float) -> float:
        return next((values[k] for k in keys if k in values), default)

    metres = all(
        float(size) == 1 for name, size in _UNIT.findall(text) if _plain(name) in {"meter", "metre", "m"}
    )
    if not metres or value(_SCALE, 1) != 1 or value(_LATITUDE, 0) or value(_FALSE_NORTHING, 0):
        return None
    if re.search(r'UNIT\s*\[\s*"(?!degree|met[re]+|m")', text, re.I):
        return None
    meridian, easting = value(_MERIDIAN, -1), value(_FALSE_EASTING, -1)
    widths = (6, 3) if _names_six_degrees(names) else (3, 6)
    for width in widths:
        for prefixed in (False, True):
            if meridian == int(meridian):
                zone = Zone(datum, width, int(meridian), prefixed)
                if zone.false_easting_m == easting:
                    epsg = epsg_of(zone)
                    if epsg is not None:
                        return epsg
    return None


def _names_six_degrees(names: dict[str, str]) -> bool:
    """Whether the name speaks of a 6° zone; without zone numbers the same CRS has a 3° and a 6° code."""
    plain = _plain(names.get("PROJCS") or names.get("PROJCRS") or "")
    return ("gkcm" in plain or "gausskrugercm" in plain) and "3degree" not in plain


def _by_proj(text: str) -> CrsFinding | None:
    import pyproj
    from pyproj.exceptions import CRSError

    try:
        crs = pyproj.CRS.from_user_input(f"EPSG:{code[1]}" if (code := _EPSG.match(text)) else text)
        epsg = crs.to_epsg(min_confidence=70)
    except CRSError:
        return None
    name = crs.datum.name if crs.datum else ""
    datum = _datum({"DATUM": name, "GEOGCS": crs.geodetic_crs.name if crs.geodetic_crs else ""})
    if epsg is not None:
        return CrsFinding(epsg, None, tr("由投影文件认出"), certain=True, datum=datum)
    return CrsFinding(None, text, tr("由投影文件认出，没有对应的 EPSG 代码"), certain=True, datum=datum)
