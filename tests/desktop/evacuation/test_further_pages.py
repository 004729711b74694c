"""Beside who goes where: whether the roads are wide enough, and how far the shelters reach."""

from collections.abc import Callable

import pytest
import shapely
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel

from mingqing.desktop.evacuation.panel import RESULT, EvacuationPanel
from mingqing.desktop.window import MainWindow
from tests.desktop.conftest import EAST, NORTH
from tests.desktop.evacuation.conftest import SLIDE, choose, press, texts
from tests.desktop.hands import Hands

Settle = Callable[[], None]


@pytest.fixture
def result(panel: EvacuationPanel, settle: Settle) -> EvacuationPanel:
    """The second step, with the plan for a landslide."""
    choose(panel, SLIDE)
    settle()
    panel.turn_to(RESULT)
    return panel


def test_it_is_told_when_all_are_there_and_whether_they_queue(
    result: EvacuationPanel, settle: Settle
) -> None:
    assert result.flow.outlook is None  # not before it is asked for
    press(result, "人流")
    settle()
    assert result.flow.told.text().startswith("同时出发，")
    assert result.flow.told.text().endswith("路上不用排队")
    assert result.flow.chart.isVisible()
    assert result.flow.chart.accessibleName() == "到达人数，共 9 人"
    drawn = result.flow.chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    right, foot = drawn.width() - 6, drawn.height() - 30
    assert drawn.pixelColor(right, foot) != drawn.pixelColor(6, foot)  # more have arrived by then


def test_to_go_around_queues_is_part_of_the_case(result: EvacuationPanel, settle: Settle) -> None:
    press(result, "人流")
    settle()
    result.flow.around.click()
    settle()
    assert result.case.scenario.congestion
    assert result.planner.outcome is not None
    assert result.planner.outcome.scenario.congestion


def test_the_reach_of_shelters_is_counted_and_washed_over_the_map(
    opened: MainWindow, result: EvacuationPanel, settle: Settle
) -> None:
    press(result, "服务范围")
    settle()
    areas = result.areas.areas
    assert areas is not None
    said = [each.text() for each in result.areas.findChildren(QLabel)]
    assert said[said.index("5 分钟以内") + 1] == f"{areas.households[0]} 户 {areas.people[0]} 人"
    assert int(areas.households.sum()) == 6
    ground = result.planner.ground
    assert ground is not None
    slide = ground.hazards.shapes[list(ground.hazards.names).index(SLIDE)]
    assert shapely.area(shapely.intersection(areas.shapes, slide)).sum() == pytest.approx(0, abs=0.01)
    assert "按第 1 步选的算：1 处隐患点出事" in result.areas.about.text()
    assert len(result.on_map.overlay.content.areas) == 4
    press(result, "转移户")
    assert result.on_map.overlay.content.areas == ()
    result.case.forget()
    assert result.areas.about.text().endswith("没有选隐患点，按平时算")


def test_where_one_more_shelter_would_help_is_asked_of_places_with_a_name(
    opened: MainWindow, result: EvacuationPanel, hands: Hands
) -> None:
    spot = shapely.Point(EAST + 300, NORTH + 285)
    opened.explorer.editor.do("画点", lambda made, _s: made.add("place_name", {"name": "晒谷场"}, spot))
    hands.settle()
    press(result, "服务范围")
    hands.settle()
    press(result, "再建一处避灾点")
    hands.settle()
    (site,) = result.areas.sites.entries
    assert site.title == "晒谷场"
    assert site.aside.endswith("人更近")
    assert any("试了 1 处" in text for text in texts(result))
    result.areas.sites.choose(site.key)
    assert result.on_map.overlay.mark == pytest.approx((spot.x, spot.y))
