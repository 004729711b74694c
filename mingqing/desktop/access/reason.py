"""Asking why somebody wants to see whole what is masked, before it is shown."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from mingqing.core.text import tr
from mingqing.desktop.card.content import Veil, text_of
from mingqing.desktop.jobs import Job, Jobs, WriteJob
from mingqing.desktop.pages.dialogs import Sheet, ask
from mingqing.desktop.widgets import S, button

if TYPE_CHECKING:
    from mingqing.store.session import Session


def _usual() -> tuple[str, ...]:
    return (tr("防灾转移清点人数"), tr("走访或联系本人"), tr("本人来办事，核实身份"), tr("核对登记有没有错"))


class ReasonSheet(Sheet):
    """Asks for a reason: one of the usual, or in one's own words."""

    def __init__(self, veil: Veil, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("查看“{title}”").format(title=veil.title),
            tr("只在这张详情里显示，关闭就隐藏。您的账号、时间和理由会记入操作日志"),
            tr("查看"),
            parent,
        )
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(tr("点一条，或自己写"))
        self.reason.setMaxLength(100)
        self.field(tr("为什么要看"), self.reason)
        choices = QGridLayout()
        choices.setSpacing(S)
        for n, words in enumerate(_usual()):
            made = button(words, partial(self.reason.setText, words), "chip")
            made.setAutoDefault(False)
            choices.addWidget(made, n // 2, n % 2)
        self.body.addLayout(choices)
        self.body.addSpacing(S)
        self.finish()
        self.reason.setFocus()

    def _submit(self) -> None:
        if not self.reason.text().strip():
            self.refuse(tr("请写明查看的理由"), self.reason)
        else:
            super()._submit()


def ask_reason(window: QWidget, jobs: Jobs, veil: Veil, lift: Callable[[Veil, str], object]) -> None:
    """Ask for a reason, and hand the whole value to `lift` once the log has it."""
    sheet = ReasonSheet(veil, window)

    def work(session: "Session", _job: Job[str]) -> str:
        value = session.unmask(veil.table, veil.id, veil.field, sheet.reason.text())
        return text_of(session, veil, value)

    def done(text: str) -> None:
        sheet.accept()
        lift(veil, text)

    def submitted() -> None:
        jobs.start(WriteJob(work, done=done, failed=lambda error: sheet.refuse(str(error))))

    sheet.submitted.connect(submitted)
    ask(sheet)
