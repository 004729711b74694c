"""A list that drops down to be typed into: villages, commands."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QWidget

from mingqing.desktop.look.corners import SHEET_PX, round_corners
from mingqing.desktop.widgets import S, column, label

DATA = Qt.ItemDataRole.UserRole
_HEIGHT, _BESIDE_ROWS = 480, 72


class PickList(QFrame):
    """A field and what fits its text below it; arrow keys, Enter and the mouse pick, Esc closes.

    Signals
    -------
    typed(str) : something else is to be offered. picked(object) : the data of the line that was picked.
    """

    typed = Signal(str)
    picked = Signal(object)

    def __init__(
        self, parent: QWidget, width: int, *, field: str, hint: str, lines: str, nothing: str
    ) -> None:
        """`field` and `lines` are accessible names, `hint` stands in the empty field, `nothing` where nothing fits."""
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        round_corners(self, SHEET_PX)
        self.setFixedWidth(width)
        self.field = QLineEdit()
        self.field.setPlaceholderText(hint)
        self.field.setAccessibleName(field)
        self.field.textChanged.connect(self.typed)
        self.field.installEventFilter(self)
        self._model = QStandardItemModel(self)
        self.list = QListView()
        self.list.setObjectName("bare")
        self.list.setModel(self._model)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.clicked.connect(self._pick)
        self.list.setAccessibleName(lines)
        self._nothing = label(nothing, "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        sheet = QFrame()
        sheet.setObjectName("sheet")
        column(self).addWidget(sheet)
        layout = column(sheet, margins=(S, S, S, S))
        layout.addWidget(self.field)
        layout.addWidget(self._nothing)
        layout.addWidget(self.list, 1)

    def open(self, at: QPoint) -> None:
        """Drop down, empty, with the upper left corner there, and wait for typing."""
        self.field.clear()
        self.typed.emit("")
        rows = sum(self._model.item(n).sizeHint().height() for n in range(self._model.rowCount()))
        self.setFixedHeight(min(rows + _BESIDE_ROWS, _HEIGHT))
        self.move(at)
        self.show()
        self.field.setFocus()

    def offer(self, items: Iterable[QStandardItem]) -> None:
        """Offer these lines, the first that can be picked chosen; headings are disabled items."""
        self._model.clear()
        for item in items:
            self._model.appendRow(item)
        self._nothing.setVisible(self._model.rowCount() == 0)
        self._choose(0, 1)

    def _choose(self, row: int, by: int) -> None:
        while 0 <= row < self._model.rowCount():
            if self._model.item(row).isEnabled():
                index = self._model.index(row, 0)
                self.list.setCurrentIndex(index)
                self.list.scrollTo(index)
                return
            row += by

    def _pick(self, index: QModelIndex) -> None:
        if index.isValid() and self._model.itemFromIndex(index).isEnabled():
            self.hide()
            self.picked.emit(index.data(DATA))

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Let the arrow keys and Enter work the list while the field has the focus."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        match event.key():
            case Qt.Key.Key_Down:
                self._choose(self.list.currentIndex().row() + 1, 1)
            case Qt.Key.Key_Up:
                self._choose(self.list.currentIndex().row() - 1, -1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._pick(self.list.currentIndex())
            case _:
                return False
        return True
