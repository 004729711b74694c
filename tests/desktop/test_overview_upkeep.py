"""The window makes overviews by itself, once there is nothing more urgent."""

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from mingqing.core.errors import ProjectUnavailable
from mingqing.desktop.map import overviews as module
from mingqing.desktop.window import MainWindow
from mingqing.store.overview import keep
from mingqing.store.overview.build import is_behind

Settle = Callable[[], None]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REST_MS", 1)


def test_a_project_opened_without_overviews_gets_them(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    session = opened.session
    assert session is not None
    qtbot.waitUntil((session.info.path / keep.FILE).exists, timeout=15_000)
    settle()
    assert not is_behind(session)
    assert not opened.explorer.status.backup.text().startswith("正在整理")


def test_a_change_is_followed(qtbot: QtBot, opened: MainWindow, settle: Settle) -> None:
    session = opened.session
    assert session is not None
    qtbot.waitUntil(lambda: not is_behind(session), timeout=15_000)
    row = int(session.features("house").ids[0])
    with session.transaction("edit", "改一栋") as change:
        change.update("house", [row], {"structure": ["土木"]})
    assert is_behind(session)
    opened._survey_again()
    qtbot.waitUntil(lambda: not is_behind(session), timeout=15_000)
    settle()


def test_where_they_cannot_be_made_the_map_goes_on_in_silence(
    qtbot: QtBot, opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def refuse(*_: object, **__: object) -> None:
        asked.append(True)
        raise ProjectUnavailable("磁盘已满")

    session = opened.session
    assert session is not None
    qtbot.waitUntil(lambda: not is_behind(session), timeout=15_000)
    settle()
    keep.remove(session.info.path)
    monkeypatch.setattr(module, "refresh", refuse)
    opened.overviews.changed()
    qtbot.waitUntil(lambda: bool(asked), timeout=15_000)
    settle()
    assert opened.explorer.banner.isHidden()
    assert opened.explorer.canvas.frame is not None
