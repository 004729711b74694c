"""The mapping page: what each kind of file was recognised as, and what is left for the user to say."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from mingqing.core.text import tr
from mingqing.desktop.importing.decisions import Answers, FileKind, fields_of, filled_by
from mingqing.desktop.importing.question import QuestionBox
from mingqing.desktop.tables import TextTable, table_view
from mingqing.desktop.widgets import (
    XL,
    L,
    M,
    S,
    button,
    choice_box,
    column,
    empty,
    label,
    row,
    rule,
    scrolling,
)

if TYPE_CHECKING:
    from mingqing.catalog.model import Catalog
    from mingqing.ingest.match import TableMatch
    from mingqing.ingest.preview import Question

_TONES = ("mark", "muted", "good", "danger")


class ReviewPage(QWidget):
    """Signals: confirmed() to import; left() to drop it all; recoded(Question, str) to read text in an encoding."""

    confirmed = Signal()
    left = Signal()
    recoded = Signal(object, str)

    def __init__(self, catalog: "Catalog", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalog = catalog
        self.kinds: list[FileKind] = []
        self.answers: dict[tuple[str, ...], str] = {}
        self._heading, self._advice = label("", "heading"), label("", "muted", wrap=True)
        self._model = TextTable([tr("文件"), tr("份数"), tr("行数"), tr("认作"), tr("情况")], (1, 2))
        self.list = table_view(self._model, (56, 76, 92, 112), name=tr("要导入的文件"))
        self.list.selectionModel().currentRowChanged.connect(lambda now, _before: self._show(now.row()))
        self.detail = QFrame()
        self.detail.setObjectName("sheet")
        inside = QWidget()
        self._body = column(inside, margins=(XL, L, XL, XL), gap=M)
        column(self.detail).addWidget(scrolling(inside))
        self.primary = button(tr("开始导入"), self.confirmed.emit, "primary", glyph="fa6s.file-import")
        self._lay_out()

    def _lay_out(self) -> None:
        panes = row(gap=L)
        panes.addWidget(self.list, 11)
        panes.addWidget(self.detail, 10)
        foot = row(gap=M)
        foot.addStretch(1)
        foot.addWidget(button(tr("取消"), self.left.emit))
        foot.addWidget(self.primary)
        outer = column(self, margins=(XL, XL, XL, L), gap=S)
        outer.addWidget(self._heading)
        outer.addWidget(self._advice)
        outer.addSpacing(S)
        outer.addLayout(panes, 1)
        outer.addSpacing(S)
        outer.addLayout(foot)

    def show_kinds(self, kinds: Sequence[FileKind], answers: Answers) -> None:
        """Show what was found, and what was answered so far."""
        self.kinds, self.answers = list(kinds), dict(answers)
        self._refresh()
        if kinds:
            self.list.selectRow(0)
        self.primary.setFocus()

    def _refresh(self) -> None:
        files = sum(len(k.sources) for k in self.kinds)
        rows = sum(k.rows for k in self.kinds)
        self._heading.setText(tr("找到 {files:,} 份数据，共 {rows:,} 行").format(files=files, rows=rows))
        open_ = sum(1 for k in self.kinds if k.urgency == 0)
        self._advice.setText(
            tr("有 {n} 类要您看一下，排在最前面；其余的可以直接导入").format(n=open_)
            if open_
            else tr("都认出来了，可以直接导入。想核对的话，点左边的文件看每一列存到哪里")
        )
        self._model.show_rows([_line(k) for k in self.kinds], [_TONES[_tone(k)] for k in self.kinds])
        self.primary.setEnabled(any(k.taken and k.match is not None for k in self.kinds))

    def _show(self, at: int) -> None:
        empty(self._body)
        if not 0 <= at < len(self.kinds):
            return
        kind = self.kinds[at]
        self._body.addWidget(label(kind.title, "title", wrap=True))
        self._body.addWidget(label(_where(kind), "caption", wrap=True, selectable=True))
        if kind.question is not None:
            self._body.addWidget(self._ask(kind.question))
        elif kind.error is not None:
            self._body.addWidget(label(kind.error, "danger", wrap=True))
        if kind.error is None:
            self._body.addWidget(self._choose_table(at))
            if kind.taken and kind.match is not None:
                self._body.addWidget(rule())
                self._body.addWidget(self._columns(at, kind.match))
        self._body.addStretch(1)

    def _ask(self, question: "Question") -> QuestionBox:
        made = QuestionBox(question, self.answers.get(question.key, ""))
        made.answered.connect(lambda value: self._answer(question, value))
        return made

    def _choose_table(self, at: int) -> QWidget:
        kind = self.kinds[at]
        made = QWidget()
        layout = row(made, gap=M)
        layout.addWidget(label(tr("导入到"), "strong"))
        choose = choice_box(tr("导入到哪个图层"))
        choose.addItem(tr("不导入"), None)
        for layer in sorted(self._catalog.layers.values(), key=lambda x: x.order):
            for name in layer.tables:
                choose.addItem(f"{self._catalog.tables[name].title}（{layer.title}）", name)
        chosen = kind.match.table.name if kind.match is not None and kind.taken else None
        choose.setCurrentIndex(choose.findData(chosen) if chosen is not None or not kind.taken else -1)
        choose.setPlaceholderText(tr("请选择"))
        choose.activated.connect(lambda _: self._take_as(at, choose.currentData()))
        layout.addWidget(choose, 1)
        return made

    def _columns(self, at: int, found: "TableMatch") -> QWidget:
        """Return the grid of columns: name, sample, where it goes; the open ones first, the refused last."""
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(M)
        grid.setVerticalSpacing(S)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(2, 4)
        for side, title in enumerate((tr("文件里的列"), tr("例子"), tr("存到"))):
            grid.addWidget(label(title, "section"), 0, side)
        sample = self.kinds[at].first.sample
        ordered = [*found.unmatched, *(c for c in self.kinds[at].first.columns if c not in found.unmatched)]
        for line, name in enumerate(ordered, start=1):
            grid.addWidget(label(name, "strong", wrap=True), line, 0)
            grid.addWidget(_sample(sample.get(name, "")), line, 1)
            grid.addWidget(self._target(at, found, name), line, 2)
        return made

    def _target(self, at: int, found: "TableMatch", name: str) -> QWidget:
        if name in found.refused:
            return label(tr("不导入：{reason}").format(reason=found.refused[name]), "danger", wrap=True)
        used = filled_by(self._catalog, found, name)
        if used:
            return label(used, "muted", wrap=True)
        choose = choice_box(tr("{column} 存到哪个字段").format(column=name))
        choose.addItem(tr("不导入"), None)
        for field in fields_of(found):
            choose.addItem(field.title, field.name)
        choose.setCurrentIndex(max(choose.findData(found.fields.get(name)), 0))
        choose.activated.connect(lambda _: self._fill(at, name, choose.currentData()))
        return choose

    def _answer(self, question: "Question", value: str) -> None:
        self.answers[question.key] = value
        if question.about == "encoding":
            self.recoded.emit(question, value)

    def _take_as(self, at: int, table: str | None) -> None:
        self.kinds[at].take_as(self._catalog, table)
        self._changed(at)

    def _fill(self, at: int, name: str, field: str | None) -> None:
        self.kinds[at].fill(self._catalog, name, field)
        self._changed(at)

    def _changed(self, at: int) -> None:
        self._refresh()
        self.list.selectRow(at)


def _tone(kind: FileKind) -> int:
    return kind.urgency if kind.taken else 1


def _line(kind: FileKind) -> list[str]:
    table = kind.match.table.title if kind.match is not None and kind.taken else "—"
    return [kind.title, f"{len(kind.sources):,}", f"{kind.rows:,}", table, kind.state]


def _where(kind: FileKind) -> str:
    first = kind.first.path
    text = f"{first.parent.name}/{first.name}"
    rest = len(kind.sources) - 1
    return text + (tr("，还有 {n} 份同样的").format(n=rest) if rest else "")


def _sample(text: str) -> QLabel:
    made = label(text if len(text) <= 16 else text[:15] + "…", "caption")
    made.setToolTip(text)
    return made
