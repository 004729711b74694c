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
from mingqing.desktop.hints import bubble
from mingqing.desktop.map import studio
from mingqing.desktop.settings import Settings
from mingqing.desktop.window import MainWindow
from mingqing.ingest.run import import_paths
from mingqing.store.accounts import add_account, set_password
from mingqing.store.ids import new_ids
from mingqing.store.project import create_project, open_project
from mingqing.store.session import Session

USER, PASSWORD = "甄一一", "Zhu7ying-lin4"
EAST, NORTH = 451_000.0, 3_149_000.0
VILLAGES = {"331124204202": "小竹溪村", "331124204203": "横岗村"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the offscreen platform say that it cannot raise windows."""
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


@pytest.fixture(autouse=True)
def no_drawing_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every map is drawn in the window's own process: another takes a second to start, for each test anew."""
    monkeypatch.setattr(studio, "_SLOW_S", 1e9)


@pytest.fixture(autouse=True)
def no_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told how to begin, in front of what a test clicks on."""
    monkeypatch.setattr(bubble, "_PAUSE_MS", 10**8)


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


# Somebody of each kind, by role; the village editors are bound to 横岗村.
STAFF = {
    "查阅员": ("viewer", None),
    "规划员": ("planner", None),
    "部门员": ("department", None),
    "村编员": ("village_editor", ["331124204203"]),
    "系统员": ("system_admin", None),
    "安全员": ("security_admin", None),
    "审计员甲": ("auditor", None),
}
INITIAL, OWN = "Xi3shan-mao5", "Lu8yan-qing6"
# What must not be seen by who sees masks: of a householder, a resident, a house, a helper, one to look after.
CANARIES = (
    *("秦金丝雀", "13900007531", "贺银丝雀", "331124195001010017", "1950-01-01"),
    *("铜雀巷九号", "卢铁丝雀", "冯石雀", "缺粮"),
)


def _plant(session: Session) -> None:
    """Put the canaries into the first house of 小竹溪村 and those who live there."""
    house = int(str(session.rows("house", ["id"], where={"house_no": "0F0"})[0][0]))
    household = int(str(session.rows("household", ["id"], where={"householder": "甄00"})[0][0]))
    resident = int(str(session.rows("resident", ["id"], where={"name": "样00"})[0][0]))
    name, phone, person, number, birth, address, helper, tended, need = CANARIES
    with session.transaction("edit", "放金丝雀") as change:
        change.update("house", [house], {"address": [address]})
        change.update("household", [household], {"householder": [name], "phone": [phone]})
        change.update(
            "resident",
            [resident],
            {"name": [person], "id_number": [number], "birth_date": [birth], "phone": [phone]},
        )
        village = {"village_code": ["331124204202"]}
        change.insert(
            "assistance",
            new_ids(1),
            {**village, "helper": [helper], "household": [household], "need": [need]},
        )
        change.insert(
            "key_person",
            new_ids(1),
            {**village, "name": [tended], "house": [house], "category": ["独居老人"], "need": [need]},
        )


@pytest.fixture(scope="session")
def _staffed_once(_master: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = Path(shutil.copytree(_master, tmp_path_factory.mktemp("人员") / _master.name))
    with open_project(path, user=USER, password=PASSWORD) as session:
        _plant(session)
        for name, (role, villages) in STAFF.items():
            add_account(session, name, [role], villages, INITIAL)
        add_account(session, "新来的", ["viewer"], None, INITIAL)
    for name in STAFF:
        with open_project(path, user=name, password=INITIAL) as session:
            set_password(session, name, OWN)
    return path


@pytest.fixture
def staffed(_staffed_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project with canaries in it, an account for each of STAFF, and one with an administrator's password."""
    # Every test has a copy of one project: as if each were on a computer of its own, which has not seen it before.
    monkeypatch.setenv("MINGQING_SETTINGS", str(tmp_path / "computer"))
    return Path(shutil.copytree(_staffed_once, tmp_path / _staffed_once.name))


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
    made.explorer.form.give_up()  # or it would ask
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


@pytest.fixture
def enter(
    qtbot: QtBot, window: MainWindow, staffed: Path, settle: Callable[[], None]
) -> Callable[[str], MainWindow]:
    """Log in as one of STAFF."""

    def log_in(name: str) -> MainWindow:
        window.close_project()
        window.open_now(staffed, name, OWN)
        qtbot.waitUntil(lambda: window.session is not None, timeout=15_000)
        settle()
        return window

    return log_in
