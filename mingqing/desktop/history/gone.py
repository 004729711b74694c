"""The list of deleted rows, by the action that deleted them; each can be brought back, or all of an action together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from mingqing.access.roles import Action
from mingqing.core.text import tr
from mingqing.desktop.history.listing import Listing
from mingqing.desktop.history.wording import day_text, row_name
from mingqing.desktop.jobs import Jobs
from mingqing.desktop.widgets import S, button, column, label, row, rule
from mingqing.store.history.gone import MOST_LISTED, deleted

if TYPE_CHECKING:
    from mingqing.store.session import Session

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Lost:
    """A deleted row in words; `mendable` : the account may bring it back."""

    key: Key
    seq: int
    name: str
    why: str
    when: str
    mendable: bool


class GoneList(Listing):
    """Shows deleted rows of the village. `restoring(keys)` : those that are to come back."""

    restoring = Signal(object)

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(jobs, "gone", parent)

    def ask(self) -> None:
        """Read what is deleted."""
        super().ask()
        village = self.scope.village or None
        self.read(lambda session: _lost(session, village), self._show)

    def _show(self, found: list[Lost]) -> None:
        self.clear()
        adding: list[Callable[[], object]] = []
        for _, together in groupby(found, key=lambda lost: lost.seq):
            rows = list(together)
            adding += [partial(self._add_action, rows), *(partial(self._add_row, lost) for lost in rows)]
        self.page(adding)
        if not found:
            self.say(tr("没有删除过，或者都已经恢复了"))
        elif len(found) == MOST_LISTED:
            self.entries.addWidget(label(tr("只列出最近删除的 {n} 条").format(n=MOST_LISTED), "caption"))

    def _add_action(self, together: Sequence[Lost]) -> None:
        if self.entries.count():
            self.entries.addWidget(rule())
        frame, first = QFrame(), together[0]
        frame.setAccessibleName(f"{first.why} {first.when}")
        inside = column(frame, gap=2)
        inside.addWidget(label(first.why, "strong", wrap=True))
        inside.addWidget(label(first.when, "caption", wrap=True))
        keys = [lost.key for lost in together if lost.mendable]
        if len(keys) > 1:
            text = tr("这 {n} 条一起恢复").format(n=len(keys))
            inside.addWidget(self._restoring(text, "", keys), 0, Qt.AlignmentFlag.AlignLeft)
        self.entries.addWidget(frame)

    def _add_row(self, lost: Lost) -> None:
        frame = QFrame()
        line = row(frame, gap=S)
        line.addWidget(label(lost.name, wrap=True), 1)
        if lost.mendable:
            line.addWidget(self._restoring(tr("恢复"), lost.name, [lost.key]))
        self.entries.addWidget(frame)

    def _restoring(self, text: str, name: str, keys: Sequence[Key]) -> QWidget:
        made = button(text, lambda: self.restoring.emit(list(keys)), "chip", glyph="fa6s.arrow-rotate-left")
        made.setAccessibleName(f"{text} {name}".strip())
        return made


def _lost(session: "Session", village: str | None) -> list[Lost]:
    may = session.info.read_only is None
    return [
        Lost(
            (each.table, each.id),
            each.seq,
            row_name(session, each.table, each.row),
            each.why,
            f"{day_text(each.at)} · {each.by}",
            may and session.policy.allowed(each.table, Action.EDIT),
        )
        for each in deleted(session, village=village)
    ]
