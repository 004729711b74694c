"""What is handed on from the window, by the name of its action: who is offered it, why not, and what opens it."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from mingqing.desktop.exporting.ground import Ground, why_not

if TYPE_CHECKING:
    from mingqing.desktop.exporting.page import ExportPage
    from mingqing.desktop.window import MainWindow
    from mingqing.quality.findings import Finding
    from mingqing.store.session import Session


class ExportDesk(QObject):
    """Opens the export page, the list of what is wrong and the sheet of PostGIS."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._session: Session | None = None
        self._page: ExportPage | None = None
        self._openers: dict[str, Callable[[Ground], object]] = {
            "export": self._show_page,
            "quality": self._show_quality,
            "publish": self._show_publish,
        }
        for name in self._openers:
            window.actions_.connect(name, partial(self._open, name))
        window.actions_.connect("dismiss", self._dismiss)

    @property
    def entries(self) -> list[QAction]:
        """The actions, for a menu."""
        return [self._window.actions_[name] for name in self._openers]

    @property
    def page(self) -> "ExportPage":
        """The export page, made when it is first wanted."""
        if self._page is None:
            from mingqing.desktop.exporting.page import ExportPage  # with it all that reads what leaves

            self._page = ExportPage(self._window.jobs)
            self._page.left.connect(self._leave)
            self._page.opened.connect(self._put_right)
            self._window.pages.addWidget(self._page)
        return self._page

    def offer(self, session: "Session | None") -> None:
        """Offer what may be handed on of a project that was just opened, and keep nothing of the one before."""
        self._session = session
        reason = why_not(session) if session is not None else ""
        for name in self._openers:
            action = self._window.actions_[name]
            forbidden = reason if name != "quality" else ""
            action.setEnabled(session is not None and not forbidden)
            title = forbidden or action.text().rstrip("…")
            action.setToolTip(f"{title}  {action.shortcut().toString()}")
        if self._page is not None:
            self._page.forget()

    def hold_back(self, then: Callable[[], object]) -> bool:
        """Ask before the project is closed while something is exported; `then` is called where that is to end.

        Returns False where there is nothing to ask.
        """
        return False

    # ── What is opened ─────────────────────────────────────────────────────────────────────────────────────────

    def _open(self, name: str) -> None:
        ground = self._ground()
        if ground is not None:
            self._openers[name](ground)

    def _show_page(self, ground: Ground) -> None:
        window = self._window
        if self._page is not None and window.pages.currentWidget() is self._page:
            return
        window.explorer.close_card()
        self.page.begin(ground)
        window.pages.setCurrentWidget(self.page)

    def _show_quality(self, ground: Ground) -> None: ...

    def _show_publish(self, ground: Ground) -> None: ...

    def _ground(self) -> Ground | None:
        session, window = self._session, self._window
        if session is None:
            return None
        explorer = window.explorer
        return Ground(
            window,
            window.jobs,
            window.settings,
            session,
            explorer.topbar.villages.entries,
            explorer.village,
            dict(explorer.selection.tables),
            self._show_row,
        )

    def _put_right(self, finding: "Finding") -> None:
        self._show_row(finding.table, finding.id)

    def _show_row(self, table: str, row_id: int) -> None:
        """Show a row on the map, in the form where it may be edited."""
        self._leave()
        self._window.explorer.finder.chosen.emit(table, row_id, True)

    def _dismiss(self) -> None:
        if self._page is not None and self._window.pages.currentWidget() is self._page:
            self._page.dismiss()

    def _leave(self) -> None:
        self._window.pages.setCurrentWidget(self._window.explorer)
        self._window.explorer.canvas.setFocus()


