"""The small questions of the accounts page: a reset, and what cannot be taken back."""

from PySide6.QtWidgets import QWidget

from mingqing.core.text import tr
from mingqing.desktop.accounts.initial import InitialPassword
from mingqing.desktop.pages.dialogs import Sheet
from mingqing.desktop.widgets import label


class ResetSheet(Sheet):
    """Asks for a new first password for an account."""

    def __init__(self, account: str, *, disabled: bool, parent: QWidget | None = None) -> None:
        title = tr("重新启用“{name}”") if disabled else tr("重设“{name}”的密码")
        about = tr("他现在的密码随即作废；用新密码登录后，要改成只有自己知道的")
        if disabled:
            about = tr("角色和管辖的村还是停用前的；用新密码登录后，要改成只有自己知道的")
        super().__init__(
            title.format(name=account), about, tr("重新启用") if disabled else tr("重设"), parent
        )
        self.password = InitialPassword(lambda: account)
        self.body.addWidget(label(tr("新密码"), "strong"))
        self.body.addWidget(self.password)
        self.finish()
        self.password.suggest()
        self.primary.setFocus()


class ConfirmSheet(Sheet):
    """Says in sentences what will happen, and does it at a click."""

    def __init__(
        self, title: str, sentences: tuple[str, ...], action: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, sentences[0], action, parent)
        for sentence in sentences[1:]:
            self.body.addWidget(label(sentence, "muted", wrap=True))
        self.finish()


def disabling(account: str, parent: QWidget) -> ConfirmSheet:
    """Return the question before an account is closed."""
    sentences = (
        tr("停用后，他不能再打开这个项目；他以前做过的都留在日志里。以后可以重新启用。"),
        tr("他要是拷走过项目文件夹，拷走的那份用他的密码仍能打开；担心的话，停用后再更换数据密钥。"),
    )
    return ConfirmSheet(tr("停用“{name}”").format(name=account), sentences, tr("停用"), parent)


def rekeying(parent: QWidget) -> ConfirmSheet:
    """Return the question before the project is encrypted anew."""
    sentences = (
        tr(
            "用一把新的钥匙把整个项目重新加密，各账号的密码不变。以前拷走的密钥文件、已停用账号的密码，"
            "从此打不开现在的项目。"
        ),
        tr("以前的备份和被拷走的整个项目文件夹不受影响：它们仍能用那时的密码打开，请收好或销毁。"),
        tr("项目大的话要几十秒，期间不要关机或拔 U 盘；完成后要重新登录。"),
    )
    return ConfirmSheet(tr("更换数据密钥"), sentences, tr("更换"), parent)


def renewing_recovery(parent: QWidget, *, exists: bool) -> ConfirmSheet:
    """Return the question before a recovery key is made."""
    sentences = [
        tr("安全管理员忘了密码时，恢复密钥可以重设；没有它，也没有别的安全管理员，账号就再也管不了。"),
        tr("它只显示一次，请先准备好打印机，或纸和笔。"),
    ]
    if exists:
        sentences.append(tr("项目已经有一份恢复密钥，生成新的以后，旧的作废。"))
    return ConfirmSheet(tr("生成恢复密钥"), tuple(sentences), tr("生成"), parent)
