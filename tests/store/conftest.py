"""Projects to break."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mingqing.core.sample import PASSWORD, USER
from mingqing.store.project import open_project
from mingqing.store.session import Session


@pytest.fixture
def second_session(empty_project_once: Path, tmp_path: Path) -> Iterator[Session]:
    """A session of another copy of the empty project, as on another laptop."""
    path = shutil.copytree(empty_project_once, tmp_path / "另一台.mingqing")
    with open_project(path, user=USER, password=PASSWORD) as opened:
        yield opened
