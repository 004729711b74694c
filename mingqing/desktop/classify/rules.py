"""Rules in words: each a title, a colour and conditions that must all hold; the first that fits a row wins."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QLineEdit, QToolButton, QWidget

from mingqing.catalog.color import Color
from mingqing.catalog.condition import Condition, Plain, Relation
from mingqing.catalog.model import Field, FieldType
from mingqing.classify.choice import Part
from mingqing.core.text import tr
from mingqing.desktop.classify.swatches import ColorButton
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import S, button, choice_box, column, empty, label, restyle, row

_NUMBERS = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.DATE})
_WORDS = {
    Relation.IS: tr("是"),
    Relation.IS_NOT: tr("不是"),
    Relation.CONTAINS: tr("含有"),
    Relation.LESS: tr("小于"),
    Relation.AT_MOST: tr("不超过"),
    Relation.AT_LEAST: tr("不小于"),
    Relation.MORE: tr("大于"),
    Relation.MISSING: tr("没填"),
    Relation.PRESENT: tr("填了"),
}
_ORDER = (Relation.IS, Relation.LESS, Relation.AT_MOST, Relation.AT_LEAST, Relation.MORE)
_TEXT = (Relation.IS, Relation.IS_NOT, Relation.CONTAINS)
_CODE = (Relation.IS, Relation.IS_NOT)
_FILLED = (Relation.MISSING, Relation.PRESENT)


def relations_for(field: Field) -> tuple[Relation, ...]:
    """Return the relations that make sense for a field."""
    if field.type in _NUMBERS:
        return (*_ORDER, *_FILLED)
    return (*(_CODE if field.type in {FieldType.CODE, FieldType.BOOLEAN} else _TEXT), *_FILLED)


def read_value(field: Field, text: str) -> Plain | None:
    """Return what was typed as the field holds it; None where it is no such value.

    A year is taken for its first day.
    """
    text = text.strip()
    if field.type is FieldType.DATE:
        try:
            return date.fromisoformat(f"{text}-01-01" if len(text) == 4 else text).isoformat()
        except ValueError:
            return None
    if field.type in _NUMBERS:
        try:
            number = float(text)
        except ValueError:
            return None
        return int(number) if number.is_integer() else number if abs(number) < 1e15 else None
    return text or None


def title_of(conditions: Sequence[Condition], fields: Iterable[Field]) -> str:
    """Return what a rule is called until somebody names it."""
    named = {field.name: field for field in fields}
    return tr("，").join(_phrase(named[c.field], c) for c in conditions if c.field in named)


def _phrase(field: Field, condition: Condition) -> str:
    if condition.relation in _FILLED:
        return f"{field.title}{_WORDS[condition.relation]}"
    if field.type is FieldType.BOOLEAN:
        return (
            field.title if condition.value == (condition.relation is Relation.IS) else tr("非") + field.title
        )
    unit = field.unit or ""
    if condition.relation is Relation.IS and field.type is FieldType.CODE:
        return str(condition.value)
    return f"{field.title}{_WORDS[condition.relation]} {condition.value}{' ' if unit else ''}{unit}"


class _ConditionRow(QWidget):
    """One condition. `edited()` after every change; `condition` is None while its value cannot be read."""

    edited = Signal()
    removed = Signal()

    def __init__(self, fields: Sequence[Field], condition: Condition) -> None:
        super().__init__()
        self._fields = {f.name: f for f in fields}
        self._line = column(self, gap=S // 2)
        self.field, self.relation = choice_box(tr("字段")), choice_box(tr("关系"))
        self.field.setMinimumContentsLength(5)
        self.relation.setMinimumContentsLength(3)
        for each in fields:
            self.field.addItem(each.title, each.name)
        self.value: QComboBox | QLineEdit = QLineEdit()
        head, self._foot = row(gap=S // 2), row(gap=S // 2)
        head.addWidget(self.field, 1)
        head.addWidget(_small("fa6s.minus", tr("去掉这个条件"), self.removed.emit))
        self._line.addLayout(head)
        self._foot.addWidget(self.relation)
        self._foot.addWidget(self.value, 1)
        self._line.addLayout(self._foot)
        self.field.setCurrentIndex(self.field.findData(condition.field))
        self._fill(condition)
        self.field.currentIndexChanged.connect(self._change_field)
        self.relation.currentIndexChanged.connect(self._change_relation)

    @property
    def condition(self) -> Condition | None:
        """What is asked, or None while it cannot be read."""
        field, relation = self._described, Relation(self.relation.currentData())
        if relation in _FILLED:
            return Condition(field.name, relation)
        if isinstance(self.value, QComboBox):
            return Condition(field.name, relation, self.value.currentData())
        value = read_value(field, self.value.text())
        return None if value is None else Condition(field.name, relation, value)

    @property
    def _described(self) -> Field:
        return self._fields[self.field.currentData()]

    def _fill(self, condition: Condition) -> None:
        field = self._described
        self.relation.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.relation.clear()
        for relation in relations_for(field):
            self.relation.addItem(_WORDS[relation], relation.value)
        self.relation.setCurrentIndex(max(self.relation.findData(condition.relation.value), 0))
        self.relation.blockSignals(False)  # noqa: FBT003
        self._foot.removeWidget(self.value)
        self.value.hide()
        self.value.deleteLater()
        self.value = self._editor(field, condition)
        self._foot.addWidget(self.value, 1)
        self._show_value()

    def _editor(self, field: Field, condition: Condition) -> QComboBox | QLineEdit:
        if field.type in {FieldType.CODE, FieldType.BOOLEAN}:
            box = choice_box(tr("值"))
            box.setMinimumContentsLength(4)
            values = (
                [(c.value, c.value) for c in field.codes.codes]
                if field.codes
                else [(tr("是"), 1), (tr("否"), 0)]
            )
            for text, value in values:
                box.addItem(text, value)
            box.setCurrentIndex(max(box.findData(condition.value), 0))
            box.currentIndexChanged.connect(self.edited)
            return box
        line = QLineEdit("" if isinstance(condition.value, tuple) else str(condition.value))
        line.setAccessibleName(tr("值"))
        line.setPlaceholderText("1980-01-01" if field.type is FieldType.DATE else field.unit or "")
        line.editingFinished.connect(self._check)
        return line

    def _check(self) -> None:
        restyle(self.value, "wrong", self.condition is None)
        self.edited.emit()

    def _change_field(self) -> None:
        self._fill(Condition(self.field.currentData(), Relation.IS))
        self.edited.emit()

    def _change_relation(self) -> None:
        self._show_value()
        self.edited.emit()

    def _show_value(self) -> None:
        self.value.setVisible(Relation(self.relation.currentData()) not in _FILLED)


def _small(glyph: str, name: str, clicked: object) -> QToolButton:
    made = QToolButton()
    made.setIcon(icon(glyph))
    made.setIconSize(QSize(14, 14))
    made.setToolTip(name)
    made.setAccessibleName(name)
    made.clicked.connect(clicked)
    return made


class _RuleBox(QFrame):
    """One rule. `edited()` after every change, `moved()` up, `removed()`."""

    edited = Signal()
    moved = Signal()
    removed = Signal()

    def __init__(self, fields: Sequence[Field], part: Part) -> None:
        super().__init__()
        self.setObjectName("group")
        self._fields, self._color, self._own = tuple(fields), part.color, part.title
        inside = column(self, margins=(S, S, S, S), gap=S // 2)
        head = row(gap=S // 2)
        self.color = ColorButton(part.color, tr("规则的颜色"))
        self.color.picked.connect(self._recolour)
        self.title = QLineEdit(part.title)
        self.title.setAccessibleName(tr("规则的名称"))
        self.title.setMaxLength(40)
        self.title.editingFinished.connect(self.edited)
        self.count = QLabel()
        self.count.setProperty("kind", "caption")
        head.addWidget(self.color)
        head.addWidget(self.title, 1)
        head.addWidget(self.count)
        head.addWidget(_small("fa6s.arrow-up", tr("往前放：前面的规则先算"), self.moved.emit))
        head.addWidget(_small("fa6s.trash", tr("删除这条规则"), self.removed.emit))
        inside.addLayout(head)
        self._list = column(gap=S)
        inside.addLayout(self._list)
        inside.addWidget(button(tr("再加一个条件"), self.add, "inline"))
        self.rows: list[_ConditionRow] = []
        for condition in part.where:
            self._add(condition)

    def add(self) -> None:
        """Ask for one thing more."""
        self._add(Condition(self._fields[0].name, relations_for(self._fields[0])[0]))
        self.edited.emit()

    def _add(self, condition: Condition) -> None:
        made = _ConditionRow(self._fields, condition)
        made.edited.connect(self.edited)
        made.removed.connect(partial(self._remove, made))
        self.rows.append(made)
        self._list.addWidget(made)

    def _remove(self, condition: _ConditionRow) -> None:
        if len(self.rows) > 1:
            self.rows.remove(condition)
            condition.hide()
            condition.deleteLater()
            self.edited.emit()

    def _recolour(self, color: Color) -> None:
        self._color = color
        self.edited.emit()

    def part(self) -> Part | None:
        """Return the rule, or None while a condition cannot be read."""
        conditions = [r.condition for r in self.rows]
        where = tuple(c for c in conditions if c is not None)
        if len(where) < len(conditions):
            return None
        automatic = title_of(where, self._fields)
        typed = self.title.text().strip()
        if not typed or typed == self._own:
            self._own = automatic if not typed or self._named_itself else typed
            self.title.setText(self._own)
            self.title.setCursorPosition(0)
        else:
            self._named_itself = False
        return Part(self.title.text().strip() or automatic, self._color, where)

    _named_itself = True


class RuleList(QWidget):
    """Rules in the order they are asked. `edited(parts)` gives those that can be read."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = column(self, gap=S)
        self._list = column(gap=S)
        outer.addWidget(label(tr("从上往下，先符合哪条就算哪类"), "caption", wrap=True))
        outer.addLayout(self._list)
        self._more = button(tr("加一条规则"), self.add, "chip", glyph="fa6s.plus")
        outer.addWidget(self._more)
        self._fields: tuple[Field, ...] = ()
        self.boxes: list[_RuleBox] = []
        self._colors: tuple[Color, ...] = ()

    def show_rules(self, fields: Sequence[Field], parts: Sequence[Part], colors: Sequence[Color]) -> None:
        """Show the rules of a choice; new ones take the next of `colors`."""
        self._fields, self._colors = tuple(fields), tuple(colors)
        empty(self._list)
        self.boxes = []
        for part in parts:
            self._put(part)

    def show_counts(self, counts: Sequence[int]) -> None:
        """Show how many rows each rule has."""
        for box, count in zip(self.boxes, counts, strict=False):
            box.count.setText(f"{count:,}")

    def add(self) -> None:
        """Ask for one rule more."""
        field = self._fields[0]
        color = self._colors[len(self.boxes) % len(self._colors)]
        first = field.codes.codes[0].value if field.codes else 1 if field.type is not FieldType.TEXT else ""
        where = (Condition(field.name, relations_for(field)[0], first),)
        self._put(replace(Part("", color, where), title=title_of(where, self._fields)))
        self._edit()

    def _put(self, part: Part) -> None:
        box = _RuleBox(self._fields, part)
        box.edited.connect(self._edit)
        box.moved.connect(partial(self._raise, box))
        box.removed.connect(partial(self._remove, box))
        self.boxes.append(box)
        self._list.addWidget(box)

    def _raise(self, box: _RuleBox) -> None:
        at = self.boxes.index(box)
        if at:
            self.boxes[at - 1], self.boxes[at] = box, self.boxes[at - 1]
            self._list.removeWidget(box)
            self._list.insertWidget(at - 1, box)
            self._edit()

    def _remove(self, box: _RuleBox) -> None:
        self.boxes.remove(box)
        box.hide()
        box.deleteLater()
        self._edit()

    def _edit(self) -> None:
        parts = [box.part() for box in self.boxes]
        if all(parts):
            self.edited.emit(tuple(part for part in parts if part is not None))
