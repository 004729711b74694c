"""A project's folder with a profile of its own in it."""

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "竹源乡.mingqing"
    folder.mkdir()
    return folder


@pytest.fixture
def write(project: Path) -> Write:
    """Write a profile of the project's own, and return its file."""

    def _write(text: str, name: str = "county") -> Path:
        file = project / "exchange" / f"{name}.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    return _write
