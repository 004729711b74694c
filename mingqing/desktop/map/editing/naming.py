"""What a row cannot be without, asked as soon as its shape is drawn; the rest is for its form."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from mingqing.catalog.values import ValueRefusedError, parse
from mingqing.core.text import tr
from mingqing.desktop.pages.dialogs import Sheet
from mingqing.desktop.widgets import choice_box

if TYPE_CHECKING:
    from mingqing.catalog.model import Field, Table


def needed(table: "Table") -> "tuple[Field, ...]":
    """Return the fields without which there is no row of a table."""
    return tuple(f for f in table.plain_fields if f.required)


class NamingSheet(Sheet):
    """Asks for them. `accepted` once all are fit; `values` are as typed, by field."""

    def __init__(self, table: "Table", known: Mapping[str, object], parent: QWidget) -> None:
        super().__init__(
            tr("新增{title}").format(title=table.title), tr("图形已画好，再填："), tr("保存"), parent
        )
        self._fields = needed(table)
        self.edits = {f.name: _edit(f, known.get(f.name)) for f in self._fields}
        for each in self._fields:
            self.field(each.title, self.edits[each.name])
        self.finish()
        self.fit()
        self.submitted.connect(self._check)
        next(iter(self.edits.values())).setFocus()

    @property
    def values(self) -> dict[str, str]:
        """What was typed and chosen, by field."""
        return {
            name: each.currentText() if isinstance(each, QComboBox) else each.text()
            for name, each in self.edits.items()
        }

    def _check(self) -> None:
        for field in self._fields:
            said = self.values[field.name]
            line = self.edits[field.name]
            edit = line if isinstance(line, QLineEdit) else None
            try:
                if parse(field, said) is None:
                    self.refuse(tr("请填写{title}").format(title=field.title), edit)
                    return
            except ValueRefusedError as error:
                self.refuse(f"{field.title}：{error}", edit)
                return
        self.accept()


def _edit(field: "Field", value: object) -> QLineEdit | QComboBox:
    if field.codes is None:
        line = QLineEdit()
        line.setMaxLength(field.max_length)
        return line
    box = choice_box(field.title)
    box.addItems([code.value for code in field.codes.codes])
    box.setCurrentText(str(value or ""))
    return box
