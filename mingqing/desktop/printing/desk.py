"""What is printed from the window, by the name of its action: who is offered it, why not, and what opens it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from mingqing.core.text import tr
from mingqing.desktop.printing.atlas_kept import tell_unfinished
from mingqing.desktop.printing.ground import Ground, printable_themes, why_not
from mingqing.desktop.printing.many import sheets_of
from mingqing.printing.wall.asked import Asked

if TYPE_CHECKING:
    from mingqing.desktop.printing.page import PrintPage
    from mingqing.desktop.window import MainWindow
    from mingqing.store.session import Session


def _open_atlas(ground: Ground) -> None:
    from mingqing.desktop.printing.atlas import AtlasSheet  # with it all that draws a page

    AtlasSheet.open_for(ground)


def _open_reports(ground: Ground) -> None:
    from mingqing.desktop.printing.reports import ReportSheet  # with it all that plans and prints

    ReportSheet.open_for(ground)


_DIALOGS: Mapping[str, Callable[[Ground], object]] = {"atlas": _open_atlas, "reports": _open_reports}
"""What opens a dialog, by the name of its action in `desktop/actions.py`."""


class PrintDesk(QObject):
    """Opens the page of one map, and the other dialogs of printing."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._session: Session | None = None
        self._page: PrintPage | None = None
        self._openers = {"print": self._show_page, **_DIALOGS}
        for name in self._openers:
            window.actions_.connect(name, partial(self._open, name))
        window.actions_.connect("dismiss", self._dismiss)

    @property
    def entries(self) -> list[QAction]:
        """The actions, for a menu."""
        return [self._window.actions_[name] for name in self._openers]

    @property
    def page(self) -> "PrintPage":
        """The page of one map, made when it is first wanted."""
        if self._page is None:
            from mingqing.desktop.printing.page import PrintPage  # with it all that draws a page

            window = self._window
            self._page = PrintPage(window.jobs, window.explorer.studio, window.settings)
            self._page.left.connect(self._leave)
            window.pages.addWidget(self._page)
        return self._page

    def offer(self, session: "Session | None") -> None:
        """Offer what may be printed of a project that was just opened, and keep nothing of the one before."""
        self._session = session
        reason = why_not(session) if session is not None else ""
        for name in self._openers:
            action = self._window.actions_[name]
            action.setEnabled(session is not None and not reason)
            title = reason or action.text().rstrip("…")
            action.setToolTip(f"{title}  {action.shortcut().toString()}")
        if self._page is not None:
            self._page.forget()
        for sheet in sheets_of(self._window):
            sheet.forget()
        if session is not None and not reason:
            tell_unfinished(session, self._window.settings, self._window.jobs, self._say_unfinished)

    def _say_unfinished(self, sentence: str) -> None:
        self._window.say(sentence, action=(tr("接着出图"), partial(self._open, "atlas")))

    def hold_back(self, then: Callable[[], object]) -> bool:
        """Ask before the project is closed while many pages are made; `then` is called where that is to end.

        Returns False where there is nothing to ask.
        """
        busy = next((sheet for sheet in sheets_of(self._window) if sheet.busy), None)
        return busy is not None and busy.hold_back(then)

    def preview(self, asked: Asked) -> None:
        """Show a map as a page."""
        ground = self._ground()
        if ground is not None:
            self._window.explorer.close_card()
            self.page.begin(ground, asked)
            self._window.pages.setCurrentWidget(self.page)

    def _open(self, name: str) -> None:
        ground = self._ground()
        if ground is not None:
            self._openers[name](ground)

    def _show_page(self, ground: Ground) -> None:
        """Show the map on screen as a page."""
        if self._page is not None and self._window.pages.currentWidget() is self._page:
            return
        village = ground.village or next((entry.village.code for entry in ground.villages), "")
        if village:
            asked = Asked(ground.theme, village, only=ground.layers)
            self.preview(self.page.remembered(asked))
        else:
            self._window.say(tr("一张图画一个村，项目里还没有村；导入村界后就能打印"))

    def _ground(self) -> Ground | None:
        session, window = self._session, self._window
        if session is None:
            return None
        themes = printable_themes(session)
        codes = [theme.code for theme in themes]
        if not codes:
            return None
        shown = window.explorer.theme
        return Ground(
            window,
            window.jobs,
            window.settings,
            session,
            themes,
            shown if shown in codes else codes[0],
            window.explorer.topbar.villages.entries,
            window.explorer.village,
            window.explorer.legend.tables_on() if shown in codes else None,
            window.explorer.looks.restyled,
            self.preview,
            self._show_row,
        )

    def _show_row(self, table: str, row_id: int) -> None:
        self._leave()
        self._window.explorer.show_row(table, row_id)

    def _dismiss(self) -> None:
        if self._page is not None and self._window.pages.currentWidget() is self._page:
            self._page.dismiss()

    def _leave(self) -> None:
        self._window.pages.setCurrentWidget(self._window.explorer)
        self._window.explorer.canvas.setFocus()
