"""What came of it in three lines, at the top of every step."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from mingqing.core.text import tr
from mingqing.desktop.evacuation.outcome import headline, proof
from mingqing.desktop.evacuation.parts import tone
from mingqing.desktop.widgets import M, S, button, column, label, restyle

if TYPE_CHECKING:
    from mingqing.desktop.evacuation.outcome import Outcome


_MOST_TOLD = 4


class Summary(QFrame):
    """`pressed()` : who has no way is to be shown."""

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("told")
        layout = column(self, margins=(M, S, M, S), gap=2)
        self.wrong = button("", self.pressed.emit, "alarm")
        self.told = label("", "strong", wrap=True)
        self.proof = label("", "caption", wrap=True)
        layout.addWidget(self.wrong, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.told)
        layout.addWidget(self.proof)
        self.show_outcome(None)

    def show_outcome(self, outcome: "Outcome | None") -> None:
        """Say what came of it; without an outcome, how to begin."""
        wrong, told = ("", tr("先选会出事的隐患点，结果马上算出来")) if outcome is None else headline(outcome)
        self._say(wrong, told, "danger" if wrong else "good" if outcome and outcome.movers else "")
        known = [proof(outcome.gap)] if outcome is not None and outcome.movers else []
        known += outcome.notes if outcome is not None else ()
        more = (
            [tr("另有 {n} 条提示，指着这里看").format(n=len(known) - _MOST_TOLD)]
            if len(known) > _MOST_TOLD
            else []
        )
        self.proof.setText("\n".join([*known[:_MOST_TOLD], *more]))
        self.proof.setToolTip("\n".join(known) if more else "")
        self.proof.setVisible(bool(known))

    def say_failed(self, why: str) -> None:
        """Say why there is no plan."""
        self._say("", why, "warning")
        self.proof.hide()

    def show_working(self, *, on: bool) -> None:
        """Say that another answer is on its way, until it is there."""
        restyle(self.told, "kind", "muted" if on else "strong")

    def _say(self, wrong: str, told: str, mood: str) -> None:
        self.wrong.setText(f"{wrong} ›" if wrong else "")
        self.wrong.setAccessibleName(wrong)
        self.wrong.setVisible(bool(wrong))
        self.told.setText(told)
        tone(self, mood)
