"""What the tests of the pages beside the map share: accounts of one project, and a walk over all that is shown."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from mingqing.core.sample import PASSWORD, USER
from mingqing.desktop.pages.dialogs import Sheet
from mingqing.desktop.window import MainWindow
from mingqing.store.accounts import add_account, set_password
from mingqing.store.ids import new_ids
from mingqing.store.project import open_project

GIVEN, OWN = "Zhu7ying-lin4", "Hai3tang-wan8"
VILLAGES = {
    "331124204202": ("小竹溪村", "竹源乡"),
    "331124204203": ("横岗村", "竹源乡"),
    "331124101201": ("后周村", "大东坝镇"),
}


@pytest.fixture
def staffed(empty_project: Path) -> Path:
    """A project of three villages with a viewer and a village editor besides the account that made it."""
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        with session.transaction("edit", "加村") as change:
            names, towns = zip(*VILLAGES.values(), strict=True)
            columns = {"code": list(VILLAGES), "name": list(names), "township": list(towns)}
            change.insert("village", new_ids(len(VILLAGES)), {**columns, "village_code": list(VILLAGES)})
        add_account(session, "查阅甲", ["viewer"], None, GIVEN)
        add_account(session, "村编乙", ["village_editor"], ["331124204202"], GIVEN)
        add_account(session, "审计丙", ["auditor"], None, GIVEN)
    for name in ("查阅甲", "村编乙", "审计丙"):
        with open_project(empty_project, user=name, password=GIVEN) as session:
            set_password(session, name, OWN)
    return empty_project


class Desk:
    """One window and its project."""

    def __init__(self, qtbot: QtBot, window: MainWindow, project: Path) -> None:
        self.qtbot, self.window, self.project = qtbot, window, project

    def settle(self) -> None:
        """Wait until nothing is under way."""
        canvas = self.window.explorer.canvas
        self.qtbot.waitUntil(lambda: not self.window.jobs.busy() and canvas.at_rest, timeout=15_000)

    def open(self, user: str = USER, password: str = PASSWORD) -> None:
        """Open the project as somebody."""
        self.window.open_now(self.project, user, password)
        self.qtbot.waitUntil(lambda: self.window.session is not None, timeout=15_000)
        self.settle()

    def go(self, name: str) -> None:
        """Go to the page of a duty by its menu entry."""
        self.window.actions_[name].trigger()
        self.settle()

    def sheet(self) -> Sheet:
        """Return the sheet that is open."""
        return next(s for s in reversed(self.window.findChildren(Sheet)) if s.isVisible())

    def confirm(self) -> None:
        """Press the button of the sheet that is open."""
        self.sheet().primary.click()
        self.settle()


@pytest.fixture
def desk(qtbot: QtBot, window: MainWindow, staffed: Path) -> Desk:
    return Desk(qtbot, window, staffed)


_TEXTS: dict[type[QWidget], Callable[..., str]] = {
    QLabel: lambda w: w.text(),
    QLineEdit: lambda w: w.text(),
    QAbstractButton: lambda w: w.text(),
    QComboBox: lambda w: " ".join(w.itemText(i) for i in range(w.count())),
    QTextEdit: lambda w: w.toPlainText(),
}


def everything_said() -> str:
    """Return the text, tip, name and title of every widget there is, hidden ones too."""
    said = []
    for widget in QApplication.allWidgets():
        said += [
            widget.toolTip(),
            widget.accessibleName(),
            widget.accessibleDescription(),
            widget.windowTitle(),
        ]
        said += [text(widget) for kind, text in _TEXTS.items() if isinstance(widget, kind)]
    return "\n".join([*said, QApplication.clipboard().text()])


def cells(table: QWidget) -> list[list[str]]:
    """Return what a table view shows."""
    model = table.model()  # type: ignore[attr-defined]
    return [
        [str(model.index(r, c).data()) for c in range(model.columnCount())] for r in range(model.rowCount())
    ]
