"""What one works with on the map: the tools, their bar and strip, and what they select."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import shapely
from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QActionGroup, QIcon
from PySide6.QtWidgets import QWidget

from mingqing.core.errors import Cancelled
from mingqing.core.text import tr
from mingqing.desktop.conditions.builder import ConditionBuilder
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.desktop.map.bookmarks import Bookmark, Bookmarks
from mingqing.desktop.map.handout import Handout
from mingqing.desktop.map.outline import SelectionOutline
from mingqing.desktop.map.overview import Overview
from mingqing.desktop.map.toolbar import Strip, ToolBar
from mingqing.desktop.map.tools.measure import Measure
from mingqing.desktop.map.tools.select import How, SelectBox, SelectCircle, SelectOutline
from mingqing.desktop.map.tools.tool import Offer, Tool
from mingqing.desktop.status import round_scale
from mingqing.desktop.widgets import M, S, choice_box, row

if TYPE_CHECKING:
    from mingqing.catalog.model import Catalog, Layer
    from mingqing.desktop.actions import Actions
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.desktop.map.editing.bar import EditBar
    from mingqing.desktop.selection import Selection
    from mingqing.store.conditions.kept import Asked
    from mingqing.store.session import Session

_OF_MAP = ("conditions", "reselect", "bookmarks", "add_bookmark", "copy_map", "save_map", "overview")
_SELECTING = ("select_box", "select_outline", "select_circle")
_TOOL, _ASKED, _SELECTED = 0, 1, 2  # the lines of the strip
_EVERY = ""  # what the box of tables holds for all of them


class Kit(QObject):
    """The tools of one canvas.

    Signals
    -------
    opening_table(str) : the rows of a table are to be shown in a list. said(str) : a sentence to show.
    lowered() : what is shown while one draws reaches farther down, or less far.
    """

    opening_table = Signal(str)
    said = Signal(str)
    lowered = Signal()

    def __init__(
        self,
        canvas: "Canvas",
        jobs: Jobs,
        actions: "Actions",
        selection: "Selection",
        tables_on: Callable[[], frozenset[str] | None],
    ) -> None:
        super().__init__(canvas)
        self.canvas, self._jobs, self._actions = canvas, jobs, actions
        self.selection, self.tables_on = selection, tables_on
        self.second: EditBar | None = None  # a further bar, beside the first
        self._sides, self._reached = (M, M), M
        self._catalog: Catalog | None = None
        self._theme: Layer | None = None
        self._session: Session | None = None
        self._village, self._place = "", ""
        self.tools: dict[str, Tool] = {
            "hand": canvas.tool,
            "measure_length": Measure(canvas, area=False),
            "measure_area": Measure(canvas, area=True),
            "select_box": SelectBox(canvas),
            "select_outline": SelectOutline(canvas),
            "select_circle": SelectCircle(canvas),
        }
        self._own = tuple(self.tools)
        self._group = QActionGroup(self)
        self.conditions = ConditionBuilder(jobs, selection, canvas)
        self.outline = SelectionOutline(canvas, jobs, selection)
        self.bar, self.strip = self._make_bar(), Strip(canvas)
        self.overview, self.handout = Overview(jobs, canvas), Handout(canvas, jobs)
        self.bookmarks = Bookmarks(jobs, canvas)
        self.tables = choice_box(tr("选哪一层"))
        self._how_to_select = self._make_extra()
        self._connect()

    def _make_bar(self) -> ToolBar:
        bar = ToolBar(self._actions, self.canvas)
        bar.add("hand")
        bar.add("draw")
        bar.add_menu(tr("量算"), ("measure_length", "measure_area"))
        bar.add_menu(tr("选择"), (*_SELECTING, "conditions", "reselect"))
        bar.add_rule()
        bar.add("bookmarks")
        bar.add_menu(tr("打印、复制、存图"), ("print", "copy_map", "save_map"))
        bar.add("overview")
        return bar

    def _make_extra(self) -> QWidget:
        """Return what stands in the strip while a tool that selects is in hand."""
        made = QWidget(self.strip)
        layout = row(made, gap=S)
        circle = self.tools["select_circle"]
        if isinstance(circle, SelectCircle):
            layout.addWidget(circle.radius)
        layout.addWidget(self.tables)
        made.hide()
        return made

    def _connect(self) -> None:
        for name, each in self.tools.items():
            self._handle(name, each)
            if isinstance(each, SelectBox | SelectCircle | SelectOutline):
                each.drawn.connect(self.select)
        self.canvas.tool_changed.connect(self._follow)
        self.selection.changed.connect(self._say_selected)
        self.canvas.viewed.connect(self._show_seen)
        self.overview.wanted.connect(self._look_at)
        self.handout.said.connect(self.said)
        self.conditions.chosen.connect(self.chosen)
        self.conditions.drawing.connect(self._draw_area)
        acts: dict[str, Callable[[], object]] = {
            "conditions": self.ask_conditions,
            "reselect": self.selection.restore,
            "bookmarks": self.open_bookmarks,
            "add_bookmark": partial(self.open_bookmarks, adding=True),
            "copy_map": partial(self._hand_on, self.handout.copy),
            "save_map": partial(self._hand_on, self.handout.save),
        }
        for name, call in acts.items():
            self._actions.connect(name, partial(self._if_seen, call))
        self._actions["overview"].toggled.connect(self._fold)
        self._actions["overview"].setChecked(True)
        self._actions["hand"].setChecked(True)
        self.offer(on=False)

    def _handle(self, name: str, each: Tool) -> None:
        self._group.addAction(self._actions[name])
        self._actions.connect(name, partial(self.take, name))
        each.changed.connect(self._say)

    def adopt(self, tools: Mapping[str, Tool]) -> None:
        """Take further tools in, each by the name of its action; who brings them says when they are offered."""
        for name, each in tools.items():
            self._handle(name, each)
        self.tools.update(tools)

    def _if_seen(self, call: Callable[[], object]) -> None:
        """Do something that the map is needed for; another page may be in front of it."""
        if self.canvas.isVisible():
            call()

    # ── The project ────────────────────────────────────────────────────────────────────────────────────────

    def show_project(self, session: "Session") -> None:
        """Work on a project that was just opened."""
        self._session, self._catalog = session, session.catalog
        self._place = session.info.name
        self.bookmarks.show_project(session)
        self.conditions.show_project(session)
        for each in self.tools.values():
            each.epsg = session.info.epsg

    def forget_project(self) -> None:
        """Leave nothing of a project behind."""
        self.take("hand")
        self._session = self._theme = None
        self.selection.forget()
        self.bookmarks.show_project(None)
        self.conditions.show_project(None)
        self.offer(on=False)
        for each in self.tools.values():
            each.put_away()

    def offer(self, *, on: bool) -> None:
        """Offer the tools, where there is a map; what is selected may have changed with it."""
        if len(self.selection):
            self.outline.read()
        self.bar.setVisible(on)
        self._fold()
        for name in (*self._own, *_OF_MAP):
            self._actions[name].setEnabled(on)

    def show_theme(self, theme: "Layer", seen: frozenset[str]) -> None:
        """Offer the tables of a map to select from, its subject first, but not the ground."""
        if self._catalog is None or theme is self._theme:
            return
        self._theme = theme
        drawn = {d.table for d in theme.draws if d.table in seen}
        order = (*theme.tables, *(d.table for d in reversed(theme.draws)))
        tables = [self._catalog.tables[name] for name in dict.fromkeys(order) if name in drawn]
        self.tables.clear()
        for table in tables:
            self.tables.addItem(table.title, table.name)
        self.tables.addItem(tr("这张图的各层"), _EVERY)

    def show_village(self, code: str, name: str) -> None:
        """Take note of the village in view; an empty code for all."""
        self._village = code
        self._place = name or (self._session.info.name if self._session is not None else "")
        self.overview.show_village(code)

    def restyled(self) -> None:
        """Draw anew after a change between light and dark."""
        self.outline.redraw()
        self._say()
        self._say_selected()

    # ── The overview ───────────────────────────────────────────────────────────────────────────────────────

    def _fold(self) -> None:
        """Show the overview where it is wanted and does not stand in the way of everything else."""
        wanted = self._actions["overview"].isChecked() and not self.bar.isHidden()
        free = self.overview.y() - self.bar.geometry().bottom()
        self.overview.setVisible(wanted and free >= S)

    def _show_seen(self) -> None:
        if self.canvas.view is not None:
            self.overview.show_view(self.canvas.view.extent((self.canvas.width(), self.canvas.height())))

    def _look_at(self, x: float, y: float) -> None:
        if self.canvas.view is not None:
            self.canvas.go(replace(self.canvas.view, x=x, y=y))

    # ── Kept and handed on ─────────────────────────────────────────────────────────────────────────────────

    def open_bookmarks(self, *, adding: bool = False) -> None:
        """Drop the bookmarks down beside the bar; `adding` waits for a name for what is on screen."""
        view = self.canvas.view
        if view is not None and self._theme is not None:
            at = self.bar.mapToGlobal(QPoint(self.bar.width() + S, 0))
            here = Bookmark(view, self._theme.code, self._village)
            self.bookmarks.open(at, here, f"{self._place} 1:{round_scale(view.scale):,}", adding=adding)

    def _hand_on(self, give: Callable[[str, str], None]) -> None:
        if self._theme is not None:
            give(f"{self._place} {self._theme.title}", self._theme.title)

    # ── In hand ────────────────────────────────────────────────────────────────────────────────────────────

    def take(self, name: str) -> None:
        """Take a tool in hand; one that is there already is laid down."""
        wanted = self.tools[name]
        self.canvas.use(self.tools["hand"] if wanted is self.canvas.tool else wanted)
        self._follow()
        self.canvas.setFocus()

    def escape(self) -> bool:
        """Give up what is begun, then lay the tool down, then select nothing; False where there is none of this."""
        if self.canvas.tool.escape():
            return True
        if self.canvas.tool is not self.tools["hand"]:
            self.take("hand")
            return True
        chosen = len(self.selection) > 0
        self.selection.clear()
        return chosen

    def _follow(self) -> None:
        if self.conditions.waits and self.canvas.tool is self.tools["hand"]:
            self.conditions.take_area(None)
            self._say_selected()
        for name, each in self.tools.items():
            self._actions[name].setChecked(each is self.canvas.tool)
        self._say()

    def _say(self) -> None:
        """Say what the tool in hand has to say."""
        name = next(name for name, each in self.tools.items() if each is self.canvas.tool)
        used = self.tools[name]
        extra = self._how_to_select if name in _SELECTING else used.extra
        circle = self.tools["select_circle"]
        if isinstance(circle, SelectCircle):
            circle.radius.setVisible(used is circle)
        self.strip.say(_TOOL, self._actions[name].icon(), used.says, used.offers(), extra)
        self.place_again()

    def ask(self, glyph: QIcon, text: str, offers: Sequence[Offer]) -> None:
        """Ask for a decision below what the tool says; nothing takes the question away."""
        self.strip.say(_ASKED, glyph, text, offers, firm=True)
        self.place_again()

    def place(self, left: int = M, right: int = M) -> None:
        """Stand at the upper left of the canvas, `right` pixels of which something else covers."""
        self._sides = left, right
        size = self.bar.sizeHint()
        self.bar.setGeometry(left, M, size.width(), size.height())
        self._fold()
        beside, top = left + size.width() + S, M
        if self.second is not None and not self.second.isHidden():
            self.second.fit(self.canvas.width() - beside - right)
            hint = self.second.sizeHint()
            self.second.setGeometry(beside, M, hint.width(), hint.height())
            top += hint.height() + S
        self.strip.place(beside, top, self.canvas.width() - beside - right)
        if self.below != self._reached:
            self._reached = self.below
            self.lowered.emit()

    @property
    def below(self) -> int:
        """How far down what is shown while one draws reaches; the margin where one does not."""
        if self.second is None or self.second.isHidden():
            return M
        lowest = self.second if self.strip.isHidden() else self.strip
        return lowest.geometry().bottom() + S

    def place_again(self) -> None:
        """Stand there anew: what stands there is other than before."""
        self.place(*self._sides)

    # ── Selecting ──────────────────────────────────────────────────────────────────────────────────────────

    def select(self, shape: shapely.Geometry, how: How) -> None:
        """Select the rows that touch a shape, of the table chosen or of all that are on; or ask with that area."""
        if self.conditions.waits:
            self.conditions.take_area(shape)
            self.take("hand")
            self._say_selected()
            return
        tables = self._wanted()

        def work(session: "Session", job: Job[dict[str, list[int]]]) -> dict[str, list[int]]:
            return rows_touching(session, shape, tables, job.cancelled)

        self._jobs.start(ReadJob(work, done=lambda found: self.chosen(found, how), topic="select"))

    def ask_conditions(self, table: str = "", asked: "Asked | None" = None) -> None:
        """Let the user ask for rows by conditions."""
        if self._theme is not None:
            suggested = str(self.tables.currentData() or self._theme.tables[0])
            village = (self._village, self._place) if self._village else ("", "")
            self.conditions.open(self._theme, village, suggested, table=table, asked=asked)

    def _draw_area(self) -> None:
        """Let the next figure that is drawn be an area of the question."""
        self.canvas.use(self.tools["select_outline"])
        self._follow()
        said = tr("画出要查找的范围，画完回到条件；按 Esc 不画了")
        self.strip.say(_SELECTED, self._actions["conditions"].icon(), said, ())
        self.place()
        self.canvas.setFocus()

    def chosen(self, found: Mapping[str, list[int]], how: How) -> None:
        """Select these rows, or add them to what is selected, or take them away."""
        act = {
            How.NEW: self.selection.choose,
            How.ADD: self.selection.add,
            How.REMOVE: self.selection.remove,
        }[how]
        act(found)
        if not any(found.values()) and how is not How.REMOVE:
            self.strip.say(_SELECTED, self._actions["select_box"].icon(), tr("这里没有可选的"), ())
            self.place_again()

    def _wanted(self) -> tuple[str, ...]:
        one = self.tables.currentData()
        if one != _EVERY and one is not None:
            return (str(one),)
        every = [str(self.tables.itemData(n)) for n in range(self.tables.count() - 1)]
        on = self.tables_on()
        own = self._theme.tables if self._theme is not None else ()
        return tuple(name for name in every if (on is None or name in on) and name in own)

    def _say_selected(self) -> None:
        """Say how many are selected, and offer what can be done with them."""
        chosen = self.selection.tables
        icon = self._actions["select_box"].icon()
        self.strip.say(_SELECTED, icon, self._counted(chosen), self._offers(chosen))
        self.place_again()

    def _offers(self, chosen: Mapping[str, frozenset[int]]) -> tuple[Offer, ...]:
        table = max(chosen, key=lambda name: len(chosen[name]), default="")
        return (
            Offer(tr("清除"), self.selection.clear),
            *([Offer(tr("恢复上次选中"), self.selection.restore)] if self.selection.can_restore else []),
            Offer(tr("打开属性表"), lambda: self.opening_table.emit(table)),
            Offer(tr("放大到选中的"), self.see_selected),
            Offer(tr("反选"), self.invert),
        )

    def _counted(self, chosen: Mapping[str, frozenset[int]]) -> str:
        if self._catalog is None or not chosen:
            return ""
        titles = [(len(ids), self._catalog.tables[name].title) for name, ids in chosen.items()]
        if len(titles) == 1:
            return tr("选中{title} {n:,} 条").format(n=titles[0][0], title=titles[0][1])
        each = "、".join(f"{title} {n:,}" for n, title in sorted(titles, reverse=True))
        return tr("选中 {n:,} 条：{each}").format(n=len(self.selection), each=each)

    def see_selected(self) -> None:
        """Show all that is selected."""
        if self.outline.bounds is not None:
            self.canvas.see(self.outline.bounds, closest=1000)

    def invert(self) -> None:
        """Select what is not selected of the village in view, of the tables that have selected rows."""
        chosen, village = dict(self.selection.tables), self._village or None

        def work(session: "Session", _job: Job[dict[str, list[int]]]) -> dict[str, list[int]]:
            return {
                table: [i for (i,) in session.rows(table, ["id"], village=village) if i not in ids]
                for table, ids in chosen.items()
            }

        self._jobs.start(ReadJob(work, done=self.selection.choose, topic="select"))


def rows_touching(
    session: "Session", shape: shapely.Geometry, tables: tuple[str, ...], cancelled: Callable[[], bool]
) -> dict[str, list[int]]:
    """Return by table the ids of the rows whose shape, or the place where they stand, touches `shape`.

    Raises
    ------
    Cancelled
        once `cancelled` says so.
    """
    shapely.prepare(shape)
    found = {}
    for table in tables:
        if cancelled():
            raise Cancelled(tr("已取消"))
        features = session.features(table, bounds=shape.bounds)
        found[table] = features.ids[shapely.intersects(shape, features.geometry)].tolist()
    return found
