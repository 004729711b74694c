"""The layer list at the left: what is on this map, in which symbols, how many; tables can be switched off."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from mingqing.core.text import tr
from mingqing.desktop.look.colours import is_dark
from mingqing.desktop.map.view import PX_PER_MM
from mingqing.desktop.widgets import L, M, S, column, empty, label, row, scrolling
from mingqing.render.legend import legend_swatch

if TYPE_CHECKING:
    from mingqing.catalog.model import Catalog, Layer
    from mingqing.render.scene import LegendEntry

WIDTH = 240
_SWATCH = 24, 16


class LegendPanel(QWidget):
    """Lists a thematic map's tables, its subject first. `switched(tables)` gives those that are on."""

    switched = Signal(object)

    def __init__(self, catalog: "Catalog", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("legend")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("图层与图例"))
        self._catalog = catalog
        self._off: set[str] = set()
        self._hidden: frozenset[str] = frozenset()
        self._counts: Mapping[str, int] = {}
        self._theme: Layer | None = None
        self._classes: dict[str, QVBoxLayout] = {}
        self._numbers: dict[str, QLabel] = {}
        self._switches: dict[str, QCheckBox] = {}
        self._shown: object = None
        self._title = label("", "title")
        self._about = label("", "caption", wrap=True)
        self._scope = label("", "caption", wrap=True)
        inside = QWidget()
        self._inside = column(inside, margins=(L, 0, M, L), gap=S)
        self._list = column(gap=4)
        self._inside.addLayout(self._list)
        self._inside.addStretch(1)
        head = column(margins=(L, L, M, M), gap=4)
        head.addWidget(self._title)
        head.addWidget(self._about)
        head.addWidget(self._scope)
        outer = column(self, gap=0)
        outer.addLayout(head)
        outer.addWidget(scrolling(inside), 1)

    def put_below(self, section: QWidget) -> None:
        """Let something follow the tables."""
        self._inside.insertWidget(self._inside.count() - 1, section)

    def hide_tables(self, names: frozenset[str]) -> None:
        """Leave out the tables that the account may not see."""
        self._hidden = names

    def show_counts(self, counts: Mapping[str, int], whole: str) -> None:
        """Say how many rows each table has in all; `whole` is of what: a village's name, or all."""
        self._counts = counts
        self._scope.setText(tr("数量：画面内 / {whole}").format(whole=whole))
        if self._theme is not None:
            self.show_theme(self._theme)

    def show_theme(self, theme: "Layer") -> None:
        """List the tables of `theme`."""
        self._theme = theme
        self._title.setText(theme.title)
        self._about.setText(theme.about)
        empty(self._list)
        self._classes, self._numbers, self._switches, self._shown = {}, {}, {}, None
        drawn = [d.table for d in reversed(theme.draws) if d.table not in self._hidden]
        subject = [name for name in theme.tables if name in drawn]
        for name in subject:
            self._list.addWidget(self._table(name))
        self._list.addSpacing(S)
        self._list.addWidget(label(tr("底图"), "section"))
        for name in drawn:
            if name not in subject:
                self._list.addWidget(self._table(name))

    def show_classes(self, rows: "Sequence[LegendEntry]", drawn: Mapping[str, int]) -> None:
        """Show the symbols of what the last drawing shows; `drawn` are the rows of each table on it."""
        shown = (is_dark(), [(entry.table, entry.title, entry.count) for entry in rows], dict(drawn))
        if shown == self._shown:
            return
        self._shown = shown
        for layout in self._classes.values():
            empty(layout)
        for name, number in self._numbers.items():
            count = self._counts.get(name, 0)
            if count and name in drawn:
                number.setText(f"{drawn[name]:,} / {count:,}")
        for entry in rows:
            if entry.table in self._classes:
                self._classes[entry.table].addWidget(_class_row(entry))

    def number_of(self, table: str) -> str:
        """Return what is said of a table's rows: those on the map, and those there are."""
        return self._numbers[table].text()

    def switch_of(self, table: str) -> QCheckBox:
        """Return the box that switches a table on and off."""
        return self._switches[table]

    def tables_on(self) -> frozenset[str] | None:
        """Return the tables of this map that are on, or None where all are."""
        if self._theme is None or not self._off:
            return None
        return frozenset(d.table for d in self._theme.draws) - self._off

    def _table(self, name: str) -> QWidget:
        table, count = self._catalog.tables[name], self._counts.get(name, 0)
        made = QWidget()
        layout = column(made, gap=0)
        line = row(gap=S)
        switch = QCheckBox(table.title)
        self._switches[name] = switch
        switch.setChecked(name not in self._off)
        switch.setToolTip(tr("在图上显示或隐藏{title}").format(title=table.title))
        switch.toggled.connect(lambda on, of=name: self._switch(of, on=on))
        switch.setEnabled(count > 0)
        line.addWidget(switch, 1)
        self._numbers[name] = label(f"{count:,}" if count else tr("暂无"), "caption")
        line.addWidget(self._numbers[name])
        layout.addLayout(line)
        self._classes[name] = column(margins=(0, 0, 0, 8), gap=2)
        layout.addLayout(self._classes[name])
        return made

    def _switch(self, table: str, *, on: bool) -> None:
        (self._off.discard if on else self._off.add)(table)
        self.switched.emit(self.tables_on())


def _class_row(entry: "LegendEntry") -> QWidget:
    made = QWidget()
    layout = row(made, gap=S)
    swatch, ratio = QLabel(), QGuiApplication.primaryScreen().devicePixelRatio()
    width, height = _SWATCH
    image = legend_swatch(
        entry.style_class,
        (round(width * ratio), round(height * ratio)),
        px_per_mm=PX_PER_MM * ratio,
        dark=is_dark(),
    )
    image.setDevicePixelRatio(ratio)
    swatch.setPixmap(QPixmap.fromImage(image))
    layout.addWidget(swatch)
    layout.addWidget(label(entry.title, "caption"), 1)
    if entry.count:
        layout.addWidget(label(f"{entry.count:,}", "caption"))
    return made
