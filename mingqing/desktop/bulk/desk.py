"""Where changes of many rows begin: which rows may be meant, and the sheet that asks what is to be done."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from mingqing.access.roles import Action
from mingqing.core.text import tr
from mingqing.desktop.bulk.fill import FillSheet, changeable
from mingqing.desktop.bulk.replace import ReplaceSheet
from mingqing.desktop.bulk.sheet import BulkSheet, Desk, Scope, ask
from mingqing.store.paging import Wanted

if TYPE_CHECKING:
    from mingqing.desktop.actions import Actions
    from mingqing.desktop.editor import Editor
    from mingqing.desktop.jobs import Jobs
    from mingqing.desktop.selection import Selection
    from mingqing.desktop.table.panel import TablePanel

_ACTIONS = ("fill", "replace")


class Bulk(QObject):
    """Opens the sheets of one window. `said(str, str)` : a sentence to show, in a tone of `Banner`."""

    said = Signal(str, str)

    def __init__(
        self,
        jobs: "Jobs",
        editor: "Editor",
        selection: "Selection",
        panel: "TablePanel",
        actions: "Actions",
    ) -> None:
        super().__init__(panel)
        self._jobs, self._editor, self._selection, self._panel = jobs, editor, selection, panel
        actions.connect("fill", partial(self._open, self._fill))
        actions.connect("replace", partial(self._open, ReplaceSheet))
        editor.stepped.connect(lambda: actions.enable(_ACTIONS, on=editor.may_edit))
        actions.enable(_ACTIONS, on=False)

    def _fill(self, desk: Desk, parent: QWidget) -> BulkSheet:
        return FillSheet(desk, self._panel.field, parent)

    def _open(self, make: Callable[[Desk, QWidget], BulkSheet]) -> None:
        policy, scopes = self._panel.policy, self._scopes()
        if policy is None or not self._editor.may_edit:
            return
        if not scopes:
            self.said.emit(tr("请先选中要改的，或打开属性表（F6）"), "warning")
            return
        sheet = make(Desk(self._jobs, self._editor, policy, scopes), self._panel.window())
        sheet.finished_with.connect(lambda said: self.said.emit(said, "good"))
        ask(sheet)

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
