"""Which widget fills in which type of field."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mingqing.catalog.model import FieldType
from mingqing.catalog.values import counted_photos
from mingqing.core.text import tr
from mingqing.desktop.form.dates import DateField
from mingqing.desktop.form.field import FieldWidget, as_typed
from mingqing.desktop.form.fields import (
    ChoiceField,
    IdNumberField,
    LineField,
    LockedField,
    TextField,
    is_short,
)
from mingqing.desktop.form.picking import CodeField, ReferenceField
from mingqing.desktop.form.pictures import PictureField

if TYPE_CHECKING:
    from mingqing.desktop.form.content import Line

_FEW = 5  # codes that are shown as buttons


def _text(line: "Line") -> FieldWidget:
    field = line.field
    return LineField(line) if field.search or field.mask is not None or is_short(field) else TextField(line)


def _boolean(line: "Line") -> FieldWidget:
    return ChoiceField(line, [(1, tr("是")), (0, tr("否"))])


def _code(line: "Line") -> FieldWidget:
    if len(line.options) <= _FEW:
        return ChoiceField(line, [(o.value, o.title) for o in line.options])
    return CodeField(line)


# One for each type of field: what fills it in.
WIDGETS: Mapping[FieldType, Callable[["Line"], FieldWidget]] = {
    FieldType.TEXT: _text,
    FieldType.INTEGER: LineField,
    FieldType.NUMBER: LineField,
    FieldType.PHONE: LineField,
    FieldType.DATE: DateField,
    FieldType.ID_NUMBER: IdNumberField,
    FieldType.BOOLEAN: _boolean,
    FieldType.CODE: _code,
    FieldType.REFERENCE: ReferenceField,
    FieldType.PHOTO: PictureField,
}


def widget_of(line: "Line") -> FieldWidget:
    """Return the widget of a field, with its value in it."""
    if line.locked:
        return LockedField(line, line.text or _shown(line))
    return WIDGETS[line.field.type](line)


def _shown(line: "Line") -> str:
    if line.field.type is FieldType.BOOLEAN and line.value is not None:
        return tr("是") if line.value else tr("否")
    if line.field.type is FieldType.PHOTO:
        return counted_photos(line.value)
    return as_typed(line.value)
