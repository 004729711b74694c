"""The form for an account: a new one with its first password, or other roles and villages for one there is."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from mingqing.access.accounts import Account
from mingqing.core.text import tr
from mingqing.desktop.accounts.initial import InitialPassword
from mingqing.desktop.accounts.picker import RolePicker, VillagePicker
from mingqing.desktop.accounts.state import State
from mingqing.desktop.widgets import XL, L, M, S, button, column, label, row


class AccountEditor(QWidget):
    """Signals: submitted() when it is filled in, left() when it is given up."""

    submitted = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.account: Account | None = None
        self._heading, self._about = label("", "heading"), label("", "muted", wrap=True)
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("账号名"))
        self.name.setPlaceholderText(tr("例如 张三"))
        self.password = InitialPassword(lambda: self.name.text().strip())
        self.name.textChanged.connect(self.password.judge)
        self.roles, self.villages = RolePicker(), VillagePicker()
        self.roles.changed.connect(lambda: self.villages.require(self.roles.bound))
        self._error = label("", "danger", wrap=True)
        self.primary = button("", self._submit, "primary")
        self._action = ""
        self._lay_out()

    def _lay_out(self) -> None:
        self._who = QWidget()
        self._who.setFixedWidth(300)
        who = column(self._who, gap=S)
        who.addWidget(label(tr("账号名"), "strong"))
        who.addWidget(self.name)
        who.addSpacing(S)
        who.addWidget(label(tr("初始密码"), "strong"))
        who.addWidget(self.password)
        who.addStretch(1)
        panes = row(gap=L)
        panes.addWidget(self._who)
        panes.addLayout(_titled(tr("角色"), self.roles), 1)
        panes.addLayout(_titled(tr("管辖的村"), self.villages), 1)
        foot = row(gap=M)
        foot.addWidget(self._error, 1)
        foot.addWidget(button(tr("取消"), self.left.emit))
        foot.addWidget(self.primary)
        outer = column(self, margins=(XL, XL, XL, L), gap=S)
        outer.addWidget(self._heading)
        outer.addWidget(self._about)
        outer.addSpacing(S)
        outer.addLayout(panes, 1)
        outer.addSpacing(S)
        outer.addLayout(foot)

    def begin(self, state: State, account: Account | None) -> None:
        """Start on a new account, or on `account`."""
        self.account = account
        self._who.setVisible(account is None)
        if account is None:
            self._heading.setText(tr("添加账号"))
            self._about.setText(tr("一人一个账号，不要合用：日志按账号记"))
            self._action = tr("添加账号")
            self.name.clear()
            self.password.suggest()
        else:
            self._heading.setText(tr("修改账号：{name}").format(name=account.name))
            self._about.setText(tr("本人下次登录时生效，密码不变"))
            self._action = tr("保存")
        self.roles.offer(state.roles, account.roles if account is not None else ())
        self.villages.offer(state.offered, account.villages if account is not None else None)
        self.villages.require(self.roles.bound)
        self._ready()
        (self.name if account is None else self.roles).setFocus()

    def forget(self) -> None:
        """Keep neither name nor password."""
        self.name.clear()
        self.password.field.clear()

    def refuse(self, sentence: str) -> None:
        """Say what is wrong and let the user try again."""
        self._ready()
        self._error.setText(sentence)

    @property
    def error(self) -> str:
        """The sentence shown, or empty."""
        return self._error.text()

    def _ready(self) -> None:
        self._error.clear()
        self.setEnabled(True)
        self.primary.setText(self._action)

    def _submit(self) -> None:
        self.setEnabled(False)
        self.primary.setText(tr("请稍候…"))
        self.submitted.emit()


def _titled(title: str, inside: QWidget) -> QVBoxLayout:
    frame = QFrame()
    frame.setObjectName("sheet")
    column(frame, gap=0).addWidget(inside)
    made = column(gap=S)
    made.addWidget(label(title, "strong"))
    made.addWidget(frame, 1)
    return made
