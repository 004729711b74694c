"""The list of base maps: added, ordered, switched, and kept with the project."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QScrollArea, QWidget

from mingqing.basemap.kept import keep
from mingqing.basemap.model import BaseMap, BaseMapUnavailable
from mingqing.basemap.reader import SUFFIXES, Readers, Trouble, base_maps_of, open_base_map
from mingqing.core.text import tr
from mingqing.desktop.basemaps.line import BaseMapLine
from mingqing.desktop.jobs import Job, Jobs, ReadJob, WriteJob
from mingqing.desktop.widgets import button, column, empty, label

if TYPE_CHECKING:
    from mingqing.desktop.map.view import Bounds
    from mingqing.store.session import Session

_REDRAW_MS, _KEEP_MS, _AGAIN_MS, _LOOK_MS = 60, 800, 700, 2000


_Found = tuple[list[BaseMap], list[BaseMapUnavailable]]


class BaseMapSection(QWidget):
    """The base maps of the project that is open.

    Signals
    -------
    changed(tuple of BaseMap) : the map is to be drawn again, with these, the lowest first.
    wanted(Bounds) : this extent is to be seen, project CRS, metres.
    lost(str) : files cannot be opened any more, in a sentence; empty once they can.
    """

    changed = Signal(object)
    wanted = Signal(object)
    lost = Signal(str)

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._base_maps: tuple[BaseMap, ...] = ()
        self._gone: frozenset[BaseMap] = frozenset()
        self._why_not = ""
        self._folder = Path.home()
        self.lines: list[BaseMapLine] = []
        self._heading = label(tr("影像与地形"), "section")
        self._list = column(gap=0)
        self.add = button(tr("添加底图…"), self._ask, "link", glyph="fa6s.plus")
        self.add.setToolTip(tr("影像（.tif）、瓦片包（.mbtiles），或高程（.tif）生成的晕渲和等高线"))
        layout = column(self, gap=4)
        layout.addWidget(self._heading)
        layout.addLayout(self._list)
        layout.addWidget(self.add)
        self._redraw = _pause(self, _REDRAW_MS, lambda: self.changed.emit(self.visible_ones))
        self._again = _pause(self, _AGAIN_MS, lambda: self.changed.emit(self.visible_ones))
        self._keep = _pause(self, 0, self._save)
        self._look = _pause(self, _LOOK_MS, self._look_for_gone)

    @property
    def visible_ones(self) -> tuple[BaseMap, ...]:
        """Those that are switched on, the lowest first."""
        return tuple(b for b in self._base_maps if b.visible)

    @property
    def base_maps(self) -> tuple[BaseMap, ...]:
        """The list, the lowest first."""
        return self._base_maps

    @property
    def settled(self) -> bool:
        """Whether every change has been handed on, to be drawn and kept."""
        return not (self._keep.isActive() or self._redraw.isActive() or self._again.isActive())

    def offer(self, session: "Session") -> None:
        """Let the account of a project change the list, or only see it."""
        self._folder = session.info.path.parent
        self._why_not = session.info.read_only or (
            "" if session.policy.edits else tr("您的角色只能查看，底图由有编辑权限的同事设置")
        )
        self.add.setVisible(not self._why_not)

    def show_base_maps(self, base_maps: Sequence[BaseMap]) -> None:
        """List the base maps of the project that is open."""
        if self._keep.isActive():  # the list on screen is newer
            return
        self.setVisible(bool(base_maps) or not self._why_not)
        if tuple(base_maps) != self._base_maps:
            self._base_maps = tuple(base_maps)
            self._know_gone(self._gone)
            self._list_all()
            self.changed.emit(self.visible_ones)

    def show_troubles(self, troubles: Sequence[Trouble]) -> None:
        """Say which base maps are not on the map, and why; draw again where that will pass."""
        reasons = {(t.base_map.kind, t.base_map.path): t.reason for t in troubles}
        for line in self.lines:
            line.show_trouble(reasons.get((line.base_map.kind, line.base_map.path), ""))
        if any(t.passing for t in troubles):
            self._again.start()
        self._know_gone(frozenset(t.base_map for t in troubles if t.gone))

    def _know_gone(self, gone: frozenset[BaseMap]) -> None:
        """Say once which files cannot be opened; draw all again, holes and all, once one of them can."""
        gone &= frozenset(self.visible_ones)
        before, self._gone = self._gone, gone
        if before - gone:
            self._redraw.start()
        if _lost(gone) != _lost(before):
            self.lost.emit(_lost(gone))
        if gone:
            self._look.start()

    def _look_for_gone(self) -> None:
        gone = self._gone

        def work(_session: "Session", _job: Job[frozenset[BaseMap]]) -> frozenset[BaseMap]:
            return frozenset(t.base_map for t in Readers().gone(tuple(gone)))

        def done(still: frozenset[BaseMap]) -> None:
            if self._gone == gone:  # else a drawing has told meanwhile
                self._know_gone(still)

        if gone:
            self._jobs.start(ReadJob(work, done=done, topic="lost base maps"))

    def add_files(self, paths: Sequence[Path]) -> None:
        """Add all that can be made of files, above the others."""

        def work(_session: "Session", _job: Job[_Found]) -> _Found:
            found: _Found = [], []
            for path in paths:
                try:
                    found[0].extend(base_maps_of(path))
                except BaseMapUnavailable as error:
                    found[1].append(error)
            return found

        def done(found: _Found) -> None:
            here = {(b.kind, b.path) for b in self._base_maps}
            self._set((*self._base_maps, *(b for b in found[0] if (b.kind, b.path) not in here)))
            if found[1]:
                self._jobs.refused.emit(_refusal(found[1]))

        self._jobs.start(ReadJob(work, done=done, topic="base maps"))

    def _ask(self) -> None:
        kinds = tr("影像、瓦片、高程") + f" (*{' *'.join(SUFFIXES)})"
        chosen, _ = QFileDialog.getOpenFileNames(self, tr("选择底图文件"), str(self._folder), kinds)
        if chosen:
            self._folder = Path(chosen[0]).parent
            self.add_files([Path(c) for c in chosen])

    def _list_all(self, *, show_first: bool = False) -> None:
        """List the uppermost first, as they lie on the map; scroll there on request."""
        empty(self._list)
        self.lines = []
        for place, base_map in reversed(list(enumerate(self._base_maps))):
            line = BaseMapLine(base_map)
            line.changed.connect(lambda new, at=place: self._change(at, new))
            line.moved.connect(lambda by, at=place: self._move(at, by))
            line.wanted.connect(lambda of=base_map: self._find(of))
            line.removed.connect(lambda at=place: self._remove(at))
            if self._why_not:
                line.freeze(self._why_not)
            self.lines.append(line)
            self._list.addWidget(line)
        if show_first:
            QTimer.singleShot(0, self, self._scroll_to_first)  # it has a place by then

    def _scroll_to_first(self) -> None:
        above = self.parentWidget()
        while above is not None and not isinstance(above, QScrollArea):
            above = above.parentWidget()
        if above is not None and self.lines:
            above.ensureWidgetVisible(self.lines[0])

    def _find(self, base_map: BaseMap) -> None:
        """Find out where a base map lies, and have it seen."""

        def work(session: "Session", _job: "Job[Bounds]") -> "Bounds":
            return open_base_map(base_map).extent(session.info.epsg)

        self._jobs.start(ReadJob(work, done=self.wanted.emit, topic="base maps"))

    def _change(self, at: int, base_map: BaseMap) -> None:
        slid = base_map.opacity != self._base_maps[at].opacity
        self._take((*self._base_maps[:at], base_map, *self._base_maps[at + 1 :]), _KEEP_MS if slid else 0)

    def _move(self, at: int, by: int) -> None:
        maps = list(self._base_maps)
        to = min(max(at + by, 0), len(maps) - 1)
        maps.insert(to, maps.pop(at))
        self._set(tuple(maps))

    def _remove(self, at: int) -> None:
        self._set((*self._base_maps[:at], *self._base_maps[at + 1 :]))

    def _set(self, base_maps: tuple[BaseMap, ...]) -> None:
        if base_maps != self._base_maps:
            added = len(base_maps) > len(self._base_maps)
            self._take(base_maps)
            # Not while a line of it is still speaking.
            QTimer.singleShot(0, self, lambda: self._list_all(show_first=added))

    def _take(self, base_maps: tuple[BaseMap, ...], keep_ms: int = 0) -> None:
        before, self._base_maps = self.visible_ones, base_maps
        if self.visible_ones != before:
            self._redraw.start()
        self._keep.start(keep_ms)

    def _save(self) -> None:
        base_maps = self._base_maps

        def work(session: "Session", _job: Job[None]) -> None:
            keep(session, base_maps)

        self._jobs.start(WriteJob(work, done=lambda _: None, topic="keep base maps"))


def _refusal(errors: Sequence[BaseMapUnavailable]) -> BaseMapUnavailable:
    """Return all that was refused as one error."""
    if len(errors) == 1:
        return errors[0]
    reasons = tr("；").join(str(error) for error in errors)
    return BaseMapUnavailable(tr("{n} 个文件没有加上：{reasons}").format(n=len(errors), reasons=reasons))


def _lost(gone: frozenset[BaseMap]) -> str:
    if not gone:
        return ""
    names = sorted({base_map.path.name for base_map in gone})
    return tr("底图读不到：{names}。图上先空着，放回原处后会自动补上").format(names="、".join(names))


def _pause(owner: BaseMapSection, milliseconds: int, call: Callable[[], None]) -> QTimer:
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(call)
    return timer
