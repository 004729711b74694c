"""A map leaves the window as a picture only as far as the account may print it, and the log has it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from mingqing.access.audit import Act
from mingqing.access.policy import Policy
from mingqing.access.roles import Action, Role, Shows
from mingqing.catalog.load import catalog
from mingqing.core.errors import NotAllowed
from mingqing.desktop.map import sheet as sheets
from mingqing.desktop.map.sheet import RATIO, draw_sheet, printable
from mingqing.desktop.window import MainWindow
from mingqing.store.log import entries
from mingqing.store.project import open_project

from .conftest import PASSWORD, USER

Settle = Callable[[], None]
SEE, PRINT = Action.SEE, Action.PRINT


def policy(*roles: tuple[dict[str, frozenset[Action]], dict[str, Shows]]) -> Policy:
    made = tuple(
        Role(code=f"r{n}", title=f"角色{n}", purpose="试", tables=tables, fields=fields)
        for n, (tables, fields) in enumerate(roles)
    )
    return Policy(made, None, catalog())


def renderings(path: Path) -> list[tuple[str, str, str]]:
    with open_project(path, user=USER, password=PASSWORD) as session:
        return [(e.account, e.target, e.detail) for e in entries(session) if e.act == Act.RENDER]


def test_a_copied_map_is_on_the_clipboard_at_twice_the_size_and_in_the_log(
    opened: MainWindow, project: Path, settle: Settle
) -> None:
    opened.explorer.show_village("331124204202")
    settle()
    opened.actions_["copy_map"].trigger()
    settle()
    image, canvas = QGuiApplication.clipboard().image(), opened.explorer.canvas
    assert image.width() == canvas.width() * RATIO
    assert image.height() > canvas.height() * RATIO
    assert "已复制" in opened.explorer.banner.text
    opened.close_project()
    assert renderings(project) == [(USER, "村情民情图", "复制到剪贴板")]


def test_a_saved_map_is_a_picture_in_the_file_and_in_the_log(
    opened: MainWindow, project: Path, settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = tmp_path / "村图"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(chosen), ""))
    opened.actions_["save_map"].trigger()
    settle()
    image = QImage(str(tmp_path / "村图.png"))
    assert image.width() == opened.explorer.canvas.width() * RATIO
    opened.close_project()
    assert [detail for _, _, detail in renderings(project)] == ["另存为 村图.png"]


def test_where_the_file_cannot_be_written_it_is_said(
    opened: MainWindow, settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = tmp_path / "没有" / "村图.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(chosen), ""))
    opened.actions_["save_map"].trigger()
    settle()
    assert "写不进去" in opened.explorer.banner.text


def test_a_save_given_up_saves_nothing(
    opened: MainWindow, project: Path, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    opened.actions_["save_map"].trigger()
    settle()
    opened.close_project()
    assert renderings(project) == []


def test_the_picture_goes_from_the_clipboard_when_the_window_is_locked(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    clipboard = QGuiApplication.clipboard()
    opened.actions_["copy_map"].trigger()
    settle()
    assert not clipboard.image().isNull()
    opened.lock.lock()
    assert clipboard.image().isNull()


def test_it_shows_what_is_on_screen_and_its_legend(
    opened: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    plain = sheets._write
    monkeypatch.setattr(
        sheets, "_write", lambda p, text, *a, **k: (written.append(text), plain(p, text, *a, **k))
    )
    session, request = opened.session, opened.explorer.canvas.request
    assert session is not None
    assert request is not None
    made = draw_sheet(session, request, "小竹溪村 村情民情图", lambda: False)
    assert {"小竹溪村 村情民情图", "砖木", "CGCS2000 3度带 中央经线120°"} <= set(written)
    assert any(USER in text for text in written)
    assert made.rows == 14
    assert made.left_out == ()


def test_who_may_print_nothing_of_a_map_gets_no_picture(
    opened: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, request = opened.session, opened.explorer.canvas.request
    assert session is not None
    assert request is not None
    monkeypatch.setattr(sheets, "printable", lambda *_: frozenset({"village"}))
    with pytest.raises(NotAllowed, match="不能打印"):
        draw_sheet(session, request, "图", lambda: False)
    monkeypatch.setattr(sheets, "printable", lambda *_: frozenset({"village", "road"}))
    made = draw_sheet(session, request, "图", lambda: False)
    assert "农房" in made.left_out
    assert made.rows == 2


def test_what_may_be_seen_but_not_printed_is_left_out() -> None:
    both = policy(({"*": frozenset({SEE}), "road": frozenset({SEE, PRINT})}, {"open": Shows.CLEAR}))
    assert printable(both, catalog(), "household") == {"road"}


def test_what_is_printed_less_open_than_it_is_seen_is_left_out() -> None:
    every, less = frozenset({SEE, PRINT}), {"open": Shows.CLEAR, "key_person.category": Shows.ABSENT}
    drawn = {d.table for d in catalog().layers["key_person"].draws}
    alike = policy(({"*": every}, less))
    whole = {"open": Shows.CLEAR, "personal": Shows.CLEAR, "sensitive": Shows.CLEAR}
    mixed = policy(({"*": frozenset({SEE})}, whole), ({"*": every}, less))
    assert printable(alike, catalog(), "key_person") == drawn
    assert printable(mixed, catalog(), "key_person") == drawn - {"key_person"}
