"""`package` as docs/commands.md has it; what is in the project it makes is for tests/store/test_package.py."""

from pathlib import Path

import pytest

from mingqing.store.project import open_project
from tests.cli.conftest import OTHERS, Run, RunAs, assert_refused
from tests.files import NEIGHBOUR, VILLAGE, write_village


@pytest.fixture(autouse=True)
def given_new_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGQING_NEW_PASSWORD", OTHERS)


@pytest.fixture
def two_villages(run: Run, empty_project: Path, tmp_path: Path) -> Path:
    """A project with two neighbouring villages."""
    write_village(tmp_path / "资料" / "一")
    write_village(tmp_path / "资料" / "二", NEIGHBOUR, "大竹溪村", column=200)
    assert run("import", empty_project, tmp_path / "资料").code == 0
    return empty_project


def test_a_package_opens_with_the_new_password_and_has_one_village(
    run: Run, run_as: RunAs, two_villages: Path, tmp_path: Path
) -> None:
    made = run("package", two_villages, tmp_path / "包", "--role", "village_editor", "--villages", VILLAGE)
    assert (made.code, made.err) == (0, "")
    assert made.out == f"{tmp_path / '包.mingqing'}\n账号：村级编辑·网格员；首次登录要改密码\n"
    told = run_as("村级编辑·网格员", "info", tmp_path / "包.mingqing", "--json").json
    assert told["villages"] == 1
    assert run("info", two_villages, "--json").json["villages"] == 2


def test_role_and_village_may_be_given_by_name_and_the_account_another(
    run: Run, run_as: RunAs, two_villages: Path, tmp_path: Path
) -> None:
    options = ("--role", "查阅", "--villages", "大竹溪村", "--account", "来人", "--json")
    made = run("package", two_villages, tmp_path / "包", *options).json
    assert made == {
        "project": str(tmp_path / "包.mingqing"),
        "account": "来人",
        "role": "viewer",
        "villages": [NEIGHBOUR],
    }
    assert run_as("来人", "info", made["project"], "--json").json["villages"] == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--role", "viewer,planner", "--villages", VILLAGE), "只给一个角色"),
        (("--role", "boss", "--villages", VILLAGE), "没有“boss”这个角色"),
        (("--role", "viewer", "--villages", "全部"), "请指定工作包包含哪些村"),
        (("--role", "viewer", "--villages", "无此村"), "无此村"),
        (("--role", "viewer"), "--villages"),
    ],
)
def test_what_cannot_be_packed_is_refused_and_nothing_written(
    run: Run, two_villages: Path, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    assert_refused(run("package", two_villages, tmp_path / "包", *options), said)
    assert [p.name for p in tmp_path.glob("*包*")] == []


def test_a_weak_password_is_refused(
    run: Run, two_villages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGQING_NEW_PASSWORD", "12345678")
    made = run("package", two_villages, tmp_path / "包", "--role", "viewer", "--villages", VILLAGE)
    assert_refused(made, "密码")


def test_a_password_that_nobody_gives_is_made_up_and_said_once(
    run: Run, two_villages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MINGQING_NEW_PASSWORD")
    options = ("--role", "viewer", "--villages", VILLAGE, "--account", "来人")
    made = run("package", two_villages, tmp_path / "包", *options, "--json").json
    with open_project(tmp_path / "包.mingqing", user="来人", password=made["password"]) as session:
        assert session.login.account.must_change
    told = run("package", two_villages, tmp_path / "又一包", *options).out
    assert "密码：" in told
    assert made["password"] not in told
