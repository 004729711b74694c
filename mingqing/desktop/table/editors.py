"""What a value is typed or chosen in, by the type of its field."""

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from mingqing.catalog.model import Field, FieldType
from mingqing.core.text import tr

Editing = QLineEdit | QComboBox
_EXAMPLES = {
    FieldType.DATE: "2020-05-01",
    FieldType.PHONE: "13800000000",
    FieldType.ID_NUMBER: "18 位身份证号",
}


def choices_of(field: Field) -> tuple[str, ...]:
    """Return the values to choose among; none where one types."""
    if field.type is FieldType.BOOLEAN:
        return tr("是"), tr("否")
    return tuple(code.value for code in field.codes.codes) if field.codes is not None else ()


def editor_of(field: Field, parent: QWidget | None = None) -> Editing:
    """Return what a value of `field` is entered in, empty."""
    choices = choices_of(field)
    if choices:
        made = QComboBox(parent)
        made.addItems(["", *choices])
        return made
    line = QLineEdit(parent)
    example = _EXAMPLES.get(field.type)
    line.setPlaceholderText(tr("如 {example}").format(example=example) if example else field.unit or "")
    return line


def text_of(editor: Editing) -> str:
    """Return what was entered."""
    return editor.text() if isinstance(editor, QLineEdit) else editor.currentText()


def put_text(editor: Editing, text: str) -> None:
    """Enter a text; one that is not among the choices is offered too, so that it is not lost unseen."""
    if isinstance(editor, QLineEdit):
        editor.setText(text)
        return
    if editor.findText(text) < 0:
        editor.addItem(text)
    editor.setCurrentText(text)
