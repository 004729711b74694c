"""Two steps that change what everybody may do, with their consequences: separating the duties, other roles."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from mingqing.access.roles import Duty, Role
from mingqing.core.text import tr
from mingqing.desktop.accounts.state import State
from mingqing.desktop.tables import TextTable, table_view
from mingqing.desktop.widgets import XL, L, M, S, button, column, empty, label, row

_DUTIES = {
    Duty.UPKEEP: ("系统管理员", "备份、恢复和检查"),
    Duty.ACCOUNTS: ("安全管理员", "账号、角色和管辖的村"),
    Duty.AUDIT: ("审计员", "看操作日志"),
}


class DecisionPage(QWidget):
    """What will be, a box to tick that it was read, and the button. Signals: decided(), left()."""

    decided = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading, self._about = label("", "heading"), label("", "muted", wrap=True)
        self._said = QWidget()
        self._sentences: QVBoxLayout = column(self._said, gap=4)
        self._model = TextTable([tr("账号"), tr("现在"), tr("以后")])
        self.table = table_view(self._model, (380, 380), name=tr("变化"))
        self._error = label("", "danger", wrap=True)
        self.understood = QCheckBox()
        self.primary = button("", self._decide, "primary")
        self.understood.toggled.connect(self.primary.setEnabled)
        self._lay_out()

    def _lay_out(self) -> None:
        foot = row(gap=M)
        foot.addWidget(self.understood)
        foot.addWidget(self._error, 1)
        foot.addWidget(button(tr("取消"), self.left.emit))
        foot.addWidget(self.primary)
        outer = column(self, margins=(XL, XL, XL, L), gap=S)
        outer.addWidget(self._heading)
        outer.addWidget(self._about)
        outer.addSpacing(S)
        outer.addWidget(self._said)
        outer.addSpacing(S)
        outer.addWidget(self.table, 1)
        outer.addSpacing(S)
        outer.addLayout(foot)

    def show_separation(self, state: State) -> None:
        """Show who will hold what once the duties are separate."""
        self._heading.setText(tr("三员分立"))
        self._about.setText(
            tr(
                "备份、账号、日志分别由三个人负责，互相监督，谁也不能一手遮天（等级保护的要求）。"
                "启用后，有其中一项职责的账号只留这一项，不能再查看或编辑居民数据。启用后不能关闭。"
            )
        )
        self._say([_duty_line(state, duty) for duty in _DUTIES])
        changes = [(a, state.after_separation(a)) for a in state.accounts if not a.disabled]
        self._show(
            tr("账号"),
            [[a.name, state.titles(a.roles), state.titles(kept)] for a, kept in changes],
            ["muted" if set(kept) == set(a.roles) else "warning" for a, kept in changes],
        )
        self._ask(tr("我已看过，知道启用后不能关闭"), tr("启用三员分立"))

    def show_adoption(
        self, carried: Mapping[str, Role], own: Mapping[str, Role], opened: Sequence[str]
    ) -> None:
        """Show what this program's roles change in those that the project carries, and which fields they open."""
        self._heading.setText(tr("角色和保密定义"))
        self._about.setText(
            tr(
                "每个项目带着自己的角色定义和字段保密定义，各台电脑上都一样。它和本软件自带的不同：多半是软件升级了。"
                "采用后，持有这些角色的账号能看到和能做的会跟着变。"
            )
        )
        self._say([(tr("会放宽 {what}").format(what=what), "warning") for what in opened])
        lines = differences(carried, own)
        self._show(tr("角色"), lines, ["warning" if line[2] else "muted" for line in lines])
        self._ask(tr("我已看过这些变化"), tr("采用本软件的定义"))

    def _show(self, first: str, rows: Sequence[Sequence[str]], tones: Sequence[str]) -> None:
        self._model.rename(0, first)
        self._model.show_rows(rows, tones)

    def _say(self, sentences: Sequence[tuple[str, str]]) -> None:
        empty(self._sentences)
        for text, tone in sentences:
            self._sentences.addWidget(label(text, tone, wrap=True))
        self._said.setVisible(bool(sentences))

    def _ask(self, understood: str, action: str) -> None:
        self.setEnabled(True)
        self._error.clear()
        self.understood.setChecked(False)
        self.understood.setText(understood)
        self.primary.setText(action)
        self.primary.setEnabled(False)

    def refuse(self, sentence: str) -> None:
        """Say what is wrong."""
        self.setEnabled(True)
        self._error.setText(sentence)

    def _decide(self) -> None:
        self.setEnabled(False)
        self.decided.emit()


def _duty_line(state: State, duty: Duty) -> tuple[str, str]:
    title, what = _DUTIES[duty]
    names = state.holders(duty)
    if not names:
        said = tr("{title}（{what}）：还没有人。启用后请安全管理员给它添加账号，在那之前这项工作没有人能做。")
        return said.format(title=title, what=what), "warning"
    return tr("{title}（{what}）：{names}").format(title=title, what=what, names="、".join(names)), ""


def differences(carried: Mapping[str, Role], own: Mapping[str, Role]) -> list[list[str]]:
    """Return a line for every role that is other in the program than in the project: title, now, then.

    Where no role differs, only comments do: one line says so.
    """
    lines = []
    for code in sorted({*carried, *own}):
        before, after = carried.get(code), own.get(code)
        if before is None and after is not None:
            lines.append([after.title, tr("没有"), tr("新增：{purpose}").format(purpose=after.purpose)])
        elif after is None and before is not None:
            lines.append([before.title, before.purpose, tr("取消；持有它的账号不再有这些权限")])
        elif before is not None and after is not None and (what := _what_differs(before, after)):
            lines.append([after.title, "", tr("{what}不同").format(what="、".join(what))])
    return lines or [[tr("全部角色"), "", tr("权限都一样，只是说明文字不同")]]


def _what_differs(before: Role, after: Role) -> list[str]:
    names = {
        "title": tr("名称"),
        "purpose": tr("用途"),
        "tables": tr("能看和能改的图层"),
        "fields": tr("能看到的字段"),
        "duty": tr("职责"),
        "bound_to_villages": tr("是否限定到村"),
        "footer_required": tr("打印时是否必须注明打印人"),
    }
    return [
        names[f.name]
        for f in fields(Role)
        if f.name in names and getattr(before, f.name) != getattr(after, f.name)
    ]
