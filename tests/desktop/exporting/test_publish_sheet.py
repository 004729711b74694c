"""发布到县库: what is typed becomes an address, the password is kept nowhere, what came of it is one sentence."""

import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from mingqing.core.errors import ProjectUnavailable
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.desktop.exporting.publish import PublishSheet
from mingqing.desktop.widgets import alive
from mingqing.desktop.window import MainWindow
from mingqing.store.session import Session
from tests.export.postgis.conftest import County

SECRET = "Bu4ke-shuo/chu"  # noqa: S105


@dataclass
class Database:
    """Stands for PostGIS: notes what it is given, answers when `go` is set, or fails with `why`."""

    given: list[tuple[str, bool]] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)
    why: str = ""

    def publish(
        self, _session: Session, dsn: str, *, watch: Watch = UNWATCHED, trial: bool = False
    ) -> SimpleNamespace:
        self.given.append((dsn, trial))
        while not self.go.wait(0.005):
            watch.step("正在发布农房", 1, 25)
        if self.why:
            raise ProjectUnavailable(self.why)
        summary = "试运行：会发布 25 张表" if trial else "已发布到 10.1.2.3：25 张表"
        notes = ("请改用环境变量 PGPASSWORD", "没有建角色的权限")
        return SimpleNamespace(summary=summary, notes=notes, left_out=("“住户”没有发布",), whole=False)


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Database:
    made, module = Database(), ModuleType("mingqing.export.postgis.publish")
    module.publish = made.publish  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mingqing.export.postgis.publish", module)
    return made


@pytest.fixture
def sheet(qtbot: QtBot, shared: MainWindow) -> Iterator[PublishSheet]:
    shared.settings.exporting.clear()
    shared.actions_["publish"].trigger()
    (made,) = (s for s in shared.exporting.sheets if isinstance(s, PublishSheet))
    yield made
    if alive(made):
        made.forget()
    qtbot.waitUntil(lambda: not shared.jobs.busy(), timeout=15_000)


def fill(sheet: PublishSheet) -> None:
    for box, text in (
        *((sheet.host, "10.1.2.3"), (sheet.port, "5433"), (sheet.database, "县库")),
        *((sheet.user, "gis"), (sheet.password, SECRET)),
    ):
        box.setText(text)


def test_what_is_typed_is_published_to_and_the_result_is_told(
    qtbot: QtBot, shared: MainWindow, sheet: PublishSheet, database: Database
) -> None:
    fill(sheet)
    qtbot.keyClick(sheet.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: sheet.far.text() == "正在发布农房　1 / 25")
    assert not sheet.primary.isEnabled()
    database.go.set()
    qtbot.waitUntil(lambda: not sheet.busy and not shared.jobs.busy())
    assert database.given == [("postgresql://gis:Bu4ke-shuo%2Fchu@10.1.2.3:5433/%E5%8E%BF%E5%BA%93", False)]
    assert sheet.said.text() == "已发布到 10.1.2.3：25 张表\n“住户”没有发布\n没有建角色的权限"


def test_a_real_database_is_brought_up_to_date(
    qtbot: QtBot, shared: MainWindow, sheet: PublishSheet, county: County
) -> None:
    sheet.host.setText(str(county.server.folder))
    sheet.database.setText(county.name)
    sheet.user.setText("postgres")
    sheet.primary.click()
    qtbot.waitUntil(lambda: not sheet.busy and not shared.jobs.busy(), timeout=60_000)
    assert sheet.said.text().startswith("已发布到 ")
    assert county.rows("SELECT count(*) FROM mingqing.house") == [12]
    sheet.primary.click()
    qtbot.waitUntil(lambda: not sheet.busy and not shared.jobs.busy(), timeout=60_000)
    assert "已经是最新的" in sheet.said.text()


def test_the_address_is_there_again_and_the_password_nowhere(
    qtbot: QtBot, shared: MainWindow, sheet: PublishSheet, database: Database
) -> None:
    database.go.set()
    fill(sheet)
    assert sheet.password.echoMode() is QLineEdit.EchoMode.Password
    sheet.trial.click()
    qtbot.waitUntil(lambda: not sheet.busy and not shared.jobs.busy())
    assert database.given[0][1]
    assert shared.settings.path is not None
    kept = shared.settings.path.read_text(encoding="utf-8")
    assert "10.1.2.3" in kept
    assert SECRET not in kept
    sheet.close()
    shared.actions_["publish"].trigger()
    (again,) = (s for s in shared.exporting.sheets if isinstance(s, PublishSheet) and s is not sheet)
    assert (again.host.text(), again.port.text(), again.user.text()) == ("10.1.2.3", "5433", "gis")
    assert not again.password.text()
    again.forget()


def test_a_field_that_lacks_is_named_before_anything_is_tried(
    sheet: PublishSheet, database: Database
) -> None:
    sheet.host.setText("10.1.2.3")
    sheet.begin()
    assert sheet.said.text() == "请填数据库，不知道就问县里的数据库管理员"
    assert not database.given


def test_what_went_wrong_is_one_sentence_without_the_password(
    qtbot: QtBot, shared: MainWindow, sheet: PublishSheet, database: Database
) -> None:
    database.why = "县库的密码不对，请重新输入"
    database.go.set()
    fill(sheet)
    sheet.primary.click()
    qtbot.waitUntil(lambda: not sheet.busy and not shared.jobs.busy())
    assert sheet.said.text() == "县库的密码不对，请重新输入"
    assert sheet.primary.isEnabled()


def test_it_can_be_stopped_and_closing_the_project_asks(
    qtbot: QtBot, shared: MainWindow, sheet: PublishSheet, database: Database
) -> None:
    fill(sheet)
    sheet.primary.click()
    qtbot.waitUntil(lambda: bool(database.given))
    assert shared.exporting.hold_back(lambda: None)
    for question in shared.findChildren(QLineEdit):
        assert SECRET not in question.text() or question is sheet.password
    sheet.reject()
    qtbot.waitUntil(lambda: not sheet.busy and not shared.jobs.busy())
    assert sheet.isVisible()
    assert "已停下" in sheet.said.text()
