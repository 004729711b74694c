"""A project's folder with templates of its own in it."""

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder as a project's, with an empty `print/`."""
    folder = tmp_path / "竹源.mingqing"
    (folder / "print").mkdir(parents=True)
    return folder


@pytest.fixture
def write(project: Path) -> Write:
    """Write a template into the project and return its file."""

    def written(text: str, name: str = "household") -> Path:
        file = project / "print" / f"{name}.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return written
