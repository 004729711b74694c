"""Logging in and making a project: two small sheets, errors said in place."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from mingqing.core.text import tr
from mingqing.desktop.widgets import XL, M, S, button, column, label, restyle, row

_WIDTH = 440


class Sheet(QDialog):
    """A titled sheet with fields, one line for what is wrong, and a primary button.

    `submitted()` when the user is done filling in; the owner answers with `accept`, or with `refuse`.
    """

    submitted = Signal()

    def __init__(self, title: str, about: str, action: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setFixedWidth(_WIDTH)
        self.body = column(self, margins=(XL, XL, XL, XL), gap=S)
        self.body.addWidget(label(title, "heading"))
        self.body.addWidget(label(about, "muted", wrap=True))
        self.body.addSpacing(S)
        self._error = label("", "danger", wrap=True)
        self._error.hide()
        self.primary = button(action, self._submit, "primary")
        self.primary.setDefault(True)
        self._action = action

    def finish(self) -> None:
        """Put the error line and the buttons below the fields."""
        self.body.addWidget(self._error)
        self.body.addSpacing(S)
        buttons = row(gap=M)
        buttons.addStretch(1)
        buttons.addWidget(button(tr("取消"), self.reject))
        buttons.addWidget(self.primary)
        self.body.addLayout(buttons)

    def field(self, title: str, field: QWidget, *, after: QPushButton | None = None) -> None:
        """Add a field below its title."""
        caption = label(title, "strong")
        caption.setBuddy(field)
        field.setAccessibleName(title)
        self.body.addWidget(caption)
        line: QHBoxLayout = row(gap=S)
        line.addWidget(field, 1)
        if after is not None:
            line.addWidget(after)
        self.body.addLayout(line)
        self.body.addSpacing(S)

    def refuse(self, sentence: str, field: QLineEdit | None = None) -> None:
        """Say what is wrong and let the user try again."""
        self._error.setText(sentence)
        self._error.show()
        self.setEnabled(True)
        self.fit()
        self.primary.setText(self._action)
        if field is not None:
            restyle(field, "wrong", "true")
            field.setFocus()
            field.selectAll()

    def fit(self) -> None:
        """Take the height that the sentences need at this width; Qt would guess it for a wider sheet."""
        self.resize(_WIDTH, self.body.totalHeightForWidth(_WIDTH))

    @property
    def error(self) -> str:
        """The sentence shown, or empty."""
        return "" if self._error.isHidden() else self._error.text()

    def _submit(self) -> None:
        self._error.hide()
        self.setEnabled(False)
        self.primary.setText(tr("请稍候…"))
        self.submitted.emit()


def password_field(placeholder: str = "") -> QLineEdit:
    """Return a field that shows dots."""
    made = QLineEdit()
    made.setEchoMode(QLineEdit.EchoMode.Password)
    made.setPlaceholderText(placeholder)
    return made


class LoginSheet(Sheet):
    """Asks for account and password of a project. `recovering()` when the password is forgotten."""

    recovering = Signal()

    def __init__(
        self,
        path: Path,
        accounts: list[str],
        user: str,
        parent: QWidget | None = None,
        *,
        recoverable: bool = False,
    ) -> None:
        super().__init__(
            tr("打开 {name}").format(name=path.stem), tr("请输入这个项目的账号和密码"), tr("打开"), parent
        )
        self.path = path
        self.user = QComboBox()
        self.user.setEditable(len(accounts) != 1)
        self.user.addItems(accounts)
        if user in accounts:
            self.user.setCurrentText(user)
        self.password = password_field()
        self.field(tr("账号"), self.user)
        self.field(tr("密码"), self.password)
        if recoverable:
            self.forgotten = button(tr("忘了密码，用恢复密钥重设…"), self.recovering.emit, "link")
            self.forgotten.setAutoDefault(False)
            self.body.addWidget(self.forgotten)
        self.finish()
        self.password.setFocus()


class PlaceSheet(Sheet):
    """Asks where a project is to be made: its name, and the folder that it goes into."""

    def __init__(
        self, title: str, about: str, action: str, place: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, about, action, parent)
        self.name = QLineEdit(place.stem)
        self.place = QLineEdit(str(place.parent))
        self.place.setReadOnly(True)
        self.field(tr("项目名称"), self.name)
        self.field(tr("存放位置"), self.place, after=button(tr("更改"), self._browse))

    @property
    def path(self) -> Path:
        """The folder to make."""
        return Path(self.place.text()) / f"{self.name.text().strip()}.mingqing"

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("项目放在哪里"), self.place.text())
        if chosen:
            self.place.setText(chosen)


class NewProjectSheet(PlaceSheet):
    """Asks for a new project's name, place, account and password."""

    def __init__(self, folder: Path, name: str = "", parent: QWidget | None = None) -> None:
        about = tr("项目是一个加密的文件夹，存放一个乡镇或一个村的全部数据")
        super().__init__(tr("新建项目"), about, tr("新建"), folder / f"{name}.mingqing", parent)
        self.name.setText(name)
        self.name.setPlaceholderText(tr("例如 松阳县大东坝镇"))
        self.user = QLineEdit()
        self.user.setPlaceholderText(tr("例如 您的姓名"))
        self.password = password_field(tr("忘了就打不开，请记牢"))
        self.again = password_field(tr("再输一遍"))
        self.field(tr("账号"), self.user)
        self.field(tr("密码"), self.password)
        self.body.addWidget(self.again)
        self.finish()
        self.name.setFocus()

    def _submit(self) -> None:
        for field, sentence in (
            (self.name, tr("请填项目名称")),
            (self.user, tr("请填账号")),
            (self.password, tr("请设一个密码，它用来加密整个项目")),
        ):
            restyle(field, "wrong", "false")
            if not field.text().strip():
                self.refuse(sentence, field)
                return
        if self.again.text() != self.password.text():
            self.refuse(tr("两次输入的密码不一样，请再输一遍"), self.again)
            return
        super()._submit()


def ask(sheet: Sheet) -> None:
    """Show a sheet without stopping the event loop; it deletes itself when it is done."""
    sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    sheet.open()
    sheet.fit()
