"""What holds for every command: passwords, broken projects, help, and one sentence where it is refused."""

import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mingqing.cli import project
from mingqing.cli.app import app
from mingqing.cli.usage import commands_of
from mingqing.core.sample import PASSWORD, USER
from tests.cli.conftest import Run, assert_refused

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
