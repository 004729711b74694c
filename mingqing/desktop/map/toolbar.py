"""The tools on the map: a slim bar of buttons at its left edge, and beside it what the tool in hand has to say."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QFrame, QMenu, QPushButton, QToolButton, QWidget

from mingqing.core.text import tr
from mingqing.desktop.widgets import (
    M,
    S,
    button,
    column,
    empty,
    label,
    restyle,
    rounded,
    row,
    rule,
    tab_through,
    tool,
)

if TYPE_CHECKING:
    from mingqing.desktop.actions import Actions
    from mingqing.desktop.map.tools.tool import Offer

_QUESTION = 320  # pixels


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
        self._stacked = layout = column(self, margins=(M, 4, 6, 4), gap=4)
        self._lines = [_Line() for _ in range(3)]
        for line in self._lines:
            layout.addWidget(line)
        self.hide()

    def say(
        self,
        line: int,
        glyph: QIcon,
        text: str,
        offers: "Sequence[Offer]",
        extra: QWidget | None = None,
        *,
        firm: bool = False,
    ) -> None:
        """Say something in one of the three lines; nothing takes the line away.

        `extra` stands before the offers. `firm` offers are answers, and none of them ever gives way.
        """
        self._lines[line].say(glyph, text, offers, extra, firm=firm)
        self.setVisible(any(not each.isHidden() for each in self._lines))

    @property
    def text(self) -> str:
        """What is said."""
        return "\n".join(line.text for line in self._lines if not line.isHidden())

    def place(self, left: int, top: int, most: int) -> None:
        """Stand with the upper left corner there, no wider than `most`; what is offered last gives way first.

        A question has room for its answers even so: it lies over what stands at the right then.
        """
        if any(line.firm for line in self._lines):
            most = max(most, _QUESTION)
            self.raise_()
        for line in self._lines:
            line.fit(most - 2 * M)
        self._stacked.invalidate()
        hint = self._stacked.totalSizeHint()
        self.setGeometry(left, top, min(hint.width(), most), hint.height())


class _Line(QWidget):
    """A sign, words, what the tool brings and what is offered; what the tool brings stands below where it is narrow."""

    def __init__(self) -> None:
        super().__init__()
        self._both = both = column(self, gap=4)
        self._row, self._below = row(gap=S), row(gap=S)
        both.addLayout(self._row)
        both.addLayout(self._below)
        self.text = ""
        self._said = label("")
        self._extra: QWidget | None = None
        self._offered: list[QPushButton] = []
        self._firm = False
        self.hide()

    def say(
        self, glyph: QIcon, text: str, offers: "Sequence[Offer]", extra: QWidget | None, *, firm: bool
    ) -> None:
        if self._extra is not None:
            self._row.removeWidget(self._extra)  # lives on with who lent it
            self._below.removeWidget(self._extra)
            if extra is not self._extra:
                self._extra.hide()
        empty(self._row)
        empty(self._below)
        self.text, self._extra, self._firm = text, extra, firm
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
        for made in self._movable:
            self._row.addWidget(made)
        for made in () if firm else self._offered:
            self._row.addWidget(made)
        # At once: what is hidden still, as new widgets are for a moment, counts for nothing in the size of the strip.
        for at in range(self._row.count()):
            self._row.itemAt(at).widget().show()

    @property
    def _movable(self) -> list[QWidget]:
        """What goes below where it is narrow: what the tool brings, or the answers to a question."""
        brought = [self._extra] if self._extra is not None else []
        return [*brought, *self._offered] if self._firm else brought

    @property
    def firm(self) -> bool:
        """Whether it is a question."""
        return self._firm and not self.isHidden()

    def fit(self, most: int) -> None:
        """Take no more than `most` pixels: what can goes below, then the last offers go, then the end of the text."""
        if self.isHidden():
            return
        self._said.setText(self.text)
        for each in self._offered:
            each.show()
        self._stack(below=False)
        if self._width() > most:
            self._stack(below=True)
        for each in reversed(() if self._firm else self._offered):
            if self._width() <= most:
                return
            each.hide()
        over = self._width() - most
        if over > 0:
            metrics, room = self._said.fontMetrics(), self._said.sizeHint().width() - over
            self._said.setText(metrics.elidedText(self.text, Qt.TextElideMode.ElideRight, max(room, 0)))
        self._width()

    def _width(self) -> int:
        """Return what it would take; lines within lines do not tell of a change before they are asked to."""
        for layout in (self._row, self._below, self._both):
            layout.invalidate()
        self.updateGeometry()
        return self._both.sizeHint().width()

    def _stack(self, *, below: bool) -> None:
        """Put what can be moved below, or back before the offers."""
        there = self._below if below else self._row
        if not self._movable or there.indexOf(self._movable[0]) >= 0:
            return
        for n, each in enumerate(self._movable):
            (self._row if below else self._below).removeWidget(each)
            there.insertWidget(n if below else n + 2, each)
        while self._below.count() > len(self._movable) * below:
            self._below.takeAt(self._below.count() - 1)
        if below:
            self._below.addStretch(1)
        self._order()

    def _order(self) -> None:
        """Let Tab come to everything as one reads it."""
        parts = [line.itemAt(n).widget() for line in (self._row, self._below) for n in range(line.count())]
        tab_through(part for part in parts if part is not None)
