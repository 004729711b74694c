"""Who reads the log finds, proves and hands on what is in it; that is in the log too."""

import csv
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from mingqing.access.audit import DONE, REFUSED, Act, Entry
from mingqing.core.sample import PASSWORD, USER
from mingqing.desktop.log.page import LogPage
from mingqing.desktop.log.query import Span
from mingqing.desktop.log.table import OUTCOME
from mingqing.store.audit import append
from mingqing.store.log import entries
from mingqing.store.owner import owner
from mingqing.store.project import open_project

from .duties import OWN, Desk, cells, desk, everything_said, staffed

__all__ = ["desk", "staffed"]


def at(days_ago: int) -> str:
    return (datetime.now().astimezone() - timedelta(days=days_ago)).isoformat(timespec="seconds")


@pytest.fixture
def page(desk: Desk) -> LogPage:
    """The log page of the auditor, with entries of half a year."""
    with (
        open_project(desk.project, user=USER, password=PASSWORD) as session,
        owner(session, spatial=False, writing=True) as database,
    ):
        append(database, "村编乙", Act.EXPORT, "农房", rows=12, detail="xlsx", at=at(100))
        append(database, "村编乙", Act.UNMASK, "住户 7", rows=1, detail="电话：核对低保", at=at(20))
        append(database, "查阅甲", Act.EXPORT, "居民", outcome=REFUSED, detail="=角色不允许", at=at(3))
    desk.open("审计丙", OWN)
    assert desk.window.pages.currentWidget() is desk.window.duties.log
    return desk.window.duties.log


def span(desk: Desk, page: LogPage, wanted: Span) -> None:
    page.filters.span.setCurrentIndex(page.filters.span.findData(wanted))
    desk.settle()


def column(page: LogPage, number: int) -> list[str]:
    return [line[number] for line in cells(page.table)]


def type_text(qtbot: QtBot, desk: Desk, page: LogPage, text: str) -> None:
    with qtbot.waitSignal(page.filters.changed):
        page.filters.text.setText(text)
    desk.settle()


def test_page_is_offered_to_who_reads_the_log_and_to_nobody_else(desk: Desk) -> None:
    desk.open("村编乙", OWN)
    assert not desk.window.actions_["log"].isVisible()
    desk.window.duties.show("log")
    assert desk.window.pages.currentWidget() is desk.window.explorer


def test_spans_reach_as_far_back_as_they_say(desk: Desk, page: LogPage) -> None:
    details = {}
    for each in (Span.TODAY, Span.WEEK, Span.MONTH, Span.ALL):
        span(desk, page, each)
        details[each] = set(column(page, 7))
    assert "=角色不允许" not in details[Span.TODAY]
    assert "=角色不允许" in details[Span.WEEK]
    assert "电话：核对低保" in details[Span.MONTH] - details[Span.WEEK]
    assert "xlsx" in details[Span.ALL] - details[Span.MONTH]


def test_chosen_days_include_both_ends(qtbot: QtBot, desk: Desk, page: LogPage) -> None:
    span(desk, page, Span.CHOSEN)
    day = page.filters.until.date().addDays(-20)
    with qtbot.waitSignal(page.filters.changed):
        page.filters.since.setDate(day)
        page.filters.until.setDate(day)
    desk.settle()
    assert column(page, 7) == ["电话：核对低保"]


def test_account_act_and_text_narrow_it_together(qtbot: QtBot, desk: Desk, page: LogPage) -> None:
    span(desk, page, Span.ALL)
    page.filters.account.setCurrentText("村编乙")
    page.filters.act.setCurrentText("导出")
    desk.settle()
    assert column(page, 7) == ["xlsx"]
    page.filters.act.setCurrentIndex(0)
    type_text(qtbot, desk, page, "低保")
    assert column(page, 7) == ["电话：核对低保"]
    type_text(qtbot, desk, page, "没有这句话")
    assert cells(page.table) == []
    assert "没有这样的记录" in everything_said()
    assert not page.exporting.isEnabled()


def test_refused_is_told_by_word_sign_and_colour(desk: Desk, page: LogPage) -> None:
    line = column(page, OUTCOME).index("被拒绝")
    index = page.table.model().index(line, OUTCOME)
    assert index.data(Qt.ItemDataRole.DecorationRole) is not None
    assert index.data(Qt.ItemDataRole.BackgroundRole) is not None
    done = page.table.model().index(column(page, OUTCOME).index("完成"), OUTCOME)
    assert done.data(Qt.ItemDataRole.DecorationRole) is None
    assert done.data(Qt.ItemDataRole.BackgroundRole) is None


def test_sound_log_is_said_to_be_sound_and_the_proof_is_logged(desk: Desk, page: LogPage) -> None:
    page.proving.click()
    desk.settle()
    assert "日志完好" in page.note.text()
    assert page.wrong.isHidden()
    span(desk, page, Span.TODAY)
    page.filters.act.setCurrentText("检查")
    desk.settle()
    assert column(page, 2) == ["审计丙"]


def test_altered_and_removed_entries_are_named(desk: Desk, page: LogPage) -> None:
    with (
        open_project(desk.project, user=USER, password=PASSWORD) as session,
        owner(session, spatial=False) as database,
    ):
        database.execute("DROP TRIGGER mq_audit_kept; DROP TRIGGER mq_audit_unchanged")
        number = database.execute("SELECT seq FROM mq_audit WHERE detail = 'xlsx'").get
        database.execute("UPDATE mq_audit SET rows = 1 WHERE seq = ?", (number,))
        database.execute("DELETE FROM mq_audit WHERE seq = ?", (number + 1,))
    page.proving.click()
    desk.settle()
    assert "不对" in page.note.text()
    assert not page.wrong.isHidden()
    said = str(cells(page.wrong))
    assert f"第 {number} 条被改动" in said
    assert f"第 {number + 1} 条被删除" in said


def test_export_holds_what_is_shown_for_this_user_alone_and_is_logged(
    qtbot: QtBot, desk: Desk, page: LogPage, tmp_path: Path
) -> None:
    type_text(qtbot, desk, page, "角色不允许")
    path = tmp_path / "日志.csv"
    page.export(path)
    desk.settle()
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert [row[7] for row in rows[1:]] == ["'=角色不允许"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with open_project(desk.project, user="审计丙", password=OWN) as session:
        newest = entries(session, acts=[Act.EXPORT])[0]
    assert (newest.account, newest.rows, len(newest.proof)) == ("审计丙", 1, 64)


def test_place_that_cannot_be_written_is_said(desk: Desk, page: LogPage, tmp_path: Path) -> None:
    page.export(tmp_path / "没有这个文件夹" / "日志.csv")
    desk.settle()
    assert "换个位置" in page.note.text()


def test_looking_at_the_log_is_logged(desk: Desk, page: LogPage) -> None:
    assert {line[2] for line in cells(page.table) if line[3] == "查看日志"} == {"审计丙"}


def test_cells_are_made_for_the_lines_on_screen_alone(desk: Desk, page: LogPage) -> None:
    made = 0

    def counted(entry: Entry) -> tuple[object, ...]:
        nonlocal made
        made += 1
        return ("",) * 9

    many = [Entry(i, at(0), "甲", "edit", "", None, DONE, "", "") for i in range(100_000, 0, -1)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mingqing.desktop.log.table.as_row", counted)
        page._model.show_entries(many)
        for value in (0, 50_000, 99_999):
            page.table.scrollTo(page._model.index(value, 0))
            page.table.viewport().repaint()
    assert 0 < made < 10_000


def test_nothing_of_a_closed_project_stays(desk: Desk, page: LogPage) -> None:
    desk.window.close_project()
    assert cells(page.table) == []
    assert "村编乙" not in everything_said()


def test_back_to_the_map(desk: Desk, page: LogPage) -> None:
    next(b for b in page.findChildren(QPushButton) if b.text() == "返回").click()
    assert desk.window.pages.currentWidget() is desk.window.explorer
