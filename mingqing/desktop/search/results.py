"""The list below the search box: what was found, in groups, with what fits in it marked."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from mingqing.core.text import tr
from mingqing.desktop.look.colours import colours
from mingqing.desktop.widgets import M, S, column, heading_item
from mingqing.search.describe import Hit

if TYPE_CHECKING:
    from mingqing.search.find import Results

HIT = Qt.ItemDataRole.UserRole
_WIDTH, _HEIGHT, _ROW = 540, 520, 38
_PIECE = tuple[str, str, bool]  # a text, its colour, whether it is marked


class ResultList(QFrame):
    """Drops down over the window without taking the keyboard from the box.

    Signals
    -------
    picked(object) : a `Hit`, or a text searched for before. turned(object) : another `Hit` is chosen, None for none.
    """

    picked = Signal(object)
    turned = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._page = parent
        self.setObjectName("sheet")
        self._model = QStandardItemModel(self)
        self.list = QListView()
        self.list.setObjectName("bare")
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Line(self.list))
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName(tr("搜索结果"))
        self.list.clicked.connect(self._pick)
        self.list.selectionModel().currentChanged.connect(lambda now: self.turned.emit(_hit(now)))
        column(self, margins=(S, S, S, S)).addWidget(self.list)
        self.hide()

    def drop(self, below: QWidget) -> None:
        """Show it under a widget, within the page."""
        corner = below.mapTo(self._page, QPoint(0, below.height() + 4))
        rows = sum(self._model.item(n).sizeHint().height() for n in range(self._model.rowCount()))
        width = min(max(_WIDTH, below.width()), self._page.width() - 2 * S)
        height = min(rows + 2 * S + 4, _HEIGHT, self._page.height() - corner.y() - S)
        self.setGeometry(min(corner.x(), self._page.width() - width - S), corner.y(), width, height)
        self.show()
        self.raise_()

    def show_results(self, results: "Results") -> None:
        """List what was found, the first chosen."""
        lines: list[QStandardItem] = []
        if results.notice:
            lines.append(heading_item(results.notice))
        if not results.total:
            lines.append(_remark(tr("没有找到，换个字、拼音首字母或电话尾号试试")))
        elif results.loose:
            lines.append(heading_item(tr("没有完全符合的，下面是相近的")))
        for group in results.groups:
            lines.append(heading_item(tr("{title}  {n:,}").format(title=group.title, n=group.count)))
            lines += [_line(hit) for hit in group.hits]
        self._offer(lines)

    def show_remarks(self, sentences: Sequence[str], recent: Sequence[str] = ()) -> None:
        """Say what can be typed, and offer what was searched for before."""
        lines = [_remark(sentence) for sentence in sentences]
        if recent:
            lines.append(heading_item(tr("最近找过")))
            lines += [_again(text) for text in recent]
        self._offer(lines)

    @property
    def hits(self) -> list[Hit]:
        """The hits that are listed."""
        return [
            hit for n in range(self._model.rowCount()) if (hit := _hit(self._model.index(n, 0))) is not None
        ]

    @property
    def current(self) -> Hit | None:
        """The hit that is chosen."""
        return _hit(self.list.currentIndex())

    def step(self, by: int) -> None:
        """Choose the next line, or the one before."""
        row = self.list.currentIndex().row()
        self._choose(row + by if row >= 0 else 0, by)

    def pick(self) -> None:
        """Take the line that is chosen."""
        self._pick(self.list.currentIndex())

    def forget(self) -> None:
        """Put the list away and keep nothing of it."""
        self.hide()
        self._model.clear()

    def _offer(self, lines: Sequence[QStandardItem]) -> None:
        self._model.clear()
        for line in lines:
            self._model.appendRow(line)
        if any(_hit(line.index()) for line in lines):
            self._choose(0, 1)
        else:
            self.turned.emit(None)

    def _choose(self, row: int, by: int) -> None:
        while 0 <= row < self._model.rowCount():
            if self._model.item(row).isEnabled():
                index = self._model.index(row, 0)
                self.list.setCurrentIndex(index)
                self.list.scrollTo(index if row > 1 else self._model.index(0, 0))
                return
            row += by

    def _pick(self, index: QModelIndex) -> None:
        if index.isValid() and self._model.itemFromIndex(index).isEnabled():
            self.picked.emit(index.data(HIT))


def _hit(index: QModelIndex | QPersistentModelIndex) -> Hit | None:
    found = index.data(HIT)
    return found if isinstance(found, Hit) else None


def _line(hit: Hit) -> QStandardItem:
    made = QStandardItem()
    made.setData(hit, HIT)
    made.setData(f"{hit.name} {hit.village_name}", Qt.ItemDataRole.AccessibleTextRole)
    made.setSizeHint(QSize(0, _ROW))
    return made


def _again(text: str) -> QStandardItem:
    made = QStandardItem(text)
    made.setData(text, HIT)
    made.setSizeHint(QSize(0, _ROW))
    return made


def _remark(sentence: str) -> QStandardItem:
    made = QStandardItem(sentence)
    made.setEnabled(False)
    made.setSizeHint(QSize(0, _ROW))
    return made


class _Line(QStyledItemDelegate):
    """Paints a hit: its name, what fits, what tells it from others; at the right its village."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one line."""
        super().paint(painter, option, index)  # the ground alone: a hit has no text of its own
        hit = _hit(index)
        if hit is None:
            return
        painter.save()
        font = QFont(self._view.font())
        font.setPixelSize(12)
        room = self._view.visualRect(self._view.model().index(index.row(), 0)).adjusted(M, 0, -M, 0)
        room.setRight(room.right() - _right(painter, room, hit.village_name, font) - M)
        for text, colour, marked in _pieces(hit):
            font.setPixelSize(14 if text is hit.title or marked or colour == colours().text else 12)
            font.setBold(marked)
            room.setLeft(room.left() + _left(painter, room, text, font, colour))
        painter.restore()


def _right(painter: QPainter, room: QRect, text: str, font: QFont) -> int:
    """Paint text at the right edge; return its width."""
    painter.setFont(font)
    painter.setPen(QColor(colours().muted))
    painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
    return QFontMetrics(font).horizontalAdvance(text)


def _left(painter: QPainter, room: QRect, text: str, font: QFont, colour: str) -> int:
    """Paint text at the left edge, cut where there is no more room; return its width."""
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(room.width(), 0))
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
    return metrics.horizontalAdvance(shown)


def _pieces(hit: Hit) -> Iterator[_PIECE]:
    """Yield the parts of a line from left to right."""
    palette = colours()
    begin, end = hit.named or (0, 0)
    yield from _marked(hit.title, begin, end, palette.text)
    told = {hit.title}
    for matched in hit.matched:
        if matched.text not in told and matched.begin < matched.end:
            told.add(matched.text)
            yield f"　{matched.title} ", palette.muted, False
            yield from _marked(matched.text, matched.begin, matched.end, palette.text)
    said = [text for text in hit.said if text not in told]
    if said:
        yield "　" + " · ".join(said), palette.muted, False


def _marked(text: str, begin: int, end: int, colour: str) -> Iterator[_PIECE]:
    for part, marked in ((text[:begin], False), (text[begin:end], True), (text[end:], False)):
        if part:
            yield part, colours().accent if marked else colour, marked
