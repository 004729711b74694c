"""The third step: the plan is kept, compared, handed out, and carried out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QWidget

from mingqing.core.text import tr
from mingqing.desktop.evacuation.compare_page import ComparePage
from mingqing.desktop.evacuation.entries import Entry, EntryList
from mingqing.desktop.evacuation.handing import Handing, subject_of
from mingqing.desktop.evacuation.keeping import Keeping, Shelf
from mingqing.desktop.evacuation.outcome import Outcome, minutes_text
from mingqing.desktop.evacuation.parts import chips
from mingqing.desktop.evacuation.tick_page import TickPage
from mingqing.desktop.widgets import L, M, S, button, choice_box, column, label, restyle, row

if TYPE_CHECKING:
    from mingqing.desktop.evacuation.ground import Ground
    from mingqing.desktop.jobs import Jobs
    from mingqing.evacuation.saved.compare import Comparison
    from mingqing.evacuation.saved.kept import Kept, Loaded
    from mingqing.evacuation.saved.stale import Stale


class KeepPage(QWidget):
    """`opening(Scenario)` : a kept plan is to be worked on again.

    turned() : `aside`, whether a kept plan is shown instead of the one on the map, is another.
    """

    opening = Signal(object)
    turned = Signal()

    def __init__(self, jobs: "Jobs", keeping: Keeping, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keeping = keeping
        self._outcome: Outcome | None = None
        self._ground: Ground | None = None
        self._shelf = Shelf((), {})
        self._place, self._may_save, self._may_tick = "", False, False
        self._kept: tuple[Outcome, int] | None = None  # the outcome that was kept last, and its number
        self.name = QLineEdit()
        self.name.setPlaceholderText(tr("预案名称，如：小竹溪村山洪"))
        self.name.setAccessibleName(tr("预案名称"))
        self.save = button(tr("保存"), self._save, "primary")
        self.name.returnPressed.connect(self._save)
        self.name.textChanged.connect(lambda _text: self._offer())
        self.said = label("", "caption", wrap=True)
        self.handing = Handing(jobs)
        self.plans = EntryList(tr("存下的预案"))
        self.stale = label("", "warning", wrap=True)
        self.other = choice_box(tr("与哪一份比较"))
        self.tick, self.compared = TickPage(), ComparePage()
        self._pages = QStackedWidget()
        self._main = self._made_main()
        for page in (self._main, self.tick, self.compared):
            self._pages.addWidget(page)
        outer = column(self, margins=(L, 0, M, M), gap=0)
        outer.addWidget(self._pages)
        self._connect()

    def _made_main(self) -> QWidget:
        made = QWidget()
        layout = column(made, gap=S)
        layout.addWidget(label(tr("保存现在的方案"), "section"))
        naming = row(gap=S)
        naming.addWidget(self.name, 1)
        naming.addWidget(self.save)
        layout.addLayout(naming)
        layout.addWidget(self.said)
        layout.addSpacing(S)
        layout.addWidget(label(tr("打印发放现在的方案"), "section"))
        layout.addWidget(self.handing)
        layout.addSpacing(S)
        layout.addWidget(label(tr("存下的预案"), "section"))
        self._none = label(tr("还没有存过预案"), "muted")
        layout.addWidget(self._none)
        layout.addWidget(self.plans, 100)
        layout.addWidget(self._made_about())
        layout.addStretch(1)
        self.said.hide()
        return made

    def _made_about(self) -> QWidget:
        """Return what can be done with the kept plan that is chosen."""
        self._about = QWidget()
        layout = column(self._about, gap=S)
        layout.addWidget(self.stale)
        self._open = button(tr("打开"), self._reopen, "chip")
        self._ticking = button(tr("转移登记"), self._show_tick, "chip")
        self._forget = button(tr("删除"), self._drop, "chip")
        layout.addLayout(chips(self._open, self._ticking, self._forget))
        self._comparing = row(gap=S)
        self._comparing.addWidget(label(tr("比较"), "muted"))
        self._comparing.addWidget(self.other, 1)
        layout.addLayout(self._comparing)
        self._about.hide()
        return self._about

    @property
    def aside(self) -> bool:
        """Whether what is shown is not about the plan on the map."""
        return self._pages.currentWidget() is not self._main

    def _connect(self) -> None:
        self._pages.currentChanged.connect(lambda _index: self._turn())
        self.plans.chosen.connect(lambda _number: self._show_about())
        self.plans.opened.connect(lambda _number: self._reopen())
        self.other.activated.connect(lambda _index: self._compare())
        self.tick.left.connect(lambda: self._pages.setCurrentWidget(self._main))
        self.compared.left.connect(lambda: self._pages.setCurrentWidget(self._main))
        self.tick.ticked.connect(lambda ids, moved: self._keeping.tick(ids, moved=moved))

    def _turn(self) -> None:
        """Take the keyboard along to the other page: that of a page put away goes to the next thing in the window."""
        self.turned.emit()
        if self.isVisible():
            (self._pages.currentWidget() if self.aside else self.plans).setFocus()

    # ── What it is about ───────────────────────────────────────────────────────────────────────────────────

    def offer(self, *, may_save: bool, may_tick: bool) -> None:
        """Offer what the account may do, on a project that was just opened."""
        self._may_save, self._may_tick = may_save, may_tick
        self.name.clear()
        self._say("", "")
        self._show_shelf(Shelf((), {}))
        self._pages.setCurrentWidget(self._main)
        self._offer()

    def show_ground(self, ground: "Ground | None") -> None:
        """Know what houses and shelters are called; without the ground no plan is worked on again."""
        self._ground = ground
        self._open.setEnabled(ground is not None)

    def show_outcome(self, outcome: Outcome | None, place: str) -> None:
        """Keep this, and hand it out; `place` is where it is about."""
        if outcome is not self._outcome:
            self._say("", "")
        self._outcome, self._place = outcome, place
        plan = outcome.plan if outcome is not None else None
        names = []
        if plan is not None:
            names = [plan.case.hazard_name(plan.world, n) for n in range(len(plan.case.danger))]
        self.handing.show_plan(plan, subject_of(names), place)
        self._offer()

    def _offer(self) -> None:
        outcome = self._outcome
        ready = outcome is not None and outcome.plan is not None and bool(outcome.movers)
        self.name.setEnabled(self._may_save)
        name = self.name.text().strip()
        named = [p for p in self._shelf.plans if p.name == name]
        there = (
            self._kept is not None and self._kept[0] is outcome and self._kept[1] in {p.number for p in named}
        )
        self.save.setEnabled(self._may_save and ready and bool(name) and not there)
        version = 1 + max((p.version for p in named), default=0)
        again = tr("已保存") if there else tr("存为第 {n} 版").format(n=version)
        self.save.setText(again if named else tr("保存"))

    def refresh(self) -> None:
        """Read anew what is kept."""
        self._keeping.list(self._show_shelf)
        if self.tick.number and self._pages.currentWidget() is self.tick:
            self._keeping.open(self.tick.number, self._tick_off)

    def _say(self, sentence: str, mood: str) -> None:
        self.said.setText(sentence)
        restyle(self.said, "kind", mood or "caption")
        self.said.setVisible(bool(sentence))

    # ── Kept ───────────────────────────────────────────────────────────────────────────────────────────────

    def _save(self) -> None:
        outcome, name = self._outcome, self.name.text().strip()
        plan = outcome.plan if outcome is not None else None
        if outcome is not None and plan is not None and self.save.isEnabled():

            def done(number: int) -> None:
                self._kept = outcome, number
                self._say(tr("已保存“{name}”").format(name=name), "good")
                self._offer()

            self._say(tr("正在保存…"), "")
            self.save.setEnabled(False)
            self._keeping.save(plan, outcome.seq, name, done)

    def _show_shelf(self, shelf: Shelf) -> None:
        self._shelf = shelf
        plans = shelf.plans
        self.plans.show_entries(
            [p.number for p in plans], lambda at: kept_entry(plans[at], shelf.stale.get(plans[at].number))
        )
        self.plans.setVisible(bool(plans))
        self._none.setVisible(not plans)
        self._show_about()
        self._offer()

    @property
    def chosen(self) -> "Kept | None":
        """The kept plan that is chosen."""
        return next((p for p in self._shelf.plans if p.number == self.plans.key), None)

    def _show_about(self) -> None:
        plan = self.chosen
        self._about.setVisible(plan is not None)
        if plan is None:
            return
        self.stale.setText(stale_text(self._shelf.stale.get(plan.number)))
        self.stale.setVisible(bool(self.stale.text()))
        self._forget.setVisible(self._may_save)
        self.other.clear()
        self.other.addItem(tr("选另一份预案"), 0)
        for other in self._shelf.plans:
            if other.number != plan.number:
                self.other.addItem(other.title, other.number)
        self.other.setEnabled(self.other.count() > 1)

    def _reopen(self) -> None:
        plan = self.chosen

        def done(loaded: "Loaded") -> None:
            self.name.setText(loaded.plan.name)
            self.opening.emit(loaded.scenario)

        if plan is not None and self._open.isEnabled():
            self._keeping.open(plan.number, done)

    def _drop(self) -> None:
        if self.chosen is not None:
            self._keeping.forget(self.chosen.number)

    def _compare(self) -> None:
        plan, other = self.chosen, self.other.currentData()

        def done(found: "Comparison") -> None:
            self.compared.show_comparison(found, self._names(), self._hazards())
            self._pages.setCurrentWidget(self.compared)

        if plan is not None and other:
            both = (plan.number, other)
            two, one = (p.number for p in self._shelf.plans if p.number in both)  # the latest is listed first
            self._keeping.compare(one, two, done)

    # ── Carried out ────────────────────────────────────────────────────────────────────────────────────────

    def _show_tick(self) -> None:
        if self.chosen is not None:
            self._keeping.open(self.chosen.number, self._tick_off)

    def _tick_off(self, loaded: "Loaded") -> None:
        shelters: Mapping[int, str] = {}
        if self._ground is not None:
            of = self._ground.shelters
            shelters = dict(zip(of.ids.tolist(), of.names, strict=True))
        self.tick.show_plan(loaded, self._names(), shelters, may=self._may_tick)
        self._pages.setCurrentWidget(self.tick)

    def _hazards(self) -> Mapping[int, str]:
        of = self._ground.hazards if self._ground is not None else None
        return dict(zip(of.ids.tolist(), of.names, strict=True)) if of is not None else {}

    def _names(self) -> Mapping[int, str]:
        return self._ground.names if self._ground is not None else {}


def kept_entry(plan: "Kept", old: "Stale | None") -> Entry:
    """Return a kept plan as the list tells it."""
    told = [tr("{n} 户 {p} 人").format(n=plan.households, p=plan.people)]
    if plan.latest_minutes:
        told.append(tr("最晚 {time}").format(time=minutes_text(plan.latest_minutes)))
    if plan.unreachable:
        told.append(tr("无安全路线 {n} 人").format(n=plan.unreachable))
    stale = old is not None and not old.current
    line = " · ".join([*([tr("已过期")] if stale else []), *told])
    when = QDateTime.fromString(plan.at, Qt.DateFormat.ISODate).toLocalTime().toString("yyyy-MM-dd HH:mm")
    return Entry(plan.number, plan.title, when or plan.made_on, line, "warning" if stale else "")


def stale_text(old: "Stale | None") -> str:
    """Return why a plan is out of date, empty where it is not."""
    if old is None or old.current:
        return ""
    told = list(old.plan)
    if old.cards:
        told.append(tr("{n} 张明白卡要换").format(n=len(old.cards)))
    return tr("已过期：{why}。打开后会按现在的情况重算，再存为新版").format(why="；".join(told))
