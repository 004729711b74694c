"""The map page: the six maps, the legend, the canvas, the card. It asks the jobs; it holds no data of its own."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QWidget

from mingqing.access.roles import Action
from mingqing.core.text import tr
from mingqing.desktop.access.duty import DutyPanel
from mingqing.desktop.access.reason import ask_reason
from mingqing.desktop.banner import Banner
from mingqing.desktop.basemaps.section import BaseMapSection
from mingqing.desktop.beside import Beside
from mingqing.desktop.bulk.desk import Bulk
from mingqing.desktop.card.choosing import HitList
from mingqing.desktop.card.guide import CardGuide
from mingqing.desktop.card.panel import WIDTH as CARD_WIDTH
from mingqing.desktop.card.panel import CardPanel
from mingqing.desktop.charts.panel import ChartPanel
from mingqing.desktop.classify.looks import Looks
from mingqing.desktop.classify.panel import ClassifyPanel
from mingqing.desktop.editor import Editor
from mingqing.desktop.evacuation.engine import Planning
from mingqing.desktop.evacuation.panel import EvacuationPanel
from mingqing.desktop.floating import Floating
from mingqing.desktop.form.panel import FormPanel
from mingqing.desktop.history.panel import HistoryPanel
from mingqing.desktop.jobs import Job, Jobs, Lane, ReadJob
from mingqing.desktop.legend import LegendPanel
from mingqing.desktop.map.canvas import Canvas
from mingqing.desktop.map.editing.board import Board
from mingqing.desktop.map.kit import Kit
from mingqing.desktop.map.studio import ENDED, Studio
from mingqing.desktop.pages.welcome import DropTarget
from mingqing.desktop.project import Survey
from mingqing.desktop.rail import Rail
from mingqing.desktop.search.finder import Finder
from mingqing.desktop.selection import Selection
from mingqing.desktop.status import StatusLine
from mingqing.desktop.table.panel import TablePanel
from mingqing.desktop.topbar import TopBar
from mingqing.desktop.villages.matching import Entry, index
from mingqing.desktop.widgets import button, column, row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mingqing.catalog.model import Catalog, Layer
    from mingqing.desktop.actions import Actions
    from mingqing.desktop.map.bookmarks import Bookmark
    from mingqing.desktop.map.frame import Frame
    from mingqing.store.conditions.kept import Asked
    from mingqing.store.edit import Changed
    from mingqing.store.session import Session

DANGER = "disaster"
"""The map on which evacuations are planned."""


class Explorer(QWidget):
    """Where one looks at the maps that the account may see; where it may see none, at the pages of its duty.

    Signals
    -------
    themed(code) : another map is chosen. visited(code) : a village. edited(Changed) : rows were written.
    """

    edited = Signal(object)
    themed = Signal(str)
    visited = Signal(str)

    def __init__(
        self, catalog: "Catalog", jobs: Jobs, actions: "Actions", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._catalog, self._jobs, self._actions = catalog, jobs, actions
        self._survey: Survey | None = None
        self._seen: frozenset[str] = frozenset()
        self.themes = tuple(theme.code for theme in catalog.themes)
        self._village, self._theme = "", catalog.themes[0]
        self._said = self._lost = ""  # of text that cannot be drawn: once is enough
        self._failed_at: tuple[str, int] | None = None  # whose card was shown when something was not done
        self.topbar, self.rail, self.status = TopBar(actions), Rail(catalog), StatusLine()
        self.studio = Studio()
        jobs.on_leaving(Lane.DRAW, self.studio.close)
        self.legend, self.canvas = (
            LegendPanel(catalog),
            Canvas(jobs, self.studio, frozenset(catalog.layers["base"].tables)),
        )
        self.base_maps = BaseMapSection(jobs)
        self.legend.put_below(self.base_maps)
        self.selection = Selection(self)
        self.editor = Editor(jobs, self)
        self.tables = TablePanel(jobs, self.selection, self.editor)
        self.bulk = Bulk(jobs, self.editor, self.selection, self.tables, actions)
        self._map = QSplitter(Qt.Orientation.Vertical)
        self.kit = Kit(self.canvas, jobs, actions, self.selection, self.legend.tables_on)
        self.looks = Looks(catalog, jobs, self)
        self.classing = ClassifyPanel(catalog, jobs, self.looks)
        self.charts = ChartPanel(jobs)
        self.history = HistoryPanel(catalog, jobs, self.editor, self.canvas)
        self.evacuation = EvacuationPanel(jobs, self.editor, self.kit, actions, Planning())
        self.duty = DutyPanel()
        self.banner, self.card, self.listed = Banner(self), CardPanel(self.canvas), HitList(self)
        self.guide = CardGuide(self.canvas, jobs, self.card, self.listed, self._shown)
        self.guide.claim = self.evacuation.claim
        self.finder = Finder(self, self.topbar.search, self.canvas, jobs)
        self.form = FormPanel(
            jobs,
            self.editor,
            self.guide,
            lambda: self._shown()[2],
            lambda: self.finder.keeper.index,
            self.canvas,
        )
        self.board = Board(self.kit, self.canvas, jobs, actions, self.editor, lambda: self.guide.key)
        self.nothing = DropTarget(tr("把文件夹拖到这里"), "")
        self.nothing.setParent(self.canvas)
        self._fill = button(
            tr("选择文件夹"), actions["import_folder"].trigger, "primary", glyph="fa6s.folder-open"
        )
        self.nothing.buttons.addWidget(self._fill)
        self._may_fill = True
        self._routes_on = False
        self.floating = Floating(
            self, self.canvas, self.duty, self.kit, (self.form, self.card), self.banner, self.nothing, actions
        )
        self.beside = Beside(
            self,
            {"charts": self.charts, "history": self.history, "evacuation": self.evacuation},
            actions,
            turn=lambda: self.guide.reveal(CARD_WIDTH),
            widen=self.classing.put_away,
            legend=self.legend,
        )
        self._lay_out()
        self._connect()

    # ── Made of ────────────────────────────────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
        for part, share in ((self.canvas, 5), (self.tables, 4)):
            self._map.addWidget(part)
            self._map.setStretchFactor(self._map.count() - 1, share)
        self._map.setChildrenCollapsible(False)
        self._map.setSizes([500, 400])
        self.tables.hide()
        middle = row(gap=0)
        middle.addWidget(self.rail)
        middle.addWidget(self.legend)
        middle.addWidget(self.classing)
        middle.addWidget(self._map, 1)
        middle.addWidget(self.charts)
        middle.addWidget(self.history)
        middle.addWidget(self.evacuation)
        middle.addWidget(self.duty, 1)
        outer = column(self, gap=0)
        outer.addWidget(self.topbar)
        outer.addLayout(middle, 1)
        outer.addWidget(self.status)

    def _connect(self) -> None:
        canvas, card, status, actions = self.canvas, self.card, self.status, self._actions
        self.rail.chosen.connect(self.show_theme)
        for number, theme in enumerate(self._catalog.themes, start=1):
            key = QShortcut(QKeySequence(str(number)), self)
            key.activated.connect(lambda code=theme.code: self.show_theme(code))
        self.legend.switched.connect(self._show_only)
        self.base_maps.changed.connect(canvas.show_base_maps)
        self.base_maps.wanted.connect(canvas.see)
        self.base_maps.lost.connect(self._say_lost)
        self.legend.classing.connect(lambda table: self.classing.show_table(self.theme, table))
        self.looks.changed.connect(self._show_looks)
        self.classing.opened.connect(self.beside.make_room)
        self.looks.noticed.connect(self.banner.say)
        self.topbar.villages.chosen.connect(self.show_village)
        canvas.viewed.connect(status.show_view)
        canvas.hovered.connect(status.show_place)
        canvas.left.connect(status.forget_place)
        canvas.drawn.connect(self._show_drawn)
        canvas.history_changed.connect(self._update_actions)
        status.scale_wanted.connect(canvas.set_scale)
        self.guide.turned.connect(self._follow_card)
        card.lifting.connect(lambda veil: ask_reason(self, self._jobs, veil, card.lift))
        self.banner.changed.connect(self.floating.place)
        self.kit.said.connect(lambda sentence: self.banner.say(sentence, "good"))
        self.kit.lowered.connect(self.floating.place)
        self.kit.bookmarks.going.connect(self._go_to)
        self.kit.opening_table.connect(self._list_table)
        self.kit.conditions.listing.connect(self._list_asked)
        actions.connect("dismiss", self._dismiss)
        actions.connect("back", lambda: canvas.step(-1))
        actions.connect("forward", lambda: canvas.step(1))
        actions.connect("zoom_in", lambda: canvas.zoom(1.5))
        actions.connect("zoom_out", lambda: canvas.zoom(1 / 1.5))
        actions.connect("whole", canvas.see_all)
        actions.connect("to_village", self.see_village)
        actions.connect("to_selection", self.guide.see)
        actions.connect("village", self.topbar.villages.open)
        actions.connect("scale", status.scale.setFocus)
        actions.connect("search", self.finder.open)
        self._connect_panels()
        self._connect_editor()

    def _connect_panels(self) -> None:
        actions = self._actions
        self.finder.chosen.connect(self._show_found)
        self.finder.placeless.connect(self._say_nowhere)
        actions["legend"].toggled.connect(self.legend.setVisible)
        self.history.going.connect(self.guide.show_row)
        self.evacuation.going.connect(self.guide.show_row)
        self.evacuation.looked.connect(self.guide.close)
        actions["evacuation"].toggled.connect(self._show_danger)
        self.guide.turned.connect(lambda: self.history.show_row(self.guide.key))
        actions["table"].toggled.connect(self.tables.setVisible)
        self.canvas.viewed.connect(lambda _view: self._list_here())
        self.tables.bar.closing.clicked.connect(actions["table"].trigger)
        self.tables.opened.connect(self.show_row)
        self.tables.said.connect(self.banner.say)
        self.bulk.said.connect(self.banner.say)
        self.tables.asking.connect(self.kit.ask_conditions)

    def _connect_editor(self) -> None:
        editor, actions = self.editor, self._actions
        editor.changed.connect(self._follow_edit)
        editor.said.connect(self.status.saved.setText)
        editor.stepped.connect(self._offer_steps)
        self._offer_steps()
        editor.refused.connect(self._say_failed)
        actions.connect("undo", lambda: None if self.board.take_back() else editor.undo())
        self.board.said.connect(self.status.saved.setText)
        self.board.refused.connect(self._say_failed)
        self.board.added.connect(self.form.open)
        actions.connect("redo", editor.redo)
        actions.connect("form", self.form.edit_shown)
        self.card.editing.connect(self.form.edit_shown)
        self.form.moved.connect(self.floating.place)
        self.form.said.connect(self._say_failed)

    def restyled(self) -> None:
        """Draw everything again after a change between light and dark."""
        self.canvas.redraw()
        self.kit.restyled()
        self.evacuation.restyled()
        self.guide.again()

    # ── The project ────────────────────────────────────────────────────────────────────────────────────────

    def show_project(self, session: "Session", found: Survey, *, theme: str, village: str) -> None:
        """Show a project that was just opened: the map and the village looked at last, or one's only one."""
        self._offer(session)
        self.classing.offer(session)
        self.topbar.show_project(session, has_map=bool(self.themes))
        self.status.show_project(session.info)
        self.forget_project()
        self.kit.show_project(session)
        self.editor.show_project(session)
        self.history.show_project(session.policy)
        self.evacuation.show_project(session)
        self.board.show_project(session)
        self.tables.show_project(session.policy)
        self.refresh(found)
        if self.themes:
            self.show_theme(theme if theme in self.themes else self.themes[0])
        only = found.villages[0].code if len(found.villages) == 1 else ""
        self.show_village(only or village)
        self.canvas.history.clear()
        self.looks.load()
        if session.info.read_only is not None:
            self.banner.say(tr("只能查看：{reason}").format(reason=session.info.read_only))

    def forget_project(self) -> None:
        """Leave nothing of a project on screen."""
        self._survey = None
        self.base_maps.show_base_maps(())
        self.looks.forget_project()
        self.classing.put_away()
        self.charts.forget()
        self.history.forget()
        self.evacuation.forget()
        self.card.take_back()
        self.kit.handout.take_back()
        self.finder.forget()
        self.form.forget()
        self.banner.clear()
        self.close_card()
        self.topbar.villages.offer(())
        self.tables.forget()
        self.board.show_project(None)
        self.kit.forget_project()
        self.editor.show_project(None)
        self.canvas.show_project(None, "")

    def _offer(self, session: "Session") -> None:
        """Offer the maps and tables that the account may see, and no more."""
        tables = self._catalog.tables
        self._seen = seen = frozenset(name for name in tables if session.policy.allowed(name, Action.SEE))
        self.themes = tuple(t.code for t in self._catalog.themes if not seen.isdisjoint(t.tables))
        self._may_fill = session.policy.edits
        self.base_maps.offer(session)
        self.rail.offer(self.themes)
        self.legend.hide_tables(frozenset(tables) - seen)
        has_map = bool(self.themes)
        self._map.setVisible(has_map)
        self.legend.setVisible(has_map and self._actions["legend"].isChecked())
        self.status.setVisible(has_map)
        self.duty.setVisible(not has_map)

    def refresh(self, found: Survey) -> None:
        """Take note of what the project holds now, after something was written."""
        was_empty = self._survey is None or self._survey.extent is None
        self._survey = found
        self._follow_villages(found)
        self._count()
        self.base_maps.show_base_maps(found.base_maps)
        self._say_nothing(found)
        self.nothing.setVisible(found.extent is None)
        self.floating.zoom.setVisible(found.extent is not None)
        self.kit.offer(on=found.extent is not None)
        self._update_actions()

        def work(_session: "Session", _job: Job[list[Entry]]) -> list[Entry]:
            return index(found.villages)

        self._jobs.start(ReadJob(work, done=self.topbar.villages.offer, topic="villages"))
        self.kit.overview.show_project(found.extent)
        self.looks.refresh()
        self.charts.refresh()
        self.evacuation.refresh(found)
        if was_empty and found.extent is not None and self.themes:
            self.canvas.show_project(found.extent, self._theme.code)
        self.canvas.redraw()
        self.tables.refresh()
        if self.themes:
            self.finder.begin()

    def _follow_villages(self, found: Survey) -> None:
        """Name the village in view as it is called by now; where there is none of its code left, show all."""
        village = found.by_code.get(self._village)
        if self._village and village is None:
            self.show_village("")
        elif village is not None:
            self.topbar.villages.show_village(village)
            self.kit.show_village(village.code, village.name)

    # ── What is edited ─────────────────────────────────────────────────────────────────────────────────────

    def _follow_edit(self, changed: "Changed") -> None:
        """Show rows as they are now, wherever they are shown."""
        self.banner.settle()
        self.finder.keeper.follow(changed.tables)
        self.canvas.redraw()
        self.tables.follow(changed)
        self._count()
        self.looks.refresh()
        self.charts.refresh()
        self.guide.again()
        self.edited.emit(changed)

    def _offer_steps(self) -> None:
        for name, step, words, none in (
            ("undo", self.editor.undoing, tr("撤销“{why}”"), tr("撤销（没有可以撤销的）")),
            ("redo", self.editor.redoing, tr("重做“{why}”"), tr("重做（没有可以重做的）")),
        ):
            action = self._actions[name]
            action.setEnabled(step is not None)
            said = words.format(why=step.why) if step is not None else none
            action.setToolTip(f"{said}  {action.shortcut().toString()}")

    def _say_nothing(self, found: Survey) -> None:
        """Say why there is no map to see: no data at all, or none that has a shape."""
        rows = sum(found.counts.values())
        if not self._may_fill:
            heading, advice = tr("还没有可以看的数据"), tr("数据由有编辑权限的同事导入，之后再打开就能看到")
        elif rows:
            heading = tr("把文件夹拖到这里")
            advice = tr("已导入 {n:,} 条登记，还没有图形（村界、农房），地图上暂时画不出来").format(n=rows)
        else:
            heading, advice = tr("把文件夹拖到这里"), tr("项目里还没有数据，先把村里的资料导进来")
        self.nothing.heading.setText(heading)
        self.nothing.advice.setText(advice)
        self._fill.setVisible(self._may_fill)

    def _go_to(self, bookmark: "Bookmark") -> None:
        """Go where a bookmark was set: the map, the village, the place."""
        self.show_theme(bookmark.theme)
        if bookmark.village != self._village:
            self.show_village(bookmark.village)
        self.canvas.go(bookmark.view)

    def _update_actions(self) -> None:
        history, has_map = self.canvas.history, self.canvas.view is not None
        self._actions["back"].setEnabled(has_map and history.can_back)
        self._actions["forward"].setEnabled(has_map and history.can_forward)
        self._actions["to_village"].setEnabled(bool(self._village))
        shown = self.guide.key is not None
        self._actions["to_selection"].setEnabled(shown)
        self._actions["form"].setEnabled(shown and self.editor.may_edit)
        self.board.offer_removal()

    # ── What is shown ──────────────────────────────────────────────────────────────────────────────────────

    @property
    def theme(self) -> str:
        """The code of the map on screen."""
        return self._theme.code

    @property
    def village(self) -> str:
        """The code of the village in view; empty for all."""
        return self._village

    def show_theme(self, code: str) -> None:
        """Show another thematic map of the same place; nothing where the account may not see it."""
        if code not in self.themes:
            return
        self._theme = self._catalog.layers[code]
        self.rail.show_theme(code)
        self.topbar.evacuation.setVisible(self.evacuation.may_plan and code == DANGER)
        self.legend.show_theme(self._theme)
        self.classing.follow(code)
        self._show_looks()
        self.canvas.show_theme(code, self.legend.tables_on())
        self.tables.show_theme(self._theme)
        self.kit.show_theme(self._theme, self._seen)
        self.board.show_theme(self._theme)
        self.themed.emit(code)

    def _show_only(self, on: frozenset[str] | None) -> None:
        """Show these tables of the map, None for all; nothing of the others stays selected or in hand."""
        self.canvas.show_only(on)
        off = {draw.table for draw in self._theme.draws} - on if on is not None else set()
        self.selection.choose({t: ids for t, ids in self.selection.tables.items() if t not in off})
        self.board.hide_tables(off)

    def _show_danger(self, on: bool) -> None:  # noqa: FBT001 - Qt's signature
        """Plan an evacuation on the map of dangers; routes of other plans are not to be taken for those of this one."""
        if on and self.theme != DANGER:
            self.show_theme(DANGER)
        if on:
            self._routes_on = self.legend.turn("evacuation_route", on=False)
        elif self._routes_on:
            self.legend.turn("evacuation_route", on=True)

    def _show_looks(self) -> None:
        """Let the map and the legend follow how tables are classed."""
        self.canvas.show_restyled(self.looks.restyled(self.theme))
        self.legend.show_classed(self.classing.classable(self._theme), self.looks.captions(self.theme))

    def show_village(self, code: str) -> None:
        """Go to a village; an empty code for all of them."""
        village = self._survey.by_code.get(code) if self._survey is not None else None
        self._village = code if village is not None else ""
        self.topbar.villages.show_village(village)
        self.close_card()
        self.kit.show_village(self._village, village.name if village is not None else "")
        self.canvas.show_village(self._village, village.bounds if village is not None else None)
        if village is None:
            self.canvas.see_all()
        elif village.bounds is None:
            self.banner.say(tr("{name}还没有村界，导入村界后就能定位").format(name=village.name))
        (self.canvas if self.themes else self.duty).setFocus()
        self._update_actions()
        self._count()
        self._list_here()
        for panel in (self.charts, self.history):
            panel.show_village(self._village, village.name if village is not None else tr("全部"))
        self.evacuation.show_village(self._village)
        self.visited.emit(self._village)

    def _count(self) -> None:
        """Count the rows of the chosen village, or of all, for the legend."""
        code = self._village or None
        village = self._survey.by_code.get(self._village) if self._survey is not None else None
        whole = village.name if village is not None else tr("全部")

        def work(session: "Session", _job: Job[dict[str, int]]) -> dict[str, int]:
            return session.counts(code)

        def done(counts: dict[str, int]) -> None:
            self.legend.show_counts(counts, whole)
            if self.canvas.frame is not None:
                self._show_drawn(self.canvas.frame)

        self._jobs.start(ReadJob(work, done=done, topic="counts"))

    def see_village(self) -> None:
        """Show the chosen village whole."""
        village = self._survey.by_code.get(self._village) if self._survey is not None else None
        if village is not None and village.bounds is not None:
            self.canvas.see(village.bounds)

    def _show_drawn(self, frame: "Frame") -> None:
        self.legend.show_classes(frame.legend, frame.counts)
        if frame.request.lettered:
            self.base_maps.show_troubles(frame.troubles)
        if self.canvas.complete:
            self.banner.take_back(ENDED)
        if frame.notice and frame.notice != self._said:
            self._said = frame.notice
            self.banner.say(frame.notice)

    def _say_lost(self, sentence: str) -> None:
        self.banner.take_back(self._lost)
        self._lost = sentence
        if sentence:
            self.banner.say(sentence)

    def _shown(self) -> "tuple[Layer, frozenset[str] | None, Mapping[str, str]]":
        names = self._survey.names if self._survey is not None else {}
        return self._theme, self.legend.tables_on(), names

    # ── What is there ──────────────────────────────────────────────────────────────────────────────────────

    def show_row(self, table: str, row_id: int) -> None:
        """Show the card of a row, and its place from near by."""
        self.guide.show_row(table, row_id)

    def _show_found(self, table: str, row_id: int, correcting: bool) -> None:  # noqa: FBT001 - Qt's signature
        def correct() -> None:
            self.guide.see()
            self.form.open(table, row_id)

        if correcting and self.editor.may_edit:
            self.guide.ask((table, row_id), correct)
        else:
            self.show_row(table, row_id)

    def _say_nowhere(self, title: str) -> None:
        self.banner.say(tr("“{title}”还没有画到地图上，只能看登记的内容").format(title=title))

    def _list_table(self, table: str) -> None:
        self._actions["table"].setChecked(True)
        self.tables.bar.choose(table)

    def _list_asked(self, asked: "Asked", village: str) -> None:
        if not self.tables.bar.offers(asked.table):
            self.show_theme(next((t.code for t in self._catalog.themes if asked.table in t.tables), ""))
        self._list_table(asked.table)
        self.tables.ask(asked, everywhere=not village)

    def _list_here(self) -> None:
        canvas = self.canvas
        size = float(canvas.width()), float(canvas.height())
        self.tables.show_place(self._village, canvas.view.extent(size) if canvas.view is not None else None)

    def _dismiss(self) -> None:
        if self.isVisible() and not self.board.decline() and not self.kit.escape() and not self.form.leave():
            self.close_card()

    def close_card(self) -> None:
        """Put the card away and take its mark off the map."""
        self.guide.close()

    def _say_failed(self, why: object) -> None:
        self._failed_at = self.guide.key
        self.banner.fail(str(why))

    def _follow_card(self) -> None:
        if self.guide.key != self._failed_at:
            self.banner.settle()
        self.floating.place()
        self._update_actions()

    def conceal(self) -> None:
        """Hide again what was shown whole for a reason, and take back a number that was copied."""
        self.guide.conceal()
        self.tables.take_back()
        self.kit.handout.take_back()
        self.finder.forget(wanted=True)
