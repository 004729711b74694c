"""Everything that is chosen for an export, on one screen, with what it would come to beside it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from mingqing.core.text import tr
from mingqing.desktop.evacuation.parts import Choices
from mingqing.desktop.exporting.audiences import AudienceTiles
from mingqing.desktop.exporting.checking import CheckPanel
from mingqing.desktop.exporting.ground import Counts, exportable
from mingqing.desktop.exporting.options import OptionPanel
from mingqing.desktop.exporting.place import PlaceLine
from mingqing.desktop.exporting.preview import Preview
from mingqing.desktop.exporting.tables import TableTicks
from mingqing.desktop.exporting.which import WhichRows
from mingqing.desktop.exporting.wish import AUDIENCES, PLAIN, Wish
from mingqing.desktop.villages.ticks import VillageTicks
from mingqing.desktop.widgets import L, M, S, button, choice_box, column, label, row, tab_through
from mingqing.export.asked import Asked, Format, Gate
from mingqing.export.choice import LON_LAT_ONLY

if TYPE_CHECKING:
    from mingqing.desktop.exporting.ground import Ground
    from mingqing.export.profile.model import Profile
    from mingqing.store.conditions.kept import Asked as Condition

_TABLES, _VILLAGES, _ROOMY, _NARROW = 292, 264, 1200, 0.78
_GATES = (
    (Gate.TELL, tr("导出前检查，有错误也导出")),
    (Gate.STOP, tr("导出前检查，有错误就不导出")),
    (Gate.SKIP, tr("导出前不检查")),
)


class Choosing(QWidget):
    """Signals: changed() : something else is asked for. seen(str) : the rows of a table. exporting() : make it."""

    changed = Signal()
    seen = Signal(str)
    exporting = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ground: Ground | None = None
        self._profiles: Mapping[str, Profile] = {}
        self._counts: Counts | None = None
        self._off: frozenset[str] = frozenset()  # of tables of which only some rows are meant
        self.wish = Wish()
        self.audiences, self.options, self.preview = AudienceTiles(), OptionPanel(), Preview()
        self.rows, self.tables, self.villages = WhichRows(), TableTicks(), VillageTicks()
        self.check, self.gate = CheckPanel(), choice_box(tr("导出前要不要检查"))
        self.place = PlaceLine()
        self.summary = label("", "strong", wrap=True)
        self.primary = button(tr("导出"), self.exporting.emit, "primary", glyph="fa6s.file-export")
        self._lay_out()
        self._connect()

    # ── Made of ────────────────────────────────────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
        outer = column(self, margins=(L, M, L, M), gap=M)
        outer.addWidget(self.audiences)
        panes = row(gap=L)
        self._left = self._pane(tr("导出什么"), self._lay_tables)
        self._middle = self._pane(tr("哪些村"), self._lay_villages)
        panes.addWidget(self._left)
        panes.addWidget(self._middle)
        panes.addWidget(self._pane(tr("怎么导出"), self._lay_options), 1)
        outer.addLayout(panes, 1)
        outer.addLayout(self._make_foot())

    @staticmethod
    def _pane(title: str, fill: Callable[[QVBoxLayout], None]) -> QFrame:
        made = QFrame()
        inside = column(made, gap=S)
        inside.addWidget(label(title, "strong"))
        fill(inside)
        return made

    def _lay_tables(self, inside: QVBoxLayout) -> None:
        inside.addWidget(self.rows)
        inside.addWidget(self.tables, 1)

    def _lay_villages(self, inside: QVBoxLayout) -> None:
        quick = row(gap=S)
        self.every = button(tr("全选"), lambda: self.villages.tick(self.villages.offered), "chip")
        self.none = button(tr("全不选"), lambda: self.villages.tick(()), "chip")
        self.here = button("", lambda: self.villages.tick(self._here), "chip")
        for made in (self.every, self.none, self.here):
            quick.addWidget(made)
        quick.addStretch(1)
        inside.addLayout(quick)
        inside.addWidget(self.villages, 1)

    def _lay_options(self, inside: QVBoxLayout) -> None:
        inside.addWidget(self.options)
        self.views = Choices(
            tr("看什么"),
            (("preview", tr("预览")), ("check", tr("数据检查"))),
            lambda v: self.show_view(str(v)),
        )
        line = row(gap=S)
        line.addWidget(self.views)
        line.addSpacing(S)
        line.addWidget(self.preview.heading)
        line.addWidget(self.preview.beside, 1)
        line.addStretch(1)
        inside.addLayout(line)
        self._shown = QStackedWidget()
        for value, words in _GATES:
            self.gate.addItem(words, value.value)
        self.check.head.insertWidget(0, self.gate, 1)
        self.check.head.addStretch(1)
        for part in (self.preview, self.check):
            self._shown.addWidget(part)
        inside.addWidget(self._shown, 1)
        self.show_view("preview")

    def _make_foot(self) -> QHBoxLayout:
        made = row(gap=M)
        made.addWidget(self.place, 1)
        made.addWidget(self.summary)
        made.addWidget(self.primary)
        return made

    def _connect(self) -> None:
        self.audiences.chosen.connect(self._take_audience)
        self.options.changed.connect(self._take)
        self.tables.changed.connect(self._take_ticks)
        self.villages.changed.connect(self._show)
        self.rows.box.activated.connect(lambda _n: self._turn_rows())
        self.gate.activated.connect(
            lambda _n: self._take(replace(self.wish, gate=Gate(self.gate.currentData())))
        )
        self.preview.wanted.connect(self.seen)
        self.place.renamed.connect(self.changed)
        self.place.moved.connect(lambda folder: self._take(replace(self.wish, folder=folder)))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave what would come as much room as there is."""
        super().resizeEvent(event)
        wide = self.width() >= _ROOMY
        for pane, width in ((self._left, _TABLES), (self._middle, _VILLAGES)):
            pane.setFixedWidth(width if wide else round(width * _NARROW))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Let Tab come to everything as one reads it."""
        super().showEvent(event)
        options = self.options
        tab_through(
            (
                *(self.audiences, self.rows, self.tables, self.every, self.none, self.here, self.villages),
                *(options.format, options.profile, options.crs, options.encoding, self.views),
                *(self.preview, self.check, self.place, self.primary),
            )
        )

    # ── What may be chosen ─────────────────────────────────────────────────────────────────────────────────────

    def begin(self, ground: "Ground", wish: Wish) -> None:
        """Offer a project's tables and villages, with what was chosen the last time."""
        self._ground, self._counts, self._off = ground, None, frozenset()
        self.wish = wish.fitting({})
        self.tables.offer(ground.session.catalog)
        codes = {entry.village.code for entry in ground.villages}
        self.villages.offer(ground.villages, self._here or codes)
        names = {entry.village.code: entry.village.name for entry in ground.villages}
        self.here.setText(tr("只要{village}").format(village=names.get(ground.village, "")))
        self.here.setVisible(ground.village in names and len(names) > 1)
        self.options.begin(ground.session.info.epsg, self._profiles)
        self.rows.begin(ground.selected, exportable(ground.session))
        self.place.begin(wish.folder)
        self.show_view("preview")
        self._show()

    def know(
        self, profiles: "Mapping[str, Profile]", counts: Counts, kept: "Sequence[tuple[str, Condition]]"
    ) -> None:
        """Take note of what was read of the project: exchange formats, numbers of rows, conditions that are kept."""
        if self._ground is None:
            return
        self._profiles, self._counts = profiles, counts
        known = self.wish if self.wish.profile in profiles else replace(self.wish, profile=PLAIN)
        self.wish = known.fitting(self._taken)
        self.options.begin(self._ground.session.info.epsg, profiles)
        self.rows.know(kept, exportable(self._ground.session))
        self._show()

    @property
    def _here(self) -> frozenset[str]:
        """The village on screen."""
        return frozenset({self._ground.village} - {""}) if self._ground is not None else frozenset()

    def _why_not(self) -> dict[str, tuple[str, str]]:
        """Return why tables cannot be ticked, in a word and in a sentence."""
        if self._ground is None:
            return {}
        catalog, may = self._ground.session.catalog, exportable(self._ground.session)
        profile, only = self.profile, self.rows.tables
        found = {}
        for name, table in catalog.tables.items():
            if name not in may:
                found[name] = tr("不能导出"), tr("您的角色不能导出“{table}”").format(table=table.title)
            elif self.wish.format is Format.DXF and not table.has_geometry:
                found[name] = tr("没有图形"), tr("“{table}”没有图形，画不进 CAD 图").format(table=table.title)
            elif AUDIENCES[self.wish.audience].share and table.personal:
                found[name] = tr("不公开"), tr("“{table}”有个人信息，公开分享不放").format(table=table.title)
            elif profile is not None and name not in profile.layouts:
                said = tr("交换格式“{profile}”里没有“{table}”")
                found[name] = tr("格式里没有"), said.format(profile=profile.title, table=table.title)
            elif only is not None and name not in only:
                found[name] = tr("不在其中"), tr("上面选的记录里没有“{table}”").format(table=table.title)
        return found

    # ── What is chosen ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def asked(self) -> Asked:
        """What is to leave."""
        wish, ticked = self.wish, self.villages.ticked
        whole = ticked == self.villages.offered or self.rows.anywhere
        return Asked(
            wish.format,
            tables=self.tables.ticked,
            villages=None if whole else tuple(sorted(ticked)),
            where=self.rows.where,
            among=self.rows.among,
            epsg=None if wish.format in LON_LAT_ONLY else self.options.epsg(wish),
            encoding=wish.encoding,
            profile=_named(wish),
            gate=wish.gate,
            share=AUDIENCES[wish.audience].share,
        )

    @property
    def profile(self) -> "Profile | None":
        """By which names and codes; None until it is read."""
        return self._profiles.get(_named(self.wish))

    @property
    def numbers(self) -> Mapping[str, int] | None:
        """How many rows of each table would leave; None while that is not known."""
        if self.rows.anywhere:
            return {table: len(ids) for table, ids in self.rows.among.items()}
        if self._counts is None or self.rows.where:
            return None
        ticked = self.villages.ticked
        whole = ticked == self.villages.offered
        return {
            table: sum(n for village, n in by.items() if whole or village in ticked)
            for table, by in self._counts.items()
        }

    @property
    def lacking(self) -> str:
        """What has to be chosen first, in a sentence; empty where nothing has."""
        if not self.tables.ticked:
            return tr("请至少勾一张表")
        if not self.villages.ticked and not self.rows.anywhere:
            return tr("请至少勾一个村")
        return ""

    def _take_audience(self, code: str) -> None:
        self._take(replace(self.wish, audience=code))

    @property
    def _taken(self) -> Mapping[str, Collection[str]]:
        """The formats that each exchange format allows."""
        return {name: profile.formats for name, profile in self._profiles.items()}

    def _take(self, wish: Wish) -> None:
        self.wish = wish.fitting(self._taken)
        self._show()

    def _take_ticks(self) -> None:
        ticked, cannot = set(self.tables.ticked), self._why_not()
        off = {name for name in self.tables.leaves if name not in ticked and name not in cannot}
        if self.rows.tables is None:
            self.wish = replace(self.wish, off=frozenset(off | (self.wish.off & cannot.keys())))
        else:
            self._off = frozenset(off)
        self._show()

    def _turn_rows(self) -> None:
        self._off = frozenset()
        self._show()

    # ── What is shown ──────────────────────────────────────────────────────────────────────────────────────────

    def show_view(self, which: str) -> None:
        """Show what would leave, or what is wrong with it."""
        self.views.show_choice(which)
        self._shown.setCurrentWidget(self.preview if which == "preview" else self.check)
        for part in (self.preview.heading, self.preview.beside):
            part.setVisible(which == "preview")

    def _show(self) -> None:
        wish = self.wish
        self.audiences.show_choice(wish.audience)
        self.options.show_wish(wish)
        self.tables.show_choice(wish.off if self.rows.tables is None else self._off, self._why_not())
        self.tables.count(self.numbers)
        self.villages.setEnabled(not self.rows.anywhere)
        self.gate.setCurrentIndex(max(self.gate.findData(wish.gate.value), 0))
        self.place.propose(self._usual_name)
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        self.summary.setText(self.lacking)
        self.summary.setVisible(bool(self.lacking))
        self.primary.setEnabled(not self.lacking and bool(self._profiles))

    @property
    def _usual_name(self) -> str:
        if self._ground is None:
            return ""
        ticked = self.villages.ticked
        only = next((e.village.name for e in self._ground.villages if ticked == {e.village.code}), "")
        day = date.today()  # noqa: DTZ011 - the clerk's day
        return f"{only or self._ground.session.info.name}-{day:%Y%m%d}"


def _named(wish: Wish) -> str:
    """Return the exchange format that is used: a page calls everything as the program does."""
    return PLAIN if wish.format is Format.HTML else wish.profile
