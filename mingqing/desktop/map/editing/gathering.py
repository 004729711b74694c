"""Making one of several: they are chosen by clicks, what differs between them is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QComboBox, QWidget

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.desktop.card.content import name_of, value_text
from mingqing.desktop.jobs import Job, ReadJob
from mingqing.desktop.map.editing.saving import belonging, copied, merge_rows
from mingqing.desktop.map.tools.tool import Offer, Tool
from mingqing.desktop.pages.dialogs import Sheet
from mingqing.desktop.widgets import choice_box
from mingqing.digitising.cutting import merge

if TYPE_CHECKING:
    from mingqing.catalog.model import Field
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.desktop.map.editing.board import Board
    from mingqing.desktop.map.editing.saving import Consent
    from mingqing.desktop.map.editing.subject import Subject
    from mingqing.store.edit import Edit
    from mingqing.store.session import Session


@dataclass(frozen=True, slots=True)
class Differing:
    """A field in which rows differ.

    values : what they have, by row in the order they were chosen, each once; texts : the same to be read.
    """

    field: "Field"
    values: tuple[object, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be decided before rows become one; `belongs` counts what refers to those that go, by title."""

    names: tuple[str, ...]
    differing: tuple[Differing, ...]
    belongs: tuple[tuple[str, int], ...]


def question(session: "Session", table: str, ids: Sequence[int]) -> Question:
    """Return what is to be decided before rows become one."""
    definition, rows = session.catalog.tables[table], copied(session, table, ids)
    differing = []
    for field in definition.fields:
        values = tuple(
            dict.fromkeys(rows[i].get(field.name) for i in ids if rows[i].get(field.name) not in {None, ""})
        )
        blank = rows[ids[0]].get(field.name) in {None, ""}
        if len(values) > 1 or (values and blank):
            differing.append(Differing(field, values, tuple(value_text(session, field, v) for v in values)))
    counts = belonging(session, table, ids[1:])
    belongs = tuple((session.catalog.tables[t].title, n) for t, n in counts.items() if t != table)
    return Question(tuple(name_of(session, table, i) for i in ids), tuple(differing), belongs)


class MergeSheet(Sheet):
    """Asks which of the values that differ the merged row has."""

    def __init__(self, title: str, asked: Question, parent: QWidget) -> None:
        kept = asked.names[0] or tr("第一个")
        about = tr("保留“{kept}”的编号和登记。").format(kept=kept)
        if asked.belongs:
            counted = "、".join(tr("{n} 条{title}").format(n=n, title=t) for t, n in asked.belongs)
            about += tr("其余几个名下的 {counted}一并归到它名下。").format(counted=counted)
        super().__init__(
            tr("合并 {n} 个{title}").format(n=len(asked.names), title=title), about, tr("合并"), parent
        )
        self._asked = asked
        self._boxes: list[QComboBox] = []
        for each in asked.differing:
            box = choice_box(each.field.title)
            for text, value in zip(each.texts, each.values, strict=True):
                box.addItem(text, value)
            self._boxes.append(box)
            self.field(each.field.title, box)
        self.finish()
        self.fit()

    @property
    def values(self) -> dict[str, object]:
        """What was decided, by field."""
        pairs = zip(self._asked.differing, self._boxes, strict=True)
        return {each.field.name: each.values[box.currentIndex()] for each, box in pairs}


class Gather(Tool):
    """Each click chooses one more, or one less; Enter makes one of them."""

    name = "merge"

    def __init__(self, canvas: "Canvas", board: "Board") -> None:
        super().__init__(canvas)
        self.title = tr("合并")
        self.board = board
        self.sheet: MergeSheet | None = None
        self._wrong = ""
        board.subjects.changed.connect(self._renew)

    @property
    def _subject(self) -> "Subject | None":
        return self.board.subjects.current

    def _renew(self) -> None:
        self._wrong = ""
        self.changed.emit()

    def click(self, event: QMouseEvent) -> None:
        """Choose one more."""
        self.board.pick(event, more=True)

    def key(self, event: QKeyEvent) -> bool:
        """Merge by Enter."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.ask()
            return True
        return super().key(event)

    def escape(self) -> bool:
        """Choose nothing."""
        return self.board.subjects.clear()

    def reopen(self) -> None:
        """Nothing was merged; all stay chosen."""

    def taken(self) -> None:
        """What is left of them is chosen anew by who saved."""

    @property
    def says(self) -> str:
        """What went wrong, or what to do next."""
        if self._wrong:
            return self._wrong
        subject = self._subject
        if subject is None:
            return tr("单击第一个图形，它的编号和登记会保留")
        if len(subject.shapes) < 2:
            return tr("再单击要和它合并的图形")
        title = subject.table.title
        return tr("已选 {n} 个{title}，按回车合并").format(n=len(subject.shapes), title=title)

    def offers(self) -> tuple[Offer, ...]:
        """Return to merge."""
        subject = self._subject
        return (Offer(tr("合并"), self.ask),) if subject is not None and len(subject.shapes) > 1 else ()

    def ask(self) -> None:
        """Ask what differs, where something does; merge."""
        subject = self._subject
        if subject is None or len(subject.shapes) < 2:
            return
        try:
            merge(list(subject.shapes.values()))
        except InputRefused as error:
            self._wrong = str(error)
            self.changed.emit()
            return
        table, ids = subject.table.name, list(subject.shapes)

        def work(session: "Session", _job: Job[Question]) -> Question:
            return question(session, table, ids)

        self.board.jobs.start(ReadJob(work, done=self._decide, topic="merge"))

    def _decide(self, asked: Question) -> None:
        subject = self._subject
        if subject is None:
            return
        if not asked.differing and not asked.belongs:
            self._merge(subject, {})
            return
        sheet = MergeSheet(subject.table.title, asked, self.canvas.window())
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.submitted.connect(sheet.accept)
        sheet.accepted.connect(lambda: self._merge(subject, sheet.values))
        self.sheet = sheet
        sheet.open()

    def _merge(self, subject: "Subject", values: dict[str, object]) -> None:
        table, ids = subject.table, list(subject.shapes)

        def work(e: "Edit", session: "Session", consent: "Consent") -> None:
            merge_rows(e, session, table.name, ids, values, consent)

        def done(_: None) -> None:
            self.board.subjects.choose(table.name, ids[:1])

        self.board.save(tr("合并{title}").format(title=table.title), work, self, done=done)
