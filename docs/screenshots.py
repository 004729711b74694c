"""Takes the pictures in docs/screenshots/ from the running program: `python docs/screenshots.py [FOLDER]`.

Drives the window offscreen over the sample villages, as a user would: by import, keys, typing and clicks.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea

from mingqing.classify.choice import Kind
from mingqing.core.files import data_dir
from mingqing.core.sample import PASSWORD, USER
from mingqing.desktop.application import make_window
from mingqing.desktop.look.theme import Appearance
from mingqing.desktop.map.view import View
from mingqing.desktop.settings import Settings
from mingqing.desktop.window import MainWindow
from mingqing.store.accounts import add_account, set_password
from mingqing.store.project import create_project, open_project

SIZE = 1366, 768  # the common screen of a village office
SMALL = 1024
VILLAGE = "xzx"  # 小竹溪村, as a clerk would type it
SUBJECTS = {
    "household": ("household", 2_000),
    "industry": ("enterprise", 4_000),
    "organisation": ("organisation", 2_500),
    "key_person": ("key_person", 2_000),
    "assistance": ("assistance", 5_000),
    "disaster": ("hazard", 6_000),
}
ROLES = {
    "system_admin": "甄一云",
    "security_admin": "甄一山",
    "auditor": "甄一石",
    "county_editor": "甄一川",
    "town_editor": "甄一溪",
    "village_editor": "甄一竹",
    "planner": "甄一松",
    "department": "甄一禾",
    "viewer": "甄一木",
}
BOUND = {"town_editor": 2, "village_editor": 1}  # to so many of the villages
WITH_CARD = {"household", "organisation", "disaster"}
_PATIENCE_S = 60


def wait_until(true: Callable[[], bool]) -> None:
    """Let the program run until `true()`."""
    end = time.monotonic() + _PATIENCE_S
    while not true():
        if time.monotonic() > end:
            sys.exit("waited in vain")
        QTest.qWait(20)


class Photographer:
    """Takes one window's pictures into a folder."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        self.window, self.folder = window, folder

    def take(self, name: str, *, width: int | None = None) -> None:
        """Wait until everything is at rest, and save what the window shows, perhaps smaller."""
        explorer = self.window.explorer
        wait_until(lambda: not self.window.jobs.busy() and explorer.canvas.at_rest)
        QTest.qWait(60)
        picture = self.window.grab().toImage()
        if width is not None:
            picture = picture.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
        picture.save(str(self.folder / f"{name}.png"))
        print(self.folder / f"{name}.png")

    def look_at(self, x: float, y: float, scale: float) -> None:
        """Look at a place from 1:`scale`."""
        self.window.explorer.canvas.go(View(x, y, 1.0).at_scale(scale))


def import_samples(photos: Photographer, project: Path) -> None:
    """Import the sample villages through the mapping page."""
    window = photos.window
    create_project(project, "竹源乡三村", user=USER, password=PASSWORD).close()
    window.open_now(project, USER, PASSWORD)
    wait_until(lambda: window.session is not None)
    window.import_paths([data_dir("data_samples") / "三村"])
    importing = window.importing
    wait_until(lambda: importing.currentWidget() is importing.review)
    photos.take("import-review")
    importing.review.primary.click()
    wait_until(lambda: importing.currentWidget() is importing.report)
    photos.take("import-report")
    importing.report.primary.click()


def six_maps(photos: Photographer, project: Path) -> None:
    """Take each thematic map around something of its own, some with the card of what was clicked."""
    explorer = photos.window.explorer
    chooser = explorer.topbar.villages
    wait_until(chooser.isEnabled)
    chooser.open()
    QTest.keyClicks(chooser.popup.field, VILLAGE)
    QTest.keyClick(chooser.popup.field, Qt.Key.Key_Return)
    for theme, (table, scale) in SUBJECTS.items():
        with open_project(project, user=USER, password=PASSWORD) as session:
            shapes = session.features(table, village=explorer.village).geometry
        at = shapes[len(shapes) // 2].representative_point()
        explorer.close_card()
        explorer.show_theme(theme)
        photos.look_at(at.x, at.y, scale)
        if theme in WITH_CARD:
            explorer.guide.identify(at.x, at.y)
        photos.take(theme)


def classes(photos: Photographer) -> None:
    """Take houses classed by when they were built, then where people live closest with the charts of the village."""
    window, explorer = photos.window, photos.window.explorer
    panel = explorer.classing
    explorer.close_card()
    explorer.show_theme("household")
    explorer.legend.classing.emit("house")
    for kind, field, name in ((Kind.GRADUATED, "built_year", "classes"), (Kind.HEAT, "", "heat")):
        panel.kind.setCurrentIndex(panel.kind.findData(kind))
        offers = [panel.field.itemData(n) for n in range(panel.field.count())]
        panel.field.setCurrentIndex(offers.index(("resident" if kind is Kind.HEAT else "house", field)))
        photos.take(name)
    panel.back.click()
    panel.put_away()
    window.actions_["charts"].trigger()
    explorer.see_village()
    photos.take("charts")
    window.actions_["charts"].trigger()


def terrain(photos: Photographer) -> None:
    """Take the valley with a hillshade and contours made of the sample elevation, then leave them out again."""
    explorer = photos.window.explorer
    wait_until(lambda: not photos.window.jobs.busy())
    explorer.close_card()
    explorer.base_maps.add_files([data_dir("data_samples") / "三村" / "高程.tif"])
    wait_until(lambda: explorer.base_maps.lines != [] and explorer.base_maps.settled)
    explorer.canvas.set_scale(10_000)
    QTest.qWait(100)
    list_of_tables = explorer.legend.findChild(QScrollArea)
    list_of_tables.ensureWidgetVisible(explorer.base_maps)
    photos.take("terrain")
    list_of_tables.verticalScrollBar().setValue(0)
    for _ in range(2):
        explorer.base_maps.lines[0].removed.emit()
        QTest.qWait(50)


def add_accounts(project: Path) -> None:
    """Give every role somebody who holds it, and who has chosen a password since."""
    with open_project(project, user=USER, password=PASSWORD) as session:
        villages = [v.code for v in session.villages()]
        for role, name in ROLES.items():
            add_account(session, name, [role], villages[: BOUND[role]] if role in BOUND else None, PASSWORD)
    for name in ROLES.values():
        with open_project(project, user=name, password=PASSWORD) as session:
            set_password(session, name, f"{PASSWORD}+")


def roles(photos: Photographer, project: Path) -> None:
    """Take what each role sees after logging in: a house and those who live in it, or the page of its duty."""
    window, explorer = photos.window, photos.window.explorer
    with open_project(project, user=USER, password=PASSWORD) as session:
        village = session.villages()[0].code
        households = session.rows("household", ["house"], village=village)
        at = session.features("house", where={"id": households[3][0]}).geometry[0].representative_point()
    for role, name in ROLES.items():
        window.close_project()
        window.open_now(project, name, f"{PASSWORD}+")
        wait_until(lambda: window.session is not None)
        if explorer.themes:
            explorer.show_theme("household")
            explorer.show_village(village)
            photos.look_at(at.x, at.y, 1_500)
            explorer.guide.identify(at.x, at.y)
        elif role == "system_admin":
            # The page of backups would show the name of a temporary folder.
            window.actions_["dismiss"].trigger()
        photos.take(f"roles/{role}", width=SMALL)


def main() -> None:
    """Take all pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "screenshots"
    (folder / "roles").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        window = make_window(Settings(appearance="light"))
        window.resize(*SIZE)
        window.show()
        photos = Photographer(window, folder)
        photos.take("welcome")
        project = Path(place) / "竹源乡三村.mingqing"
        import_samples(photos, project)
        six_maps(photos, project)
        window.wear(Appearance.DARK)
        photos.take("dark")
        window.wear(Appearance.LIGHT)
        terrain(photos)
        classes(photos)
        add_accounts(project)
        roles(photos, project)
        window.close()


if __name__ == "__main__":
    main()
