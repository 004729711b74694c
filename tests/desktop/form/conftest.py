"""Forms to fill in: what is in them, what is stored."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from mingqing.desktop.form.form import RowForm
from mingqing.desktop.form.related import RelatedGroup, RowSection
from mingqing.desktop.window import MainWindow

Settle = Callable[[], None]
WOMAN = "99999919900307008X"


def find(window: MainWindow, table: str, **where: str | int) -> int:
    assert window.session is not None
    return int(str(window.session.rows(table, ["id"], where=where)[0][0]))


def stored(window: MainWindow, table: str, row_id: int, *names: str) -> tuple[object, ...]:
    assert window.session is not None
    row = window.session.row(table, row_id)
    assert row is not None
    return tuple(row[name] for name in names)


def form_of(window: MainWindow) -> RowForm:
    section = window.explorer.form.section
    assert section is not None
    assert section.form is not None
    return section.form


def write(form: RowForm, name: str, text: str) -> None:
    """Type into a field, in place of what is there, and leave it."""
    editor = form.fields[name].focusProxy()
    if isinstance(editor, QPlainTextEdit):
        editor.setPlainText(text)
    else:
        assert isinstance(editor, QLineEdit)
        editor.selectAll()
        editor.insert(text)
    form.fields[name].finished.emit()


@pytest.fixture
def house(opened: MainWindow, settle: Settle) -> int:
    """A house whose form is open."""
    row_id = find(opened, "house", house_no="0F1")
    opened.explorer.show_row("house", row_id)
    settle()
    opened.explorer._actions["form"].trigger()
    settle()
    return row_id


def group(section: RowSection, table: str) -> RelatedGroup:
    return next(g for (t, _), g in section.groups.items() if t == table)
