"""Two kept plans side by side."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from mingqing.core.text import tr
from mingqing.desktop.widgets import L, M, S, button, column, label, scrolling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mingqing.evacuation.saved.compare import Comparison

_MOST_NAMED = 6


class ComparePage(QWidget):
    """`left()` : enough of it."""

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(self, gap=S)
        layout.addWidget(button(tr("‹ 返回"), self.left.emit, "inline"), 0, Qt.AlignmentFlag.AlignLeft)
        self._area = scrolling(QWidget())
        layout.addWidget(self._area, 1)

    def show_comparison(self, found: "Comparison", names: "Mapping[int, str]") -> None:
        """Show what is other in the second than in the first; `names` by house."""
        inside = QWidget()
        layout = column(inside, margins=(0, 0, M, L), gap=S)
        layout.addLayout(_figures(found))
        for text, houses in (
            (tr("改去别的避灾点 {n} 处房屋"), [e.house for e in found.elsewhere]),
            (tr("后一个里才有路 {n} 处房屋"), found.reached),
            (tr("后一个里没有路了 {n} 处房屋"), found.lost),
            (tr("只在前一个里要转移 {n} 处房屋"), found.only_one),
            (tr("只在后一个里要转移 {n} 处房屋"), found.only_two),
        ):
            if houses:
                layout.addWidget(label(text.format(n=len(houses)), "strong", wrap=True))
                layout.addWidget(label(_named(houses, names), "muted", wrap=True))
        if found.roads:
            told = tr("有 {n} 条路走的人数不一样").format(n=len(found.roads))
            layout.addWidget(label(told, "muted", wrap=True))
        layout.addStretch(1)
        old = self._area.takeWidget()
        inside.setObjectName("inside")
        self._area.setWidget(inside)
        inside.setAutoFillBackground(False)
        if old is not None:
            old.deleteLater()


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
