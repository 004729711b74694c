"""Where a form is shown: in the place of the card at the right of the map."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from mingqing.core.text import tr
from mingqing.desktop.form.content import Key, Sheet
from mingqing.desktop.form.desk import Desk
from mingqing.desktop.form.field import small
from mingqing.desktop.form.form import RowForm
from mingqing.desktop.form.leaving import LeavingSheet
from mingqing.desktop.form.related import ADD_KEY, NewRow, RowSection, reach_by_tab, told_kept
from mingqing.desktop.form.removal import ask_removal
from mingqing.desktop.look.icons import icon
from mingqing.desktop.pages.dialogs import ask
from mingqing.desktop.widgets import L, M, S, button, column, empty, label, restyle, row, scrolling

if TYPE_CHECKING:
    from mingqing.catalog.values import Value
    from mingqing.desktop.card.guide import CardGuide
    from mingqing.desktop.editor import Editor
    from mingqing.desktop.jobs import Jobs
    from mingqing.search.index import Index
    from mingqing.store.edit import Changed, Edit

WIDTH = 456
SAVES = tr("改完一格就自动保存")
_CLICK_PX = 6


class FormPanel(QFrame):
    """Shows the form of the row whose card is shown, or of a new one.

    Signals
    -------
    moved() : it was shown or put away. said(str) : a sentence that is to be read after it is put away.
    """

    moved = Signal()
    said = Signal(str)

    def __init__(
        self,
        jobs: "Jobs",
        editor: "Editor",
        guide: "CardGuide",
        names: Callable[[], Mapping[str, str]],
        index: "Callable[[], Index | None]",
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setFixedWidth(WIDTH)
        self._editor, self._guide = editor, guide
        self.desk = Desk(jobs, editor, names, index, self.open, self._tell, self._point, self._judged)
        self.section: RowSection | None = None
        self.new: NewRow | None = None
        self._fresh = False  # opened, and not yet read
        self._standing = ""  # what the footer says for as long as it is so
        self._inside = QWidget()
        self._body = column(self._inside, margins=(L, S, L, L), gap=L)
        self._glyph, self._where = QLabel(), label("", "caption")
        self._title = label("", "heading", wrap=True)
        self._status = label("", "caption", wrap=True)
        self._remove = button(tr("删除…"), self._ask_removal, "link", glyph="fa6s.trash-can")
        head = row(gap=S)
        head.addWidget(self._glyph)
        head.addWidget(self._where, 1)
        self._close = small("fa6s.xmark", tr("改好了，回到详情  Esc"), self.leave)
        head.addWidget(self._close)
        foot = row(gap=S)
        foot.setContentsMargins(L, S, L, S)
        foot.addWidget(self._status, 1)
        foot.addWidget(self._remove)
        top = column(margins=(L, M, S, S), gap=4)
        top.addLayout(head)
        top.addWidget(self._title)
        outer = column(self, gap=0)
        outer.addLayout(top)
        outer.addWidget(scrolling(self._inside), 1)
        outer.addLayout(foot)
        self.setAccessibleName(tr("修改"))
        key = QShortcut(QKeySequence(ADD_KEY), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        key.activated.connect(self._go_on)
        editor.changed.connect(self._follow)
        guide.turned.connect(self._follow_guide)
        self.hide()

    @property
    def key(self) -> Key | None:
        """Table and id of the row whose form is shown."""
        return self.section.key if self.section is not None else None

    def edit_shown(self) -> None:
        """Open the form of the row whose card is shown, or put it away where it is open."""
        if self.isVisible():
            self.leave()
        elif self._guide.key is not None and self._editor.may_edit:
            self.open(*self._guide.key)

    def open(self, table: str, row_id: int) -> None:
        """Show the form of a row; its card is shown behind it, and its place on the map."""
        self._put_down()
        self._fresh = True
        self.section = section = RowSection((table, row_id), self.desk)
        section.shown.connect(self._name)
        section.gone.connect(self._lost)
        self._show(section)
        if self._guide.key != (table, row_id):
            self._guide.ask((table, row_id))

    def add(
        self,
        table: str,
        given: Mapping[str, object],
        *,
        origin: Key | None = None,
        make: "Callable[[Edit, dict[str, Value]], int] | None" = None,
    ) -> None:
        """Show the form of a new row.

        given : what is known of it, by field. origin : the row near which it is.
        make : adds it, off the UI thread, where that takes more than its values: `edit.add(table, values, shape)`.
        """
        self._put_down()
        self.new = new = NewRow(table, given, self.desk, origin=origin, make=make)
        new.added.connect(lambda row_id: self.open(table, row_id))
        new.closed.connect(self.leave)
        new.shown.connect(lambda: reach_by_tab(new, self._close))
        self._title.setText(tr("新增"))
        self._where.setText("")
        self._show(new)

    def _go_on(self) -> None:
        """Finish the row that is being added; where none is, begin one that belongs to the row shown."""
        if self.new is not None:
            self.new.finish.click()
        elif self.section is not None:
            self.section.go_on()

    def leave(self) -> bool:
        """Go back to the card; what could not be saved is kept, and said. Return whether a form was shown."""
        if self.section is None and self.new is None:
            return False
        self._put_down()
        self.hide()
        self.moved.emit()
        self._guide.again()
        if (behind := self.parentWidget()) is not None:
            behind.setFocus()  # the map has the keyboard again, not what comes next by Tab
        return True

    def forget(self) -> None:
        """Keep nothing of a project that is closed; what is valid was saved."""
        self._put_down(quietly=True)
        self.desk.forget()
        self.hide()

    def _put_down(self, *, quietly: bool = False) -> None:
        kept = [*(self.section.leave() if self.section else []), *(self.new.leave() if self.new else [])]
        self.section = self.new = None
        self._guide.taking = None
        self._tell("")
        empty(self._body)
        if kept and not quietly:
            self.said.emit(told_kept(kept))

    def _show(self, made: QWidget) -> None:
        self._body.addWidget(made)
        self._body.addStretch(1)
        self._remove.setVisible(self.section is not None)
        self._tell(SAVES)
        self.show()
        self.raise_()
        self.moved.emit()
        self._guide.reveal(WIDTH)

    def _name(self, sheet: Sheet) -> None:
        """Say whose form it is, and go to its first field when it is new."""
        self._title.setText(sheet.title)
        self._glyph.setPixmap(icon(sheet.icon, sheet.layer).pixmap(QSize(18, 18)))
        self._where.setText(f"{sheet.table.title} · {sheet.place}" if sheet.place else sheet.table.title)
        self.setAccessibleDescription(sheet.title)
        self._remove.setVisible(sheet.may_edit)
        if not sheet.may_edit:
            self._tell(tr("您的角色只能查看“{table}”，不能修改").format(table=sheet.table.title))
        if self.section is not None and self.section.form is not None:
            reach_by_tab(self.section, self._close)
            if self._fresh:
                next(iter(self.section.form.fields.values())).setFocus()
        self._fresh = False

    def _lost(self) -> None:
        """The row is no more: nothing of it is left to save."""
        if self.section is not None:
            self.desk.drafts.pop(self.section.key, None)
        self.section = None
        empty(self._body)
        self.hide()
        self.moved.emit()
        self._guide.close()

    def _follow(self, changed: "Changed") -> None:
        if self.section is not None:
            self.section.follow(changed)

    def _follow_guide(self) -> None:
        """Stay before the card of the row; make room where another card was asked for."""
        if not self.isVisible() or (self.section is None and self._guide.key is None):
            return
        if self._guide.key == self.key:
            self._guide.hold_card_back()
        else:
            self._put_down()
            self.hide()
            self.moved.emit()

    def _ask_removal(self) -> None:
        if self.section is not None:
            ask_removal(
                self.section.key,
                self._title.text(),
                self.desk,
                lambda asked: self._body.insertWidget(0, asked),
            )

    def _tell(self, sentence: str) -> None:
        self._standing = ""
        self._write(sentence, "caption")

    def _write(self, sentence: str, kind: str) -> None:
        if self._status.property("kind") != kind:
            restyle(self._status, "kind", kind)
        self._status.setText(sentence)

    def _forms(self) -> list[RowForm]:
        """The forms that are open."""
        new = [self.new.form] if self.new is not None and self.new.form is not None else []
        return [*(self.section.forms() if self.section is not None else ()), *new]

    def _judged(self) -> None:
        """Say below the form, for as long as it is so, that something is not saved."""
        forms = self._forms()
        refused = sum(len(form.refused) for form in forms)
        adding = next((form.sheet.title for form in forms if form.sheet.id is None and form.isEnabled()), "")
        if refused:
            self._standing = tr("有 {n} 格没有保存").format(n=refused)
            self._write(self._standing, "wrong")
        elif adding:
            self._standing = tr("{adding}：填好后点“完成新增”").format(adding=adding)
            self._write(self._standing, "caption")
        elif self._standing:
            self._tell(SAVES)

    # ── Before closing ─────────────────────────────────────────────────────────────────────────────────────

    def hold_back(self, then: Callable[[], object]) -> bool:
        """Ask before the project is closed with something that is not saved; `then` is called if it is given up.

        What is valid is saved. Returns False where there is nothing to ask.
        """
        forms = self._forms()
        for form in forms:
            form.finish()
        titles = [title for form in forms for title in form.unsaved]
        if not titles and not self.desk.drafts:
            return False
        sheet = LeavingSheet(titles, len(self.desk.drafts), self.window())
        sheet.accepted.connect(self.give_up)
        sheet.accepted.connect(then)
        ask(sheet)
        return True

    def give_up(self) -> None:
        """Keep nothing of what is typed and not saved."""
        for form in self._forms():
            form.give_up()
        self.desk.drafts.clear()

    def _point(self, sentence: str, take: Callable[[float, float, float], None]) -> None:
        self._tell(sentence)
        self._guide.taking = take
