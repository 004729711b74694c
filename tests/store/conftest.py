"""Projects to break."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mingqing.access import keyring
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.project import open_project
from mingqing.store.session import Session


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that are set cost little to check; the others keep what their slots say."""
    monkeypatch.setattr(keyring, "_OPS", 1)
    monkeypatch.setattr(keyring, "_MEMORY", 8192)


@pytest.fixture
def second_session(empty_project_once: Path, tmp_path: Path) -> Iterator[Session]:
    """A session of another copy of the empty project, as on another laptop."""
    path = shutil.copytree(empty_project_once, tmp_path / "另一台.mingqing")
    with open_project(path, user=USER, password=PASSWORD) as opened:
        yield opened
