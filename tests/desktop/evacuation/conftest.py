"""A village with a road, two shelters and two hazards, and the panel that plans in it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from mingqing.desktop.evacuation.panel import EvacuationPanel
from mingqing.desktop.window import MainWindow
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.desktop.conftest import EAST, NORTH, PASSWORD, USER
from tests.desktop.hands import Hands

HERE = "331124204202"
LANE = NORTH + 290
SLIDE, FLOOD = "北坡滑坡", "村口山洪"
SCHOOL, HALL = "学校避灾点", "礼堂避灾点"


def endanger(session: Session) -> None:
    """A lane passes below the six houses, from the school in the west to the hall in the east, a path forks off.

    A landslide lies over the first three houses, but not over the lane; a flood over the last one and the lane there.
    """
    x, y = EAST, NORTH
    lines = [
        shapely.LineString([(x + 100, LANE), (x + 700, LANE)]),
        shapely.LineString([(x + 400, LANE), (x + 400, y + 100)]),
    ]
    slide = shapely.box(x + 190, y + 295, x + 360, y + 400)
    flood = shapely.box(x + 495, y + 200, x + 560, y + 400)
    places = [shapely.Point(x + 110, LANE + 10), shapely.Point(x + 690, LANE + 10)]

    def add(table: str, shapes: list[shapely.Geometry], **columns: list[object]) -> None:
        count = len(shapes)
        blobs = encode(np.array(shapes, dtype=object), session.info.epsg)
        change.insert(table, new_ids(count), {"village_code": [HERE] * count, **columns}, blobs)

    with session.transaction("edit", "布置") as change:
        add("road", lines, name=["主巷", None], **{"class": ["村道", "步道"]})
        add(
            "hazard",
            [slide, flood],
            name=[SLIDE, FLOOD],
            kind=["滑坡", "山洪"],
            level=["小型", "中型"],
            warning=["红", "黄"],
        )
        add("shelter", places, name=[SCHOOL, HALL], capacity=[30, 9])


@pytest.fixture
def project(project: Path) -> Path:
    """The two villages, one of them in danger."""
    with open_project(project, user=USER, password=PASSWORD) as session:
        endanger(session)
    return project


@pytest.fixture
def panel(opened: MainWindow, settle: Callable[[], None]) -> EvacuationPanel:
    """The panel, about the village in danger, which is seen from near by."""
    opened.explorer.show_theme("disaster")
    opened.explorer.show_village(HERE)
    opened.actions_["evacuation"].trigger()
    settle()
    opened.explorer.canvas.see((EAST, NORTH, EAST + 800, NORTH + 500))
    settle()
    return opened.explorer.evacuation


@pytest.fixture
def hands(opened: MainWindow, qtbot: QtBot, settle: Callable[[], None]) -> Hands:
    return Hands(opened, qtbot, settle)


def texts(panel: EvacuationPanel) -> list[str]:
    shown = [w for kind in (QLabel, QPushButton) for w in panel.findChildren(kind) if w.isVisible()]
    return [w.text().strip() for w in shown]


def press(panel: EvacuationPanel, text: str) -> None:
    next(b for b in panel.findChildren(QPushButton) if b.isVisible() and text in b.text()).click()


def id_of(panel: EvacuationPanel, name: str) -> int:
    """Return the id of a hazard or a shelter."""
    ground = panel.planner.ground
    assert ground is not None
    for table in (ground.hazards, ground.shelters):
        if name in table.names:
            return int(table.ids[list(table.names).index(name)])
    raise AssertionError(name)


def choose(panel: EvacuationPanel, *names: str) -> None:
    """Let hazards be active."""
    panel.case.choose([id_of(panel, name) for name in names])
