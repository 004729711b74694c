"""Where changes of many rows begin: which rows may be meant, and the sheet that asks what is to be done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from mingqing.access.roles import Action
from mingqing.core.errors import MingqingError
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.bulk.fill import FillSheet
from mingqing.desktop.bulk.join import JoinSheet
from mingqing.desktop.bulk.paste import PasteSheet
from mingqing.desktop.bulk.pasting import MOST_CELLS, Pasted, Place, Spot, cells_of, emptied, placed
from mingqing.desktop.bulk.replace import ReplaceSheet
from mingqing.desktop.bulk.sheet import BulkSheet, Desk, Scope, ask
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.desktop.widgets import rounded
from mingqing.ingest.joining import read_tables
from mingqing.ingest.reading.layer import SourceLayer
from mingqing.store.bulk import Given, Preview, apply, changeable, preview
from mingqing.store.paging import Wanted

if TYPE_CHECKING:
    from mingqing.desktop.actions import Actions
    from mingqing.desktop.editor import Editor
    from mingqing.desktop.selection import Selection
    from mingqing.desktop.table.panel import TablePanel
    from mingqing.store.session import Session

_ACTIONS = ("fill", "replace", "join")
_MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class _Asking:
    """What is done to cells of a table: as the sheet is headed, and as the history tells it."""

    table: str
    title: str
    why: str


class Bulk(QObject):
    """Opens the sheets of one window. `said(str, str)` : a sentence to show, in a tone of `Banner`."""

    said = Signal(str, str)

    def __init__(
        self,
        jobs: Jobs,
        editor: "Editor",
        selection: "Selection",
        panel: "TablePanel",
        actions: "Actions",
    ) -> None:
        super().__init__(panel)
        self._jobs, self._editor, self._selection, self._panel = jobs, editor, selection, panel
        self._actions = actions
        actions.connect("fill", partial(self._open, self._fill))
        actions.connect("replace", partial(self._open, ReplaceSheet))
        actions.connect("join", self._ask_file)
        panel.view.pasting.connect(self._paste)
        panel.view.emptying.connect(self._empty)
        menu = rounded(QMenu(panel))
        for name in _ACTIONS:
            menu.addAction(actions[name])
        panel.bar.changing.setMenu(menu)
        editor.stepped.connect(self._offer)
        self._offer()

    def _offer(self) -> None:
        self._actions.enable(_ACTIONS, on=self._editor.may_edit)
        self._panel.bar.changing.setVisible(self._editor.may_edit)

    def _fill(self, desk: Desk, parent: QWidget) -> BulkSheet:
        return FillSheet(desk, self._panel.field, parent)

    def _open(self, make: Callable[[Desk, QWidget], BulkSheet]) -> None:
        policy, scopes = self._panel.policy, self._scopes()
        if policy is None or not self._editor.may_edit:
            return
        if not scopes:
            self.said.emit(tr("请先选中要改的，或打开属性表（F6）"), "warning")
            return
        self._begin(make(Desk(self._jobs, self._editor, policy, scopes), self._panel.window()))

    def _begin(self, sheet: BulkSheet) -> None:
        sheet.finished_with.connect(lambda said: self.said.emit(said, "good"))
        ask(sheet)

    # ── Another table ──────────────────────────────────────────────────────────────────────────────────────

    def _ask_file(self) -> None:
        if not self._editor.may_edit:
            return
        kinds = tr("表格") + " (*.xlsx *.xls *.et *.ods *.csv *.txt *.dbf)"
        chosen, _ = QFileDialog.getOpenFileName(
            self._panel.window(), tr("从哪个表格补充"), str(Path.home()), kinds
        )
        if chosen:
            self.fill_from(Path(chosen))

    def fill_from(self, path: Path) -> None:
        """Ask how the columns of a file fill fields of rows."""

        def work(_session: "Session", _job: Job[list[SourceLayer]]) -> list[SourceLayer]:
            return read_tables(path)

        def done(layers: list[SourceLayer]) -> None:
            self._open(lambda desk, parent: JoinSheet(desk, layers, parent))

        def failed(error: MingqingError) -> None:
            self.said.emit(str(error), "warning")

        self._jobs.start(ReadJob(work, done=done, failed=failed, topic="join"))

    # ── Cells of the list ──────────────────────────────────────────────────────────────────────────────────

    def _paste(self) -> None:
        """Give the cells of the list what the clipboard holds, from the first that is marked onward."""
        text, place, table = QGuiApplication.clipboard().text(), self._place(), self._panel.table
        if not text or not place.rows:
            return
        title = self._title
        about = _Asking(table, tr("粘贴"), tr("粘贴到{table}").format(table=title))
        self._give(about, lambda: placed(cells_of(text), place), _MOST_AT_ONCE)

    def _empty(self) -> None:
        """Let the cells that are marked hold nothing; where these are several, only after asking."""
        place, table = self._place(), self._panel.table
        rows, across = place.marked
        columns = place.columns[:across]
        about = _Asking(table, tr("清空"), tr("清空{table}的几格").format(table=self._title))
        self._give(about, lambda: emptied(rows, columns), 1 if across == 1 else 0)

    @property
    def _title(self) -> str:
        policy = self._panel.policy
        return policy.catalog.tables[self._panel.table].title if policy is not None else ""

    def _place(self) -> Place:
        view, rows = self._panel.view, self._panel.rows
        marked, across = view.block
        first = min(marked, default=0)
        header = view.horizontalHeader()
        shown = [n for n in map(header.logicalIndex, range(header.count())) if not view.isColumnHidden(n)]
        start = shown.index(across[0]) if across else len(shown)
        spots = [Spot(c.name, c.title, c.name in rows.editable) for c in rows.columns]
        below = rows.ids[first : first + MOST_CELLS].tolist() if marked else []
        return Place(
            below,
            [spots[n] for n in shown[start:]],
            ([rows.id_at(row) for row in marked], len(across)),
            spots,
        )

    def _give(self, about: "_Asking", make: Callable[[], Pasted], most: int) -> None:
        """Do at once what is not more than `most` rows and can be done whole; show the rest first."""

        def work(session: "Session", job: Job[tuple[Pasted, Preview]]) -> tuple[Pasted, Preview]:
            made = make()
            watch = Watch(cancelled=job.cancelled)
            return made, preview(session, about.table, list(made.values), Given(made.values), watch=watch)

        def done(outcome: tuple[Pasted, Preview]) -> None:
            made, found = outcome
            if not made.values or not (found.rows or found.refused):
                self.said.emit("；".join(made.notes) or tr("和现在一样，没有要改的"), "warning")
            elif len(found.rows) > most or found.refused or made.notes:
                self._show(about, made)
            else:
                self._editor.do(about.why, lambda edit, _session: apply(edit, found))

        def failed(error: MingqingError) -> None:
            self.said.emit(str(error), "warning")

        self._jobs.start(ReadJob(work, done=done, failed=failed, topic="cells"))

    def _show(self, about: "_Asking", made: Pasted) -> None:
        policy = self._panel.policy
        if policy is None:
            return
        scope = Scope("", Wanted(among=frozenset(made.values)))
        desk = Desk(self._jobs, self._editor, policy, {about.table: [scope]})
        self._begin(PasteSheet(desk, made, about.title, about.why, self._panel.window()))

    # ── Which rows ─────────────────────────────────────────────────────────────────────────────────────────

    def _scopes(self) -> Mapping[str, list[Scope]]:
        """Which rows may be meant, by table: what is selected, what is listed, all of the village."""
        panel, policy = self._panel, self._panel.policy
        if policy is None:
            return {}
        listed = panel.table if panel.isVisible() else ""
        found: dict[str, list[Scope]] = {}
        chosen = sorted(self._selection.tables, key=lambda name: -len(self._selection.of(name)))
        for name in dict.fromkeys([*([listed] if listed else []), *chosen]):
            table = policy.catalog.tables[name]
            if not policy.allowed(name, Action.EDIT) or not changeable(policy, table):
                continue
            found[name] = []
            if ids := self._selection.of(name):
                found[name].append(Scope(tr("选中的 {n:,} 行").format(n=len(ids)), Wanted(among=ids)))
            if name == listed:
                words = tr("属性表里列出的 {n:,} 行").format(n=panel.rows.rowCount())
                found[name].append(Scope(words, panel.wanted))
            where = tr("本村的所有行") if panel.village else tr("所有村的所有行")
            found[name].append(Scope(where, Wanted(village=panel.village or None)))
        return found
