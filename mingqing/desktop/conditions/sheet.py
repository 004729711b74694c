"""The sheet on which a question is put together: which rows, the conditions, what they say, how many they find."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent, QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QToolButton,
    QWidget,
)

from mingqing.access.policy import Policy
from mingqing.catalog.model import Table
from mingqing.core.text import tr
from mingqing.desktop.conditions.group import Group
from mingqing.desktop.look.icons import icon
from mingqing.desktop.map.tools.select import How
from mingqing.desktop.widgets import (
    XL,
    M,
    S,
    button,
    choice_box,
    column,
    empty,
    heading_item,
    label,
    restyle,
    rounded,
    row,
    scrolling,
)
from mingqing.store.conditions import All, in_words
from mingqing.store.conditions.kept import Asked

_WIDTH, _TALLEST = 760, 640  # pixels; a screen of 768 less title bar and task bar
_LONGEST_NAME, _LONGEST_SAID = 30, 140


class ConditionSheet(QDialog):
    """Asks which rows are wanted.

    Signals
    -------
    changed() : something else is asked. selecting(How), listing() : what is found is to be selected, or listed.
    keeping(str, bool) : the question is to be kept under a name, for all. opening() : the kept ones are to be shown.
    drawing(take), borrowing(take) : see `Group`.
    """

    changed = Signal()
    selecting = Signal(object)
    listing = Signal()
    keeping = Signal(str, bool)
    opening = Signal()
    drawing = Signal(object)
    borrowing = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("按条件查找"))
        self.setModal(True)
        self.setFixedWidth(_WIDTH)
        self._policy: Policy | None = None
        self._village = ""
        self.question: Group | None = None
        self.tables = choice_box(tr("查找什么"))
        self.tables.setObjectName("long")
        self.tables.setMaxVisibleItems(12)
        self.here = QCheckBox()
        self.kept = button(tr("打开已保存的"), self.opening.emit, "link", glyph="fa6s.folder-open")
        self._inside = QWidget()
        self._lines = column(self._inside, margins=(0, 0, S, 0), gap=0)
        self._area = scrolling(self._inside)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the lines in it have the keyboard
        self.said, self.count = label("", "muted", wrap=True), label("", "")
        self.keep = button(tr("保存…"), self._offer_to_keep)
        self.show_rows = button(tr("在属性表里看"), self.listing.emit)
        self.select = button(tr("在地图上选中"), lambda: self.selecting.emit(How.NEW), "primary")
        self.more = self._make_more()
        self.naming = _Naming()
        self._fitting = QTimer(self)  # once more, when everything inside knows its own size
        self._fitting.setSingleShot(True)
        self._fitting.timeout.connect(self._fit)
        self._fitting.timeout.connect(self._chain)
        self._lay_out()
        self.tables.currentIndexChanged.connect(lambda _: self._begin())
        self.here.toggled.connect(lambda _on: self.changed.emit())
        self.naming.done.connect(self._name)

    def _make_more(self) -> QToolButton:
        made = QToolButton()
        made.setIcon(icon("fa6s.chevron-down", "muted"))
        made.setToolTip(tr("加进已选中的，或从中去掉"))
        made.setAccessibleName(tr("加选、减选"))
        menu = rounded(QMenu(made))
        menu.addAction(tr("加进已选中的"), lambda: self.selecting.emit(How.ADD))
        menu.addAction(tr("从已选中的里去掉"), lambda: self.selecting.emit(How.REMOVE))
        made.setMenu(menu)
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return made

    def _lay_out(self) -> None:
        body = column(self, margins=(XL, XL, XL, XL), gap=M)
        head = row(gap=M)
        head.addWidget(label(tr("按条件查找"), "heading"), 1)
        head.addWidget(self.kept)
        body.addLayout(head)
        what = row(gap=M)
        what.addWidget(label(tr("查找")))
        what.addWidget(self.tables, 1)
        what.addWidget(self.here, 1)
        body.addLayout(what)
        body.addWidget(self._area)
        body.addWidget(self.said)
        body.addWidget(self.naming)
        below = row(gap=S)
        below.addWidget(self.keep)
        below.addWidget(self.count, 1)
        for each in (self.more, self.show_rows, self.select):
            below.addWidget(each)
        body.addLayout(below)
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for each in (self.kept, self.keep, self.show_rows):
            each.setAutoDefault(False)
        self.select.setDefault(True)
        self.naming.hide()

    # ── What may be asked ──────────────────────────────────────────────────────────────────────────────────

    def offer(
        self,
        policy: Policy,
        tables: Sequence[tuple[str, Sequence[Table]]],
        suggested: str,
        *,
        keeping: bool,
        sharing: bool,
    ) -> None:
        """Offer the tables of an account, each layer's below its title; begin with one where nothing is asked yet."""
        self._policy = policy
        before = self.table or suggested
        with QSignalBlocker(self.tables):
            self.tables.clear()
            model = self.tables.model()
            for title, some in tables:
                if isinstance(model, QStandardItemModel):
                    model.appendRow(heading_item(title))
                for each in some:
                    self.tables.addItem(each.title, each.name)
            self.tables.setCurrentIndex(max(self.tables.findData(before), 1))
        self.keep.setVisible(keeping)
        self.naming.shared.setVisible(sharing)
        if self.question is None or self.table != before:
            self._begin()

    def show_table(self, table: str) -> None:
        """Ask about rows of this table; what is asked of it already stays."""
        self.tables.setCurrentIndex(max(self.tables.findData(table), 1))

    def forget(self) -> None:
        """Leave nothing of a project behind."""
        with QSignalBlocker(self.tables):
            self.tables.clear()
        self._drop_question()
        self._policy, self._village = None, ""
        self.said.setText("")
        self.count.setText("")

    def show_village(self, code: str, name: str) -> None:
        """Offer to look in this village alone; an empty code for none."""
        if code != self._village:
            with QSignalBlocker(self.here):
                self.here.setChecked(bool(code))
        self._village = code
        self.here.setText(tr("只在{village}").format(village=name))
        self.here.setVisible(bool(code))

    def show_asked(self, asked: Asked) -> None:
        """Show a question in place of what is there."""
        at = self.tables.findData(asked.table)
        if at < 0:
            return
        with QSignalBlocker(self.tables):
            self.tables.setCurrentIndex(at)
        self._begin(asked)

    # ── What is asked ──────────────────────────────────────────────────────────────────────────────────────

    @property
    def table(self) -> str:
        """The table whose rows are wanted; empty before any is offered."""
        return str(self.tables.currentData() or "")

    @property
    def asked(self) -> Asked | None:
        """The question; None while it is not complete."""
        condition = self.question.condition if self.question is not None else None
        return Asked(self.table, condition) if condition is not None else None

    @property
    def village(self) -> str:
        """The village to look in; empty for all."""
        return self._village if self.here.isChecked() else ""

    def _begin(self, asked: Asked | None = None) -> None:
        if self._policy is None or not self.table:
            return
        self._drop_question()
        self.question = made = Group(self._policy, self._policy.catalog.tables[self.table])
        self._lines.addWidget(made)
        made.show()
        self.naming.hide()
        if asked is None:
            made.adders["field"].click()
        elif asked.condition != All():
            made.show_condition(asked.condition)
        made.changed.connect(self._settle)
        made.drawing.connect(self.drawing)
        made.borrowing.connect(self.borrowing)
        self._settle()

    def _drop_question(self) -> None:
        empty(self._lines)
        self.question = None

    def _settle(self) -> None:
        asked = self.asked
        words = in_words(self._policy.catalog, asked.table, asked.condition) if asked and self._policy else ""
        short = words if len(words) <= _LONGEST_SAID else words[:_LONGEST_SAID] + "…"
        self.said.setText(short or tr("把条件填完整，下面就会显示找到多少条"))
        self.said.setToolTip(words if short != words else "")
        self._fit()
        self._fitting.start()
        self.changed.emit()

    def _fit(self) -> None:
        """Be as tall as the question, up to a point; then it scrolls."""
        tall = self._inside.sizeHint().height() + 2
        self.said.setFixedHeight(self.said.heightForWidth(_WIDTH - 2 * XL))
        self._area.setFixedHeight(0)
        self._area.setFixedHeight(min(tall, _TALLEST - self.sizeHint().height()))
        self.adjustSize()

    def _chain(self) -> None:
        """Let Tab go from line to line as they stand: those that were added last are not last."""
        chain = list(_in_order(self.layout()))
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    # ── What came of it ────────────────────────────────────────────────────────────────────────────────────

    def say(self, sentence: str, *, found: bool = False, wrong: bool = False) -> None:
        """Say how many rows there are, or why that is not known. `found` : there is something to select."""
        self.count.setText(sentence)
        restyle(self.count, "kind", "danger" if wrong else "" if found else "muted")
        for each in (self.select, self.show_rows, self.more):
            each.setEnabled(found)
        self.keep.setEnabled(self.asked is not None)

    def say_kept(self) -> None:
        """Put the line for the name away."""
        self.naming.hide()
        self.select.setDefault(True)
        self._fit()

    def refuse(self, sentence: str) -> None:
        """Say why the question could not be kept."""
        self.naming.refuse(sentence)
        self._fit()

    def _offer_to_keep(self) -> None:
        self.naming.open(self.said.text()[:_LONGEST_NAME].rstrip(tr("，（：")))
        self._fit()

    def _name(self, name: str, shared: bool) -> None:  # noqa: FBT001 - a signal's values
        if name:
            self.keeping.emit(name, shared)
        else:
            self.say_kept()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Be as tall as the question."""
        super().showEvent(event)
        self._fit()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Begin without the line for the name next time."""
        super().hideEvent(event)
        self.naming.hide()


def _in_order(layout: QLayout | None) -> Iterator[QWidget]:
    """The widgets of a layout that take the focus by Tab, in the order in which they are laid out."""
    if layout is None:
        return
    for n in range(layout.count()):
        item = layout.itemAt(n)
        widget, inner = (item.widget(), item.layout()) if item is not None else (None, None)
        if isinstance(widget, QScrollArea):
            yield from _in_order(widget.widget().layout())
        elif widget is not None:
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
                yield widget
            yield from _in_order(widget.layout())
        else:
            yield from _in_order(inner)


class _Naming(QWidget):
    """Asks for a name. `done(str, bool)` with it, and whether it is for all; empty where nothing is to be kept."""

    done = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__()
        self.name, self.shared = QLineEdit(), QCheckBox(tr("全员可见"))
        self.name.setPlaceholderText(tr("起个名字，下次直接打开"))
        self.name.setAccessibleName(tr("名称"))
        self.name.setMaxLength(100)
        self.shared.setToolTip(tr("看得到这些内容的账号都能打开，名称里请不要写人名"))
        self._wrong = label("", "danger", wrap=True)
        self.save = button(tr("保存"), self._give, "primary")
        body, line = column(self, gap=4), row(gap=S)
        line.addWidget(self.name, 1)
        line.addWidget(self.shared)
        leave: QPushButton = button(tr("取消"), lambda: self.done.emit("", False))  # noqa: FBT003 - a signal's values
        leave.setAutoDefault(False)
        line.addWidget(leave)
        line.addWidget(self.save)
        body.addLayout(line)
        body.addWidget(self._wrong)

    @property
    def error(self) -> str:
        """The sentence that says what is wrong, or empty."""
        return self._wrong.text()

    def open(self, suggested: str) -> None:
        """Ask, with a name suggested."""
        self._wrong.hide()
        self.name.setText(suggested)
        self.show()
        self.save.setDefault(True)
        self.name.setFocus()
        self.name.selectAll()

    def refuse(self, sentence: str) -> None:
        """Say what is wrong with it."""
        self._wrong.setText(sentence)
        self._wrong.show()

    def _give(self) -> None:
        self.done.emit(self.name.text().strip(), self.shared.isChecked())
