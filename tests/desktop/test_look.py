"""The looks are complete, and legible for tired eyes."""

import re

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from mingqing.catalog.load import catalog
from mingqing.core.files import data_dir
from mingqing.desktop.look.colours import DARK, LIGHT, THEME_INK, Colours
from mingqing.desktop.look.corners import Cutter
from mingqing.desktop.look.icons import icon
from mingqing.desktop.look.theme import Appearance, dress, style_sheet
from mingqing.desktop.table.ticks import TickMenu
from mingqing.desktop.widgets import ElidedButton, ValueEdit, button, column
from mingqing.desktop.window import MainWindow

PAIRS = [
    ("text", "paper"),
    ("text", "raised"),
    ("muted", "paper"),
    ("muted", "surface"),
    ("muted", "raised"),
    ("on_accent", "accent"),
    ("accent", "raised"),
    ("accent_strong", "accent_soft"),
    ("danger", "raised"),
    ("danger", "danger_soft"),
    ("warning", "warning_soft"),
    ("good", "good_soft"),
    ("good", "raised"),
]


def luminance(colour: str) -> float:
    """Return relative luminance as WCAG 2.1 defines it."""
    parts = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in QColor(colour).getRgbF()[:3]
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("of", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(of: Colours, ink: str, ground: str) -> None:
    assert contrast(getattr(of, ink), getattr(of, ground)) >= 4.5


@pytest.mark.parametrize("of", [LIGHT, DARK], ids=["light", "dark"])
def test_the_style_sheet_names_only_colours_and_files_that_exist(of: Colours) -> None:
    text = style_sheet(of)
    assert "$" not in text
    for url in re.findall(r'url\("([^"]+)"\)', text):
        assert (data_dir("resources") / "desktop" / url.rsplit("/", 1)[-1]).is_file()


def test_every_theme_has_an_ink_and_an_icon_that_is_drawn(qapp: QApplication) -> None:
    for theme in catalog().themes:
        assert theme.code in THEME_INK
        image = icon(theme.icon, theme.code).pixmap(32, 32).toImage()
        assert any(image.pixelColor(x, y).alpha() > 200 for x in range(32) for y in range(32))


def test_a_layer_without_an_ink_of_its_own_has_a_quiet_icon(qapp: QApplication) -> None:
    plain = icon("fa6s.map", "muted").pixmap(32, 32).toImage()
    for code in ("base", "a seventh layer"):
        assert code not in THEME_INK
        assert icon("fa6s.map", code).pixmap(32, 32).toImage() == plain


def test_no_colour_is_written_outside_the_palette() -> None:
    package = data_dir("resources").parent / "mingqing" / "desktop"
    for path in package.rglob("*.py"):
        if path.name != "colours.py":
            assert not re.search(r'"#[0-9a-fA-F]{3,8}"', path.read_text(encoding="utf-8")), path


def test_corners_are_cut_off_at_every_size(qtbot: QtBot) -> None:
    popup = QWidget()
    qtbot.addWidget(popup)
    popup.installEventFilter(Cutter(popup, 10))
    popup.show()
    for wide, high in ((120, 80), (200, 160)):
        popup.resize(wide, high)
        for corner in (QPoint(0, 0), QPoint(wide - 1, 0), QPoint(0, high - 1), QPoint(wide - 1, high - 1)):
            assert not popup.mask().contains(corner)
        assert popup.mask().contains(QPoint(wide // 2, 0))
        assert popup.mask().contains(QPoint(wide // 2, high - 1))
        assert popup.mask().contains(QPoint(wide - 1, high // 2))


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_what_is_marked_on_the_map_has_a_colour_that_no_symbol_has(colours: Colours) -> None:
    mark = QColor(colours.mark)
    texts = [path.read_text(encoding="utf-8") for path in sorted(data_dir("layers").glob("*.toml"))]
    used = {found for text in texts for found in re.findall(r"#[0-9a-f]{6}", text)}
    near = [
        c.name()
        for c in map(QColor, sorted(used))
        if abs(c.red() - mark.red()) + abs(c.green() - mark.green()) + abs(c.blue() - mark.blue()) < 100
    ]
    assert len(used) > 50
    assert near == []


class Dressed(QWidget):
    """Counts how often it is put into another style."""

    times = 0

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        self.times += event.type() == QEvent.Type.StyleChange


def test_what_is_on_already_is_not_put_on_again(qtbot: QtBot, qapp: QApplication) -> None:
    dress(qapp, Appearance.LIGHT)
    page = Dressed()
    qtbot.addWidget(page)
    page.show()
    dress(qapp, Appearance.LIGHT)
    assert page.times == 0
    dress(qapp, Appearance.DARK)
    assert page.times > 0


@pytest.mark.parametrize("kind", ["plain", "chip"])
def test_the_keyboard_leaves_no_box_behind_the_words_of_a_button(
    kind: str, qtbot: QtBot, qapp: QApplication
) -> None:
    dress(qapp, Appearance.LIGHT)
    page = QWidget()
    layout = column(page)
    first, second = button("不删除", lambda: None, kind), button("删除", lambda: None, kind)
    for each in (first, second):
        layout.addWidget(each)
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    page.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)

    def inside(focused: QPushButton) -> QImage:
        focused.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.waitUntil(focused.hasFocus)
        return first.grab(first.rect().adjusted(4, 4, -4, -4)).toImage()

    assert inside(first) == inside(second)


def test_a_name_is_cut_where_it_lacks_room_and_not_for_a_pixel(qtbot: QtBot) -> None:
    made = ElidedButton()
    qtbot.addWidget(made)
    made.show_words("竹源乡")
    made.resize(made.sizeHint().width() - 1, made.sizeHint().height())
    made.show()
    assert made.text() == "竹源乡"
    made.resize(made.sizeHint().width() - 20, made.height())
    assert made.text().endswith("…")


def test_a_field_given_the_keyboard_in_passing_selects_nothing(qtbot: QtBot) -> None:
    both = QWidget()
    qtbot.addWidget(both)
    field, other = ValueEdit("1:9,000"), button("返回", lambda: None)
    layout = column(both)
    layout.addWidget(field)
    layout.addWidget(other)
    with qtbot.waitActive(both):
        both.show()
        both.activateWindow()
    field.setFocus()
    other.setFocus()
    qtbot.wait(1)
    assert field.selectedText() == ""
    field.setFocus()
    qtbot.waitUntil(lambda: field.selectedText() == "1:9,000")


def test_what_is_not_ticked_in_a_menu_has_an_empty_box(window: MainWindow, qtbot: QtBot) -> None:
    menu = TickMenu(window)
    menu.offer([(1, "独居老人", True), (2, "残疾人", False)])
    with qtbot.waitExposed(menu):
        menu.popup(window.pos())
    picture = menu.grab().toImage()
    for words in ("独居老人", "残疾人"):
        (entry,) = (a for a in menu.actions() if a.text() == words)
        at = menu.actionGeometry(entry)
        beside = {picture.pixel(x, at.center().y()) for x in range(at.left() + 4, at.left() + 28)}
        assert len(beside) > 1, words
    menu.hide()
