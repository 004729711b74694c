"""Gauss–Krüger zones of the Chinese datums: codes, central meridians, Chinese names."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from mingqing.core.text import tr

CGCS2000 = 4490
WGS84 = 4326
WEB_MERCATOR = 3857


class Datum(StrEnum):
    """The geodetic datums met in county offices; anything else is OTHER."""

    CGCS2000 = "CGCS2000"
    WGS84 = "WGS84"
    XIAN80 = "西安80"
    BEIJING54 = "北京54"
    OTHER = "其他"

    @property
    def is_old(self) -> bool:
        """Whether there is no open transformation to CGCS2000 good enough to use unasked."""
        return self in {Datum.XIAN80, Datum.BEIJING54}


@dataclass(frozen=True, slots=True)
class Zone:
    """One Gauss–Krüger zone: width in degrees, central meridian, and whether eastings carry its number."""

    datum: Datum
    width: int
    meridian: int
    prefixed: bool

    @property
    def number(self) -> int:
        """Zone number, counted from Greenwich: 6° zones 13–23, 3° zones 25–45 in China."""
        return (self.meridian + 3) // 6 if self.width == 6 else self.meridian // 3

    @property
    def false_easting_m(self) -> int:
        """False easting: 500 km, after the zone number in millions where eastings carry it."""
        return (self.number * 1_000_000 if self.prefixed else 0) + 500_000


# First EPSG code of each run of zones, from 75°E to 135°E (EPSG registry, areas of use in China).
_RUNS = {
    (Datum.CGCS2000, 6, True): 4491,
    (Datum.CGCS2000, 6, False): 4502,
    (Datum.CGCS2000, 3, True): 4513,
    (Datum.CGCS2000, 3, False): 4534,
    (Datum.XIAN80, 6, True): 2327,
    (Datum.XIAN80, 6, False): 2338,
    (Datum.XIAN80, 3, True): 2349,
    (Datum.XIAN80, 3, False): 2370,
    (Datum.BEIJING54, 6, True): 21413,
    (Datum.BEIJING54, 6, False): 21453,
    (Datum.BEIJING54, 3, True): 2401,
    (Datum.BEIJING54, 3, False): 2422,
}
_GEOGRAPHIC = {
    CGCS2000: Datum.CGCS2000,
    WGS84: Datum.WGS84,
    WEB_MERCATOR: Datum.WGS84,
    4610: Datum.XIAN80,
    4214: Datum.BEIJING54,
}


@cache
def zones() -> dict[int, Zone]:
    """Every zone by its EPSG code.

    Examples
    --------
    >>> zones()[4549].meridian, zones()[4528].false_easting_m
    (120, 40500000)
    """
    return {
        first + i: Zone(datum, width, 75 + i * width, prefixed)
        for (datum, width, prefixed), first in _RUNS.items()
        for i in range(60 // width + 1)
    }


@cache
def epsg_of(zone: Zone) -> int | None:
    """EPSG code of a zone, or None where the registry has none."""
    return next((code for code, known in zones().items() if known == zone), None)


def datum_of(epsg: int) -> Datum:
    """Datum of an EPSG code, OTHER where it is none of the Chinese ones or WGS84."""
    if epsg in zones():
        return zones()[epsg].datum
    if 32601 <= epsg <= 32660 or 32701 <= epsg <= 32760:
        return Datum.WGS84
    return _GEOGRAPHIC.get(epsg, Datum.OTHER)


def zone_for(lon: float, lat: float = 30.0) -> int:
    """Return the EPSG code of the metre grid to keep a place in.

    Parameters
    ----------
    lon, lat : degrees east and north.

    Returns
    -------
    int
        CGCS2000 3° Gauss–Krüger without zone number, 4534–4554, between 73.5°E and 136.5°E; UTM elsewhere.

    Examples
    --------
    >>> zone_for(119.48), zone_for(1.5, 42.5)
    (4549, 32631)
    """
    if 73.5 <= lon <= 136.5:
        return 4534 + min(round((lon - 75) / 3), 20)
    return (32600 if lat >= 0 else 32700) + min(int((lon + 180) // 6) + 1, 60)


def describe(epsg: int) -> str:
    """Return the Chinese name of a CRS, as shown to users.

    Examples
    --------
    >>> describe(4549)
    'CGCS2000 3度带 中央经线120°'
    >>> describe(4528)
    'CGCS2000 3度带 第40带（横坐标带带号）'
    >>> describe(4490)
    'CGCS2000 经纬度'
    """
    if epsg in zones():
        zone = zones()[epsg]
        title = tr("{datum} {width}度带 ").format(datum=zone.datum, width=zone.width)
        if zone.prefixed:
            return title + tr("第{number}带（横坐标带带号）").format(number=zone.number)
        return title + tr("中央经线{meridian}°").format(meridian=zone.meridian)
    if epsg in _GEOGRAPHIC:
        web = epsg == WEB_MERCATOR
        return tr("网络墨卡托（WGS84）") if web else tr("{datum} 经纬度").format(datum=_GEOGRAPHIC[epsg])
    if datum_of(epsg) is Datum.WGS84:
        half = tr("北") if epsg < 32700 else tr("南")
        return tr("WGS84 UTM {half}{number}带").format(half=half, number=epsg % 100)
    return f"EPSG:{epsg}"
