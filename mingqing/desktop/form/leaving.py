"""The question before a project is closed with something typed in a form that is not saved."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from mingqing.core.text import tr
from mingqing.desktop.pages.dialogs import Sheet
from mingqing.desktop.widgets import M, S, button, row


class LeavingSheet(Sheet):
    """Asks whether to give up what is not saved: `accepted()` then; whoever closes it stays."""

    def __init__(self, titles: Sequence[str], kept: int, parent: QWidget | None = None) -> None:
        """`titles` : of what is not saved in the form that is open. kept : how many drafts there are besides."""
        said = ["、".join(f"“{title}”" for title in titles)] if titles else []
        said += [tr("以前填了一半的 {n} 条").format(n=kept)] if kept else []
        about = tr("{what}还没有保存，关闭后就没有了。").format(what="，".join(said))
        super().__init__(tr("还有填的内容没有保存"), about, tr("留下继续填"), parent)
        self.submitted.connect(self.reject)
        self.giving_up = button(tr("不要了，关闭"), self.accept, "danger")
        self.giving_up.setAutoDefault(False)
        buttons = row(gap=M)
        buttons.addStretch(1)
        buttons.addWidget(self.giving_up)
        buttons.addWidget(self.primary)
        self.body.addSpacing(S)
        self.body.addLayout(buttons)
        self.primary.setFocus()
