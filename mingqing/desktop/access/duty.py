"""What those see whose duty is the project and not the people in it: where a map would be, the pages of their duty."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QWidget

from mingqing.core.text import tr
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import XL, L, M, S, button, column, empty, label

if TYPE_CHECKING:
    from mingqing.access.roles import Role


class DutyPanel(QWidget):
    """Names the roles of the account and offers what they do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._inside = column(gap=S)
        self._inside.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        body = column(self, margins=(XL, XL, XL, XL), gap=M)
        body.addStretch(2)
        body.addLayout(self._inside)
        body.addStretch(3)

    def offer(self, roles: "Sequence[Role]", pages: Sequence[QAction]) -> None:
        """Show the roles and a button for each of `pages`."""
        empty(self._inside)
        glyph = QLabel()
        glyph.setPixmap(icon("fa6s.shield-halved", "accent").pixmap(QSize(44, 44)))
        self._add(glyph)
        self._inside.addSpacing(S)
        for role in roles:
            self._add(label(role.title, "heading"))
            self._add(label(role.purpose, "muted"))
        self._inside.addSpacing(L)
        for page in pages:
            made = button(page.text().rstrip("…"), page.trigger, "large")
            made.setText(f" {made.text()}")
            made.setIcon(page.icon())
            made.setMinimumWidth(240)
            self._add(made)
        self._inside.addSpacing(S)
        self._add(label(tr("地图和居民信息不在这个账号的范围内"), "caption"))

    def _add(self, widget: QWidget) -> None:
        self._inside.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
