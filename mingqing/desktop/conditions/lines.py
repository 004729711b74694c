"""The lines of a question: about a field, about what is near, about an area; and one that can only be read."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QLineEdit, QToolButton, QWidget

from mingqing.access.policy import Policy
from mingqing.access.roles import Action
from mingqing.catalog.model import Table
from mingqing.core.text import tr
from mingqing.desktop.conditions.relations import number_of, read, relations
from mingqing.desktop.conditions.subjects import Route, Subject, along, followed, subjects
from mingqing.desktop.conditions.values import ValueBox
from mingqing.desktop.look.icons import icon
from mingqing.desktop.table.columns import placeable
from mingqing.desktop.widgets import S, button, choice_box, column, heading_item, label, row
from mingqing.store.conditions import All, Condition, Inside, Not, Within, in_words

_FARTHEST_M = 100_000.0
_COMMONEST = "hazard"  # what distances are asked from


def remover(tip: str, clicked: Callable[[], object]) -> QToolButton:
    """Return a button that takes something out of a question."""
    made = QToolButton()
    made.setObjectName("small")
    made.setIcon(icon("fa6s.xmark", "muted"))
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.clicked.connect(lambda _checked=False: clicked())
    return made


class Line(QWidget):
    """One part of a question. `changed()` when it asks something else, `removing()` when it is to go.

    table : of whose rows it asks.
    """

    changed = Signal()
    removing = Signal()

    def __init__(self, policy: Policy, table: Table) -> None:
        super().__init__()
        self._policy, self.table = policy, table
        self.remove = remover(tr("去掉这一条"), self.removing.emit)

    @property
    def condition(self) -> Condition | None:
        """What it asks; None while it is not filled in."""
        raise NotImplementedError


class FieldLine(Line):
    """Asks about a field: of the rows themselves, or of rows that belong to them."""

    def __init__(self, policy: Policy, table: Table, *, related: bool = True) -> None:
        super().__init__(policy, table)
        self._subjects = subjects(policy, table, related=related)
        self.field, self.relation, self.value = choice_box(tr("字段")), choice_box(tr("关系")), ValueBox()
        self.relation.setMinimumContentsLength(5)
        _fill(self.field, self._subjects)
        layout = row(self, gap=S)
        layout.addWidget(self.field, 4)
        layout.addWidget(self.relation, 2)
        layout.addWidget(self.value, 5)
        layout.addWidget(self.remove)
        self.setFocusProxy(self.field)
        self._show_field()
        self.field.currentIndexChanged.connect(self._show_field)
        self.relation.currentIndexChanged.connect(self._show_relation)
        self.value.changed.connect(self.changed)

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return self._subjects[int(self.field.currentData() or 0)]

    @property
    def denies(self) -> bool:
        """Whether it asks that there be no such row."""
        return self.subject.field is None and self.relation.currentIndex() > 0

    @property
    def inner(self) -> Condition | None:
        """What it asks of the row at the end of the route; None while it is not filled in."""
        answer, field = self.value.answer, self.subject.field
        relation = relations(field)[max(self.relation.currentIndex(), 0)]
        return None if answer is None else relation.make(field.name if field is not None else "", answer)

    @property
    def condition(self) -> Condition | None:
        """What it asks; None while it is not filled in."""
        inner = self.inner
        if self.subject.field is None and isinstance(inner, Not):
            return Not(along(self.subject.route, inner.part))
        return along(self.subject.route, inner) if inner is not None else None

    def show_condition(self, condition: Condition) -> bool:
        """Show a condition; return False where it is none of this kind."""
        route, inner = self._followed(condition)
        for number, subject in enumerate(self._subjects):
            found = read(subject.field, inner) if subject.route == route else None
            if found is not None:
                with QSignalBlocker(self):
                    self.field.setCurrentIndex(self.field.findData(number))
                    self.relation.setCurrentIndex(relations(subject.field).index(found[0]))
                    self.value.show_answer(found[1])
                return True
        return False

    def _followed(self, condition: Condition) -> tuple[Route, Condition]:
        """Where a condition leads and what it asks there; that there is no row, as the opposite of its being there."""
        catalog, own = self._policy.catalog, self.table.name
        if isinstance(condition, Not):
            route, inner = followed(catalog, own, condition.part)
            if route and inner == All():
                return route, Not(inner)
        return followed(catalog, own, condition)

    def _show_field(self) -> None:
        with QSignalBlocker(self.relation):
            self.relation.clear()
            for each in relations(self.subject.field):
                self.relation.addItem(each.text)
        self._show_relation()

    def _show_relation(self) -> None:
        of = self.subject.field
        self.value.ask(of, relations(of)[max(self.relation.currentIndex(), 0)].takes)
        self.changed.emit()


def _fill(box: QComboBox, offered: Sequence[Subject]) -> None:
    """Fill a box with subjects, below the titles of the tables they belong to."""
    box.setObjectName("long")
    model = box.model()
    group = ""
    for number, subject in enumerate(offered):
        if subject.group != group and isinstance(model, QStandardItemModel):
            group = subject.group
            model.appendRow(heading_item(group))
        box.addItem(subject.title, number)
    box.setCurrentIndex(0)
    box.setMaxVisibleItems(12)


class NearLine(Line):
    """Asks for rows at most, or more than, so far from rows of a table, or from some of these."""

    def __init__(self, policy: Policy, table: Table) -> None:
        super().__init__(policy, table)
        self.to, self.side = choice_box(tr("距什么")), choice_box(tr("以内还是以外"))
        self.distance = QLineEdit("200")
        self.distance.setAccessibleName(tr("距离，米"))
        self.distance.setFixedWidth(84)
        for each in _places(policy):
            self.to.addItem(each.title, each.name)
        self.to.setCurrentIndex(max(self.to.findData(_COMMONEST), 0))
        self.side.addItems([tr("米以内"), tr("米以外")])
        self.side.setMinimumContentsLength(4)
        self.more = button(tr("只算其中一部分"), self.add_line, "link", glyph="fa6s.plus")
        self._lines = column(margins=(26, 0, 0, 0), gap=S)
        self._lay_out()
        self.to.currentIndexChanged.connect(self._begin)
        self.distance.textChanged.connect(self.changed)
        self.side.currentIndexChanged.connect(self.changed)

    def _lay_out(self) -> None:
        layout, head = column(self, gap=4), row(gap=S)
        head.addWidget(label(tr("距")))
        head.addWidget(self.to, 3)
        head.addWidget(self.distance)
        head.addWidget(self.side)
        head.addWidget(self.more, 3)
        head.addWidget(self.remove)
        layout.addLayout(head)
        layout.addLayout(self._lines)
        self.setFocusProxy(self.to)

    @property
    def lines(self) -> list[FieldLine]:
        """What is asked of those the distance is from, all to be met."""
        every = (self._lines.itemAt(n).widget() for n in range(self._lines.count()))
        return [each for each in every if isinstance(each, FieldLine)]

    @property
    def _target(self) -> Table:
        return self._policy.catalog.tables[str(self.to.currentData())]

    @property
    def condition(self) -> Condition | None:
        """What it asks; None while it is not filled in."""
        metres, parts = number_of(self.distance.text()), [line.condition for line in self.lines]
        asked = [part for part in parts if part is not None]
        if metres is None or not 0 <= metres <= _FARTHEST_M or len(asked) < len(parts):
            return None
        within = Within(metres, self._target.name, asked[0] if len(asked) == 1 else All(tuple(asked)))
        return Not(within) if self.side.currentIndex() else within

    def show_condition(self, condition: Condition) -> bool:
        """Show a condition; return False where it is none of this kind."""
        within = condition.part if isinstance(condition, Not) else condition
        if not isinstance(within, Within) or self.to.findData(within.table) < 0:
            return False
        with QSignalBlocker(self):
            self.to.setCurrentIndex(self.to.findData(within.table))
            self.distance.setText(f"{within.distance_m:.10g}")
            self.side.setCurrentIndex(int(within is not condition))
            parts = within.part.parts if isinstance(within.part, All) else (within.part,)
            shown = [self.add_line().show_condition(part) for part in parts]
        return all(shown)

    def add_line(self) -> FieldLine:
        """Ask something of those the distance is from."""
        made = FieldLine(self._policy, self._target, related=False)
        made.changed.connect(self.changed)
        made.removing.connect(lambda: self._drop(made))
        self._lines.addWidget(made)
        made.field.setFocus()
        self.changed.emit()
        return made

    def _drop(self, gone: FieldLine) -> None:
        self._lines.removeWidget(gone)
        gone.hide()
        gone.deleteLater()
        self.more.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _begin(self) -> None:
        for line in self.lines:
            self._drop(line)
        self.changed.emit()


def _places(policy: Policy) -> list[Table]:
    """The tables of whose rows an account sees where they are, those with shapes of their own first."""
    tables = policy.catalog.tables.values()
    seen = [t for t in tables if policy.allowed(t.name, Action.SEE) and placeable(policy, t)]
    return sorted(seen, key=lambda t: not t.has_geometry)


class AreaLine(Line):
    """Asks for rows in an area, or outside. `drawing()` when another is to be drawn."""

    drawing = Signal()

    def __init__(self, policy: Policy, table: Table, area: Inside) -> None:
        super().__init__(policy, table)
        self._said = label("", "muted")
        self.side = choice_box(tr("里面还是外面"))
        self.side.addItems([tr("在范围内"), tr("在范围外")])
        self.side.currentIndexChanged.connect(self.changed)
        layout = row(self, gap=S)
        layout.addWidget(self.side)
        layout.addWidget(self._said, 1)
        layout.addWidget(button(tr("重画"), self.drawing.emit, "chip"))
        layout.addWidget(self.remove)
        self.show_area(area)

    def show_area(self, area: Inside) -> None:
        """Ask about another area."""
        self._area = area
        of = self._policy.catalog.tables[area.table].title if area.table else ""
        self._said.setText(tr("选中的{table}的范围").format(table=of) if of else tr("在图上画出的范围"))
        self.changed.emit()

    @property
    def condition(self) -> Condition:
        """What it asks."""
        return Not(self._area) if self.side.currentIndex() else self._area


class FixedLine(Line):
    """Says a condition that these lines cannot ask, as it was kept; it can only be left out."""

    def __init__(self, policy: Policy, table: Table, condition: Condition) -> None:
        super().__init__(policy, table)
        self._condition = condition
        layout = row(self, gap=S)
        layout.addWidget(label(in_words(policy.catalog, table.name, condition), wrap=True), 1)
        layout.addWidget(self.remove)

    @property
    def condition(self) -> Condition:
        """What it asks."""
        return self._condition
