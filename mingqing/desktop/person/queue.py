"""The queue of rows past the term for which they may be kept."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import QAbstractItemView, QDateEdit, QLineEdit, QWidget

from mingqing.core.text import tr
from mingqing.desktop.pages.dialogs import Sheet
from mingqing.desktop.tables import TextTable, table_view
from mingqing.desktop.widgets import M, S, button, column, label, restyle, row
from mingqing.store.people import Due


class QueueStep(QWidget):
    """Signals: keep(), erase() what is selected."""

    keep = Signal()
    erase = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._due: Sequence[Due] = ()
        self.note = label("", "muted", wrap=True)
        self._model = TextTable([tr("名称"), tr("哪张表"), tr("村"), tr("保存期限")])
        self.table = table_view(self._model, (200, 240, 160), name=tr("过了保存期限的记录"))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._update())
        self.everything = button(tr("全选"), self.table.selectAll)
        self.keeping = button(tr("延长期限…"), self.keep.emit, glyph="fa6s.calendar-plus")
        self.erasing = button(tr("删除…"), self.erase.emit, glyph="fa6s.trash")
        foot = row(gap=M)
        for each in (self.everything, self.keeping, self.erasing):
            foot.addWidget(each)
        foot.addStretch(1)
        layout = column(self, gap=S)
        layout.addWidget(self.note)
        layout.addWidget(self.table, 1)
        layout.addStretch(0)
        layout.addLayout(foot)

    def show_due(self, due: Sequence[Due], titles: Mapping[str, str], villages: Mapping[str, str]) -> None:
        """Show what is due; `titles` of tables, `villages` by code."""
        self._due = due
        self._model.show_rows(
            [
                [d.name, titles[d.table], villages.get(d.village or "", d.village or ""), d.keep_until]
                for d in due
            ]
        )
        for each in (self.table, self.everything, self.keeping, self.erasing):
            each.setVisible(bool(due))
        self.say(
            tr("{n:,} 条记录过了保存期限，请逐条复核：还有必要的延长期限，没有必要的删除").format(n=len(due))
            if due
            else tr("没有过了保存期限的记录")
        )
        self._update()

    def say(self, sentence: str, tone: str = "muted") -> None:
        """Show what there is, or what was refused."""
        self.note.setText(sentence)
        restyle(self.note, "kind", tone)

    @property
    def chosen(self) -> list[Due]:
        """The rows that are selected."""
        return [self._due[i.row()] for i in self.table.selectionModel().selectedRows()]

    def forget(self) -> None:
        """Keep nothing of it."""
        self.show_due((), {}, {})

    def _update(self) -> None:
        chosen = bool(self.table.selectionModel().selectedRows())
        for each in (self.keeping, self.erasing):
            each.setEnabled(chosen)


class ReviewSheet(Sheet):
    """Asks for the reason of a review."""

    def __init__(self, title: str, about: str, action: str, parent: QWidget | None = None) -> None:
        super().__init__(title, about, action, parent)
        self.why = QLineEdit()
        self.why.setPlaceholderText(tr("会记入日志，不要写姓名和号码"))


class KeepSheet(ReviewSheet):
    """Asks until when rows are to be kept, and why."""

    def __init__(self, count: int, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("延长 {n} 条记录的保存期限").format(n=count),
            tr("保存期限应当是实现处理目的所必要的最短时间"),
            tr("延长"),
            parent,
        )
        self.until = QDateEdit(QDate.currentDate().addYears(1))
        self.until.setDisplayFormat("yyyy-MM-dd")
        self.until.setCalendarPopup(True)
        self.field(tr("保存到"), self.until)
        self.field(tr("理由"), self.why)
        self.finish()


class EraseSheet(ReviewSheet):
    """Asks why rows past their term are to be deleted."""

    def __init__(self, described: str, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("删除到期的记录"),
            tr("删除：{what}。连同修改历史一起删除，不能撤销；人口会连同只因此人而有的记录一起删除").format(
                what=described
            ),
            tr("删除"),
            parent,
        )
        self.primary.setProperty("kind", "danger")
        self.field(tr("理由"), self.why)
        self.finish()
