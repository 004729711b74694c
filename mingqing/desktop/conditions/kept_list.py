"""The list of questions that were kept, and of those asked just now: Enter opens one, Delete forgets it."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QListView, QWidget

from mingqing.catalog.model import Catalog
from mingqing.core.text import tr
from mingqing.desktop.look.corners import SHEET_PX, round_corners
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import HEADING, S, button, column, heading_item, label, row
from mingqing.store.conditions import in_words
from mingqing.store.conditions.kept import Asked
from mingqing.store.saved import Saved

_ASKED, _SAVED = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_WIDTH, _ROW, _TALLEST = 420, 36, 400
_MOST_SAID = 60  # characters of a question below the list


class KeptList(QFrame):
    """Drops down. `going(Asked)` when one is chosen, `forgetting(Saved)` when one is to be kept no longer."""

    going = Signal(object)
    forgetting = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        round_corners(self, SHEET_PX)
        self.setFixedWidth(_WIDTH)
        self._catalog: Catalog | None = None
        self._model = QStandardItemModel(self)
        self.view = QListView()
        self.view.setObjectName("bare")
        self.view.setModel(self._model)
        self.view.setAccessibleName(tr("已保存的条件"))
        self.view.setIconSize(QSize(14, 14))
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.clicked.connect(self._take)
        self.view.selectionModel().currentChanged.connect(lambda _now, _before: self._look())
        self._said = label("", "caption", wrap=True)
        self._wrong = label("", "danger", wrap=True)
        self.remove = button(tr("删除"), self._remove, "chip")
        self.remove.setToolTip(tr("删除  Delete"))
        sheet, below = QFrame(), row(gap=S)
        sheet.setObjectName("sheet")
        column(self).addWidget(sheet)
        layout = column(sheet, margins=(S, S, S, S), gap=S)
        layout.addWidget(self.view, 1)
        layout.addWidget(self._wrong)
        below.addWidget(self._said, 1)
        below.addWidget(self.remove)
        layout.addLayout(below)

    @property
    def names(self) -> list[str]:
        """What is listed, headings as well."""
        return [self._model.item(n).text() for n in range(self._model.rowCount())]

    def open(self, at: QPoint) -> None:
        """Drop down at a place on the screen."""
        self._wrong.hide()
        self.move(at)
        self.show()
        self.view.setFocus()

    def show_kept(
        self, catalog: Catalog, kept: Sequence[tuple[Saved, Asked]], recent: Sequence[Asked]
    ) -> None:
        """List these, what is kept first."""
        self._catalog = catalog
        self._wrong.hide()
        self._model.clear()
        if kept:
            self._model.appendRow(heading_item(tr("已保存")))
        for thing, asked in kept:
            self._model.appendRow(_item(thing.name, asked, thing))
        if recent:
            self._model.appendRow(heading_item(tr("最近用过")))
        for asked in recent:
            self._model.appendRow(_item(in_words(catalog, asked.table, asked.condition), asked, None))
        if not self._model.rowCount():
            self._model.appendRow(heading_item(tr("还没有保存过条件")))
        headings = int(bool(kept)) + int(bool(recent))
        wanted = HEADING * headings + _ROW * (len(kept) + len(recent)) + S
        self.view.setFixedHeight(min(max(wanted, HEADING + S), _TALLEST))
        self.view.setCurrentIndex(self._model.index(1, 0) if headings else QModelIndex())
        self._look()
        self.adjustSize()

    def refuse(self, sentence: str) -> None:
        """Say what could not be done."""
        self._wrong.setText(sentence)
        self._wrong.show()
        self.adjustSize()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Open by Enter, forget by Delete."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._take(self.view.currentIndex())
            case Qt.Key.Key_Delete if not self.remove.isHidden():
                self._remove()
            case _:
                super().keyPressEvent(event)

    def _take(self, index: QModelIndex) -> None:
        asked = index.data(_ASKED)
        if isinstance(asked, Asked):
            self.hide()
            self.going.emit(asked)

    def _look(self) -> None:
        """Say what the current one asks."""
        index = self.view.currentIndex()
        asked, thing = index.data(_ASKED), index.data(_SAVED)
        said = ""
        if isinstance(asked, Asked) and self._catalog is not None:
            said = in_words(self._catalog, asked.table, asked.condition)
        self.remove.setVisible(isinstance(thing, Saved))
        self._said.setVisible(bool(said))
        self._said.setText(said if len(said) <= _MOST_SAID else f"{said[:_MOST_SAID]}…")
        self.adjustSize()

    def _remove(self) -> None:
        thing = self.view.currentIndex().data(_SAVED)
        if isinstance(thing, Saved):
            self.forgetting.emit(thing)


def _item(name: str, asked: Asked, thing: Saved | None) -> QStandardItem:
    made = QStandardItem(name)
    made.setData(asked, _ASKED)
    made.setData(thing, _SAVED)
    glyph = "fa6s.clock-rotate-left" if thing is None else "fa6s.users" if thing.shared else "fa6s.bookmark"
    made.setIcon(icon(glyph))
    made.setSizeHint(QSize(0, _ROW))
    made.setToolTip(name)
    return made
