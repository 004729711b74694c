"""What was pasted into many cells, or empties them: shown before it is written where it is much, or not all can be."""

from PySide6.QtWidgets import QWidget

from mingqing.catalog.model import Table
from mingqing.core.text import tr
from mingqing.desktop.bulk.pasting import Pasted
from mingqing.desktop.bulk.sheet import BulkSheet, Desk
from mingqing.desktop.widgets import label
from mingqing.store.bulk import Change, Given


class PasteSheet(BulkSheet):
    """Shows what the cells would hold. There is nothing to fill in."""

    def __init__(
        self, desk: Desk, pasted: Pasted, title: str, why: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, desk, parent=parent)
        self._given, self._why = Given(pasted.values), why
        for box in (self.tables, self.scopes):
            box.hide()
        for note in pasted.notes:
            self.form.addWidget(label(note, "warning", wrap=True))

    def show_table(self, table: Table) -> None:
        """Nothing depends on it: the rows are those of the cells."""

    def change(self) -> Change:
        """Return what each row is given."""
        return self._given

    @property
    def hint(self) -> str:
        """There is nothing to fill in."""
        return tr("没有可以改的格子")

    @property
    def why(self) -> str:
        """What it is, for the history."""
        return self._why
