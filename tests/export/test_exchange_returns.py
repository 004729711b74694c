"""What left by a profile for others comes back: rows known by their ids, values by its names and codes."""

from pathlib import Path

import pyogrio
import pytest

from mingqing.core.sample import PASSWORD, USER
from mingqing.export.asked import Asked, Format, Gate
from mingqing.export.run import export
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.files import take, write_csv, write_shp

OWN = """
title = "县里的台账"
true = "有"
false = "无"

[[table]]
table = "house"
name = "FWTZ"
fields = [
  { field = "house_no", name = "BH", title = "编码" },
  { field = "structure", name = "JG", title = "结构代码", codes = "JG" },
  { field = "vacant", name = "KZ", title = "空闲" },
  { field = "use", name = "JCNF", title = "用途说明" },
  { origin = "id" },
]

[codes.JG]
"砖混" = "B"
"底框" = "B"
"砖木" = "C"
"钢筋混凝土" = "A"
"土木" = "D"
"石木" = "D"
"钢" = "E"
"木(竹)" = "D"
"混杂" = "F"
"其他" = "Z"
"""


def test_rows_shown_at_others_get_no_shape_by_a_journey_through_kml(
    sample_session: Session, tmp_path: Path
) -> None:
    out = tmp_path / "帮扶.kml"
    export(sample_session, Asked(Format.KML, tables=("assistance",), gate=Gate.SKIP), out)
    report = take(sample_session, out, dry_run=True)
    assert (report.total("unchanged"), report.total("updated")) == (sample_session.counts()["assistance"], 0)


def test_a_lone_table_of_text_is_where_its_metadata_say(sample_session: Session, tmp_path: Path) -> None:
    out = tmp_path / "农房.csv"
    export(sample_session, Asked(Format.CSV, tables=("house",), epsg=4528, gate=Gate.SKIP), out)
    report = take(sample_session, out, dry_run=True)
    assert (report.total("unchanged"), report.complete) == (sample_session.counts()["house"], True)
    told = tmp_path / "农房.csv_说明" / "元数据.json"
    for damaged in (
        "[",
        "[]",
        '{"referenceSystemInfo": null}',
        '{"referenceSystemInfo": {"code": "x"}}',
        "[" * 9999,
    ):
        told.write_text(damaged)
        (source,) = take(sample_session, out, dry_run=True).sources
        assert source.error is not None
        assert "没有说明坐标系" in source.error


@pytest.mark.parametrize("format_", [Format.CSV, Format.GEOJSON, Format.GPKG, Format.XLSX, Format.SPATIALITE])
def test_nobody_reads_of_faults_where_there_are_none(
    sample_session: Session, tmp_path: Path, format_: Format
) -> None:
    name = "全部" if format_ in {Format.CSV, Format.GEOJSON} else "全部" + format_.suffix
    export(sample_session, Asked(format_, gate=Gate.SKIP), tmp_path / "给县里" / name)
    report = take(sample_session, tmp_path / "给县里", dry_run=True)
    assert report.complete
    assert (report.total("added"), report.total("updated")) == (0, 0)
    assert [(s.name, s.unmatched, s.error) for s in report.sources if s.unmatched or s.error] == []


@pytest.mark.parametrize("format_", [Format.SHP, Format.GPKG, Format.GDB])
@pytest.mark.parametrize("name", ["land_survey", "disaster"])
def test_nothing_is_new_and_nothing_changes(
    sample_session: Session, tmp_path: Path, name: str, format_: Format
) -> None:
    out = tmp_path / ("交县局" + ("" if format_ is Format.SHP else format_.suffix))
    if name == "disaster" and format_ is Format.GDB:
        pytest.skip("as land_survey")
    made = export(sample_session, Asked(format_, profile=name, gate=Gate.SKIP), out)
    report = take(sample_session, out, dry_run=True)
    assert made.rows
    assert (report.total("added"), report.total("updated")) == (0, 0)
    assert not any(source.error or source.left_out for source in report.sources)


def test_a_correction_in_the_profiles_names_and_codes_is_one(sample_project: Path, tmp_path: Path) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        row, village = session.rows("house", ["id", "village_code"])[0]
        columns: dict[str, list[object]] = {
            "ZLDWDM": [f"{village}0000000"],
            "FWJG": ["5"],
            "SFWF": ["1"],
            "ZCS": [7],
            "MQID": [str(row)],
        }
        (report,) = take(session, write_shp(tmp_path / "ZRZ.shp", columns)).sources
        house = session.row("house", row)
        assert (report.updated["house"], report.added["house"], report.left_out) == (1, 0, [])
        assert house is not None
        assert (house["structure"], house["storeys"], house["village_code"]) == ("砖木", 7, village)
        assert house["dangerous"]


def test_what_a_profile_says_of_a_column_counts_more_than_its_name(
    sample_project: Path, tmp_path: Path
) -> None:
    """SCMJ of a survey is m² and empty, ours is 亩; DLMC tells what DLBM means, with us it is another field."""
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        row, mu = next((i, v) for i, v in session.rows("plot", ["id", "area_mu"]) if v)
        titles = ["MQID", "DKBM", "SCMJ", "SCMJM", "TXMJ"]
        (report,) = take(session, write_csv(tmp_path / "DK.csv", [titles, [row, "", 9999, mu, 1]])).sources
        assert session.row("plot", row)["area_mu"] == mu  # type: ignore[index]
        assert report.unmatched == ["SCMJ"]


def test_villages_without_their_name_are_known_by_their_ids(sample_project: Path, tmp_path: Path) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        row, code = session.rows("village", ["id", "code"])[0]
        path = write_csv(tmp_path / "village.csv", [["MQID", "XZMC"], [row, "竹源新乡"], [2**60, "别处乡"]])
        (report,) = take(session, path).sources
        assert session.row("village", row)["township"] == "竹源新乡"  # type: ignore[index]
        assert session.row("village", row)["code"] == code  # type: ignore[index]
        assert (report.added["village"], [x.reason for x in report.left_out]) == (0, ["缺少村名"])


def test_the_same_goes_for_a_profile_of_ones_own(sample_project: Path, tmp_path: Path) -> None:
    (sample_project / "exchange").mkdir(exist_ok=True)
    (sample_project / "exchange" / "台账.toml").write_text(OWN, encoding="utf-8")
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        export(session, Asked(Format.SHP, profile="台账", gate=Gate.SKIP), tmp_path / "台账")
        (file,) = (tmp_path / "台账").glob("FWTZ*.shp")
        same = take(session, file, dry_run=True)
        assert (same.total("added"), same.total("updated")) == (0, 0)
        meta, _, _, cells = pyogrio.raw.read(file, read_geometry=False)
        row = int(dict(zip(meta["fields"].tolist(), cells, strict=True))["MQID"][0])
        titles = ["民情标识", "结构代码", "空闲", "编码"]
        (report,) = take(session, write_csv(tmp_path / "改.csv", [titles, [row, "A", "有", "K-1"]])).sources
        house = session.row("house", row)
        assert (report.table, report.updated["house"]) == ("house", 1)
        assert house is not None
        assert (house["structure"], house["house_no"]) == ("钢筋混凝土", "K-1")
        assert house["vacant"]
