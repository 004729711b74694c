"""A project of three villages, a folder for its maps, and artists that are quick."""

from collections.abc import Callable, Iterator
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest
import shapely

from mingqing.printing.atlas import run as run_module
from mingqing.printing.atlas.order import Options, every
from mingqing.printing.atlas.run import Outcome, run
from mingqing.printing.atlas.worker import Studio
from mingqing.printing.wall.asked import Asked
from mingqing.store.edit import edit
from mingqing.store.session import Session

from . import fakes

VILLAGES = {"331124001001": "上村", "331124001002": "下村", "331124002001": "外村"}
THEMES = ("household", "industry")
EAST, NORTH = 430_000, 3_140_000
Atlas = Callable[..., Outcome]


def border(number: int) -> shapely.Polygon:
    return shapely.box(EAST + 3000 * number, NORTH, EAST + 3000 * number + 2000, NORTH + 2000)


@pytest.fixture
def villages(session: Session) -> Session:
    with edit(session, "新增村") as e:
        for n, (code, name) in enumerate(VILLAGES.items()):
            said = {"code": code, "village_code": code, "name": name, "township": f"乡{code[6:9]}"}
            e.add("village", said, border(n))
    return session


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "图"


@pytest.fixture
def wanted() -> list[Asked]:
    return every(Asked("", ""), THEMES, VILLAGES)


@pytest.fixture(autouse=True)
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "notes"
    made.mkdir()
    monkeypatch.setenv(fakes.NOTES, str(made))
    return made


@pytest.fixture(autouse=True)
def no_process_left_behind() -> Iterator[None]:
    yield
    assert active_children() == []


@pytest.fixture
def atlas(villages: Session, folder: Path, wanted: list[Asked], monkeypatch: pytest.MonkeyPatch) -> Atlas:
    """Make the maps wanted, drawn by an artist of `fakes`."""

    def made(studio: Studio = fakes.Quick, maps: list[Asked] | None = None, **how: Any) -> Outcome:
        monkeypatch.setattr(run_module, "STUDIO", studio)
        options = how.pop("options", Options(jobs=1))
        return run(villages, wanted if maps is None else maps, folder, options, **how)

    return made
