"""Choosing one's own new password: the rules said beforehand, what is wrong with it said while typing."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from mingqing.access.passwords import MIN_KINDS, MIN_LENGTH, weaknesses
from mingqing.core.errors import MingqingError, WrongPassword
from mingqing.core.text import tr
from mingqing.desktop.jobs import Job, Jobs, ReadJob, WriteJob
from mingqing.desktop.pages.dialogs import Sheet, ask
from mingqing.desktop.widgets import label, restyle
from mingqing.store.accounts import set_password
from mingqing.store.login import MUST_CHANGE, verify_password
from mingqing.store.project import open_project

if TYPE_CHECKING:
    from mingqing.store.session import Session

_RULES_HEIGHT = 76  # four lines, so that the sheet does not jump while one types


def rules() -> str:
    """Return what a password must be like, in the words of the sheet."""
    return "\n".join(
        (
            tr("至少 {n} 个字符").format(n=MIN_LENGTH),
            tr("大写字母、小写字母、数字、符号，至少用其中 {n} 种").format(n=MIN_KINDS),
            tr("不含账号名和它的拼音"),
            tr("不用生日、年份、手机号、键盘上连着的键和常见单词"),
        )
    )


def show_box(*fields: QLineEdit) -> QCheckBox:
    """Return a box that shows what is typed in some password fields, or hides it."""
    box = QCheckBox(tr("显示密码"))

    def toggled(on: bool) -> None:  # noqa: FBT001 - Qt's signature
        for field in fields:
            field.setEchoMode(QLineEdit.EchoMode.Normal if on else QLineEdit.EchoMode.Password)

    box.toggled.connect(toggled)
    toggled(on=False)
    return box


class PasswordSheet(Sheet):
    """Asks for a new password twice, and for the present one where `asks_current`; else that is known."""

    def __init__(
        self, account: str, about: str, *, current: str | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("修改密码"), about, tr("修改"), parent)
        self._account, self._known = account, current
        self.current, self.password, self.again = QLineEdit(), QLineEdit(), QLineEdit()
        self.shown = show_box(self.password, self.again)
        self.current.setEchoMode(QLineEdit.EchoMode.Password)
        self.advice = label("", "caption", wrap=True)
        self.advice.setFixedHeight(_RULES_HEIGHT)
        self.advice.setAlignment(Qt.AlignmentFlag.AlignTop)
        if current is None:
            self.field(tr("现在的密码"), self.current)
        self.field(tr("新密码"), self.password)
        self.body.addWidget(self.advice)
        self.field(tr("再输一遍"), self.again)
        self.body.addWidget(self.shown)
        self.finish()
        for field in (self.current, self.password, self.again):
            field.textChanged.connect(self._look)
        self._look()
        (self.current if current is None else self.password).setFocus()

    @property
    def present(self) -> str:
        """The password until now, as known or as typed."""
        return self._known if self._known is not None else self.current.text()

    def _weaknesses(self) -> tuple[str, ...]:
        return weaknesses(self.password.text(), self._account, current=self.present)

    def _look(self) -> None:
        """Say what is wrong with what has been typed so far; the rules while it is nothing."""
        if not self.password.text():
            kind, said = "caption", rules()
        elif found := self._weaknesses():
            kind, said = "wrong", "\n".join(found)
        else:
            kind, said = "right", tr("这个密码可以用")
        self.advice.setText(said)
        restyle(self.advice, "kind", kind)
        for field in (self.current, self.password, self.again):
            restyle(field, "wrong", "false")

    def _submit(self) -> None:
        if not self.present:
            self.refuse(tr("请先输入现在的密码"), self.current)
        elif not self.password.text():
            self.refuse(tr("请输入新密码"), self.password)
        elif self._weaknesses():
            self.refuse(tr("请先改好上面说的"), self.password)
        elif self.again.text() != self.password.text():
            self.refuse(tr("两次输入的密码不一样，请再输一遍"), self.again)
        else:
            super()._submit()


def change_password(window: QWidget, jobs: Jobs, session: "Session", done: Callable[[], object]) -> None:
    """Let the account of a session change its password; `done` is called when it has."""
    sheet = PasswordSheet(session.user, tr("改好后，下次打开项目就用新密码"), parent=window)

    def work(own: "Session", _job: Job[None]) -> None:
        verify_password(own, sheet.present)
        set_password(own, own.user, sheet.password.text(), current=sheet.present)

    def changed(_: None) -> None:
        sheet.accept()
        done()

    _ask(
        sheet,
        jobs,
        lambda: jobs.start(WriteJob(work, done=changed, failed=lambda error: _refuse(sheet, error))),
    )


def require_new_password(
    window: QWidget,
    jobs: Jobs,
    session: "Session",
    password: str,
    done: Callable[["Session"], object],
    take: "Callable[[Session], Session]",
) -> None:
    """Ask for another password than the one somebody else has set; `done` is called with a session under the new one.

    `take` says, off the UI thread, whether that session may edit. Who will not choose a password does not get in: the
    session is closed.
    """
    sheet = PasswordSheet(session.user, tr(MUST_CHANGE), current=password, parent=window)

    def work(_none: "Session", _job: Job["Session"]) -> "Session":
        set_password(session, session.user, sheet.password.text(), current=password)
        session.close()
        opened = open_project(session.info.path, user=session.user, password=sheet.password.text())
        told = (n for n in (*session.login.notices, *opened.login.notices) if n != tr(MUST_CHANGE))
        opened.login = replace(opened.login, notices=tuple(dict.fromkeys(told)))
        return take(opened)

    def changed(opened: "Session") -> None:
        sheet.accept()
        done(opened)

    sheet.rejected.connect(session.close)
    _ask(
        sheet,
        jobs,
        lambda: jobs.start(WriteJob(work, done=changed, failed=lambda error: _refuse(sheet, error))),
    )


def _ask(sheet: PasswordSheet, jobs: Jobs, submit: Callable[[], object]) -> None:
    # The first look at a password loads the pinyin of every character: not while somebody types.
    jobs.start(ReadJob(lambda _session, _job: weaknesses("", ""), done=lambda _: None, topic="pinyin"))
    sheet.submitted.connect(submit)
    ask(sheet)


def _refuse(sheet: PasswordSheet, error: MingqingError) -> None:
    sheet.refuse(str(error), sheet.current if isinstance(error, WrongPassword) else None)
