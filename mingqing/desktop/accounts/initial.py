"""A password that is set for somebody else: suggested, or typed, in the clear because it is to be handed over."""

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from mingqing.access.passwords import new_password, weaknesses
from mingqing.core.text import tr
from mingqing.desktop.widgets import S, button, column, label, restyle, row


class InitialPassword(QWidget):
    """A field that starts with a good password and says at once what is wrong with another.

    account : asked for the name whose password it is.
    """

    def __init__(self, account: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._account = account
        self.field = QLineEdit()
        self.field.setAccessibleName(tr("初始密码"))
        self.field.textChanged.connect(self.judge)
        self.advice = label("", "caption", wrap=True)
        line = row(gap=S)
        line.addWidget(self.field, 1)
        line.addWidget(button(tr("换一个"), self.suggest))
        layout = column(self, gap=4)
        layout.addLayout(line)
        layout.addWidget(self.advice)

    @property
    def text(self) -> str:
        """The password."""
        return self.field.text()

    def suggest(self) -> None:
        """Put another good password into the field."""
        self.field.setText(new_password(self._account()))

    def judge(self) -> None:
        """Say what is wrong with the password, or what becomes of it."""
        wrong = weaknesses(self.text, self._account())
        restyle(self.field, "wrong", "true" if wrong else "false")
        restyle(self.advice, "kind", "wrong" if wrong else "caption")
        self.advice.setText("；".join(wrong) or tr("够强。交给本人，首次登录时要改掉"))
