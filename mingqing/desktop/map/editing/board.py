"""The drawing board of one canvas: its tools, what they work on, and what becomes of what they make."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import shapely
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent

from mingqing.access.roles import Action
from mingqing.catalog.model import GeometryKind
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.desktop.look.icons import icon
from mingqing.desktop.map.editing.across import Reshape, Ring, Split
from mingqing.desktop.map.editing.bar import DRAWING, EditBar
from mingqing.desktop.map.editing.drawing import DrawLine, DrawPoint, DrawPolygon, DrawRectangle, DrawSquare
from mingqing.desktop.map.editing.entry import Entry
from mingqing.desktop.map.editing.finishing import Finishing, Maker
from mingqing.desktop.map.editing.gathering import Gather
from mingqing.desktop.map.editing.grips import reach_px
from mingqing.desktop.map.editing.journal import Journal
from mingqing.desktop.map.editing.laid import Laid
from mingqing.desktop.map.editing.naming import NamingSheet, needed
from mingqing.desktop.map.editing.nodes import Nodes
from mingqing.desktop.map.editing.removing import Removal
from mingqing.desktop.map.editing.saving import Consent, add_shape, change_shapes
from mingqing.desktop.map.editing.sketch import Sketch
from mingqing.desktop.map.editing.snaps import Snaps
from mingqing.desktop.map.editing.subject import Subjects
from mingqing.desktop.map.editing.tracks import ask_track
from mingqing.desktop.map.editing.whole import Whole
from mingqing.desktop.map.tools.tool import Offer
from mingqing.digitising.shapes import orthogonalised
from mingqing.store.draft import Draft

if TYPE_CHECKING:
    from mingqing.catalog.model import Layer, Table
    from mingqing.desktop.actions import Actions
    from mingqing.desktop.editor import Editor
    from mingqing.desktop.jobs import Jobs
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.desktop.map.kit import Kit
    from mingqing.digitising.paths import XY
    from mingqing.store.edit import Changed, Edit
    from mingqing.store.session import Session

T = TypeVar("T")
_KIND_OF = {
    "draw_rectangle": GeometryKind.POLYGON,
    "draw_square": GeometryKind.POLYGON,
    "draw_polygon": GeometryKind.POLYGON,
    "draw_line": GeometryKind.LINE,
    "draw_point": GeometryKind.POINT,
}
_RECTANGULAR = {"house"}  # what has right angles more often than not
_ACTS = ("square_corners", "copy_whole", "import_track", "type_numbers")
_SWITCHES = ("snapping", "follow_lines", "shared_borders")


class Board(QObject):
    """Draws and corrects the rows of the map on screen; there where the account may.

    Signals
    -------
    added(str, object) : table and id of a row that was drawn. said(str) : a sentence to show. refused(MingqingError).
    switched(bool) : the tools are shown, or put away.

    on : whether the tools are shown. table_name, table_title : what is drawn.
    aside : a figure that was left unfinished and may be gone on with.
    preferred : by map, the table that was drawn on it last.
    """

    added = Signal(str, object)
    said = Signal(str)
    refused = Signal(object)
    switched = Signal(bool)

    def __init__(
        self,
        kit: "Kit",
        canvas: "Canvas",
        jobs: "Jobs",
        actions: "Actions",
        editor: "Editor",
        shown: Callable[[], tuple[str, int] | None],
    ) -> None:
        """`shown` says which row's card is on screen."""
        super().__init__(canvas)
        self._kit, self._canvas, self.jobs, self._actions, self._editor = kit, canvas, jobs, actions, editor
        self._shown = shown
        self.on = False
        self._session: Session | None = None
        self._theme: Layer | None = None
        self.tables: Mapping[str, Table] = {}
        self._table: Table | None = None
        self.preferred: dict[str, str] = {}
        self.aside: Draft | None = None
        self._no: Callable[[], object] | None = None  # the answer "no", while something is asked
        self._named: dict[str, Mapping[str, object]] = {}  # what was said last of a new row, by table
        self.entry, self.subjects, self.journal = Entry(), Subjects(jobs, self), Journal(jobs, self)
        self.snaps = Snaps(canvas, jobs, self._snapped_to)
        self.finishing = Finishing(editor, self._ask, self)
        self.removal = Removal(jobs, editor, self._ask, self.said.emit)
        self.bar = EditBar(actions, canvas)
        made = (
            *(DrawRectangle(canvas, self), DrawSquare(canvas, self), DrawPolygon(canvas, self)),
            *(DrawLine(canvas, self), DrawPoint(canvas, self)),
            *(Nodes(canvas, self), Whole(canvas, self), Split(canvas, self), Gather(canvas, self)),
            *(Reshape(canvas, self), Ring(canvas, self)),
        )
        self.tools: Mapping[str, Sketch | Nodes | Whole | Gather] = {each.name: each for each in made}
        self._connect()

    def _connect(self) -> None:
        kit, actions = self._kit, self._actions
        kit.adopt(self.tools)
        kit.second = self.bar
        self._canvas.overlays.append(Laid(self))
        self._canvas.tool_changed.connect(self._begin)
        self._editor.changed.connect(self._follow)
        kit.selection.changed.connect(self.offer_removal)
        self.subjects.changed.connect(self._show_subject)
        self.subjects.missed.connect(lambda: self.said.emit(tr("这里没有可以修改的图形")))
        self.journal.found.connect(self.set_aside)
        self.journal.failed.connect(self.refused)
        self.finishing.said.connect(self.said)
        self.finishing.refused.connect(self.refused)
        self.finishing.judged.connect(self._canvas.update)
        self.bar.chosen.connect(self.draw_table)
        self.bar.drawing.connect(lambda: self._kit.take(self._suited))
        actions["draw"].toggled.connect(self._switch)
        for name, call in {
            "remove": self.remove,
            "square_corners": self.square_corners,
            "copy_whole": self.copy,
            "import_track": self.import_track,
            "type_numbers": self.entry.focus,
        }.items():
            actions.connect(name, call)
        for name in ("snapping", "shared_borders"):
            actions[name].setChecked(True)
        actions["snapping"].toggled.connect(lambda on: setattr(self.snaps, "on", on))
        actions["follow_lines"].toggled.connect(lambda on: self.snaps.follow_lines(on=on))
        self._enable()

    # ── The project and the map ────────────────────────────────────────────────────────────────────────────

    def show_project(self, session: "Session | None") -> None:
        """Work on this project from now on; None where there is none."""
        self._actions["draw"].setChecked(False)
        self._session, self.aside, self._theme, self._named = session, None, None, {}
        self.subjects.clear()
        self.finishing.forget()
        self.journal.show_project(session)
        for each in self.tools.values():
            each.epsg = session.info.epsg if session is not None else 0
        self.removable = self._may
        self._enable()

    @property
    def _may(self) -> bool:
        return (
            self._session is not None and self._session.policy.edits and self._session.info.read_only is None
        )

    def show_theme(self, theme: "Layer") -> None:
        """Draw and correct what is on this map, its own tables first."""
        if self._session is None or theme is self._theme:
            return
        self._theme, policy = theme, self._session.policy
        order = dict.fromkeys((*theme.tables, *(d.table for d in reversed(theme.draws))))
        every = (self._session.catalog.tables[name] for name in order)
        self.tables = {
            t.name: t
            for t in every
            if t.geometry and not t.located_at and policy.allowed(t.name, Action.EDIT)
        }
        wanted = self.preferred.get(theme.code, "")
        self._table = self.tables.get(wanted) or next(iter(self.tables.values()), None)
        if self.on and self._canvas.tool in self.tools.values():
            self._kit.take("hand")
        self.subjects.clear()
        self._enable()
        self.snaps.read()

    def hide_tables(self, off: Collection[str]) -> None:
        """Let go of what is no longer on the map."""
        if self.subjects.current is not None and self.subjects.current.table.name in off:
            self.decline()
            self.subjects.clear()

    def draw_table(self, name: str) -> None:
        """Draw another table from now on, in the way that suits it."""
        if name not in self.tables or self._theme is None:
            return
        self._table = self.tables[name]
        self.preferred[self._theme.code] = name
        self._enable()
        if self._canvas.tool is not self.tools[self._suited]:
            self._kit.take(self._suited)
        else:
            self._canvas.tool.changed.emit()

    @property
    def table_name(self) -> str:
        """The table that is drawn; empty for none."""
        return self._table.name if self._table is not None else ""

    @property
    def table_title(self) -> str:
        """What is drawn, in words."""
        return self._table.title if self._table is not None else ""

    @property
    def _suited(self) -> str:
        """The tool that suits the table."""
        if self._table is None:
            return "draw_polygon"
        fit = [n for n in DRAWING if _KIND_OF[n] in self._table.geometry]
        if self._table.name not in _RECTANGULAR and GeometryKind.POLYGON in self._table.geometry:
            return "draw_polygon"
        return fit[0]

    def _switch(self, on: bool) -> None:  # noqa: FBT001 - Qt's signature
        """Show the tools or put them away."""
        self.on = on and self._may and bool(self.tables)
        if on and not self.on:
            self._actions["draw"].setChecked(False)
            return
        if not self.on and self._canvas.tool in self.tools.values():
            self._kit.take("hand")
        if not self.on:
            self.subjects.clear()
        self.snaps.activate(on=self.on)
        self._enable()
        self.bar.setVisible(self.on)
        self._kit.place_again()
        self.switched.emit(self.on)

    def _enable(self) -> None:
        """Offer what can be done."""
        self._actions["draw"].setEnabled(self._may)
        self._actions["draw"].setVisible(self._may)
        self.offer_removal()
        for name in (*self.tools, *_ACTS, *_SWITCHES):
            kind = _KIND_OF.get(name)
            fits = kind is None or (self._table is not None and kind in self._table.geometry)
            ready = self.on if name not in self.tools else self._may and bool(self.tables)
            self._actions[name].setEnabled(ready and fits)
        key = self._actions[self._suited].shortcut().toString() if self._table is not None else ""
        self.bar.offer(list(self.tables.values()), self._table, key)

    def offer_removal(self) -> None:
        """Offer to delete, where something is chosen, selected or shown."""
        chosen = self.subjects.current is not None or len(self._kit.selection) or self._shown() is not None
        self._actions["remove"].setEnabled(self._may and bool(chosen))

    # ── What is worked on ──────────────────────────────────────────────────────────────────────────────────

    def pick(self, event: QMouseEvent, *, more: bool = False) -> None:
        """Work on what lies under the pointer."""
        place, view = self._canvas.place(event.position()), self._canvas.view
        if place is None or view is None or self._theme is None:
            return
        near = reach_px(event) / 2 * view.m_per_px
        self.subjects.pick(
            place,
            self._theme,
            frozenset(self.tables),
            tolerance_m=near,
            only=self._kit.tables_on(),
            targets=self._canvas.targets,
            first=self.table_name,
            more=more,
        )

    def follows(self, table: "Table") -> bool:
        """Whether neighbours' borders move along."""
        return table.shared_borders and self._actions["shared_borders"].isChecked()

    @property
    def moving(self) -> bool:
        """Whether what is worked on is being moved."""
        tool = self._canvas.tool
        return isinstance(tool, Nodes | Whole) and tool.busy

    def _begin(self) -> None:
        """Show the tools with the first one in hand; let one that corrects work on what is selected or shown."""
        tool = self._canvas.tool
        if not self.on and tool in self.tools.values():
            self._actions["draw"].setChecked(True)
        if (
            not self.on
            or self.subjects.current is not None
            or not isinstance(tool, Nodes | Whole | Split | Gather | Reshape | Ring)
        ):
            return
        on = self._kit.tables_on()
        seen = set(self.tables) if on is None else on.intersection(self.tables)
        chosen = {t: sorted(ids) for t, ids in self._kit.selection.tables.items() if t in seen}
        shown = self._shown()
        if len(chosen) == 1:
            self.subjects.choose(*next(iter(chosen.items())))
        elif not chosen and shown is not None and shown[0] in seen:
            self.subjects.choose(shown[0], [shown[1]])

    def _show_subject(self) -> None:
        subject = self.subjects.current
        self.snaps.leave_out(
            *(("", frozenset()) if subject is None else (subject.table.name, frozenset(subject.shapes)))
        )
        self.offer_removal()
        self._canvas.update()
        self._canvas.tool.changed.emit()

    def _follow(self, changed: "Changed") -> None:
        subject = self.subjects.current
        if self.finishing.waits:
            if subject is not None and not changed.tables.get(subject.table.name, frozenset()).isdisjoint(
                subject.shapes
            ):
                self.decline()
                self.said.emit(tr("这个图形刚才在别处改过，您的修改没有保存，请重新改"))
            else:
                self.finishing.ask_again()
        self.subjects.follow(changed)
        self.snaps.read()

    def _snapped_to(self) -> tuple[str, ...]:
        if self._theme is None or self._session is None:
            return ()
        on, session = self._kit.tables_on(), self._session
        drawn = (session.catalog.tables[d.table] for d in self._theme.draws if on is None or d.table in on)
        return tuple(dict.fromkeys(t.name for t in drawn if t.geometry and not t.located_at))

    # ── What is made ───────────────────────────────────────────────────────────────────────────────────────

    def add(self, shape: shapely.Geometry, maker: Sketch) -> None:
        """Add a row of the table that is drawn, once what it cannot be without is known."""
        table = self._table
        if table is None:
            return
        if not needed(table):
            self._add(table, {}, shape, maker)
            return
        sheet = NamingSheet(table, self._named.get(table.name, {}), self._canvas.window())
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.accepted.connect(lambda: self._add(table, sheet.values, shape, maker))
        sheet.rejected.connect(maker.reopen)
        sheet.open()

    def _add(
        self, table: "Table", values: Mapping[str, object], shape: shapely.Geometry, maker: Sketch
    ) -> None:
        self._named[table.name] = values

        def work(e: "Edit", session: "Session", consent: Consent) -> int:
            return add_shape(e, session, table.name, values, shape, consent)

        def done(row: int) -> None:
            self.added.emit(table.name, row)

        self.save(tr("新增{title}").format(title=table.title), work, maker, done=done)

    def save(
        self,
        why: str,
        work: "Callable[[Edit, Session, Consent], T]",
        maker: Maker,
        *,
        done: Callable[[T], object] | None = None,
        said: str = "",
    ) -> None:
        """Save what a tool made; see `Finishing.save`."""
        self.journal.flush()
        self.finishing.save(why, work, maker, done=done, said=said, drafted=isinstance(maker, Sketch))

    def square_corners(self) -> None:
        """Give what is chosen right angles."""
        subject = self.subjects.current
        if subject is None:
            self.said.emit(tr("请先单击要直角化的图形"))
            self._kit.take("edit_nodes")
            return
        try:
            shapes = {i: orthogonalised(s) for i, s in subject.shapes.items()}
        except InputRefused as error:
            self.refused.emit(error)
            return
        table = subject.table

        def work(e: "Edit", session: "Session", consent: Consent) -> None:
            change_shapes(e, session, table.name, shapes, consent, following=self.follows(table))

        tool = self._canvas.tool
        maker = tool if isinstance(tool, Nodes | Whole) else self.tools["edit_nodes"]
        self.save(tr("{title}直角化").format(title=table.title), work, maker)

    def copy(self) -> None:
        """Let what is chosen be copied by the next move."""
        self._kit.take("move_whole") if self._canvas.tool is not self.tools["move_whole"] else None
        tool = self.tools["move_whole"]
        if isinstance(tool, Whole):
            tool.copy()

    def remove(self) -> None:
        """Delete the corner that is chosen, or what is chosen, selected or shown."""
        tool, subject = self._canvas.tool, self.subjects.current
        if not self._may or self._session is None or (isinstance(tool, Nodes) and tool.remove()):
            return
        chosen: Mapping[str, Sequence[int]] = {t: sorted(i) for t, i in self._kit.selection.tables.items()}
        shown = self._shown()
        if subject is not None:
            chosen = {subject.table.name: list(subject.shapes)}
        elif not chosen and shown is not None:
            chosen = {shown[0]: [shown[1]]}
        if len(chosen) != 1:
            self.said.emit(tr("请先选中要删除的，一次只删一类") if chosen else tr("请先单击或选中要删除的"))
            return
        table, ids = next(iter(chosen.items()))
        self.removal.remove(self._session.catalog.tables[table], ids)

    def import_track(self) -> None:
        """Take a track for the line that is drawn."""
        if self._session is None:
            return
        take = partial(self.draw_track)
        ask_track(self.jobs, self._session.info.epsg, self._canvas.window(), take, self.refused.emit)

    def draw_track(self, corners: "list[XY]") -> None:
        """Go on with a recorded way as a line that is being drawn."""
        lines = [t.name for t in self.tables.values() if GeometryKind.LINE in t.geometry]
        if self._table is None or GeometryKind.LINE not in self._table.geometry:
            if not lines:
                self.said.emit(tr("这张图上没有线可以画，请换到有道路或转移路线的图"))
                return
            self.draw_table(lines[0])
        self._kit.take("draw_line") if self._canvas.tool is not self.tools["draw_line"] else None
        tool = self.tools["draw_line"]
        if isinstance(tool, Sketch):
            tool.resume(Draft("draw_line", self.table_name, tuple(corners)))
            xmin, ymin, xmax, ymax = shapely.LineString(corners).bounds
            self._canvas.see((xmin, ymin, xmax, ymax), closest=1000)

    # ── What was left unfinished ───────────────────────────────────────────────────────────────────────────

    def set_aside(self, draft: Draft) -> None:
        """Offer to go on with a figure."""
        if draft.tool in self.tools:
            self.aside = draft
            self._ask("", ())

    def _ask(self, text: str, offers: Sequence[Offer]) -> None:
        """Ask for a decision, the last offer being no; without one, about the figure that was left unfinished."""
        self._no = offers[-1].do if text else None
        if not text and self.aside is not None and self._session is not None:
            title = self._session.catalog.tables[self.aside.table].title
            text = tr("有一个没画完的{title}，{n} 个点").format(title=title, n=len(self.aside.corners))
            offers = (
                Offer(tr("接着画"), self.resume),
                Offer(tr("看看"), self._see),
                Offer(tr("丢弃"), self.discard),
            )
        self._kit.ask(icon("fa6s.circle-question"), text, offers)
        self._canvas.update()

    def resume(self) -> None:
        """Go on with the figure that was left unfinished."""
        draft = self.aside
        if draft is None:
            return
        self._see()
        self._actions["draw"].setChecked(True)
        if draft.table not in self.tables:
            self.said.emit(tr("请先换到画它的那张图"))
            return
        self.aside = None
        self._ask("", ())
        tool = self.tools[draft.tool]
        if isinstance(tool, Sketch):
            if draft.row is None:
                self.draw_table(draft.table)
            self._kit.take(draft.tool) if self._canvas.tool is not tool else None
            tool.resume(draft)

    def discard(self) -> None:
        """Give the figure up that was left unfinished."""
        self.aside = None
        self.journal.keep(None)
        self._ask("", ())

    def _see(self) -> None:
        if self.aside is not None:
            xmin, ymin, xmax, ymax = shapely.multipoints(self.aside.corners).bounds
            view = self._canvas.view
            if view is None or not shapely.box(
                *view.extent((float(self._canvas.width()), float(self._canvas.height())))
            ).covers(shapely.box(xmin, ymin, xmax, ymax)):
                self._canvas.see((xmin, ymin, xmax, ymax), closest=1000)

    def take_back(self) -> bool:
        """Answer no, or take the last corner of what is drawn back; return False where there is none of this."""
        return self.decline() or self._canvas.tool.take_back()

    def decline(self) -> bool:
        """Answer no to what is asked; return False where nothing is."""
        no, self._no = self._no, None
        if no is not None:
            no()
        return no is not None
