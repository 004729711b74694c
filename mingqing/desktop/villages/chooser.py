"""The village chooser: a field in the top bar that opens a list to type into."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QPushButton, QWidget

from mingqing.core.text import tr
from mingqing.desktop.look.corners import SHEET_PX, round_corners
from mingqing.desktop.look.icons import icon
from mingqing.desktop.villages.matching import Entry, find
from mingqing.desktop.widgets import S, column, heading_item, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mingqing.store.session import Village

_CODE = Qt.ItemDataRole.UserRole
_WIDTH, _HEIGHT, _ROW = 360, 480, 36


class VillageChooser(QPushButton):
    """Shows the village in view. `chosen(code)` when the user picks one; "" means all."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("village")
        self.setIcon(icon("fa6s.location-dot"))
        self.setIconSize(QSize(16, 16))
        self.setFixedWidth(280)
        self.setToolTip(tr("选择村：可输入村名、拼音或首字母  Ctrl+F"))
        self.setAccessibleName(tr("选择村"))
        self._entries: Sequence[Entry] = ()
        self.popup = _Popup(self)
        self.popup.chosen.connect(self._choose)
        self.clicked.connect(self.open)
        self.show_village(None)

    def offer(self, entries: "Sequence[Entry]") -> None:
        """Offer these villages."""
        self._entries = entries
        self.setEnabled(bool(entries))

    def show_village(self, village: "Village | None") -> None:
        """Name the village in view; None for all."""
        self.setText("  " + (_title(village) if village is not None else tr("全部村")))

    def open(self) -> None:
        """Drop the list down and wait for typing."""
        if self._entries:
            self.popup.open(self._entries, self.mapToGlobal(QPoint(0, self.height() + 4)))

    def _choose(self, code: str) -> None:
        village = next((e.village for e in self._entries if e.village.code == code), None)
        self.show_village(village)
        self.chosen.emit(code)


def _title(village: "Village") -> str:
    return f"{village.name}  {village.township}" if village.township else village.name


class _Popup(QFrame):
    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        round_corners(self, SHEET_PX)
        self.setFixedWidth(_WIDTH)
        self._entries: Sequence[Entry] = ()
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("村名、拼音或首字母，如 dzx"))
        self.field.setAccessibleName(tr("输入村名或拼音"))
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self._model = QStandardItemModel(self)
        self.list = QListView()
        self.list.setObjectName("bare")
        self.list.setModel(self._model)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.clicked.connect(self._take)
        self.list.setAccessibleName(tr("村列表"))
        self._nothing = label(tr("没有这样的村，换个字试试"), "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        sheet = QFrame()
        sheet.setObjectName("sheet")
        column(self).addWidget(sheet)
        layout = column(sheet, margins=(S, S, S, S))
        layout.addWidget(self.field)
        layout.addWidget(self._nothing)
        layout.addWidget(self.list, 1)

    def open(self, entries: "Sequence[Entry]", at: QPoint) -> None:
        self._entries = entries
        self.field.clear()
        self._filter("")
        self.setFixedHeight(min(self._model.rowCount() * _ROW + 72, _HEIGHT))
        self.move(at)
        self.show()
        self.field.setFocus()

    def _filter(self, typed: str) -> None:
        self._model.clear()
        found = find(self._entries, typed)
        if not typed:
            self._model.appendRow(_item(tr("全部村"), ""))
        township = None
        for village in found:
            if not typed and village.township != township:
                township = village.township
                self._model.appendRow(heading_item(township or tr("其他")))
            self._model.appendRow(_item(village.name if not typed else _title(village), village.code))
        self._nothing.setVisible(not found)
        self._select(0)

    def _select(self, row: int) -> None:
        index = self._model.index(row, 0)
        if index.isValid():
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)

    def _move(self, by: int) -> None:
        row = self.list.currentIndex().row() + by
        while 0 <= row < self._model.rowCount():
            if self._model.item(row).isEnabled():
                self._select(row)
                return
            row += by

    def _take(self, index: QModelIndex) -> None:
        if index.isValid() and self._model.itemFromIndex(index).isEnabled():
            self.hide()
            self.chosen.emit(index.data(_CODE))

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Let the arrow keys and Enter work the list while the field has the focus."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        match event.key():
            case Qt.Key.Key_Down:
                self._move(1)
            case Qt.Key.Key_Up:
                self._move(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._take(self.list.currentIndex())
            case _:
                return False
        return True


def _item(text: str, code: str) -> QStandardItem:
    made = QStandardItem(text)
    made.setData(code, _CODE)
    made.setSizeHint(QSize(0, _ROW))
    return made
