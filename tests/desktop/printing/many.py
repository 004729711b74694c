"""Hands on the sheets that make many pages."""

from typing import TypeVar

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QTreeWidgetItem

from mingqing.desktop.printing.many import ManySheet, sheets_of
from mingqing.desktop.window import MainWindow

S = TypeVar("S", bound=ManySheet)
HERE, THERE = "331124204202", "331124204203"


def rest(window: MainWindow) -> None:
    """Wait until nothing is under way."""
    for _ in range(3_000):
        if window.session is not None and not window.jobs.busy() and window.explorer.canvas.at_rest:
            return
        QTest.qWait(5)
    raise AssertionError("never at rest")


def opened(window: MainWindow, name: str, kind: type[S]) -> S:
    """Open a sheet by its entry in the menu."""
    window.actions_[name].trigger()
    (sheet,) = (s for s in sheets_of(window) if isinstance(s, kind))
    return sheet


def press(sheet: ManySheet, words: str) -> None:
    """Click on a button that can be seen and pressed."""
    (found,) = (b for b in sheet.findChildren(QPushButton) if b.isVisible() and b.text().strip() == words)
    assert found.isEnabled()
    found.click()


def leaf(sheet: ManySheet, name: str) -> QTreeWidgetItem:
    """Return the line of a village, or of a township."""
    tree = sheet.villages.tree
    towns = [tree.topLevelItem(n) for n in range(tree.topLevelItemCount())]
    lines = [*towns, *(town.child(n) for town in towns for n in range(town.childCount()))]
    return next(line for line in lines if line.text(0).startswith(name))
