"""Getting back in by the printed recovery key."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from mingqing.core.errors import MingqingError, WrongPassword
from mingqing.core.text import tr
from mingqing.desktop.jobs import Job, Jobs, WriteJob
from mingqing.desktop.pages.dialogs import Sheet, ask, password_field
from mingqing.desktop.widgets import restyle
from mingqing.store.login import recover_account

if TYPE_CHECKING:
    from mingqing.store.session import Session


class RecoverySheet(Sheet):
    """Asks for the recovery key, the account of a security administrator, and its new password."""

    def __init__(self, folder: Path, accounts: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(
            tr("用恢复密钥重设密码"),
            tr("只能重设安全管理员的密码；用过之后这份恢复密钥作废，登录后请再生成一份"),
            tr("重设"),
            parent,
        )
        self.folder = folder
        self.phrase = QLineEdit()
        self.phrase.setPlaceholderText(tr("纸上的 30 位字母和数字，大小写、横线不论"))
        self.user = QComboBox()
        self.user.addItems(list(accounts))
        self.password, self.again = password_field(), password_field(tr("再输一遍"))
        self.field(tr("恢复密钥"), self.phrase)
        self.field(tr("安全管理员的账号"), self.user)
        self.field(tr("新密码"), self.password)
        self.body.addWidget(self.again)
        self.finish()
        self.phrase.setFocus()

    def _submit(self) -> None:
        for field in (self.phrase, self.again):
            restyle(field, "wrong", "false")
        if not self.phrase.text().strip():
            self.refuse(tr("请照着纸上的恢复密钥输入"), self.phrase)
        elif self.again.text() != self.password.text():
            self.refuse(tr("两次输入的密码不一样，请再输一遍"), self.again)
        else:
            super()._submit()


def ask_recovery(
    window: QWidget, jobs: Jobs, folder: Path, accounts: Sequence[str], done: Callable[[str], object]
) -> None:
    """Ask for what a recovery needs and do it; `done` is called with the account, to log in now."""
    sheet = RecoverySheet(folder, accounts, window)

    def submitted() -> None:
        phrase, user, password = sheet.phrase.text(), sheet.user.currentText(), sheet.password.text()

        def work(_session: "Session", _job: Job[None]) -> None:
            recover_account(folder, phrase, user, password)

        def recovered(_none: None) -> None:
            sheet.accept()
            done(user)

        def failed(error: MingqingError) -> None:
            if isinstance(error, WrongPassword):
                sheet.refuse(tr("恢复密钥不对，或已经作废；请照着最后生成的那一份再核对一遍"), sheet.phrase)
            else:
                sheet.refuse(str(error))

        jobs.start(WriteJob(work, done=recovered, failed=failed))

    sheet.submitted.connect(submitted)
    ask(sheet)
