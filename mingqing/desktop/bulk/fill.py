"""One field of many rows: set, emptied, copied from another field, reckoned with."""

from collections.abc import Sequence
from enum import Enum

from PySide6.QtWidgets import QLineEdit, QStackedWidget, QWidget

from mingqing.catalog.model import Field, FieldType, Table
from mingqing.catalog.values import ValueRefusedError, parse
from mingqing.core.text import tr
from mingqing.desktop.bulk.sheet import BulkSheet, Desk
from mingqing.desktop.table.editors import Editing, editor_of, put_text, text_of
from mingqing.desktop.widgets import S, choice_box, empty, label, restyle, row
from mingqing.store.bulk import Calculate, Change, Copy, Put, changeable

_NUMBERS = {FieldType.INTEGER, FieldType.NUMBER}


class _How(Enum):
    PUT = "改成"
    EMPTY = "清空"
    COPY = "照抄另一个字段"
    RECKON = "乘、加"


class FillSheet(BulkSheet):
    """Asks for the field, what is to be done, and with which value."""

    def __init__(self, desk: Desk, field: str = "", parent: QWidget | None = None) -> None:
        super().__init__(tr("批量修改"), desk, parent=parent)
        self._fields: Sequence[Field] = ()
        self._first = field
        self.field, self.how, self.source = (
            choice_box(tr(n)) for n in ("哪个字段", "怎样改", "照抄哪个字段")
        )
        self.factor, self.addend = _number(tr("乘以")), _number(tr("再加上"))
        self.value: Editing = QLineEdit()
        self._values, self._own = QStackedWidget(), row(gap=0)
        self._pages = {how: self._page(how) for how in _How}
        line = row(gap=S)
        for each, share in ((self.field, 3), (self.how, 2), (self._values, 4)):
            line.addWidget(each, share)
        self.form.addLayout(line)
        self.field.currentIndexChanged.connect(self._show_field)
        self.how.currentIndexChanged.connect(self._show_how)
        self.source.currentIndexChanged.connect(self.later)
        for box in (self.factor, self.addend):
            box.textChanged.connect(self.later)

    def _page(self, how: _How) -> QWidget:
        made = QWidget()
        line = row(made, gap=S)
        if how is _How.PUT:
            line.addLayout(self._own)
        elif how is _How.COPY:
            line.addWidget(self.source)
        elif how is _How.RECKON:
            for words, box in ((tr("乘"), self.factor), (tr("加"), self.addend)):
                line.addWidget(label(words))
                line.addWidget(box)
        self._values.addWidget(made)
        return made

    def show_table(self, table: Table) -> None:
        """Offer the fields of a table."""
        self._fields = changeable(self._desk.policy, table)
        self.field.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.field.clear()
        for each in self._fields:
            self.field.addItem(each.title, each.name)
        self.field.setCurrentIndex(max(self.field.findData(self._first), 0))
        self.field.blockSignals(False)  # noqa: FBT003
        self._show_field()

    @property
    def _now(self) -> Field:
        return self._fields[max(self.field.currentIndex(), 0)]

    @property
    def _way(self) -> _How:
        return _How(self.how.currentData() or _How.PUT)

    def _show_field(self) -> None:
        field = self._now
        ways = [_How.PUT, *([] if field.required else [_How.EMPTY]), _How.COPY]
        ways += [_How.RECKON] if field.type in _NUMBERS else []
        for box in (self.how, self.source):
            box.blockSignals(True)  # noqa: FBT003
            box.clear()
        for way in ways:
            self.how.addItem(tr(way.value), way)
        for each in self._fields:
            if each is not field:
                self.source.addItem(each.title, each.name)
        for box in (self.how, self.source):
            box.blockSignals(False)  # noqa: FBT003
        empty(self._own)
        self.value = editor_of(field)
        self.value.setAccessibleName(tr("改成什么"))
        put_text(self.value, "")
        signal = (
            self.value.textChanged if isinstance(self.value, QLineEdit) else self.value.currentTextChanged
        )
        signal.connect(self.later)
        self._own.addWidget(self.value)
        self.order()
        self._show_how()

    def _show_how(self) -> None:
        self._values.setCurrentWidget(self._pages[self._way])
        self.later()

    def change(self) -> Change | None:
        """Return what is to be done; None while that has not been said."""
        field, way = self._now.name, self._way
        if way is _How.EMPTY:
            return Put(field, None)
        if way is _How.COPY:
            return Copy(field, str(self.source.currentData()))
        if way is _How.RECKON:
            factor, addend = _read(self.factor, 1.0), _read(self.addend, 0.0)
            done = factor is None or addend is None or (factor, addend) == (1.0, 0.0)
            return None if done else Calculate(field, factor or 0.0, addend or 0.0)
        wrong = self._wrong()
        restyle(self.value, "wrong", "true" if wrong else "false")
        return Put(field, text_of(self.value)) if text_of(self.value).strip() and not wrong else None

    def _wrong(self) -> str:
        typed = text_of(self.value)
        try:
            parse(self._now, typed)
        except ValueRefusedError as error:
            return str(error)
        return ""

    @property
    def hint(self) -> str:
        """What there is to fill in, or what is wrong with what was."""
        if self._way is _How.RECKON:
            return tr("请填要乘、要加的数")
        wrong = self._wrong()
        return f"{self._now.title}：{wrong}" if wrong else tr("请填要改成什么")

    @property
    def why(self) -> str:
        """What it is, for the history."""
        return tr("批量修改{table}的{field}").format(table=self.table.title, field=self._now.title)


def _number(name: str) -> QLineEdit:
    made = QLineEdit()
    made.setAccessibleName(name)
    made.setPlaceholderText("1" if name == tr("乘以") else "0")
    return made


def _read(box: QLineEdit, unsaid: float) -> float | None:
    """Return the number typed; None where it is none."""
    field = Field("number", "", FieldType.NUMBER)
    try:
        value = parse(field, box.text())
    except ValueRefusedError:
        return None
    return unsaid if value is None else float(value)
