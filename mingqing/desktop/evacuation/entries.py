"""A list of two-line entries that is quick with twenty thousand: people by house, shelters, saved plans."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from mingqing.desktop.look.colours import colours

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

_HEIGHT, _WITH_BAR, _EDGE, _DOT, _BOX = 54, 66, 12.0, 5.0, 28.0
_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


@dataclass(frozen=True, slots=True)
class Entry:
    """A line with something at its right end, and a line below.

    key : what it stands for. tone : "danger" or "warning" where the second line is to be noticed, "faint" where the
    whole is of no use now. share : of a bar below, 0 to 1; None for no bar. dot : its colour, or empty.
    ticked : whether the box before it is ticked; None for no box.
    """

    key: object
    title: str
    aside: str = ""
    line: str = ""
    tone: str = ""
    share: float | None = None
    dot: str = ""
    ticked: bool | None = None


class _Model(QAbstractListModel):
    def __init__(self, parent: "QObject") -> None:
        super().__init__(parent)
        self.keys: Sequence[object] = ()
        self.make: Callable[[int], Entry] = lambda _at: Entry(None, "")

    def show(self, keys: Sequence[object], make: Callable[[int], Entry]) -> None:
        self.beginResetModel()
        self.keys, self.make = keys, make
        self.endResetModel()

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(self.keys)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.make(index.row())
        if role == Qt.ItemDataRole.UserRole:
            return entry
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return "，".join(part for part in (entry.title, entry.aside, entry.line) if part)
        return entry.line if role == Qt.ItemDataRole.ToolTipRole else None


class _Painted(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: N802
        return QSize(80, _HEIGHT if index.data(Qt.ItemDataRole.UserRole).share is None else _WITH_BAR)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry: Entry = index.data(Qt.ItemDataRole.UserRole)
        box = QRectF(option.rect)  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option, box)
        left = box.left() + _EDGE
        if entry.ticked is not None:
            _paint_tick(painter, QRectF(left, box.top() + 13, _BOX, _BOX), on=entry.ticked)
            left += _BOX + 12
        if entry.dot:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(entry.dot))
            painter.drawEllipse(QRectF(left, box.top() + 13, 2 * _DOT, 2 * _DOT))
            left += 2 * _DOT + 8
        self._write(painter, entry, box, left)
        if entry.share is not None:
            _paint_bar(painter, entry, QRectF(left, box.bottom() - 15, box.right() - _EDGE - left, 6))
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, box: QRectF) -> None:
        state = option.state  # type: ignore[attr-defined]
        painter.setPen(Qt.PenStyle.NoPen)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            chosen = state & QStyle.StateFlag.State_Selected
            painter.setBrush(QColor(colours().accent_soft if chosen else colours().hover))
            painter.drawRoundedRect(box.adjusted(2, 1, -2, -1), 6, 6)

    def _write(self, painter: QPainter, entry: Entry, box: QRectF, left: float) -> None:
        palette = colours()
        inks = {"danger": palette.danger, "warning": palette.warning, "faint": palette.faint}
        bold, plain = QFont(painter.font()), QFont(painter.font())
        bold.setPixelSize(14)
        bold.setBold(True)
        plain.setPixelSize(12)
        right = box.right() - _EDGE
        painter.setFont(plain)
        painter.setPen(QColor(palette.muted))
        aside = QFontMetricsF(plain).horizontalAdvance(entry.aside) + 1
        first = QRectF(left, box.top() + 6, right - left, 22)
        painter.drawText(first, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, entry.aside)
        painter.setFont(bold)
        painter.setPen(QColor(palette.faint if entry.tone == "faint" else palette.text))
        title = QFontMetricsF(bold).elidedText(
            entry.title, Qt.TextElideMode.ElideRight, right - left - aside - 8
        )
        painter.drawText(first, Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(plain)
        painter.setPen(QColor(inks.get(entry.tone, palette.muted)))
        line = QFontMetricsF(plain).elidedText(entry.line, Qt.TextElideMode.ElideRight, right - left)
        painter.drawText(QRectF(left, box.top() + 28, right - left, 20), Qt.AlignmentFlag.AlignVCenter, line)


def _paint_tick(painter: QPainter, box: QRectF, *, on: bool) -> None:
    palette = colours()
    painter.setPen(QPen(QColor(palette.accent if on else palette.faint), 1.6))
    painter.setBrush(QColor(palette.accent if on else palette.raised))
    painter.drawRoundedRect(box, 8, 8)
    if on:
        ink = QPen(QColor(palette.on_accent), 3.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        painter.setPen(ink)
        a, b, c = ((0.25, 0.52), (0.44, 0.7), (0.76, 0.32))
        for (x0, y0), (x1, y1) in ((a, b), (b, c)):
            side = box.width()
            painter.drawLine(
                QPointF(box.left() + x0 * side, box.top() + y0 * side),
                QPointF(box.left() + x1 * side, box.top() + y1 * side),
            )


def _paint_bar(painter: QPainter, entry: Entry, box: QRectF) -> None:
    palette = colours()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(palette.line))
    painter.drawRoundedRect(box, 3, 3)
    share = min(entry.share or 0.0, 1.0)
    if share > 0:
        full = share >= 1
        painter.setBrush(QColor(palette.warning if full else palette.good))
        painter.drawRoundedRect(
            QRectF(box.left(), box.top(), max(box.width() * share, 6), box.height()), 3, 3
        )


class EntryList(QListView):
    """Shows entries. `chosen(key)` : one was clicked, or gone to by the arrow keys; `opened(key)` : double click."""

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bare")
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self._model = _Model(self)
        self.setModel(self._model)
        self.setItemDelegate(_Painted(self))
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.selectionModel().currentChanged.connect(self._follow)
        self.doubleClicked.connect(lambda at: self.opened.emit(self._model.keys[at.row()]))
        self._quiet = False

    @property
    def entries(self) -> list[Entry]:
        """What is shown."""
        return [self._model.make(at) for at in range(len(self._model.keys))]

    @property
    def key(self) -> object:
        """What the chosen entry stands for; None where none is."""
        at = self.currentIndex()
        return self._model.keys[at.row()] if at.isValid() else None

    def key_at(self, at: int) -> object:
        """Return what the entry at a place stands for."""
        return self._model.keys[at]

    def show_entries(self, keys: Sequence[object], make: Callable[[int], Entry]) -> None:
        """Show an entry for each key, made when it is seen.

        The one that was chosen stays so, where it is still among them, and the list stays where it was.
        """
        key, at = self.key, self.verticalScrollBar().value()
        self._quiet = True
        self._model.show(keys, make)
        self._quiet = False
        self.choose(key, quiet=True, show=False)
        self.verticalScrollBar().setValue(at)

    def choose(self, key: object, *, quiet: bool = False, show: bool = True) -> bool:
        """Choose the entry that stands for `key`; return whether there is one."""
        found = next((n for n, each in enumerate(self._model.keys) if each == key), None)
        before, self._quiet = self._quiet, quiet or self._quiet
        at = self._model.index(-1 if found is None or key is None else found)
        self.setCurrentIndex(at)
        if at.isValid() and show:
            self.scrollTo(at, QListView.ScrollHint.PositionAtCenter)
            QTimer.singleShot(0, self, self._keep_in_sight)  # what is shown of it below takes room
        self._quiet = before
        return at.isValid()

    def _keep_in_sight(self) -> None:
        self.scrollTo(self.currentIndex())

    def _follow(self, now: QModelIndex) -> None:
        if not self._quiet:
            self.chosen.emit(self._model.keys[now.row()] if now.isValid() else None)
