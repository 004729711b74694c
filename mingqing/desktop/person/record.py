"""What is held on somebody, as the page that is handed over, and what may be asked for then."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from mingqing.core.text import tr
from mingqing.desktop.widgets import XL, L, M, S, button, column, label, restyle, row
from mingqing.store.people import PersonRecord, as_document

_PAPER_PX = 900


class RecordStep(QWidget):
    """Signals: save(), printed(), correct(), erase(), left()."""

    save = Signal()
    printed = Signal()
    correct = Signal()
    erase = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading, self.note = label("", "heading"), label("", "good", wrap=True)
        self.page = QTextBrowser()
        self.page.setObjectName("paper")
        self.page.setOpenLinks(False)
        self.page.setFrameShape(QFrame.Shape.NoFrame)
        self.page.setAccessibleName(tr("个人信息全文"))
        self.page.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.page.setMaximumWidth(_PAPER_PX)
        self.page.document().setDocumentMargin(XL)
        self.correcting = button(tr("更正…"), self.correct.emit, glyph="fa6s.pen")
        self.erasing = button(tr("删除…"), self.erase.emit, glyph="fa6s.trash")
        head = row(gap=M)
        head.addWidget(self._heading, 1)
        head.addWidget(button(tr("存成网页…"), self.save.emit, glyph="fa6s.floppy-disk"))
        head.addWidget(button(tr("打印…"), self.printed.emit, glyph="fa6s.print"))
        foot = row(gap=M)
        foot.addWidget(self.correcting)
        foot.addWidget(self.erasing)
        foot.addWidget(self.note, 1)
        foot.addWidget(button(tr("返回"), self.left.emit))
        layout = column(self, margins=(XL, XL, XL, L), gap=S)
        layout.addLayout(head)
        middle = row(gap=0)
        middle.addStretch(1)
        middle.addWidget(self.page, 8)
        middle.addStretch(1)
        layout.addLayout(middle, 1)
        layout.addSpacing(S)
        layout.addLayout(foot)

    def show_record(self, record: PersonRecord, *, writable: bool) -> None:
        """Show it."""
        self._heading.setText(tr("{name}的个人信息").format(name=record.name or tr("（未登记姓名）")))
        self.page.setHtml(as_document(record))
        self.say("")
        for each in (self.correcting, self.erasing):
            each.setEnabled(writable)

    def say(self, sentence: str, tone: str = "good") -> None:
        """Show what was just done or refused."""
        self.note.setText(sentence)
        restyle(self.note, "kind", tone)

    def forget(self) -> None:
        """Keep nothing of it."""
        self._heading.clear()
        self.page.clear()
        self.say("")
