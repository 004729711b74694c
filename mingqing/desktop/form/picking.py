"""Fields that take one of many: a code of a list, a row of another table; typed by characters or pinyin."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QWidget

from mingqing.core.text import tr
from mingqing.desktop.form.field import FieldWidget, small
from mingqing.desktop.form.matching import Option, matching
from mingqing.desktop.look.icons import icon

if TYPE_CHECKING:
    from mingqing.desktop.form.content import Line

_VALUE = Qt.ItemDataRole.UserRole
_ROW, _MOST_SHOWN = 36, 9


class PickField(FieldWidget):
    """A line to type into, below which a list of what may be meant drops down."""

    def __init__(self, line: "Line", parent: QWidget | None = None) -> None:
        super().__init__(line, parent)
        self.line = QLineEdit()
        self._model = QStandardItemModel(self)
        self._list = QCompleter(self._model, self)
        self._list.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._list.setMaxVisibleItems(_MOST_SHOWN)
        self._list.popup().setObjectName("choices")
        self._list.popup().setMinimumWidth(240)
        self._list.setWidget(self.line)
        self._list.activated[QModelIndex].connect(self._take)  # type: ignore[index]
        self._hold(self.line)
        self._show_list = self.line.addAction(
            icon("fa6s.chevron-down"), QLineEdit.ActionPosition.TrailingPosition
        )
        self._show_list.setToolTip(tr("列出可选的"))
        self._show_list.triggered.connect(lambda _checked=False: self._ask_list())
        self.line.textEdited.connect(self._typed)

    @property
    def options(self) -> Sequence[Option]:
        """What may be chosen."""
        raise NotImplementedError

    def choose(self, option: Option) -> None:
        """Take a choice."""
        raise NotImplementedError

    @property
    def offered(self) -> list[str]:
        """The titles in the list that dropped down."""
        return [self._model.item(i).data(_VALUE).title for i in range(self._model.rowCount())]

    def drop(self, typed: str = "") -> None:
        """Drop the list down with what `typed` may mean."""
        found = matching(self.options, typed)
        if found and not typed and self.line.text() and not self.field.required:
            found.append(Option("", tr("（清空）")))
        self.offer(found)

    def offer(self, options: Sequence[Option]) -> None:
        """Show these in the list; put it away where there are none."""
        self._model.clear()
        for option in options:
            item = QStandardItem(f"{option.title}　{option.brief}" if option.brief else option.title)
            item.setData(option, _VALUE)
            item.setSizeHint(QSize(0, _ROW))
            item.setToolTip(option.brief)
            self._model.appendRow(item)
        popup = self._list.popup()
        if not options or not self.line.isVisible():
            popup.hide()
            return
        self._list.complete()
        if isinstance(popup, QListView):
            popup.setCurrentIndex(self._model.index(0, 0))

    def _ask_list(self) -> None:
        self.line.setFocus()
        self.drop()

    def _typed(self, text: str) -> None:
        self.edited.emit()
        self.drop(text)

    def _take(self, index: QModelIndex) -> None:
        option = index.data(_VALUE)
        if isinstance(option, Option):
            self.choose(option)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Drop the list down at a click or an arrow; nothing is finished while it is open."""
        kind = event.type()
        if isinstance(event, QMouseEvent) and kind == QEvent.Type.MouseButtonRelease:
            self.drop()
        elif isinstance(event, QKeyEvent) and (kind, event.key()) == (QEvent.Type.KeyPress, Qt.Key.Key_Down):
            self.drop()
            return True
        leaving = isinstance(event, QFocusEvent) and kind == QEvent.Type.FocusOut
        if leaving and self._list.popup().isVisible():
            return False
        return super().eventFilter(watched, event)

    def _can_undo(self) -> bool:
        return self.line.isUndoAvailable()

    def _can_redo(self) -> bool:
        return self.line.isRedoAvailable()


class CodeField(PickField):
    """A code of a longer list, typed in any way in which it is written, or picked."""

    wide = False

    def __init__(self, line: "Line", parent: QWidget | None = None) -> None:
        super().__init__(line, parent)
        self._options = line.options
        self.line.setPlaceholderText(tr("选择，或输首字母"))
        self.show_value(line.value)

    @property
    def options(self) -> Sequence[Option]:
        """The codes."""
        return self._options

    @property
    def value(self) -> object:
        """What is typed: any spelling of a code is one."""
        return self.line.text()

    def show_value(self, value: object, text: str = "") -> None:  # noqa: ARG002 - the shape of all fields
        """Show a code."""
        shown = str(value or "")
        if shown != self.line.text() or self.line.isModified():
            self.line.setText(shown)

    def choose(self, option: Option) -> None:
        """Take a code."""
        self.line.setText(str(option.value))
        self.edited.emit()
        self.finished.emit()


class ReferenceField(PickField):
    """A row of another table, found by what names it, nearest first, or pointed to on the map.

    Signals
    -------
    looking(str) : what is typed is in none of the options at hand; `offer` what is found elsewhere.
    preparing() : the options are wanted; answer with `prepare`.
    pointing() : the row is to be shown on the map. opening(id) : the row chosen is to be opened.
    """

    looking = Signal(str)
    preparing = Signal()
    pointing = Signal()
    opening = Signal(object)
    _PAUSE_MS = 200

    def __init__(self, line: "Line", parent: QWidget | None = None) -> None:
        super().__init__(line, parent)
        self.wide = True
        self._options: Sequence[Option] | None = None
        self._waiting = False
        self._chosen: int | None = None
        self._called = ""
        self.line.setPlaceholderText(tr("输名称或首字母查找"))
        title = line.field.title
        self.point = small(
            "fa6s.location-crosshairs", tr("在地图上点选{title}").format(title=title), self.pointing.emit
        )
        self.open = small(
            "fa6s.arrow-up-right-from-square", tr("打开{title}").format(title=title), self._open
        )
        for each in (self.point, self.open):
            self._inside.addWidget(each)
        self.point.setVisible(line.on_map)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(self._PAUSE_MS)
        self._pause.timeout.connect(lambda: self.looking.emit(self.line.text()))
        self.show_value(line.value, line.text)

    @property
    def options(self) -> Sequence[Option]:
        """The rows at hand; asked for the first time they are needed."""
        if self._options is None:
            self._waiting = True
            self.preparing.emit()
        return self._options or ()

    @property
    def value(self) -> object:
        """The id of the row; the text where it is the name of none that was chosen."""
        text = self.line.text().strip()
        return self._chosen if self._chosen is not None and text == self._called else text

    def show_value(self, value: object, text: str = "") -> None:
        """Show the row of an id, by what names it."""
        self._chosen = int(str(value)) if value is not None else None
        self._called = text if self._chosen is not None else ""
        if self._called != self.line.text() or self.line.isModified():
            self.line.setText(self._called)
        self.open.setVisible(self._chosen is not None)

    def prepare(self, options: Sequence[Option]) -> None:
        """Have these at hand; drop them down where they are waited for."""
        self._options = options
        if self._waiting:
            self._waiting = False
            self.drop(self.line.text() if self.line.isModified() else "")

    def forget(self) -> None:
        """Ask for the rows anew when they are next needed: they may be others by now."""
        self._options = None

    def choose(self, option: Option) -> None:
        """Take a row."""
        self._pause.stop()
        self.show_value(option.value or None, option.title)
        self.edited.emit()
        self.finished.emit()

    def _typed(self, text: str) -> None:
        super()._typed(text)
        self._pause.stop()
        if text.strip() and not self._model.rowCount():
            self._pause.start()

    def _open(self) -> None:
        if self._chosen is not None:
            self.opening.emit(self._chosen)
