"""A plan is kept under a name, compared, ticked off, handed out, and told when it is out of date."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QLabel

from mingqing.desktop.evacuation.handing import roll_xlsx
from mingqing.desktop.evacuation.keep_page import KeepPage
from mingqing.desktop.evacuation.panel import KEEP, RESULT, EvacuationPanel
from mingqing.desktop.window import MainWindow
from tests.desktop.evacuation.conftest import FLOOD, SCHOOL, SLIDE, choose, id_of, press, texts
from tests.desktop.hands import Hands

Settle = Callable[[], None]


@pytest.fixture
def keep(panel: EvacuationPanel, settle: Settle) -> KeepPage:
    """The third step, with the plan for a landslide."""
    choose(panel, SLIDE)
    settle()
    panel.turn_to(KEEP)
    settle()
    return panel.keep


def save(keep: KeepPage, settle: Settle, name: str) -> None:
    keep.name.setText(name)
    keep.save.click()
    settle()
    settle()


def titles(keep: KeepPage) -> list[str]:
    return [entry.title for entry in keep.plans.entries]


def test_a_plan_is_kept_by_name_and_the_same_name_is_its_next_version(
    opened: MainWindow, panel: EvacuationPanel, keep: KeepPage, settle: Settle
) -> None:
    assert not keep.save.isEnabled()
    save(keep, settle, "雨季")
    assert titles(keep) == ["雨季（第 1 版）"]
    assert keep.said.text() == "已保存“雨季”"
    assert keep.save.text() == "已保存"
    assert not keep.save.isEnabled()  # nothing is other than in what was just kept
    panel.case.take(night=True)
    settle()
    assert not keep.said.isVisible()
    assert keep.save.text() == "存为第 2 版"
    save(keep, settle, "雨季")
    assert titles(keep) == ["雨季（第 2 版）", "雨季（第 1 版）"]
    opened.actions_["undo"].trigger()
    settle()
    assert titles(keep) == ["雨季（第 1 版）"]
    assert keep.save.isEnabled()  # what was taken back can be kept again


def test_a_kept_plan_is_worked_on_again(panel: EvacuationPanel, keep: KeepPage, settle: Settle) -> None:
    save(keep, settle, "滑坡")
    choose(panel, FLOOD)
    settle()
    keep.plans.choose(keep.plans.entries[0].key)
    press(panel, "打开")
    settle()
    assert panel.case.hazards == {id_of(panel, SLIDE)}
    assert panel.step == RESULT
    assert len(panel.result.houses.entries) == 3
    assert panel.result.houses.hasFocus()


def test_two_plans_are_compared_side_by_side(panel: EvacuationPanel, keep: KeepPage, settle: Settle) -> None:
    save(keep, settle, "滑坡")
    choose(panel, SLIDE, FLOOD)
    settle()
    save(keep, settle, "都来")
    keep.plans.choose(keep.plans.entries[0].key)
    keep.other.setCurrentIndex(1)
    keep.other.activated.emit(1)
    settle()
    assert keep.aside
    assert not panel.summary.isVisible()
    said = [each.text() for each in keep.compared.findChildren(QLabel)]
    at = said.index("滑坡\n第 1 版")
    assert said[at + 1] == "都来\n第 1 版"  # the earlier one stands left
    at = said.index("需转移人数")
    assert said[at + 1 : at + 3] == ["9 人", "12 人"]
    assert "只在后一个里要转移 1 处房屋" in said
    assert f"只有后一个算出事：{FLOOD}" in said
    assert keep.compared.isAncestorOf(panel.focusWidget())
    press(panel, "返回")
    assert panel.summary.isVisible()
    assert keep.plans.hasFocus()


def test_plans_without_a_difference_are_said_to_be_alike(
    panel: EvacuationPanel, keep: KeepPage, settle: Settle
) -> None:
    save(keep, settle, "白天")
    panel.case.take(night=True)
    settle()
    save(keep, settle, "夜间")
    keep.plans.choose(keep.plans.entries[0].key)
    keep.other.setCurrentIndex(1)
    keep.other.activated.emit(1)
    settle()
    said = [each.text() for each in keep.compared.findChildren(QLabel)]
    assert said[0] == "两份预案里每一户去哪里都一样"
    assert "时间：白天 → 夜间" in said


def test_who_has_left_is_ticked_off_and_those_left_are_counted(
    opened: MainWindow, panel: EvacuationPanel, keep: KeepPage, hands: Hands
) -> None:
    save(keep, hands.settle, "滑坡")
    keep.plans.choose(keep.plans.entries[0].key)
    press(panel, "转移登记")
    hands.settle()
    tick = keep.tick
    assert tick.count.text() == "还有 3 户 9 人"
    assert tick.by_shelter.text() == f"没到的：{SCHOOL} 9 人"
    tick.list.clicked.emit(tick.list.model().index(0, 0))
    assert tick.count.text() == "还有 2 户 6 人"  # at once
    hands.settle()
    assert tick.count.text() == "还有 2 户 6 人"
    assert len(tick.list.entries) == 2
    session = opened.session
    assert session is not None
    assert sorted(moved or 0 for (moved,) in session.rows("evacuee", ["moved"])) == [0, 0, 1]
    tick.only.setChecked(False)
    assert [entry.ticked for entry in tick.list.entries] == [False, False, True]
    hands.undo()
    assert tick.count.text() == "还有 3 户 9 人"


def test_one_household_is_found_by_name_among_those_to_be_ticked(
    panel: EvacuationPanel, keep: KeepPage, settle: Settle
) -> None:
    save(keep, settle, "滑坡")
    keep.plans.choose(keep.plans.entries[0].key)
    press(panel, "转移登记")
    settle()
    keep.tick.wanted.setText("甄01")
    assert [entry.title for entry in keep.tick.list.entries] == ["甄01"]


def test_a_plan_is_out_of_date_once_a_telephone_number_is_another(
    opened: MainWindow, panel: EvacuationPanel, keep: KeepPage, settle: Settle
) -> None:
    save(keep, settle, "滑坡")
    assert keep.plans.entries[0].tone == ""
    shelter = id_of(panel, SCHOOL)
    opened.explorer.editor.do(
        "修改避灾点", lambda made, _session: made.change("shelter", shelter, {"phone": "13900007531"})
    )
    settle()
    settle()
    (entry,) = keep.plans.entries
    assert entry.tone == "warning"
    assert entry.line.startswith("已过期")
    keep.plans.choose(entry.key)
    assert "3 张明白卡要换" in keep.stale.text()


def test_the_list_is_written_to_a_file_that_the_user_names(
    panel: EvacuationPanel, keep: KeepPage, settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "清单.xlsx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(path), ""))
    press(panel, "清单 Excel")
    settle()
    assert path.read_bytes().startswith(b"PK")
    assert keep.handing.said.text() == "已存为 清单.xlsx"
    shown: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", shown.append)
    press(panel, "打开所在文件夹")
    assert [Path(url.toLocalFile()) for url in shown] == [tmp_path]
    panel.case.take(night=True)
    settle()
    assert "打开所在文件夹" not in texts(panel)  # that file is of another plan


def test_what_takes_long_can_be_stopped(
    panel: EvacuationPanel, keep: KeepPage, settle: Settle, tmp_path: Path
) -> None:
    path = tmp_path / "清单.xlsx"
    keep.handing.write(path, roll_xlsx)
    assert "正在准备…" in texts(panel)
    press(panel, "停下")
    settle()
    assert not path.exists()
    assert not keep.handing.bar.isVisible()


def test_nothing_is_kept_or_handed_out_before_there_is_a_plan(panel: EvacuationPanel, settle: Settle) -> None:
    panel.turn_to(KEEP)
    settle()
    panel.keep.name.setText("空")
    assert not panel.keep.save.isEnabled()
    assert not any(made.isEnabled() for made in panel.keep.handing.buttons)


def test_a_planner_keeps_plans_and_a_viewer_is_not_offered_the_page(
    enter: Callable[[str], MainWindow], settle: Settle
) -> None:
    window = enter("规划员")
    panel = window.explorer.evacuation
    assert panel.may_plan
    window.actions_["evacuation"].trigger()
    settle()
    panel.turn_to(KEEP)
    assert panel.keep.name.isEnabled()
