"""A clerk's day, by mouse and keys alone: what is stored afterwards, what is on screen, and what it took."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shapely
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from docs.clerk import XY, Clerk, Effort
from docs.evacuating import HERE, KIND, PLAN, keep, plan_kind, print_list, see_first_without_way, see_village
from docs.exporting import hand_to_county, make_page
from docs.journeys import (
    ALONE,
    HOUSEHOLDER,
    INITIALS,
    NAME,
    NUMBER,
    PHONE,
    SHIFT,
    VILLAGE,
    WALLS,
    correct_phone,
    draw_house,
    find,
    house_of,
    list_living_alone,
    move_house,
    plot_near,
    split_plot,
)
from mingqing.core.sample import PASSWORD, USER
from mingqing.desktop.pick_list import PickList
from mingqing.desktop.window import MainWindow
from mingqing.store.project import open_project
from mingqing.store.session import Session

CLICKS = Path(__file__).resolve().parents[2] / "docs" / "clicks.md"


class Flashes(QObject):
    """Whatever is shown as a window of its own and is no main window, menu, dialog or list to pick from."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        shown = event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow()
        if shown and not isinstance(watched, MainWindow | QMenu | QDialog | PickList):
            self.seen.append(f"{type(watched).__name__} {watched.objectName()} {watched.accessibleName()}")
        return False


@pytest.fixture(autouse=True)
def nothing_flashes(qapp: QApplication) -> Iterator[None]:
    """A widget that is shown before it has a parent is for a moment a window, and takes the keyboard away."""
    flashes = Flashes()
    qapp.installEventFilter(flashes)
    yield
    qapp.removeEventFilter(flashes)
    assert flashes.seen == []


@pytest.fixture
def clerk(window: MainWindow, sample_project: Path) -> Clerk:
    """Somebody with the sample villages on screen."""
    window.open_now(sample_project, USER, PASSWORD)
    made = Clerk(window)
    made.wait(lambda: window.session is not None and window.explorer.finder.keeper.index is not None)
    return made


@pytest.fixture
def afresh(sample_project: Path, clerk: Clerk) -> Iterator[Callable[[], Session]]:
    """What another session reads."""
    opened: list[Session] = []

    def read() -> Session:
        opened.append(open_project(sample_project, user=USER, password=PASSWORD))
        return opened[-1]

    yield read
    for each in opened:
        each.close()


@pytest.fixture
def home(clerk: Clerk) -> XY:
    """Where somebody lives, in the middle of the screen."""
    find(clerk, INITIALS)
    clerk.press("Esc")
    assert clerk.window.session is not None
    return house_of(clerk.window.session, NAME)[1]


def shape(session: Session, table: str, row: int) -> shapely.Geometry:
    return session.features(table, where={"id": row}).geometry[0]


def off(place: XY, by: XY) -> XY:
    return place[0] + by[0], place[1] + by[1]


def told(task: str) -> tuple[int, int, int]:
    """Clicks, keys and characters of a task, as docs/clicks.md has them for this program."""
    line = re.search(
        rf"^\| {re.escape(task)} \| (\d+) \+ (\d+) \| (\d+) \|", CLICKS.read_text(encoding="utf-8"), re.M
    )
    assert line is not None, task
    return int(line[1]), int(line[2]), int(line[3])


def as_told(task: str, effort: Effort) -> bool:
    return told(task) == (effort.clicks, effort.keys, effort.typed)


def test_somebody_is_found_the_phone_corrected_the_house_moved_undone_and_the_history_seen(
    clerk: Clerk, afresh: Callable[[], Session]
) -> None:
    with clerk.counted() as effort:
        correct_phone(clerk, INITIALS, PHONE)
    assert as_told("Find a household and correct its phone", effort)
    assert clerk.sees("已保存")
    clerk.press("Esc")
    assert clerk.sees(NAME, clerk.window.explorer.card)
    assert clerk.sees("000 1357 2468", clerk.window.explorer.card)
    assert afresh().rows("resident", ["phone"], where={"name": NAME, "phone": PHONE})

    house, home = house_of(afresh(), NAME)
    before = shape(afresh(), "house", house)
    with clerk.counted() as effort:
        move_house(clerk, home, off(home, SHIFT))
    assert as_told("Move a house", effort)
    moved = shape(afresh(), "house", house)
    assert moved.equals_exact(shapely.transform(before, lambda xy: xy + SHIFT), 0.5)
    assert "移动农房" in clerk.window.actions_["undo"].toolTip()

    clerk.press("Ctrl+Z")
    assert shape(afresh(), "house", house).equals(before)
    clerk.press("F8")
    panel = clerk.window.explorer.history
    assert clerk.sees("手机号", panel)
    assert not clerk.sees("移动农房", panel)
    clerk.click("连同所在的户、房屋和相关登记一起看")
    assert clerk.sees("移动农房", panel)
    assert afresh().rows("resident", ["phone"], where={"name": NAME, "phone": PHONE})


def test_a_house_is_drawn_with_who_lives_in_it(clerk: Clerk, home: XY, afresh: Callable[[], Session]) -> None:
    walls = tuple(off(home, by) for by in WALLS)
    with clerk.counted() as effort:
        draw_house(clerk, walls, NUMBER, HOUSEHOLDER)
    assert as_told("Draw a new house and its household", effort)
    session = afresh()
    ((house, village),) = session.rows("house", ["id", "village_code"], where={"house_no": NUMBER})
    assert shape(session, "house", int(str(house))).area == pytest.approx(120, rel=0.05)
    ((lives_in, of_village),) = session.rows(
        "household", ["house", "village_code"], where={"householder": HOUSEHOLDER}
    )
    assert (lives_in, of_village) == (house, village)
    clerk.press("Esc", "Esc")
    clerk.click_map(off(home, (-44.0, -31.0)))
    assert clerk.sees(HOUSEHOLDER, clerk.window.explorer.card)
    clerk.press("Ctrl+Z", "Ctrl+Z", "Ctrl+Z")
    assert not afresh().rows("house", ["id"], where={"house_no": NUMBER})


def test_a_plot_is_split_and_is_whole_again_after_one_undo(
    clerk: Clerk, home: XY, afresh: Callable[[], Session]
) -> None:
    row, inside, cut = plot_near(afresh(), home)
    before, count = shape(afresh(), "plot", row), len(afresh().rows("plot", ["id"]))
    with clerk.counted() as effort:
        split_plot(clerk, inside, cut)
    assert as_told("Split a plot in two", effort)
    session = afresh()
    around = session.features("plot", bounds=before.bounds)
    pieces = [p for p in around.geometry if p.intersection(before).area > 1]
    assert len(session.rows("plot", ["id"])) == count + 1
    assert sum(p.intersection(before).area for p in pieces) == pytest.approx(before.area)
    assert shape(session, "plot", row).area < before.area
    assert "切开产业地块" in clerk.window.actions_["undo"].toolTip()
    clerk.press("Ctrl+Z")
    assert shape(afresh(), "plot", row).equals(before)
    assert len(afresh().rows("plot", ["id"])) == count


def test_everybody_who_lives_alone_in_a_village_is_listed(
    clerk: Clerk, afresh: Callable[[], Session]
) -> None:
    with clerk.counted() as effort:
        list_living_alone(clerk, VILLAGE)
    assert as_told("List everybody living alone in a village", effort)
    session = afresh()
    code = next(v.code for v in session.villages() if v.name == VILLAGE)
    wanted = session.rows("key_person", ["name"], where={"category": ALONE}, village=code)
    results = clerk.window.explorer.finder.list
    assert results.isVisible()
    assert sorted(hit.title for hit in results.hits) == sorted(str(name) for (name,) in wanted)
    assert results.hits


def test_red_warning_from_the_tick_to_a_list_on_paper(
    clerk: Clerk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, afresh: Callable[[], Session]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    see_village(clerk, HERE)
    with clerk.counted() as effort:
        plan_kind(clerk, KIND)
        see_first_without_way(clerk)
        assert clerk.sees("解除危险后")
        keep(clerk, PLAN)
        print_list(clerk)
    assert as_told("Red warning: who must leave, kept and printed", effort)
    session = afresh()
    ((number, people),) = session.rows("evacuation_plan", ["id", "people"], where={"name": PLAN})
    leaving = session.rows("evacuee", ["people", "shelter"], where={"plan": number})
    assert sum(int(str(n)) for n, _ in leaving) == people
    assert any(shelter is None for _, shelter in leaving)
    (printed,) = tmp_path.glob(f"转移人员清单_{VILLAGE}_*.pdf")
    assert printed.read_bytes().startswith(b"%PDF")
    assert clerk.sees(printed.name)


def test_a_village_is_handed_to_the_county_and_to_a_phone(
    clerk: Clerk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    see_village(clerk, HERE)
    with clerk.counted() as effort:
        hand_to_county(clerk)
    assert as_told("All of a village as shapefiles for the county's GIS", effort)
    assert clerk.sees("导出好了")
    (folder,) = (path for path in tmp_path.rglob(f"{VILLAGE}-*") if path.is_dir())
    assert {"house.shp", "household.dbf", "校验清单.txt"} <= {path.name for path in folder.iterdir()}
    clerk.click("返回地图")
    with clerk.counted() as effort:
        make_page(clerk)
    assert as_told("The maps of a village as a page for a phone", effort)
    (page,) = tmp_path.rglob(f"{VILLAGE}-*.html")
    assert "小竹溪村" in page.read_text(encoding="utf-8")


def test_what_is_said_of_halves_is_what_the_numbers_are() -> None:
    for line in CLICKS.read_text(encoding="utf-8").splitlines():
        row = re.match(r"\| .+ \| (\d+) \+ (\d+) \| \d+ \| (\d+) \+ (\d+) \| \d+ \| (\d+) % \|", line)
        if row is not None:
            clicks, keys, their_clicks, their_keys, share = map(int, row.groups())
            assert share == round(100 * (clicks + keys) / (their_clicks + their_keys)), line
