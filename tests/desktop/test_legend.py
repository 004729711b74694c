"""The legend at the left: its numbers are read whole, however large they are."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLabel, QScrollArea, QToolButton
from pytestqt.qtbot import QtBot

from mingqing.catalog.load import catalog
from mingqing.desktop.legend import LegendPanel
from mingqing.render.scene import LegendEntry


@pytest.mark.parametrize("theme", ["industry", "key_person"])
def test_no_number_is_cut_off(qtbot: QtBot, theme: str) -> None:
    known = catalog()
    panel, layer = LegendPanel(known), known.layers[theme]
    qtbot.addWidget(panel)
    counts = {draw.table: 1_179_921 for draw in layer.draws}
    panel.show_counts(counts, "全部")
    panel.show_classed(frozenset(counts), {})
    panel.show_theme(layer)
    draw = layer.draws[-1]
    style = known.styles[draw.table][draw.variant]
    long = "一个名字很长很长很长很长很长很长很长的类别"
    panel.show_classes([LegendEntry(draw.table, "", long, style.otherwise, 1_063_000)], counts)
    panel.resize(panel.width(), 400)
    panel.show()
    area = panel.findChild(QScrollArea)
    assert area is not None
    seen = area.viewport()
    inside = area.widget()
    ends = {
        found.mapTo(inside, QPoint(found.width(), 0)).x()
        for found in (*inside.findChildren(QLabel), *inside.findChildren(QToolButton))
    }
    assert max(ends) <= seen.width()
    assert inside.width() <= seen.width()
    numbers = [found for found in inside.findChildren(QLabel) if found.text()[:1].isdigit()]
    assert len(numbers) > 1
    assert all(found.width() >= found.sizeHint().width() for found in numbers)


def test_it_stays_where_it_was_scrolled_to_while_what_is_listed_changes(qtbot: QtBot) -> None:
    known = catalog()
    panel, layer = LegendPanel(known), known.layers["household"]
    qtbot.addWidget(panel)
    counts = {draw.table: 100 for draw in layer.draws}
    draw = layer.draws[0]
    style = known.styles[draw.table][draw.variant]
    entries = [LegendEntry(draw.table, "", f"第{n}类", style.otherwise, n) for n in range(8)]
    panel.show_theme(layer)
    panel.show_counts(counts, "全部")
    panel.show_classes(entries, counts)
    panel.resize(panel.width(), 320)
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    area = panel.findChild(QScrollArea)
    assert area is not None
    bar = area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 150)
    panel.switch_of(draw.table).setFocus()
    bar.setValue(bar.maximum() - 10)
    there = bar.value()
    panel.show_counts({**counts, draw.table: 101}, "全部")
    qtbot.wait(20)
    panel.show_classes([], {})
    qtbot.wait(20)
    assert bar.maximum() < there
    panel.show_classes(entries, counts)
    qtbot.waitUntil(lambda: bar.maximum() > there)
    assert bar.value() == there
    assert panel.switch_of(draw.table).hasFocus()
    bar.setValue(5)
    panel.show_classes([], {})
    qtbot.wait(20)
    assert bar.value() == 5
    panel.show_theme(known.layers["industry"])
    qtbot.wait(20)
    assert bar.value() == 0
