"""The panel below the map: the line above the list, the list, and the jobs that fill it."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QPoint, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QMenu, QWidget

from mingqing.access.audit import Act
from mingqing.access.roles import Action
from mingqing.core.errors import MingqingError
from mingqing.core.text import tr
from mingqing.desktop.card.content import headings
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.desktop.table.bar import TableBar
from mingqing.desktop.table.columns import Column, offered, placeable, withheld
from mingqing.desktop.table.copying import Copied, copy_rows
from mingqing.desktop.table.editing import Corrections
from mingqing.desktop.table.filters import FilterHeader
from mingqing.desktop.table.model import Rows
from mingqing.desktop.table.view import RowsView
from mingqing.desktop.widgets import column, rounded
from mingqing.store.conditions import in_words
from mingqing.store.conditions.kept import Asked
from mingqing.store.paging import Wanted, ids, page

if TYPE_CHECKING:
    from mingqing.access.policy import Policy
    from mingqing.catalog.model import Layer
    from mingqing.desktop.editor import Editor
    from mingqing.desktop.selection import Selection
    from mingqing.store.changes import Value
    from mingqing.store.edit import Changed
    from mingqing.store.session import Bounds, Session

_REST_MS, _MOVED_MS, _PATIENCE_MS = 15, 300, 250
_AHEAD = 60  # rows that are fetched beyond those on screen
_NARROWEST, _WIDEST, _MEASURED = 84, 300, 60
_Pages = dict[int, list["tuple[Value, ...] | None"]]
_Sorted = tuple[str, bool]


class TablePanel(QFrame):
    """Lists the rows of one table of the map on screen, as far as they are in the village that is chosen.

    Attributes
    ----------
    policy : what the account may see; None while no project is open.
    village : the code of the village whose rows are listed; empty for all.

    Signals
    -------
    opened(str, int) : a row is to be seen on the map, by table and id.
    said(str, str) : a sentence is to be shown, in a tone of `Banner`.
    asking(str, Asked) : conditions on rows of a table are wanted; with those in force, or None.
    """

    opened = Signal(str, object)  # a row id has 63 bits, an int of Qt 32
    said = Signal(str, str)
    asking = Signal(str, object)

    def __init__(
        self, jobs: Jobs, selection: "Selection", editor: "Editor", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("tables")
        self.setAccessibleName(tr("属性表"))
        self._jobs, self._selection = jobs, selection
        self.policy: Policy | None = None
        self.village = ""
        self._bounds: Bounds | None = None
        self._sorted: _Sorted | None = None
        self._asked: Asked | None = None
        self._everywhere = False
        self._shown: dict[str, list[str]] = {}
        self._looked_at: set[str] = set()
        self._fetching: Job[_Pages] | None = None
        self._measured, self._choosing, self._copied = True, False, ""
        self.bar, self.rows = TableBar(), Rows(self)
        self.view, self.header = RowsView(self.rows), FilterHeader()
        self.view.setHorizontalHeader(self.header)
        self.corrections = Corrections(self.view, editor)
        self._rest = self._timer(_REST_MS, self._fetch)
        self._moved = self._timer(_MOVED_MS, self.refresh)
        self._patience = self._timer(_PATIENCE_MS, lambda: self.bar.count.setText(tr("正在查找…")))
        outer = column(self, gap=0)
        outer.addWidget(self.bar)
        outer.addWidget(self.view, 1)
        self._connect()

    def _timer(self, milliseconds: int, call: object) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setInterval(milliseconds)
        made.timeout.connect(call)
        return made

    def _connect(self) -> None:
        bar, view, header = self.bar, self.view, self.header
        bar.chosen.connect(self._show_table)
        bar.switched.connect(self.refresh)
        bar.arranged.connect(self._arrange)
        bar.filtering.toggled.connect(lambda on: header.open(on=on))
        bar.clearing.clicked.connect(self.want_all)
        bar.copying.clicked.connect(self.copy)
        bar.asking.clicked.connect(self._ask)
        header.changed.connect(self.refresh)
        header.sectionClicked.connect(self._sort)
        view.horizontalScrollBar().valueChanged.connect(lambda _: header.place())
        view.scrolled.connect(self._look)
        view.chosen.connect(self._choose)
        view.opened.connect(lambda row_id: self.opened.emit(self.table, row_id))
        view.copying.connect(self.copy_block)
        self.corrections.refused.connect(lambda sentence: self.said.emit(sentence, "warning"))
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._offer)
        self._selection.changed.connect(self._follow)

    # ── Of what ────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def table(self) -> str:
        """The table that is listed; empty where there is none."""
        return self.bar.table

    def show_project(self, policy: "Policy") -> None:
        """List what an account sees of a project that was just opened."""
        self.forget()
        self.policy = policy

    def forget(self) -> None:
        """Leave nothing of a project behind, here or on the clipboard."""
        self.take_back()
        self.policy = None
        self.village, self._bounds, self._sorted = "", None, None
        self._show_asked(None)
        self._shown, self._looked_at = {}, set()
        self.bar.want_all()
        self.bar.filtering.setChecked(True)
        self.bar.offer_tables(())
        self._show_table("")

    def take_back(self) -> None:
        """Empty the clipboard where it still holds rows copied from here."""
        clipboard = QGuiApplication.clipboard()
        if self._copied and clipboard.text() == self._copied:
            clipboard.clear()
        self._copied = ""

    def show_theme(self, theme: "Layer") -> None:
        """Offer the tables of another map that the account sees, its subject first."""
        policy = self.policy
        if policy is not None:
            names = dict.fromkeys((*theme.tables, *(d.table for d in reversed(theme.draws))))
            seen = [name for name in names if policy.allowed(name, Action.SEE)]
            self.bar.offer_tables([policy.catalog.tables[name] for name in seen])

    def show_place(self, village: str, bounds: "Bounds | None") -> None:
        """List rows of this village, empty for all; where that is asked, of what is in view once the map rests."""
        before = self.village
        self.village, self._bounds = village, bounds
        if village != before:
            self.refresh()
        elif self.bar.in_view.isChecked():
            self._moved.start()

    def _show_table(self, name: str) -> None:
        """List another table, its rows in the order of entry, all of them."""
        self._sorted, self._measured = None, False
        if self._asked is not None and self._asked.table != name:
            self._show_asked(None)
        columns: tuple[Column, ...] = ()
        if name and self.policy is not None:
            table = self.policy.catalog.tables[name]
            columns = offered(self.policy, table)
            shown = self._shown.setdefault(name, [c.name for c in columns if c.shown_at_first])
            self.bar.offer_columns(columns, shown, withheld(self.policy, table))
            self.bar.offer_places(on=placeable(self.policy, table))
        self.corrections.show_table(self.policy, name)
        self.rows.show_columns(columns)
        self.header.offer(columns)
        self._hide_columns()
        self.rows.select(self._selection.of(name))
        self.refresh()

    @property
    def field(self) -> str:
        """The column that the keys are in; empty where they are in none."""
        here = self.view.currentIndex()
        return self.rows.columns[here.column()].name if here.isValid() else ""

    # ── Which rows ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def wanted(self) -> Wanted:
        """What is asked for."""
        order, descending = self._sorted or (None, False)
        return Wanted(
            order,
            descending,
            filters=(*self.header.filters, *([self._asked.condition] if self._asked is not None else [])),
            village=None if self._everywhere else self.village or None,
            bounds=self._bounds if self.bar.in_view.isChecked() else None,
            among=self._selection.of(self.table) if self.bar.only_selected.isChecked() else None,
        )

    def want_all(self) -> None:
        """List every row of the village again: no box asks for anything, no switch leaves rows out."""
        self.bar.want_all()
        self._show_asked(None)
        with QSignalBlocker(self.header):
            self.header.want_all()
        self.refresh()

    def ask(self, asked: Asked, *, everywhere: bool) -> None:
        """List the rows of the table that meet a condition, and no others; `everywhere` : of all villages."""
        self.want_all()
        self._show_asked(asked, everywhere=everywhere)
        self.refresh()

    def _show_asked(self, asked: Asked | None, *, everywhere: bool = False) -> None:
        self._asked, self._everywhere = asked, everywhere
        self.bar.asking.setChecked(asked is not None)
        tip = tr("按条件查找  Ctrl+Shift+F")
        if asked is not None and self.policy is not None:
            tip = in_words(self.policy.catalog, asked.table, asked.condition)
        self.bar.asking.setToolTip(tip)

    def _ask(self) -> None:
        self.bar.asking.setChecked(self._asked is not None)
        self.asking.emit(self.table, self._asked)

    def refresh(self) -> None:
        """Look again which rows there are; while nobody sees the panel, only once it is shown."""
        self._moved.stop()
        if self.view.state() is self.view.State.EditingState:
            self._moved.start()  # what somebody types in is not taken from below the hands
            return
        table, wanted, sorted_by = self.table, self.wanted, self._sorted
        if not table or self.policy is None or not self.isVisible():
            return
        self.bar.clearing.setVisible(bool(wanted.filters) or self.bar.narrows)
        first = table not in self._looked_at
        self._patience.start()

        def work(session: "Session", job: Job[NDArray[np.int64]]) -> NDArray[np.int64]:
            found = ids(session, table, wanted, headings=headings(), stop=job.cancelled)
            if first:
                session.record(Act.QUERY, session.catalog.tables[table].title, rows=len(found))
            return found

        def done(found: NDArray[np.int64]) -> None:
            self._looked_at.add(table)
            self._show_rows(found, sorted_by)

        self._jobs.start(ReadJob(work, done=done, failed=self._refused, topic="table rows"))

    def follow(self, changed: "Changed") -> None:
        """Show rows as they are now, where they stand; those that came or went need a new look at which there are."""
        own = changed.tables.get(self.table, frozenset())
        if own and not np.isin(np.fromiter(own, np.int64), self.rows.ids).all():
            self.refresh()
        else:
            self.rows.grow_stale()
            self._drop_fetching()
            self._fetch()

    def _drop_fetching(self) -> None:
        """What is being read may be older than what was just saved."""
        if self._fetching is not None:
            self._fetching.abandon()
            self._fetching = None

    def _show_rows(self, found: NDArray[np.int64], sorted_by: _Sorted | None) -> None:
        self._patience.stop()
        self._drop_fetching()
        same = len(found) == self.rows.rowCount() and sorted_by == self.rows.sorted
        at, across = self.view.verticalScrollBar().value(), self.view.horizontalScrollBar().value()
        self.rows.show_ids(found, sorted_by)
        self.view.horizontalScrollBar().setValue(across)
        self.view.verticalScrollBar().setValue(at if same else 0)
        self._fetch()
        self._count()

    def _refused(self, error: MingqingError) -> None:
        self._patience.stop()
        self._count()
        self._jobs.refused.emit(error)

    def _sort(self, at: int) -> None:
        """Sort by a column: up, then down, then as the rows were entered."""
        name = self.rows.columns[at].name
        turns: dict[_Sorted | None, _Sorted | None] = {(name, False): (name, True), (name, True): None}
        self._sorted = turns.get(self._sorted, (name, False))
        self.refresh()

    # ── Their cells ────────────────────────────────────────────────────────────────────────────────────────

    def _look(self) -> None:
        self._count()
        if not self._rest.isActive():
            self._rest.start()

    def _fetch(self) -> None:
        """Ask for the pages on screen and around it that are not there yet."""
        first, last = self.view.on_screen
        self.rows.touch(max(first, 0), max(last, 0))
        missing = self.rows.missing(max(first - _AHEAD, 0), last + _AHEAD) if last >= first else {}
        if not missing or self._fetching is not None:
            return
        table, names = self.table, [c.name for c in self.rows.columns]

        def work(session: "Session", _job: Job[_Pages]) -> _Pages:
            return {n: page(session, table, names, some, headings=headings()) for n, some in missing.items()}

        self._fetching = self._jobs.start(ReadJob(work, done=self._put, failed=self._refused))

    def _put(self, pages: _Pages) -> None:
        self._fetching = None
        self.rows.put(pages)
        if any(cells is None for some in pages.values() for cells in some):
            self.refresh()  # a row is gone
            return
        if not self._measured:
            self._measure()
        self._fetch()  # somebody may have scrolled on meanwhile

    def _measure(self) -> None:
        """Make the columns as wide as what stands in the first rows."""
        self._measured = True
        text, title = QFontMetrics(self.view.font()), QFontMetrics(self.header.font())
        for at, each in enumerate(self.rows.columns):
            cells = (self.rows.text(n, at) or "" for n in range(min(_MEASURED, self.rows.rowCount())))
            widest = max((text.horizontalAdvance(cell) for cell in cells), default=0) + 28
            head = title.horizontalAdvance(each.title) + 44 + (20 if each.why else 0)
            self.header.resizeSection(at, min(max(widest, head, _NARROWEST), _WIDEST))

    def _arrange(self) -> None:
        self._shown[self.table] = [str(name) for name in self.bar.columns.ticked]
        self._hide_columns()

    def _hide_columns(self) -> None:
        shown = self._shown.get(self.table, ())
        for at, each in enumerate(self.rows.columns):
            self.view.setColumnHidden(at, each.name not in shown)
        self.header.place()

    # ── What is selected ───────────────────────────────────────────────────────────────────────────────────

    def _choose(self, chosen: frozenset[int]) -> None:
        self._choosing = True
        self._selection.choose_in(self.table, chosen)
        self._choosing = False

    def _follow(self) -> None:
        """Tint what is selected; where it was selected elsewhere, scroll there."""
        selected = self._selection.of(self.table)
        if selected == self.rows.selected:
            return
        self.rows.select(selected)
        self._count()
        if self._choosing:
            return
        if self.bar.only_selected.isChecked():
            self.refresh()
        elif self.isVisible() and (row := self.rows.row_of(selected)) is not None:
            self.view.reveal(row)

    def _count(self) -> None:
        """Say which rows are on screen, how many there are, and how many are selected."""
        if self._patience.isActive():
            return
        first, last = self.view.on_screen
        count, selected = self.rows.rowCount(), len(self.rows.selected)
        if not self.table:
            said = ""
        elif not count:
            said = tr("没有符合条件的记录") if self.wanted != Wanted() else tr("还没有记录")
        else:
            said = tr("第 {first:,}–{last:,} 行，共 {n:,} 行").format(first=first + 1, last=last + 1, n=count)
        if said and selected:
            said += tr("，选中 {n:,} 行").format(n=selected)
        self.bar.count.setText(said)
        self.bar.copying.setEnabled(bool(selected))

    def _offer(self, at: QPoint) -> None:
        """Offer what can be done with a row."""
        index = self.view.indexAt(at)
        if not index.isValid():
            return
        menu = rounded(QMenu(self))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        row_id, each = self.rows.id_at(index.row()), self.rows.columns[index.column()]
        menu.addAction(tr("在图上看"), lambda: self.opened.emit(self.table, row_id))
        menu.addSeparator()
        cell = self.rows.text(index.row(), index.column()) or ""
        one = menu.addAction(tr("复制这一格"), lambda: self._to_clipboard(cell))
        one.setEnabled(bool(cell) and not each.why)
        menu.addAction(tr("复制选中的 {n:,} 行").format(n=len(self.rows.selected)), self.copy)
        if self.view.edits:
            menu.addAction(tr("粘贴到这里"), self.view.pasting.emit)
            menu.addAction(tr("清空"), self.view.emptying.emit)
        menu.addSeparator()
        menu.addAction(tr("全选"), self.view.select_all)
        menu.addAction(tr("取消选择"), lambda: self._choose(frozenset()))
        menu.popup(self.view.viewport().mapToGlobal(at))

    # ── Taking along ───────────────────────────────────────────────────────────────────────────────────────

    def copy(self) -> None:
        """Copy the selected rows that are listed, under their titles, in the columns on screen."""
        chosen = np.isin(self.rows.ids, np.fromiter(self.rows.selected, np.int64, len(self.rows.selected)))
        order = [self.header.logicalIndex(n) for n in range(self.header.count())]
        shown = [at for at in order if not self.view.isColumnHidden(at)]
        self._copy(self.rows.ids[chosen].tolist(), shown, titles=True)

    def copy_block(self) -> None:
        """Copy the cells that the keys are about, as they are to be pasted; of who edits nothing, the rows."""
        rows, columns = self.view.block
        ids = [self.rows.id_at(row) for row in rows]
        if not self.view.edits or not ids or (self.rows.selected and ids[0] not in self.rows.selected):
            self.copy()
        elif len(ids) == len(columns) == 1:
            if not self.rows.columns[columns[0]].why:
                self._to_clipboard(self.rows.text(rows[0], columns[0]) or "")
        else:
            self._copy(ids, columns, titles=False)

    def _copy(self, wanted: list[int], shown: list[int], *, titles: bool) -> None:
        table, columns = self.table, [self.rows.columns[at] for at in shown]
        if not wanted or not columns:
            return

        def work(session: "Session", job: Job[Copied]) -> Copied:
            return copy_rows(session, table, columns, wanted, job.cancelled, titles=titles)

        self._jobs.start(ReadJob(work, done=self._take, failed=self._not_copied, topic="table copy"))

    def _not_copied(self, error: MingqingError) -> None:
        self.said.emit(str(error), "warning")

    def _take(self, copied: Copied) -> None:
        self._to_clipboard(copied.text, copied.html)
        said = tr("已复制 {n:,} 行，可以粘贴到表格软件").format(n=copied.rows)
        if copied.left_out:
            said += tr("；您的角色不能导出的没有复制：{titles}").format(titles="、".join(copied.left_out))
        self.said.emit(said, "good")

    def _to_clipboard(self, text: str, html: str = "") -> None:
        content = QMimeData()
        content.setText(text)
        if html:
            content.setHtml(html)
        self._copied = text
        QGuiApplication.clipboard().setMimeData(content)

    # ── Qt ─────────────────────────────────────────────────────────────────────────────────────────────────

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Look which rows there are now."""
        super().showEvent(event)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Have cells for all the rows that can be seen."""
        super().resizeEvent(event)
        self._look()
