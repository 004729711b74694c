"""A clerk classes the houses: the map follows, the project keeps it, who may not see it is not shown it."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from mingqing.access.policy import Policy
from mingqing.access.roles import Role
from mingqing.catalog.color import Color
from mingqing.classify.choice import Kind
from mingqing.desktop.classify.panel import ClassifyPanel
from mingqing.desktop.classify.rules import read_value
from mingqing.desktop.map.sheet import draw_sheet
from mingqing.desktop.window import MainWindow
from mingqing.store.project import open_project
from mingqing.store.saved import save, saved

from .conftest import PASSWORD, USER

Settle = Callable[[], None]
_KEY = ("household", "house")


@pytest.fixture
def storeys(project: Path) -> None:
    """Houses of one to six storeys, and of one nobody knows."""
    with open_project(project, user=USER, password=PASSWORD) as session:
        ids = [int(i) for (i,) in session.rows("house", ["id"])]
        with session.transaction("edit", "层数") as change:
            change.update("house", ids, {"storeys": [None, *(n % 6 + 1 for n in range(len(ids) - 1))]})


@pytest.fixture
def panel(storeys: None, opened: MainWindow, settle: Settle) -> ClassifyPanel:
    """The panel, open for the houses of 村情民情图."""
    opened.explorer.show_theme("household")
    opened.explorer.legend.classing.emit("house")
    settle()
    return opened.explorer.classing


def choose(box: QComboBox, text: str) -> None:
    found = [n for n in range(box.count()) if text in box.itemText(n)]
    assert found, [box.itemText(n) for n in range(box.count())]
    box.setCurrentIndex(found[0])


def legend_of(window: MainWindow) -> list[tuple[str, int]]:
    frame = window.explorer.canvas.frame
    assert frame is not None
    return [(e.title, e.count) for e in frame.legend if e.table == "house"]


def test_the_map_and_its_legend_follow_what_is_chosen(
    opened: MainWindow, panel: ClassifyPanel, settle: Settle
) -> None:
    choose(panel.kind, "分级")
    choose(panel.field, "层数")
    settle()
    made = opened.explorer.looks.of(_KEY)
    assert made is not None
    titles = [part.title for part in made.choice.parts]
    assert [t for t, _ in legend_of(opened) if t in titles] == titles
    assert [line.text() for line in panel.parts.titles] == titles
    assert sum(made.counts) == 12
    assert "按层数上色" in [label.text() for label in opened.explorer.legend.findChildren(type(panel._title))]


def test_what_is_chosen_reaches_a_process_that_draws(
    opened: MainWindow, panel: ClassifyPanel, settle: Settle
) -> None:
    choose(panel.field, "房屋结构")
    settle()
    opened.explorer.legend.classing.emit("village")
    choose(panel.field, "农房数")
    settle()
    request = opened.explorer.canvas.request
    assert request is not None
    assert set(request.styles) == {"house", "village"}
    sent = pickle.loads(pickle.dumps(request))  # noqa: S301 - as the pipe between the two does
    assert sent.styles == request.styles


def test_fewer_classes_and_another_method_make_other_breaks(panel: ClassifyPanel, settle: Settle) -> None:
    choose(panel.kind, "分级")
    choose(panel.field, "层数")
    choose(panel.classes, "3 级")
    choose(panel.method, "等间距")
    settle()
    assert [line.text() for line in panel.parts.titles] == ["2 层及以下", "3–4 层", "5 层及以上"]


def test_a_break_is_dragged(qtbot: QtBot, panel: ClassifyPanel, settle: Settle) -> None:
    choose(panel.kind, "分级")
    choose(panel.field, "层数")
    choose(panel.classes, "2 级")
    settle()
    histogram = panel.histogram
    at = histogram._x(histogram._cuts[0])
    qtbot.mousePress(histogram, Qt.MouseButton.LeftButton, pos=QPointF(at, 20).toPoint())
    qtbot.mouseMove(histogram, QPointF(histogram._x(6.0), 20).toPoint())
    qtbot.mouseRelease(histogram, Qt.MouseButton.LeftButton, pos=QPointF(at, 20).toPoint())
    settle()
    assert [line.text() for line in panel.parts.titles] == ["5 层及以下", "6 层及以上"]


def test_titles_and_colours_are_the_users_own(
    opened: MainWindow, panel: ClassifyPanel, settle: Settle
) -> None:
    choose(panel.field, "房屋结构")
    settle()
    panel.parts.titles[0].setText("砖房")
    panel.parts.titles[0].editingFinished.emit()
    panel.parts.colors[0].picked.emit(Color("#123456", "#654321"))
    settle()
    style = opened.explorer.looks.restyled("household")[0].style
    assert style is not None
    assert style.classes[0].title == "砖房"
    assert style.classes[0].symbols[0].color == Color("#123456", "#654321")
    panel.palettes.strip_of("tol_muted").click()
    settle()
    assert panel.parts.titles[0].text() == "砖房"
    assert opened.explorer.looks.restyled("household")[0].style.classes[0].symbols[0].color.light == "#DDCC77"


def test_what_is_kept_is_there_again_and_can_be_put_back(
    qtbot: QtBot, opened: MainWindow, panel: ClassifyPanel, project: Path, settle: Settle
) -> None:
    choose(panel.field, "房屋结构")
    settle()
    panel.keep.click()
    settle()
    assert not panel.keep.isEnabled()
    opened.close_project()
    opened.open_now(project, USER, PASSWORD)
    qtbot.waitUntil(lambda: opened.session is not None, timeout=15_000)
    settle()
    assert [t for t, _ in legend_of(opened)][:2] == ["砖混", "砖木"]
    opened.explorer.legend.classing.emit("house")
    assert panel.field.currentText() == "房屋结构"
    panel.back.click()
    settle()
    assert opened.explorer.looks.restyled("household") == ()
    with open_project(project, user=USER, password=PASSWORD) as session:
        assert saved(session, "classification") == []


def test_rules_are_put_together_from_boxes(opened: MainWindow, panel: ClassifyPanel, settle: Settle) -> None:
    choose(panel.kind, "按条件")
    settle()
    rule = panel.rules.boxes[0].rows[0]
    choose(rule.field, "层数")
    choose(rule.relation, "不小于")
    assert isinstance(rule.value, QLineEdit)
    rule.value.setText("5")
    rule.value.editingFinished.emit()
    settle()
    made = opened.explorer.looks.of(_KEY)
    assert made is not None
    assert made.choice.parts[0].title == "层数不小于 5 层"
    assert made.counts == (3, 9)
    assert "其他" in dict(legend_of(opened))
    rule.value.setText("五层")
    rule.value.editingFinished.emit()
    settle()
    assert opened.explorer.looks.of(_KEY) is made


def test_heat_lies_over_the_map_of_whatever_stands_at_houses(
    opened: MainWindow, panel: ClassifyPanel, settle: Settle
) -> None:
    choose(panel.kind, "热力")
    choose(panel.field, "人口")
    settle()
    (restyled,) = opened.explorer.looks.restyled("household")
    assert restyled.heat is not None
    assert restyled.heat.weights.sum() == 12
    assert restyled.style is None


def test_a_heat_of_nothing_that_has_a_place_says_so(
    opened: MainWindow, panel: ClassifyPanel, settle: Settle
) -> None:
    choose(panel.kind, "热力")
    choose(panel.field, "建筑面积")
    settle()
    made = opened.explorer.looks.of(_KEY)
    assert made is not None
    assert made.counts == (0, 12)
    assert "没有一条在图上有位置" in panel._about.text()


def test_nothing_looks_as_if_it_could_be_kept_before_anything_is_chosen(
    panel: ClassifyPanel, settle: Settle
) -> None:
    choose(panel.field, "层数")
    settle()
    assert panel.keep.isEnabled()
    choose(panel.kind, "热力")
    settle()
    assert not panel.keep.isEnabled()


def test_it_is_said_that_there_are_fewer_classes_than_asked_for(panel: ClassifyPanel, settle: Settle) -> None:
    choose(panel.kind, "分级")
    choose(panel.field, "层数")
    choose(panel.classes, "9 级")
    settle()
    shown = len(panel.parts.titles)
    assert shown < 9
    assert f"只分得出 {shown} 级" in panel._about.text()
    choose(panel.classes, "2 级")
    settle()
    assert "只分得出" not in panel._about.text()


def test_why_it_cannot_be_kept_is_the_projects_own_reason(
    opened: MainWindow, panel: ClassifyPanel, settle: Settle
) -> None:
    session = opened.session
    assert session is not None
    session.info = replace(session.info, read_only="项目文件夹是只读的")
    panel.offer(session)
    panel.show_table("household", "house")
    choose(panel.field, "层数")
    settle()
    assert not panel.keep.isEnabled()
    assert panel.keep.toolTip() == "项目文件夹是只读的"


def test_villages_are_coloured_by_a_statistic(
    opened: MainWindow, panel: ClassifyPanel, settle: Settle
) -> None:
    opened.explorer.legend.classing.emit("village")
    choose(panel.field, "农房数")
    settle()
    made = opened.explorer.looks.of(("household", "village"))
    assert made is not None
    assert made.choice.kind is Kind.AREAS
    assert sorted(made.values.values()) == [6, 6]


def test_the_panel_follows_to_a_map_that_has_the_table_and_goes_where_it_has_not(
    opened: MainWindow, panel: ClassifyPanel, settle: Settle
) -> None:
    opened.explorer.show_theme("industry")
    assert panel.isVisible()
    opened.explorer.legend.classing.emit("plot")
    opened.explorer.show_theme("household")
    assert panel.isHidden()
    settle()


def test_a_viewer_is_offered_nothing_personal_and_not_shown_what_others_made_of_it(
    enter: Callable[[str], MainWindow], staffed: Path, settle: Settle
) -> None:
    with open_project(staffed, user=USER, password=PASSWORD) as session:
        value = {
            "theme": "household",
            "over": "village",
            "choice": {
                **dict.fromkeys(("palette", "field"), ""),
                "table": "village",
                "kind": "areas",
                "field": "old_share",
                "method": "natural",
                "classes": 5,
                "reverse": False,
                "parts": [],
            },
        }
        save(
            session, "classification", "household/village", value, shared=True, fields=["resident.birth_date"]
        )
    window = enter("查阅员")
    assert window.explorer.looks.of(("household", "village")) is None
    window.explorer.show_theme("household")
    window.explorer.legend.classing.emit("village")
    panel = window.explorer.classing
    assert "60 岁以上占比" not in [panel.field.itemText(n) for n in range(panel.field.count())]
    choose(panel.field, "农房数")
    settle()
    assert window.explorer.looks.of(("household", "village")) is not None
    assert not panel.keep.isEnabled()


def test_what_cannot_be_read_is_said_and_drawn_as_usual(
    qtbot: QtBot, window: MainWindow, project: Path, settle: Settle
) -> None:
    with open_project(project, user=USER, password=PASSWORD) as session:
        save(session, "classification", "乱写的", {"theme": "household", "choice": [1]}, shared=True)
    window.open_now(project, USER, PASSWORD)
    qtbot.waitUntil(lambda: window.session is not None, timeout=15_000)
    settle()
    assert "乱写的" in window.explorer.banner.text
    assert window.explorer.looks.restyled("household") == ()


def test_a_map_that_is_copied_shows_no_class_that_may_not_be_printed(
    opened: MainWindow, panel: ClassifyPanel, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(panel.field, "房屋结构")
    settle()
    request, session = opened.explorer.canvas.request, opened.session
    assert request is not None
    assert session is not None
    pictures = []
    for shows in ("clear", "absent"):
        policy = _printing(session.policy, shows)
        with session.clone() as own:
            monkeypatch.setattr(type(own), "policy", property(lambda _, p=policy: p))
            pictures.append(draw_sheet(own, request, "样图", lambda: False).image)
            monkeypatch.undo()
    assert pictures[0] != pictures[1]


def _printing(policy: Policy, shows: str) -> Policy:
    """Return a policy that sees everything and prints the structure of houses only where `shows` is clear."""
    from mingqing.access.roles import Action, Shows

    sees = frozenset({Action.SEE})
    everything = {"open": Shows.CLEAR, "personal": Shows.CLEAR, "sensitive": Shows.CLEAR}
    looker = Role("looker", "看", "看", {"*": sees}, everything)
    printer = Role(
        "printer", "印", "印", {"*": sees | {Action.PRINT}}, {**everything, "house.structure": Shows(shows)}
    )
    return Policy((looker, printer), None, policy.catalog)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("storeys", " 3 ", 3),
        ("floor_area_m2", "80.5", 80.5),
        ("storeys", "三", None),
        ("storeys", "inf", None),
        ("storeys", "nan", None),
        ("verified_on", "2024", "2024-01-01"),
        ("verified_on", "2024-02-30", None),
        ("address", "半岭", "半岭"),
        ("address", " ", None),
    ],
)
def test_what_is_typed_is_taken_as_the_field_holds_it(
    opened: MainWindow, field: str, text: str, value: object
) -> None:
    house = opened.session.catalog.tables["house"] if opened.session is not None else None
    assert house is not None
    assert read_value(house.field_by_name[field], text) == value
