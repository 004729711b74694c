"""Running the command line inside this process, as a script would."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from mingqing.cli import main
from mingqing.cli.demo import PASSWORD, USER


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


class Run(Protocol):
    """Run `mingqing` with these arguments, as the account of the empty and the sample project."""

    def __call__(self, *arguments: str | Path) -> Outcome: ...


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
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
