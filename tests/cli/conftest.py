"""Running the command line inside this process, as a script would."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from mingqing.cli import main
from mingqing.core.sample import PASSWORD, USER


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on standard output."""
        return json.loads(self.out)


def assert_refused(outcome: Outcome, *words: str) -> None:
    """Exit 2, nothing on standard output, one Chinese sentence on standard error."""
    assert (outcome.code, outcome.out) == (2, "")
    assert_one_sentence(outcome.err)
    for word in words:
        assert word in outcome.err


def assert_one_sentence(err: str) -> None:
    assert err.count("\n") == 1
    assert any("一" <= ch <= "鿿" for ch in err)
    assert "Traceback" not in err
    assert "Error" not in err


class Run(Protocol):
    """Run `mingqing` with these arguments, as the account of the empty and the sample project."""

    def __call__(self, *arguments: str | Path) -> Outcome: ...


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Run:
    # Of a computer of its own, which has seen no other copy of the project.
    monkeypatch.setenv("MINGQING_SETTINGS", str(tmp_path_factory.mktemp("computer")))
    monkeypatch.setenv("MINGQING_USER", USER)
    monkeypatch.setenv("MINGQING_PASSWORD", PASSWORD)

    def call(*arguments: str | Path) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["mingqing", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capfd.readouterr()
        return Outcome(int(ended.value.code or 0), captured.out, captured.err)

    return call


OTHERS = "Zhu7ying-lin4"  # the password of every other account of these tests


class Terminal:
    """A person at a terminal, typing these one after the other."""

    def __init__(self, *typed: str) -> None:
        self.typed = list(typed)

    def isatty(self) -> bool:
        return True

    def asked(self, _prompt: str) -> str:
        return self.typed.pop(0)

    def readline(self) -> str:
        return self.typed.pop(0)


class RunAs(Protocol):
    """Run `mingqing` as somebody else, whose password is `OTHERS` unless another is given."""

    def __call__(self, user: str, *arguments: str | Path, password: str = OTHERS) -> Outcome: ...


@pytest.fixture
def run_as(run: Run, monkeypatch: pytest.MonkeyPatch) -> RunAs:
    def call(user: str, *arguments: str | Path, password: str = OTHERS) -> Outcome:
        with monkeypatch.context() as patch:
            patch.setenv("MINGQING_USER", user)
            patch.setenv("MINGQING_PASSWORD", password)
            return run(*arguments)

    return call
