"""The print page shows the paper as it will be; what is done with mouse and keys is asked for and drawn."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton
from pytestqt.qtbot import QtBot

from mingqing.core.errors import InputRefused
from mingqing.desktop.printing import drafting
from mingqing.desktop.printing.choices import PUBLIC
from mingqing.desktop.printing.drafting import Drawn, PageWanted
from mingqing.desktop.printing.page import PrintPage
from mingqing.desktop.window import MainWindow
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.compose import Maker
from mingqing.printing.wall.output import as_image
from mingqing.store.project import open_project
from tests.desktop.conftest import PASSWORD, USER

from .conftest import HERE, THERE

Settle = Callable[[], None]
LEFT, NONE, CTRL = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
)


def drawn(page: PrintPage) -> Drawn:
    assert page.view.drawn is not None
    return page.view.drawn


def asked(page: PrintPage) -> Asked:
    assert page.asked is not None
    return page.asked


def drag(qtbot: QtBot, page: PrintPage, x: int, y: int) -> None:
    start = page.view.frame.center().toPoint()
    qtbot.mousePress(page.view, LEFT, NONE, start)
    qtbot.mouseMove(page.view, start + QPoint(x // 2, y // 2))
    qtbot.mouseMove(page.view, start + QPoint(x, y))
    qtbot.mouseRelease(page.view, LEFT, NONE, start + QPoint(x, y))


def wheel(page: PrintPage, at: QPointF, turned: int, keys: Qt.KeyboardModifier = NONE) -> None:
    event = QWheelEvent(
        at,
        page.view.mapToGlobal(at),
        QPoint(),
        QPoint(0, turned),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,  # noqa: FBT003 - Qt's
    )
    QApplication.sendEvent(page.view, event)


def press(page: PrintPage, text: str) -> None:
    found = [b for b in page.findChildren(QPushButton) if b.text().strip() == text and b.isVisible()]
    assert found, text
    found[0].click()


def test_the_page_is_of_the_map_and_the_village_on_screen_and_as_it_will_be_printed(
    page: PrintPage, shared: MainWindow, folder: Path
) -> None:
    assert shared.pages.currentWidget() is page
    assert asked(page) == Asked(shared.explorer.theme, HERE)
    shown = drawn(page)
    with open_project(folder, user=USER, password=PASSWORD) as session:
        wall = Maker(session).sheets(asked(page))[0]
    assert shown.title == wall.title == "小竹溪村村情民情图"
    assert (shown.scale, shown.size_mm) == (wall.scale, wall.paper.size_mm)
    again = as_image(wall, shown.wanted.dpi)
    assert _alike(shown.image, again) > 0.99  # the minute in the footer may have passed


def _alike(a: QImage, b: QImage) -> float:
    assert a.size() == b.size()
    pixels = zip(bytes(a.constBits())[::97], bytes(b.constBits())[::97], strict=True)
    same = [x == y for x, y in pixels]
    return sum(same) / len(same)


def test_the_picture_is_as_fine_as_the_screen_and_drawn_anew_when_looked_at_from_nearer(
    page: PrintPage, still: Settle
) -> None:
    view = page.view
    before = drawn(page).width
    assert abs(before - view.lying.paper.width()) < 2
    view.zoom(2.0)
    assert view.lying.fits == ""
    still()
    assert abs(drawn(page).width - 2 * before) < 4
    press(page, "整页")
    still()
    assert abs(drawn(page).width - before) < 2


def test_a_map_that_is_dragged_follows_the_hand_and_is_drawn_there(
    qtbot: QtBot, page: PrintPage, still: Settle
) -> None:
    first, zoom = drawn(page), page.view.lying.zoom
    drag(qtbot, page, 60, -40)
    assert (page.view.hand.x, page.view.hand.y) == (60, -40)
    assert page.view.grab().toImage() != QImage()
    metres = first.scale / 1000 / zoom
    centre = asked(page).centre
    assert centre is not None
    assert centre == pytest.approx((first.centre[0] - 60 * metres, first.centre[1] - 40 * metres))
    assert asked(page).scale == first.scale
    still()
    assert drawn(page).centre == pytest.approx(centre)
    assert (page.view.hand.x, page.view.hand.y) == (0, 0)


def test_two_drags_in_a_row_add_up_though_the_first_is_not_drawn_yet(
    qtbot: QtBot, page: PrintPage, still: Settle
) -> None:
    first = drawn(page)
    metres = first.scale / 1000 / page.view.lying.zoom
    drag(qtbot, page, 50, 0)
    drag(qtbot, page, 30, 20)
    still()
    assert drawn(page).centre == pytest.approx((first.centre[0] - 80 * metres, first.centre[1] + 20 * metres))


def test_the_whole_village_comes_back_by_one_button(qtbot: QtBot, page: PrintPage, still: Settle) -> None:
    first = drawn(page)
    assert not page.choices.back.isVisible()
    drag(qtbot, page, 90, 90)
    still()
    page.choices.back.click()
    still()
    assert asked(page).centre is None
    assert asked(page).scale is None
    assert drawn(page).centre == first.centre


def test_ctrl_and_wheel_over_the_map_take_the_next_round_scale_and_the_wheel_alone_the_page(
    page: PrintPage, still: Settle
) -> None:
    first = drawn(page)
    wheel(page, page.view.frame.center(), 120)
    assert asked(page).scale is None
    assert page.view.lying.fits == ""
    wheel(page, page.view.frame.center(), 120, CTRL)
    smaller = asked(page).scale
    assert smaller is not None
    assert smaller < first.scale
    assert str(smaller)[0] in "125"
    assert page.view.hand.by == pytest.approx(first.scale / smaller)  # shown larger at once
    still()
    assert drawn(page).scale == smaller
    assert page.view.hand.by == 1
    wheel(page, page.view.frame.center(), -120, CTRL)
    still()
    assert drawn(page).scale > smaller
    page.view.fit("page")


def test_plus_minus_and_arrows_do_the_same(qtbot: QtBot, page: PrintPage, still: Settle) -> None:
    first = drawn(page)
    qtbot.keyClick(page.view, Qt.Key.Key_Minus)
    still()
    assert drawn(page).scale > first.scale
    qtbot.keyClick(page.view, Qt.Key.Key_Right)
    still()
    assert drawn(page).centre[0] > first.centre[0]


def test_a_scale_is_typed_or_chosen(qtbot: QtBot, page: PrintPage, still: Settle) -> None:
    line = page.choices._typed
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "3500")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    still()
    assert drawn(page).scale == 3500
    page.choices.scale.setCurrentIndex(0)
    page.choices.scale.activated.emit(0)
    still()
    assert asked(page).scale is None
    assert page.choices.scale.currentText().startswith("自动 1:")


def test_the_title_is_typed_over_where_it_stands(qtbot: QtBot, page: PrintPage, still: Settle) -> None:
    view = page.view
    qtbot.mouseDClick(view, LEFT, NONE, view.lying.place(drawn(page).boxes.title).center().toPoint())
    assert view.title.isVisible()
    assert view.title.text() == drawn(page).title
    view.title.insert("挂在祠堂的图")
    qtbot.keyClick(view.title, Qt.Key.Key_Return)
    still()
    assert not view.title.isVisible()
    assert drawn(page).title == "挂在祠堂的图" == page.choices.title.text()


def test_esc_leaves_the_title_as_it_was_and_then_the_page(
    qtbot: QtBot, page: PrintPage, shared: MainWindow, still: Settle
) -> None:
    view = page.view
    qtbot.mouseDClick(view, LEFT, NONE, view.lying.place(drawn(page).boxes.title).center().toPoint())
    view.title.insert("不要了")
    shared.actions_["dismiss"].trigger()
    assert shared.pages.currentWidget() is page
    assert asked(page).title is None
    shared.actions_["dismiss"].trigger()
    assert shared.pages.currentWidget() is shared.explorer
    still()


def test_paper_and_orientation_are_chosen_and_remembered_on_this_computer(
    page: PrintPage, shared: MainWindow, still: Settle
) -> None:
    page.choices.paper.setCurrentIndex(0)
    page.choices.paper.activated.emit(0)
    page.choices.way.buttons[True].click()
    still()
    assert drawn(page).size_mm == pytest.approx((210, 297), abs=1)
    page.left.emit()
    shared.actions_["print"].trigger()
    still()
    assert (asked(page).paper, asked(page).portrait) == ("A4", True)
    assert shared.settings.printing["map"] == {
        "paper": "A4",
        "portrait": True,
        "theme": "household",
        "template": "",
        "mono": False,
        "footer": True,
    }


def test_layers_are_switched_off_and_all_on_again(page: PrintPage, still: Settle) -> None:
    boxes = page.choices.layers.boxes
    assert next(iter(boxes)) in {"house", "resource"}
    boxes["house"].click()
    still()
    only = asked(page).only
    assert only is not None
    assert "house" not in only
    assert only | {"house"} == {name for name, box in boxes.items() if box.isEnabled()}
    press(page, "全部打开")
    still()
    assert asked(page).only is None
    assert boxes["house"].isChecked()


def test_another_map_and_another_village_are_chosen(qtbot: QtBot, page: PrintPage, still: Settle) -> None:
    drag(qtbot, page, 40, 0)
    page.choices.village.chosen.emit(THERE)
    still()
    assert drawn(page).title.startswith("横岗村")
    assert asked(page).centre is None
    number = page.choices.theme.findData("disaster")
    page.choices.theme.setCurrentIndex(number)
    page.choices.theme.activated.emit(number)
    still()
    assert asked(page).theme == "disaster"
    assert "hazard" in page.choices.layers.boxes


def test_the_village_has_to_be_one(page: PrintPage) -> None:
    page.choices.village.open()
    popup = page.choices.village.popup
    rows = [str(popup._model.item(n).text()) for n in range(popup._model.rowCount())]
    popup.hide()
    assert "全部村" not in rows
    assert {"小竹溪村", "横岗村"} <= set(rows)


def test_a_public_map_without_its_number_is_not_printed_and_says_what_to_fill_in(
    qtbot: QtBot, page: PrintPage, still: Settle
) -> None:
    giving = page.giving
    assert giving.print.isEnabled()
    number = page.choices.secrecy.findData(PUBLIC)
    page.choices.secrecy.setCurrentIndex(number)
    page.choices.secrecy.activated.emit(number)
    assert not giving.print.isEnabled()  # not before it has been looked through
    still()
    assert drawn(page).secrecy == PUBLIC
    for button in (giving.print, giving.pdf, giving.picture):
        assert not button.isEnabled()
        assert "审图号" in button.toolTip()
    press(page, "去填")
    field = page.choices.approval
    assert page.window().focusWidget() is field
    field.selectAll()
    qtbot.keyClicks(field, "2026")
    field.setText("浙S(2026)12号")
    field.setModified(True)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    still()
    assert asked(page).approval == "浙S(2026)12号"
    assert "审图号" not in page.troubles.stop


def test_ctrl_z_takes_back_a_choice_and_no_edit_of_the_map(
    qtbot: QtBot, page: PrintPage, shared: MainWindow, still: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits: list[str] = []
    monkeypatch.setattr(shared.explorer.editor, "undo", lambda: edits.append("undo"))
    page.change(paper="A1")
    still()
    page.view.setFocus()
    override = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, CTRL)
    override.ignore()
    QApplication.sendEvent(page.view, override)
    assert override.isAccepted()  # the window's own key is not for it
    qtbot.keyClick(page.view, Qt.Key.Key_Z, CTRL)
    assert asked(page).paper == "A3"
    qtbot.keyClick(page.view, Qt.Key.Key_Y, CTRL)
    assert asked(page).paper == "A1"
    assert not edits
    still()


def test_a_map_in_sections_has_a_page_each_and_is_not_dragged(page: PrintPage, still: Settle) -> None:
    page.change(scale=1000, sections=True, paper="A4")
    still()
    assert drawn(page).of > 2
    assert page._strip.isVisible()
    page._sheets.button(2).click()
    still()
    assert drawn(page).wanted.sheet == 2
    assert not page.view.movable
    assert drawn(page).scale == 1000
    page.change(sections=False, scale=None)
    still()
    assert drawn(page).of == 1
    assert page.view.movable
    assert not page._strip.isVisible()


def test_a_template_of_the_project_is_offered_for_its_map_and_taken_up_next_time(
    page: PrintPage, shared: MainWindow, folder: Path, still: Settle
) -> None:
    own = folder / "print" / "祠堂.toml"
    own.parent.mkdir(exist_ok=True)
    own.write_text('theme = "household"\ntitle = "{village}祠堂图"\n', encoding="utf-8")
    page.left.emit()
    shared.actions_["print"].trigger()
    still()
    number = page.choices.template.findData("祠堂")
    assert number > 0
    page.choices.template.setCurrentIndex(number)
    page.choices.template.activated.emit(number)
    still()
    assert drawn(page).title == "小竹溪村祠堂图"
    page.left.emit()
    shared.actions_["print"].trigger()
    still()
    assert (asked(page).template, drawn(page).title) == ("祠堂", "小竹溪村祠堂图")
    disaster = page.choices.theme.findData("disaster")
    page.choices.theme.setCurrentIndex(disaster)
    page.choices.theme.activated.emit(disaster)
    still()
    assert asked(page).template == ""
    assert page.choices.template.findData("祠堂") < 0
    own.unlink()


def test_what_is_wrong_shows_its_place_on_the_page(page: PrintPage, still: Settle) -> None:
    page.change(scale=500, centre=(drawn(page).centre[0] + 100, drawn(page).centre[1]))
    still()
    placed = [t for t in page.troubles.troubles if t.at is not None]
    assert placed
    before = page.view.grab().toImage()
    page.troubles.placed.emit(placed[0])
    assert page.view.grab().toImage() != before
    page.view._unmark()


def test_what_cannot_be_drawn_says_why_and_the_page_before_stays(
    qtbot: QtBot, page: PrintPage, still: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = drawn(page)

    def refuse(*_: object, **__: object) -> None:
        raise InputRefused("横岗村没有村界，画不了图")

    with monkeypatch.context() as patch:
        patch.setattr(drafting.Maker, "sheets", refuse)
        drag(qtbot, page, 30, 0)
        still()
    assert page.banner.text == "横岗村没有村界，画不了图"
    assert page.view.drawn is first
    assert page.view.hand.x == 0
    assert not page.giving.print.isEnabled()
    page.change(paper="A2")
    still()
    assert page.giving.print.isEnabled()


class Slow:
    """A studio that draws when it is told to, and notes what it was asked for."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.wanted: list[PageWanted] = []

    def __call__(
        self, session: Any, wanted: PageWanted, _cancelled: object, deliver: Callable[[Any], None]
    ) -> None:
        self.wanted.append(wanted)
        self.go.wait(10)
        wanted(session, lambda: False, deliver)  # draws what nobody waits for as well


@pytest.fixture
def slow(page: PrintPage) -> Iterator[Slow]:
    made, real = Slow(), page._studio
    page._studio = made  # type: ignore[assignment]
    yield made
    made.go.set()
    page._studio = real


def test_while_a_page_is_made_the_window_lives_and_only_the_last_one_asked_for_is_shown(
    qtbot: QtBot, page: PrintPage, slow: Slow, still: Settle
) -> None:
    seen: list[str] = []
    page.view.sharpen.connect(lambda: None)
    page.change(title="一")
    qtbot.waitUntil(lambda: len(slow.wanted) == 1)
    page.change(title="二")
    page.change(title="三")
    assert drawn(page).title not in {"一", "二", "三"}
    assert page.view._patience.isActive() or page.view._phase >= 0
    page.view.zoom(1.1)  # hands are free
    show = page.view.show_page

    def note(each: Drawn | None) -> None:
        seen.append(each.title if each is not None else "")
        show(each)

    page.view.show_page = note  # type: ignore[method-assign]
    try:
        slow.go.set()
        still()
    finally:
        page.view.show_page = show  # type: ignore[method-assign]
    assert set(seen) == {"三"}
    assert page.view._phase < 0


def test_the_page_is_left_while_it_is_drawn_and_comes_back_whole(
    qtbot: QtBot, page: PrintPage, shared: MainWindow, slow: Slow, still: Settle
) -> None:
    page.change(title="一")
    qtbot.waitUntil(lambda: len(slow.wanted) == 1)
    page.left.emit()
    slow.go.set()
    still()
    shared.actions_["print"].trigger()
    still()
    assert drawn(page).title == "小竹溪村村情民情图"


def test_every_button_has_a_name_and_room(page: PrintPage) -> None:
    for each in page.findChildren(QAbstractButton):
        if each.isVisible():
            assert each.accessibleName() or each.text(), each
            assert min(each.width(), each.height()) >= 22, each.text()


def test_a_closed_project_leaves_nothing_on_the_page(
    qtbot: QtBot, page: PrintPage, shared: MainWindow, folder: Path, slow: Slow
) -> None:
    page.change(title="一")
    qtbot.waitUntil(lambda: len(slow.wanted) == 1)
    slow.go.set()
    shared.close_project()
    assert page.view.drawn is None
    assert page.asked is None
    assert not shared.actions_["print"].isEnabled()
    shared.open_now(folder, USER, PASSWORD)
    qtbot.waitUntil(lambda: shared.session is not None, timeout=15_000)
    assert shared.actions_["print"].isEnabled()
    QGuiApplication.processEvents()
