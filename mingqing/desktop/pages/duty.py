"""What the pages beside the map have in common: whom they are for, and that they keep nothing of a closed project."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from mingqing.desktop.jobs import Jobs

if TYPE_CHECKING:
    from mingqing.store.session import Session


class DutyPage(QStackedWidget):
    """Steps of one task that only some accounts have.

    Signals
    -------
    left() : back to the map. relogin(str) : close the project and ask to log in again; the sentence says why.
    """

    left = Signal()
    relogin = Signal(str)

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.jobs = jobs

    def is_for(self, session: "Session") -> bool:
        """Whether the account that is logged in has this task."""
        raise NotImplementedError

    def begin(self, _session: "Session") -> None:
        """Show the first step."""
        raise NotImplementedError

    def dismiss(self) -> None:
        """Go back a step: the user pressed Esc."""
        self.left.emit()

    def forget(self) -> None:
        """Drop whatever is shown: the project is closed."""
        raise NotImplementedError
