"""The question before a row is deleted: what becomes of what belongs to it, in plain words with numbers."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from mingqing.core.text import tr
from mingqing.desktop.bearing import told_bearing
from mingqing.desktop.form.content import Belonging, Key, belonging
from mingqing.desktop.jobs import Job, ReadJob
from mingqing.desktop.widgets import M, S, button, column, label, row
from mingqing.store.edit import Referring

if TYPE_CHECKING:
    from mingqing.catalog.model import Table
    from mingqing.desktop.form.desk import Desk
    from mingqing.store.edit import Edit
    from mingqing.store.session import Session

_Found = tuple["Table", list[Belonging], str]


class Removal(QFrame):
    """Asks whether to delete a row, and carries it out; deletes itself when it is answered."""

    def __init__(
        self,
        table: "Table",
        row_id: int,
        title: str,
        found: Sequence[Belonging],
        desk: "Desk",
        *,
        bearing: str = "",
    ) -> None:
        """`bearing` : what is said of rows that lie in it without referring to it."""
        super().__init__()
        self.setObjectName("question")
        self._table, self._row, self._desk = table, row_id, desk
        layout = column(self, margins=(M, M, M, M), gap=S)
        text = label(_question(table, title, found, bearing), wrap=True)
        layout.addWidget(text)
        self.answers: list[QPushButton] = []
        for words, referring, kind in _answers(found, bearing):
            self.answers.append(button(words, partial(self._remove, referring), kind))
        self.answers.append(button(tr("不删除"), self.deleteLater))
        line = row(gap=S)
        for each in self.answers:
            line.addWidget(each)
        line.addStretch(1)
        layout.addLayout(line)
        self.setAccessibleName(text.text())

    def _remove(self, referring: Referring) -> None:
        self.setEnabled(False)
        table, row_id = self._table.name, self._row

        def work(edit: "Edit", _session: "Session") -> None:
            edit.remove(table, [row_id], referring)

        def done(_: None) -> None:
            self._desk.drafts.pop((table, row_id), None)
            self._desk.tell(tr("已删除，按 Ctrl+Z 撤销"))

        self._desk.editor.do(tr("删除{table}").format(table=self._table.title), work, done=done)


def ask_removal(key: Key, title: str, desk: "Desk", place: Callable[[QWidget], object]) -> None:
    """Look up what belongs to a row, and `place` the question."""

    def work(session: "Session", _job: Job[_Found]) -> _Found:
        return (
            session.catalog.tables[key[0]],
            belonging(session, *key),
            told_bearing(session, key[0], key[1:]),
        )

    def done(found: _Found) -> None:
        asked = Removal(found[0], key[1], title, found[1], desk, bearing=found[2])
        place(asked)
        asked.answers[-1].setFocus()

    desk.jobs.start(ReadJob(work, done=done, topic="removal"))


def _question(table: "Table", title: str, found: Sequence[Belonging], bearing: str) -> str:
    asked = tr("删除{table}“{title}”？").format(table=table.title, title=title) + bearing
    if not found:
        return asked + tr("删除后可以撤销，历史里也留有记录。")
    counted = "、".join(tr("{n} 条{title}").format(n=b.count, title=b.title) for b in found)
    asked += tr("其名下还有 {counted}。").format(counted=counted)
    going = [b for b in found if b.must_go]
    if going and len(going) < len(found):
        titles = "、".join(b.title for b in going)
        asked += tr("其中{titles}不能单独留下，会一起删除。").format(titles=titles)
    return asked


def _answers(found: Sequence[Belonging], bearing: str) -> list[tuple[str, Referring, str]]:
    if not found:
        return [(tr("仍要删除") if bearing else tr("删除"), Referring.REFUSE, "danger")]
    answers = [(tr("一起删除"), Referring.ALONG, "danger")]
    if not all(b.must_go for b in found):
        answers.append((tr("只删这一条，其余留下"), Referring.DETACH, "plain"))
    return answers
