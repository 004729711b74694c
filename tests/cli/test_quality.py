"""`mingqing quality`: what is wrong with the rows, in the terminal and as a file."""

import json
from pathlib import Path

import openpyxl
import pytest

from mingqing.core.sample import PASSWORD, USER
from mingqing.store.accounts import add_account
from mingqing.store.log import entries
from mingqing.store.project import open_project
from tests.cli.conftest import OTHERS, Run, RunAs, assert_refused


@pytest.fixture
def spoilt(sample_project: Path) -> tuple[Path, int]:
    """The sample villages with a shelter that has lost its name, and the shelter's id."""
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        ((row,), *_) = session.rows("shelter", ["id"])
        with session.transaction("edit", "试") as change:
            change.update("shelter", [row], {"name": [None]})
        add_account(session, "查阅员", ["viewer"], None, OTHERS)
    return sample_project, int(row)


def test_what_is_wrong_is_counted_and_an_error_is_told_by_the_exit(
    run: Run, spoilt: tuple[Path, int]
) -> None:
    project, _ = spoilt
    done = run("quality", project)
    assert done.code == 1
    assert "避灾点" in done.out
    assert "必填未填" in done.out
    with open_project(project, user=USER, password=PASSWORD) as session:
        assert (entries(session)[1].act, entries(session)[1].target) == ("query", "质量检查")


def test_json_lists_every_finding(run: Run, spoilt: tuple[Path, int]) -> None:
    project, row = spoilt
    done = run("quality", project, "--tables", "避灾点,house", "--json")
    assert (done.code, done.json["errors"], list(done.json["checked"])) == (1, 1, ["house", "shelter"])
    assert [f["id"] for f in done.json["findings"] if f["level"] == "error"] == [row]


def test_a_village_without_errors_is_done(run: Run, spoilt: tuple[Path, int]) -> None:
    project, row = spoilt
    with open_project(project, user=USER, password=PASSWORD) as session:
        spoilt_village = session.rows("shelter", ["village_code"], where={"id": row})[0][0]
        other = next(v for v in session.villages() if v.code != spoilt_village)
    assert run("quality", project, "--tables", "shelter", "--villages", other.name).code == 0
    assert "没有发现问题" in run("quality", project, "--tables", "grid").out
    assert_refused(run("quality", project, "--villages", "没有的村"), "没有的村")


@pytest.mark.parametrize("form", ["xlsx", "csv", "json"])
def test_the_list_becomes_a_file_and_the_log_says_so(
    run: Run, spoilt: tuple[Path, int], tmp_path: Path, form: str
) -> None:
    project, row = spoilt
    out = tmp_path / f"质量.{form}"
    done = run("quality", project, "--report", out, "--json")
    assert (done.code, done.json["errors"]) == (1, 1)
    if form == "xlsx":
        sheet = openpyxl.load_workbook(out)["问题清单"]
        assert [r[7] for r in sheet.iter_rows(values_only=True) if r[0] == "错误"] == [str(row)]
    elif form == "json":
        assert json.loads(out.read_text(encoding="utf-8")) == done.json
    else:
        assert str(row) in out.read_text(encoding="utf-8-sig")
    with open_project(project, user=USER, password=PASSWORD) as session:
        told = entries(session, acts=["export"])[0]
        assert (told.target, told.rows) == ("质量检查", len(done.json["findings"]))


def test_a_file_that_is_none_of_ours_or_in_the_project_is_refused(
    run: Run, spoilt: tuple[Path, int], tmp_path: Path
) -> None:
    project, _ = spoilt
    assert_refused(run("quality", project, "--report", tmp_path / "质量.doc"), ".xlsx")
    assert_refused(run("quality", project, "--report", project / "质量.csv"), "项目文件夹")


def test_who_may_not_export_gets_no_file_and_who_sees_nothing_of_a_table_no_answer(
    run_as: RunAs, spoilt: tuple[Path, int], tmp_path: Path
) -> None:
    project, _ = spoilt
    assert run_as("查阅员", "quality", project, "--tables", "shelter").code == 1
    for options, why in (
        (("--tables", "visit"), "“走访记录”不在您的角色（查阅）可以查看的范围内"),
        (("--report", tmp_path / "质量.csv"), "您的角色（查阅）不能导出"),
    ):
        told = run_as("查阅员", "quality", project, *options)
        assert (told.code, told.out) == (2, "")
        assert why in told.err
    assert not (tmp_path / "质量.csv").exists()
