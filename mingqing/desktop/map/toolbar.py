"""The tools on the map: a slim bar of buttons at its left edge, and beside it what the tool in hand has to say."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from mingqing.core.text import tr
from mingqing.desktop.widgets import M, S, button, column, empty, label, restyle, rounded, row, rule, tool

if TYPE_CHECKING:
    from mingqing.desktop.actions import Actions
    from mingqing.desktop.map.tools.tool import Offer


class ToolBar(QFrame):
    """Buttons in a column; one of several tools of a kind drops from a button that has the icon of the last used."""

    def __init__(self, actions: "Actions", parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("floating")
        self.setAccessibleName(tr("地图工具"))
        self._actions = actions
        self._column = column(self, margins=(1, 1, 1, 1), gap=0)

    def add(self, name: str) -> QToolButton:
        """Add a button for an action."""
        made = tool(self._actions[name], size=16)
        self._column.addWidget(made)
        return made

    def add_menu(self, title: str, names: Sequence[str]) -> QToolButton:
        """Add a button from which actions drop; it looks pressed while one of them is checked."""
        made = _MenuButton(title, [self._actions[name] for name in names])
        self._column.addWidget(made)
        return made

    def add_rule(self) -> None:
        """Add a hairline between two kinds of buttons."""
        self._column.addWidget(rule())


class _MenuButton(QToolButton):
    def __init__(self, title: str, actions: Sequence[QAction]) -> None:
        super().__init__()
        self.setObjectName("menu")
        self.setIcon(actions[0].icon())
        self.setIconSize(QSize(16, 16))
        self.setToolTip(title)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._menu = rounded(QMenu(self))
        self._menu.addActions(list(actions))
        self._of = [action for action in actions if action.isCheckable()]
        for action in self._of:
            action.toggled.connect(self._follow)
        self.clicked.connect(self._drop)

    def _drop(self) -> None:
        self._menu.popup(self.mapToGlobal(QPoint(self.width() + 4, 0)))

    def _follow(self) -> None:
        chosen = next((action for action in self._of if action.isChecked()), None)
        if chosen is not None:
            self.setIcon(chosen.icon())
        restyle(self, "inhand", "true" if chosen is not None else "false")


class Strip(QFrame):
    """Says what the tool in hand wants, what is to be decided, and what is selected; gone while there is nothing."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("floating")
        layout = column(self, margins=(M, 4, 6, 4), gap=0)
        self._lines = [_Line() for _ in range(3)]
        for line in self._lines:
            layout.addWidget(line)
        self.hide()

    def say(
        self, line: int, glyph: QIcon, text: str, offers: "Sequence[Offer]", extra: QWidget | None = None
    ) -> None:
        """Say something in one of the three lines; nothing takes the line away. `extra` stands before the offers."""
        self._lines[line].say(glyph, text, offers, extra)
        self.setVisible(any(not each.isHidden() for each in self._lines))

    @property
    def text(self) -> str:
        """What is said."""
        return "\n".join(line.text for line in self._lines if not line.isHidden())

    def place(self, left: int, top: int, most: int) -> None:
        """Stand with the upper left corner there, no wider than `most`; what is offered last gives way first."""
        for line in self._lines:
            line.fit(most - 2 * M)
        hint = self.sizeHint()
        self.setGeometry(left, top, min(hint.width(), most), hint.height())


class _Line(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._row: QHBoxLayout = row(self, gap=S)
        self.text = ""
        self._said = label("")
        self._extra: QWidget | None = None
        self._offered: list[QPushButton] = []
        self.hide()

    def say(self, glyph: QIcon, text: str, offers: "Sequence[Offer]", extra: QWidget | None) -> None:
        if self._extra is not None:
            self._row.removeWidget(self._extra)  # lives on with who lent it
            if extra is not self._extra:
                self._extra.hide()
        empty(self._row)
        self.text, self._extra = text, extra
        self.setVisible(bool(text))
        if not text:
            self._offered = []
            return
        mark, self._said = label(""), label(text)
        mark.setPixmap(glyph.pixmap(QSize(16, 16)))
        self._said.setToolTip(text)
        self._offered = [button(offer.text, offer.do, "chip") for offer in offers]
        for offer, each in zip(offers, self._offered, strict=True):
            each.setEnabled(offer.on)
        self._row.addWidget(mark)
        self._row.addWidget(self._said, 1)
        for made in (*([extra] if extra is not None else []), *self._offered):
            self._row.addWidget(made)
        # At once: what is hidden still, as new widgets are for a moment, counts for nothing in the size of the strip.
        for at in range(self._row.count()):
            self._row.itemAt(at).widget().show()

    def fit(self, most: int) -> None:
        """Take no more than `most` pixels: first the last offers go, then the end of the text."""
        if self.isHidden():
            return
        self._said.setText(self.text)
        for each in self._offered:
            each.show()
        for each in reversed(self._offered):
            if self.sizeHint().width() <= most:
                return
            each.hide()
        over = self.sizeHint().width() - most
        if over > 0:
            metrics, room = self._said.fontMetrics(), self._said.sizeHint().width() - over
            self._said.setText(metrics.elidedText(self.text, Qt.TextElideMode.ElideRight, max(room, 0)))
