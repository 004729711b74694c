"""Where an export goes: what it is called, and in which folder."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from mingqing.core.files import in_name
from mingqing.core.text import tr
from mingqing.desktop.exporting.wish import Target, is_folder
from mingqing.desktop.widgets import S, button, label, row
from mingqing.export.asked import Format

_NAME = 250  # pixels


class PlaceLine(QWidget):
    """A name that is proposed until another is typed. `moved(str)` : another folder; `renamed()` : another name."""

    moved = Signal(str)
    renamed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name, self.folder = QLineEdit(), QLineEdit()
        self.name.setAccessibleName(tr("文件名"))
        self.folder.setAccessibleName(tr("存到哪个文件夹"))
        self.name.setFixedWidth(_NAME)
        self.folder.setReadOnly(True)
        self.browse = button(tr("更改…"), self.ask_folder)
        self._usual = ""
        line = row(self, gap=S)
        for words, field in ((tr("文件名"), self.name), (tr("存到"), self.folder)):
            caption = label(words, "muted")
            caption.setBuddy(field)
            line.addWidget(caption)
            line.addWidget(field, 1 if field is self.folder else 0)
        line.addWidget(self.browse)
        self.name.textEdited.connect(lambda _text: self.renamed.emit())

    def begin(self, folder: str) -> None:
        """Propose a folder, the usual one where it is empty, and no longer the name that was typed."""
        self.folder.setText(folder or str(usual_folder()))
        self.name.setModified(False)

    def propose(self, name: str) -> None:
        """Propose a name, unless one was typed."""
        self._usual = in_name(name)
        if not self.name.isModified():
            self.name.setText(self._usual)

    def target(self, format_: Format) -> Target:
        """Return where it is to go in a format."""
        typed = self.name.text().strip()
        suffix = "" if is_folder(format_) else format_.suffix
        return Target(Path(self.folder.text()), in_name(typed) if typed else self._usual, suffix)

    def ask_folder(self) -> None:
        """Let another folder be chosen."""
        there = Path(self.folder.text())
        start = next((each for each in (there, *there.parents) if each.is_dir()), Path.home())
        chosen = QFileDialog.getExistingDirectory(self, tr("存到哪个文件夹"), str(start))
        if chosen:
            self.folder.setText(chosen)
            self.moved.emit(chosen)


def usual_folder() -> Path:
    """Return where exports go unless somebody says otherwise."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(documents or Path.home()) / tr("民情导出")
