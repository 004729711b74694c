"""A row with those that refer to it: each opened, corrected, added and deleted in place, as deep as one looks."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QPushButton, QScrollArea, QWidget

from mingqing.core.text import tr
from mingqing.desktop.form.content import Entry, Group, Key, Sheet, blank_form, gather_form
from mingqing.desktop.form.field import small
from mingqing.desktop.form.form import RowForm
from mingqing.desktop.form.removal import ask_removal
from mingqing.desktop.jobs import Job, ReadJob
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import HEADING, L, M, S, alive, button, column, label, row

if TYPE_CHECKING:
    from PySide6.QtWidgets import QVBoxLayout

    from mingqing.catalog.values import Value
    from mingqing.desktop.form.desk import Desk
    from mingqing.store.edit import Changed, Edit
    from mingqing.store.session import Session

ADD_KEY = "Ctrl+Return"  # finishes the row that is being added; where none is, begins one
GO_ON = tr("接着填")  # what was left of a row that was being added
_DEEPEST = 3


class RowSection(QWidget):
    """A row's form, and below it the rows that refer to it.

    Signals
    -------
    shown(Sheet) : it was read, for the first time or anew. gone() : the row is no more.
    """

    shown = Signal(object)
    gone = Signal()

    def __init__(self, key: Key, desk: "Desk", depth: int = 0) -> None:
        super().__init__()
        self.key, self._desk, self._depth = key, desk, depth
        self.form: RowForm | None = None
        self.groups: dict[tuple[str, str], RelatedGroup] = {}
        self._layout = column(self, gap=L)
        self._related = column(gap=L)
        self._layout.addLayout(self._related)
        self.load()

    def load(self) -> None:
        """Read the row, and show it when it is there."""
        key, names = self.key, self._desk.names()

        def work(session: "Session", _job: Job[Sheet | None]) -> Sheet | None:
            return gather_form(session, *key, village_names=names)

        def done(sheet: Sheet | None) -> None:
            if not alive(self):
                return
            if sheet is None:
                self.gone.emit()
            else:
                self._show(sheet)

        self._desk.jobs.start(ReadJob(work, done=done, topic=f"form {id(self)}"))

    def _show(self, sheet: Sheet) -> None:
        first = self.form is None
        if self.form is None:
            self.form = RowForm(sheet, self._desk)
            self._layout.insertWidget(0, self.form)
            self.form.show()
            draft = self._desk.drafts.pop(self.key, None)
            if draft:
                self.form.resume(draft)
        else:
            self.form.follow(sheet)
        if self._depth < _DEEPEST:
            self._show_groups(sheet)
        if first:
            bring_into_view(self)
        self.shown.emit(sheet)

    def _show_groups(self, sheet: Sheet) -> None:
        wanted = {(g.table, g.reference): g for g in sheet.groups}
        for gone in self.groups.keys() - wanted.keys():
            self.groups.pop(gone).deleteLater()
        for key, group in wanted.items():
            if key not in self.groups:
                self.groups[key] = made = RelatedGroup(self.key, group, self._desk, self._depth + 1)
                self._related.addWidget(made)
            self.groups[key].show_group(group)
        if (first := self._first) is not None:
            first.add_button.setToolTip(f"{first.add_button.text().strip()}  {ADD_KEY}")

    @property
    def _first(self) -> "RelatedGroup | None":
        """The first of what belongs to the row to which something may be added."""
        return next((group for group in self.groups.values() if group.may_add), None)

    def follow(self, changed: "Changed") -> None:
        """Read anew what may be another by now."""
        self.load()
        for section in self.within():
            section.follow(changed)

    def within(self) -> list["RowSection"]:
        """The sections of rows that are open in this one."""
        return [s for group in self.groups.values() for s in group.open.values()]

    def forms(self) -> Iterator[RowForm]:
        """Yield the forms that are open in it, its own first."""
        if self.form is not None:
            yield self.form
        for group in self.groups.values():
            for section in group.open.values():
                yield from section.forms()
            if group.adding is not None and group.adding.form is not None:
                yield group.adding.form

    def go_on(self) -> bool:
        """Finish the row that is being added, or begin the first that may be; False where neither can be done."""
        typed = QApplication.focusWidget()
        inside = (s for s in self.within() if typed is not None and s.isAncestorOf(typed))
        if any(section.go_on() for section in inside):
            return True
        begun = next((g.adding for g in self.groups.values() if g.adding is not None), None)
        if begun is not None:
            begun.finish.click()
        elif self._first is not None:
            self._first.add()
        return begun is not None or self._first is not None

    def leave(self) -> list[str]:
        """Save what can be, keep the rest as a draft, and return the titles of what was not saved."""
        kept: list[str] = []
        if self.form is not None:
            self.form.finish()
            if self.form.pending:
                self._desk.drafts[self.key] = dict(self.form.pending)
                kept += self.form.unsaved
        for group in self.groups.values():
            kept += group.leave()
        return kept


class RelatedGroup(QWidget):
    """The rows of one table that refer to a row, each a line that opens into its form; and one that is being added."""

    def __init__(self, parent_key: Key, group: Group, desk: "Desk", depth: int) -> None:
        super().__init__()
        self._parent, self._desk, self._depth = parent_key, desk, depth
        self._table, self._reference = group.table, group.reference
        self.open: dict[int, RowSection] = {}
        self._boxes: dict[int, EntryBox] = {}
        self.adding: NewRow | None = None
        layout = column(self, gap=S)
        glyph, self._count = QLabel(), label("", "caption")
        glyph.setPixmap(icon(group.icon, "muted").pixmap(QSize(14, 14)))
        self.add_button = button(group.add, self.add, "chip", glyph="fa6s.plus")
        heading = row(gap=S)
        for each in (glyph, label(group.title, "section"), self._count):
            heading.addWidget(each)
        heading.addStretch(1)
        heading.addWidget(self.add_button)
        layout.addLayout(heading)
        self._add, self.may_add = group.add, bool(group.add)
        self.add_button.setVisible(self.may_add)  # before it has a parent it would be a window of its own
        self._lines = column(gap=S)
        layout.addLayout(self._lines)
        self._rest = label("", "caption")
        layout.addWidget(self._rest)

    @property
    def boxes(self) -> Mapping[int, "EntryBox"]:
        """The lines of rows, by id."""
        return self._boxes

    def show_group(self, group: Group) -> None:
        """Show the rows as they are now; those that are open stay open."""
        self._count.setText(str(group.count))
        self._name_adding()
        for gone in self._boxes.keys() - {e.id for e in group.entries}:
            self._boxes.pop(gone).deleteLater()
            self.open.pop(gone, None)
        for at, entry in enumerate(group.entries):
            if entry.id not in self._boxes:
                self._boxes[entry.id] = made = EntryBox(entry, self._desk)
                made.toggled.connect(partial(self._toggle, entry.id))
                self._lines.insertWidget(at, made)
            self._boxes[entry.id].show_entry(entry)
        rest = group.count - len(group.entries)
        self._rest.setVisible(rest > 0)
        self._rest.setText(tr("还有 {n} 条").format(n=rest))

    def _name_adding(self) -> None:
        """Say whether adding begins anew or goes on with what was left."""
        begun = self.adding is None and (f"+{self._table}", self._parent[1]) in self._desk.drafts
        self.add_button.setText(GO_ON if begun else self._add)
        self.add_button.setAccessibleName(f"{GO_ON} {self._add}" if begun else self._add)

    def _toggle(self, row_id: int) -> None:
        """Open a row in place, or close it."""
        box = self._boxes[row_id]
        if row_id in self.open:
            section = self.open.pop(row_id)
            kept = section.leave()
            box.hold(None)
            if kept:
                self._desk.tell(told_kept(kept))
            return
        self.open[row_id] = section = RowSection((self._table, row_id), self._desk, self._depth)
        box.hold(section)
        section.shown.connect(lambda _: reach_by_tab(section, box.last))

    def add(self) -> None:
        """Begin a new row that refers to the one above."""
        if self.adding is not None and alive(self.adding):
            self.adding.focus()
            return
        given = {self._reference: self._parent[1]}
        self.adding = made = NewRow(self._table, given, self._desk, origin=self._parent)
        above = next((box.last for box in reversed(self._boxes.values())), self.add_button)
        made.shown.connect(lambda: reach_by_tab(made, above))
        made.closed.connect(self._stop_adding)
        made.added.connect(lambda _: self._stop_adding())
        self._lines.addWidget(made)
        self._name_adding()

    def _stop_adding(self) -> None:
        if self.adding is not None:
            self.adding.deleteLater()
            self.adding = None
            self.add_button.setFocus()
            self._desk.judged()

    def leave(self) -> list[str]:
        """As `RowSection.leave`, for the rows that are open and the one being added."""
        kept = [title for section in self.open.values() for title in section.leave()]
        return kept + (self.adding.leave() if self.adding is not None else [])


class EntryBox(QFrame):
    """A related row: its name and the gist of it, and when open its form. `toggled()` when it is to open or close."""

    toggled = Signal()

    def __init__(self, entry: Entry, desk: "Desk") -> None:
        super().__init__()
        self.setObjectName("group")
        self._entry, self._desk = entry, desk
        self._body = column(self, margins=(M, 4, S, S), gap=4)
        self.toggle = QPushButton()
        self.toggle.setProperty("kind", "entry")
        self.toggle.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggle.clicked.connect(lambda _checked=False: self.toggled.emit())
        self._open = small("fa6s.arrow-up-right-from-square", tr("单独打开"), self._go)
        self._remove = small("fa6s.trash-can", tr("删除"), self._ask)
        line = row(gap=0)
        line.addWidget(self.toggle, 1)
        line.addWidget(self._open)
        line.addWidget(self._remove)
        self._brief = label("", "muted", wrap=True)
        self._body.addLayout(line)
        self._body.addWidget(self._brief)
        self._held: QWidget | None = None
        self._fold()

    @property
    def last(self) -> QWidget:
        """The last of its own buttons that Tab comes to."""
        return self._remove

    def show_entry(self, entry: Entry) -> None:
        """Name the row as it is now."""
        self._entry = entry
        self.toggle.setText(entry.title)
        self.toggle.setAccessibleName(entry.title)
        self.toggle.setAccessibleDescription(entry.brief)
        self._brief.setText(entry.brief)
        self._fold()

    def hold(self, section: "RowSection | None") -> None:
        """Show the form of the row, or put it away."""
        if self._held is not None:
            self._held.hide()
            self._held.deleteLater()
        self._held = section
        if section is not None:
            section.setContentsMargins(0, S, M - S, S)
            self._body.addWidget(section)
        self._fold()

    def _fold(self) -> None:
        is_open = self._held is not None
        self.toggle.setIcon(icon("fa6s.chevron-down" if is_open else "fa6s.chevron-right"))
        self.toggle.setIconSize(QSize(12, 12))
        self._open.setVisible(is_open)
        self._remove.setVisible(is_open and self._desk.editor.may_edit)
        self._brief.setVisible(not is_open and bool(self._brief.text()))

    def _go(self) -> None:
        self._desk.open(self._entry.table, self._entry.id)

    def _ask(self) -> None:
        key = self._entry.table, self._entry.id
        ask_removal(key, self._entry.title, self._desk, lambda asked: self._body.insertWidget(1, asked))


class NewRow(QFrame):
    """The form of a row that is to be added.

    Signals
    -------
    shown() : it is there to be filled in. added(id) : the row is stored. closed() : it was given up.
    """

    shown = Signal()
    added = Signal(object)
    closed = Signal()

    def __init__(
        self,
        table: str,
        given: Mapping[str, object],
        desk: "Desk",
        *,
        origin: Key | None = None,
        make: "Callable[[Edit, dict[str, Value]], int] | None" = None,
    ) -> None:
        """`make` adds the row, off the UI thread, where that takes more than its values, such as a shape."""
        super().__init__()
        self.setObjectName("group")
        self._table, self._given, self._desk, self._origin = table, dict(given), desk, origin
        self._make = make or (lambda edit, values: edit.add(table, values))
        self.form: RowForm | None = None
        self._body: QVBoxLayout = column(self, margins=(M, M, M, M), gap=M)
        self.finish = button(tr("完成新增"), self._finish, "primary")
        self.finish.setToolTip(tr("完成新增  {key}").format(key=ADD_KEY))
        self.again = button("", self._repeat, "link")
        self._missing = label("", "caption", wrap=True)
        self._load()

    @property
    def _draft(self) -> Key:
        """Where a new row is kept that was left: one for each row that it belongs to."""
        return f"+{self._table}", self._origin[1] if self._origin is not None else 0

    def _load(self) -> None:
        table, given, names = self._table, self._given, self._desk.names()

        def work(session: "Session", _job: Job[Sheet]) -> Sheet:
            return blank_form(session, table, given, village_names=names)

        def done(sheet: Sheet) -> None:
            if alive(self):
                self._show(sheet)

        self._desk.jobs.start(ReadJob(work, done=done, topic=f"new {id(self)}"))

    def _show(self, sheet: Sheet) -> None:
        self.form = form = RowForm(sheet, self._desk, origin=self._origin)
        if "village_code" in self._given and sheet.village:
            form.pending["village_code"] = sheet.village
        self._body.addWidget(label(sheet.title, "strong"))
        offered = {n: v for n, v in self._desk.last.get(self._table, {}).items() if not form.pending.get(n)}
        if offered:
            self.again.setText(
                tr("沿用上次填的：{values}").format(values="、".join(map(str, offered.values())))
            )
            self._body.addWidget(self.again)
        self._body.addWidget(form)
        form.show()
        for name in self._given if self._origin is not None else ():
            if name in form.fields:
                form.fields[name].hide()  # it stands below the row that it belongs to
        line = row(gap=M)
        line.addWidget(self.finish)
        line.addWidget(button(tr("不加了"), self._give_up))
        line.addWidget(self._missing, 1)
        self._body.addLayout(line)
        form.judged.connect(self._tell_missing)
        draft = self._desk.drafts.pop(self._draft, None)
        form.resume(draft or {})
        bring_into_view(self)
        QTimer.singleShot(0, self, lambda: bring_into_view(self))  # once wrapped lines have their height
        self.shown.emit()
        self.focus()

    def focus(self) -> None:
        """Go to the first field that is to be filled in."""
        if self.form is not None:
            fields = self.form.fields
            first = next((w for n, w in fields.items() if w.field.required and not w.value), None)
            (first or next(iter(fields.values()))).setFocus()

    def _repeat(self) -> None:
        if self.form is not None:
            self.form.enter(self._desk.last.get(self._table, {}))
            self.again.hide()

    def _tell_missing(self) -> None:
        missing = self.form.missing if self.form is not None else []
        self._missing.setText(tr("还要填：{titles}").format(titles="、".join(missing)) if missing else "")
        self.finish.setEnabled(not missing)

    def _finish(self) -> None:
        if self.form is not None:
            self.form.add(self._make, self._done)

    def _done(self, made: int) -> None:
        self._desk.tell(tr("已新增，按 Ctrl+Z 撤销"))
        if alive(self):
            self.added.emit(made)

    def _give_up(self) -> None:
        if self.form is not None:
            self.form.pending.clear()
        self.closed.emit()

    def leave(self) -> list[str]:
        """Keep what was typed as a draft, and return what the row is called, where anything was."""
        form = self.form
        if form is None or not form.unsaved:
            return []
        self._desk.drafts[self._draft] = dict(form.pending)
        return form.unsaved


def reach_by_tab(inside: QWidget, before: QWidget) -> None:
    """Let Tab go from one widget to all that is in another, and from there to what came next."""
    new = [w for w in inside.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    for widget in new:
        QWidget.setTabOrder(before, widget)
        before = widget


def bring_into_view(widget: QWidget) -> None:
    """Give a widget that was just filled its height, and scroll to its beginning."""
    QCoreApplication.sendPostedEvents(
        None, QEvent.Type.LayoutRequest.value
    )  # heights by the style sheet, now
    above: QWidget | None = widget
    while above is not None and not isinstance(above, QScrollArea):
        if (layout := above.layout()) is not None:
            layout.activate()
        above = above.parentWidget()
    if isinstance(above, QScrollArea) and (inside := above.widget()) is not None:
        inside.resize(inside.width(), max(inside.minimumSizeHint().height(), above.viewport().height()))
        top = widget.mapTo(inside, QPoint(0, 0)).y()
        seen = above.viewport().height()
        if top + min(widget.height(), seen) > above.verticalScrollBar().value() + seen:
            above.verticalScrollBar().setValue(max(top - 2 * HEADING, 0))


def told_kept(titles: list[str]) -> str:
    """Return the sentence on what was left without being saved, and how to go on with it."""
    return tr("{titles}还没有保存。填的内容替您留到关闭项目，打开原来的表单就能接着填").format(
        titles="、".join(f"“{t}”" for t in titles)
    )
