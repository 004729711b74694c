"""The second bar on the map: what is drawn, and the tools to draw and to correct it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QFrame, QMenu, QToolButton, QWidget

from mingqing.core.text import tr
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import rounded, row, tool

if TYPE_CHECKING:
    from mingqing.catalog.model import Table
    from mingqing.desktop.actions import Actions

DRAWING = ("draw_rectangle", "draw_square", "draw_polygon", "draw_line", "draw_point")
_CORRECTING = ("edit_nodes", "move_whole", "split", "merge", "reshape")
_SWITCHES = ("snapping", "shared_borders")
_MORE = ("ring", "square_corners", "copy_whole")


class EditBar(QFrame):
    """Buttons in a row.

    Signals
    -------
    chosen(str) : another table is to be drawn. drawing() : one of it is to be drawn, in the way that suits it.
    """

    chosen = Signal(str)
    drawing = Signal()

    def __init__(self, actions: "Actions", parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("floating")
        self.setAccessibleName(tr("画图工具"))
        self._actions = actions
        self._row = row(self, margins=(1, 1, 1, 1), gap=0)
        self.draw = self._button("", "fa6s.plus")
        self.draw.setObjectName("worded")
        self.draw.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.draw.clicked.connect(lambda _checked=False: self.drawing.emit())
        self.tables = rounded(QMenu(tr("画什么、怎么画"), self))
        self._what = self._dropping(self.tables.title(), "fa6s.chevron-down", self.tables)
        rules = [self._add_rule()]
        buttons = {name: tool(actions[name], size=16) for name in (*_CORRECTING, "remove", *_SWITCHES)}
        for name in _CORRECTING:
            self._row.addWidget(buttons[name])
        more = rounded(QMenu(self))
        more.addMenu(self.tables)
        more.addActions([actions[name] for name in (*_CORRECTING, *_MORE)])
        more.addSeparator()
        more.addActions([actions[name] for name in ("import_track", "type_numbers")])
        more.addSeparator()
        more.addActions([actions[name] for name in ("follow_lines", *_SWITCHES, "remove")])
        self._dropping(tr("更多画图工具"), "fa6s.ellipsis", more)
        self._row.addWidget(buttons["remove"])
        rules.append(self._add_rule())
        for name in _SWITCHES:
            self._row.addWidget(buttons[name])
        rules.append(self._add_rule())
        gives_way = (*_SWITCHES, "reshape", "remove", *reversed(_CORRECTING[:-1]))
        self._spare: list[QWidget] = [rules[1], *(buttons[name] for name in gives_way)]
        self._spare += [rules[0], rules[2], self.draw, self._what]
        closing = self._button(tr("不画了"), "fa6s.xmark")
        closing.setText("")
        closing.setToolTip(f"{tr('收起画图工具')}  {actions['draw'].shortcut().toString()}")
        closing.clicked.connect(lambda _checked=False: actions["draw"].setChecked(False))
        self.hide()

    def _button(self, text: str, glyph: str) -> QToolButton:
        made = QToolButton()
        made.setIcon(icon(glyph))
        made.setIconSize(QSize(16, 16))
        made.setText(text)
        made.setAccessibleName(text)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._row.addWidget(made)
        return made

    def _dropping(self, title: str, glyph: str, menu: QMenu) -> QToolButton:
        made = self._button("", glyph)
        made.setToolTip(title)
        made.setAccessibleName(title)
        made.clicked.connect(
            lambda _checked=False: menu.popup(made.mapToGlobal(QPoint(0, made.height() + 4)))
        )
        return made

    def _add_rule(self) -> QFrame:
        made = QFrame()
        made.setObjectName("upright")
        self._row.addWidget(made)
        return made

    def fit(self, most: int) -> None:
        """Take no more than `most` pixels where that can be: what is in a menu too gives way."""
        for each in self._spare:
            each.show()
        for each in self._spare:
            if self.sizeHint().width() <= most:
                return
            each.hide()

    def offer(self, tables: "Sequence[Table]", drawn: "Table | None", key: str) -> None:
        """Offer these tables to draw, and the ways to draw the one that is chosen; `key` draws one of it."""
        self.tables.clear()
        group = QActionGroup(self.tables)
        for table in tables:
            action = self.tables.addAction(table.title)
            action.setCheckable(True)
            action.setChecked(table is drawn)
            action.triggered.connect(lambda _checked=False, name=table.name: self.chosen.emit(name))
            group.addAction(action)
        self.tables.addSeparator()
        self.tables.addActions([self._actions[name] for name in DRAWING if self._actions[name].isEnabled()])
        words = tr("画{title}").format(title=drawn.title) if drawn is not None else tr("没有可画的")
        self.draw.setText(f" {words}")
        self.draw.setAccessibleName(words)
        self.draw.setToolTip(f"{words}  {key}".rstrip())
        self.draw.setEnabled(drawn is not None)
        self._what.setEnabled(drawn is not None)
