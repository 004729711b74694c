"""The command palette: type what is to be done, by characters, pinyin or initials, and press Enter."""

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QSize
from PySide6.QtGui import QAction, QStandardItem
from PySide6.QtWidgets import QWidget

from mingqing.core.text import tr
from mingqing.desktop.pick_list import DATA, PickList
from mingqing.desktop.villages.matching import Spelled, plain

if TYPE_CHECKING:
    from mingqing.desktop.actions import Actions

_WIDTH, _ROW, _TOP = 440, 40, 64


class Palette(QObject):
    """Drops down from the top of the window all actions that can be done now, each with its key.

    What was done last by it stands first, so that doing it again takes two keys.
    """

    def __init__(self, actions: "Actions", window: QWidget) -> None:
        super().__init__(window)
        self._actions, self._window = actions, window
        self._last: QAction | None = None
        self.popup = PickList(
            window,
            _WIDTH,
            field=tr("输入要做的事"),
            hint=tr("要做什么？如 量面积、lmj、导入"),
            lines=tr("能做的事"),
            nothing=tr("没有这样的功能，换个说法试试"),
        )
        self.popup.typed.connect(self._offer)
        self.popup.picked.connect(self._carry_out)
        actions.connect("commands", self.open)

    def open(self) -> None:
        """Drop the list down at the top of the window, in its middle."""
        self.popup.open(self._window.mapToGlobal(QPoint((self._window.width() - _WIDTH) // 2, _TOP)))

    def _offer(self, typed: str) -> None:
        text = plain(typed)
        ranked = [
            (rank, action is not self._last, name)
            for name, action in self._actions.items()
            if action.isEnabled()
            and name != "commands"
            and (rank := _spelled(action.text()).rank(text)) is not None
        ]
        # By rank alone, so that equal ones stay in the order of the menus.
        self.popup.offer(_line(self._actions[name]) for _, _, name in sorted(ranked, key=lambda one: one[:2]))

    def _carry_out(self, name: str) -> None:
        self._last = self._actions[name]
        self._last.trigger()


@cache
def _spelled(text: str) -> Spelled:
    return Spelled.of(text.rstrip("…"))


def _line(action: QAction) -> QStandardItem:
    text = action.text().rstrip("…")
    key = action.shortcut().toString()
    made = QStandardItem(action.icon(), f"{text}    {key}" if key else text)
    made.setData(action.objectName(), DATA)
    made.setSizeHint(QSize(0, _ROW))
    made.setAccessibleText(tr("{what}，快捷键 {key}").format(what=text, key=key) if key else text)
    return made
