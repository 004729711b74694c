"""`user`, `role`, `rekey`: accounts as docs/commands.md has them."""

import shutil
import sys
from pathlib import Path

import pytest

from mingqing.access.roles import roles
from mingqing.cli import common
from mingqing.core.sample import USER
from mingqing.store import roles as definitions
from tests.cli.conftest import OTHERS, Run, RunAs, Terminal, assert_refused
from tests.files import NEIGHBOUR, VILLAGE, write_village

ANOTHER = "Cha8shan+lu2"


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


def listed(run: Run, project: Path) -> dict[str, dict[str, object]]:
    return {a["name"]: a for a in run("user", "list", project, "--json").json["accounts"]}


# ── user ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_added_account_opens_the_project_and_is_told_to_change_its_password(
    run: Run, run_as: RunAs, empty_project: Path
) -> None:
    added = run("user", "add", empty_project, "查阅甲", "--role", "viewer")
    assert (added.code, added.out) == (0, "已添加账号 查阅甲：查阅；全部村\n")
    told = run_as("查阅甲", "info", empty_project, "--json")
    assert told.code == 0
    assert "请改成只有您自己知道的" in told.err
    assert told.err.count("\n") == 1


def test_the_list_says_who_holds_what(run: Run, run_as: RunAs, two_villages: Path) -> None:
    options = ("--role", "village_editor,planner", "--villages", f"{VILLAGE}，大竹溪村")
    assert run("user", "add", two_villages, "村编", *options).code == 0
    found = listed(run, two_villages)
    assert list(found) == sorted([USER, "村编"])
    assert set(found["村编"]) == {
        "name", "roles", "villages", "disabled", "must_change", "password_changed_on", "password_days_left",
    }  # fmt: skip
    assert found["村编"]["roles"] == ["planner", "village_editor"]
    assert found["村编"]["villages"] == [VILLAGE, NEIGHBOUR]
    assert (found["村编"]["must_change"], found[USER]["must_change"]) == (True, False)
    printed = run("user", "list", two_villages).out
    assert "小竹溪村、大竹溪村" in printed
    assert "待改初始密码" in printed
    assert list(listed(lambda *a: run_as("村编", *a), two_villages)) == ["村编"]


@pytest.mark.parametrize(
    ("villages", "codes"),
    [
        (("331124201",), [VILLAGE, NEIGHBOUR]),
        (("大竹溪村",), [NEIGHBOUR]),
        ((f"{VILLAGE},{NEIGHBOUR}",), [VILLAGE, NEIGHBOUR]),
        (("全部",), None),
        (("331124999001",), ["331124999001"]),
    ],
    ids=str,
)
def test_villages_are_named_by_code_name_or_township(
    run: Run, two_villages: Path, villages: tuple[str, ...], codes: list[str] | None
) -> None:
    added = run("user", "add", two_villages, "查阅甲", "--role", "查阅", "--villages", *villages)
    assert added.code == 0
    assert listed(run, two_villages)["查阅甲"]["villages"] == codes
    assert ("还没有" in added.err) == (codes == ["331124999001"])


def test_a_list_of_codes_that_the_project_has_not_is_of_another(run: Run, two_villages: Path) -> None:
    held = ("--role", "viewer", "--villages")
    codes = [f"3311249990{n:02}" for n in range(21)]
    assert_refused(run("user", "add", two_villages, "甲", *held, ",".join(codes)), "21 个", codes[0])
    some = run("user", "add", two_villages, "甲", *held, ",".join(codes[:20]))
    assert (some.code, some.err.count("注意：")) == (0, 20)


def test_a_role_is_named_by_the_beginning_of_one_title(run: Run, two_villages: Path) -> None:
    added = run("user", "add", two_villages, "甲", "--role", "村级编辑", "--villages", VILLAGE)
    assert added.code == 0
    assert listed(run, two_villages)["甲"]["roles"] == ["village_editor"]
    assert_refused(run("user", "add", two_villages, "乙", "--role", "员"), "没有“员”这个角色")


def test_a_name_of_several_villages_is_not_guessed_at(run: Run, two_villages: Path, tmp_path: Path) -> None:
    write_village(tmp_path / "三", "331124202215", "大竹溪村", column=500)
    assert run("import", two_villages, tmp_path / "三").code == 0
    options = ("--role", "viewer", "--villages", "大竹溪村")
    told = run("user", "add", two_villages, "查阅甲", *options)
    assert_refused(told, "不止一个", NEIGHBOUR, "331124202215")


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--role", "没有角色"), "county_editor（县级编辑）"),
        (("--role", "village_editor"), "管辖的村"),
        (("--role", "viewer", "--villages", "没有村"), "村代码"),
        (("--role", "viewer", "--villages", "331124999"), "村代码"),
        (("--role", "viewer", "--villages", ""), "全部"),
        (("--role", "auditor", "--role", "security_admin"), "不能由同一个账号兼任"),
        (("--role", ""), "至少要有一个角色"),
        ((), "--help"),
    ],
    ids=str,
)
def test_an_account_that_makes_no_sense_is_not_added(
    run: Run, two_villages: Path, options: tuple[str, ...], word: str
) -> None:
    assert_refused(run("user", "add", two_villages, "甲", *options), word)
    assert list(listed(run, two_villages)) == [USER]


def test_a_weak_or_missing_new_password_adds_nobody(
    run: Run, empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGQING_NEW_PASSWORD", "12345678")
    assert_refused(run("user", "add", empty_project, "甲", "--role", "viewer"), "至少要 10 个字符")
    monkeypatch.delenv("MINGQING_NEW_PASSWORD")
    assert_refused(run("user", "add", empty_project, "甲", "--role", "viewer"), "MINGQING_NEW_PASSWORD")
    assert list(listed(run, empty_project)) == [USER]


def test_a_disabled_account_is_shut_out_until_it_is_enabled(
    run: Run, run_as: RunAs, empty_project: Path
) -> None:
    run("user", "add", empty_project, "查阅甲", "--role", "viewer")
    assert run("user", "disable", empty_project, "查阅甲").code == 0
    assert run_as("查阅甲", "info", empty_project).code == 2
    assert listed(run, empty_project)["查阅甲"]["disabled"] is True
    assert run("user", "enable", empty_project, "查阅甲").code == 0
    assert run_as("查阅甲", "info", empty_project).code == 0
    assert_refused(run("user", "enable", empty_project, "查阅甲"), "没有停用")


def test_the_last_security_administrator_stays(run: Run, empty_project: Path) -> None:
    assert_refused(run("user", "disable", empty_project, USER), "最后一个安全管理员")
    assert_refused(run("role", "grant", empty_project, USER, "--role", "viewer"), "最后一个安全管理员")


def test_everybody_changes_the_own_password(
    run: Run, run_as: RunAs, empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("user", "add", empty_project, "查阅甲", "--role", "viewer")
    monkeypatch.setenv("MINGQING_NEW_PASSWORD", ANOTHER)
    assert run_as("查阅甲", "user", "password", empty_project).out == "账号 查阅甲 的密码已改\n"
    assert run_as("查阅甲", "info", empty_project).code == 2
    after = run_as("查阅甲", "info", empty_project, password=ANOTHER)
    assert (after.code, "输错过 1 次" in after.err, "代设" in after.err) == (0, True, False)
    same = run_as("查阅甲", "user", "password", empty_project, "查阅甲", password=ANOTHER)
    assert (same.code, "不能和现在的密码相同" in same.err) == (2, True)


def test_a_security_administrator_resets_a_password(
    run: Run, run_as: RunAs, empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("user", "add", empty_project, "查阅甲", "--role", "viewer")
    monkeypatch.setenv("MINGQING_NEW_PASSWORD", ANOTHER)
    assert run("user", "password", empty_project, "查阅甲").code == 0
    assert "请改成只有您自己知道的" in run_as("查阅甲", "info", empty_project, password=ANOTHER).err


def test_a_recovery_key_opens_once(
    run: Run, run_as: RunAs, empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run("user", "recovery-key", empty_project)
    assert (made.code, made.out.count("\n")) == (0, 1)
    assert "保险柜" in made.err
    monkeypatch.setenv("MINGQING_RECOVERY_KEY", made.out.strip().lower())
    monkeypatch.setenv("MINGQING_NEW_PASSWORD", ANOTHER)
    assert run("user", "recover", empty_project, USER).code == 0
    assert run_as(USER, "info", empty_project, password=ANOTHER).code == 0
    assert_refused(run("user", "recover", empty_project, USER), "恢复密钥不对，或已经作废")


@pytest.mark.parametrize(
    "command",
    [
        ("user", "add", "乙", "--role", "viewer"),
        ("user", "disable", USER),
        ("user", "enable", USER),
        ("user", "password", USER),
        ("user", "recovery-key"),
        ("role", "grant", "查阅甲", "--role", "county_editor"),
        ("role", "separate"),
        ("role", "adopt"),
        ("rekey",),
    ],
    ids=" ".join,
)
def test_whoever_does_not_manage_accounts_is_refused_and_asked_for_nothing(
    run: Run,
    run_as: RunAs,
    empty_project: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    run("user", "add", empty_project, "查阅甲", "--role", "viewer")
    monkeypatch.delenv("MINGQING_NEW_PASSWORD")
    before = listed(run, empty_project)
    group = 1 if command[0] == "rekey" else 2
    told = run_as("查阅甲", *command[:group], empty_project, *command[group:])
    assert (told.code, told.out) == (2, "")
    assert "安全管理员" in told.err.splitlines()[-1]
    assert listed(run, empty_project) == before


# ── The first login ──────────────────────────────────────────────────────────────────────────────────────────


def test_on_a_terminal_a_password_that_somebody_else_set_is_replaced_first(
    run: Run, run_as: RunAs, empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("user", "add", empty_project, "查阅甲", "--role", "viewer")
    monkeypatch.delenv("MINGQING_NEW_PASSWORD")
    with monkeypatch.context() as patch:
        person = Terminal("弱", "弱", ANOTHER, "写错", ANOTHER, ANOTHER)
        patch.setattr(sys, "stdin", person)
        patch.setattr(common.getpass, "getpass", person.asked)
        for word in ("至少要 10 个字符", "不一样"):
            refused = run_as("查阅甲", "info", empty_project, "--json")
            assert (refused.code, refused.out) == (2, "")
            assert word in refused.err
        assert run_as("查阅甲", "info", empty_project, "--json").code == 0
        assert person.typed == []
    assert run_as("查阅甲", "info", empty_project, "--json", password=ANOTHER).code == 0


def test_a_terminal_that_is_closed_while_asking_is_one_word(
    run: Run, run_as: RunAs, empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("user", "add", empty_project, "查阅甲", "--role", "viewer")
    monkeypatch.delenv("MINGQING_NEW_PASSWORD")

    def closed(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(common.getpass, "getpass", closed)
    told = run_as("查阅甲", "info", empty_project)
    assert (told.code, told.out, told.err.splitlines()[-1]) == (2, "", "已取消")


# ── role ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_roles_are_listed_with_and_without_a_project(run: Run, empty_project: Path) -> None:
    told = run("role", "list", "--json").json["roles"]
    assert [r["code"] for r in told] == list(roles())
    assert run("role", "list", empty_project, "--json").json["roles"] == told
    viewer = next(r for r in told if r["code"] == "viewer")
    assert set(viewer) == {
        "code", "title", "purpose", "duty", "bound_to_villages", "footer_required", "tables", "fields",
    }  # fmt: skip
    assert viewer["tables"]["resident"] == ["print", "see"]
    assert "key_person" not in viewer["tables"]
    assert viewer["fields"]["resident"]["name"] == "masked"
    assert viewer["fields"]["resident"]["id_number"] == "absent"
    printed = run("role", "list").out
    for role in roles().values():
        assert f"{role.code}  {role.title}：{role.purpose}" in printed


def test_granting_keeps_the_villages_unless_others_are_named(run: Run, two_villages: Path) -> None:
    run("user", "add", two_villages, "村编", "--role", "village_editor", "--villages", VILLAGE)
    granted = run("role", "grant", two_villages, "村编", "--role", "查阅")
    assert granted.out == "村编：查阅；小竹溪村\n"
    assert listed(run, two_villages)["村编"]["villages"] == [VILLAGE]
    assert run("role", "grant", two_villages, "村编", "--role", "viewer", "--villages", "全部").code == 0
    found = listed(run, two_villages)["村编"]
    assert (found["roles"], found["villages"]) == (["viewer"], None)
    assert_refused(run("role", "grant", two_villages, "没有", "--role", "viewer"), "没有账号")


def test_separating_the_duties_says_who_holds_what_and_who_is_missing(run: Run, empty_project: Path) -> None:
    told = run("role", "separate", empty_project, "--json")
    assert told.code == 0
    assert told.json == {
        "accounts": {USER: ["security_admin"]},
        "changed": [USER],
        "vacant": ["upkeep", "audit"],
    }
    for words in ("还没有系统管理员", "还没有审计员", "没有账号能编辑"):
        assert words in told.err
    assert_refused(run("role", "separate", empty_project), "已经启用")
    both = ("--role", "auditor,viewer")
    assert_refused(run("user", "add", empty_project, "审计", *both), "不能兼任")


@pytest.fixture
def of_two_minds(run: Run, two_villages: Path) -> Path:
    """A project in which the auditor edits a village, besides the account that does everything."""
    held = ("--role", "auditor,village_editor", "--villages", "大竹溪村")
    assert run("user", "add", two_villages, "乙", *held).code == 0
    assert run("user", "add", two_villages, "甲", "--role", "村级编辑", "--villages", "小竹溪村").code == 0
    return two_villages


def test_separating_the_duties_says_what_was_taken_from_whom(run: Run, of_two_minds: Path) -> None:
    told = run("role", "separate", of_two_minds)
    lines = {name: next(x for x in told.out.splitlines() if f"│ {name} " in x) for name in (USER, "甲", "乙")}
    assert "不再担任县级编辑" in lines[USER]
    assert "不再担任村级编辑" in lines["乙"]
    assert "不再担任" not in lines["甲"]
    assert "还没有系统管理员" in told.err
    assert "没有账号能编辑这些村的数据：大竹溪村\n" in told.err


def test_on_a_terminal_separating_the_duties_asks_first(
    run: Run, of_two_minds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = listed(run, of_two_minds)
    for answer in ("\n", "n\n", "错\n", ""):
        monkeypatch.setattr(sys, "stdin", Terminal(answer))
        told = run("role", "separate", of_two_minds)
        assert (told.code, told.out) == (2, "")
        for words in (
            "“乙”不再担任村级编辑",
            "还没有系统管理员",
            "：大竹溪村\n",
            "输入“是”或 y 继续",
            "已取消",
        ):
            assert words in told.err
    assert listed(run, of_two_minds) == before
    monkeypatch.setattr(sys, "stdin", Terminal("是\n"))
    assert run("role", "separate", of_two_minds).code == 0
    assert listed(run, of_two_minds)["乙"]["roles"] == ["auditor"]


def test_separating_the_duties_with_yes_asks_nothing(
    run: Run, of_two_minds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    assert run("role", "separate", of_two_minds, "--yes").code == 0


def test_definitions_that_are_the_same_are_not_adopted(run: Run, empty_project: Path) -> None:
    assert_refused(run("role", "adopt", empty_project), "已经和本软件自带的一样")


def test_other_definitions_are_told_with_the_command_that_adopts_them(
    run: Run, empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = definitions.own_text()
    monkeypatch.setattr(definitions, "own_text", lambda: own + "\n# newer")
    assert "mingqing role adopt" in run("info", empty_project).err


# ── rekey ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_data_key_leaves_passwords_as_they_were_and_old_keyrings_void(
    run: Run, run_as: RunAs, empty_project: Path, tmp_path: Path
) -> None:
    run("user", "add", empty_project, "查阅甲", "--role", "viewer")
    shutil.copy2(empty_project / "keyring.json", tmp_path / "旧")
    assert run("rekey", empty_project).code == 0
    assert run("check", empty_project).code == 0
    assert run_as("查阅甲", "info", empty_project).code == 0
    shutil.copy2(tmp_path / "旧", empty_project / "keyring.json")
    assert run_as("查阅甲", "info", empty_project).code == 2
