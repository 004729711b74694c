"""A window to drive offscreen, and a small village to put in it."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import shapely
from pyogrio.raw import write
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mingqing.desktop.application import make_window
from mingqing.desktop.settings import Settings
from mingqing.desktop.window import MainWindow
from mingqing.ingest.run import import_paths
from mingqing.store.project import create_project, open_project
from mingqing.store.session import Session

USER, PASSWORD = "甄一一", "Zhu7ying-lin4"
EAST, NORTH = 451_000.0, 3_149_000.0
VILLAGES = {"331124204202": "小竹溪村", "331124204203": "横岗村"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the offscreen platform say that it cannot raise windows."""
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


def write_shapes(
    path: Path, geometry: list[shapely.Geometry], kind: str, columns: dict[str, list[object]]
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write(
        str(path),
        shapely.to_wkb(np.array(geometry, dtype=object)),
        [np.array(values, dtype=object) for values in columns.values()],
        list(columns),
        geometry_type=kind,
        crs="EPSG:4549",
        driver="ESRI Shapefile",
        encoding="GBK",
    )


def write_villages(folder: Path) -> Path:
    """Write two villages, a folder each: a boundary, six houses with householders, a register of residents."""
    for order, (code, name) in enumerate(VILLAGES.items()):
        x, y = EAST + 2_000 * order, NORTH
        place = folder / name
        write_shapes(
            place / "村界.shp",
            [shapely.box(x, y, x + 1_500, y + 1_000)],
            "Polygon",
            {"村名": [name], "村代码": [code], "乡镇": ["竹源乡"]},
        )
        corners = [(x + 200 + 60 * i, y + 300) for i in range(6)]
        write_shapes(
            place / "农房.shp",
            [shapely.box(a, b, a + 30, b + 20) for a, b in corners],
            "Polygon",
            {
                "房屋编号": [f"{order}F{i}" for i in range(6)],
                "门牌号": [f"半岭{i}号" for i in range(6)],
                "结构": ["砖木", "砖混"] * 3,
                "危房": ["是", "否"] * 3,
                "户主": [f"甄{order}{i}" for i in range(6)],
                "人口数": [3] * 6,
                "联系电话": [f"0001234{order}00{i}" for i in range(6)],
                "民族": ["某"] * 6,
            },
        )
        register = ["房屋编号,姓名,身份证号,性别,与户主关系"]
        register += [f"{order}F{i},样{order}{i},,女,配偶" for i in range(6)]
        (place / "花名册.csv").write_text("\n".join(register), encoding="utf-8-sig")
    return folder


@pytest.fixture(scope="session")
def villages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder tree as two villages hand it over."""
    return write_villages(tmp_path_factory.mktemp("u盘"))


@pytest.fixture(scope="session")
def _master(villages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("项目") / "竹源乡.mingqing"
    with create_project(path, "竹源乡", user=USER, password=PASSWORD) as session:
        import_paths(session, [villages])
    return path


@pytest.fixture
def project(_master: Path, tmp_path: Path) -> Path:
    """A project with the two villages in it."""
    return Path(shutil.copytree(_master, tmp_path / _master.name))


@pytest.fixture
def session(project: Path) -> Iterator[Session]:
    with open_project(project, user=USER, password=PASSWORD) as opened:
        yield opened


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[MainWindow]:
    """The main window on its first page."""
    made = make_window(Settings(path=tmp_path / "window.json", appearance="light"))
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    yield made
    made.close()


@pytest.fixture
def settle(qtbot: QtBot, window: MainWindow) -> Callable[[], None]:
    """Wait until nothing is under way and the map on screen is drawn."""

    def wait() -> None:
        canvas = window.explorer.canvas
        qtbot.waitUntil(lambda: not window.jobs.busy() and canvas.at_rest, timeout=15_000)
        qtbot.wait(1)

    return wait


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow, project: Path, settle: Callable[[], None]) -> MainWindow:
    """The main window with the two villages on screen."""
    window.open_now(project, USER, PASSWORD)
    qtbot.waitUntil(lambda: window.session is not None, timeout=15_000)
    settle()
    return window
