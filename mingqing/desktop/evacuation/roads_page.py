"""What is wrong with the network of roads: gaps and islands, where they are, and what would mend them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from mingqing.core.text import tr
from mingqing.desktop.evacuation.entries import Entry, EntryList
from mingqing.desktop.widgets import S, button, column, label, row

if TYPE_CHECKING:
    import shapely


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with roads. title : what. sentence : of what size, and how far from what.

    where : its place, project's CRS, or None. fix : the line of a new road that would mend it, or None; road_class :
    of the road that it continues.
    """

    title: str
    sentence: str
    where: "shapely.Geometry | None"
    fix: "shapely.LineString | None" = None
    road_class: str | None = None


class RoadsPage(QWidget):
    """`seen(geometry)` : a place to be looked at. `mending(Fault)` : what mends it is to be drawn."""

    seen = Signal(object)
    mending = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._faults: Sequence[Fault] = ()
        self._may_mend = False
        self.list = EntryList(tr("路网问题"))
        self._none = label(tr("这里的道路都连得上，没有发现问题"), "muted", wrap=True)
        self._none.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.see = button(tr("到地图上看"), self._see, "chip", glyph="fa6s.map-location-dot")
        self.mend = button(tr("补上"), self._mend, "chip", glyph="fa6s.link")
        layout = column(self, gap=S)
        layout.addWidget(self._none)
        layout.addWidget(self.list, 1)
        below = row(gap=S)
        below.addWidget(self.see)
        below.addWidget(self.mend)
        below.addStretch(1)
        layout.addLayout(below)
        self.list.chosen.connect(lambda _at: self._follow())
        self.list.opened.connect(lambda _at: self._see())
        self._follow()

    def show_faults(self, faults: Sequence[Fault], *, may_mend: bool) -> None:
        """Show what is wrong, the most important first."""
        self._faults, self._may_mend = faults, may_mend
        self.list.show_entries(
            range(len(faults)), lambda at: Entry(at, faults[at].title, "", faults[at].sentence)
        )
        self._none.setVisible(not faults)
        self.list.setVisible(bool(faults))
        self._follow()

    @property
    def fault(self) -> Fault | None:
        """The one that is chosen."""
        at = self.list.key
        return self._faults[at] if isinstance(at, int) and at < len(self._faults) else None

    def _follow(self) -> None:
        fault = self.fault
        self.see.setVisible(bool(self._faults))
        self.mend.setVisible(bool(self._faults) and self._may_mend)
        self.see.setEnabled(fault is not None)
        self.mend.setEnabled(fault is not None and fault.fix is not None)
        self._see()

    def _see(self) -> None:
        if self.fault is not None and self.fault.where is not None:
            self.seen.emit(self.fault.where)

    def _mend(self) -> None:
        if self.fault is not None:
            self.mending.emit(self.fault)
