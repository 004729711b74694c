"""Correcting cells in their place: what was typed is saved at once, by the rules of the table."""

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from mingqing.catalog.values import ValueRefusedError, parse
from mingqing.core.errors import MingqingError
from mingqing.core.text import tr
from mingqing.desktop.look.colours import colours
from mingqing.desktop.table.editors import editor_of, put_text, text_of
from mingqing.desktop.widgets import restyle
from mingqing.store.bulk import changeable

if TYPE_CHECKING:
    from mingqing.access.policy import Policy
    from mingqing.desktop.editor import Editor
    from mingqing.desktop.table.view import RowsView
    from mingqing.store.edit import Edit
    from mingqing.store.session import Session

_Index = QModelIndex | QPersistentModelIndex
_BLOCK_ALPHA, _TYPED = 40, Qt.ItemDataRole.EditRole


class Cells(QStyledItemDelegate):
    """Draws the cells of a `RowsView`, and gives what one types in. `entered(row, column, text)` when somebody did."""

    entered = Signal(int, int, str)

    def __init__(self, view: "RowsView") -> None:
        super().__init__(view)
        self._view = view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Tint the cells that keys and pasting are about, where these are several."""
        super().paint(painter, option, index)
        if self._view.in_block(index):
            tint = QColor(colours().accent)
            tint.setAlpha(_BLOCK_ALPHA)
            painter.fillRect(option.rect, tint)  # type: ignore[attr-defined]

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: _Index) -> QWidget:  # noqa: N802
        """Return what a value of the column is entered in."""
        field = self._view.rows.columns[index.column()].field
        made = editor_of(field, parent)
        made.setObjectName("cell")
        made.setAccessibleName(field.title)
        if isinstance(made, QLineEdit):
            made.textChanged.connect(lambda _: self._check(made, index.column()))
        else:
            made.activated.connect(lambda _: self._take(made))
        return made

    def _take(self, made: QComboBox) -> None:
        """What was chosen is entered: there is nothing more to say."""
        self.commitData.emit(made)
        self.closeEditor.emit(made, QStyledItemDelegate.EndEditHint.NoHint)

    def _check(self, made: QLineEdit, column: int) -> None:
        wrong = ""
        try:
            parse(self._view.rows.columns[column].field, made.text())
        except ValueRefusedError as error:
            wrong = str(error)
        restyle(made, "wrong", "true" if wrong else "false")
        made.setToolTip(wrong)

    def setEditorData(self, editor: QWidget, index: _Index) -> None:  # noqa: N802
        """Begin with what is there; not while somebody types."""
        if isinstance(editor, QLineEdit | QComboBox) and not editor.property("begun"):
            editor.setProperty("begun", True)  # noqa: FBT003 - Qt's signature
            put_text(editor, str(index.data(_TYPED) or ""))

    def setModelData(self, editor: QWidget, _model: QAbstractItemModel, index: _Index) -> None:  # noqa: N802
        """Say what was entered, where it is another than before."""
        if isinstance(editor, QLineEdit | QComboBox):
            text = text_of(editor)
            if text != str(index.data(_TYPED) or ""):
                self.entered.emit(index.row(), index.column(), text)

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:  # noqa: N802
        """Let letters and digits reach a list to choose from, and Enter end there: the map has keys of its own."""
        if not isinstance(event, QKeyEvent):
            return super().eventFilter(editor, event)
        if event.type() == QEvent.Type.ShortcutOverride and event.text() and event.text().isprintable():
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            super().eventFilter(editor, event)
            return True
        return super().eventFilter(editor, event)


class Corrections(QObject):
    """Saves what was typed into the cells of one list. `refused(str)` : why a value cannot be."""

    refused = Signal(str)

    def __init__(self, view: "RowsView", editor: "Editor") -> None:
        super().__init__(view)
        self._view, self._editor = view, editor
        self._cells = Cells(view)
        self._table, self._title = "", ""
        view.setItemDelegate(self._cells)
        self._cells.entered.connect(self._save)

    def show_table(self, policy: "Policy | None", table: str) -> None:
        """Let the cells of another table be edited, as far as the account may."""
        may = self._editor.may_edit
        definition = policy.catalog.tables[table] if policy is not None and table else None
        self._table, self._title = table, definition.title if definition is not None else ""
        fields = (
            changeable(policy, definition) if policy is not None and definition is not None and may else ()
        )
        self._view.rows.editable = frozenset(field.name for field in fields)
        self._view.let_edit(on=bool(self._view.rows.editable))

    def _save(self, row: int, column: int, text: str) -> None:
        rows, table = self._view.rows, self._table
        row_id, field = rows.id_at(row), rows.columns[column].field
        rows.enter(row, column, text)

        def work(edit: "Edit", _session: "Session") -> None:
            edit.change(table, row_id, {field.name: text})

        def done(_: None) -> None:
            rows.settle(row_id, field.name)

        def failed(error: MingqingError) -> None:
            rows.entered.pop((row_id, field.name), None)
            self._again(table, row_id, field.name, text, str(error))

        why = tr("修改{table}的{field}").format(table=self._title, field=field.title)
        self._editor.do(why, work, done=done, failed=failed)

    def _again(self, table: str, row_id: int, name: str, text: str, sentence: str) -> None:
        """Say why it cannot be, and let the user go on from what was typed, where the cell is still there."""
        rows, view = self._view.rows, self._view
        row = rows.row_of([row_id])
        names = [each.name for each in rows.columns]
        self.refused.emit(sentence)
        if table != self._table or row is None or name not in names:
            return
        index = rows.index(row, names.index(name))
        rows.dataChanged.emit(index, index)
        if view.state() is view.State.EditingState or not view.isVisible():
            return
        view.setCurrentIndex(index)
        view.edit(index)
        editor = view.indexWidget(index) or view.viewport().focusWidget()
        if isinstance(editor, QLineEdit):
            editor.setText(text)
            restyle(editor, "wrong", "true")
            QToolTip.showText(editor.mapToGlobal(QPoint(0, editor.height())), sentence, editor)
