"""Asking by conditions in one window: counts what a question finds, selects and lists it, keeps the question."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtWidgets import QWidget

from mingqing.access.roles import Action
from mingqing.core.errors import InputRefused, MingqingError
from mingqing.core.text import tr
from mingqing.desktop.card.content import headings
from mingqing.desktop.conditions.kept_list import KeptList
from mingqing.desktop.conditions.sheet import ConditionSheet
from mingqing.desktop.jobs import Job, Jobs, ReadJob, WriteJob
from mingqing.desktop.map.tools.select import How
from mingqing.store.conditions import Inside
from mingqing.store.conditions.kept import Asked, keep, kept
from mingqing.store.paging import Wanted, ids
from mingqing.store.saved import Saved, forget

if TYPE_CHECKING:
    from mingqing.catalog.model import Layer
    from mingqing.desktop.selection import Selection
    from mingqing.store.session import Session

_COUNT_AFTER_MS, _PATIENCE_MS, _MOST_RECENT = 250, 400, 8
_Take = Callable[[Inside], None]
_Kept = list[tuple[Saved, Asked]]


class ConditionBuilder(QObject):
    """The sheet of one window, and what becomes of it.

    Signals
    -------
    chosen(ids by table, How) : these rows are to be selected. listing(Asked, village) : they are to be listed.
    drawing() : an area is to be drawn on the map, and given to `take_area`.
    """

    chosen = Signal(object, object)
    listing = Signal(object, str)
    drawing = Signal()

    def __init__(self, jobs: Jobs, selection: "Selection", parent: QWidget) -> None:
        super().__init__(parent)
        self._jobs, self._selection = jobs, selection
        self._session: Session | None = None
        self._found: list[int] = []
        self._recent: list[Asked] = []
        self._take: _Take | None = None
        self._counting: Job[list[int]] | None = None
        self.sheet = ConditionSheet(parent)
        self.list = KeptList(self.sheet)
        self._pause, self._patience = self._timer(_COUNT_AFTER_MS), self._timer(_PATIENCE_MS)
        self._pause.timeout.connect(self._count)
        self._patience.timeout.connect(lambda: self.sheet.say(tr("正在查找…")))
        sheet = self.sheet
        sheet.changed.connect(self._later)
        sheet.selecting.connect(self._select)
        sheet.listing.connect(self._list)
        sheet.keeping.connect(self._keep)
        sheet.opening.connect(self._open_kept)
        sheet.drawing.connect(self._draw)
        sheet.borrowing.connect(self._borrow)
        sheet.finished.connect(lambda _result: self._stop())
        self.list.going.connect(sheet.show_asked)
        self.list.forgetting.connect(self._forget)

    def _timer(self, milliseconds: int) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setInterval(milliseconds)
        return made

    # ── The project ────────────────────────────────────────────────────────────────────────────────────────

    def show_project(self, session: "Session | None") -> None:
        """Ask about a project that was just opened; None where none is."""
        self._session, self._recent, self._found, self._take = session, [], [], None
        self._stop()
        self.list.hide()
        self.sheet.hide()
        self.sheet.forget()

    def open(
        self,
        theme: "Layer",
        village: tuple[str, str],
        suggested: str,
        *,
        table: str = "",
        asked: Asked | None = None,
    ) -> None:
        """Go on with `asked`, or with what was asked last: of `table`, where that matters.

        Parameters
        ----------
        theme : the map on screen, whose tables are offered first.
        village : code and name of the village in view; empty for all.
        suggested : the table to begin with the first time.
        """
        session = self._session
        if session is None:
            return
        catalog, policy = session.catalog, session.policy
        layers = sorted(
            catalog.layers.values(), key=lambda layer: (layer is not theme, not layer.draws, layer.order)
        )
        seen = [
            (x.title, [catalog.tables[n] for n in x.tables if policy.allowed(n, Action.SEE)]) for x in layers
        ]
        offered = [(title, tables) for title, tables in seen if tables]
        if not offered:
            return
        self._take = None
        may_keep = session.info.read_only is None
        self.sheet.show_village(*village)
        self.sheet.offer(policy, offered, suggested, keeping=may_keep, sharing=may_keep and policy.edits)
        if asked is not None:
            self.sheet.show_asked(asked)
        elif table:
            self.sheet.show_table(table)
        self.sheet.open()
        self._later()

    # ── What is found ──────────────────────────────────────────────────────────────────────────────────────

    def _later(self) -> None:
        self._stop()
        self.sheet.say("")
        if self.sheet.isVisible():
            self._pause.start()

    def _stop(self) -> None:
        """Count no longer: what would come is about another question."""
        if self._counting is not None:
            self._counting.abandon()
        self._pause.stop()
        self._patience.stop()

    def _count(self) -> None:
        asked = self.sheet.asked
        if asked is None:
            self.sheet.say("")
            return
        wanted = Wanted(filters=(asked.condition,), village=self.sheet.village or None)
        self._patience.start()

        def work(session: "Session", job: Job[list[int]]) -> list[int]:
            found = ids(session, asked.table, wanted, headings=headings(), stop=job.cancelled)
            return [int(row_id) for row_id in found]

        job = ReadJob(work, done=self._show_found, failed=self._refused, topic="conditions")
        self._counting = self._jobs.start(job)

    def _show_found(self, found: list[int]) -> None:
        self._patience.stop()
        self._found = found
        said = tr("找到 {n:,} 条").format(n=len(found)) if found else tr("没有找到符合的")
        self.sheet.say(said, found=bool(found))

    def _refused(self, error: MingqingError) -> None:
        self._patience.stop()
        self.sheet.say(str(error), wrong=True)

    def _select(self, how: How) -> None:
        found = {self.sheet.table: self._found}
        self._used()
        self.chosen.emit(found, how)

    def _list(self) -> None:
        asked = self.sheet.asked
        self._used()
        if asked is not None:
            self.listing.emit(asked, self.sheet.village)

    def _used(self) -> None:
        asked = self.sheet.asked
        if asked is not None:
            self._recent = [asked, *(each for each in self._recent if each != asked)][:_MOST_RECENT]
        self.sheet.accept()

    # ── What is kept ───────────────────────────────────────────────────────────────────────────────────────

    def _open_kept(self) -> None:
        button = self.sheet.kept
        self._read_kept()
        self.list.open(button.mapToGlobal(QPoint(button.width() - self.list.width(), button.height() + 2)))

    def _read_kept(self) -> None:
        def show(found: _Kept) -> None:
            if self._session is not None:
                self.list.show_kept(self._session.catalog, found, self._recent)

        self._jobs.start(ReadJob(lambda session, _job: kept(session), done=show, topic="kept conditions"))

    def _keep(self, name: str, shared: bool) -> None:  # noqa: FBT001 - a signal's values
        asked = self.sheet.asked
        if asked is not None:
            self._write(
                lambda session: keep(session, name, asked, shared=shared),
                self.sheet.say_kept,
                self.sheet.refuse,
            )

    def _forget(self, thing: Saved) -> None:
        self._write(lambda session: forget(session, thing), self._read_kept, self.list.refuse)

    def _write(
        self, work: "Callable[[Session], object]", done: Callable[[], None], refuse: Callable[[str], None]
    ) -> None:
        job = WriteJob(
            lambda session, _job: work(session),
            done=lambda _: done(),
            failed=lambda error: refuse(str(error)),
        )
        self._jobs.start(job)

    # ── Areas ──────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def waits(self) -> bool:
        """Whether an area is being drawn for a question."""
        return self._take is not None

    def _draw(self, take: _Take) -> None:
        self._take = take
        self.sheet.hide()
        self.drawing.emit()

    def take_area(self, shape: shapely.Geometry | None) -> None:
        """Go on with the question: with the area that was drawn, or without one where none was."""
        take, self._take = self._take, None
        if take is None:
            return
        self.sheet.open()
        area = _polygons(np.array([shape], dtype=object)) if shape is not None else None
        if area is not None:
            take(Inside(area))

    def _borrow(self, take: _Take) -> None:
        """Ask for what is within the polygons that are selected."""
        chosen = dict(self._selection.tables)

        def work(session: "Session", _job: Job[Inside]) -> Inside:
            shapes = [session.features(table, among=rows).geometry for table, rows in chosen.items()]
            area = _polygons(np.concatenate(shapes)) if shapes else None
            if area is None:
                raise InputRefused(tr("还没有选中村、网格、地块这样的面；请先在地图上选中，再来用它的范围"))
            return Inside(area, next(iter(chosen)) if len(chosen) == 1 else "")

        def refuse(error: MingqingError) -> None:
            self.sheet.say(str(error), wrong=True)

        self._jobs.start(ReadJob(work, done=take, failed=refuse, topic="conditions area"))


def _polygons(shapes: NDArray[np.object_]) -> shapely.Polygon | shapely.MultiPolygon | None:
    """Return what the polygons among `shapes` cover together; None where there are none."""
    parts = shapely.get_parts(shapes[~shapely.is_missing(shapes)])
    areas = shapely.make_valid(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
    whole = shapely.get_parts(shapely.union_all(areas))
    flat = whole[shapely.get_type_id(whole) == shapely.GeometryType.POLYGON]
    if not len(flat):
        return None
    return flat[0] if len(flat) == 1 else shapely.MultiPolygon(flat.tolist())
