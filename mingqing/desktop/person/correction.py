"""The form for correcting one of somebody's rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QLineEdit, QWidget

from mingqing.catalog.model import Field, FieldType, Table
from mingqing.core.text import tr
from mingqing.desktop.tables import TextTable, table_view
from mingqing.desktop.widgets import XL, L, M, S, button, choice_box, column, empty, label, row, scrolling

_STAMPS = frozenset({"created_by", "created_at", "updated_by", "updated_at", "village_code"})


@dataclass(frozen=True)
class Correctable:
    """A row that may be corrected: what it is called, and its values as they are stored."""

    table: Table
    id: int
    title: str
    values: Mapping[str, object]


class CorrectStep(QWidget):
    """Signals: submitted() when there is something to correct; left()."""

    submitted = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[Correctable] = ()
        self._editors: dict[str, QLineEdit | QComboBox] = {}
        self._model = TextTable([tr("要更正哪一条")])
        self.table = table_view(self._model, (), name=tr("要更正的记录"))
        self.table.selectionModel().currentRowChanged.connect(lambda now, _before: self._show(now.row()))
        frame, inside = QFrame(), QWidget()
        frame.setObjectName("sheet")
        self._form = column(inside, margins=(XL, L, XL, L), gap=S)
        column(frame, gap=0).addWidget(scrolling(inside))
        self.why = QLineEdit()
        self.why.setPlaceholderText(tr("理由，例如“本人持户口簿要求更正”；会记入日志，不要写姓名和号码"))
        self.why.setAccessibleName(tr("更正的理由"))
        self._error = label("", "danger", wrap=True)
        self.primary = button(tr("更正"), self._submit, "primary")
        panes = row(gap=L)
        panes.addWidget(self.table, 2)
        panes.addWidget(frame, 5)
        foot = row(gap=M)
        foot.addWidget(self._error, 1)
        foot.addWidget(button(tr("取消"), self.left.emit))
        foot.addWidget(self.primary)
        layout = column(self, margins=(XL, XL, XL, L), gap=S)
        layout.addWidget(label(tr("更正个人信息"), "heading"))
        layout.addLayout(panes, 1)
        layout.addWidget(self.why)
        layout.addLayout(foot)

    def begin(self, rows: Sequence[Correctable]) -> None:
        """Offer these rows."""
        self._rows = rows
        self.why.clear()
        self.refuse("")
        self._model.show_rows([[r.title] for r in rows])
        self.table.selectRow(0)

    def forget(self) -> None:
        """Keep nothing of them."""
        self._rows, self._editors = (), {}
        self.why.clear()
        self._model.show_rows([])
        empty(self._form)

    def refuse(self, sentence: str) -> None:
        """Say what is wrong and let the user try again."""
        self._error.setText(sentence)
        self.setEnabled(True)

    @property
    def error(self) -> str:
        """The sentence shown, or empty."""
        return self._error.text()

    @property
    def chosen(self) -> Correctable:
        """The row whose form is open."""
        return self._rows[self.table.currentIndex().row()]

    @property
    def changes(self) -> dict[str, object]:
        """What was typed, by field, where it is not what is stored."""
        before = self.chosen.values
        typed = {name: _typed(editor) for name, editor in self._editors.items()}
        return {name: text for name, text in typed.items() if text != _shown(before.get(name))}

    def editor_of(self, name: str) -> QLineEdit | QComboBox:
        """Return where a field is edited."""
        return self._editors[name]

    def _show(self, at: int) -> None:
        empty(self._form)
        self._editors = {}
        if not 0 <= at < len(self._rows):
            return
        chosen = self._rows[at]
        grid_widget = QWidget()
        grid = QGridLayout(grid_widget)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(L)
        grid.setVerticalSpacing(S)
        for number, field in enumerate(_editable(chosen.table)):
            made = _editor(field, chosen.values.get(field.name))
            made.setAccessibleName(field.title)
            self._editors[field.name] = made
            cell = column(gap=4)
            title = f"{field.title}（{field.unit}）" if field.unit else field.title
            cell.addWidget(label(title, "caption"))
            cell.addWidget(made)
            grid.addLayout(cell, number // 2, number % 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self._form.addWidget(grid_widget)
        self._form.addStretch(1)

    def _submit(self) -> None:
        if not self.changes:
            self.refuse(tr("还没有改动"))
            return
        self.refuse("")
        self.setEnabled(False)
        self.submitted.emit()


def _editable(table: Table) -> list[Field]:
    fields = (*table.fields, *(f for f in table.common if table.personal))
    typed = (f for f in fields if f.type not in {FieldType.REFERENCE, FieldType.PHOTO, FieldType.DATA})
    return [f for f in typed if f.name not in _STAMPS]


def _editor(field: Field, value: object) -> QLineEdit | QComboBox:
    """Return a box of codes or of yes and no, else a line."""
    shown = _shown(value)
    if field.codes is None and field.type is not FieldType.BOOLEAN:
        return QLineEdit(shown)
    box = choice_box(field.title)
    box.addItem(tr("（未登记）"), "")
    if field.codes is not None:
        for code in field.codes.codes:
            box.addItem(code.value, code.value)
    else:
        box.addItem(tr("是"), "1")
        box.addItem(tr("否"), "0")
    box.setCurrentIndex(max(box.findData(shown), 0))
    return box


def _typed(editor: QLineEdit | QComboBox) -> str:
    return editor.text().strip() if isinstance(editor, QLineEdit) else str(editor.currentData())


def _shown(value: object) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
