"""`import` as CLI.md has it: exit codes, its report, what the user says of files, rows of others."""

import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from mingqing.core.sample import PASSWORD, USER
from mingqing.store.accounts import add_account
from mingqing.store.project import open_project
from tests.cli.conftest import OTHERS, Run, assert_one_sentence, assert_refused
from tests.files import NEIGHBOUR, VILLAGE, box, write_csv, write_shp, write_village, write_xlsx
from tests.inside import query


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
