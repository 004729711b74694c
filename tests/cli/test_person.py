"""`person …` as docs/commands.md has it."""

import stat
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from mingqing.core.sample import PASSWORD, USER
from mingqing.store.project import open_project
from tests.cli.conftest import OTHERS, Run, RunAs, Terminal

WHY = ("--why", "本人申请")
UNTIL = (date.today() + timedelta(days=1000)).isoformat()  # noqa: DTZ011


@pytest.fixture
def villager(sample_project: Path) -> dict[str, str]:
    """Somebody of the samples with a name of their own."""
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        rows = session.rows("resident", ["id", "name", "id_number", "phone"])
        names = [row[1] for row in rows]
        found = next(row for row in rows if row[3] and names.count(row[1]) == 1)
    return dict(zip(("id", "name", "number", "phone"), map(str, found), strict=True))


def test_a_person_is_found_and_shown(
    run: Run, sample_project: Path, villager: dict[str, str], tmp_path: Path
) -> None:
    (found,) = run("person", "find", sample_project, villager["number"], "--json").json["people"]
    assert (str(found["id"]), found["name"]) == (villager["id"], villager["name"])
    assert "*" in found["id_number"]
    assert villager["name"] in run("person", "find", sample_project, villager["name"]).out
    page = tmp_path / "查阅.html"
    shown = run("person", "show", sample_project, villager["id"], "--out", page)
    assert (shown.code, shown.out.strip()) == (0, str(page))
    assert villager["number"] in page.read_text(encoding="utf-8")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    record = run("person", "show", sample_project, villager["id"], "--json").json
    assert record["rows"][0]["keep_until"]
    assert villager["number"] in run("person", "show", sample_project, villager["id"]).out


def test_a_page_that_cannot_be_written_is_one_sentence(
    run: Run, sample_project: Path, villager: dict[str, str], tmp_path: Path
) -> None:
    refused = run("person", "show", sample_project, villager["id"], "--out", tmp_path / "没有" / "查阅.html")
    assert (refused.code, refused.out) == (2, "")
    assert len(refused.err.strip().splitlines()) == 1


def test_a_field_is_corrected_by_its_title(run: Run, sample_project: Path, villager: dict[str, str]) -> None:
    done = run(
        "person", "correct", sample_project, villager["id"], "--set", "手机号=00013570002", *WHY, "--json"
    )
    assert done.json["changed"] == ["手机号"]
    assert villager["id"] in run("person", "find", sample_project, "00013570002").out
    again = run("person", "correct", sample_project, villager["id"], "--set", "phone=00013570002", *WHY)
    assert (again.code, again.out.strip()) == (0, "内容相同，没有改动")


@pytest.mark.parametrize(
    "arguments",
    [
        ("correct", "ID", "--set", "手机号", *WHY),
        ("correct", "ID", "--set", "没有这一项=1", *WHY),
        ("correct", "ID", "--set", "身份证号=1", *WHY),
        ("correct", "ID", "--set", "手机号=00013570002", "--why", ""),
        ("correct", "ID", "--set", "手机号=00013570002", "--table", "没有", *WHY),
        ("erase", "ID", *WHY),  # without --yes, where nobody can be asked
        ("erase", "1", "--yes", *WHY),
        ("erase", "ID", "--yes", "--why", "NAME申请"),
        ("show", "1"),
        ("find", " "),
        ("due", "--on", "明年"),
        ("keep", "ID", "--until", "2000-01-01", *WHY),
    ],
)
def test_what_will_not_do_is_one_sentence_and_changes_nothing(
    run: Run, sample_project: Path, villager: dict[str, str], arguments: tuple[str, ...]
) -> None:
    given = [a.replace("ID", villager["id"]).replace("NAME", villager["name"]) for a in arguments]
    refused = run("person", given[0], sample_project, *given[1:])
    assert (refused.code, refused.out) == (2, "")
    assert len(refused.err.strip().splitlines()) == 1
    assert "Traceback" not in refused.err
    assert run("person", "find", sample_project, villager["phone"]).out.count(villager["name"]) == 1


def test_erasing_asks_in_chinese_and_takes_anything_but_yes_for_no(
    run: Run, sample_project: Path, villager: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for answer in ("n\n", "maybe\n", "\n", ""):
        monkeypatch.setattr(sys, "stdin", Terminal(answer))
        told = run("person", "erase", sample_project, villager["id"], *WHY)
        assert (told.code, told.out) == (2, "")
        assert "确定吗？输入“是”或 y 继续" in told.err
        assert "[y/N]" not in told.err
        assert told.err.endswith("已取消，什么都没有改\n")
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    assert run("person", "erase", sample_project, villager["id"], *WHY).code == 0


def test_an_erased_person_is_found_no_more(run: Run, sample_project: Path, villager: dict[str, str]) -> None:
    done = run("person", "erase", sample_project, villager["id"], "--yes", *WHY)
    assert done.code == 0
    assert "已删除：人口 1 条" in done.out
    assert "保留下来的" in done.out
    assert run("person", "find", sample_project, villager["number"], "--json").json == {"people": []}
    assert run("check", sample_project, "--json").json == {"sound": True, "problems": []}


def test_who_does_not_see_people_whole_is_refused_rather_than_shown_an_empty_queue(
    run: Run, run_as: RunAs, sample_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGQING_NEW_PASSWORD", OTHERS)
    for role in ("viewer", "planner", "auditor"):
        assert run("user", "add", sample_project, role, "--role", role).code == 0
        for arguments in (("due",), ("due", "--json"), ("find", "甄一一")):
            told = run_as(role, "person", arguments[0], sample_project, *arguments[1:])
            assert (told.code, told.out) == (2, "")
            assert "编辑（县级、乡镇或村级）来办" in told.err


def test_that_nobody_was_found_is_said(run: Run, sample_project: Path) -> None:
    found = run("person", "find", sample_project, "甄一一")
    assert (found.code, found.out) == (0, "")
    assert "没有找到" in found.err
    assert "只在您管辖的村里找" in found.err


def test_rows_past_their_term_are_kept_or_erased(run: Run, sample_project: Path) -> None:
    queue = run("person", "due", sample_project, "--on", "2026-09-30", "--json").json["due"]
    work = [str(one["id"]) for one in queue if one["table"] == "employment"]
    assert run("person", "keep", sample_project, work[0], "--table", "从业", "--until", UNTIL, *WHY).code == 0
    erased = run(
        "person", "erase", sample_project, *work[1:], "--table", "employment", "--yes", *WHY, "--json"
    ).json
    assert erased["erased"][0]["deleted"] == {"从业": len(work) - 1}
    left = run("person", "due", sample_project, "--on", "2026-09-30", "--json").json["due"]
    assert [one for one in left if one["table"] == "employment"] == []
    assert len(left) == len(queue) - len(work)
    assert left[0]["village"] in run("person", "due", sample_project, "--json").out
