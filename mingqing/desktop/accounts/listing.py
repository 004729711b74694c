"""The first step of the accounts page: everybody who may open the project, and one of them in detail."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from mingqing.access.accounts import Account
from mingqing.core.text import tr
from mingqing.desktop.accounts.state import State, condition, password_advice, password_age, today
from mingqing.desktop.tables import TextTable, table_view
from mingqing.desktop.widgets import XL, L, M, S, button, column, empty, label, restyle, row, rule, scrolling


class AccountList(QWidget):
    """The list, and the buttons.

    Signals: add(); change(str), reset(str), disable(str) an account; separate(), recovery(), rekey(), adopt(); left().
    """

    add = Signal()
    change = Signal(str)
    reset = Signal(str)
    disable = Signal(str)
    separate = Signal()
    recovery = Signal()
    rekey = Signal()
    adopt = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: State | None = None
        self._about = label("", "muted", wrap=True)
        self.note = label("", "good", wrap=True)
        self._model = TextTable([tr("账号"), tr("角色"), tr("管辖的村"), tr("密码"), tr("状态")])
        self.table = table_view(self._model, (190, 200, 96, 92), name=tr("账号"))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, header.ResizeMode.Interactive)
        header.resizeSection(0, 150)
        header.setSectionResizeMode(2, header.ResizeMode.Stretch)
        self.table.selectionModel().currentRowChanged.connect(lambda now, _before: self._show(now.row()))
        self.detail = QFrame()
        self.detail.setObjectName("sheet")
        inside = QWidget()
        self._body = column(inside, margins=(XL, L, XL, L), gap=S)
        self._buttons = column(margins=(XL, 0, XL, L), gap=S)
        pane = column(self.detail, gap=0)
        pane.addWidget(scrolling(inside), 1)
        pane.addLayout(self._buttons)
        self.adopting = button(tr("核对角色定义…"), self.adopt.emit, glyph="fa6s.scale-balanced")
        self.separating = button(tr("三员分立…"), self.separate.emit, glyph="fa6s.people-arrows")
        self.recovering = button(tr("恢复密钥…"), self.recovery.emit, glyph="fa6s.life-ring")
        self.rekeying = button(tr("更换数据密钥…"), self.rekey.emit, glyph="fa6s.arrows-rotate")
        self.adding = button(tr("添加账号…"), self.add.emit, "primary", glyph="fa6s.user-plus")
        self._lay_out()

    def _lay_out(self) -> None:
        head = row(gap=M)
        titles = column(gap=S)
        titles.addWidget(label(tr("账号与角色"), "heading"))
        titles.addWidget(self._about)
        head.addLayout(titles, 1)
        head.addWidget(self.adding)
        panes = row(gap=L)
        panes.addWidget(self.table, 5)
        panes.addWidget(self.detail, 3)
        foot = row(gap=M)
        for each in (self.separating, self.recovering, self.rekeying, self.adopting):
            foot.addWidget(each)
        foot.addStretch(1)
        foot.addWidget(button(tr("返回"), self.left.emit))
        outer = column(self, margins=(XL, XL, XL, L), gap=S)
        outer.addLayout(head)
        outer.addWidget(self.note)
        outer.addSpacing(S)
        outer.addLayout(panes, 1)
        outer.addSpacing(S)
        outer.addLayout(foot)

    def say(self, sentence: str, tone: str = "good") -> None:
        """Show what was just done or refused, or nothing."""
        self.note.setText(sentence)
        restyle(self.note, "kind", tone)
        self.note.setVisible(bool(sentence))

    def show_state(self, state: State | None, *, writable: bool, select: str = "") -> None:
        """Show the accounts, `select` or whichever was selected in detail; None for nothing."""
        before = select or self.chosen
        self._state = state
        found = state.accounts if state is not None else ()
        day = today()
        self._model.show_rows(
            [_line(state, a) for a in found] if state is not None else [],
            [condition(a, day)[1] for a in found],
        )
        self._show_project(state, writable=writable)
        names = [a.name for a in found]
        if names:
            self.table.selectRow(names.index(before) if before in names else 0)
        self._show(self.table.currentIndex().row())

    def _show_project(self, state: State | None, *, writable: bool) -> None:
        """What concerns all accounts together."""
        for each in (self.adding, self.separating, self.recovering, self.rekeying, self.adopting):
            each.setEnabled(writable and state is not None)
        if state is None:
            self._about.clear()
            return
        self.separating.setVisible(not state.separate)
        self.adopting.setVisible(not state.own_roles)
        said = tr("{n} 个账号能打开这个项目。").format(n=sum(not a.disabled for a in state.accounts))
        if state.separate:
            said += tr("三员分立已启用：备份、账号、日志由三个人分别负责。")
        if not state.has_recovery:
            said += tr("还没有恢复密钥：安全管理员都忘了密码，项目就再也管不了，建议现在生成一份。")
        self._about.setText(said)

    @property
    def chosen(self) -> str:
        """The name of the account whose line is selected, or empty."""
        at = self.table.currentIndex().row()
        found = self._state.accounts if self._state is not None else ()
        return found[at].name if 0 <= at < len(found) else ""

    def _show(self, at: int) -> None:
        empty(self._body)
        empty(self._buttons)
        if self._state is None or not 0 <= at < len(self._state.accounts):
            return
        account = self._state.accounts[at]
        title = account.name + (tr("（您自己）") if account.name == self._state.user else "")
        self._body.addWidget(label(title, "title", wrap=True))
        for widget in _details(self._state, account):
            self._body.addWidget(widget)
        self._body.addStretch(1)
        self._offer(account)

    def _offer(self, account: Account) -> None:
        """The buttons for one account; its own password everybody changes by the menu."""
        name, writable = account.name, self.adding.isEnabled()
        own = self._state is not None and name == self._state.user
        offers = [button(tr("改角色和村…"), lambda: self.change.emit(name), glyph="fa6s.user-pen")]
        if account.disabled:
            offers = [button(tr("重新启用…"), lambda: self.reset.emit(name), glyph="fa6s.user-check")]
        elif not own:
            offers.append(button(tr("重设密码…"), lambda: self.reset.emit(name), glyph="fa6s.key"))
            offers.append(button(tr("停用…"), lambda: self.disable.emit(name), glyph="fa6s.user-slash"))
        line = row(gap=S)
        for each in offers:
            each.setEnabled(writable)
            line.addWidget(each)
        line.addStretch(1)
        self._buttons.addWidget(rule())
        self._buttons.addSpacing(S)
        self._buttons.addLayout(line)

    @property
    def offered(self) -> list[str]:
        """What the buttons for the account in detail say."""
        return [b.text().strip() for b in self.detail.findChildren(type(self.adding)) if not b.isHidden()]


def _line(state: State, account: Account) -> list[str]:
    day = today()
    age = "" if account.disabled else password_age(account, day)
    return [
        account.name,
        state.titles(account.roles),
        state.where(account),
        age,
        condition(account, day)[0],
    ]


def _details(state: State, account: Account) -> list[QWidget]:
    """Roles with their purposes, villages by township, and what there is to know of the password."""
    day = today()
    text, tone = condition(account, day)
    made: list[QWidget] = [label(text, tone)]
    made += [_section(tr("角色"))]
    for code in account.roles:
        role = state.roles.get(code)
        made.append(label(role.title if role is not None else code, "strong"))
        made.append(label(role.purpose if role is not None else tr("项目里没有这个角色"), "muted", wrap=True))
    if not account.roles:
        made.append(label(tr("没有角色，什么也看不到"), "muted"))
    if account.villages is None:
        made += [_section(tr("管辖的村")), label(tr("全部村"), "muted")]
    else:
        made.append(_section(tr("管辖的村　{n} 个").format(n=len(account.villages))))
        for township, names in state.by_township(account):
            made.append(label(f"{township}（{len(names)}）", "strong"))
            made.append(label("、".join(names), "muted", wrap=True))
    made += [_section(tr("密码")), label(password_advice(account, day), "muted", wrap=True)]
    return made


def _section(title: str) -> QWidget:
    made = label(title, "section")
    made.setContentsMargins(0, M, 0, 0)
    return made
