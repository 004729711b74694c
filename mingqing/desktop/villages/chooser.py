"""The village chooser: a field in the top bar that opens a list to type into."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Signal
from PySide6.QtGui import QStandardItem
from PySide6.QtWidgets import QPushButton, QWidget

from mingqing.core.text import tr
from mingqing.desktop.look.icons import icon
from mingqing.desktop.pick_list import DATA, PickList
from mingqing.desktop.villages.matching import Entry, find
from mingqing.desktop.widgets import heading_item

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mingqing.store.session import Village

_WIDTH, _ROW = 360, 36
_LEAST, _MOST = 150, 216


class VillageChooser(QPushButton):
    """Shows the village in view. `chosen(code)` when the user picks one; "" means all, where that may be chosen."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, one: bool = False) -> None:
        """`one` : whether it has to be one village."""
        super().__init__(parent)
        self._one = one
        self.setObjectName("village")
        self.setIcon(icon("fa6s.location-dot"))
        self.setIconSize(QSize(16, 16))
        self.setMinimumWidth(_LEAST)
        self.setMaximumWidth(_MOST)
        self.setToolTip(tr("选择村：可输入村名、拼音或首字母  Ctrl+F"))
        self.setAccessibleName(tr("选择村"))
        self.entries: Sequence[Entry] = ()
        self.popup = PickList(
            self,
            _WIDTH,
            field=tr("输入村名或拼音"),
            hint=tr("村名、拼音或首字母，如 xzx"),
            lines=tr("村列表"),
            nothing=tr("没有这样的村，换个字试试"),
        )
        self.popup.typed.connect(self._offer)
        self.popup.picked.connect(self._choose)
        self.clicked.connect(self.open)
        self.show_village(None)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Have room for a village and its township."""
        return QSize(_MOST, super().sizeHint().height())

    def offer(self, entries: "Sequence[Entry]") -> None:
        """Offer these villages."""
        self.entries = entries
        self.setEnabled(bool(entries))

    def show_village(self, village: "Village | None") -> None:
        """Name the village in view; None for all."""
        self.setText("  " + (_title(village) if village is not None else tr("全部村")))

    def open(self) -> None:
        """Drop the list down and wait for typing."""
        if self.entries:
            self.popup.open(self.mapToGlobal(QPoint(0, self.height() + 4)))

    def _offer(self, typed: str) -> None:
        self.popup.offer(_lines(find(self.entries, typed), typed, whole=not self._one))

    def _choose(self, code: str) -> None:
        village = next((e.village for e in self.entries if e.village.code == code), None)
        self.show_village(village)
        self.chosen.emit(code)


def _title(village: "Village") -> str:
    return f"{village.name}  {village.township}" if village.township else village.name


def _lines(found: "Sequence[Village]", typed: str, *, whole: bool) -> "Iterator[QStandardItem]":
    """Yield the villages found, under their townships while nothing is typed; `whole` : after a line for all."""
    if whole and not typed:
        yield _item(tr("全部村"), "")
    township = None
    for village in found:
        if not typed and village.township != township:
            township = village.township
            yield heading_item(township or tr("其他"))
        yield _item(village.name if not typed else _title(village), village.code)


def _item(text: str, code: str) -> QStandardItem:
    made = QStandardItem(text)
    made.setData(code, DATA)
    made.setSizeHint(QSize(0, _ROW))
    return made
