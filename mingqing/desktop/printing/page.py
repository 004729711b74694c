"""The print page: what you see is the paper. A page at the left, what is chosen of it at the right."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from mingqing.core.errors import MingqingError
from mingqing.core.text import tr
from mingqing.desktop.banner import Banner
from mingqing.desktop.jobs import DrawJob, Job, ReadJob
from mingqing.desktop.printing.choices import ChoicePanel, TemplateName, next_scale
from mingqing.desktop.printing.drafting import Checked, Drawn, Order, PageWanted
from mingqing.desktop.printing.giving import Giving
from mingqing.desktop.printing.troubles import TroubleList
from mingqing.desktop.printing.view import PageView
from mingqing.desktop.widgets import M, S, button, column, empty, label, row, rule, scrolling
from mingqing.printing.template.find import templates
from mingqing.printing.wall.asked import SIZES, Asked

if TYPE_CHECKING:
    from mingqing.desktop.jobs import Jobs
    from mingqing.desktop.map.studio import Studio
    from mingqing.desktop.printing.ground import Ground
    from mingqing.desktop.settings import Settings
    from mingqing.printing.wall.preflight import Trouble
    from mingqing.store.session import Session

_WIDTH = 348
_DIFFERS = 0.02
_KEPT = ("paper", "portrait", "mono", "footer")  # of a computer, whatever is printed
_STEPS = 100


class PrintPage(QWidget):
    """Shows one map as it will be printed, and hands it out. `left()` : back to the map."""

    left = Signal()

    def __init__(self, jobs: "Jobs", studio: "Studio", settings: "Settings") -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._jobs, self._studio, self._settings = jobs, studio, settings
        self.asked: Asked | None = None
        self._ground: Ground | None = None
        self._undone: list[Asked] = []
        self._done: list[Asked] = []
        self._sheet, self._since, self._wished = 0, 0, ""
        self._checked = False
        self.view, self.choices, self.troubles = PageView(), ChoicePanel(), TroubleList()
        self.banner, self.giving = Banner(), Giving(jobs, studio, self)
        self._lay_out()
        self._connect()

    # ── Made of ────────────────────────────────────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
        self._sheets = QButtonGroup(self)
        self._strip = QWidget()
        self._strip.setObjectName("sheets")
        self._numbers = row(self._strip, margins=(M, 4, M, 4), gap=4)
        self._strip.hide()
        left = column(gap=0)
        left.addWidget(self.banner)
        left.addWidget(self.view, 1)
        left.addWidget(self._strip)
        side = QFrame()
        side.setObjectName("print_side")
        side.setFixedWidth(_WIDTH)
        inside = column(side, gap=0)
        self._area = scrolling(self.choices)
        inside.addWidget(self._area, 1)
        inside.addWidget(rule())
        inside.addWidget(self.troubles)
        inside.addWidget(self.giving)
        middle = row(gap=0)
        middle.addLayout(left, 1)
        middle.addWidget(side)
        outer = column(self, gap=0)
        outer.addWidget(self._head())
        outer.addLayout(middle, 1)

    def _head(self) -> QWidget:
        made = QWidget()
        made.setObjectName("topbar")
        made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        made.setFixedHeight(56)
        line = row(made, margins=(M, 0, M, 0), gap=S)
        back = button(tr("返回地图"), self.left.emit, "plain", glyph="fa6s.arrow-left")
        back.setToolTip(tr("返回地图  Esc"))
        line.addWidget(back)
        line.addSpacing(S)
        line.addWidget(label(tr("打印地图"), "title"))
        line.addSpacing(M)
        hint = label(tr("拖动图框里的图来移动，按住 Ctrl 滚轮换比例尺，双击标题改字"), "caption")
        hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        line.addWidget(hint, 1)
        self._add_zoom(line)
        return made

    def _add_zoom(self, line: QHBoxLayout) -> None:
        self._percent = label("", "muted")
        self._percent.setMinimumWidth(52)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignCenter)
        nearer = button(
            tr("看近些"), lambda: self.view.zoom(1.25), "chip", glyph="fa6s.magnifying-glass-plus"
        )
        further = button(
            tr("看远些"), lambda: self.view.zoom(0.8), "chip", glyph="fa6s.magnifying-glass-minus"
        )
        for made in (further, nearer):
            made.setToolTip(made.accessibleName())
            made.setText("")
            made.setIconSize(QSize(16, 16))
            made.setFixedWidth(38)
        self._fits: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        for how, text in (("page", tr("整页")), ("width", tr("页宽"))):
            made = button(text, partial(self.view.fit, how), "chip")
            made.setCheckable(True)
            group.addButton(made)
            self._fits[how] = made
        self._group = group
        for part in (further, self._percent, nearer, *self._fits.values()):
            line.addWidget(part)

    def _connect(self) -> None:
        view, choices = self.view, self.choices
        view.moved.connect(self._follow_hand)
        view.stepped.connect(self.step)
        view.retitled.connect(lambda text: self.change(title=text))
        view.sharpen.connect(self._sharpen)
        view.zoomed.connect(self._show_zoom)
        view.foot.connect(partial(choices.fill_in, "makers"))
        choices.wanted.connect(self._area.ensureWidgetVisible)
        self.troubles.filling.connect(choices.fill_in)
        choices.changed.connect(lambda changes: self.change(**changes))
        choices.stepped.connect(self.step)
        choices.as_screen.clicked.connect(self._restyle)
        choices.whole.connect(lambda: self.change(centre=None, scale=None))
        self.troubles.placed.connect(self._show_place)
        self.troubles.opened.connect(self._open_row)
        self.giving.said.connect(self.banner.say)
        self.giving.smaller.connect(lambda paper: self.change(paper=paper))

    # ── What is asked for ──────────────────────────────────────────────────────────────────────────────────────

    def remembered(self, asked: Asked) -> Asked:
        """Return what is asked for on the paper, and so on, that was chosen last on this computer."""
        kept = self._settings.printing.get("map")
        kept = kept if isinstance(kept, dict) else {}
        plain = {name: value for name, value in kept.items() if name in _KEPT}
        # A template is taken up once it is known that this project has it.
        self._wished = str(kept.get("template", "")) if kept.get("theme") == asked.theme else ""
        try:
            return Asked.from_plain(asked.as_plain() | plain)
        except (MingqingError, TypeError, ValueError):
            return asked

    def begin(self, ground: "Ground", asked: Asked) -> None:
        """Show a map as a page."""
        self._ground = ground
        self._since += 1
        self._done, self._undone = [], []
        self.choices.begin(ground)
        self._jobs.start(ReadJob(_templates, done=self._offer_templates, topic="templates"))
        self.asked = None
        self.view.show_page(None)
        self._ask(asked)
        self.view.setFocus()

    def forget(self) -> None:
        """Drop whatever is shown: the project is closed."""
        self.asked = self._ground = None
        self._done, self._undone = [], []
        self.view.show_page(None)
        self.troubles.show_troubles(())
        self.banner.clear()
        self.giving.forget()

    def change(self, **changes: object) -> None:
        """Ask for the same with something else of it."""
        if self.asked is None:
            return
        asked = self.asked.of(**changes)
        if asked != self.asked:
            self._done = [*self._done, self.asked][-_STEPS:]
            self._undone = []
            self._ask(asked)

    def _restyle(self) -> None:
        """Ask for the same in other classes and colours."""
        if self.asked is not None:
            self._ask(self.asked)

    def step(self, by: int) -> None:
        """Ask for a larger scale (1), or a smaller one (-1): the next round one."""
        drawn = self.view.drawn
        if self.asked is None or drawn is None:
            return
        before = self.asked.scale or drawn.scale
        scale = next_scale(before, by)
        if scale != before and self.view.movable:
            self.view.enlarge(before / scale)
            self.change(scale=scale, centre=self.view.target)
        elif scale != before:
            self.change(scale=scale)

    def _follow_hand(self) -> None:
        drawn = self.view.drawn
        if self.asked is not None and drawn is not None:
            self.change(centre=self.view.target, scale=self.asked.scale or drawn.scale)

    def _step_back(self, *, forth: bool) -> None:
        source, target = (self._undone, self._done) if forth else (self._done, self._undone)
        if source and self.asked is not None:
            target.append(self.asked)
            self.view.let_go()
            self._ask(source.pop())

    # ── The page ───────────────────────────────────────────────────────────────────────────────────────────────

    def _ask(self, asked: Asked) -> None:
        """Ask for a page, and show what is asked for; the page before stays until it comes."""
        before, self.asked = self.asked, asked
        if before is None or (before.theme, before.village) != (asked.theme, asked.village):
            self._sheet = 0
        self.choices.show_asked(asked)
        self.choices.as_screen.setVisible(self._has_classes(asked.theme))
        kept = (*_KEPT, "theme", "template")
        self._settings.printing["map"] = {k: v for k, v in asked.as_plain().items() if k in kept}
        self._checked = False
        self.troubles.wait()
        self._draw()

    def _draw(self) -> None:
        if self.asked is None:
            return
        view = self.view
        dpi = view.dpi if view.drawn is not None else view.first_dpi(_guessed(self.asked))
        wanted = PageWanted(self._order(self.asked), self._sheet, round(dpi, 2))
        self._offer_out()
        view.wait(on=True)

        def work(session: "Session", job: Job[None]) -> None:
            def deliver(piece: Any) -> None:  # noqa: ANN401 - whatever the errand hands over
                job.deliver(lambda: self._take(piece))

            self._studio(session, wanted, job.cancelled, deliver)

        self._jobs.start(DrawJob(work, done=lambda _: None, failed=self._fail, topic="page"))

    def _take(self, piece: Drawn | Checked) -> None:
        """Show what has come."""
        if self.asked is None:
            return
        if isinstance(piece, Checked):
            self._checked = True
            self.troubles.show_troubles(piece.troubles)
            self._offer_out()
            return
        self.banner.settle()
        self.view.movable = piece.of == 1  # sections lie where they cover the village
        self.view.show_page(piece)
        self.choices.show_drawn(self.asked, piece)
        self._show_sheets(piece.of)
        self._show_zoom()
        self._sharpen()

    def _order(self, asked: Asked) -> Order:
        """Return what is to be drawn: in the classes and colours of the screen, unless the theme's own are wanted."""
        ground, as_screen = self._ground, self.choices.as_screen
        as_it_is = ground is not None and as_screen.isChecked()
        restyled = ground.restyled(asked.theme) if ground is not None and as_it_is else ()
        return Order(
            asked, self._since, tuple(replace(r, heat=None) for r in restyled if r.style is not None)
        )

    def _has_classes(self, theme: str) -> bool:
        """Whether the map looks otherwise on screen than the theme has it."""
        restyled = self._ground.restyled(theme) if self._ground is not None else ()
        return any(each.style is not None for each in restyled)

    def _sharpen(self) -> None:
        """Draw the page anew where it is looked at from nearer or further away than it was drawn for."""
        drawn = self.view.drawn
        if drawn is not None and abs(self.view.dpi / drawn.wanted.dpi - 1) > _DIFFERS:
            self._draw()

    def _fail(self, error: MingqingError) -> None:
        """Say why there is no such page."""
        self.view.wait(on=False)
        self.view.let_go()
        self.troubles.fail()
        self.banner.fail(str(error))
        self._offer_out()

    def _show_zoom(self) -> None:
        self._percent.setText(f"{self.view.percent} %")
        self._group.setExclusive(False)
        for how, made in self._fits.items():
            made.setChecked(self.view.lying.fits == how)
        self._group.setExclusive(True)

    def _show_sheets(self, of: int) -> None:
        """Offer the pages of a map that has several."""
        self._sheet = min(self._sheet, of - 1)
        self._strip.setVisible(of > 1)
        if self._numbers.count() != of + 1:
            empty(self._numbers)
            for n in range(of):
                made = button(tr("接图表") if n == 0 else str(n), partial(self.show_sheet, n), "chip")
                made.setCheckable(True)
                self._sheets.addButton(made, n)
                self._numbers.addWidget(made)
            self._numbers.addStretch(1)
        shown = self._sheets.button(self._sheet)
        if shown is not None:
            shown.setChecked(True)

    def show_sheet(self, number: int) -> None:
        """Show another of several pages."""
        self._sheet = number
        self.view.let_go()
        self.troubles.wait()
        self._checked = False
        self._draw()

    # ── Out ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _offer_out(self) -> None:
        """Let it be handed out once it was looked through and nothing stops it."""
        stop = self.troubles.stop if self._checked else ""
        ready = self._checked and not stop and self.view.drawn is not None
        order = self._order(self.asked) if self.asked is not None and ready else None
        self.giving.offer(order, self.view.drawn, stop)

    def _offer_templates(self, found: list[TemplateName]) -> None:
        self.choices.offer_templates(found)
        asked, wished = self.asked, self._wished
        if asked is not None and not asked.template and any(each.name == wished for each in found):
            self._ask(asked.of(template=wished))
        elif asked is not None:
            self.choices.show_template(asked)

    def _show_place(self, trouble: "Trouble") -> None:
        if trouble.at is not None:
            self.view.mark(trouble.at)

    def _open_row(self, trouble: "Trouble") -> None:
        if self._ground is not None and trouble.table is not None and trouble.id is not None:
            self._ground.show_row(trouble.table, trouble.id)

    # ── Keys ───────────────────────────────────────────────────────────────────────────────────────────────────

    def dismiss(self) -> None:
        """Leave what is being typed, or the page: the user pressed Esc."""
        if self.view.typing:
            self.view.give_up_title()
        else:
            self.left.emit()

    def event(self, event: QEvent) -> bool:
        """Keep to the page the keys that would take back edits of the map behind it, or delete rows of it."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_kept(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Take back the last choice, or do it again."""
        way = _way(event)
        if way:
            self._step_back(forth=way == "forth")
        else:
            super().keyPressEvent(event)


def _way(event: QKeyEvent) -> str:
    if event.matches(QKeySequence.StandardKey.Undo):
        return "back"
    return "forth" if event.matches(QKeySequence.StandardKey.Redo) else ""


def _is_kept(event: QKeyEvent) -> bool:
    return bool(_way(event)) or event.matches(QKeySequence.StandardKey.Delete)


def _guessed(asked: Asked) -> tuple[float, float]:
    """Return the size of a page before it is there, millimetres: lying, unless it is to stand."""
    short = 210.0 * 2 ** (SIZES.index(asked.paper) / 2)
    sides = (short * 2**0.5, short)
    return (sides[1], sides[0]) if asked.portrait else sides


def _templates(session: "Session", _job: Job[list[TemplateName]]) -> list[TemplateName]:
    own = {theme.code for theme in session.catalog.themes}
    return [TemplateName(t.name, t.theme) for t in templates(session) if t.name not in own]
