"""The panel at the right of the map: what was changed, what was deleted, two dates compared."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QWidget

from mingqing.access.roles import Action
from mingqing.core.text import tr
from mingqing.desktop.card.content import name_of
from mingqing.desktop.card.panel import WIDTH as CARD_WIDTH
from mingqing.desktop.history.comparing import CompareList
from mingqing.desktop.history.conflict import Clash, ConflictSheet, clashes
from mingqing.desktop.history.gone import GoneList
from mingqing.desktop.history.listing import Listing, Scope
from mingqing.desktop.history.shapes import Bounds, Key, Shapes
from mingqing.desktop.history.versions import VersionList
from mingqing.desktop.history.wording import Line, Told
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.desktop.pages.dialogs import ask
from mingqing.desktop.widgets import L, M, S, button, column, label, row
from mingqing.store.history.gone import restore, revert
from mingqing.store.people.who import sees_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mingqing.access.policy import Policy
    from mingqing.catalog.model import Catalog
    from mingqing.desktop.editor import Editor
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.store.edit import Edit
    from mingqing.store.session import Session
    from mingqing.store.undo import Conflicts

WIDTH = 336
_Key = tuple[str, int]


class HistoryPanel(QWidget):
    """Follows the card and the village. `going(table, id)` : a row to be shown."""

    going = Signal(str, object)

    def __init__(
        self,
        catalog: "Catalog",
        jobs: Jobs,
        editor: "Editor",
        canvas: "Canvas",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("history")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("修改记录"))
        self._catalog, self._jobs, self._editor, self._canvas = catalog, jobs, editor, canvas
        self._scope = Scope()
        self.shapes = Shapes()
        self.key = Key(self.shapes)
        canvas.overlays.append(self.shapes)
        self.versions, self.gone, self.comparing = (
            VersionList(jobs, catalog),
            GoneList(jobs),
            CompareList(jobs),
        )
        self._pages = QStackedWidget()
        self._about = label("", "caption", wrap=True)
        outer = column(self, gap=S)
        head = column(margins=(L, L, M, 0), gap=4)
        head.addWidget(label(tr("修改记录"), "title"))
        head.addWidget(self._about)
        head.addSpacing(4)
        head.addLayout(self._choices())
        outer.addLayout(head)
        outer.addWidget(self._pages, 1)
        outer.addWidget(self.key)
        for page in (self.versions, self.gone, self.comparing):
            page.drawing.connect(self._draw)
            page.going.connect(self.going)
            page.mending.connect(self._mend)
        self.gone.restoring.connect(self._restore)
        editor.changed.connect(lambda _changed: self.refresh())
        editor.conflicted.connect(self._show_conflicts)
        self.hide()

    def _choices(self) -> QHBoxLayout:
        chips = row(gap=4)
        self._group = QButtonGroup(self)
        pages: Sequence[tuple[str, Listing]] = (
            (tr("改动"), self.versions),
            (tr("已删除"), self.gone),
            (tr("比较两个日期"), self.comparing),
        )
        for text, page in pages:
            self._pages.addWidget(page)
            chip = button(text, partial(self._turn_to, page), "chip")
            chip.setCheckable(True)
            chip.setChecked(page is self.versions)
            self._group.addButton(chip)
            chips.addWidget(chip)
        chips.addStretch(1)
        return chips

    # ── What it is about ───────────────────────────────────────────────────────────────────────────────────

    def show_project(self, policy: "Policy") -> None:
        """Offer what the account of the open project may see."""
        tables = self._catalog.tables.values()
        seen = frozenset(t.name for t in tables if policy.allowed(t.name, Action.SEE))
        self.versions.offer(seen, whole_people=sees_whole(policy, Action.SEE))

    def show_village(self, code: str, name: str) -> None:
        """Be about a village; an empty code is all of them."""
        self._follow(Scope(self._scope.row, code, name))

    def show_row(self, key: _Key | None) -> None:
        """Be about a row, or about the village again."""
        if key != self._scope.row:
            self._follow(Scope(key, self._scope.village, self._scope.village_name))

    def _follow(self, scope: Scope) -> None:
        self._scope = scope
        self._put_away()
        self._say_about()
        for page in (self.versions, self.gone, self.comparing):
            page.follow(scope)

    def _say_about(self) -> None:
        key = self._scope.row
        if not self.isVisible():
            return
        if key is None or self._pages.currentWidget() is not self.versions:
            self._about.setText(self._scope.village_name)
            return
        kind = self._catalog.tables[key[0]].title

        def work(session: "Session", _job: Job[str]) -> str:
            return name_of(session, *key)

        def done(name: str) -> None:
            self._about.setText(f"{kind} {name}".strip())

        self._jobs.start(ReadJob(work, done=done, topic="history of"))

    def refresh(self) -> None:
        """Read anew, after something was written."""
        self._put_away()
        for page in (self.versions, self.gone, self.comparing):
            page.refresh()

    def forget(self) -> None:
        """Show nothing of a project that is no longer open."""
        self._scope = Scope()
        self._put_away()
        for page in (self.versions, self.gone, self.comparing):
            page.forget()

    def _turn_to(self, page: Listing) -> None:
        self._put_away()
        self._pages.setCurrentWidget(page)
        self._say_about()

    # ── On the map ─────────────────────────────────────────────────────────────────────────────────────────

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Say what it is about, which is not read while nobody sees it."""
        super().showEvent(event)
        self._say_about()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Leave nothing on the map."""
        super().hideEvent(event)
        self._put_away()

    def _put_away(self) -> None:
        for page in (self.versions, self.gone, self.comparing):
            for pressed in page.seen:
                pressed.setChecked(False)
        self.shapes.clear()
        self.key.follow()
        self._canvas.update()

    def _draw(
        self, before: "Sequence[object]", after: "Sequence[object]", names: tuple[str, str] | None
    ) -> None:
        self.shapes.show(before, after, names)
        if self.shapes.bounds is not None:
            self._bring_into_sight(self.shapes.bounds)
        self.key.follow()
        self._canvas.update()

    def _bring_into_sight(self, bounds: Bounds) -> None:
        canvas = self._canvas
        if canvas.view is None:
            return
        left, below, right, above = canvas.view.extent((float(canvas.width()), float(canvas.height())))
        if bounds[0] > right or bounds[2] < left or bounds[1] > above or bounds[3] < below:
            canvas.see(bounds, closest=1000)
        covered = CARD_WIDTH + M if self._scope.row is not None else 0  # by the card of that row
        canvas.reveal(bounds, covered)

    # ── Putting back ───────────────────────────────────────────────────────────────────────────────────────

    def _mend(self, told: Told, line: Line) -> None:
        def work(made: "Edit", session: "Session") -> None:
            revert(made, session, told.table, told.id, line.field, told.seq)

        title = self._catalog.tables[told.table].title
        self._editor.do(tr("恢复{table}的{field}").format(table=title, field=line.title), work)

    def _restore(self, keys: "Sequence[_Key]") -> None:
        def work(made: "Edit", session: "Session") -> None:
            restore(made, session, keys)

        tables = "、".join(dict.fromkeys(self._catalog.tables[table].title for table, _ in keys))
        self._editor.do(tr("恢复删除的{tables}").format(tables=tables), work)

    def _show_conflicts(self, conflicts: "Conflicts", over: "Callable[[], None]") -> None:
        def work(session: "Session", _job: Job[list[Clash]]) -> list[Clash]:
            return clashes(session, conflicts)

        def done(found: list[Clash]) -> None:
            sheet = ConflictSheet(found, conflicts.act.caption, self.window())
            sheet.accepted.connect(over)
            ask(sheet)

        self._jobs.start(ReadJob(work, done=done, topic="conflicts"))
