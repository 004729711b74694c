"""The list of everything that lies at a place, by table, to choose whose card is wanted."""

from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QListView, QWidget

from mingqing.core.text import tr
from mingqing.desktop.look.corners import SHEET_PX, round_corners
from mingqing.desktop.widgets import HEADING, S, column, heading_item

if TYPE_CHECKING:
    from mingqing.desktop.card.hit import Found, Hit

_KEY = Qt.ItemDataRole.UserRole
_WIDTH, _MOST_HEIGHT, _ROW = 320, 420, 36


class HitList(QFrame):
    """Drops down at a place. `chosen(str, object)` : table and id of the row picked."""

    chosen = Signal(str, object)  # a row id has 63 bits, an int of Qt 32

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        round_corners(self, SHEET_PX)
        self.setFixedWidth(_WIDTH)
        self._model = QStandardItemModel(self)
        self.list = QListView()
        self.list.setObjectName("bare")
        self.list.setModel(self._model)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName(tr("这里有"))
        self.list.clicked.connect(self._take)
        sheet = QFrame()
        sheet.setObjectName("sheet")
        column(self).addWidget(sheet)
        column(sheet, margins=(S, S, S, S)).addWidget(self.list)

    @property
    def rows(self) -> list[str]:
        """What is listed, headings as well."""
        return [self._model.item(n).text() for n in range(self._model.rowCount())]

    def open(self, found: "Found", at: QPoint) -> None:
        """List what was found at a place on the screen, by table, in the order in which the tables come."""
        self.forget()
        order = list(dict.fromkeys(hit.kind for hit in found.hits))
        high = 4 * S
        for kind, group in groupby(
            sorted(found.hits, key=lambda hit: order.index(hit.kind)), lambda hit: hit.kind
        ):
            these = list(group)
            self._model.appendRow(heading_item(_headed(kind, len(these), found.totals[these[0].table])))
            for hit in these:
                self._model.appendRow(_item(hit))
            high += HEADING + _ROW * len(these)
        self.list.setCurrentIndex(self._model.index(1, 0))
        self.setFixedHeight(min(high, _MOST_HEIGHT))
        screen = (QGuiApplication.screenAt(at) or QGuiApplication.primaryScreen()).availableGeometry()
        left = min(at.x() + S, screen.right() - _WIDTH)
        self.move(left, max(min(at.y() + S, screen.bottom() - self.height()), screen.top()))
        self.show()
        self.list.setFocus()

    def forget(self) -> None:
        """Leave nothing of what was listed behind."""
        self.hide()
        self._model.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Take the row by Enter; the arrow keys are the list's."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._take(self.list.currentIndex())
        else:
            super().keyPressEvent(event)

    def _take(self, index: QModelIndex) -> None:
        key = index.data(_KEY)
        if key is not None:
            self.hide()
            self.chosen.emit(*key)


def _headed(kind: str, listed: int, total: int) -> str:
    if listed == total:
        return f"{kind} {total:,}"
    return tr("{kind}：前 {n:,} 条，共 {total:,} 条").format(kind=kind, n=listed, total=total)


def _item(hit: "Hit") -> QStandardItem:
    made = QStandardItem(hit.title or hit.kind)
    made.setData((hit.table, hit.id), _KEY)
    made.setToolTip(hit.title)
    made.setSizeHint(QSize(0, _ROW))
    return made
