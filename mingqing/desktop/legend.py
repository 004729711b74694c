"""The layer list at the left: what is on this map, in which symbols, how many; tables can be switched off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QCheckBox, QLabel, QScrollBar, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from mingqing.catalog.style import Marker, Shape
from mingqing.core.text import tr
from mingqing.desktop.exporting.pulling import Pull
from mingqing.desktop.look.colours import is_dark
from mingqing.desktop.look.icons import icon
from mingqing.desktop.map.view import PX_PER_MM
from mingqing.desktop.widgets import L, M, S, column, empty, label, row, scrolling
from mingqing.render.legend import legend_swatch

if TYPE_CHECKING:
    from mingqing.catalog.color import Color
    from mingqing.catalog.model import Catalog, Layer
    from mingqing.catalog.style import StyleClass
    from mingqing.render.scene import LegendEntry

WIDTH = 272  # a title of four characters beside two numbers of six digits
_SWATCH = 24, 16
_TALLEST = 24  # of a swatch that shows how large its marker is


@dataclass(frozen=True, slots=True)
class Caption:
    """By what a table is classed; `ramp` are the colours from thin to thick where its density is shown."""

    text: str
    ramp: "tuple[Color, ...]" = ()


class LegendPanel(QWidget):
    """Lists a thematic map's tables, its subject first.

    Signals
    -------
    switched(tables) : those that are on. classing(table) : one is to be classed in another way.
    pulled(table) : one is dragged away.
    """

    switched = Signal(object)
    classing = Signal(str)
    pulled = Signal(str)

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
        self._captions: Mapping[str, Caption] = {}
        self._classable: frozenset[str] = frozenset()
        self._shown: object = None
        self._pull = Pull(self)
        self._pull.pulled.connect(self.pulled)
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
        area = scrolling(inside)
        self._place = _Place(area.verticalScrollBar(), self)
        outer.addWidget(area, 1)

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
        """List the tables of `theme`; the same ones anew stay where they were."""
        place = self._place.at if theme is self._theme else 0
        focused = next((name for name, switch in self._switches.items() if switch.hasFocus()), "")
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
        if focused in self._switches:
            self._switches[focused].setFocus()
        self._place.go(place)

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

    def show_classed(self, classable: frozenset[str], captions: "Mapping[str, Caption]") -> None:
        """Offer to class some tables, and say by what those are that are not as their theme has them."""
        if (classable, captions) != (self._classable, self._captions):
            self._classable, self._captions = classable, dict(captions)
            if self._theme is not None:
                self.show_theme(self._theme)

    def number_of(self, table: str) -> str:
        """Return what is said of a table's rows: those on the map, and those there are."""
        return self._numbers[table].text()

    def switch_of(self, table: str) -> QCheckBox:
        """Return the box that switches a table on and off."""
        return self._switches[table]

    def turn(self, table: str, *, on: bool) -> bool:
        """Switch a table on or off, as its box does; return whether it was on before."""
        before = table not in self._off
        if table in self._switches:
            self._switches[table].setChecked(on)
        elif before != on:
            self._switch(table, on=on)
        return before

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
        switch.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # numbers come first
        switch.setChecked(name not in self._off)
        switch.setToolTip(tr("在图上显示或隐藏{title}；按住拖到桌面，得到它的文件").format(title=table.title))
        switch.toggled.connect(lambda on, of=name: self._switch(of, on=on))
        switch.setEnabled(count > 0)
        self._pull.watch(switch, name)
        line.addWidget(switch, 1)
        self._numbers[name] = label(f"{count:,}" if count else tr("暂无"), "caption")
        line.addWidget(self._numbers[name])
        if name in self._classable and count:
            line.addWidget(self._class_button(name))
        layout.addLayout(line)
        if name in self._captions:
            layout.addWidget(label(self._captions[name].text, "classed"))
            if self._captions[name].ramp:
                layout.addWidget(_ramp_row(self._captions[name].ramp))
        self._classes[name] = column(margins=(0, 0, 0, 8), gap=2)
        layout.addLayout(self._classes[name])
        return made

    def _class_button(self, name: str) -> QToolButton:
        made, title = QToolButton(), self._catalog.tables[name].title
        made.setObjectName("small")
        made.setIcon(icon("fa6s.palette", "accent" if name in self._captions else "muted"))
        made.setIconSize(QSize(14, 14))
        made.setToolTip(tr("分类…"))
        made.setAccessibleName(tr("{title}的分类").format(title=title))
        made.clicked.connect(lambda _checked=False: self.classing.emit(name))
        return made

    def _switch(self, table: str, *, on: bool) -> None:
        (self._off.discard if on else self._off.add)(table)
        self.switched.emit(self.tables_on())


class _Place(QObject):
    """Where somebody scrolled to: what is listed is less for a moment while it is drawn anew.

    at : pixels from the top.
    """

    def __init__(self, bar: QScrollBar, parent: QObject) -> None:
        super().__init__(parent)
        self._bar, self.at = bar, 0
        bar.valueChanged.connect(self._note)
        bar.rangeChanged.connect(lambda: bar.setValue(self.at))

    def go(self, to: int) -> None:
        """Scroll there, as soon as so much is listed."""
        self.at = to
        self._bar.setValue(to)

    def _note(self, value: int) -> None:
        held_back = value == self._bar.maximum() and value < self.at
        if not held_back:
            self.at = value


def _height(of: "StyleClass") -> int:
    """Return the pixels that a swatch needs: more than the usual for a marker whose size says something."""
    sizes = [s.size * PX_PER_MM for s in of.symbols if isinstance(s, Marker) and Shape.POLYGON in s.on]
    return min(max(_SWATCH[1], round(max(sizes, default=0))), _TALLEST)


def _ramp_row(ramp: "tuple[Color, ...]") -> QWidget:
    """Return a strip of colours between 疏 and 密."""
    made, strip = QWidget(), QLabel()
    layout = row(made, gap=S)
    stops = ", ".join(
        f"stop:{n / (len(ramp) - 1):.3f} {c.dark if is_dark() else c.light}" for n, c in enumerate(ramp)
    )
    strip.setStyleSheet(f"background: qlineargradient(x1:0, x2:1, {stops}); border-radius: 3px;")
    strip.setFixedHeight(10)
    layout.addWidget(label(tr("疏"), "caption"))
    layout.addWidget(strip, 1)
    layout.addWidget(label(tr("密"), "caption"))
    return made


class Elided(QLabel):
    """A caption that is cut short where there is no room for it, so that the number beside it never is."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("kind", "caption")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setToolTip(text)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw as much of the text as there is room for."""
        with QPainter(self) as painter:
            short = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, short)


def _class_row(entry: "LegendEntry") -> QWidget:
    made = QWidget()
    layout = row(made, gap=S)
    swatch, ratio = QLabel(), QGuiApplication.primaryScreen().devicePixelRatio()
    width, height = _SWATCH[0], _height(entry.style_class)
    image = legend_swatch(
        entry.style_class,
        (round(width * ratio), round(height * ratio)),
        px_per_mm=PX_PER_MM * ratio,
        dark=is_dark(),
    )
    image.setDevicePixelRatio(ratio)
    swatch.setPixmap(QPixmap.fromImage(image))
    layout.addWidget(swatch)
    layout.addWidget(Elided(entry.title), 1)
    if entry.count:
        layout.addWidget(label(f"{entry.count:,}", "caption"))
    return made
