"""The accounts page: its steps, and the jobs behind them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from mingqing.access.roles import Duty, roles
from mingqing.core.errors import MingqingError
from mingqing.core.text import tr
from mingqing.desktop.accounts.decision import DecisionPage
from mingqing.desktop.accounts.editor import AccountEditor
from mingqing.desktop.accounts.listing import AccountList
from mingqing.desktop.accounts.sheets import ResetSheet, disabling, rekeying, renewing_recovery
from mingqing.desktop.accounts.slip import Slip, handover, recovery_slip
from mingqing.desktop.accounts.state import State, read_state
from mingqing.desktop.jobs import Job, Jobs, ReadJob, WriteJob
from mingqing.desktop.pages.dialogs import Sheet, ask
from mingqing.desktop.pages.duty import DutyPage
from mingqing.desktop.pages.waiting import Waiting
from mingqing.store.accounts import (
    add_account,
    disable_account,
    grant_roles,
    make_recovery_key,
    separate_duties,
    set_password,
)
from mingqing.store.roles import adopt_own

if TYPE_CHECKING:
    from mingqing.store.session import ProjectInfo, Session

T = TypeVar("T")


class AccountsPage(DutyPage):
    """For who manages accounts. `rekeying()` : the project is to be closed and encrypted anew, see `show_rekeying`."""

    rekeying = Signal()

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(jobs, parent)
        self._info: ProjectInfo | None = None
        self._state: State | None = None
        self._decide: Callable[[], None] = self.show_list
        self.list, self.editor, self.slip = AccountList(), AccountEditor(), Slip()
        self.decision, self.waiting = DecisionPage(), Waiting()
        self.waiting.button.hide()
        for step in (self.list, self.editor, self.slip, self.decision, self.waiting):
            self.addWidget(step)
        self.list.add.connect(lambda: self._edit(""))
        self.list.change.connect(self._edit)
        self.list.reset.connect(self._ask_reset)
        self.list.disable.connect(self._ask_disable)
        self.list.separate.connect(self._ask_separation)
        self.list.recovery.connect(self._ask_recovery)
        self.list.rekey.connect(self._ask_rekey)
        self.list.adopt.connect(self._ask_adoption)
        self.list.left.connect(self.left)
        self.editor.submitted.connect(self._save)
        self.editor.left.connect(self.show_list)
        self.slip.left.connect(self.show_list)
        self.decision.decided.connect(self._decided)
        self.decision.left.connect(self.show_list)

    def is_for(self, session: "Session") -> bool:
        """Whether the account manages accounts."""
        return session.policy.has(Duty.ACCOUNTS)

    def begin(self, session: "Session") -> None:
        """List the accounts of a project."""
        self._info = session.info
        self.list.say(
            tr("项目只能查看，不能改账号：{reason}").format(reason=session.info.read_only)
            if session.info.read_only
            else "",
            "warning",
        )
        self.refresh()
        self.show_list()

    def forget(self) -> None:
        """Keep nothing of the project that was open."""
        self._info, self._state = None, None
        self.slip.forget()
        self.editor.forget()
        self.list.show_state(None, writable=False)
        self.show_list()

    def dismiss(self) -> None:
        """Go back a step; not from a secret that is shown once, nor while the project is encrypted anew."""
        if self.currentWidget() in {self.editor, self.decision}:
            self.show_list()
        elif self.currentWidget() is self.list:
            self.left.emit()

    def show_rekeying(self) -> None:
        """Show that the project is being encrypted anew."""
        self.waiting.begin(tr("正在更换数据密钥"), tr("请不要关机，也不要拔 U 盘；完成后重新登录"))
        self.setCurrentWidget(self.waiting)

    def show_list(self) -> None:
        """Show the first step."""
        self.editor.forget()
        self.setCurrentWidget(self.list)

    def refresh(self, select: str = "") -> None:
        """Read the accounts again, and show `select` in detail."""

        def work(session: "Session", _job: Job[State]) -> State:
            return read_state(session)

        def done(state: State) -> None:
            self._state = state
            writable = self._info is not None and self._info.read_only is None
            self.list.show_state(state, writable=writable, select=select)

        self.jobs.start(ReadJob(work, done=done, failed=self._say_refused, topic="accounts"))

    def _say_refused(self, error: MingqingError) -> None:
        self.list.say(str(error), "danger")

    def _write(
        self,
        work: "Callable[[Session], T]",
        done: Callable[[T], None],
        refuse: Callable[[str], None],
    ) -> None:
        """Change something in a job, because a password alone takes a tenth of a second to be sealed."""
        self.jobs.start(
            WriteJob(lambda session, _job: work(session), done=done, failed=lambda error: refuse(str(error)))
        )

    # ── One account ────────────────────────────────────────────────────────────────────────────────────────

    def _edit(self, name: str) -> None:
        if self._state is not None:
            account = next((a for a in self._state.accounts if a.name == name), None)
            self.editor.begin(self._state, account)
            self.setCurrentWidget(self.editor)

    def _save(self) -> None:
        form, account = self.editor, self.editor.account
        codes, villages = form.roles.chosen, form.villages.chosen
        if villages == frozenset():
            form.refuse(tr("请选至少一个村，或选“全部村”"))
        elif account is not None:
            self._write(
                lambda session: grant_roles(session, account.name, codes, villages),
                lambda changed: self._saved(tr("已保存，本人下次登录时生效"), changed.name),
                form.refuse,
            )
        else:
            name, password = form.name.text().strip(), form.password.text
            self._write(
                lambda session: add_account(session, name, codes, villages, password),
                lambda _added: self._hand_over(name, password, reset=False),
                form.refuse,
            )

    def _saved(self, sentence: str, name: str) -> None:
        self.list.say(sentence)
        self.refresh(name)
        self.show_list()

    def _hand_over(self, name: str, password: str, *, reset: bool) -> None:
        if self._info is None:
            return
        self.list.say("")
        self.refresh(name)
        self.slip.show_secret(handover(self._info.name, name, password, reset=reset))
        self.setCurrentWidget(self.slip)

    def _ask_reset(self, name: str) -> None:
        disabled = any(a.name == name and a.disabled for a in (self._state.accounts if self._state else ()))
        sheet = ResetSheet(name, disabled=disabled, parent=self.window())

        def submitted() -> None:
            password = sheet.password.text

            def done(_none: None) -> None:
                sheet.accept()
                self._hand_over(name, password, reset=True)

            self._write(lambda session: set_password(session, name, password), done, sheet.refuse)

        sheet.submitted.connect(submitted)
        ask(sheet)

    def _ask_disable(self, name: str) -> None:
        self._confirm(
            disabling(name, self.window()),
            lambda session: disable_account(session, name),
            lambda _none: self._saved(tr("“{name}”已停用").format(name=name), name),
        )

    def _confirm(self, sheet: Sheet, work: "Callable[[Session], T]", done: Callable[[T], None]) -> None:
        """Ask before `work`; what it refuses is said on the sheet."""

        def finished(result: T) -> None:
            sheet.accept()
            done(result)

        sheet.submitted.connect(lambda: self._write(work, finished, sheet.refuse))
        ask(sheet)

    # ── The project as a whole ─────────────────────────────────────────────────────────────────────────────

    def _ask_recovery(self) -> None:
        if self._state is not None:
            sheet = renewing_recovery(self.window(), exists=self._state.has_recovery)
            self._confirm(sheet, make_recovery_key, self._show_recovery)

    def _show_recovery(self, phrase: str) -> None:
        if self._info is not None:
            self.refresh()
            self.slip.show_secret(recovery_slip(self._info.name, phrase))
            self.setCurrentWidget(self.slip)

    def _ask_separation(self) -> None:
        if self._state is not None:
            self.decision.show_separation(self._state)
            self._put(separate_duties, tr("三员分立已启用，请重新登录"))

    def _ask_adoption(self) -> None:
        if self._state is not None:
            self.decision.show_adoption(self._state.roles, roles(), self._state.opened)
            self._put(adopt_own, tr("角色定义已采用，请重新登录"))

    def _put(self, work: "Callable[[Session], object]", sentence: str) -> None:
        """Let the decision page decide on `work`, after which everybody's rights are read anew."""
        self._decide = lambda: self._write(
            work, lambda _done: self.relogin.emit(sentence), self.decision.refuse
        )
        self.setCurrentWidget(self.decision)

    def _decided(self) -> None:
        self._decide()

    def _ask_rekey(self) -> None:
        sheet = rekeying(self.window())

        def submitted() -> None:
            sheet.accept()
            self.rekeying.emit()

        sheet.submitted.connect(submitted)
        ask(sheet)
