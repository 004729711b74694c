"""A text that is looked for in fields of many rows, and another in its place."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from mingqing.catalog.model import FieldType, Table
from mingqing.core.text import tr
from mingqing.desktop.bulk.sheet import BulkSheet, Desk
from mingqing.desktop.table.ticks import TickMenu
from mingqing.desktop.widgets import M, S, button, label, row
from mingqing.store.bulk import Change, Replace, changeable

_SEARCHED = {FieldType.TEXT, FieldType.CODE, FieldType.PHONE}  # at first; others where they are ticked
_NAMED = 3


class ReplaceSheet(BulkSheet):
    """Asks for two texts and where to look; each row that is found may be left out."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(tr("查找替换"), desk, ticking=True, parent=parent)
        self.sought, self.by = QLineEdit(), QLineEdit()
        self.sought.setPlaceholderText(tr("查找什么"))
        self.by.setPlaceholderText(tr("换成什么，不填就是去掉"))
        self.whole, self.case = QCheckBox(tr("整格相同才换")), QCheckBox(tr("区分大小写"))
        self.fields = TickMenu(self)
        self.where = button("", self._drop, glyph="fa6s.table-columns")
        line = row(gap=S)
        for box, name in ((self.sought, tr("查找")), (self.by, tr("换成"))):
            box.setAccessibleName(name)
            box.textChanged.connect(self.later)
            line.addWidget(label(name))
            line.addWidget(box, 1)
        options = row(gap=M)
        options.addWidget(self.where)
        for tick in (self.whole, self.case):
            tick.toggled.connect(self.later)
            options.addWidget(tick)
        options.addStretch(1)
        self.form.addLayout(line)
        self.form.addLayout(options)
        self.fields.changed.connect(self._say_where)
        self.fields.changed.connect(self.later)
        self.sought.setFocus()

    def show_table(self, table: Table) -> None:
        """Offer the fields of a table."""
        own = set(table.fields)
        self.fields.offer(
            (each.name, each.title, each.type in _SEARCHED and each in own)
            for each in changeable(self._desk.policy, table)
        )
        self._say_where()

    def _say_where(self) -> None:
        titles = [self.fields.words_of(name) for name in self.fields.ticked]
        said = "、".join(titles[:_NAMED]) or tr("没有选字段")
        if len(titles) > _NAMED:
            said += tr(" 等 {n} 个字段").format(n=len(titles))
        self.where.setText(f" {said}")
        self.where.setAccessibleName(tr("在哪些字段里找：{fields}").format(fields=said))

    def _drop(self) -> None:
        self.fields.popup(self.where.mapToGlobal(QPoint(0, self.where.height() + 2)))

    def change(self) -> Change | None:
        """Return what is to be replaced; None while that has not been said."""
        names = tuple(str(name) for name in self.fields.ticked)
        if not self.sought.text() or not names:
            return None
        return Replace(
            names,
            self.sought.text(),
            self.by.text(),
            whole=self.whole.isChecked(),
            case=self.case.isChecked(),
        )

    @property
    def hint(self) -> str:
        """What there is to fill in."""
        return tr("请填要查找的文字") if self.fields.ticked else tr("请选择在哪些字段里找")

    @property
    def why(self) -> str:
        """What it is, for the history."""
        return tr("查找替换{table}").format(table=self.table.title)
