"""The commands as CLI.md has them: exit codes, JSON shapes, and one sentence where something is refused."""

import json
import os
import re
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely

from mingqing.basemap.kept import keep
from mingqing.basemap.model import BaseMap, Kind
from mingqing.catalog.load import catalog
from mingqing.cli import project
from mingqing.cli.app import app
from mingqing.cli.usage import commands_of
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.accounts import add_account
from mingqing.store.ids import new_ids
from mingqing.store.project import open_project
from tests.cli.conftest import OTHERS, Outcome, Run
from tests.files import NEIGHBOUR, VILLAGE, box, write_csv, write_shp, write_village, write_xlsx
from tests.inside import alter, query


def assert_refused(outcome: Outcome, *words: str) -> None:
    """Exit 2, nothing on standard output, one Chinese sentence on standard error."""
    assert (outcome.code, outcome.out) == (2, "")
    assert_one_sentence(outcome.err)
    for word in words:
        assert word in outcome.err


def assert_one_sentence(err: str) -> None:
    assert err.count("\n") == 1
    assert any("一" <= ch <= "鿿" for ch in err)
    assert "Traceback" not in err
    assert "Error" not in err


@pytest.fixture
def village(tmp_path: Path) -> Path:
    folder = tmp_path / "资料" / "小竹溪村"
    write_village(folder)
    columns = {"房屋编号": ["001", "002"], "层数": [2, 3], "户主": ["甄一一", "贾二二"]}
    write_shp(folder / "农房.shp", columns)
    return folder


# ── new ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_new_makes_a_project_that_opens(run: Run, tmp_path: Path) -> None:
    made = run("new", tmp_path / "松阳", "--name", "松阳县", "--crs", "EPSG:4528")
    assert (made.code, made.out.strip(), made.err) == (0, str(tmp_path / "松阳.mingqing"), "")
    told = run("info", tmp_path / "松阳.mingqing", "--json").json
    assert (told["name"], told["crs"], told["villages"]) == ("松阳县", "EPSG:4528", 0)


@pytest.mark.parametrize("crs", ["EPSG:4490", "4326", "北京54", "EPSG:0", "EPSG:999999", "", "EPSG:2272"])
def test_new_refuses_a_crs_that_has_no_metres(run: Run, tmp_path: Path, crs: str) -> None:
    assert_refused(run("new", tmp_path / "松阳", "--name", "松阳县", "--crs", crs), "坐标系")
    assert list(tmp_path.iterdir()) == []


def test_new_refuses_what_is_there(run: Run, empty_project: Path) -> None:
    assert_refused(run("new", empty_project, "--name", "松阳县"), "已经存在")


# ── info, check ──────────────────────────────────────────────────────────────────────────────────────────────


def test_info_is_the_object_of_the_contract(run: Run, sample_project: Path) -> None:
    told = run("info", sample_project, "--json")
    assert (told.code, told.err) == (0, "")
    assert {"name", "crs", "villages", "tables", "size_bytes"} <= set(told.json)
    assert told.json["crs"] == "EPSG:4549"
    assert told.json["villages"] == 3
    tables = catalog().tables
    assert {n: t["layer"] for n, t in told.json["tables"].items()} == {n: t.layer for n, t in tables.items()}
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        assert {n: t["rows"] for n, t in told.json["tables"].items()} == session.counts()
    assert told.json["size_bytes"] == sum(f.stat().st_size for f in sample_project.rglob("*") if f.is_file())


def test_info_is_a_table_for_people(run: Run, sample_project: Path) -> None:
    told = run("info", sample_project)
    assert told.code == 0
    assert "农房" in told.out
    assert "村情民情图" in told.out


def test_check_says_that_a_project_is_sound(run: Run, sample_project: Path) -> None:
    assert run("check", sample_project).code == 0
    assert run("check", sample_project, "--json").json == {"sound": True, "problems": []}


def test_check_ends_with_2_where_something_is_wrong(run: Run, sample_project: Path) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        alter(session, "UPDATE mq_change SET account = '别人' WHERE seq = 1")
    told = run("check", sample_project, "--json")
    assert told.code == 2
    assert told.json["sound"] is False
    assert "第 1 次修改的记录被改动过" in told.json["problems"][0]


# ── import ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_import_ends_with_0_where_everything_went_in(run: Run, empty_project: Path, village: Path) -> None:
    told = run("import", empty_project, village, "--json")
    assert (told.code, told.err) == (0, "")
    assert told.json["added"] == 1 + 2 + 2
    assert told.json["left_out"] == 0
    assert [s["table"] for s in told.json["sources"]] == ["village", "house"]
    assert run("import", empty_project, village).code == 0
    assert run("check", empty_project).code == 0


def test_import_ends_with_1_where_something_was_left_out_and_lists_it(
    run: Run, empty_project: Path, village: Path, tmp_path: Path
) -> None:
    write_shp(village / "农房.shp", {"房屋编号": ["001", "001"], "层数": ["2", "三"]})
    told = run("import", empty_project, village, "--report", tmp_path / "报告.json")
    assert told.code == 1
    assert "第 2 行" in told.err
    (house,) = (
        s for s in json.loads((tmp_path / "报告.json").read_bytes())["sources"] if s["table"] == "house"
    )
    assert {(x["row"], x["field"]) for x in house["left_out"]} == {(2, None), (2, "层数")}
    assert set(house) == {
        "path", "name", "table", "read", "added", "updated", "unchanged", "repaired", "unlinked", "notes",
        "left_out", "unmatched_columns", "refused_columns", "error", "not_theirs",
    }  # fmt: skip


def test_the_report_is_for_this_user_alone(
    run: Run, empty_project: Path, village: Path, tmp_path: Path
) -> None:
    assert run("import", empty_project, village, "--report", tmp_path / "报告.json").code == 0
    assert stat.S_IMODE((tmp_path / "报告.json").stat().st_mode) == 0o600


@pytest.mark.parametrize(("wrong", "listed", "more"), [(5, 5, ""), (6, 6, ""), (7, 5, "还有 2 条")])
def test_what_was_left_out_is_listed_unless_it_is_long(
    run: Run, empty_project: Path, village: Path, wrong: int, listed: int, more: str
) -> None:
    numbers = [f"{n:03}" for n in range(wrong + 1)]
    write_shp(village / "农房.shp", {"房屋编号": numbers, "层数": ["2", *"三四五六七八九"[:wrong]]})
    told = run("import", empty_project, village)
    assert (told.code, told.err.count("层数：")) == (1, listed)
    assert more in told.err
    assert ("还有" in told.err) == bool(more)


def test_import_ends_with_2_where_nothing_went_in(run: Run, empty_project: Path, tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    assert_refused(run("import", empty_project, tmp_path / "空"), "没有找到")
    assert_refused(run("import", empty_project, tmp_path / "没有"), "找不到")
    assert_one_sentence(run("import", empty_project, tmp_path / "没有", "--json").err)


def test_import_reports_refused_columns(run: Run, empty_project: Path, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "人口.xlsx", {"人口": [["姓名", "民族", "户号"], ["甄一一", "某族", ""]]})
    told = run("import", empty_project, path)
    assert "民族" in told.err
    assert "某族" not in told.out + told.err


def held(path: Path) -> object:
    """All that a project holds but its log."""
    with open_project(path, user=USER, password=PASSWORD) as session:
        tables = (*session.catalog.tables, "mq_meta WHERE key <> 'audit_head'", "mq_memory", "mq_change")
        return [
            query(session, f"SELECT * FROM {t}") for t in (*tables, "geometry_columns", "spatial_ref_sys")
        ]


def test_a_trial_changes_nothing(run: Run, empty_project: Path, village: Path) -> None:
    before = held(empty_project)
    told = run("import", empty_project, village, "--dry-run", "--json")
    assert told.code == 0
    assert (told.json["dry_run"], told.json["added"]) == (True, 5)
    assert held(empty_project) == before


def test_table_map_encoding_and_crs_are_what_the_user_says(
    run: Run, empty_project: Path, tmp_path: Path
) -> None:
    path = write_shp(tmp_path / "图层.shp", {"a": ["甲１", "乙２"], "b": [1, 2]}, epsg=None, encoding="GBK")
    path.with_suffix(".cpg").unlink()
    options = (
        "--table",
        "农房",
        "--map",
        "门牌地址=a",
        "--map",
        "storeys=b",
        "--encoding",
        "GBK",
        "--crs",
        "EPSG:4549",
    )
    assert run("import", empty_project, path, *options).code == 0
    features = run("features", empty_project, "house", "--json").json["features"]
    assert [(f["properties"]["address"], f["properties"]["storeys"]) for f in features] == [
        ("甲1", 1),
        ("乙2", 2),
    ]


def test_a_mapped_column_that_is_not_there_is_said(run: Run, empty_project: Path, village: Path) -> None:
    told = run("import", empty_project, village / "农房.shp", "--table", "house", "--map", "address=没有列")
    assert "没有“没有列”这一列" in told.err


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--table", "没有表"), "没有表"),
        (("--map", "house_no=a"), "--table"),
        (("--table", "house", "--map", "没有=a"), "没有"),
        (("--table", "house", "--map", "house_no"), "字段=列名"),
        (("--report", "/没有/报告.json"), "报告"),
        (("--crs", "胡说"), "坐标系"),
        (("--encoding", "胡说"), "编码"),
        (("--nonsense",), "--help"),
    ],
    ids=str,
)
def test_import_refuses_options_that_make_no_sense_and_writes_nothing(
    run: Run, empty_project: Path, village: Path, options: tuple[str, ...], word: str
) -> None:
    told = run("import", empty_project, village / "农房.shp", *options)
    assert_refused(told, word)
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        assert sum(session.counts().values()) == 0


@pytest.fixture
def as_village_editor(run: Run, empty_project: Path, village: Path) -> Iterator[None]:
    """The commands are those of who edits 小竹溪村 alone, of two villages."""
    write_village(village.parent / "大竹溪村", NEIGHBOUR, "大竹溪村", column=200)
    assert run("import", empty_project, village / "村界.shp", village.parent / "大竹溪村").code == 0
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        add_account(session, "村编", ["village_editor"], [VILLAGE], OTHERS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINGQING_USER", "村编")
        patch.setenv("MINGQING_PASSWORD", OTHERS)
        yield


@pytest.mark.usefixtures("as_village_editor")
def test_files_that_others_import_are_no_failure(run: Run, empty_project: Path, village: Path) -> None:
    told = run("import", empty_project, village)
    assert told.code == 0
    assert "新增 4 条" in told.out
    assert "1 份不由您的角色导入" in told.out
    assert "不能修改这类数据" in told.err
    again = run("import", empty_project, village, "--json").json
    assert {s["path"].rpartition("/")[2]: s["not_theirs"] for s in again["sources"]} == {
        "村界.shp": True,
        "农房.shp": False,
    }


@pytest.mark.usefixtures("as_village_editor")
def test_rows_of_other_villages_are_one_line_and_all_in_the_report(
    run: Run, empty_project: Path, tmp_path: Path
) -> None:
    villages = ["小竹溪村", "小竹溪村", *["大竹溪村", "梅坞村", "茶坪村"] * 3]
    rows = [[f"甄{n}", "男", village] for n, village in zip("一二三四五六七八九十百", villages, strict=True)]
    path = write_csv(tmp_path / "全乡" / "人口.csv", [["姓名", "性别", "村名"], *rows])
    told = run("import", empty_project, path, "--report", tmp_path / "报告.json")
    assert told.code == 1
    assert [line for line in told.err.splitlines() if "属于" in line] == [
        "人口.csv：9 行属于别的村，不在这个账号管辖的村里，没有导入"
    ]
    (source,) = json.loads((tmp_path / "报告.json").read_bytes())["sources"]
    assert len(source["left_out"]) == 9


@pytest.mark.usefixtures("as_village_editor")
def test_an_import_of_which_nothing_is_theirs_ends_with_2_and_counts_the_rows(
    run: Run, empty_project: Path, tmp_path: Path
) -> None:
    write_village(tmp_path / "全乡")
    path = tmp_path / "全乡" / "农房.shp"
    write_shp(path, {"房屋编号": ["001", "002", "003"]}, [box(200 + n) for n in range(3)])
    told = run("import", empty_project, path.parent)
    assert told.code == 2
    line = next(x for x in told.out.splitlines() if "农房.shp" in x)
    assert re.findall(r"\d+", line)[-1] == "3"
    line = next(x for x in told.out.splitlines() if "村界.shp" in x)
    assert re.findall(r"\d+", line)[-1] == "1"
    alone = run("import", empty_project, path)
    assert alone.code == 2
    assert [line for line in alone.err.splitlines() if "第 1 行等 3 行：看不出是哪个村的" in line] != []
    assert alone.err.splitlines()[-1].startswith("农房.shp：看不出是哪个村的")


# ── features ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def filled(run: Run, empty_project: Path, village: Path) -> Path:
    assert run("import", empty_project, village).code == 0
    return empty_project


def test_features_are_geojson_in_degrees(run: Run, filled: Path) -> None:
    told = run("features", filled, "house", "--json")
    assert (told.code, told.err) == (0, "")
    (first, _) = told.json["features"]
    assert set(first) == {"id", "properties", "geometry"}
    assert isinstance(first["id"], int)
    assert set(first["properties"]) == set(catalog().tables["house"].column_names)
    shape = shapely.geometry.shape(first["geometry"])
    assert 119 < shape.centroid.x < 120
    assert 28 < shape.centroid.y < 29


def test_features_of_a_table_without_shapes_stand_at_their_house_or_nowhere(
    run: Run, filled: Path, village: Path
) -> None:
    run(
        "import",
        filled,
        write_xlsx(
            village / "人口.xlsx", {"人口": [["姓名", "户主"], ["无家", "无此人"], ["甄一一", "甄一一"]]}
        ),
    )
    features = run("features", filled, "resident", "--json").json["features"]
    kinds = {f["properties"]["name"]: f["geometry"] and f["geometry"]["type"] for f in features}
    assert kinds == {"无家": None, "甄一一": "Point"}


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (("--where", "层数=3"), ["002"]),
        (("--where", "storeys=３层"), ["002"]),
        (("--where", "storeys=3", "--where", "house_no=001"), []),
        (("--village", VILLAGE), ["001", "002"]),
        (("--village", "999999999999"), []),
    ],
    ids=str,
)
def test_features_are_those_asked_for(
    run: Run, filled: Path, options: tuple[str, ...], numbers: list[str]
) -> None:
    features = run("features", filled, "农房", *options, "--json").json["features"]
    assert [f["properties"]["house_no"] for f in features] == numbers


def test_features_of_a_household_are_its_own_people_and_not_those_of_the_next_id(
    run: Run, empty_project: Path
) -> None:
    first, second = new_ids(2)
    with (
        open_project(empty_project, user=USER, password=PASSWORD) as session,
        session.transaction("edit", "两户") as change,
    ):
        village = {"village_code": [VILLAGE] * 2}
        change.insert("household", [first, second], {**village, "householder": ["甄一一", "贾二二"]})
        people = {**village, "name": ["甄一一", "贾二二"], "household": [first, second]}
        change.insert("resident", new_ids(2), people)
    for household, name in ((first, "甄一一"), (second, "贾二二")):
        told = run("features", empty_project, "resident", "--where", f"household={household}", "--json").json
        assert [f["properties"]["name"] for f in told["features"]] == [name]


@pytest.mark.parametrize(
    "arguments",
    [
        ("农房", "--village", "没有村"),
        ("没有表",),
        ("house", "--where", "没有=1"),
        ("house", "--where", "层数"),
        ("house", "--where", "层数=三"),
    ],
    ids=str,
)
def test_features_refuses_what_it_does_not_know(run: Run, filled: Path, arguments: tuple[str, ...]) -> None:
    assert_refused(run("features", filled, *arguments))


def test_features_say_where_nothing_was_found(run: Run, filled: Path) -> None:
    told = run("features", filled, "house", "--where", "层数=9", "--json")
    assert (told.code, told.json, told.err) == (0, {"features": []}, "没有符合条件的记录\n")


# ── render ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_render_writes_a_picture_and_times_it(run: Run, sample_project: Path, tmp_path: Path) -> None:
    options = ("--theme", "household", "--size", "320x200", "--repeat", "2", "--json")
    told = run("render", sample_project, tmp_path / "图" / "a.png", *options)
    assert (told.code, told.err) == (0, "")
    assert set(told.json) == {"ms", "features", "labels"}
    assert len(told.json["ms"]) == 2
    assert told.json["features"] > 0
    assert (tmp_path / "图" / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "options",
    [
        ("--theme", "没有图"),
        ("--theme", "household", "--size", "0x10"),
        ("--theme", "household", "--size", "大"),
        ("--theme", "household", "--size", "999999x9"),
        ("--theme", "household", "--bbox", "1,2,3"),
        ("--theme", "household", "--bbox", "9,9,1,1"),
        ("--theme", "household", "--bbox", "nan,nan,nan,nan"),
        ("--theme", "household", "--bbox", "inf,0,1,1"),
        ("--theme", "household", "--bbox", "-inf,-inf,inf,inf"),
        ("--theme", "household", "--village", "没有村"),
        ("--theme", "household", "--repeat", "0"),
        (),
    ],
    ids=str,
)
def test_render_refuses_what_it_cannot_draw(
    run: Run, sample_project_once: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    assert_refused(run("render", sample_project_once, tmp_path / "a.png", *options))
    assert list(tmp_path.iterdir()) == []


def test_render_lays_base_maps_under_the_map(
    run: Run, sample_project_once: Path, samples: Path, tmp_path: Path
) -> None:
    options = ("--theme", "household", "--size", "300x200")
    bare, shaded = tmp_path / "a.png", tmp_path / "b.png"
    assert run("render", sample_project_once, bare, *options).code == 0
    told = run("render", sample_project_once, shaded, *options, "--basemap", samples / "高程.tif")
    assert told.code == 0
    assert "底图" not in told.err
    assert bare.read_bytes() != shaded.read_bytes()


def test_render_shows_the_base_maps_of_the_project(
    run: Run, sample_project: Path, samples: Path, tmp_path: Path
) -> None:
    options = ("--theme", "household", "--size", "300x200")
    bare, shaded = tmp_path / "a.png", tmp_path / "b.png"
    assert run("render", sample_project, bare, *options).code == 0
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        keep(session, [BaseMap(Kind.HILLSHADE, samples / "高程.tif", "高程")])
    assert run("render", sample_project, shaded, *options).code == 0
    assert bare.read_bytes() != shaded.read_bytes()


def test_render_says_why_a_base_map_is_not_on_the_map(
    run: Run, sample_project: Path, samples: Path, tmp_path: Path
) -> None:
    elsewhere = ("--bbox", "520000,3200000,521000,3201000", "--basemap", samples / "高程.tif")
    told = run("render", sample_project, tmp_path / "a.png", "--theme", "household", *elsewhere)
    assert told.code == 0
    assert "底图“高程·晕渲”没有画" in told.err


def test_render_refuses_a_base_map_that_is_none(run: Run, sample_project: Path, tmp_path: Path) -> None:
    (tmp_path / "坏.tif").write_bytes(b"hello")
    out = tmp_path / "a.png"
    told = run("render", sample_project, out, "--theme", "household", "--basemap", tmp_path / "坏.tif")
    assert_refused(told, "坏.tif")
    assert not out.exists()


def test_render_says_which_size_is_too_large(run: Run, sample_project_once: Path, tmp_path: Path) -> None:
    options = ("--theme", "household", "--size", "20001x9")
    assert_refused(run("render", sample_project_once, tmp_path / "a.png", *options), "太大", "20000")


def test_a_map_is_named_by_its_title_too(run: Run, sample_project: Path, tmp_path: Path) -> None:
    theme = catalog().layers["disaster"].title
    drawn = run("render", sample_project, tmp_path / "a.png", "--theme", theme, "--size", "80x60")
    assert drawn.code == 0
    assert (tmp_path / "a.png").exists()


def test_render_of_an_empty_project_says_that_there_is_nothing(
    run: Run, empty_project: Path, tmp_path: Path
) -> None:
    assert_refused(run("render", empty_project, tmp_path / "a.png", "--theme", "household"), "还没有图形")


# ── Accounts and passwords ───────────────────────────────────────────────────────────────────────────────────

COMMANDS = [
    ("info",),
    ("check",),
    ("import", "."),
    ("features", "house"),
    ("render", "a.png", "--theme", "household"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c[0])
def test_a_wrong_password_is_refused_everywhere(
    run: Run, empty_project: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("MINGQING_PASSWORD", "不对")
    assert_refused(run(command[0], empty_project, *command[1:]), "密码不对")


def test_the_account_is_an_option_or_the_environment(
    run: Run, empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGQING_USER", "别人")
    assert run("info", empty_project, "--user", USER).code == 0
    assert_refused(run("info", empty_project), "密码不对")
    monkeypatch.delenv("MINGQING_USER")
    assert_refused(run("info", empty_project), "--user")


def test_without_a_password_and_a_terminal_the_variable_is_named(
    run: Run, empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MINGQING_PASSWORD")
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        assert_refused(run("info", empty_project), "MINGQING_PASSWORD")


def test_no_command_takes_a_password_as_an_argument(run: Run, empty_project: Path) -> None:
    for command in ("new", *(c[0] for c in COMMANDS)):
        for option in ("--password", "--pass", "-p"):
            assert run(command, empty_project, option, PASSWORD).code == 2
        assert "--password" not in run(command, "--help").out


# ── Projects that are none ───────────────────────────────────────────────────────────────────────────────────


def plain_sqlite(folder: Path) -> None:
    (folder / "map.db").unlink()
    with sqlite3.connect(folder / "map.db") as database:
        database.execute("CREATE TABLE house(id INTEGER)")
    database.close()


BREAKAGES = {
    "gone": shutil.rmtree,
    "without its map": lambda p: (p / "map.db").unlink(),
    "without its keys": lambda p: (p / "keyring.json").unlink(),
    "with an empty map": lambda p: (p / "map.db").write_bytes(b""),
    "with a map cut off": lambda p: (p / "map.db").write_bytes((p / "map.db").read_bytes()[:9000]),
    "with noise for a map": lambda p: (p / "map.db").write_bytes(os.urandom(50_000)),
    "with plain SQLite for a map": plain_sqlite,
    "with noise for keys": lambda p: (p / "keyring.json").write_bytes(bytes(range(256))),
    "that is a file": lambda p: (shutil.rmtree(p), p.write_bytes(b"x")),
}


@pytest.mark.parametrize("breakage", BREAKAGES.values(), ids=BREAKAGES)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c[0])
def test_a_project_that_is_broken_is_refused_by_every_command(
    run: Run, empty_project: Path, command: tuple[str, ...], breakage: object
) -> None:
    assert callable(breakage)
    breakage(empty_project)
    assert_refused(run(command[0], empty_project, *command[1:]))


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("info",), ("import",), ("render",), ("--nonsense",), ("new",)], ids=str
)
def test_a_command_that_is_wrongly_written_is_one_sentence(run: Run, arguments: tuple[str, ...]) -> None:
    assert_refused(run(*arguments), "--help")


def test_help_is_for_everybody(run: Run) -> None:
    told = run("--help")
    assert told.code == 0
    for command in ("new", "open", "info", "check", "import", "features", "render", "demo"):
        assert command in told.out


def paths_of(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, each in getattr(command, "commands", {}).items():
        yield from paths_of(each, (*path, name))


@pytest.mark.parametrize("path", [*paths_of(commands_of(app))], ids=" ".join)
def test_help_speaks_chinese(run: Run, path: tuple[str, ...]) -> None:
    told = run(*path, "--help").out
    assert all(word in told for word in ("用法：", "选项", "显示这段说明"))
    words = ("Usage", "Options", "Arguments", "Commands", "OPTIONS", "ARGS", "required", "default", "env var")
    assert [word for word in (*words, "Show", "<", "bool", "str") if re.search(rf"{word}\b", told)] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show",), "后面要写这些命令之一：new、open、"),
        (("user",), "user 后面要写这些命令之一：add、list、"),
        (("person",), "person 后面要写这些命令之一：find、"),
        (("user", "ad"), "user 后面要写这些命令之一：add、"),
        (("info",), "少写了 PROJECT"),
        (("new", "a"), "少写了 --name"),
        (("info", "a", "--jsn"), "没有 --jsn 这个选项"),
        (("info", "a", "--user"), "--user 后面少写或多写了值"),
        (("info", "a", "--json=1"), "--json 后面少写或多写了值"),
        (("audit", "list", "a", "--limit", "0"), "--limit 的值不对"),
        (("person", "show", "a", "甲"), "ID 的值不对"),
        (("info", "a", "b"), "多写了内容"),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_command_is_said_in_chinese(
    run: Run, arguments: tuple[str, ...], words: str
) -> None:
    told = run(*arguments)
    assert_refused(told, words)
    assert re.search("such|Missing|Invalid|extra|require", told.err) is None


def test_ctrl_c_ends_any_command_with_one_word(
    run: Run, empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_session: object) -> list[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr(project, "check_project", stopped)
    told = run("check", empty_project)
    assert (told.code, told.out, told.err) == (2, "", "已取消\n")


# ── demo ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_demo_builds_the_project_and_six_maps(run: Run, tmp_path: Path) -> None:
    told = run("demo", "--out", tmp_path / "演示", "--no-window")
    assert told.code == 0
    pictures = sorted(p.name[:1] for p in (tmp_path / "演示").glob("*.png"))
    assert pictures == ["1", "2", "3", "4", "5", "6"]
    assert all(str(p) in told.out for p in (tmp_path / "演示").glob("*.png"))
    assert run("check", tmp_path / "演示" / "三村.mingqing").code == 0
    assert run("demo", "--out", tmp_path / "演示", "--no-window").code == 0


def test_render_says_what_text_could_not_be_drawn(
    run: Run, sample_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingqing.render.fonts.notice", lambda _texts: "电脑上没有中文字体")
    done = run("render", sample_project, tmp_path / "map.png", "--theme", "household")
    assert done.code == 0
    assert "电脑上没有中文字体" in done.err
