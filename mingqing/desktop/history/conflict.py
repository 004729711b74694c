"""What was to be undone was changed since: what I had, what it is now, who did it; keep it, or undo all the same."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QWidget

from mingqing.core.text import tr
from mingqing.desktop.card.content import value_text
from mingqing.desktop.history.wording import day_text, row_name
from mingqing.desktop.pages.dialogs import Sheet
from mingqing.desktop.widgets import M, S, button, column, label, restyle, row
from mingqing.store.edit import SHAPE

if TYPE_CHECKING:
    from mingqing.store.session import Session
    from mingqing.store.undo import Conflict, Conflicts

_MOST = 6


@dataclass(frozen=True, slots=True)
class Clash:
    """A row that was changed since: its name, who and when, and of each field its title, what I left, what it is."""

    name: str
    who: str
    fields: tuple[tuple[str, str, str], ...]


def clashes(session: "Session", conflicts: "Conflicts") -> list[Clash]:
    """Return conflicts in words."""
    return [_clash(session, found) for found in conflicts.found]


def _clash(session: "Session", found: "Conflict") -> Clash:
    table = session.catalog.tables[found.table]
    now = session.row(found.table, found.row)
    who = tr("后来由 {who} 在 {when} 改动").format(who=found.by, when=day_text(found.at)) if found.by else ""
    fields = []
    for name in found.fields:
        if name == SHAPE:
            fields.append((tr("图形"), tr("我画的"), tr("后来画的")))
        else:
            of = table.field_by_name[name]
            mine = value_text(session, of, found.left.get(name)) or tr("空白")
            fields.append((of.title, mine, value_text(session, of, (now or {}).get(name)) or tr("空白")))
    shown = now or {n: v for n, v in found.left.items() if n != SHAPE}
    if not found.fields:
        who = tr("已经又有了，不会再加一次") if now else tr("已经不在了，不会再改")
    return Clash(row_name(session, found.table, dict(shown)), who, tuple(fields))


class ConflictSheet(Sheet):
    """Shows conflicts of an undo or redo. It is accepted where the user wants to go on all the same."""

    def __init__(self, found: list[Clash], act: str, parent: QWidget | None = None) -> None:
        about = tr("要{act}的内容后来又有人改过，所以还什么都没有动。请看清楚再决定").format(act=act)
        super().__init__(tr("后来又改过"), about, tr("仍然{act}").format(act=act), parent)
        self.submitted.connect(self.accept)
        for clash in found[:_MOST]:
            self.body.addWidget(_frame(clash))
        if len(found) > _MOST:
            self.body.addWidget(label(tr("另有 {n} 处").format(n=len(found) - _MOST), "caption"))
        self.body.addSpacing(S)
        buttons = row(gap=M)
        buttons.addStretch(1)
        self.keep = button(tr("保留现在的"), self.reject, "primary")
        restyle(self.primary, "kind", "plain")
        buttons.addWidget(self.primary)
        buttons.addWidget(self.keep)
        self.body.addLayout(buttons)
        self.primary.setDefault(False)
        self.keep.setDefault(True)
        self.keep.setFocus()
        self.fit()


def _frame(clash: Clash) -> QFrame:
    frame = QFrame()
    frame.setObjectName("group")
    inside = column(frame, margins=(M, S, M, S), gap=4)
    inside.addWidget(label(clash.name, "strong", wrap=True))
    if clash.who:
        inside.addWidget(label(clash.who, "caption", wrap=True))
    for title, mine, now in clash.fields:
        text = tr("{title}：我改成 {mine}，现在是 {now}").format(title=title, mine=mine, now=now)
        inside.addWidget(label(text, wrap=True))
    return frame
