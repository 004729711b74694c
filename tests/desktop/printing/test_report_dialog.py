"""Reports, sheets, cards and lists of many villages from the window: a file each, failures told, the rest goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from mingqing.access.audit import Act
from mingqing.access.policy import Policy
from mingqing.core.errors import InputRefused
from mingqing.desktop.printing import documents, making
from mingqing.desktop.printing.documents import EVERY, Document, Gathered
from mingqing.desktop.printing.reports import ReportSheet
from mingqing.desktop.widgets import alive
from mingqing.desktop.window import MainWindow
from mingqing.store.log import entries
from tests.desktop.printing.conftest import HERE, THERE
from tests.desktop.printing.many import opened, press, rest


@pytest.fixture
def sheet(shared: MainWindow, tmp_path: Path) -> Iterator[ReportSheet]:
    made = opened(shared, "reports", ReportSheet)
    made.folder.setText(str(tmp_path / "表"))
    yield made
    if alive(made):
        made.forget()
    rest(shared)


def made(qtbot: QtBot, sheet: ReportSheet) -> list[str]:
    """Make what is chosen; return the names of the files."""
    qtbot.mouseClick(sheet.primary, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not sheet.busy, timeout=60_000)
    return sorted(file.name for file in sheet.place.glob("*"))


def test_nothing_is_made_before_something_is_ticked(sheet: ReportSheet) -> None:
    assert sheet.villages.ticked == {HERE}
    assert not sheet.primary.isEnabled()
    sheet.boxes["sheets"].click()
    assert sheet.summary.text() == "要做 1 份"
    press(sheet, "全选")
    assert sheet.summary.text() == "要做 2 份"


def test_reports_and_sheets_are_a_file_a_village_and_the_log_has_them(
    qtbot: QtBot, shared: MainWindow, sheet: ReportSheet
) -> None:
    press(sheet, "全选")
    for code in ("report", "report_xlsx", "sheets"):
        sheet.boxes[code].click()
    names = made(qtbot, sheet)
    assert len(names) == 6
    assert f"{HERE}_小竹溪村_村情统计报表.pdf" in names
    assert f"{THERE}_横岗村_村情统计报表.xlsx" in names
    assert (sheet.place / f"{HERE}_小竹溪村_住户信息表.pdf").read_bytes().startswith(b"%PDF")
    assert sheet.run.heading.text() == "6 份都好了"
    assert shared.session is not None
    acts = [entry.act for entry in entries(shared.session, acts=[Act.PRINT, Act.EXPORT])]
    assert sorted(acts) == sorted([Act.PRINT] * 4 + [Act.EXPORT] * 2)


def test_a_village_that_nobody_has_to_leave_gets_no_cards(qtbot: QtBot, sheet: ReportSheet) -> None:
    sheet.boxes["cards"].click()
    sheet.boxes["roll"].click()
    assert made(qtbot, sheet) == []
    assert sheet.run.heading.text() == "没有要做的"
    assert "2 份不用做" in sheet.run.told.text()


def test_what_cannot_be_made_is_told_and_the_rest_goes_on(
    qtbot: QtBot, sheet: ReportSheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = True

    def make(_gathered: Gathered, code: str) -> bytes:
        if broken and code == HERE:
            raise InputRefused("模板 report.toml 第 3 行写错了")
        return b"%PDF"

    odd = Document("odd", "怪表", "", ".pdf", make, ())
    monkeypatch.setattr(type(sheet), "wanted", property(lambda _self: making.every([odd], [HERE, THERE])))
    sheet.say_what()
    assert made(qtbot, sheet) == [f"{THERE}_横岗村_怪表.pdf"]
    assert [(f.village, f.sentence) for f in sheet.run.failures] == [
        ("小竹溪村", "模板 report.toml 第 3 行写错了")
    ]
    broken = False
    press(sheet, "只重做失败的")
    qtbot.waitUntil(lambda: not sheet.busy)
    assert sheet.run.heading.text() == "1 份都好了"


def test_a_folder_that_cannot_be_written_is_a_sentence(
    qtbot: QtBot, sheet: ReportSheet, tmp_path: Path
) -> None:
    (tmp_path / "文件").write_text("")
    sheet.folder.setText(str(tmp_path / "文件" / "表"))
    sheet.boxes["report"].click()
    made(qtbot, sheet)
    assert sheet.run.heading.text() == "没有做完"
    assert "写不进去" in sheet.run.told.text()


@pytest.mark.parametrize(
    ("role", "refused"),
    [
        ("county_editor", set()),
        ("village_editor", {"report_xlsx", "roll_xlsx"}),
        ("viewer", {"report_xlsx", "cards", "roll", "roll_xlsx", "village_plan"}),
    ],
)
def test_what_a_role_may_not_have_is_named_with_the_reason(
    shared: MainWindow, role: str, refused: set[str]
) -> None:
    assert shared.session is not None
    policy = Policy.of([role], [HERE], shared.session.catalog)
    why = {document.code: document.why_not(policy) for document in EVERY}
    assert {code for code, sentence in why.items() if sentence} == refused
    assert all("您的角色" in sentence for sentence in why.values() if sentence)


def test_every_document_has_a_name_of_its_own() -> None:
    assert len({(d.name, d.ending) for d in documents.EVERY}) == len(documents.EVERY)
