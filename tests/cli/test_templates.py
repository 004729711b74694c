"""`template` as docs/commands.md has it."""

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Run, RunAs, assert_refused


def test_a_township_copies_a_template_changes_it_and_is_told_of_a_mistake(
    run: Run, empty_project: Path
) -> None:
    made = run("template", "copy", empty_project, "household")
    file = empty_project / "print" / "household.toml"
    assert (made.code, made.out) == (0, f"{file}\n")
    assert run("template", "check", file).out.startswith("household.toml 没有错")
    lines = file.read_text(encoding="utf-8").split("\n")
    lines.insert(3, "figures = 3")
    file.write_text("\n".join(lines), encoding="utf-8")
    assert_refused(run("template", "check", file), "household.toml 第 4")
    found = run("template", "list", empty_project, "--json")
    assert found.code == 1
    listed = {each["name"]: each for each in found.json["templates"]}
    assert listed["household"]["own"]
    assert listed["household"]["covers"]
    assert "第" in listed["household"]["mistake"]
    assert [name for name, each in listed.items() if each["mistake"]] == ["household"]
    assert listed["roll"] | {"own": False} == listed["roll"]


def test_the_list_needs_no_password_and_ends_well_where_all_are_sound(run: Run, empty_project: Path) -> None:
    found = run("template", "list", empty_project)
    assert (found.code, found.err) == (0, "")
    assert "各张专题图共用" in found.out
    assert "转移人员清单" in found.out


def test_a_file_that_an_editor_called_otherwise_is_told_of(run: Run, empty_project: Path) -> None:
    folder = empty_project / "print"
    folder.mkdir()
    (folder / "household.toml.txt").write_text("", encoding="utf-8")
    (folder / ".household.toml.swp").write_text("", encoding="utf-8")
    found = run("template", "list", empty_project, "--json")
    assert found.code == 1
    [stray] = [each for each in found.json["templates"] if each["mistake"]]
    assert stray["name"] == "household.toml.txt"
    assert "以 .toml 结尾" in stray["mistake"]


def test_a_copy_is_in_the_log_and_is_never_written_over(run: Run, empty_project: Path) -> None:
    run("template", "copy", empty_project, "card")
    file = empty_project / "print" / "card.toml"
    file.write_text("# 我们的", encoding="utf-8")
    assert_refused(run("template", "copy", empty_project, "card"), "项目里已经有 print/card.toml")
    assert file.read_text(encoding="utf-8") == "# 我们的"
    [entry] = run("audit", "list", empty_project, "--act", "template", "--json").json["entries"]
    assert (entry["title"], entry["target"], entry["outcome"]) == ("打印模板", "card", "done")


@pytest.mark.parametrize("name", ["../card", "no", "card.toml", ""])
def test_what_there_is_not_is_not_copied(run: Run, empty_project: Path, name: str) -> None:
    assert_refused(run("template", "copy", empty_project, name), "可以复制的有")
    assert not (empty_project / "print").exists()


def test_who_edits_nothing_copies_nothing_and_the_log_has_it(
    run: Run, run_as: RunAs, empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGQING_NEW_PASSWORD", "Zhu7ying-lin4")
    run("user", "add", empty_project, "甄看看", "--role", "viewer", "--villages", "331124204202")
    refused = run_as("甄看看", "template", "copy", empty_project, "card")
    assert (refused.code, refused.out) == (2, "")
    assert "不能修改数据" in refused.err
    assert not (empty_project / "print").exists()
    [entry] = run("audit", "list", empty_project, "--act", "template", "--json").json["entries"]
    assert (entry["account"], entry["outcome"]) == ("甄看看", "refused")


@pytest.mark.parametrize("name", ["x.txt", "a b\n.toml", "..toml"])
def test_a_file_of_no_templates_name_is_refused(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("", encoding="utf-8")
    assert_refused(run("template", "check", tmp_path / name), "不能做模板的名字")


def test_a_file_that_is_not_there_is_refused(run: Run, tmp_path: Path) -> None:
    assert_refused(run("template", "check", tmp_path / "household.toml"), "没有这个文件")


def test_what_is_no_file_is_refused_and_not_waited_for(run: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "household.toml"
    os.mkfifo(pipe)
    assert_refused(run("template", "check", pipe), "household.toml 不是文件")
    pipe.unlink()
    pipe.mkdir()
    assert_refused(run("template", "check", pipe), "household.toml 不是文件")
