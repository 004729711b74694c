"""Pages of a sample village, and what is written in them."""

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mingqing.core.sample import PASSWORD, USER
from mingqing.export.asked import Asked, Format
from mingqing.export.page.write import write_page
from mingqing.store.project import open_project
from mingqing.store.session import Session

VILLAGE = "331124204202"
ASKED = Asked(Format.HTML, villages=(VILLAGE,))


def data_of(text: str) -> dict[str, Any]:
    """Return what the script of a page knows."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    known: dict[str, Any] = json.loads(found[1])
    return known


def values_of(known: object) -> Iterator[str]:
    """Yield every text and number within plain values."""
    if isinstance(known, dict):
        for key, value in known.items():
            yield key
            yield from values_of(value)
    elif isinstance(known, list):
        for value in known:
            yield from values_of(value)
    else:
        yield str(known)


def written_on(text: str) -> str:
    """Return everything that can be read out of a page's file: as it is, and as a browser reads it."""
    said = "\n".join(values_of({k: v for k, v in data_of(text).items() if k != "pictures"}))
    return "\n".join((text, html.unescape(text), said))


@pytest.fixture(scope="session")
def page_once(sample_project_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a village as its editor makes it, to be looked at only."""
    place = tmp_path_factory.mktemp("page") / "小竹溪村.html"
    with open_project(sample_project_once, user=USER, password=PASSWORD) as session:
        write_page(session, ASKED, place)
    return place


@pytest.fixture
def page_of(tmp_path: Path) -> Callable[..., str]:
    """Make a page and return its text."""

    def made(session: Session, **asked: Any) -> str:
        write_page(session, replace(ASKED, **asked), tmp_path / "page.html")
        return (tmp_path / "page.html").read_text(encoding="utf-8")

    return made
