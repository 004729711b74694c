"""`audit`: the log of what the commands did, for whom it is, what is in it, and how it is proved."""

import csv
import hashlib
import io
import json
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from mingqing.catalog.model import Field, FieldType, Privacy
from mingqing.catalog.values import Value
from mingqing.cli.data import _described
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.connection import connect
from mingqing.store.project import open_project
from tests.cli.conftest import OTHERS, Run, RunAs, assert_refused
from tests.files import write_shp, write_village


@pytest.fixture(autouse=True)
def given_new_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGQING_NEW_PASSWORD", OTHERS)


@pytest.fixture
def houses(run: Run, empty_project: Path, tmp_path: Path) -> Path:
    """A project with a village and two houses."""
    write_village(tmp_path / "资料")
    write_shp(tmp_path / "资料" / "农房.shp", {"房屋编号": ["001", "002"], "层数": [2, 3]})
    assert run("import", empty_project, tmp_path / "资料").code == 0
    return empty_project


def log(run: Run, project: Path, *options: str) -> list[dict[str, object]]:
    return list(run("audit", "list", project, "--json", *options).json["entries"])


def alter(project: Path, sql: str) -> None:
    """Write into the file past the program, its triggers taken away first."""
    with open_project(project, user=USER, password=PASSWORD) as session:
        key = session.login.key
    with closing(connect(project / "map.db", key, read_only=False)) as database:
        database.execute("DROP TRIGGER mq_audit_unchanged; DROP TRIGGER mq_audit_kept")
        database.execute(sql)


# ── What is in it ────────────────────────────────────────────────────────────────────────────────────────────


def test_every_command_leaves_its_entry(run: Run, houses: Path, tmp_path: Path) -> None:
    run("features", houses, "house", "--where", "层数=3")
    options = ("--theme", "household", "--size", "200x200", "--repeat", "2", "--json")
    drawn = run("render", houses, tmp_path / "a.png", *options)
    run("check", houses)
    (tmp_path / "U盘").mkdir()
    backup = run("backup", houses, tmp_path / "U盘", "--json").json
    found = [e for e in log(run, houses)[::-1] if e["act"] != "login"]
    assert [(e["act"], e["target"], e["rows"]) for e in found[-5:]] == [
        ("import", "行政村、农房", 3),
        ("query", "农房", 1),
        ("render", "村情民情图", drawn.json["features"]),
        ("check", "", 0),
        ("backup", Path(backup["file"]).name, None),
    ]
    assert {e["account"] for e in found} == {USER}
    assert {e["outcome"] for e in found} == {"done"}
    assert set(found[0]) == {
        "seq", "at", "account", "act", "title", "target", "rows", "outcome", "detail", "proof",
    }  # fmt: skip


def test_conditions_are_logged_with_values_of_open_fields_alone(run: Run, houses: Path) -> None:
    run("features", houses, "house", "--where", "层数=3", "--where", "house_no=001")
    run("features", houses, "resident", "--where", "姓名=甄一一", "--where", "phone=13800000000")
    (people, homes) = log(run, houses, "--act", "query")
    assert homes["detail"] == "层数=3，房屋编号=001"
    assert people["detail"] == "姓名，手机号"


def test_definitions_that_call_a_field_open_do_not_open_it_in_the_log(houses: Path) -> None:
    with open_project(houses, user=USER, password=PASSWORD) as session:
        policy, table = session.policy, session.catalog.tables["resident"]
    opened = [
        replace(f, type=FieldType.TEXT, mask=None, privacy=Privacy.OPEN) if f.name == "id_number" else f
        for f in table.fields
    ]
    edited = replace(table, fields=(*opened, Field("alias", "别名", FieldType.TEXT, privacy=Privacy.OPEN)))
    asked: dict[str, Value] = {"id_number": "331124", "alias": "甄", "village_code": "331124204202"}
    assert _described(edited, asked, policy) == "身份证号，别名，村代码=331124204202"


def test_what_was_refused_is_in_it_too(run: Run, run_as: RunAs, houses: Path, tmp_path: Path) -> None:
    run("user", "add", houses, "查阅甲", "--role", "viewer")
    run_as("查阅甲", "features", houses, "key_person")
    run_as("查阅甲", "import", houses, tmp_path)
    run_as("查阅甲", "render", houses, tmp_path / "a.png", "--theme", "assistance")
    found = log(run, houses, "--account", "查阅甲")
    refused = [(e["act"], e["target"]) for e in found[::-1] if e["outcome"] == "refused"]
    assert refused == [("query", "重点人员"), ("import", ""), ("render", "结对帮扶图")]


# ── list ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_list_of_nothing_says_so(run: Run, houses: Path) -> None:
    told = run("audit", "list", houses, "--account", "没有")
    assert (told.code, told.err) == (0, "没有符合条件的日志\n")


def test_the_newest_come_first_and_no_more_than_asked_for(run: Run, houses: Path) -> None:
    told = run("audit", "list", houses, "--limit", "3", "--json")
    numbers = [e["seq"] for e in told.json["entries"]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 3
    assert "只列出最近 3 条" in told.err
    assert "登录" in run("audit", "list", houses).out


@pytest.mark.parametrize("act", ["import", "导入", "import,export", "export、导入"])
def test_acts_are_chosen_by_code_or_title(run: Run, houses: Path, act: str) -> None:
    assert {e["act"] for e in log(run, houses, "--act", act)} == {"import"}


def test_days_and_times_are_both_included(run: Run, houses: Path) -> None:
    at = str(log(run, houses, "--act", "import")[0]["at"])[:19]
    for since, until in ((at[:10], at[:10]), (at, at), (at.replace("T", " "), at)):
        assert log(run, houses, "--act", "import", "--since", since, "--until", until)
    assert log(run, houses, "--since", "2099-01-01") == []
    assert log(run, houses, "--until", "1999-12-31") == []


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--act", "没有"), "export（导出）"),
        (("--since", "昨天"), "--since"),
        (("--until", "2026-13-01"), "--until"),
        (("--limit", "0"), "--help"),
    ],
    ids=str,
)
def test_filters_that_make_no_sense_are_refused(
    run: Run, empty_project: Path, options: tuple[str, ...], word: str
) -> None:
    assert_refused(run("audit", "list", empty_project, *options), word)


def test_the_log_is_for_the_auditor(run: Run, run_as: RunAs, empty_project: Path, tmp_path: Path) -> None:
    for name, role in (("查阅甲", "viewer"), ("审计", "auditor")):
        run("user", "add", empty_project, name, "--role", role)
    commands = (("list",), ("export", tmp_path / "日志.csv"))
    for name, *more in commands:
        refused = run_as("查阅甲", "audit", name, empty_project, *more)
        assert (refused.code, refused.out) == (2, "")
        assert refused.err.endswith("操作日志只有审计员可以查看\n")
    assert list(tmp_path.glob("*.csv")) == []
    run("role", "separate", empty_project)
    assert_refused(run("audit", "list", empty_project), "只有审计员")
    assert run_as("审计", "audit", "list", empty_project).code == 0


MOVED = """
    UPDATE mq_audit SET seq = CASE seq WHEN 4 THEN -5 ELSE -4 END WHERE seq IN (4, 5);
    UPDATE mq_audit SET seq = -seq WHERE seq < 0
"""


# ── verify ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_anybody_may_have_the_log_proved(run: Run, run_as: RunAs, houses: Path) -> None:
    run("user", "add", houses, "查阅甲", "--role", "viewer")
    told = run_as("查阅甲", "audit", "verify", houses, "--json")
    assert (told.code, told.json) == (0, {"sound": True, "problems": []})
    assert run("audit", "verify", houses).out == "日志完好\n"


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE mq_audit SET account = '别人' WHERE seq = 4", "第 4 条被改动"),
        ("DELETE FROM mq_audit WHERE seq = 4", "第 4 条被删除"),
        (MOVED, "第 4 条被改动或调换"),
    ],
    ids=["altered", "removed", "moved"],
)
def test_an_altered_log_ends_with_2_and_names_the_entry(run: Run, houses: Path, sql: str, words: str) -> None:
    alter(houses, sql)
    told = run("audit", "verify", houses, "--json")
    assert (told.code, told.json["sound"]) == (2, False)
    assert any(words in problem for problem in told.json["problems"])
    printed = run("audit", "verify", houses)
    assert (printed.code, words in printed.out) == (2, True)


# ── export ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_log_is_exported_whole_and_for_this_user_alone(run: Run, houses: Path, tmp_path: Path) -> None:
    listed = log(run, houses)
    for name in ("日志.csv", "日志.json"):
        told = run("audit", "export", houses, tmp_path / name)
        assert (told.code, told.out) == (0, f"{tmp_path / name}\n")
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    (entry, _) = log(run, houses, "--act", "read_log", "--limit", "2")
    content = (tmp_path / "日志.json").read_bytes()
    assert (entry["target"], entry["proof"]) == ("日志.json", hashlib.sha256(content).hexdigest())
    assert json.loads(content)["entries"][: len(listed)] == listed[::-1]
    rows = list(csv.reader(io.StringIO((tmp_path / "日志.csv").read_text("utf-8-sig"))))
    assert rows[0][:4] == ["序号", "时间", "账号", "操作"]
    assert [row[0] for row in rows[1 : len(listed) + 1]] == [str(e["seq"]) for e in listed[::-1]]


def test_no_cell_of_an_exported_log_is_a_formula(run: Run, empty_project: Path, tmp_path: Path) -> None:
    run("user", "add", empty_project, "=1+cmd|'/c calc'!A1", "--role", "viewer")
    assert run("audit", "export", empty_project, tmp_path / "日志.csv", "--act", "account").code == 0
    rows = list(csv.reader(io.StringIO((tmp_path / "日志.csv").read_text("utf-8-sig"))))
    assert rows[-1][4] == "'=1+cmd|'/c calc'!A1"
    assert not [cell for row in rows for cell in row if cell[:1] in {*"=+-@"}]


def test_an_export_that_cannot_be_written_is_refused(run: Run, empty_project: Path, tmp_path: Path) -> None:
    assert_refused(run("audit", "export", empty_project, tmp_path / "日志.xlsx"), ".csv")
    assert_refused(run("audit", "export", empty_project, tmp_path / "没有" / "日志.csv"), "存不到")
