"""The five commonest tasks and four journeys, by mouse and keys alone: `python -m docs.journeys [FOLDER]`.

Under a real window (Xvfb, or a desk's own screen) it takes pictures for docs/screenshots/;
tests/desktop/test_journeys.py does the same offscreen, looks at what is stored, and counts: docs/clicks.md.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import shapely
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from docs import exporting, printing
from docs.clerk import XY, Clerk
from docs.evacuating import take_card, take_pictures
from mingqing.core.files import data_dir
from mingqing.core.sample import PASSWORD, USER
from mingqing.desktop.application import application, make_window
from mingqing.desktop.look.theme import Appearance
from mingqing.desktop.settings import Settings
from mingqing.desktop.window import MainWindow
from mingqing.ingest.run import import_paths
from mingqing.store.project import create_project
from mingqing.store.session import Session

SIZE, SHOWN = (1366, 768), 960
NAME, INITIALS, PHONE = "仿喜设", "fxs", "00013572468"  # somebody of the samples, in 横岗村
NUMBER, HOUSEHOLDER = "横岗99", "卫样新"
WALLS = ((-50.0, -36.0), (-38.0, -36.0), (-38.0, -26.0))  # of the new house, metres from the house of NAME
KEPT = {
    *("find", "moved", "history", "new-house", "split", "dark", "scenario", "result", "compare", "page"),
    *("choices", "handed", "check"),
}
SHIFT = (-8.0, -26.0)
ALONE, VILLAGE = "独居老人", "小竹溪村"


def house_of(session: Session, name: str) -> tuple[int, XY]:
    """Return the house where a householder lives, and where on the map one sees it, project CRS."""
    house = session.rows("household", ["house"], where={"householder": name})[0][0]
    at = session.features("house", where={"id": house}).geometry[0].representative_point()
    return int(str(house)), (at.x, at.y)


def plot_near(session: Session, place: XY) -> tuple[int, XY, tuple[XY, XY]]:
    """Return the widest plot of those around a place: its id, a place in it, where a cut begins and ends."""
    x, y = place
    around = shapely.box(x - 85, y - 65, x + 45, y + 60)
    found = session.features("plot", bounds=around.bounds)
    plots = (p for p in zip(found.ids.tolist(), found.geometry, strict=True) if around.contains(p[1]))
    row, shape = max(plots, key=lambda plot: plot[1].area)
    _, low, _, high = shape.bounds
    at = shape.representative_point()
    return row, (at.x + 3, at.y), ((at.x, high + 4), (at.x, low - 4))


# ── The five commonest tasks ─────────────────────────────────────────────────────────────────────────────────


def find(clerk: Clerk, initials: str, then: str = "Return") -> None:
    """Go where somebody lives, or to the form by Ctrl+Return."""
    clerk.press("Ctrl+K")
    clerk.type(initials)
    clerk.seen("find")
    clerk.press(then)


def correct_phone(clerk: Clerk, initials: str, phone: str) -> None:
    """Find a householder and correct the number of the telephone."""
    find(clerk, initials, "Ctrl+Return")
    clerk.click("手机号")
    clerk.type(phone)
    clerk.press("Return")
    clerk.seen("correct")


def draw_house(clerk: Clerk, walls: tuple[XY, ...], number: str, householder: str) -> None:
    """Draw a house by one wall and its width, and say who lives in it."""
    clerk.press("Alt+1")
    clerk.click_map(*walls)
    clerk.type(number)
    clerk.press("Ctrl+Return")
    clerk.type(householder)
    clerk.seen("new-house")
    clerk.press("Ctrl+Return")


def move_house(clerk: Clerk, start: XY, end: XY) -> None:
    """Put a house where it belongs."""
    clerk.press("Alt+7")
    clerk.click_map(start)
    clerk.drag(start, end)


def split_plot(clerk: Clerk, inside: XY, cut: tuple[XY, ...]) -> None:
    """Make two plots of one, on the map of 产业."""
    clerk.press("2", "Alt+8")
    clerk.click_map(inside)
    clerk.click_map(*cut)


def list_living_alone(clerk: Clerk, village: str) -> None:
    """Have everybody listed who lives alone in a village."""
    clerk.press("Ctrl+K")
    clerk.type(f"{ALONE} {village}")


# ── The pictures ─────────────────────────────────────────────────────────────────────────────────────────────


def open_samples(window: MainWindow, project: Path) -> None:
    """Open the sample villages, imported a moment ago."""
    with create_project(project, "竹源乡三村", user=USER, password=PASSWORD) as session:
        import_paths(session, [data_dir("data_samples") / "三村"])
    window.open_now(project, USER, PASSWORD)
    Clerk(window).wait(lambda: window.session is not None and window.explorer.finder.keeper.index is not None)


class Photographer:
    """Keeps a picture of each moment that is shown in the README. journey : what their names begin with."""

    def __init__(self, window: MainWindow, folder: Path, journey: str = "journey") -> None:
        self._window, self._folder, self._journey = window, folder, journey

    def take(self, name: str) -> None:
        """Save what the screen shows, smaller."""
        if name not in KEPT:
            return
        Clerk(self._window).wait()
        QTest.qWait(150)
        screen = self._window.screen().grabWindow(self._window.winId()).toImage()
        picture = screen.scaledToWidth(SHOWN, Qt.TransformationMode.SmoothTransformation)
        picture.save(str(self._folder / f"{self._journey}-{name}.png"))
        print(name)


def take_all(window: MainWindow, clerk: Clerk, see: Photographer) -> None:
    """Go the three journeys."""
    session = window.session
    if session is None:
        sys.exit("no project")
    correct_phone(clerk, INITIALS, PHONE)
    clerk.press("Esc")
    home = house_of(session, NAME)[1]
    move_house(clerk, home, (home[0] + SHIFT[0], home[1] + SHIFT[1]))
    see.take("moved")
    clerk.press("Ctrl+Z", "Ctrl+E", "F8")
    see.take("history")
    clerk.press("F8")
    draw_house(clerk, tuple((home[0] + x, home[1] + y) for x, y in WALLS), NUMBER, HOUSEHOLDER)
    clerk.press("Esc", "Esc", "Esc")
    _, inside, cut = plot_near(session, home)
    split_plot(clerk, inside, cut)
    see.take("split")


def plan_evacuation(window: MainWindow, folder: Path, home: Path) -> None:
    """Go the journey of a red warning."""
    if window.session is None:
        sys.exit("no project")
    see = Photographer(window, folder, "evacuation")
    clerk = Clerk(window)
    take_pictures(clerk, window.session, see.take)
    take_card(clerk, home, folder / "evacuation-card.png")
    clerk.click("2 结果")
    window.wear(Appearance.DARK)
    see.take("dark")


@contextmanager
def samples_on_screen() -> Iterator[tuple[MainWindow, Path]]:
    """Yield a window with the sample villages, and the folder where it proposes to put files."""
    with tempfile.TemporaryDirectory() as place:
        os.environ["HOME"] = place
        window = make_window(Settings(appearance="light"))
        window.resize(*SIZE)
        window.show()
        QTest.qWaitForWindowExposed(window)
        open_samples(window, Path(place) / "竹源乡三村.mingqing")
        Clerk(window).click("都不用提示")
        yield window, Path(place)
        window.close()


def main() -> None:
    """Take the pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "screenshots"
    application()
    with samples_on_screen() as (window, _):
        see = Photographer(window, folder)
        take_all(window, Clerk(window, see.take), see)
        window.wear(Appearance.DARK)
        see.take("dark")
    with samples_on_screen() as (window, home):
        plan_evacuation(window, folder, home)
    with samples_on_screen() as (window, home):
        printing.take_pictures(Clerk(window), home, folder, Photographer(window, folder, "printing").take)
    with samples_on_screen() as (window, _):
        exporting.take_pictures(Clerk(window), Photographer(window, folder, "exporting").take)


if __name__ == "__main__":
    main()
