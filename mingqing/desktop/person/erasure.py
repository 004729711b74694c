"""Deleting somebody: what goes, what stays and why, said before and again afterwards."""

from html import escape

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QLineEdit, QVBoxLayout, QWidget

from mingqing.core.text import tr
from mingqing.desktop.widgets import XL, L, M, S, button, column, empty, label, row, scrolling
from mingqing.store.people import Erased


class EraseStep(QWidget):
    """Before: signals submitted(), left(). After: printed(), finished()."""

    submitted = Signal()
    left = Signal()
    printed = Signal()
    finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.outcome = ""
        self._heading, self._about = label("", "heading", wrap=True), label("", "muted", wrap=True)
        frame, inside = QFrame(), QWidget()
        frame.setObjectName("sheet")
        self._body: QVBoxLayout = column(inside, margins=(XL, L, XL, L), gap=S)
        column(frame, gap=0).addWidget(scrolling(inside))
        self.why = QLineEdit()
        self.why.setPlaceholderText(tr("理由，例如“本人要求删除，已核对身份”；会记入日志，不要写姓名和号码"))
        self.why.setAccessibleName(tr("删除的理由"))
        self._error = label("", "danger", wrap=True)
        self.understood = QCheckBox(tr("我已核对，知道删除后不能恢复"))
        self.primary = button(tr("删除"), self._submit, "danger")
        self.understood.toggled.connect(self.primary.setEnabled)
        self.cancelling = button(tr("取消"), self.left.emit)
        self.printing = button(tr("打印…"), self.printed.emit, glyph="fa6s.print")
        self.done = button(tr("完成"), self.finished.emit, "primary")
        foot = row(gap=M)
        foot.addWidget(self.understood)
        foot.addWidget(self.printing)
        foot.addWidget(self._error, 1)
        for each in (self.cancelling, self.primary, self.done):
            foot.addWidget(each)
        layout = column(self, margins=(XL, XL, XL, L), gap=S)
        layout.addWidget(self._heading)
        layout.addWidget(self._about)
        layout.addWidget(frame, 1)
        layout.addWidget(self.why)
        layout.addLayout(foot)

    def ask(self, name: str, coming: Erased) -> None:
        """Say what would go and stay, and ask for the reason."""
        self.outcome = ""
        self._heading.setText(tr("删除{name}的个人信息").format(name=name))
        self._about.setText(
            tr("连同修改历史一起删除，不能撤销，也不能从历史里找回。删除之前要先核对本人的身份。")
        )
        self._fill(
            (tr("将要删除"), _counted(coming.deleted)),
            (tr("将从其他记录里清除姓名、电话或关联"), _counted(coming.blanked)),
            (tr("会保留的，以及原因"), list(coming.kept)),
        )
        self.why.clear()
        self.understood.setChecked(False)
        self._turn(after=False)
        self.refuse("")
        self.why.setFocus()

    def show_outcome(self, heading: str, done: Erased | str) -> None:
        """Say what was deleted and what is left."""
        self._heading.setText(heading)
        if isinstance(done, Erased):
            self.outcome = done.as_text()
            self._about.setText(tr("下面不含本人的姓名和号码，可以打印交给本人，或附在办理记录里。"))
            self._fill(
                (tr("已删除"), _counted(done.deleted)),
                (tr("已从其他记录里清除姓名、电话或关联"), _counted(done.blanked)),
                (tr("修改历史"), [tr("已清除，涉及 {n} 次修改").format(n=done.changes)]),
                (tr("保留下来的，以及原因"), list(done.kept)),
            )
        else:
            self.outcome = done
            self._about.clear()
            self._fill(("", done.splitlines()))
        self.refuse("")
        self._turn(after=True)
        self.done.setFocus()

    def refuse(self, sentence: str) -> None:
        """Say what is wrong and let the user try again."""
        self._error.setText(sentence)
        self.setEnabled(True)
        self.primary.setEnabled(self.understood.isChecked())

    @property
    def error(self) -> str:
        """The sentence shown, or empty."""
        return self._error.text()

    def forget(self) -> None:
        """Keep nothing of it."""
        self.outcome = ""
        self._heading.clear()
        self.why.clear()
        empty(self._body)

    def as_html(self) -> str:
        """Return the outcome as a sheet of paper."""
        lines = "".join(f"<p>{escape(line)}</p>" for line in self.outcome.splitlines())
        return f"<h2>{escape(self._heading.text())}</h2>{lines}"

    def _turn(self, *, after: bool) -> None:
        for each in (self.understood, self.why, self.cancelling, self.primary):
            each.setVisible(not after)
        for each in (self.printing, self.done):
            each.setVisible(after)

    def _fill(self, *sections: tuple[str, list[str]]) -> None:
        empty(self._body)
        for title, lines in sections:
            if not lines:
                continue
            if title:
                heading = label(title, "strong")
                heading.setContentsMargins(0, S if self._body.count() else 0, 0, 0)
                self._body.addWidget(heading)
            for line in lines:
                self._body.addWidget(label(f"· {line}" if title else line, "muted", wrap=True))
        self._body.addStretch(1)

    def _submit(self) -> None:
        self.refuse("")
        self.setEnabled(False)
        self.submitted.emit()


def _counted(rows: dict[str, int]) -> list[str]:
    each = tr("{table} {n} 条")
    return ["、".join(each.format(table=t, n=n) for t, n in rows.items())] if rows else []
