"""What lies beside an export: a dictionary of what left, metadata, and hashes that others can check."""

import json
import shutil
import struct
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import shapely

from mingqing.catalog.load import catalog
from mingqing.core.errors import Cancelled
from mingqing.core.watch import Watch
from mingqing.export.asked import Asked, Format
from mingqing.export.choice import Choice, choose
from mingqing.export.companions import write
from mingqing.export.layer import Layer
from mingqing.export.made import Leaving, Made
from mingqing.export.profile.find import profile
from mingqing.export.read import layers
from mingqing.export.writing import Written
from mingqing.quality.findings import Finding, Kind, Level, Quality
from mingqing.store.session import Session

WHEN = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)
NAMES = ["元数据.json", "数据字典.xlsx", "校验清单.txt"]


def made(session: Session, folder: Path, asked: Asked) -> Made:
    """What an export of a session's rows would be, each layer in a file of its own that says nothing."""
    choice = choose(session, asked, profile(asked.profile))
    leaving, written = [], Written(notes=["一句话"])
    for layer in layers(session, asked, choice):
        leaving.append(Leaving.of(layer))
        file = folder / f"{layer.name}.bin"
        file.write_bytes(layer.name.encode())
        written.files[layer.name] = [file]
    villages = {v.code: v.name for v in session.villages() if v.code in (asked.villages or ())}
    return Made("三村", "演示", ("系统管理员",), asked, choice, tuple(leaving), written, None, villages, WHEN)


def one(layer: Layer, written: Written, **changed: Any) -> Made:
    """What an export of one made up layer would be."""
    choice = Choice(profile("plain"), (), layer.epsg, "UTF-8")
    asked = Asked(Format.SHP)
    return replace(
        Made("三村", "演示", (), asked, choice, (Leaving.of(layer),), written, None, {}, WHEN), **changed
    )


def table(folder: Path, sheet: str) -> list[dict[str, Any]]:
    """The rows of a sheet of the dictionary, by heading."""
    book = openpyxl.load_workbook(folder / "数据字典.xlsx")
    heading, *rows = book[sheet].iter_rows(values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in rows]


def metadata(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "元数据.json").read_text(encoding="utf-8"))


HOUSES = Asked(Format.GPKG, tables=("house", "household"), villages=("331124204202",))


# ── Hashes ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
@pytest.mark.parametrize("place", [".", "三村_说明"])
def test_others_check_every_file_by_the_list(sample_session: Session, tmp_path: Path, place: str) -> None:
    folder = tmp_path / place
    folder.mkdir(exist_ok=True)
    write(folder, made(sample_session, tmp_path, HOUSES))
    check = ["sha256sum", "-c", "--strict", "--warn", "校验清单.txt"]
    done = subprocess.run(check, cwd=folder, capture_output=True, text=True, check=True)
    inside = "" if place == "." else "../"
    names = [f"{inside}house.bin", f"{inside}household.bin", *NAMES[:2]]
    assert sorted(done.stdout.splitlines()) == sorted(f"{name}: OK" for name in names)
    (tmp_path / "house.bin").write_bytes(b"altered")
    assert subprocess.run(check, cwd=folder, capture_output=True, check=False).returncode == 1


def test_files_of_folders_are_in_the_list_with_slashes(sample_session: Session, tmp_path: Path) -> None:
    found = made(sample_session, tmp_path, HOUSES)
    (tmp_path / "三村.gdb").mkdir()
    (tmp_path / "三村.gdb" / "a01.gdbtable").write_bytes(b"x")
    found.written.files.update({"house": [tmp_path / "三村.gdb"], "household": [tmp_path / "三村.gdb"]})
    (tmp_path / "三村_说明").mkdir()
    write(tmp_path / "三村_说明", found)
    lines = (tmp_path / "三村_说明" / "校验清单.txt").read_text(encoding="utf-8").splitlines()
    names = [line.split("  ")[1] for line in lines if not line.startswith("#")]
    assert names == ["../三村.gdb/a01.gdbtable", *NAMES[:2]]
    assert {row["文件"] for row in table(tmp_path / "三村_说明", "图层")} == {"三村.gdb"}


def test_the_files_are_for_this_user_alone(sample_session: Session, tmp_path: Path) -> None:
    files = write(tmp_path, made(sample_session, tmp_path, HOUSES))
    assert sorted(file.name for file in files) == NAMES
    if sys.platform != "win32":
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_it_stops_when_asked_to(sample_session: Session, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        write(tmp_path, made(sample_session, tmp_path, HOUSES), watch=Watch(cancelled=lambda: True))


# ── The dictionary ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_dictionary_tells_of_layers_fields_and_codes(sample_session: Session, tmp_path: Path) -> None:
    found = made(sample_session, tmp_path, HOUSES)
    found.written.notes.append("“农房”的图形不是同一种，分成 house_point、house_area")
    write(tmp_path, found)
    house, household = table(tmp_path, "图层")
    assert house == {
        "图层": "house",
        "中文名": "农房",
        "文件": "house.bin",
        "图形": "面",
        "记录数": found.layers[0].rows,
        "坐标系": "CGCS2000 3度带 中央经线120°（EPSG:4549）",
        "说明": "“农房”的图形不是同一种，分成 house_point、house_area",
    }
    assert (household["图形"], household["坐标系"]) == ("无", None)
    fields = {(row["图层"], row["字段名"]): row for row in table(tmp_path, "字段")}
    assert [name for layer, name in fields if layer == "house"] == [c.name for c in found.layers[0].columns]
    area = fields["house", "JZMJ"]
    assert (area["中文名"], area["类型"], area["单位"]) == ("建筑面积", "小数", "平方米")
    assert fields["house", "FWJG"]["代码表"] == "房屋结构"
    assert fields["house", "SFWF"]["代码表"] == "是 是，否 否"
    assert fields["household", "FWID"]["中文名"] == "农房标识"
    bricks = listed(tmp_path, "砖混")
    assert (bricks["文件里的值"], bricks["交换代码"], bricks["用在"]) == ("砖混", None, "house.FWJG")
    needed = {name for (layer, name), row in fields.items() if layer == "household" and row["必填"] == "是"}
    assert needed == {"MQID", "CUNDM", "CUNMC", "HZXM"}


def test_codes_are_told_where_the_file_holds_them(sample_session: Session, tmp_path: Path) -> None:
    write(tmp_path, made(sample_session, tmp_path, Asked(Format.SHP, ("house",), profile="land_survey")))
    bricks = listed(tmp_path, "砖混")
    assert (bricks["文件里的值"], bricks["交换代码"], bricks["用在"]) == ("4", "4", "ZRZ.FWJG")
    assert listed(tmp_path, "附属用房")["交换代码"] is None


def listed(folder: Path, value: str) -> dict[str, Any]:
    """What the dictionary says of a value of ours."""
    return next(row for row in table(folder, "代码表") if row["民情地图里的值"] == value)


def test_it_tells_what_the_taker_wants_and_what_is_empty(sample_session: Session, tmp_path: Path) -> None:
    write(tmp_path, made(sample_session, tmp_path, Asked(Format.SHP, ("land",), profile="land_survey")))
    fields = {row["字段名"]: row for row in table(tmp_path, "字段")}
    assert fields["YSDM"]["说明"] == "都是 2001010100"
    assert fields["QSXZ"]["说明"] == "空；由接收单位填"
    assert (fields["ZLDWDM"]["必填"], fields["ZLDWDM"]["长度"]) == ("是", 19)
    assert (fields["TBMJ"]["单位"], fields["TBMJ"]["小数位"]) == ("平方米", 2)
    codes = {row["民情地图里的值"]: row["文件里的值"] for row in table(tmp_path, "代码表")}
    assert codes["0302"] == "竹林地"


def test_masked_fields_are_told(sample_session: Session, tmp_path: Path) -> None:
    found = made(sample_session, tmp_path, Asked(Format.GPKG, ("household",)))
    masked = frozenset({"HZXM", "LXDH"})
    write(tmp_path, replace(found, layers=(replace(found.layers[0], masked=masked),)))
    told = {row["字段名"] for row in table(tmp_path, "字段") if "已脱敏" in (row["说明"] or "")}
    assert told == masked
    assert metadata(tmp_path)["contentInfo"][0]["maskedFields"] == ["HZXM", "LXDH"]
    assert metadata(tmp_path)["resourceConstraints"]["masked"] is True


def dbf(path: Path, columns: dict[str, int]) -> Path:
    """A DBF without rows."""
    described = b"".join(
        struct.pack("<11sc4xBB14x", name.encode(), b"C", width, 0) for name, width in columns.items()
    )
    path.write_bytes(struct.pack("<B3xIHH20x", 3, 0, 33 + len(described), 1) + described + b"\r")
    return path


def test_the_lengths_of_a_dbf_and_where_long_text_goes_on_are_told(tmp_path: Path) -> None:
    plain = profile("plain").layouts["resource"]
    layer = Layer(
        plain.table,
        "resource",
        "资源",
        np.array([1]),
        plain.columns,
        tuple([None] for _ in plain.columns),
        np.array([shapely.Point(1, 2)]),
        epsg=4549,
    )
    file = dbf(tmp_path / "resource.dbf", {"ZYMC": 120, "JJ": 254, "JJ_2": 254, "JJ_3": 12})
    write(tmp_path, one(layer, Written({"resource": [tmp_path / "resource.shp", file]})))
    fields = {row["字段名"]: row for row in table(tmp_path, "字段")}
    assert (fields["ZYMC"]["长度"], fields["JJ"]["长度"]) == (120, 254)
    assert "接着写在 JJ_2、JJ_3" in fields["JJ"]["说明"]
    assert "接着" not in (fields["ZYMC"]["说明"] or "")
    assert table(tmp_path, "图层")[0]["文件"] == "resource.shp"


def test_nothing_in_a_dictionary_is_a_formula(tmp_path: Path) -> None:
    plain = profile("plain").layouts["supply"]
    columns = (replace(plain.columns[0], title="=1+1", help="+2"),)
    layer = Layer(plain.table, "supply", "@x", np.array([1]), columns, (["1"],))
    write(tmp_path, one(layer, Written()))
    book = openpyxl.load_workbook(tmp_path / "数据字典.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert "'=1+1" in [cell.value for cell in cells]


def test_columns_are_wide_enough_to_be_read(sample_session: Session, tmp_path: Path) -> None:
    write(tmp_path, made(sample_session, tmp_path, Asked(Format.GPKG)))
    for sheet in openpyxl.load_workbook(tmp_path / "数据字典.xlsx"):
        assert sheet.freeze_panes == "A2"
        for column in sheet.iter_cols():
            width = sheet.column_dimensions[column[0].column_letter].width
            longest = max(len(str(cell.value or "").encode("gbk")) for cell in column)
            assert width >= min(longest, 46)


# ── The metadata ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_metadata_says_who_when_where_and_in_which_coordinates(
    sample_session: Session, tmp_path: Path
) -> None:
    asked = replace(HOUSES, epsg=4528)
    write(tmp_path, made(sample_session, tmp_path, asked))
    said = metadata(tmp_path)
    assert said["contact"] == {
        "individualName": "演示",
        "positionName": "系统管理员",
        "role": "distributor",
    }
    assert said["dateStamp"] == "2026-05-01T08:30:00+00:00"
    about = said["identificationInfo"]
    assert about["villages"] == [{"code": "331124204202", "name": "小竹溪村"}]
    crs = said["referenceSystemInfo"]
    assert (crs["code"], crs["eastingCarriesZoneNumber"], crs["units"]) == (4528, True, "米")
    shapes = sample_session.features("house", village="331124204202").geometry
    west, south, east, north = shapely.total_bounds(shapely.box(*_lonlat(shapes)))
    box = about["geographicBoundingBox"]
    assert [box["westBoundLongitude"], box["southBoundLatitude"]] == pytest.approx([west, south], abs=1e-4)
    assert [box["eastBoundLongitude"], box["northBoundLatitude"]] == pytest.approx([east, north], abs=1e-4)
    assert said["contentInfo"][0]["records"] == len(shapes)
    assert said["distributionInfo"]["notes"] == ["一句话"]


def _lonlat(shapes: Any) -> tuple[float, float, float, float]:
    from mingqing.crs.transform import transform

    w, s, e, n = shapely.total_bounds(transform(shapes, 4549, 4490)).tolist()
    return w, s, e, n


def test_the_metadata_says_what_rows_about_persons_may_be_used_for(
    sample_session: Session, tmp_path: Path
) -> None:
    write(tmp_path, made(sample_session, tmp_path, HOUSES))
    said = metadata(tmp_path)["resourceConstraints"]
    assert said["personalInformation"] is True
    assert "不得公开" in said["useLimitation"]
    write(tmp_path, made(sample_session, tmp_path, Asked(Format.GPKG, ("land",), profile="land_survey")))
    assert metadata(tmp_path)["resourceConstraints"] == {
        "personalInformation": False,
        "useLimitation": "不含个人信息",
    }


def test_purposes_and_what_allows_them_are_told_each_once(tmp_path: Path) -> None:
    plain = profile("plain").layouts["household"]
    cells = tuple(
        {
            "purpose": ["防灾", "帮扶", "防灾"],
            "legal_basis": ["同意", None, None],
            "verified_on": ["2026-03-01", None, "2025-12-31"],
        }.get(c.of.name if c.of else "", [None] * 3)
        for c in plain.columns
    )
    layer = Layer(catalog().tables["household"], "household", "住户", np.arange(3), plain.columns, cells)
    write(tmp_path, one(layer, Written()))
    said = metadata(tmp_path)
    assert said["resourceConstraints"]["purposes"] == ["帮扶", "防灾"]
    assert said["resourceConstraints"]["legalBases"] == ["同意"]
    assert "帮扶、防灾" in said["resourceConstraints"]["useLimitation"]
    assert said["identificationInfo"]["temporalExtent"] == {"begin": "2025-12-31", "end": "2026-03-01"}
    assert (said["referenceSystemInfo"], said["identificationInfo"]["geographicBoundingBox"]) == (None, None)


def test_what_a_check_found_is_summed_up(tmp_path: Path) -> None:
    plain = profile("plain").layouts["supply"]
    layer = Layer(plain.table, "supply", "物资仓库", np.array([1]), plain.columns[:1], (["1"],))
    findings = (
        Finding(Kind.MISSING, Level.ERROR, "supply", 1, None, "name", "缺名称"),
        Finding(Kind.OUTSIDE, Level.WARNING, "supply", 1, None, None, "在县外"),
    )
    write(tmp_path, one(layer, Written(), quality=Quality(findings, {"supply": 9}, {"supply": 3})))
    assert metadata(tmp_path)["dataQualityInfo"]["report"] == {
        "checked": 9,
        "errors": 1,
        "warnings": 1,
        "notListed": 3,
        "byKind": {"missing": 1, "outside": 1},
    }
    assert "缺名称" not in (tmp_path / "元数据.json").read_text(encoding="utf-8")
