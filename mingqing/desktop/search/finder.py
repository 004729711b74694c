"""Search in the window: from what is typed to the list, the dots on the map, and the card of what is picked."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from mingqing.access.audit import Act
from mingqing.core.text import tr
from mingqing.desktop.jobs import Job, Jobs, WriteJob
from mingqing.desktop.search.box import SearchBox
from mingqing.desktop.search.dots import Dots
from mingqing.desktop.search.keeper import IndexKeeper
from mingqing.desktop.search.results import ResultList
from mingqing.search.describe import Hit
from mingqing.search.find import Results, find

if TYPE_CHECKING:
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.store.session import Session

_MOST_RECENT = 6
_LIMIT = 30
_PATIENCE_MS = 2_000  # the map of a county whose overviews are not made yet takes longer


class Finder(QObject):
    """Answers the search box over one page.

    Signals
    -------
    chosen(str, int, bool) : the row that was picked, table and id, and whether it is to be corrected.
    placeless(str) : its name, where it is nowhere on the map.
    """

    chosen = Signal(str, object, bool)
    placeless = Signal(str)

    def __init__(self, page: QWidget, box: SearchBox, canvas: "Canvas", jobs: Jobs) -> None:
        super().__init__(page)
        self.box, self._canvas, self._jobs = box, canvas, jobs
        self.keeper, self.list, self._dots = IndexKeeper(jobs, self), ResultList(page), Dots()
        self._recent: list[str] = []  # in memory alone: what was looked for are people
        self._wanted = self._due = False
        self._correcting = False  # what is picked, for the length of picking it
        self._logged: set[str] = set()
        page.installEventFilter(self)
        canvas.overlays.append(self._dots)
        canvas.drawn.connect(lambda _frame: self._start())
        self.keeper.renewed.connect(self._renewed)
        box.textChanged.connect(lambda _text: self._ask())
        box.entered.connect(self._ask)
        box.exited.connect(self._put_away)
        box.stepped.connect(self.list.step)
        box.taken.connect(self._take)
        box.dismissed.connect(self.dismiss)
        self.list.picked.connect(self._pick)
        self.list.turned.connect(self._point_at)

    def open(self) -> None:
        """Give the box the keyboard."""
        self.box.setFocus()
        self.box.selectAll()

    def dismiss(self) -> None:
        """Put the list away, clear the box, and give the keyboard back to the map."""
        self.box.clear()
        self._canvas.setFocus()
        self._put_away()

    def begin(self) -> None:
        """Make ready what is searched, because a project was opened or much of it was written: after the map."""
        self._wanted = self._due = True
        if self._canvas.at_rest:
            self._start()
        else:
            QTimer.singleShot(_PATIENCE_MS, self, self._start)

    def forget(self, *, wanted: bool = False) -> None:
        """Keep nothing of what was searched and found; `wanted` where it is to be read again once the page is seen."""
        self._wanted &= wanted
        self._due = False
        self._recent.clear()
        self._logged.clear()
        self.box.clear()
        self._put_away()
        self.keeper.forget()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Read again what was dropped when the window was locked."""
        if event.type() == QEvent.Type.Show and self._wanted and self.keeper.index is None:
            self._due = True
            self._start()
        return False

    def _start(self) -> None:
        if self._due:
            self._due = False
            self.keeper.renew()

    def _renewed(self) -> None:
        self.box.show_ready(ready=self.keeper.index is not None)
        if self.box.hasFocus():
            self._ask()

    def _ask(self) -> None:
        """Answer what is in the box."""
        if not self.box.hasFocus():
            return
        self._start()
        text, index = self.box.text().strip(), self.keeper.index
        if not text:
            self.list.show_remarks(_hints(), self._recent)
        elif index is None:
            self.list.show_remarks([tr("搜索还在准备，马上就好")])
        else:
            view = self._canvas.view
            near = (view.x, view.y) if view is not None else None
            self._show(find(index, text, near=near, limit=_LIMIT))
        self._dots.hits = self.list.hits
        self._canvas.update()
        self.list.drop(self.box)

    def _show(self, results: Results) -> None:
        """List what was found; the log has of each table, once, that it was searched."""
        self.list.show_results(results)
        for group in results.groups:
            if group.table not in self._logged:
                self._logged.add(group.table)
                self._log(group.title, len(group.hits))

    def _log(self, title: str, rows: int) -> None:
        def work(session: "Session", _job: Job[None]) -> None:
            session.record(Act.SEARCH, title, rows=rows)

        self._jobs.start(WriteJob(work, done=lambda _: None))

    def _point_at(self, hit: Hit | None) -> None:
        self._dots.current = hit
        self._canvas.update()

    def _put_away(self) -> None:
        self.list.forget()
        self._dots.hits, self._dots.current = (), None
        self._canvas.update()

    def _take(self, correcting: bool) -> None:  # noqa: FBT001 - Qt's signature
        self._correcting = correcting
        self.list.pick()
        self._correcting = False

    def _pick(self, picked: Hit | str) -> None:
        if isinstance(picked, str):
            self.box.setText(picked)
            return
        text = self.box.text().strip()
        self._recent = [text, *(other for other in self._recent if other != text)][:_MOST_RECENT]
        self._canvas.setFocus()
        self._put_away()
        self.chosen.emit(picked.table, picked.id, self._correcting)
        if picked.place is None:
            self.placeless.emit(picked.title)


def _hints() -> list[str]:
    return [
        tr("姓名、拼音或首字母：张建国、zhangjg、zjg"),
        tr("门牌、电话或证件号的一部分：坑边7号、0996"),
        tr("类别加村名：独居老人 小竹溪村"),
        tr("方向键选，回车去看，Ctrl+回车直接修改"),
    ]
