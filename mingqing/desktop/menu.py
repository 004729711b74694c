"""The menu that drops from the project's name."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from mingqing.core.text import tr
from mingqing.desktop.look.theme import Appearance
from mingqing.desktop.widgets import rounded

if TYPE_CHECKING:
    from mingqing.desktop.actions import Actions
    from mingqing.desktop.settings import Settings


def fill(
    menu: QMenu,
    actions: "Actions",
    settings: "Settings",
    *,
    imports: QMenu,
    outward: Iterable[Iterable[QAction]],
    pages: Iterable[QAction],
    reopen: Callable[[Path, str], None],
    wear: Callable[[Appearance], None],
) -> None:
    """Put into `menu` what is done with a project as a whole: opened, imported to, printed, backed up; looks, the end.

    outward : what prints it, and what hands its data on. pages : those of duties.
    reopen : called with a recent project and its account.
    """
    menu.setToolTipsVisible(True)  # which say why something is not to be done
    menu.addActions([actions["new"], actions["open"]])
    menu.addMenu(_recent(menu, settings, reopen))
    menu.addMenu(imports)
    menu.addAction(actions["close"])
    menu.addSeparator()
    for actions_of in outward:
        menu.addActions(list(actions_of))
        menu.addSeparator()
    menu.addAction(actions["backups"])
    menu.addActions(list(pages))
    menu.addSeparator()
    menu.addMenu(_looks(menu, settings, wear))
    menu.addSeparator()
    menu.addAction(actions["quit"])


def _recent(menu: QMenu, settings: "Settings", reopen: Callable[[Path, str], None]) -> QMenu:
    """Return the projects opened lately, looked for whenever the menu is opened."""
    made = rounded(QMenu(tr("最近打开"), menu))

    def again() -> None:
        made.clear()
        for recent in settings.existing_recent():
            action = made.addAction(recent.path.stem)
            action.triggered.connect(lambda _checked=False, r=recent: reopen(r.path, r.user))
        made.setEnabled(not made.isEmpty())

    menu.aboutToShow.connect(again)
    return made


def _looks(menu: QMenu, settings: "Settings", wear: Callable[[Appearance], None]) -> QMenu:
    made = rounded(QMenu(tr("外观"), menu))
    group = QActionGroup(made)
    for choice in Appearance:
        action = made.addAction(choice.caption)
        action.setCheckable(True)
        action.setChecked(choice is settings.look)
        action.triggered.connect(lambda _checked=False, c=choice: wear(c))
        group.addAction(action)
    return made
