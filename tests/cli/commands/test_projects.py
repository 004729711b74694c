"""Projects as CLI.md has them: made, told about, checked, shown to who tries the program."""

from pathlib import Path

import pytest

from mingqing.catalog.load import catalog
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.project import open_project
from tests.cli.conftest import Run, assert_refused
from tests.inside import alter

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


# ── demo ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_demo_builds_the_project_and_six_maps(run: Run, tmp_path: Path) -> None:
    told = run("demo", "--out", tmp_path / "演示", "--no-window")
    assert told.code == 0
    pictures = sorted(p.name[:1] for p in (tmp_path / "演示").glob("*.png"))
    assert pictures == ["1", "2", "3", "4", "5", "6"]
    assert all(str(p) in told.out for p in (tmp_path / "演示").glob("*.png"))
    assert run("check", tmp_path / "演示" / "三村.mingqing").code == 0
    assert run("demo", "--out", tmp_path / "演示", "--no-window").code == 0
