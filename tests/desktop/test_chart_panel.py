"""Charts of the village in view, beside the map."""

from collections.abc import Callable

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel

from mingqing.classify.charts import AgeGroup, Bars, Pyramid
from mingqing.desktop.charts.drawing import PyramidView
from mingqing.desktop.charts.panel import ChartPanel, notes
from mingqing.desktop.window import MainWindow

Settle = Callable[[], None]


def test_charts_are_of_the_village_in_view(opened: MainWindow, settle: Settle) -> None:
    panel = opened.explorer.charts
    opened.actions_["charts"].trigger()
    settle()
    (structures,) = panel.charts
    assert isinstance(structures, Bars)
    assert sum(bar.value for bar in structures.bars) == 12
    opened.explorer.show_village("331124204202")
    settle()
    (structures,) = panel.charts
    assert sum(bar.value for bar in structures.bars) == 6
    assert "小竹溪村" in panel._scope.text()


def test_it_is_said_that_it_is_being_counted(opened: MainWindow, settle: Settle) -> None:
    panel = opened.explorer.charts
    opened.actions_["charts"].trigger()
    assert _said(panel) == ["正在统计…"]
    settle()
    assert "正在统计…" not in _said(panel)


def _said(panel: ChartPanel) -> list[str]:
    texts = [panel._list.itemAt(n).widget() for n in range(panel._list.count())]
    return [found.text() for found in texts if isinstance(found, QLabel)]


def test_nothing_is_counted_while_the_charts_are_closed(opened: MainWindow, settle: Settle) -> None:
    opened.explorer.show_village("331124204202")
    settle()
    assert opened.explorer.charts.charts == ()


def test_a_viewer_is_shown_no_ages(enter: Callable[[str], MainWindow], settle: Settle) -> None:
    window = enter("查阅员")
    window.actions_["charts"].trigger()
    settle()
    assert [type(chart) for chart in window.explorer.charts.charts] == [Bars]


def test_on_a_narrow_screen_classes_and_charts_take_turns(opened: MainWindow, settle: Settle) -> None:
    opened.resize(1100, 700)
    opened.actions_["charts"].setChecked(True)
    opened.explorer.legend.classing.emit("house")
    assert opened.explorer.charts.isHidden()
    opened.actions_["charts"].setChecked(True)
    assert opened.explorer.classing.isHidden()
    settle()


def test_men_stand_left_and_women_right_and_the_away_are_told() -> None:
    pyramid = Pyramid(
        "年龄", (AgeGroup("0–9", (3, 0), (0, 0)), AgeGroup("10–19", (0, 0), (1, 2))), 4, split=True
    )
    assert notes(pyramid) == ["淡的一段是外出的，共 2 人", "出生日期或性别不详 4 人"]
    view = PyramidView(pyramid)
    view.resize(260, view.sizeHint().height())
    image = QImage(view.size(), QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    view.render(image)
    youngest, older = 26 * 2 + 13, 26 + 13
    assert image.pixelColor(60, youngest).blue() > image.pixelColor(60, youngest).red() + 40
    assert image.pixelColor(200, youngest) == image.pixelColor(2, 2)
    assert image.pixelColor(170, older).red() > image.pixelColor(170, older).blue() + 40
