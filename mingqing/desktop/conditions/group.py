"""Several lines of a question, of which all, any or none is to be met; among them groups of the same kind."""

from collections.abc import Callable, Iterator
from enum import IntEnum

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QFrame, QMenu, QPushButton

from mingqing.access.policy import Policy
from mingqing.catalog.model import Catalog, Table
from mingqing.core.text import tr
from mingqing.desktop.conditions.lines import AreaLine, FieldLine, FixedLine, Line, NearLine, remover
from mingqing.desktop.conditions.subjects import Route, along, followed
from mingqing.desktop.widgets import M, S, button, choice_box, column, empty, label, rounded, row
from mingqing.store.conditions import All, Any, Condition, Inside, Not

_MOST = 12  # lines of a group: what needs more is asked in steps


class Mode(IntEnum):
    """Which of the lines are to be met."""

    ALL = 0
    ANY = 1
    NONE = 2


class Group(QFrame):
    """Lines and how they belong together.

    Signals
    -------
    changed() : it asks something else. removing() : it is to go.
    drawing(take), borrowing(take) : an area is to be given to `take`, as `Inside`: drawn on the map, or that of what
        is selected.
    """

    changed = Signal()
    removing = Signal()
    drawing = Signal(object)
    borrowing = Signal(object)

    def __init__(self, policy: Policy, table: Table, *, nested: bool = False) -> None:
        super().__init__()
        self._policy, self._table, self._nested = policy, table, nested
        self.setObjectName("group" if nested else "")
        self.mode = choice_box(tr("这些条件怎么算"))
        self.mode.addItems([tr("全部满足（并且）"), tr("满足任一条（或者）"), tr("一条也不满足")])
        self.mode.setMinimumContentsLength(13)
        self._lines = column(gap=S)
        self._same = label("", "caption", wrap=True)
        self.adders = self._make_adders()
        self._lay_out()
        self.mode.currentIndexChanged.connect(self._settle)
        self._settle()

    def _make_adders(self) -> dict[str, QPushButton]:
        made = {
            "field": button(tr("条件"), lambda: self.add(self._field_line()), "chip", glyph="fa6s.plus"),
            "near": button(tr("距…以内"), lambda: self.add(self._near_line()), "chip", glyph="fa6s.plus"),
            "area": button(tr("在范围内"), self._drop_areas, "chip", glyph="fa6s.plus"),
        }
        if not self._nested:
            made["group"] = button(tr("一组条件"), self._add_group, "chip", glyph="fa6s.plus")
        return made

    def _lay_out(self) -> None:
        edge = M if self._nested else 0
        body, head, foot = column(self, margins=(edge, edge, edge, edge), gap=S), row(gap=S), row(gap=S)
        head.addWidget(self.mode)
        head.addStretch(1)
        if self._nested:
            head.addWidget(remover(tr("去掉这一组"), self.removing.emit))
        for each in self.adders.values():
            foot.addWidget(each)
        foot.addStretch(1)
        body.addLayout(head)
        body.addLayout(self._lines)
        body.addWidget(self._same)
        body.addLayout(foot)

    @property
    def parts(self) -> "list[Line | Group]":
        """The lines and groups, in order."""
        every = (self._lines.itemAt(n).widget() for n in range(self._lines.count()))
        return [each for each in every if isinstance(each, Line | Group)]

    # ── What it asks ───────────────────────────────────────────────────────────────────────────────────────

    @property
    def condition(self) -> Condition | None:
        """What it asks; None while a line is not filled in."""
        asked = list(self._asked())
        found = tuple(part for part in asked if part is not None)
        if len(found) < len(asked) or (self._nested and not asked):
            return None
        mode = Mode(self.mode.currentIndex())
        if mode is Mode.NONE:
            return Not(Any(found))
        if len(found) == 1:
            return found[0]
        return Any(found) if mode is Mode.ANY and found else All(found)

    def _asked(self) -> Iterator[Condition | None]:
        """The conditions of the lines; those on one row that belongs to another stand together."""
        together = self._together()
        for part in self.parts:
            lines = together.get(part.subject.route, []) if isinstance(part, FieldLine) else []
            if part not in lines:
                yield part.condition
            elif part is lines[0]:
                inner = [line.inner for line in lines]
                asked = tuple(each for each in inner if each is not None)
                yield along(part.subject.route, All(asked)) if len(asked) == len(inner) else None

    def _together(self) -> dict[Route, list[FieldLine]]:
        """The lines that the same row is to meet, by the way to it, where there are several."""
        found: dict[Route, list[FieldLine]] = {}
        for part in self.parts if self.mode.currentIndex() == Mode.ALL else ():
            if isinstance(part, FieldLine) and part.subject.several and not part.denies:
                found.setdefault(part.subject.route, []).append(part)
        return {route: lines for route, lines in found.items() if len(lines) > 1}

    # ── What it is made of ─────────────────────────────────────────────────────────────────────────────────

    def _field_line(self) -> FieldLine:
        return FieldLine(self._policy, self._table)

    def _near_line(self) -> NearLine:
        return NearLine(self._policy, self._table)

    def add(self, part: "Line | Group") -> None:
        """Ask one thing more."""
        part.changed.connect(self._settle)
        part.removing.connect(lambda: self._drop(part))
        if isinstance(part, Group):
            part.drawing.connect(self.drawing)
            part.borrowing.connect(self.borrowing)
        self._lines.addWidget(part)
        part.show()
        part.setFocus()
        self._settle()

    def add_area(self, area: Inside) -> None:
        """Ask for rows in an area."""
        self.add(self._area_line(area))

    def _area_line(self, area: Inside) -> AreaLine:
        line = AreaLine(self._policy, self._table, area)
        line.drawing.connect(lambda: self.drawing.emit(line.show_area))
        return line

    def _add_group(self) -> None:
        made = Group(self._policy, self._table, nested=True)
        made.mode.setCurrentIndex(Mode.ANY)
        made.add(made._field_line())
        self.add(made)

    def _drop_areas(self) -> None:
        menu = rounded(QMenu(self))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("在图上画一个范围"), lambda: self.drawing.emit(self.add_area))
        menu.addAction(tr("用已选中的村、网格或地块"), lambda: self.borrowing.emit(self.add_area))
        menu.popup(self.adders["area"].mapToGlobal(QPoint(0, self.adders["area"].height() + 2)))

    def _drop(self, gone: "Line | Group") -> None:
        self._lines.removeWidget(gone)
        gone.hide()
        gone.deleteLater()
        self.adders["field"].setFocus(Qt.FocusReason.OtherFocusReason)
        self._settle()

    def _settle(self) -> None:
        full, together = len(self.parts) >= _MOST, self._together()
        for each in self.adders.values():
            each.setEnabled(not full)
        titles = "、".join(lines[0].subject.group for lines in together.values())
        self._same.setText(tr("关于{titles}的几条，指同一条记录").format(titles=titles))
        self._same.setVisible(bool(together))
        self.mode.setVisible(len(self.parts) > 1 or self._nested or self.mode.currentIndex() > 0)
        self.changed.emit()

    # ── What was kept ──────────────────────────────────────────────────────────────────────────────────────

    def show_condition(self, condition: Condition) -> None:
        """Show a condition in place of what there is."""
        with QSignalBlocker(self):
            empty(self._lines)
            mode, parts = _opened(condition)
            self.mode.setCurrentIndex(mode)
            for part in parts:
                for one in (
                    _apart(self._policy.catalog, self._table.name, part) if mode is Mode.ALL else [part]
                ):
                    self.add(self._line_of(one))
        self._settle()

    def _line_of(self, condition: Condition) -> "Line | Group":
        inside = condition.part if isinstance(condition, Not) else condition
        if isinstance(inside, Inside):
            line = self._area_line(inside)
            line.side.setCurrentIndex(int(inside is not condition))
            return line
        if not self._nested and _opened(condition)[1] != (condition,):
            group = Group(self._policy, self._table, nested=True)
            group.show_condition(condition)
            return group
        makers: tuple[Callable[[], FieldLine | NearLine], ...] = (self._field_line, self._near_line)
        for make in makers:
            made = make()
            if made.show_condition(condition):
                return made
            made.deleteLater()
        if isinstance(condition, Not) and not self._nested:
            return self._line_of(Not(Any((condition.part,))))
        return FixedLine(self._policy, self._table, condition)


def _opened(condition: Condition) -> tuple[Mode, tuple[Condition, ...]]:
    """Return how the parts of a condition belong together, and the parts; it is its own only part where it has none."""
    match condition:
        case All(parts):
            return Mode.ALL, parts
        case Any(parts):
            return Mode.ANY, parts
        case Not(Any(parts)):
            return Mode.NONE, parts
    return Mode.ALL, (condition,)


def _apart(catalog: Catalog, table: str, condition: Condition) -> list[Condition]:
    """Return the conditions on one row that belongs to another each by itself."""
    route, inner = followed(catalog, table, condition)
    if any(step.back for step in route) and isinstance(inner, All) and inner.parts:
        return [along(route, part) for part in inner.parts]
    return [condition]
