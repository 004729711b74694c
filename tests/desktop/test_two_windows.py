"""Two windows on one project: one edits, the other looks and says who holds it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mingqing.desktop import holding
from mingqing.desktop.access.passwords import PasswordSheet
from mingqing.desktop.application import make_window
from mingqing.desktop.settings import Settings
from mingqing.desktop.window import MainWindow
from mingqing.store.accounts import add_account
from mingqing.store.project import open_project
from tests.desktop.conftest import INITIAL, OWN, PASSWORD, USER


@pytest.fixture
def second(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    monkeypatch.setattr(holding, "_BETWEEN_MS", 50)
    made = make_window(Settings(path=tmp_path / "second.json", appearance="light"))
    qtbot.addWidget(made)
    yield made
    made.close()


def open_in(qtbot: QtBot, window: MainWindow, path: Path, user: str, password: str) -> str | None:
    window.open_now(path, user, password)
    qtbot.waitUntil(lambda: window.session is not None and not window.jobs.busy(), timeout=15_000)
    assert window.session is not None
    return window.session.info.read_only


def test_the_second_window_reads_only_and_says_who_edits(
    qtbot: QtBot, opened: MainWindow, second: MainWindow, project: Path
) -> None:
    reason = open_in(qtbot, second, project, USER, PASSWORD)
    assert reason is not None
    assert reason.startswith(f"{USER} 正在这台电脑的另一个窗口编辑")
    assert reason in second.explorer.banner.text
    assert not second.explorer.editor.may_edit
    assert opened.explorer.editor.may_edit


def test_once_the_first_is_closed_the_second_is_told_and_may_edit(
    qtbot: QtBot, opened: MainWindow, second: MainWindow, project: Path
) -> None:
    open_in(qtbot, second, project, USER, PASSWORD)
    opened.close_project()
    qtbot.waitUntil(lambda: "现在可以编辑了" in second.explorer.banner.text, timeout=5_000)
    second.close_project()
    assert open_in(qtbot, second, project, USER, PASSWORD) is None


def test_a_project_opened_again_in_its_own_window_is_edited_on(
    qtbot: QtBot, opened: MainWindow, second: MainWindow, project: Path
) -> None:
    first = opened.session
    opened.open_now(project, USER, PASSWORD)
    qtbot.waitUntil(lambda: opened.session is not first and not opened.jobs.busy(), timeout=15_000)
    assert opened.session is not None
    assert opened.session.info.read_only is None
    assert open_in(qtbot, second, project, USER, PASSWORD) is not None


def test_who_edits_nothing_is_in_nobodys_way(
    qtbot: QtBot, window: MainWindow, second: MainWindow, staffed: Path
) -> None:
    assert open_in(qtbot, window, staffed, "查阅员", OWN) is None
    assert open_in(qtbot, second, staffed, "村编员", OWN) is None


def test_a_password_set_by_somebody_else_is_changed_first_whoever_edits(
    qtbot: QtBot, window: MainWindow, second: MainWindow, staffed: Path
) -> None:
    with open_project(staffed, user=USER, password=PASSWORD) as session:
        add_account(session, "新村编", ["village_editor"], ["331124204203"], INITIAL)
    open_in(qtbot, window, staffed, USER, PASSWORD)
    second.open_now(staffed, "新村编", INITIAL)
    qtbot.waitUntil(lambda: second.findChild(PasswordSheet) is not None, timeout=15_000)
    assert second.session is None
    sheet = second.findChild(PasswordSheet)
    assert sheet is not None
    for field in (sheet.password, sheet.again):
        field.setText(OWN)
    sheet.submitted.emit()
    qtbot.waitUntil(lambda: second.session is not None and not second.jobs.busy(), timeout=15_000)
    assert second.session is not None
    assert "编辑" in (second.session.info.read_only or "")
    assert not second.session.login.account.must_change
