"""How a plan goes when all set out at once: when all are there, where people queue, who had better wait."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF, QShowEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from mingqing.core.text import tr
from mingqing.desktop.evacuation.entries import Entry, EntryList
from mingqing.desktop.evacuation.outcome import minutes_text
from mingqing.desktop.jobs import Job, Jobs, PlanJob
from mingqing.desktop.look.colours import colours
from mingqing.desktop.widgets import S, column, label
from mingqing.evacuation.flow.outlook import Outlook, outlook

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mingqing.desktop.evacuation.case import Case
    from mingqing.evacuation.flow.loads import Timeline
    from mingqing.evacuation.planning import Plan
    from mingqing.store.session import Session

_MOST_TURNS = 3
_CHART_PX = 92


class FlowPage(QWidget):
    """`seen(geometry)` : a road to be looked at. Reckoned only while it is to be seen."""

    seen = Signal(object)

    def __init__(self, jobs: Jobs, case: "Case", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._case = jobs, case
        self._plan: Plan | None = None
        self._stale = True
        self.outlook: Outlook | None = None
        self.told = label("", "strong", wrap=True)
        self.chart = TimelineView()
        self.narrow = EntryList(tr("要排队的路段"))
        self.turns = label("", "muted", wrap=True)
        self.around = QCheckBox(tr("让一部分人绕开拥堵的路"))
        self.around.toggled.connect(lambda on: case.take(congestion=on))
        case.changed.connect(lambda: self.around.setChecked(case.scenario.congestion))
        layout = column(self, gap=S)
        for part in (self.told, self.chart, self.turns):
            layout.addWidget(part)
        layout.addWidget(self.narrow, 100)
        layout.addWidget(self.around)
        layout.addStretch(1)
        self.narrow.chosen.connect(self._see)
        self._show(None)

    def show_plan(self, plan: "Plan | None") -> None:
        """Be about another plan."""
        self._plan, self._stale = plan, True
        if self.isVisible():
            self.ask()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Reckon what has not been reckoned yet."""
        super().showEvent(event)
        if self._stale:
            self.ask()

    def ask(self) -> None:
        """Reckon how the plan goes."""
        self._stale, plan = False, self._plan
        if plan is None:
            self._show(None)
            return

        def work(_session: "Session", job: Job[Outlook | None]) -> Outlook | None:
            return outlook(plan, job.cancelled)

        self._jobs.start(PlanJob(work, done=self._show, failed=lambda _why: None, topic="flow"))

    def _show(self, found: Outlook | None) -> None:
        self.outlook = found
        self.chart.show_timeline(found.timeline if found is not None else None)
        worst = found.bottlenecks if found is not None else []
        self.narrow.show_entries(
            range(len(worst)),
            lambda at: Entry(
                at, worst[at].name, tr("{n} 人经过").format(n=worst[at].people), worst[at].sentence, "warning"
            ),
        )
        self.narrow.setVisible(bool(worst))
        self.told.setText(found.sentence if found is not None else tr("有了方案，这里就看得到路上挤不挤"))
        self.turns.setText(_turns(found))
        self.turns.setVisible(bool(self.turns.text()))

    def _see(self, at: object) -> None:
        if self.outlook is not None and self._plan is not None and isinstance(at, int):
            edge = self.outlook.bottlenecks[at].edge
            self.seen.emit(self._plan.world.network.lines[edge])


def _turns(found: Outlook | None) -> str:
    """Return who had better wait, and what that gains."""
    if found is None or not found.turns:
        return ""
    told = [turn.sentence for turn in found.turns[:_MOST_TURNS]]
    if len(found.turns) > _MOST_TURNS:
        told.append(tr("另有 {n} 批").format(n=len(found.turns) - _MOST_TURNS))
    after = minutes_text(found.staggered.clearance_s / 60)
    return tr("建议错开出发：{who}。错开后 {time} 全部到达，排队更短").format(who="；".join(told), time=after)


class TimelineView(QWidget):
    """How many have arrived, minute by minute, and how many are queueing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(_CHART_PX)
        self._timeline: Timeline | None = None

    def show_timeline(self, timeline: "Timeline | None") -> None:
        """Show these moments."""
        self._timeline = timeline
        self.setVisible(timeline is not None and len(timeline.times_s) > 1)
        if timeline is not None:
            self.setAccessibleName(tr("到达人数，共 {n} 人").format(n=int(timeline.arrived.max(initial=0))))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint both curves over the minutes."""
        of = self._timeline
        if of is None or len(of.times_s) < 2:
            return
        palette = colours()
        box = QRectF(2, 18, self.width() - 4, self.height() - 38)
        most = max(int((of.at_home + of.on_road + of.arrived).max()), 1)

        def curve(values: "NDArray[np.int64]") -> list[QPointF]:
            return [
                QPointF(
                    box.left() + box.width() * t / of.times_s[-1], box.bottom() - box.height() * value / most
                )
                for t, value in zip(of.times_s.tolist(), values.tolist(), strict=True)
            ]

        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.good_soft))
            painter.drawPolygon(QPolygonF([*curve(of.arrived), box.bottomRight(), box.bottomLeft()]))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for values, colour in ((of.arrived, palette.good), (of.waiting, palette.warning)):
                painter.setPen(QPen(QColor(colour), 2.0))
                painter.drawPolyline(QPolygonF(curve(values)))
            painter.setPen(QPen(QColor(palette.line), 1.0))
            painter.drawLine(box.bottomLeft(), box.bottomRight())
            self._write(painter, box, minutes_text(of.times_s[-1] / 60))

    def _write(self, painter: QPainter, box: QRectF, last: str) -> None:
        palette, font = colours(), painter.font()
        font.setPixelSize(12)
        painter.setFont(font)
        flags = Qt.AlignmentFlag
        top, below = (
            QRectF(box.left(), 0, box.width(), 16),
            QRectF(box.left(), box.bottom() + 3, box.width(), 16),
        )
        painter.setPen(QColor(palette.good))
        painter.drawText(top, flags.AlignLeft, tr("到达的人"))
        if self._timeline is not None and self._timeline.waiting.any():
            painter.setPen(QColor(palette.warning))
            painter.drawText(top.adjusted(72, 0, 0, 0), flags.AlignLeft, tr("在排队的人"))
        painter.setPen(QColor(palette.muted))
        painter.drawText(below, flags.AlignLeft, tr("出发"))
        painter.drawText(below, flags.AlignRight, last)
