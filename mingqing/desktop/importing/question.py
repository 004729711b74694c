"""The box in which the user answers what a file leaves open."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from mingqing.core.text import tr
from mingqing.desktop.widgets import M, S, choice_box, column, label

if TYPE_CHECKING:
    from mingqing.ingest.preview import Question

_WHY = Qt.ItemDataRole.ToolTipRole


class QuestionBox(QFrame):
    """Offers the usual answers, the others behind one more line. `answered(str)` gives the value chosen."""

    answered = Signal(str)

    def __init__(self, question: "Question", answer: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("group")
        self._question = question
        self.choose = choice_box(question.text)
        self.choose.setPlaceholderText(tr("请选择"))
        self._reason = label("", "muted", wrap=True)
        layout = column(self, margins=(M, M, M, M), gap=S)
        layout.addWidget(label(question.text, "strong", wrap=True))
        layout.addWidget(self.choose)
        layout.addWidget(self._reason)
        hint = tr("同样拿不准的文件都按这个回答办")
        if question.about == "crs":
            hint = tr("同样没有说明的文件都按这个回答办；不选就不导入")
        layout.addWidget(label(hint, "caption", wrap=True))
        self.choose.currentIndexChanged.connect(self._explain)
        self.choose.activated.connect(self._activated)
        usual = {c.value for c in question.choices if c.usual}
        self._offer(everything=not usual or (bool(answer) and answer not in usual))
        self.choose.setCurrentIndex(self.choose.findData(answer))
        self._explain()

    def _offer(self, *, everything: bool) -> None:
        self.choose.clear()
        for choice in self._question.choices:
            if everything or choice.usual:
                self.choose.addItem(choice.title, choice.value)
                self.choose.setItemData(self.choose.count() - 1, choice.reason, _WHY)
        if self.choose.count() < len(self._question.choices):
            self.choose.addItem(tr("其他…"), None)
        self.choose.setCurrentIndex(-1)

    def _explain(self) -> None:
        """Say why the answer chosen may be right; before one is chosen, why the likeliest may."""
        reason = self.choose.itemData(max(self.choose.currentIndex(), 0), _WHY)
        self._reason.setText(reason or "")
        self._reason.setVisible(bool(reason))

    def _activated(self, at: int) -> None:
        value = self.choose.itemData(at)
        if value is not None:
            self.answered.emit(value)
        else:
            self._offer(everything=True)
            self.choose.showPopup()
