"""The side panel where a table is classed: by what, how, in which colours; the map follows as one chooses."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QToolButton, QWidget

from mingqing.classify.axis import Axis
from mingqing.classify.choice import VALUE, Choice, Kind, Method, Part
from mingqing.classify.divide import cuts_of, default_palette, palette_of, recoloured, with_breaks
from mingqing.classify.fields import fields_for, kinds_for, offers
from mingqing.classify.palettes import PaletteKind
from mingqing.classify.prepare import Prepared, are_lines, prepare, unsettled
from mingqing.classify.statistics import statistics
from mingqing.core.text import tr
from mingqing.desktop.classify.histogram import Histogram
from mingqing.desktop.classify.looks import Key, Looks, today
from mingqing.desktop.classify.parts import PartList
from mingqing.desktop.classify.rules import RuleList
from mingqing.desktop.classify.swatches import PalettePicker
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import L, M, S, button, choice_box, column, label, row, scrolling

if TYPE_CHECKING:
    from mingqing.access.policy import Policy
    from mingqing.catalog.model import Catalog, Field, Layer
    from mingqing.store.session import Session

WIDTH = 320
_KINDS = {
    Kind.CATEGORIES: tr("按类别上色"),
    Kind.GRADUATED: tr("按数值分级上色"),
    Kind.SIZE: tr("按数值分大小"),
    Kind.RULES: tr("按条件上色"),
    Kind.AREAS: tr("按统计数上色"),
    Kind.HEAT: tr("热力图"),
}
_METHODS = {
    Method.NATURAL: (tr("自然断点"), tr("在数值的空当处分开，同一级里最相近")),
    Method.QUANTILE: (tr("等数量"), tr("每一级的数量差不多")),
    Method.EQUAL: (tr("等间距"), tr("每一级的宽度差不多")),
}
_RANGED = frozenset({Kind.GRADUATED, Kind.SIZE, Kind.AREAS})
_PALETTES = {
    Kind.CATEGORIES: (PaletteKind.CATEGORIES,),
    Kind.RULES: (PaletteKind.CATEGORIES,),
    Kind.HEAT: (PaletteKind.RAMP,),
    Kind.SIZE: (PaletteKind.RAMP,),
}


class ClassifyPanel(QWidget):
    """Classes one table of a thematic map. `opened()`, and `closed()` when it is put away."""

    closed = Signal()
    opened = Signal()

    def __init__(self, catalog: "Catalog", jobs: Jobs, looks: Looks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("分类"))
        self._catalog, self._jobs, self._looks = catalog, jobs, looks
        self._policy: Policy | None = None
        self._may_keep, self._why_not = False, ""
        self._key: Key = ("", "")
        self._made: Prepared | None = None
        self._filling = False
        self._title = label("", "title")
        self.kind, self.field = choice_box(tr("方式")), choice_box(tr("依据"))
        self.method, self.classes = choice_box(tr("分法")), choice_box(tr("级数"))
        self.reverse = QCheckBox(tr("颜色反过来"))
        self.histogram, self.palettes = Histogram(), PalettePicker()
        self.parts, self.rules = PartList(), RuleList()
        self._about = label("", "caption", wrap=True)
        self.back = button(tr("恢复默认"), self._reset)
        self.back.setToolTip(tr("照主题原来的样子画，项目里保存的分类也一并取消"))
        self.keep = button(tr("保存到项目"), self._keep, "primary")
        self._lay_out()
        self._connect()
        self.hide()

    # ── Made of ────────────────────────────────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
        outer = column(self, gap=0)
        head = row(margins=(L, M, S, S), gap=S)
        head.addWidget(self._title, 1)
        head.addWidget(_closer(self.put_away))
        outer.addLayout(head)
        inside = QWidget()
        layout = column(inside, margins=(L, 0, L, L), gap=S)
        self._lines: dict[QWidget, QWidget] = {}
        for text, box in ((tr("方式"), self.kind), (tr("依据"), self.field), (tr("分法"), self.method)):
            layout.addWidget(self._line(text, box))
        layout.addWidget(self._line(tr("级数"), self.classes))
        layout.addWidget(self._about)
        layout.addWidget(self.histogram)
        layout.addWidget(self.parts)
        layout.addWidget(self.rules)
        self._colours = label(tr("配色（色觉障碍者也能分清）"), "section")
        layout.addSpacing(S)
        layout.addWidget(self._colours)
        layout.addWidget(self.palettes)
        layout.addWidget(self.reverse)
        layout.addStretch(1)
        outer.addWidget(scrolling(inside), 1)
        foot = row(margins=(L, S, L, M), gap=S)
        foot.addWidget(self.back)
        foot.addWidget(self.keep, 1)
        outer.addLayout(foot)

    def _line(self, text: str, box: QComboBox) -> QWidget:
        made = QWidget()
        inside = row(made, gap=S)
        named = label(text, "muted")
        named.setFixedWidth(36)
        inside.addWidget(named)
        inside.addWidget(box, 1)
        self._lines[box] = made
        return made

    def _connect(self) -> None:
        for kind, (text, why) in _METHODS.items():
            self.method.addItem(text, kind)
            self.method.setItemData(self.method.count() - 1, why, Qt.ItemDataRole.ToolTipRole)
        for n in range(2, 10):
            self.classes.addItem(tr("{n} 级").format(n=n), n)
        self.kind.currentIndexChanged.connect(self._choose_kind)
        for box in (self.field, self.method, self.classes):
            box.currentIndexChanged.connect(self._choose)
        self.reverse.toggled.connect(self._choose_colours)
        self.palettes.chosen.connect(self._choose_colours)
        self.parts.edited.connect(self._edit_parts)
        self.rules.edited.connect(self._edit_rules)
        self.histogram.moved.connect(self._move_break)
        self._looks.changed.connect(self._update_buttons)

    # ── What it is about ───────────────────────────────────────────────────────────────────────────────────

    def offer(self, session: "Session") -> None:
        """Offer what the account of a project that was just opened sees."""
        self._policy = session.policy
        self._why_not = session.info.read_only or (
            "" if session.policy.edits else tr("您的账号只能查看，分类只在这次打开时有效")
        )
        self._may_keep = not self._why_not
        self.hide()

    def show_table(self, theme: str, table: str) -> None:
        """Open for a table of a map."""
        self._key = (theme, table)
        self._made = self._looks.of(self._key)
        self._title.setText(tr("分类：{title}").format(title=self._catalog.tables[table].title))
        self._filling = True
        self.kind.clear()
        for kind in self._kinds(table):
            self.kind.addItem(_KINDS[kind], kind)
        if self._made is not None:
            self.kind.setCurrentIndex(max(self.kind.findData(self._made.choice.kind), 0))
        self._filling = False
        self._fill()
        self.show()
        self.opened.emit()
        self.kind.setFocus()

    def follow(self, theme: str) -> None:
        """Stay open on another map only for a table that it has, too."""
        if not self.isHidden() and self.table in self.classable(self._catalog.layers[theme]):
            self.show_table(theme, self.table)
        else:
            self.put_away()

    def classable(self, theme: "Layer") -> frozenset[str]:
        """Return the tables of a map that can be classed."""
        return frozenset(
            d.table
            for d in theme.draws
            if self._catalog.styles[d.table][d.variant].otherwise.symbols and self._kinds(d.table)
        )

    def put_away(self) -> None:
        """Close; what was chosen stays on the map."""
        self.hide()
        self.closed.emit()

    @property
    def table(self) -> str:
        """The table it is open for."""
        return self._key[1]

    def _kinds(self, table: str) -> tuple[Kind, ...]:
        return kinds_for(table, self._policy) if self._policy is not None else ()

    # ── What is chosen ─────────────────────────────────────────────────────────────────────────────────────

    def _kind(self) -> Kind:
        return Kind(self.kind.currentData() or Kind.CATEGORIES)

    def _choose_kind(self) -> None:
        if self._filling:
            return
        self._made = None
        self._fill()
        if self._kind() is Kind.RULES and not self.rules.boxes:
            self.rules.add()

    def _choose(self) -> None:
        """Make the classes anew."""
        if self._filling:
            return
        picked = self.field.currentData()
        if picked is None and self._kind() is not Kind.RULES:
            self._reset()
            return
        self._ask(unsettled(self._choice(picked)))

    def _choice(self, picked: tuple[str, str] | None) -> Choice:
        kind = self._kind()
        table, field = picked or (self._key[1], "")
        before = self._made.choice if self._made is not None else None
        palette = before.palette if before is not None and before.kind is kind else default_palette(kind)
        parts = before.parts if before is not None and kind is Kind.RULES else ()
        return Choice(
            table,
            kind,
            field,
            Method(self.method.currentData()),
            int(self.classes.currentData()),
            palette,
            self.reverse.isChecked(),
            parts,
        )

    def _ask(self, choice: Choice) -> None:
        key = self._key

        def work(session: "Session", _job: Job[Prepared]) -> Prepared:
            return prepare(session, choice, today=today())

        def done(made: Prepared) -> None:
            self._looks.put(key, made)
            if key == self._key:
                self._made = made
                self._show_made()

        self._jobs.start(ReadJob(work, done=done, topic="classify"))

    def _put(self, choice: Choice) -> None:
        """Show a choice whose rows are in the same classes as before."""
        if self._made is not None:
            self._made = replace(self._made, choice=choice)
            self._looks.put(self._key, self._made)
            self._show_made()

    def _choose_colours(self, picked: str | bool) -> None:  # noqa: FBT001 - a palette's code, or a tick
        if self._made is None or self._filling:
            return
        choice = replace(self._made.choice, reverse=self.reverse.isChecked())
        self._put(recoloured(replace(choice, palette=picked) if isinstance(picked, str) else choice))

    def _edit_parts(self, parts: tuple[Part, ...]) -> None:
        if self._made is not None:
            self._put(replace(self._made.choice, parts=parts))

    def _edit_rules(self, parts: tuple[Part, ...]) -> None:
        if parts:
            self._ask(replace(self._choice(None), parts=parts))
        else:
            self._reset()

    def _move_break(self, n: int, number: float) -> None:
        made = self._made
        if made is None:
            return
        axis, about = self._axis(made.choice)
        cuts = cuts_of(made.choice, axis)
        cuts[n] = number
        table = self._catalog.tables[made.choice.table]
        least = float(made.numbers[0]) if len(made.numbers) else None
        choice = with_breaks(made.choice, about, axis, cuts, least=least, lines=are_lines(table))
        self._ask(choice)

    def _axis(self, choice: Choice) -> tuple[Axis, str]:
        """Return the axis of a choice's numbers, and what its conditions are about."""
        if choice.kind is Kind.AREAS:
            return statistics()[choice.field].axis, VALUE
        return Axis.of(self._described(choice)), choice.field

    def _described(self, choice: Choice) -> "Field":
        return self._catalog.tables[choice.table].field_by_name[choice.field]

    def _reset(self) -> None:
        self._made = None
        self._looks.reset(self._key, forgetting=self._may_keep)
        self._fill()

    def _keep(self) -> None:
        if self._made is not None:
            self._looks.keep(self._key)

    # ── What is shown ──────────────────────────────────────────────────────────────────────────────────────

    def _fill(self) -> None:
        """Fill the boxes by the way that is chosen, and with what is in force."""
        self._filling = True
        kind, choice = self._kind(), self._made.choice if self._made is not None else None
        self.field.clear()
        self.field.addItem(tr("请选择…") if choice is None else tr("主题默认"), None)
        offered = offers(self.table, kind, self._policy) if self._policy is not None else []
        for offer in offered:
            self.field.addItem(offer.title, (offer.table, offer.field))
            if choice is not None and (choice.table, choice.field) == (offer.table, offer.field):
                self.field.setCurrentIndex(self.field.count() - 1)
        if choice is not None:
            self.method.setCurrentIndex(self.method.findData(choice.method))
        self.classes.setCurrentIndex(self.classes.findData(choice.classes if choice is not None else 5))
        self.reverse.setChecked(choice is not None and choice.reverse)
        if kind is Kind.RULES:
            fields = fields_for(self._catalog.tables[self.table], kind, self._policy) if self._policy else ()
            parts = choice.parts if choice is not None else ()
            self.rules.show_rules(fields, parts, palette_of(Choice("", kind)).colors(8))
        self._filling = False
        self._show_made()

    def _show_made(self) -> None:
        made, kind = self._made, self._kind()
        ranged, some = kind in _RANGED, made is not None and bool(made.choice.parts)
        self._lines[self.field].setVisible(kind is not Kind.RULES)
        for box in (self.method, self.classes):
            self._lines[box].setVisible(ranged)
        self.histogram.setVisible(ranged and some)
        self.parts.setVisible(kind is not Kind.RULES and some)
        self.rules.setVisible(kind is Kind.RULES)
        coloured = made is not None and kind is not Kind.RULES
        for part in (self._colours, self.palettes):
            part.setVisible(coloured)
        self.reverse.setVisible(coloured and kind in {Kind.CATEGORIES, Kind.GRADUATED, Kind.AREAS})
        self._say(made, kind)
        if made is not None:
            self._show_classes(made, kind, ranged=ranged)
        self._update_buttons()

    def _show_classes(self, made: Prepared, kind: Kind, *, ranged: bool) -> None:
        choice = made.choice
        if ranged:
            axis, _ = self._axis(choice)
            self.histogram.show_numbers(made.numbers, cuts_of(choice, axis), choice.parts, axis)
        if kind is Kind.RULES:
            self.rules.show_counts(made.counts)
            return
        if kind is not Kind.HEAT:
            self.parts.show_parts(choice.parts, made.counts if made.counts[-1:] != (0,) else made.counts[:-1])
        kinds = _PALETTES.get(kind, (PaletteKind.RAMP, PaletteKind.DIVERGING))
        shown = palette_of(choice).code
        self.palettes.offer(kinds, len(choice.parts) or 5, shown, reverse=choice.reverse)

    def _say(self, made: Prepared | None, kind: Kind) -> None:
        """Say in a line what the way is good for, or what came of it."""
        if made is None:
            text = _ABOUT[kind]
        elif kind is Kind.HEAT and not made.counts[0]:
            text = tr("这里没有一条在图上有位置，画不出热力图；换一项，或者先补上位置")
        elif kind is Kind.HEAT:
            text = tr("颜色越重的地方越密，共算了 {n:,} 条；放大后分得更细").format(n=made.counts[0])
        elif kind is Kind.RULES:
            text = tr("哪条都不符合的有 {n:,} 个，画成灰色").format(n=made.counts[-1])
        elif not made.choice.parts:
            text = tr("这一项还没有填过内容，换一项试试")
        else:
            text = tr("数量按全部统计，不随画面和选中的村变化")
            if kind in _RANGED and len(made.choice.parts) < made.choice.classes:
                few = tr("数值太集中，只分得出 {n} 级；").format(n=len(made.choice.parts))
                text = few + text
        self._about.setText(text)
        self._about.setVisible(bool(text))

    def _update_buttons(self) -> None:
        kept, now = self._looks.is_kept(self._key), self._looks.of(self._key)
        self.back.setEnabled(now is not None)
        drawn = now is not None and self._made is not None  # nothing chosen in the boxes: nothing to be kept
        self.keep.setEnabled(self._may_keep and drawn and not kept)
        self.keep.setText(tr("已保存") if kept and drawn else tr("保存到项目"))
        self.keep.setToolTip(self._why_not)


_ABOUT = {
    Kind.CATEGORIES: tr("每个值一种颜色，例如房屋用途、是否空置"),
    Kind.GRADUATED: tr("数值分成几级，颜色由浅到深，例如建成年份、建筑面积"),
    Kind.SIZE: tr("数值越大，图上的圆点越大、线越粗"),
    Kind.RULES: tr("几个条件合在一起，例如 1980 年以前建的土木房"),
    Kind.AREAS: tr("按每个村（网格）的人口、空置率等上色，整县一看便知"),
    Kind.HEAT: tr("看哪里最密，适合看全乡全县"),
}


def _closer(clicked: object) -> QToolButton:
    made = QToolButton()
    made.setIcon(icon("fa6s.xmark"))
    made.setIconSize(QSize(16, 16))
    made.setToolTip(tr("关闭"))
    made.setAccessibleName(tr("关闭分类"))
    made.clicked.connect(clicked)
    return made
