"""Dressing the application: style, palette, style sheet and font, for light or dark."""

from enum import StrEnum
from string import Template
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

from mingqing.core.files import data_dir
from mingqing.core.text import tr
from mingqing.desktop.look.colours import DARK, LIGHT, Colours, qt_palette

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

_FAMILIES = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "HarmonyOS Sans SC",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
)


class Appearance(StrEnum):
    """What the user chose in the menu."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"

    @property
    def caption(self) -> str:
        """The choice as the menu calls it."""
        return {"system": tr("跟随系统"), "light": tr("浅色"), "dark": tr("深色")}[self.value]


def ui_font() -> QFont:
    """Return the first Chinese sans-serif that is installed, at the window's size."""
    installed = set(QFontDatabase.families())
    font = QFont(next((name for name in _FAMILIES if name in installed), QFont().family()))
    font.setPixelSize(14)
    return font


def style_sheet(of: Colours) -> str:
    """Return the window's style sheet in the colours of `of`."""
    folder = data_dir("resources") / "desktop"
    names = {name: getattr(of, name) for name in Colours.__dataclass_fields__}
    names |= {"icons": folder.as_posix(), "tone": "dark" if of is DARK else "light"}
    return Template((folder / "window.qss").read_text(encoding="utf-8")).substitute(names)


def dress(app: "QApplication", appearance: Appearance) -> None:
    """Put `appearance` on; the widgets repaint themselves."""
    dark = appearance is Appearance.DARK or (
        appearance is Appearance.SYSTEM and QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    )
    of = DARK if dark else LIGHT
    sheet = style_sheet(of)
    if app.styleSheet() == sheet:
        return
    # One sheet in place of another takes ten times as long, a second for the whole window: Qt then settles the fonts
    # and colours that are inherited anew for every widget.
    app.setStyleSheet("")
    if (
        app.style().objectName() != "fusion"
    ):  # asked without a sheet, which stands between as a style of its own
        app.setStyle("fusion")
    app.setFont(ui_font())
    app.setPalette(qt_palette(of))
    app.setStyleSheet(sheet)
