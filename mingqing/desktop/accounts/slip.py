"""What is shown once: a first password to hand over, a recovery key to lock away. Gone when it is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from mingqing.core.text import tr
from mingqing.desktop.pages.paper import choose_printer, print_html
from mingqing.desktop.widgets import XL, L, M, S, button, column, label, row

_WIDTH = 620


@dataclass(frozen=True)
class Secret:
    """A secret and what to do with it. `facts` : title and value, above it; `advice` : sentences, below it."""

    heading: str
    about: str
    facts: Sequence[tuple[str, str]]
    title: str
    secret: str
    advice: Sequence[str]
    done: str

    def as_html(self) -> str:
        """Return the slip of paper."""
        facts = "".join(f"<p>{escape(t)}：<b>{escape(v)}</b></p>" for t, v in self.facts)
        advice = "".join(f"<li>{escape(sentence)}</li>" for sentence in self.advice)
        code = "font-family: monospace; font-size: 20pt; border: 1px solid black"
        return (
            f"<h2>{escape(self.heading)}</h2>{facts}<p>{escape(self.title)}</p>"
            f'<p style="{code}">{escape(self.secret)}</p><ul>{advice}</ul>'
        )


class Slip(QWidget):
    """`left()` when the user has handed it over or copied it."""

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Secret | None = None
        self._heading, self._about = label("", "heading", wrap=True), label("", "muted", wrap=True)
        self._facts, self._title = label("", wrap=True), label("", "section")
        self._title.setContentsMargins(0, S, 0, 0)
        self.secret = label("", "secret")
        self._advice = label("", "muted", wrap=True)
        self.printing = button(tr("打印…"), self._print, glyph="fa6s.print")
        self.done = button("", self._leave, "primary")
        self._lay_out()

    def _lay_out(self) -> None:
        frame = QFrame()
        frame.setObjectName("sheet")
        inside = column(frame, margins=(XL, L, XL, L), gap=S)
        for each in (self._facts, self._title, self.secret):
            inside.addWidget(each)
        foot = row(gap=M)
        foot.addWidget(self.printing)
        foot.addStretch(1)
        foot.addWidget(self.done)
        middle = QWidget()
        middle.setFixedWidth(_WIDTH)
        body = column(middle, gap=M)
        body.addStretch(2)
        body.addWidget(self._heading)
        body.addWidget(self._about)
        body.addWidget(frame)
        body.addWidget(self._advice)
        body.addSpacing(S)
        body.addLayout(foot)
        body.addStretch(3)
        outer = row(self, margins=(XL, XL, XL, XL))
        outer.addStretch(1)
        outer.addWidget(middle)
        outer.addStretch(1)

    def show_secret(self, shown: Secret) -> None:
        """Show it."""
        self._shown = shown
        self._heading.setText(shown.heading)
        self._about.setText(shown.about)
        self._facts.setText("\n".join(f"{title}　{value}" for title, value in shown.facts))
        self._facts.setVisible(bool(shown.facts))
        self._title.setText(shown.title)
        self.secret.setText(shown.secret)
        self._advice.setText("\n".join(f"· {sentence}" for sentence in shown.advice))
        self.done.setText(shown.done)
        self.printing.setFocus()

    def forget(self) -> None:
        """Keep nothing of it."""
        self._shown = None
        self.secret.clear()
        self._facts.clear()

    def _leave(self) -> None:
        self.forget()
        self.left.emit()

    def _print(self) -> None:
        if self._shown is not None and (printer := choose_printer(self)) is not None:
            print_html(self._shown.as_html(), printer)


def handover(project: str, account: str, password: str, *, reset: bool) -> Secret:
    """Return the slip for a first password."""
    heading = tr("“{name}”的密码已重设") if reset else tr("账号“{name}”已建好")
    return Secret(
        heading.format(name=account),
        tr("把账号和密码当面交给本人。密码只在这里显示一次，离开后就再也看不到了。"),
        ((tr("项目"), project), (tr("账号"), account)),
        tr("初始密码"),
        password,
        (
            tr("本人第一次登录时，要改成只有自己知道的密码。"),
            tr("不要用短信、微信或邮件发送；交错了人，就再重设一次。"),
        ),
        tr("已交给本人"),
    )


def recovery_slip(project: str, phrase: str) -> Secret:
    """Return the slip for a recovery key."""
    return Secret(
        tr("恢复密钥"),
        tr("打印或抄下来，封好锁进保险柜。只在这里显示一次，离开后就再也看不到了。"),
        ((tr("项目"), project),),
        tr("恢复密钥"),
        phrase,
        (
            tr("安全管理员忘了密码时，用它重设；用过一次就作废，要再生成一份。"),
            tr("以前生成的恢复密钥，从现在起作废。"),
            tr("拿到它和项目文件夹的人能看到全部数据，请像公章一样保管。"),
        ),
        tr("已抄好，收妥了"),
    )
