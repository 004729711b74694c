"""Import, step by step: what was recognised, progress, report."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from mingqing.desktop.jobs import Jobs

if TYPE_CHECKING:
    from mingqing.catalog.model import Catalog


class ImportPage(QWidget):
    """Signals: finished() after something was written; left() after nothing was."""

    finished = Signal()
    left = Signal()

    def __init__(self, catalog: "Catalog", jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.busy = False

    def begin(self, paths: list[Path]) -> None:
        """Look through `paths`."""
