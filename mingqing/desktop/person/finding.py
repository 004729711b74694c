"""The first step: finding somebody by what they say of themselves."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from mingqing.core.text import tr
from mingqing.desktop.tables import TextTable, table_view
from mingqing.desktop.widgets import M, S, button, column, label, restyle, row
from mingqing.store.people import Found


class FindStep(QWidget):
    """Signals: wanted(str) to look for; opened(id) whose record is asked for."""

    wanted = Signal(str)
    opened = Signal(object)  # a row id has 63 bits

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Sequence[Found] = ()
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("姓名、身份证号或手机号，要写全"))
        self.field.setAccessibleName(tr("要找的人"))
        self.field.returnPressed.connect(self._ask)
        self._count = label("", "muted", wrap=True)
        titles = [tr("姓名"), tr("性别"), tr("出生日期"), tr("身份证号"), tr("村"), tr("户号"), tr("地址")]
        self._model = TextTable(titles)
        self.table = table_view(self._model, (64, 120, 190, 140, 120, 300), name=tr("找到的人"))
        self.table.activated.connect(lambda _index: self._open())
        self.opening = button(tr("查看全部记录"), self._open, "primary", glyph="fa6s.file-lines")
        line = row(gap=S)
        line.addWidget(self.field, 1)
        line.addWidget(button(tr("查找"), self._ask, glyph="fa6s.magnifying-glass"))
        foot = row(gap=M)
        foot.addStretch(1)
        foot.addWidget(self.opening)
        layout = column(self, gap=S)
        layout.addLayout(line)
        layout.addWidget(self._count)
        layout.addSpacing(S)
        layout.addWidget(self.table, 1)
        layout.addStretch(0)
        layout.addLayout(foot)
        self.forget()

    def show_found(self, found: Sequence[Found]) -> None:
        """Show who was found."""
        self._found = found
        self._model.show_rows([_line(one) for one in found])
        self._show_table(shown=bool(found))
        self.say(
            tr("找到 {n} 人。有同名的，请核对出生日期和住址；打开后会记入日志").format(n=len(found))
            if found
            else tr("没有找到。姓名要一字不差；不在您管辖的村里的人也找不到")
        )
        if found:
            self.table.selectRow(0)
            self.table.setFocus()

    def say(self, sentence: str, tone: str = "muted") -> None:
        """Show what came of it."""
        self._count.setText(sentence)
        restyle(self._count, "kind", tone)

    def forget(self) -> None:
        """Keep nothing of whom was looked for."""
        self.field.clear()
        self._found = ()
        self._model.show_rows([])
        self._show_table(shown=False)
        self.say(tr("个人信息的查阅、更正和删除，由本人提出，经办人在这里办理；每一步都会记入日志"))

    def _show_table(self, *, shown: bool) -> None:
        self.table.setVisible(shown)
        self.opening.setVisible(shown)

    def _ask(self) -> None:
        self.wanted.emit(self.field.text())

    def _open(self) -> None:
        at = self.table.currentIndex().row()
        if 0 <= at < len(self._found):
            self.opened.emit(self._found[at].id)


def _line(one: Found) -> list[str]:
    cells = (one.name, one.sex, one.birth_date, one.id_number, one.village, one.household, one.address)
    return [str(cell or "") for cell in cells]
