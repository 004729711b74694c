"""The pages beside the map: who is offered which, and what they ask of the window."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget

from mingqing.core.text import tr
from mingqing.desktop.accounts.page import AccountsPage
from mingqing.desktop.jobs import Job, Jobs, WriteJob
from mingqing.desktop.log.page import LogPage
from mingqing.desktop.pages.duty import DutyPage
from mingqing.desktop.person.page import PersonPage
from mingqing.store.accounts import rekey

if TYPE_CHECKING:
    from mingqing.catalog.model import Catalog
    from mingqing.desktop.actions import Actions
    from mingqing.store.session import Session


class Duties(QObject):
    """The pages by the name of the action that opens each.

    Signals
    -------
    shown() : a page takes the place of the map. left() : back to the map. changed() : rows were corrected or deleted.
    closing() : the project is to be closed.
    relogin(Path, str, str) : it is to be closed, and opened again by this account; the sentence says why.
    """

    shown = Signal()
    left = Signal()
    changed = Signal()
    closing = Signal()
    relogin = Signal(object, str, str)

    def __init__(
        self, catalog: "Catalog", jobs: Jobs, actions: "Actions", stack: QStackedWidget, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._jobs, self._actions, self._stack = jobs, actions, stack
        self._session: Session | None = None
        self.persons, self.accounts, self.log = PersonPage(catalog, jobs), AccountsPage(jobs), LogPage(jobs)
        self.pages: dict[str, DutyPage] = {
            "persons": self.persons,
            "accounts": self.accounts,
            "log": self.log,
        }
        for name, page in self.pages.items():
            stack.addWidget(page)
            page.left.connect(self.left)
            page.relogin.connect(self._log_in_again)
            actions.connect(name, partial(self.show, name))
        self.persons.changed.connect(self.changed)
        self.accounts.rekeying.connect(self._rekey)

    def offer(self, session: "Session | None") -> None:
        """Offer who has opened a project the pages that are for him, and keep nothing of the one open before."""
        self._session = session
        for name, page in self.pages.items():
            offered = session is not None and page.is_for(session)
            self._actions[name].setVisible(offered)
            self._actions[name].setEnabled(offered)
            page.forget()

    def show(self, name: str) -> None:
        """Show a page: "accounts", "log", "persons"; nothing to who is not offered it."""
        page = self.pages[name]
        if self._session is not None and page.is_for(self._session):
            self.shown.emit()
            page.begin(self._session)
            self._stack.setCurrentWidget(page)

    def _log_in_again(self, sentence: str) -> None:
        if self._session is not None:
            self.relogin.emit(self._session.info.path, self._session.user, sentence)

    def _rekey(self) -> None:
        """Encrypt the project with another key, no other connection being open, and ask to log in again."""
        session = self._session
        if session is None:
            return

        def work(_none: "Session", _job: Job[str]) -> str:
            with session.clone() as own:
                rekey(own)
            return tr("数据密钥已更换，请重新登录")

        def again(sentence: str) -> None:
            self._actions.enable(("new", "open"), on=True)
            self.relogin.emit(session.info.path, session.user, sentence)

        self.closing.emit()
        self._actions.enable(("new", "open"), on=False)
        self.accounts.show_rekeying()
        self._stack.setCurrentWidget(self.accounts)
        self._jobs.start(WriteJob(work, done=again, failed=lambda error: again(str(error))))
