"""The panel at the right of the map with charts of the village in view."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from mingqing.classify.charts import Bars, Chart, Pyramid, charts
from mingqing.core.errors import Cancelled
from mingqing.core.text import tr
from mingqing.desktop.charts.drawing import BarsView, PyramidView
from mingqing.desktop.classify.looks import today
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.desktop.widgets import XL, L, M, S, column, empty, label, scrolling

if TYPE_CHECKING:
    from mingqing.store.session import Session

WIDTH = 312


class ChartPanel(QWidget):
    """Shows charts of a village, or of all; reads them only while it is to be seen."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("charts")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("图表"))
        self._jobs = jobs
        self._village = ""
        self._stale = True
        self.charts: tuple[Chart, ...] = ()
        self._scope = label("", "caption")
        inside = QWidget()
        self._list = column(inside, margins=(L, 0, L, L), gap=S)
        outer = column(self, gap=0)
        head = column(margins=(L, L, M, M), gap=4)
        head.addWidget(label(tr("图表"), "title"))
        head.addWidget(self._scope)
        outer.addLayout(head)
        outer.addWidget(scrolling(inside), 1)
        self.hide()

    def show_village(self, code: str, name: str) -> None:
        """Be about a village; an empty code is all of them."""
        self._village = code
        self._scope.setText(name)
        self.refresh()

    def refresh(self) -> None:
        """Count anew, at once where it is seen and else once it is."""
        self._stale = True
        if self.isVisible():
            self._ask()

    def forget(self) -> None:
        """Show nothing of a project that is no longer open."""
        self._village, self._stale, self.charts = "", True, ()
        empty(self._list)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Count what has not been counted yet."""
        super().showEvent(event)
        if self._stale:
            self._ask()

    def _ask(self) -> None:
        self._stale = False
        village = self._village or None

        def work(session: "Session", job: Job[tuple[Chart, ...]]) -> tuple[Chart, ...]:
            def progress(done: int, total: int) -> None:
                if job.cancelled():
                    raise Cancelled(tr("已取消"))
                job.progress("", done, total)

            return charts(session, village, today=today(), progress=progress)

        self._say_counting("", 0, 0)
        self._jobs.start(ReadJob(work, done=self._show, progressed=self._say_counting, topic="charts"))

    def _say_counting(self, _text: str, done: int, total: int) -> None:
        """Say that it is being counted, in place of the charts of what was in view before."""
        self.charts = ()
        empty(self._list)
        far = tr("（第 {n} 张，共 {total} 张）").format(n=done + 1, total=total) if total else ""
        self._list.addWidget(label(tr("正在统计…") + far, "muted", wrap=True))
        self._list.addStretch(1)

    def _show(self, found: tuple[Chart, ...]) -> None:
        self.charts = found
        empty(self._list)
        for chart in found:
            self._add(chart)
        if not found:
            self._list.addWidget(label(tr("这里还没有可以画成图表的数据"), "muted", wrap=True))
        self._list.addStretch(1)

    def _add(self, chart: Chart) -> None:
        heading = f"{chart.title}（{chart.unit}）" if isinstance(chart, Bars) else chart.title
        self._list.addWidget(label(heading, "strong"))
        self._list.addWidget(BarsView(chart) if isinstance(chart, Bars) else PyramidView(chart))
        for text in notes(chart):
            self._list.addWidget(label(text, "caption", wrap=True))
        self._list.addSpacing(XL)


def notes(chart: Chart) -> list[str]:
    """Return what is to be said below a chart: what the paler bars are, and how much is not known."""
    found = []
    if isinstance(chart, Pyramid) and chart.split:
        away = sum(g.men[1] + g.women[1] for g in chart.groups)
        found.append(tr("淡的一段是外出的，共 {n:,} 人").format(n=away))
    if chart.missing:
        missing = tr("出生日期或性别不详 {n:,} 人") if isinstance(chart, Pyramid) else tr("另有 {n:,} 条没填")
        found.append(missing.format(n=chart.missing))
    return found
