"""Files for a land office are in the names, order, lengths, coordinates and encoding of its standards."""

from pathlib import Path
from struct import unpack_from

import pyogrio

from mingqing.core.sample import PASSWORD, USER
from mingqing.export.asked import Asked, Format, Gate
from mingqing.export.profile.find import profile
from mingqing.export.run import export
from mingqing.store.project import open_project
from mingqing.store.session import Session

ASKED = Asked(Format.SHP, profile="land_survey", gate=Gate.SKIP)

# The columns of DLTB in order, after TD/T 1057-2020: C(haracters) or N(umber), length, decimals.
DLTB = """
BSM C 18 0|YSDM C 10 0|TBYBH C 18 0|TBBH C 8 0|DLBM C 5 0|DLMC C 60 0|QSXZ C 2 0|QSDWDM C 19 0|QSDWMC C 60 0
ZLDWDM C 19 0|ZLDWMC C 60 0|TBMJ N 15 2|KCDLBM C 5 0|KCXS N 6 4|KCMJ N 15 2|TBDLMJ N 15 2|GDLX C 2 0|GDPDJB C 2 0
XZDWKD N 5 1|TBXHDM C 6 0|TBXHMC C 20 0|ZZSXDM C 6 0|ZZSXMC C 20 0
"""


def columns(file: Path) -> list[str]:
    """The columns of a DBF: name, type, length and decimals."""
    data = file.read_bytes()
    ends = unpack_from("<H", data, 8)[0] - 1
    described = [data[at : at + 32] for at in range(32, ends, 32)]
    return [f"{d[:11].split(bytes(1))[0].decode()} {chr(d[11])} {d[16]} {d[17]}" for d in described]


def test_columns_are_those_of_the_standard_also_where_they_are_empty(
    sample_session: Session, tmp_path: Path
) -> None:
    export(sample_session, ASKED, tmp_path / "交县局")
    found = columns(tmp_path / "交县局" / "DLTB.dbf")
    assert found[:23] == [each for line in DLTB.split("\n") if line for each in line.split("|")]
    for layout in profile("land_survey").layouts.values():
        names = [each.split()[0] for each in columns(tmp_path / "交县局" / f"{layout.name}.dbf")]
        assert names == [column.name for column in layout.columns]


def test_codes_of_places_have_19_digits_and_what_is_ours_is_last(
    sample_session: Session, tmp_path: Path
) -> None:
    export(sample_session, ASKED, tmp_path / "交县局")
    meta, _, _, cells = pyogrio.raw.read(tmp_path / "交县局" / "DLTB.shp", encoding="GBK")
    rows = dict(zip(meta["fields"].tolist(), cells, strict=True))
    assert set(rows["ZLDWDM"]) <= {f"{village.code}0000000" for village in sample_session.villages()}
    ours = {"MQDL", "MQMJ", "XZMC", "HSRQ", "MQID"}
    for name in ("CJDCQ", "DLTB"):
        names = [each.split()[0] for each in columns(tmp_path / "交县局" / f"{name}.dbf")]
        standard = [i for i, each in enumerate(names) if each not in ours]
        assert standard == list(range(len(standard)))
        assert names[-2:] == ["HSRQ", "MQID"]


def test_others_read_values_coordinates_and_characters(sample_session: Session, tmp_path: Path) -> None:
    export(sample_session, ASKED, tmp_path / "交县局")
    data = (tmp_path / "交县局" / "ZRZ.dbf").read_bytes()
    assert data[29] == 0x4D  # GBK
    meta, _, shapes, cells = pyogrio.raw.read(tmp_path / "交县局" / "ZRZ.shp", encoding="GBK")
    rows = dict(zip(meta["fields"].tolist(), cells, strict=True))
    assert meta["crs"].startswith('GEOGCS["China Geodetic Coordinate System 2000"')
    assert len(shapes) == sample_session.counts()["house"]
    assert set(rows["FWJG"]) <= {"1", "3", "4", "5", "6", None}
    assert set(rows["SFWF"]) <= {"1", "0", None}
    assert set(rows["ZLDWMC"]) == {village.name for village in sample_session.villages()}
    assert set(rows["YSDM"]) == {"6001030110"}
    assert set(rows["BDCDYH"]) == {None}
    assert min(rows["TXMJ"]) > 10


def test_survey_codes_that_came_in_go_out_with_their_names(sample_project: Path, tmp_path: Path) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        ids = [row[0] for row in session.rows("land", ("id",))[:3]]
        with session.transaction("edit", "补地类编码") as change:
            change.update("land", ids, {"land_code": ["0302", "0702", "9999"]})
        export(session, ASKED, tmp_path / "交县局")
    meta, _, _, cells = pyogrio.raw.read(tmp_path / "交县局" / "DLTB.shp", encoding="GBK")
    rows = dict(zip(meta["fields"].tolist(), cells, strict=True))
    told = dict(zip(rows["MQID"], zip(rows["DLBM"], rows["DLMC"], strict=True), strict=True))
    expected = [("0302", "竹林地"), ("0702", "农村宅基地"), ("9999", "9999")]
    assert [told[str(i)] for i in ids] == expected
