"""The form of one row: what is left and valid is saved at once, what is not stays as typed with its sentence."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from mingqing.catalog.model import FieldType, RuleKind, Table
from mingqing.catalog.rules import broken, told_by_id_number
from mingqing.catalog.values import Value, ValueRefusedError, parse
from mingqing.core.errors import MingqingError
from mingqing.core.text import clean, tr
from mingqing.desktop.form.content import Key, Sheet
from mingqing.desktop.form.echo import Echo, echoes, recount
from mingqing.desktop.form.field import FieldWidget, as_typed
from mingqing.desktop.form.fields import IdNumberField, LockedField
from mingqing.desktop.form.kinds import widget_of
from mingqing.desktop.form.layout import Folded, field_grid
from mingqing.desktop.form.linking import Finder
from mingqing.desktop.form.picking import ReferenceField
from mingqing.desktop.form.pictures import PictureField
from mingqing.desktop.jobs import Job, ReadJob
from mingqing.desktop.widgets import S, alive, column, label
from mingqing.store.edit import Refused

if TYPE_CHECKING:
    from mingqing.desktop.form.content import Line
    from mingqing.desktop.form.desk import Desk, Typed
    from mingqing.store.edit import Edit
    from mingqing.store.session import Session


class RowForm(QWidget):
    """The fields of one row.

    Signals
    -------
    judged() : what is typed was looked at again.

    pending : what is typed and not saved, by field. values : the row as it is stored. touched : fields that somebody
        typed in.
    """

    judged = Signal()

    def __init__(self, sheet: Sheet, desk: "Desk", *, origin: Key | None = None) -> None:
        """`origin` : the row whose place counts for what is near, where this one is not stored yet."""
        super().__init__()
        self.sheet, self._desk = sheet, desk
        self.table: Table = sheet.table
        self.origin = (sheet.table.name, sheet.id) if sheet.id is not None else origin
        self.values: dict[str, object] = {x.field.name: x.value for x in sheet.lines}
        self.pending: Typed = {}
        self.fields: dict[str, FieldWidget] = {}
        self.touched: set[str] = set()
        self._saving: dict[str, Typed] = {}  # by field: what was typed in those that are being saved with it
        self._left: set[str] = set()
        self._told: set[str] = set()  # fields that an identity number filled
        self._refused: dict[str, str] = {}
        self._unwritten: dict[
            str, str
        ] = {}  # why what is valid is not saved; it is tried again with the next field
        self._elsewhere: dict[str, str] = {}  # what became of fields while something else was typed in them
        self._lay_out()
        if sheet.id is None:
            self.pending = {n: v for n, v in self.values.items() if v not in {None, ""}}
            self.values = {}

    def _lay_out(self) -> None:
        """Show the fields of the table; what every table has is folded away at the end."""
        outer = column(self, gap=S)
        outer.addWidget(
            field_grid((x for x in self.sheet.lines if x.field not in self.table.common), self._make)
        )
        if titles := [x.field.title for x in self._common()]:
            self.folded = Folded(titles, self._common, self._make)
            outer.addWidget(self.folded)
        if self.sheet.withheld:
            said = tr("另有 {n} 项您的角色用不到，不显示：{titles}")
            titles = list(self.sheet.withheld)
            outer.addWidget(label(said.format(n=len(titles), titles="、".join(titles)), "caption", wrap=True))

    def _common(self) -> list["Line"]:
        return [x for x in self.sheet.lines if x.field in self.table.common]

    def _make(self, line: "Line") -> FieldWidget:
        made = widget_of(line)
        name = line.field.name
        self.fields[name] = made
        made.edited.connect(lambda: self._edited(name))
        made.finished.connect(lambda: self.finish([name]))
        if isinstance(made, ReferenceField):
            Finder(made, self, self._desk)
        if isinstance(made, PictureField):
            made.attend(self.sheet, self._desk)
        else:
            made.pictured.connect(self._paste_picture)
        if isinstance(made, IdNumberField):
            made.trusted.connect(lambda: self._fill_told(name, over=True))
        return made

    def _paste_picture(self) -> None:
        """Take a picture that was pasted elsewhere in the form into its first field of pictures."""
        photos = next((w.photos for w in self.fields.values() if isinstance(w, PictureField)), None)
        if photos is not None:
            photos.paste()

    # ── Typing ─────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def unsaved(self) -> list[str]:
        """What holds what is not saved: fields by their title and that of the table, or the row that is new."""
        if self.sheet.id is None:
            return [self.sheet.title] if self.touched and self.pending else []
        return [
            tr("{table}的{field}").format(table=self.table.title, field=self.table.field_by_name[name].title)
            for name in self.pending
        ]

    @property
    def refused(self) -> list[str]:
        """Names of the fields of a stored row that were left and could not be saved."""
        return [] if self.sheet.id is None else [name for name in self.pending if name in self._left]

    def resume(self, draft: Mapping[str, object]) -> None:
        """Go on with what was left without being saved, and say of each field that it is not."""
        self._left |= draft.keys()
        if self.sheet.id is not None:
            self._unwritten = dict.fromkeys(draft, tr("上次填的，还没有保存"))
        self.enter(draft)

    def give_up(self) -> None:
        """Save nothing of what is typed."""
        self.pending.clear()
        self.touched.clear()

    @property
    def complaints(self) -> dict[str, str]:
        """What is said of fields that cannot be saved as they are."""
        return {name: widget.note for name, widget in self.fields.items() if widget.note}

    def enter(self, values: Mapping[str, object]) -> None:
        """Type these values, as far as the form has the fields; nothing is saved by it."""
        if not values.keys().isdisjoint(x.field.name for x in self._common()):
            self.folded.turn()
        for name, raw in values.items():
            widget = self.fields.get(name)
            if widget is not None and not isinstance(widget, LockedField):
                widget.show_value(raw)
                self.pending[name] = raw
                self.touched.add(name)
        self.judge()

    def _edited(self, name: str) -> None:
        self.touched.add(name)
        self.pending[name] = self.fields[name].value
        self._refused.pop(name, None)
        self._unwritten.pop(name, None)
        self._told.discard(name)
        self._fill_told(name)
        self.judge()

    def _fill_told(self, name: str, *, over: bool = False) -> None:
        """Fill in what a valid identity number tells, where nothing else was filled in; `over` : there too."""
        for rule in self.table.rules:
            if rule.kind is not RuleKind.ID_NUMBER_TELLS or rule.fields[0] != name:
                continue
            typed = clean(str(self.fields[name].value or "")).replace(" ", "").upper()
            told = told_by_id_number(typed)
            for other, value in zip(rule.fields[1:], told or (), strict=False):
                blank = not self.pending.get(other, self.values.get(other))
                widget = self.fields.get(other)
                if isinstance(widget, LockedField | None) or not (over or blank or other in self._told):
                    continue
                widget.show_value(value)
                self.pending[other] = value
                self._told.add(other)
                self._left.add(other)
        if over:
            self.finish()

    # ── Judging ────────────────────────────────────────────────────────────────────────────────────────────

    def judge(self) -> dict[str, Value]:
        """Say what is wrong with what is typed, and return what of it can be saved."""
        typed, wrong = self._typed()
        row = {**self.values, **typed, **dict.fromkeys(wrong)}
        before = set(broken(self.table, self.values)) if self.sheet.id is not None else set()
        held: set[str] = set()
        for each in broken(self.table, row):
            if each in before or each.field in wrong:
                continue
            rules = [rule.fields for rule in self.table.rules if each.field in rule.fields]
            held |= {name for fields in rules for name in fields if name in typed} or {each.field}
            if row.get(each.field) or each.field in self._left:
                wrong[each.field] = each.sentence
        for name in held & typed.keys() - wrong.keys():
            wrong[name] = tr("与别的内容对不上，还没有保存")
        wrong = {**wrong, **self._refused}
        told = {**self._unwritten, **wrong}
        for name, widget in self.fields.items():
            widget.complain(told.get(name, ""), firmly=name in self._left or name not in self.pending)
            if isinstance(widget, IdNumberField):
                if widget.note and name in self.refused and "没有保存" not in widget.note:
                    widget.complain(tr("{why}，没有保存").format(why=widget.note))
                widget.trust.setVisible(name in held and name in typed)
            if name in self._elsewhere:
                widget.hint(self._elsewhere[name])
            elif name in self._told:
                widget.hint(tr("按身份证号填入"))
        self.judged.emit()
        self._desk.judged()
        return {name: value for name, value in typed.items() if name not in wrong and name not in held}

    def _typed(self) -> tuple[dict[str, Value], dict[str, str]]:
        """What is typed, as it would be stored; and why some of it cannot be."""
        typed: dict[str, Value] = {}
        wrong: dict[str, str] = {}
        for name, raw in self.pending.items():
            described = self.table.field_by_name[name]
            if described.references is not None and isinstance(raw, str) and raw.strip():
                wrong[name] = tr("请从列表里选一条")
                continue
            try:
                typed[name] = parse(described, raw)
            except ValueRefusedError as error:
                wrong[name] = str(error)
        return typed, wrong

    @property
    def missing(self) -> list[str]:
        """Titles of what must still be filled in."""
        row = {**self.values, **self._typed()[0]}
        fields = (f for f in self.table.fields if f.required and f.name in self.fields)
        return [f.title for f in fields if row.get(f.name) in {None, ""}]

    # ── Saving ─────────────────────────────────────────────────────────────────────────────────────────────

    def finish(self, names: Iterable[str] | None = None) -> None:
        """Save what of these fields, or of all, is valid and is not what is stored; a new row waits for `add`."""
        self._left.update(self.pending if names is None else (n for n in names if n in self.pending))
        if self.pending:
            self.save()

    def save(self) -> None:
        """Save what is valid of the fields that were left, as one change."""
        ready = {name: value for name, value in self.judge().items() if name in self._left}
        if self.sheet.id is None:
            return
        for name in [n for n, v in ready.items() if v == self.values.get(n)]:
            del ready[name]
            self._settle(name)
        if not ready:
            return
        table, row_id = self.table.name, self.sheet.id
        typed = {name: self.pending.pop(name) for name in ready}
        old = {name: self.values.get(name) for name in ready}
        self._saving |= dict.fromkeys(ready, typed)
        self._desk.judged()
        titles = "、".join(self.table.field_by_name[n].title for n in ready)

        def work(edit: "Edit", _session: "Session") -> None:
            edit.change(table, row_id, ready)

        self._desk.editor.do(
            tr("修改{table}：{fields}").format(table=self.table.title, fields=titles),
            work,
            done=lambda _: self._saved(ready, typed, old),
            failed=lambda error: self._not_saved(typed, error),
        )

    def _settle(self, name: str) -> None:
        """Show a field as it is stored: nothing else is typed in it."""
        self.pending.pop(name, None)
        self._left.discard(name)
        self._elsewhere.pop(name, None)
        self._unwritten.pop(name, None)
        widget, value = self.fields[name], self.values.get(name)
        if not isinstance(widget, ReferenceField):
            widget.show_value(value)
        widget.complain("")

    def _saved(self, ready: Mapping[str, Value], typed: "Typed", old: Mapping[str, object]) -> None:
        self.values.update(ready)
        for name in ready:
            if old[name] and self.table.field_by_name[name].type is FieldType.PHONE:
                self._look_for_echoes(name, old[name], ready[name])
        self._desk.remember(self.table, ready)
        for name, value in ready.items():
            if self._saving.get(name) is not typed:
                continue  # something later is being saved in it
            del self._saving[name]
            if name in self.pending or not alive(self):
                continue
            raw = typed[name]
            self._settle(name)
            if isinstance(raw, str) and value and raw.strip() != as_typed(value):
                self.fields[name].hint(tr("已整理为“{value}”").format(value=as_typed(value)[:40]))
            elif name in self._told:
                self.fields[name].hint(tr("按身份证号填入"))
        self._told -= ready.keys()
        self._desk.tell(tr("已保存，改错了按 Ctrl+Z 撤销"))
        self._desk.judged()

    def _look_for_echoes(self, name: str, old: object, new: Value) -> None:
        """Offer to correct a number where it stands in rows linked to this one, too."""
        table, row_id = self.table.name, self.sheet.id
        if row_id is None:
            return

        def work(session: "Session", _job: Job[list[Echo]]) -> list[Echo]:
            return echoes(session, table, row_id, old)

        def done(found: list[Echo]) -> None:
            if alive(self) and found:
                titles = "、".join(dict.fromkeys(echo.title for echo in found))
                said = tr("{titles}还是旧号码 {old}").format(titles=titles, old=old)
                self.fields[name].propose(said, tr("一起改"), lambda: self._correct(found, new))

        self._desk.jobs.start(ReadJob(work, done=done, topic=f"echo {id(self)} {name}"))

    def _correct(self, found: "list[Echo]", new: Value) -> None:
        def work(edit: "Edit", _session: "Session") -> None:
            for echo in found:
                edit.change(echo.table, echo.row, {echo.field: new})

        why = tr("一起改号码：{titles}").format(titles="、".join(dict.fromkeys(e.title for e in found)))
        self._desk.editor.do(why, work)

    def _not_saved(self, typed: "Typed", error: MingqingError) -> None:
        self._saving = {name: batch for name, batch in self._saving.items() if batch is not typed}
        self.pending = {**typed, **self.pending}
        if alive(self):
            if not isinstance(error, Refused):
                self._unwritten |= dict.fromkeys(typed, tr("没有保存：{why}").format(why=error))
            self._take_refusal(error)
        elif (
            self.origin is not None
        ):  # the form was left meanwhile: say so, and have it there again next time
            self._desk.drafts[self.origin] = self.pending
            self._desk.editor.refused.emit(error)

    def _take_refusal(self, error: MingqingError) -> None:
        """Say at each field why the store refused it; elsewhere what has no field here."""
        problems = error.problems if isinstance(error, Refused) else ()
        for problem in problems:
            if problem.field in self.fields:
                title = self.table.field_by_name[problem.field].title
                self._refused[problem.field] = problem.sentence.removeprefix(f"{title}：")
        if not problems or any(p.field not in self.fields for p in problems):
            self._desk.editor.refused.emit(error)
        self.judge()

    # ── Adding ─────────────────────────────────────────────────────────────────────────────────────────────

    def add(self, make: Callable[["Edit", dict[str, Value]], int], done: Callable[[int], None]) -> None:
        """Add the row that is typed, where nothing is wrong with it; else go to the first field that is.

        make : called off the UI thread with what the fields hold; returns the id.
        """
        self._left |= self.fields.keys()
        ready = self.judge()
        if self.complaints or self.missing:
            first = next((w for w in self.fields.values() if w.note), None)
            if first is not None:
                first.setFocus()
            return
        given: dict[str, Value] = {name: value for name, value in ready.items() if value is not None}
        self.setEnabled(False)

        def finished(made: int) -> None:
            self._desk.remember(self.table, given)
            self.pending.clear()
            if alive(self):
                done(made)

        def failed(error: MingqingError) -> None:
            if alive(self):
                self.setEnabled(True)
                self._take_refusal(error)
            else:
                self._desk.editor.refused.emit(error)

        self._desk.editor.do(
            tr("新增{table}").format(table=self.table.title),
            lambda edit, _session: make(edit, given),
            done=finished,
            failed=failed,
        )

    # ── Following ──────────────────────────────────────────────────────────────────────────────────────────

    def follow(self, sheet: Sheet) -> None:
        """Show the row as it is now; a field that is being typed in keeps what is typed and says what it is now."""
        self._offer_recount(sheet)
        self.sheet = sheet
        for line in sheet.lines:
            name, widget = line.field.name, self.fields.get(line.field.name)
            if widget is None:
                continue
            if isinstance(widget, ReferenceField):
                widget.forget()
            other = self.values.get(name) != line.value
            self.values[name] = line.value
            if name not in self.pending and name not in self._saving:
                if other or line.text:
                    widget.show_value(line.value, line.text)
            elif other and name in self.pending:
                now = line.text or as_typed(line.value) or tr("空白")
                self._elsewhere[name] = tr("刚才在别处改成了“{now}”；您填的还没有保存").format(now=now)
        self.judge()

    def _offer_recount(self, now: Sheet) -> None:
        """Offer to correct how many belong to the row, where some were added or removed."""
        found = recount(self.sheet, now)
        if found is None or self.sheet.id is None:
            return
        name, said, there = found
        table, row_id = self.table.name, self.sheet.id
        title = self.table.field_by_name[name].title
        why = tr("修改{table}：{fields}").format(table=self.table.title, fields=title)
        self.fields[name].propose(
            tr("{title}写的是 {said}，登记了 {there} 人").format(title=title, said=said, there=there),
            tr("改成 {there}").format(there=there),
            lambda: self._desk.editor.do(why, lambda edit, _: edit.change(table, row_id, {name: there})),
        )
