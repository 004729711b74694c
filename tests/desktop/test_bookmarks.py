"""Places are kept with the project: one's own for oneself, shared ones for all, with the map and the village."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from mingqing.desktop.map.bookmarks import Bookmark, BookmarkList, near
from mingqing.desktop.map.view import View
from mingqing.desktop.window import MainWindow
from mingqing.store.session import Session

from .conftest import EAST, NORTH, PASSWORD, USER

Settle = Callable[[], None]
Enter = Callable[[str], MainWindow]


def add(window: MainWindow, settle: Settle, name: str, *, shared: bool = False) -> BookmarkList:
    window.actions_["add_bookmark"].trigger()
    listed = window.explorer.kit.bookmarks.list
    listed.name.setText(name)
    listed.shared.setChecked(shared)
    listed.add.click()
    settle()
    return listed


def names(window: MainWindow, settle: Settle) -> list[str]:
    window.actions_["bookmarks"].trigger()
    settle()
    return window.explorer.kit.bookmarks.list.names


def test_a_bookmark_leads_back_to_place_map_and_village(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    explorer = opened.explorer
    explorer.show_village("331124204203")
    explorer.show_theme("disaster")
    explorer.canvas.see((EAST + 2_100, NORTH + 100, EAST + 2_300, NORTH + 200))
    settle()
    view = explorer.canvas.view
    listed = add(opened, settle, "险工段")
    explorer.show_theme("household")
    explorer.show_village("")
    settle()
    listed._take(listed.view.currentIndex())
    settle()
    assert (explorer.theme, explorer.village) == ("disaster", "331124204203")
    assert view is not None
    assert explorer.canvas.view is not None
    assert (explorer.canvas.view.x, explorer.canvas.view.y) == pytest.approx((view.x, view.y))
    assert explorer.canvas.view.scale == pytest.approx(view.scale)


def test_the_list_is_worked_by_keys(qtbot: QtBot, opened: MainWindow, settle: Settle) -> None:
    listed = add(opened, settle, "甲")
    opened.explorer.canvas.zoom(3)
    settle()
    away = opened.explorer.canvas.view
    opened.actions_["bookmarks"].trigger()
    settle()
    qtbot.keyClick(listed.view, Qt.Key.Key_Return)
    assert not listed.isVisible()
    assert opened.explorer.canvas.view != away
    opened.actions_["bookmarks"].trigger()
    settle()
    qtbot.keyClick(listed.view, Qt.Key.Key_Delete)
    settle()
    assert listed.names == []


def test_a_name_is_suggested(opened: MainWindow, settle: Settle) -> None:
    opened.explorer.show_village("331124204202")
    settle()
    opened.actions_["add_bookmark"].trigger()
    assert opened.explorer.kit.bookmarks.list.name.text().startswith("小竹溪村 1:")


def test_a_bookmark_is_renamed_and_deleted(qtbot: QtBot, opened: MainWindow, settle: Settle) -> None:
    listed = add(opened, settle, "甲")
    add(opened, settle, "乙")
    assert set(listed.names) == {"甲", "乙"}
    listed.view.setCurrentIndex(listed._model.index(listed.names.index("甲"), 0))
    thing = listed._current()
    assert thing is not None
    listed.renaming.emit(thing, "丙")
    settle()
    assert set(listed.names) == {"乙", "丙"}
    listed.view.setCurrentIndex(listed._model.index(listed.names.index("乙"), 0))
    listed.remove.click()
    settle()
    assert listed.names == ["丙"]


def test_without_a_name_nothing_is_kept_and_it_is_said(opened: MainWindow, settle: Settle) -> None:
    listed = add(opened, settle, "  ")
    assert "名称" in listed.error
    assert listed.names == []


def test_ones_own_are_nobody_elses_and_shared_ones_everybodys(
    qtbot: QtBot, window: MainWindow, staffed: Path, enter: Enter, settle: Settle
) -> None:
    window.open_now(staffed, USER, PASSWORD)
    qtbot.waitUntil(lambda: window.session is not None, timeout=15_000)
    settle()
    add(window, settle, "自己的")
    add(window, settle, "大家的", shared=True)
    viewer = enter("查阅员")
    listed = viewer.explorer.kit.bookmarks.list
    assert names(viewer, settle) == ["大家的"]
    assert listed.shared.isHidden()
    listed.remove.click()
    settle()
    assert listed.error
    assert listed.names == ["大家的"]
    add(viewer, settle, "我的")
    assert set(names(viewer, settle)) == {"我的", "大家的"}


def test_a_bookmark_of_a_map_that_may_not_be_seen_shows_the_place_on_the_map_at_hand(
    qtbot: QtBot, window: MainWindow, staffed: Path, enter: Enter, settle: Settle
) -> None:
    window.open_now(staffed, USER, PASSWORD)
    qtbot.waitUntil(lambda: window.session is not None, timeout=15_000)
    window.explorer.show_theme("assistance")
    settle()
    add(window, settle, "帮扶", shared=True)
    viewer = enter("查阅员")
    assert names(viewer, settle) == ["帮扶"]
    listed = viewer.explorer.kit.bookmarks.list
    listed._take(listed.view.currentIndex())
    settle()
    assert viewer.explorer.theme in viewer.explorer.themes


@given(
    st.floats(-1e7, 1e7),
    st.floats(-1e7, 1e7),
    st.floats(100, 5e6),
    st.text(max_size=12),
    st.text(max_size=12),
)
def test_what_is_kept_comes_back(x: float, y: float, scale: float, theme: str, village: str) -> None:
    mark = Bookmark(View(x, y, 1.0).at_scale(scale), theme, village)
    back = Bookmark.of(mark.value)
    assert back is not None
    assert (back.theme, back.village, back.view.x, back.view.y) == (theme, village, x, y)
    assert back.view.scale == pytest.approx(mark.view.scale)


@pytest.mark.parametrize(
    "value", [None, [], {}, {"at": [1]}, {"at": ["甲", 2], "scale": 1, "theme": "", "village": ""}]
)
def test_what_makes_no_sense_is_no_bookmark(value: object) -> None:
    assert Bookmark.of(value) is None


def test_a_place_is_called_after_the_nearest_name_on_the_map(sample_session: Session) -> None:
    places = sample_session.features("place_name", columns=["name"])
    at, name = places.geometry[0], str(places.columns["name"][0])
    assert near(sample_session, View(at.x + 1, at.y, 0.4)) == f"{name}附近"
    assert near(sample_session, View(at.x + 1_000_000, at.y, 0.4)) == ""
