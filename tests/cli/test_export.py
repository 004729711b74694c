"""`mingqing export`, as a script of the county's office runs it."""

import csv
import os
import signal
import sys
from pathlib import Path

import pytest

from mingqing.cli.common import ended_in_order
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.accounts import add_account
from mingqing.store.conditions import OneOf
from mingqing.store.conditions.kept import Asked, keep
from mingqing.store.project import open_project
from tests.cli.conftest import OTHERS, Run, RunAs, assert_refused

VILLAGE = "小竹溪村"


def lines(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_tables_and_villages_by_name_and_what_was_made_as_json(
    run: Run, sample_project: Path, tmp_path: Path
) -> None:
    done = run(
        "export", sample_project, tmp_path / "出", "--format", "shp", "--tables", "农房,hazard",
        "--villages", VILLAGE, "--crs", "EPSG:4528", "--encoding", "gbk", "--json",
    )  # fmt: skip
    assert done.code == 0
    assert set(done.json["layers"]) == {"house", "hazard"}
    assert done.json["rows"] == sum(done.json["layers"].values())
    assert {Path(f).name for f in done.json["files"]} >= {
        "house.shp",
        "house.cpg",
        "数据字典.xlsx",
        "校验清单.txt",
    }
    assert (tmp_path / "出" / "house.cpg").read_text() == "936"
    assert done.json["quality"]["errors"] == 0


def test_conditions_narrow_their_table_and_the_others_are_told_of(
    run: Run, sample_project: Path, tmp_path: Path
) -> None:
    out = tmp_path / "砖混.csv"
    done = run(
        "export", sample_project, out, "--format", "csv", "--tables", "house", "--where", "structure=砖混"
    )
    assert {row["房屋结构"] for row in lines(out)} == {"砖混"}
    assert done.code == 0
    two = run(
        "export", sample_project, tmp_path / "两张", "--format", "csv", "--tables", "house,hazard",
        "--where", "house.structure=砖混",
    )  # fmt: skip
    assert "条件只管“农房”" in two.err
    assert len(lines(tmp_path / "两张" / "house.csv")) == len(lines(out))
    assert_refused(
        run("export", sample_project, tmp_path / "三", "--format", "csv", "--where", "structure=砖混"),
        "表.字段",
    )


def test_a_saved_condition_is_asked_for_by_its_name(run: Run, sample_project: Path, tmp_path: Path) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        keep(session, "危房", Asked("house", OneOf("dangerous", frozenset({1}))))
    out = tmp_path / "危房.csv"
    assert run("export", sample_project, out, "--format", "csv", "--saved", "危房").code == 0
    assert {row["危房"] for row in lines(out)} == {"是"}
    assert_refused(
        run("export", sample_project, out, "--format", "csv", "--saved", "没有的"), "没有的", "危房"
    )


def test_an_error_stops_an_export_that_asks_for_it(run: Run, sample_project: Path, tmp_path: Path) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        row = session.rows("shelter", ["id"])[0][0]
        with session.transaction("edit", "试") as change:
            change.update("shelter", [row], {"name": [None]})
    out = tmp_path / "避灾点.csv"
    given = ["export", sample_project, out, "--format", "csv", "--tables", "shelter"]
    assert_refused(run(*given, "--check", "stop"), "1 处错误")
    assert not out.exists()
    told = run(*given)
    assert "1 处错误" in told.err
    assert told.code == 0
    assert "错误" not in run(*given, "--check", "skip").err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--format", "dwg"], ["dwg", "shp"]),
        (["--format", "shp", "--encoding", "latin1"], ["latin1"]),
        (["--format", "shp", "--crs", "北京54"], ["北京54"]),
        (["--format", "shp", "--crs", "99999"], ["99999"]),
        (["--format", "geojson", "--crs", "4549"], ["经纬度"]),
        (["--format", "shp", "--tables", ""], ["--tables"]),
        (["--format", "shp", "--tables", "没有"], ["没有"]),
        (["--format", "shp", "--villages", ""], ["--villages"]),
        (["--format", "shp", "--villages", "没有的村"], ["没有的村"]),
        (["--format", "shp", "--profile", "没有"], ["没有", "plain"]),
        (["--format", "shp", "--check", "maybe"], ["maybe", "stop"]),
        (["--format", "csv", "--tables", "house", "--where", "没有=1"], ["没有"]),
    ],
)
def test_what_makes_no_sense_is_one_sentence_and_nothing_is_written(
    run: Run, sample_project: Path, tmp_path: Path, options: list[str], words: list[str]
) -> None:
    assert_refused(run("export", sample_project, tmp_path / "出", *options), *words)
    assert [p.name for p in tmp_path.iterdir() if p.suffix != ".mingqing"] == []


def test_who_may_not_hand_on_is_refused(run_as: RunAs, sample_project: Path, tmp_path: Path) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        add_account(session, "查阅员", ["viewer"], None, OTHERS)
    done = run_as("查阅员", "export", sample_project, tmp_path / "出", "--format", "shp")
    assert (done.code, done.out) == (2, "")
    assert "您的角色（查阅）不能导出" in done.err
    assert not (tmp_path / "出").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGTERM")
def test_the_end_of_a_session_tidies_up_as_ctrl_c_does() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), ended_in_order():
        os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before
