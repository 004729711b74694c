"""What will come, shown before it is made: the files, and of one table its columns and first rows."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from mingqing.core.text import tr
from mingqing.desktop.exporting.foresight import ROWS
from mingqing.desktop.tables import TextTable, table_view
from mingqing.desktop.widgets import M, S, column, label, row

if TYPE_CHECKING:
    from mingqing.desktop.exporting.foresight import Foresight, Sample

_LINE_PX, _HEADER_PX, _BAR_PX, _LEAST_PX, _WIDEST = 26, 34, 14, 64, 200
_TITLES = (tr("内容"), tr("文件或图层"), tr("图形"), tr("条数"))


class Preview(QWidget):
    """`wanted(str)` when the rows of another table are to be seen.

    heading, beside : what comes in all, and what does not; for a place above it.
    """

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = label("", "strong")
        self.beside = label("", "caption", wrap=True)
        self._files = TextTable(_TITLES, (3,), self)
        self.files = table_view(self._files, (190, 70, 80), name=tr("会得到的文件"))
        self._dense(self.files)
        self.files.horizontalHeader().setFixedHeight(_HEADER_PX)
        self.title, self.hint = label("", "strong"), label("", "caption")
        self.rows, self._sample = QTableView(), TextTable((), (), self)
        self.rows.setModel(self._sample)
        self.rows.setAccessibleName(tr("前几行"))
        self._tables: tuple[str, ...] = ()
        self.setObjectName("foresight")
        self._lay_out()
        self.files.selectionModel().currentRowChanged.connect(lambda now: self._want(now.row()))

    def _lay_out(self) -> None:
        layout = column(self, gap=S)
        layout.addWidget(self.files, 1)
        below = row(gap=M)
        below.addWidget(self.title)
        below.addWidget(self.hint, 1)
        layout.addLayout(below)
        layout.addWidget(self.rows, 2)
        for view in (self.files, self.rows):
            view.setMinimumHeight(_LEAST_PX)
        self.rows.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.rows.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.rows.setShowGrid(False)
        self.rows.setWordWrap(False)
        self.rows.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.rows.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.rows.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._dense(self.rows)
        header = self.rows.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionsClickable(False)

    @staticmethod
    def _dense(view: QTableView) -> None:
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(_LINE_PX)
        view.setTabKeyNavigation(False)

    # ── What is shown ──────────────────────────────────────────────────────────────────────────────────────────

    def wait(self) -> None:
        """Say that it is being looked up; what was shown before stays until it is there."""
        self.beside.setText(tr("正在看…"))

    def clear(self, sentence: str) -> None:
        """Show nothing, and why."""
        self.heading.setText(sentence)
        self.beside.clear()
        self._tables = ()
        self._files.show_rows(())
        self._show_sample(None)

    def show_foresight(self, found: "Foresight", numbers: Mapping[str, int] | None) -> None:
        """Show what would come. numbers : of rows, by table, where they are known."""
        what = (
            tr("会得到文件夹 {file}，{n} 张表") if found.is_folder else tr("会得到一个文件 {file}，{n} 张表")
        )
        self.heading.setText(what.format(file=found.place.name, n=len(found.tables)))
        out = tr("不能导出、没有放进去的：{tables}").format(tables="、".join(found.left_out))
        self.beside.setText(out if found.left_out else "")
        self._tables = tuple(each.table for each in found.tables)
        rows = [
            (f.title, f.file, f.kind, "" if numbers is None else f"{numbers.get(f.table, 0):,}")
            for f in found.tables
        ]
        chosen = self._tables.index(found.sample.table) if found.sample is not None else -1
        self.files.setColumnHidden(1, all(title == file for title, file, *_ in rows))
        quiet = self.files.selectionModel().blockSignals(True)  # noqa: FBT003 - Qt's signature
        self._files.show_rows(rows)
        self.files.selectRow(chosen)
        self.files.selectionModel().blockSignals(quiet)
        title = next((f.title for f in found.tables if found.sample and f.table == found.sample.table), "")
        self._show_sample(found.sample, title)

    def _show_sample(self, sample: "Sample | None", title: str = "") -> None:
        self.title.setText(tr("{title}的前几行").format(title=title) if title else "")
        columns = [_heading(*each) for each in sample.columns] if sample is not None else ()
        self._sample.show_columns(columns, sample.rows if sample is not None else ())
        header = self.rows.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setMaximumSectionSize(_WIDEST)
        self.rows.setMaximumHeight(header.sizeHint().height() + ROWS * _LINE_PX + _BAR_PX + 2)
        masked = sample is not None and any(each[2] for each in sample.columns)
        none = sample is not None and not sample.rows
        words = tr("没有记录") if none else tr("您的角色看不到的内容已打码") if masked else ""
        self.hint.setText(words)

    def _want(self, at: int) -> None:
        if 0 <= at < len(self._tables):
            self.wanted.emit(self._tables[at])


def _heading(title: str, name: str, masked: bool) -> str:  # noqa: FBT001 - a column of a sample
    return "\n".join(part for part in (title, name) if part) + (tr("（打码）") if masked else "")
