"""What is handed on from the window, by the name of its action: who is offered it, why not, and what opens it."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from mingqing.core.text import tr
from mingqing.desktop.exporting.dragging import DragOut
from mingqing.desktop.exporting.ground import Ground, why_not
from mingqing.desktop.exporting.pulling import Pull
from mingqing.desktop.pages.dialogs import ask
from mingqing.desktop.printing.many import EndingSheet

if TYPE_CHECKING:
    from mingqing.desktop.exporting.page import ExportPage
    from mingqing.desktop.exporting.publish import PublishSheet
    from mingqing.desktop.exporting.quality import QualitySheet
    from mingqing.desktop.window import MainWindow
    from mingqing.quality.findings import Finding, Quality
    from mingqing.store.session import Session


class ExportDesk(QObject):
    """Opens the export page, the list of what is wrong and the sheet of PostGIS."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._session: Session | None = None
        self._page: ExportPage | None = None
        self._kinds: set[type[QualitySheet | PublishSheet]] = set()
        self.dragging = DragOut(self._ground, window.explorer.canvas)
        self.dragging.said.connect(window.explorer.banner.say)
        self._pull = Pull(self)
        self._connect_pulling()
        self._openers: dict[str, Callable[[Ground], object]] = {
            "export": self._show_page,
            "quality": self._show_quality,
            "publish": self._show_publish,
        }
        for name in self._openers:
            window.actions_.connect(name, partial(self._open, name))
        window.actions_.connect("dismiss", self._dismiss)

    def _connect_pulling(self) -> None:
        """Let tables be dragged out of the legend and of the list of rows."""
        explorer = self._window.explorer
        explorer.legend.pulled.connect(self.dragging.pull)
        handing = explorer.tables.bar.handing
        self._pull.watch(handing, "")
        for signal in (self._pull.pulled, handing.clicked):
            signal.connect(lambda _of: self.dragging.pull(explorer.tables.table))

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
        handing = self._window.explorer.tables.bar.handing
        handing.setEnabled(session is not None and not reason)
        handing.setToolTip(reason or tr("按住拖到桌面或文件夹，得到这张表的文件；点一下先备好"))
        self.dragging.forget()
        if self._page is not None:
            self._page.forget()
        for sheet in self.sheets:
            sheet.forget()

    def hold_back(self, then: Callable[[], object]) -> bool:
        """Ask before the project is closed while something is exported; `then` is called where that is to end.

        Returns False where there is nothing to ask.
        """
        busy = [each for each in (self._page, *self.sheets) if each is not None and each.busy]
        if not busy:
            return False
        about = tr("现在关闭，就停下来，没做完的不会留下。")
        sheet = EndingSheet(tr("导出"), about, self._window)
        for each in busy:
            sheet.accepted.connect(each.forget)
        sheet.accepted.connect(then)
        ask(sheet)
        return True

    @property
    def sheets(self) -> "list[QualitySheet | PublishSheet]":
        """The sheets that are open."""
        kinds = self._kinds
        found = [sheet for kind in kinds for sheet in self._window.findChildren(kind)]
        return [sheet for sheet in found if sheet.isVisible()]

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

    def _show_quality(self, ground: Ground) -> "QualitySheet":
        from mingqing.desktop.exporting.quality import QualitySheet

        self._kinds.add(QualitySheet)
        return QualitySheet.open_for(ground)

    def _show_publish(self, ground: Ground) -> None:
        from mingqing.desktop.exporting.publish import PublishSheet

        self._kinds.add(PublishSheet)
        PublishSheet.open_for(ground)

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

    def _put_right(self, finding: "Finding", quality: "Quality") -> None:
        """Show a row on the map, and all that was found in a window beside it, to go on with."""
        ground = self._ground()
        if ground is not None:
            self._show_row(finding.table, finding.id)
            self._show_quality(ground).show_quality(quality)

    def _show_row(self, table: str, row_id: int) -> None:
        """Show a row on the map, in the form where it may be edited."""
        self._leave()
        self._window.explorer.finder.chosen.emit(table, row_id, True)  # noqa: FBT003 - a signal's values

    def _dismiss(self) -> None:
        if self._page is not None and self._window.pages.currentWidget() is self._page:
            self._page.dismiss()

    def _leave(self) -> None:
        self._window.pages.setCurrentWidget(self._window.explorer)
        self._window.explorer.canvas.setFocus()
