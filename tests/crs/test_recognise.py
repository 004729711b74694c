"""A CRS is recognised from any of the spellings in which it arrives."""

import pyproj
import pytest

from mingqing.crs.recognise import recognise
from mingqing.crs.zones import Datum, zones

_WKT = ("WKT1_ESRI", "WKT1_GDAL", "WKT2_2019")
_GEOGRAPHIC = (4490, 4326, 3857, 4610, 4214)


@pytest.mark.parametrize("dialect", _WKT)
@pytest.mark.parametrize("epsg", [*_GEOGRAPHIC, *zones()])
def test_every_chinese_code_is_recognised_from_its_own_wkt(epsg: int, dialect: str) -> None:
    finding = recognise(pyproj.CRS.from_epsg(epsg).to_wkt(dialect))
    assert finding is not None
    assert finding.epsg == epsg
    assert finding.certain


@pytest.mark.parametrize(
    ("code", "datum"),
    [(4549, Datum.CGCS2000), (4610, Datum.XIAN80), (2437, Datum.BEIJING54), (4555, Datum.BEIJING54)],
)
def test_datum_is_named_for_codes(code: int, datum: Datum) -> None:
    finding = recognise(f"EPSG:{code}")
    assert finding is not None
    assert finding.datum is datum


def test_renamed_crs_is_recognised_by_its_parameters() -> None:
    wkt = pyproj.CRS.from_epsg(4549).to_wkt("WKT1_ESRI")
    finding = recognise(wkt.replace("CGCS2000_3_Degree_GK_CM_120E", "松阳县坐标系"))
    assert finding is not None
    assert finding.epsg == 4549


def test_bracket_lost_on_the_way_is_forgiven() -> None:
    finding = recognise(pyproj.CRS.from_epsg(4528).to_wkt("WKT1_ESRI")[:-1])
    assert finding is not None
    assert finding.epsg == 4528


def test_own_meridian_keeps_its_wkt_and_is_not_taken_for_a_zone() -> None:
    wkt = pyproj.CRS.from_epsg(4549).to_wkt("WKT1_ESRI").replace("120.0]", "119.5]")
    finding = recognise(wkt)
    assert finding is not None
    assert finding.epsg is None
    assert finding.wkt == wkt
    assert finding.datum is Datum.CGCS2000


def test_feet_are_not_taken_for_metres() -> None:
    wkt = pyproj.CRS.from_epsg(4549).to_wkt("WKT1_ESRI").replace('UNIT["Meter",1.0]', 'UNIT["Foot",0.3048]')
    finding = recognise(wkt)
    assert finding is not None
    assert finding.epsg is None


@pytest.mark.parametrize("text", ["", "无", "EPSG:999999", "PROJCS[", '{"a": 1}', "\x00\xff"])
def test_what_is_no_crs_is_not_recognised(text: str) -> None:
    assert recognise(text) is None
