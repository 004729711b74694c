"""The six maps, always in sight: a column of large buttons."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolButton, QWidget

from mingqing.core.text import tr
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import S, column

if TYPE_CHECKING:
    from mingqing.catalog.model import Catalog

_WIDTH, _HEIGHT = 104, 92


class Rail(QWidget):
    """Chooses the thematic map. `chosen(code)` when the user picks one."""

    chosen = Signal(str)

    def __init__(self, catalog: "Catalog", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName(tr("专题图"))
        self._buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        layout = column(self, margins=(S, S, S, S), gap=4)
        for number, theme in enumerate(catalog.themes, start=1):
            made = QToolButton()
            made.setObjectName("theme")
            made.setText(theme.title)
            made.setIcon(icon(theme.icon, theme.code))
            made.setIconSize(QSize(28, 28))
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            made.setCheckable(True)
            made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
            made.setMinimumHeight(48)
            made.setMaximumHeight(_HEIGHT)
            made.setToolTip(f"{theme.title}：{theme.about}  {number}")
            made.setAccessibleName(theme.title)
            made.setAccessibleDescription(theme.about)
            made.clicked.connect(lambda _checked=False, code=theme.code: self.chosen.emit(code))
            group.addButton(made)
            layout.addWidget(made, 10)
            self._buttons[theme.code] = made
        layout.addStretch(1)

    def offer(self, codes: Collection[str]) -> None:
        """Show only the maps that may be seen."""
        for code, made in self._buttons.items():
            made.setVisible(code in codes)
        self.setVisible(bool(codes))

    def button_of(self, code: str) -> QToolButton:
        """Return the button of a thematic map."""
        return self._buttons[code]

    def show_theme(self, code: str) -> None:
        """Mark the map that is on screen."""
        self._buttons[code].setChecked(True)
