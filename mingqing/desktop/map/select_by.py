"""Selecting by attribute: conditions on the fields of one table, all of them to be met."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QStackedWidget, QWidget

from mingqing.access.policy import Column, Policy
from mingqing.catalog.model import Field, FieldType, Table
from mingqing.core.text import tr
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.desktop.map.tools.select import How
from mingqing.desktop.widgets import XL, M, S, button, choice_box, column, empty, label, row
from mingqing.store.conditions import Between, Filled, Filter, Holds, OneOf
from mingqing.store.paging import Wanted, ids

if TYPE_CHECKING:
    from mingqing.store.session import Session

_WIDTH, _COUNT_AFTER_MS, _MOST = 640, 250, 6
_NUMBERS = {FieldType.INTEGER, FieldType.NUMBER}


@dataclass(frozen=True, slots=True)
class _Relation:
    """One way to ask about a field: in words, and the filter it makes of what was typed; None while that is nothing."""

    text: str
    make: Callable[[str, str], Filter | None]
    takes: bool = True


def _contains(column: str, typed: str) -> Filter | None:
    return Holds(column, typed) if typed else None


def _equals(column: str, typed: str) -> Filter | None:
    return OneOf(column, frozenset({typed})) if typed else None


def _limit(column: str, typed: str, *, low: bool, number: bool) -> Filter | None:
    try:
        value = float(typed) if number else typed
    except ValueError:
        return None
    if value == "":
        return None
    return Between(column, value, None) if low else Between(column, None, value)


def _flag(column: str, typed: str) -> Filter | None:
    return OneOf(column, frozenset({1}) if typed == tr("是") else frozenset({0, None}))


def relations(of: Field) -> tuple[_Relation, ...]:
    """Return the ways to ask about a field."""
    filled = (
        _Relation(tr("没有填"), lambda column, _: Filled(column, filled=False), takes=False),
        _Relation(tr("填了"), lambda column, _: Filled(column, filled=True), takes=False),
    )
    if of.type is FieldType.BOOLEAN:
        return (_Relation(tr("是"), _flag),)
    if of.type is FieldType.CODE:
        return (_Relation(tr("是"), _equals), *filled)
    if of.type in _NUMBERS or of.type is FieldType.DATE:
        number = of.type in _NUMBERS
        low, high = (tr("不小于"), tr("不大于")) if number else (tr("不早于"), tr("不晚于"))
        return (
            _Relation(low, lambda column, typed: _limit(column, typed, low=True, number=number)),
            _Relation(high, lambda column, typed: _limit(column, typed, low=False, number=number)),
            *filled,
        )
    return (_Relation(tr("包含"), _contains), _Relation(tr("等于"), _equals), *filled)


def _choices(of: Field) -> tuple[str, ...]:
    """Return the values to choose among; none where one types."""
    if of.type is FieldType.BOOLEAN:
        return tr("是"), tr("否")
    return tuple(code.value for code in of.codes.codes) if of.codes is not None else ()


class ConditionRow(QWidget):
    """One condition: a field, how it is asked about, and the value. `changed()`, `removing()`."""

    changed = Signal()
    removing = Signal()

    def __init__(self, fields: Sequence[Field], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields = fields
        self.field, self.relation = choice_box(tr("字段")), choice_box(tr("关系"))
        self.typed, self.chosen = QLineEdit(), choice_box(tr("值"))
        self.typed.setAccessibleName(tr("值"))
        self._value = QStackedWidget()
        self._value.addWidget(self.typed)
        self._value.addWidget(self.chosen)
        self._value.setFixedHeight(self.typed.sizeHint().height())
        for each in fields:
            self.field.addItem(each.title)
        layout = row(self, gap=S)
        layout.addWidget(self.field, 3)
        layout.addWidget(self.relation, 2)
        layout.addWidget(self._value, 3)
        self.remove = button(tr("去掉"), self.removing.emit, "chip")
        layout.addWidget(self.remove)
        self._show_field()
        self.field.currentIndexChanged.connect(self._show_field)
        self.relation.currentIndexChanged.connect(self._show_relation)
        self.typed.textChanged.connect(self.changed)
        self.chosen.currentIndexChanged.connect(self.changed)

    @property
    def condition(self) -> Filter | None:
        """What is asked for, None while it is not complete."""
        of, relation = self._now()
        typed = self.chosen.currentText() if self._value.currentWidget() is self.chosen else self.typed.text()
        return relation.make(of.name, typed.strip())

    def _now(self) -> tuple[Field, _Relation]:
        of = self._fields[max(self.field.currentIndex(), 0)]
        every = relations(of)
        return of, every[min(max(self.relation.currentIndex(), 0), len(every) - 1)]

    def _show_field(self) -> None:
        of = self._fields[max(self.field.currentIndex(), 0)]
        choices = _choices(of)
        for box, texts in ((self.relation, [r.text for r in relations(of)]), (self.chosen, choices)):
            box.blockSignals(True)  # noqa: FBT003 - Qt's signature
            box.clear()
            box.addItems(list(texts))
            box.blockSignals(False)  # noqa: FBT003
        self._value.setCurrentWidget(self.chosen if choices else self.typed)
        self.typed.clear()
        self.typed.setPlaceholderText(of.unit or (tr("如 2020-05-01") if of.type is FieldType.DATE else ""))
        self._show_relation()

    def _show_relation(self) -> None:
        self._value.setEnabled(self._now()[1].takes)
        self.changed.emit()


class SelectBySheet(QDialog):
    """Asks for the table and the conditions. `chosen(dict, How)` : the ids found, by table."""

    chosen = Signal(object, object)

    def __init__(
        self,
        jobs: Jobs,
        policy: Policy,
        tables: Sequence[Table],
        table: str,
        village: tuple[str, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("按条件选"))
        self.setModal(True)
        self.setFixedWidth(_WIDTH)
        self._jobs, self._policy, self._tables, self._village = jobs, policy, tables, village[0]
        self.tables = choice_box(tr("选哪一层"))
        for each in tables:
            self.tables.addItem(each.title, each.name)
        self.tables.setCurrentIndex(max(self.tables.findData(table), 0))
        self.here = QCheckBox(tr("只在{village}").format(village=village[1]))
        self.here.setVisible(bool(village[0]))
        self.here.setChecked(bool(village[0]))
        self._rows = column(gap=S)
        self.more = button(tr("加一个条件"), self.add_row, "link", glyph="fa6s.plus")
        self.count = label("", "muted")
        self._found: list[int] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_COUNT_AFTER_MS)
        self._timer.timeout.connect(self._search)
        self._lay_out()
        self.tables.currentIndexChanged.connect(self._begin)
        self.here.toggled.connect(self._later)
        self._begin()

    def _lay_out(self) -> None:
        body = column(self, margins=(XL, XL, XL, XL), gap=M)
        body.addWidget(label(tr("按条件选"), "heading"))
        line = row(gap=M)
        line.addWidget(self.tables, 1)
        line.addWidget(self.here)
        body.addLayout(line)
        body.addWidget(label(tr("同时满足以下条件"), "muted"))
        body.addLayout(self._rows)
        body.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        body.addStretch(1)
        below = row(gap=M)
        below.addWidget(self.count, 1)
        below.addWidget(button(tr("取消"), self.reject))
        self.acts = {
            How.REMOVE: button(tr("从选中里去掉"), lambda: self._choose(How.REMOVE)),
            How.ADD: button(tr("加进选中"), lambda: self._choose(How.ADD)),
            How.NEW: button(tr("选中"), lambda: self._choose(How.NEW), "primary"),
        }
        for each in self.acts.values():
            below.addWidget(each)
        self.acts[How.NEW].setDefault(True)
        body.addLayout(below)

    @property
    def rows(self) -> list[ConditionRow]:
        """The conditions."""
        every = (self._rows.itemAt(n).widget() for n in range(self._rows.count()))
        return [each for each in every if isinstance(each, ConditionRow)]

    def add_row(self) -> None:
        """Add a condition."""
        made = ConditionRow(self._fields())
        made.changed.connect(self._later)
        made.removing.connect(lambda: self._drop(made))
        self._rows.addWidget(made)
        self._settle()

    def _drop(self, gone: ConditionRow) -> None:
        self._rows.removeWidget(gone)
        gone.hide()
        gone.deleteLater()
        self._settle()

    def _begin(self) -> None:
        empty(self._rows)
        self.add_row()

    def _settle(self) -> None:
        for each in self.rows:
            each.remove.setVisible(len(self.rows) > 1)
        self.more.setVisible(len(self.rows) < _MOST)
        self.adjustSize()
        self._later()

    def _fields(self) -> list[Field]:
        """Return the fields of the table that the account sees anything of."""
        table = self._tables[max(self.tables.currentIndex(), 0)]
        seen = (f for f in table.fields if self._policy.column(table.name, f.name) is not Column.ABSENT)
        return list(seen)

    # ── Searching ──────────────────────────────────────────────────────────────────────────────────────────

    def _later(self) -> None:
        self.count.setText("")
        for each in self.acts.values():
            each.setEnabled(False)
        self._timer.start()

    def _search(self) -> None:
        conditions = [each.condition for each in self.rows]
        filters = tuple(each for each in conditions if each is not None)
        if len(filters) < len(conditions):
            self.count.setText(tr("请把条件填完整"))
            return
        table = str(self.tables.currentData())
        village = self._village if self.here.isChecked() else ""

        def work(session: "Session", job: Job[list[int]]) -> list[int]:
            wanted = Wanted(filters=filters, village=village or None)
            return [int(i) for i in ids(session, table, wanted, stop=job.cancelled)]

        self._jobs.start(ReadJob(work, done=self._take, topic="select_by"))

    def _take(self, found: list[int]) -> None:
        self._found = found
        self.count.setText(tr("符合 {n:,} 条").format(n=len(found)) if found else tr("没有符合的"))
        for each in self.acts.values():
            each.setEnabled(bool(found))

    def _choose(self, how: How) -> None:
        self.chosen.emit({str(self.tables.currentData()): self._found}, how)
        self.accept()
