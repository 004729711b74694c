"""The line above the list: which table, how many rows, what is to be seen of them."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget

from mingqing.core.text import tr
from mingqing.desktop.look.icons import icon
from mingqing.desktop.table.ticks import TickMenu
from mingqing.desktop.widgets import M, S, button, choice_box, label, row

if TYPE_CHECKING:
    from mingqing.catalog.model import Table
    from mingqing.desktop.table.columns import Column

_ROOMY_PX = 880


class TableBar(QWidget):
    """What stands above the list.

    Signals
    -------
    chosen(str) : another table. switched() : rows are wanted from elsewhere. arranged() : other columns.
    """

    chosen = Signal(str)
    switched = Signal()
    arranged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tables = choice_box(tr("哪张表"))
        self.tables.setMinimumWidth(104)
        self.tables.setMaximumWidth(148)
        self.count = label("", "muted")
        self.count.setMinimumWidth(60)
        self.clearing = button(tr("清除筛选"), lambda: None, "inline")
        self.clearing.hide()
        self.filtering = _switch("fa6s.filter", tr("筛选"), tr("在各栏标题下面填要找的内容"), on=True)
        self.asking = _switch("fa6s.list-check", tr("条件"), tr("按条件查找  Ctrl+Shift+F"))
        self.in_view = _switch("fa6s.map", tr("图上范围"), tr("只列地图上现在看得到的"))
        self.only_selected = _switch("fa6s.square-check", tr("只看选中"), tr("只列选中的"))
        self.columns = TickMenu(self)
        self.arranging = _button("fa6s.table-columns", tr("列"), tr("选择显示哪些列"), self._drop, words=True)
        self.changing = _button(
            "fa6s.pen-to-square", tr("批量"), tr("批量修改、查找替换、从表格补充"), words=True
        )
        self.changing.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.changing.hide()
        self.copying = _button("fa6s.copy", tr("复制"), tr("复制选中的行，带列名，可粘贴到表格软件"))
        self.handing = _button(
            "fa6s.file-export", tr("导出这张表"), tr("按住拖到桌面或文件夹，得到这张表的文件；点一下先备好")
        )
        self.closing = _button("fa6s.xmark", tr("关闭属性表"), tr("关闭属性表  F6"))
        self._lay_out()
        self.tables.currentIndexChanged.connect(lambda _: self.chosen.emit(self.table))
        self.in_view.toggled.connect(lambda _on: self.switched.emit())
        self.only_selected.toggled.connect(lambda _on: self.switched.emit())
        self.columns.changed.connect(self.arranged)

    def _lay_out(self) -> None:
        layout = row(self, margins=(M, 4, S, 4), gap=S)
        layout.addWidget(self.tables)
        layout.addWidget(self.count, 1)
        layout.addWidget(self.clearing)
        for made in self._worded:
            layout.addWidget(made)
        layout.addWidget(self.copying)
        layout.addWidget(self.handing)
        layout.addWidget(self.closing)

    @property
    def _worded(self) -> tuple[QToolButton, ...]:
        listed = (self.filtering, self.asking, self.in_view, self.only_selected)
        return (*listed, self.arranging, self.changing)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Go without words where there is little room."""
        super().resizeEvent(event)
        style = Qt.ToolButtonStyle
        words = style.ToolButtonTextBesideIcon if self.width() >= _ROOMY_PX else style.ToolButtonIconOnly
        for made in self._worded:
            made.setToolButtonStyle(words)

    @property
    def table(self) -> str:
        """The table that is chosen; empty where there is none."""
        return str(self.tables.currentData() or "")

    def offer_tables(self, tables: "Sequence[Table]") -> None:
        """Offer these tables, the chosen one staying chosen."""
        before = self.table
        with QSignalBlocker(self.tables):
            self.tables.clear()
            for table in tables:
                self.tables.addItem(table.title, table.name)
            self.tables.setCurrentIndex(max(self.tables.findData(before), 0 if tables else -1))
        if self.table != before:
            self.chosen.emit(self.table)

    def offers(self, table: str) -> bool:
        """Whether a table is among those offered."""
        return self.tables.findData(table) >= 0

    def choose(self, table: str) -> None:
        """Choose a table, where it is offered."""
        at = self.tables.findData(table)
        if at >= 0:
            self.tables.setCurrentIndex(at)

    def offer_columns(
        self, columns: "Sequence[Column]", shown: Sequence[str], withheld: Sequence[str]
    ) -> None:
        """Offer the columns of a table, `shown` ticked, and name those of which the account sees nothing."""
        with QSignalBlocker(self.columns):
            self.columns.offer((c.name, c.title, c.name in shown) for c in columns)
            if withheld:
                self.columns.addSeparator()
                said = tr("另有 {n} 项您的角色用不到，不显示").format(n=len(withheld))
                note = self.columns.addAction(icon("fa6s.lock", "faint"), said)
                note.setEnabled(False)
                note.setToolTip("、".join(withheld))

    @property
    def narrows(self) -> bool:
        """Whether a switch leaves rows out."""
        return self.in_view.isChecked() or self.only_selected.isChecked()

    def want_all(self) -> None:
        """Switch off what leaves rows out, without a signal."""
        for switch in (self.in_view, self.only_selected):
            with QSignalBlocker(switch):
                switch.setChecked(False)

    def offer_places(self, *, on: bool) -> None:
        """Offer to list only what is in view, where rows of the table have a place that the account sees."""
        self.in_view.setEnabled(on)
        if not on:
            self.in_view.setChecked(False)
        tip = tr("只列地图上现在看得到的") if on else tr("这张表的记录在图上没有位置")
        self.in_view.setToolTip(tip)

    def _drop(self) -> None:
        self.columns.popup(self.arranging.mapToGlobal(QPoint(0, self.arranging.height() + 2)))


def _button(
    glyph: str, name: str, tip: str, clicked: Callable[[], object] = lambda: None, *, words: bool = False
) -> QToolButton:
    made = QToolButton()
    made.setIcon(icon(glyph))
    made.setIconSize(QSize(16, 16))
    made.setToolTip(tip)
    made.setAccessibleName(name)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.clicked.connect(lambda _checked=False: clicked())
    if words:
        made.setText(f" {name}")
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return made


def _switch(glyph: str, name: str, tip: str, *, on: bool = False) -> QToolButton:
    made = _button(glyph, name, tip, words=True)
    made.setCheckable(True)
    made.setChecked(on)
    return made
