"""Who opens the window for the first time is told a few things, once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mingqing.desktop.hints import bubble
from mingqing.desktop.hints.first import first_hints
from mingqing.desktop.settings import Settings
from mingqing.desktop.window import MainWindow

Settle = Callable[[], None]


@pytest.fixture
def soon(no_hints: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubble, "_PAUSE_MS", 1)


@pytest.fixture
def hinting(soon: None, qtbot: QtBot, opened: MainWindow) -> MainWindow:
    qtbot.waitUntil(opened.hints.bubble.isVisible)
    return opened


def said(window: MainWindow) -> str:
    return window.hints.bubble.text.text()


def test_hints_come_one_after_the_other_and_end(qtbot: QtBot, hinting: MainWindow) -> None:
    seen = []
    while not hinting.hints.bubble.isHidden():
        seen.append(said(hinting))
        hinting.hints.bubble.dismiss.click()
        qtbot.wait(30)
    assert len(seen) == len(set(seen)) >= 3
    assert "Ctrl+Z" in "".join(seen)


def test_a_hint_stands_inside_the_window_and_follows_it(qtbot: QtBot, hinting: MainWindow) -> None:
    while not hinting.hints.bubble.isHidden():
        for width, height in ((1366, 768), (1024, 640)):
            hinting.resize(width, height)
            qtbot.wait(5)
            assert hinting.explorer.rect().contains(hinting.hints.bubble.geometry())
        hinting.hints.bubble.dismiss.click()
        qtbot.wait(30)


def test_what_was_dismissed_is_not_said_again(qtbot: QtBot, hinting: MainWindow) -> None:
    first = said(hinting)
    hinting.hints.bubble.dismiss.click()
    qtbot.waitUntil(hinting.hints.bubble.isVisible)
    assert said(hinting) != first
    path = hinting.settings.path
    assert path is not None
    assert "village" in Path(path).read_text(encoding="utf-8")


def test_all_can_be_refused_at_once(qtbot: QtBot, hinting: MainWindow) -> None:
    hinting.hints.bubble.enough.click()
    qtbot.wait(30)
    assert hinting.hints.bubble.isHidden()
    assert {"village", "tools", "commands", "saved"} <= set(hinting.settings.hints_seen)


def test_who_only_looks_is_not_told_of_editing(
    soon: None, qtbot: QtBot, enter: Callable[[str], MainWindow]
) -> None:
    window = enter("查阅员")
    qtbot.waitUntil(window.hints.bubble.isVisible)
    window.hints.bubble.enough.click()
    assert "saved" not in window.settings.hints_seen


def test_hints_wait_while_something_else_is_said_or_asked(qtbot: QtBot, hinting: MainWindow) -> None:
    before = said(hinting)
    for show, put_away in (
        (lambda: hinting.explorer.banner.say("只能查看"), hinting.explorer.banner.next),
        (hinting.explorer.kit.strip.show, hinting.explorer.kit.strip.hide),
    ):
        show()
        qtbot.waitUntil(hinting.hints.bubble.isHidden)
        put_away()
        qtbot.waitUntil(hinting.hints.bubble.isVisible)
    assert said(hinting) == before


def test_who_has_chosen_a_village_is_not_told_to(qtbot: QtBot, hinting: MainWindow) -> None:
    assert "先选村" in said(hinting)
    hinting.explorer.show_village("331124204202")
    hinting.hints.stop()
    hinting.hints.begin(first_hints(hinting.explorer))
    qtbot.waitUntil(hinting.hints.bubble.isVisible)
    assert "先选村" not in said(hinting)


def test_unreadable_settings_are_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGQING_SETTINGS", str(tmp_path))
    (tmp_path / "window.json").write_text('{"hints_seen": 5}', encoding="utf-8")
    assert Settings.load().hints_seen == []
