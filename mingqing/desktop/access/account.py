"""Who is logged in, in the top bar: name and role, what the role is for, and what one does with one's own account."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from mingqing.core.text import tr
from mingqing.desktop.look.icons import icon
from mingqing.desktop.settings import LOCK_MINUTES
from mingqing.desktop.widgets import ElidedButton, rounded

if TYPE_CHECKING:
    from collections.abc import Callable

    from mingqing.desktop.actions import Actions
    from mingqing.store.session import Session

_MOST_TITLES = 1


class AccountButton(ElidedButton):
    """Says who works here and as what; its menu holds the password, the lock and the way out."""

    def __init__(self, actions: "Actions", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("account")
        self.setIcon(icon("fa6s.circle-user"))
        self.setIconSize(QSize(18, 18))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = rounded(QMenu(self))
        self._roles: list[QAction] = []
        self._line = menu.addSeparator()
        menu.addActions([actions["password"], actions["lock"]])
        self.after = rounded(menu.addMenu(tr("多久不用就锁定")))
        menu.addSeparator()
        menu.addAction(actions["leave"])
        self.setMenu(menu)

    def offer_minutes(self, chosen: int, take: "Callable[[int], object]") -> None:
        """Offer after how long the window locks by itself; `take` is called with the choice."""
        group = QActionGroup(self)
        for minutes in LOCK_MINUTES:
            action = self.after.addAction(tr("{n} 分钟").format(n=minutes))
            action.setCheckable(True)
            action.setChecked(minutes == chosen)
            action.triggered.connect(lambda _checked=False, n=minutes: take(n))
            group.addAction(action)

    def show_account(self, session: "Session") -> None:
        """Name the account of a session, its roles and what they are for."""
        held = session.policy.roles
        said = "、".join(role.title for role in held)
        if len(held) > _MOST_TITLES:
            said = tr("{n} 个角色").format(n=len(held))
        purposes = [tr("{title}：{purpose}").format(title=r.title, purpose=r.purpose) for r in held]
        self.show_words(f" {session.user} · {said}")
        self.setToolTip("\n".join((f"{session.user} · {said}", *purposes)))
        self.setAccessibleName(tr("账号 {user}，{roles}").format(user=session.user, roles=said))
        self.setAccessibleDescription("；".join(purposes))
        for action in self._roles:
            self.menu().removeAction(action)
        self._roles = [QAction(purpose, self.menu()) for purpose in purposes]
        for action in self._roles:
            action.setEnabled(False)
            self.menu().insertAction(self._line, action)
