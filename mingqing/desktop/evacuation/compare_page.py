"""Two kept plans side by side."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from mingqing.core.text import tr
from mingqing.desktop.widgets import L, M, S, button, column, label, scrolling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mingqing.evacuation.saved.compare import Comparison
    from mingqing.evacuation.scenario import Scenario

_MOST_NAMED = 6
_SUPPOSED = (
    *(tr("画的淹没范围"), tr("断路"), tr("时间"), tr("算哪些人")),
    *(tr("卧床的"), tr("危险区外扩"), tr("手工指定去处")),
)


class ComparePage(QWidget):
    """`left()` : enough of it."""

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(self, gap=S)
        leaving = button(tr("‹ 返回"), self.left.emit, "inline")
        self.setFocusProxy(leaving)
        layout.addWidget(leaving, 0, Qt.AlignmentFlag.AlignLeft)
        self._area = scrolling(QWidget())
        layout.addWidget(self._area, 1)

    def show_comparison(
        self, found: "Comparison", names: "Mapping[int, str]", hazards: "Mapping[int, str]"
    ) -> None:
        """Show what is other in the second than in the first; `names` by house, and of hazards."""
        inside = QWidget()
        layout = column(inside, margins=(0, 0, M, L), gap=S)
        told = [
            (tr("后一个里没有路了 {n} 处房屋"), found.lost, "danger"),
            (tr("后一个里才有路 {n} 处房屋"), found.reached, "strong"),
            (tr("改去别的避灾点 {n} 处房屋"), [e.house for e in found.elsewhere], "strong"),
            (tr("只在前一个里要转移 {n} 处房屋"), found.only_one, "strong"),
            (tr("只在后一个里要转移 {n} 处房屋"), found.only_two, "strong"),
        ]
        if not any(houses for _, houses, _ in told):
            layout.addWidget(label(tr("两份预案里每一户去哪里都一样"), "strong", wrap=True))
        for text, houses, kind in told:
            if houses:
                layout.addWidget(label(text.format(n=len(houses)), kind, wrap=True))
                layout.addWidget(label(_named(houses, names), "muted", wrap=True))
        layout.addSpacing(S)
        layout.addLayout(_figures(found))
        supposed = _supposed(found.one.scenario, found.two.scenario, hazards)
        if supposed:
            layout.addSpacing(S)
            layout.addWidget(label(tr("情景不同的地方"), "section"))
            for line in supposed:
                layout.addWidget(label(line, "", wrap=True))
        layout.addStretch(1)
        old = self._area.takeWidget()
        inside.setObjectName("inside")
        self._area.setWidget(inside)
        inside.setAutoFillBackground(False)
        if old is not None:
            old.deleteLater()


def _supposed(one: "Scenario", two: "Scenario", hazards: "Mapping[int, str]") -> list[str]:
    """Return what is supposed to happen otherwise, a line each."""
    told = []
    for text, here, there in (
        (tr("只有前一个算出事：{names}"), one, two),
        (tr("只有后一个算出事：{names}"), two, one),
    ):
        only = [h for h in here.hazards or () if h not in (there.hazards or ())]
        if only:
            told.append(text.format(names=_named(only, hazards)))
    for name, *both in zip(_SUPPOSED, _told(one), _told(two), strict=True):
        if both[0] != both[1]:
            told.append(tr("{name}：{one} → {two}").format(name=name, one=both[0], two=both[1]))
    return told


def _told(scenario: "Scenario") -> tuple[str, ...]:
    """Return what a scenario supposes beside hazards, in the order of `_SUPPOSED`."""
    return (
        tr("{n} 处").format(n=len(scenario.floods)),
        tr("{n} 处").format(n=len(scenario.cuts)),
        tr("夜间") if scenario.night else tr("白天"),
        tr("只算在家的") if scenario.at_home else tr("户籍上的全部"),
        tr("用车接") if scenario.vehicles else tr("不用车"),
        tr("{n:g} 米").format(n=scenario.buffer_m),
        tr("{n} 户").format(n=len(scenario.locks)),
    )


def _named(houses: "Sequence[int]", names: "Mapping[int, str]") -> str:
    said = [names[h] for h in houses[:_MOST_NAMED] if h in names]
    more = tr("等") if len(houses) > len(said) and said else ""
    return "、".join(said) + more


def _figures(found: "Comparison") -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(S)
    grid.setVerticalSpacing(6)
    right = Qt.AlignmentFlag.AlignRight
    for at, plan in enumerate((found.one.plan, found.two.plan), start=1):
        title = tr("{name}\n第 {n} 版").format(name=plan.name, n=plan.version)
        made = label(title, "strong", wrap=True)
        made.setAlignment(right)
        grid.addWidget(made, 0, at)
    for line, figure in enumerate(found.figures, start=1):
        grid.addWidget(label(figure.title, "muted"), line, 0)
        other = figure.one != figure.two
        for at, value in enumerate((figure.one, figure.two), start=1):
            text = f"{value:,.0f} {figure.unit}" if value == int(value) else f"{value:,.1f} {figure.unit}"
            grid.addWidget(label(text, "strong" if other and at == 2 else ""), line, at, right)
    grid.setColumnStretch(1, 1)
    grid.setColumnStretch(2, 1)
    return grid
