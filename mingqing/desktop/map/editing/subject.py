"""What is being edited on the map: rows of one table, with their shapes and the neighbours whose borders they share."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import shapely
from PySide6.QtCore import QObject, Signal

from mingqing.catalog.model import Layer, Table
from mingqing.desktop.card.content import name_of
from mingqing.desktop.card.hit import identify
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.digitising.paths import TOUCH_M, XY

if TYPE_CHECKING:
    from mingqing.render.targets import Target
    from mingqing.store.edit import Changed
    from mingqing.store.session import Session

_MOST = 500  # rows that are edited together; more are changed in the table, not by hand


@dataclass(frozen=True)
class Subject:
    """Rows of one table, in the order in which they were chosen.

    shapes : by id; project CRS, metres.
    neighbours : shapes of the table that touch them, where borders are shared.
    title : the name of the only row, empty for several.
    """

    table: Table
    shapes: Mapping[int, shapely.Geometry]
    neighbours: Mapping[int, shapely.Geometry]
    title: str = ""

    @property
    def row(self) -> int | None:
        """The id of the only row; None where there are several."""
        return next(iter(self.shapes)) if len(self.shapes) == 1 else None

    @property
    def shape(self) -> shapely.Geometry:
        """The shape of the only row."""
        return next(iter(self.shapes.values()))

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """(xmin, ymin, xmax, ymax)."""
        xmin, ymin, xmax, ymax = shapely.total_bounds(list(self.shapes.values())).tolist()
        return xmin, ymin, xmax, ymax


_Picked = tuple[tuple[tuple[str, int], ...], Subject | None]


class Subjects(QObject):
    """Chooses what is edited, and follows it.

    Signals
    -------
    changed() : something else is edited, or it is another than before. missed() : nothing to edit was clicked.
    """

    changed = Signal()
    missed = Signal()

    def __init__(self, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.current: Subject | None = None
        self._found: tuple[tuple[str, int], ...] = ()
        self._table, self._ids = "", list[int]()  # what is being read, or was

    @property
    def others(self) -> int:
        """How many more rows lie where it was clicked."""
        return max(len(self._found) - 1, 0)

    def pick(
        self,
        at: XY,
        theme: Layer,
        tables: Collection[str],
        *,
        tolerance_m: float,
        only: frozenset[str] | None,
        targets: "Sequence[Target]",
        first: str = "",
        more: bool = False,
    ) -> None:
        """Edit what lies at a place, of these tables; with `more` besides what is edited, or no longer.

        tolerance_m : as `identify` takes it. first : the table whose rows come before all others.
        """

        def work(session: "Session", _job: Job[_Picked]) -> _Picked:
            hits = identify(session, theme, at, tolerance_m=tolerance_m, only=only, targets=targets).hits
            keys = ((h.table, h.id) for h in hits if h.table in tables)
            found = tuple(sorted(keys, key=lambda key: key[0] != first))
            return found, read(session, found[0][0], [found[0][1]]) if found and not more else None

        def done(picked: _Picked) -> None:
            found, subject = picked
            if not found:
                self.missed.emit()
            if more and self._ids:
                self._toggle([key for key in found if key[0] == self._table][:1])
            elif more and found:
                self._found = ()
                self._read(found[0][0], [found[0][1]])
            else:
                self._found = found
                self._take(subject)

        # Clicks that choose several follow one another faster than they are answered, and none takes another's place.
        self._jobs.start(ReadJob(work, done=done, topic=None if more else "subject"))

    def _toggle(self, found: Sequence[tuple[str, int]]) -> None:
        self._found = ()
        for table, row in found:
            self._read(table, [i for i in self._ids if i != row] if row in self._ids else [*self._ids, row])

    def next(self) -> None:
        """Edit the next of the rows that lie where it was clicked."""
        if self.others:
            self._found = (*self._found[1:], self._found[0])
            table, row = self._found[0]
            self._read(table, [row])

    def choose(self, table: str, ids: Sequence[int], then: Callable[[], object] | None = None) -> None:
        """Edit these rows; `then` is called once they are there."""
        self._found = ()
        self._read(table, ids, then)

    def clear(self) -> bool:
        """Edit nothing; return False where nothing was."""
        was = self.current is not None
        self._found = ()
        self._jobs.start(ReadJob(lambda _s, _j: None, done=lambda _: None, topic="subject"))
        self._take(None)
        return was

    def follow(self, edited: "Changed") -> None:
        """Take note of rows that were written."""
        subject = self.current
        if subject is not None and subject.table.name in edited.tables:
            self._read(subject.table.name, list(subject.shapes))

    def _read(self, table: str, ids: Sequence[int], then: Callable[[], object] | None = None) -> None:
        self._table, self._ids = table, list(ids)

        def work(session: "Session", _job: Job[Subject | None]) -> Subject | None:
            return read(session, table, ids)

        def done(subject: Subject | None) -> None:
            self._take(subject)
            if then is not None:
                then()

        self._jobs.start(ReadJob(work, done=done, topic="subject"))

    def _take(self, subject: Subject | None) -> None:
        self._table = subject.table.name if subject is not None else ""
        self._ids = list(subject.shapes) if subject is not None else []
        if subject is not None or self.current is not None:
            self.current = subject
            self.changed.emit()


def read(session: "Session", table: str, ids: Sequence[int]) -> Subject | None:
    """Return rows as they are now; None where none of them has a shape."""
    definition = session.catalog.tables[table]
    found = session.features(table, among=ids[:_MOST])
    by_id = dict(zip(found.ids.tolist(), found.geometry, strict=True))
    shapes = {i: by_id[i] for i in ids if by_id.get(i) is not None and not by_id[i].is_empty}
    if not shapes:
        return None
    title = name_of(session, table, next(iter(shapes))) if len(shapes) == 1 else ""
    subject = Subject(definition, shapes, {}, title)
    if not definition.shared_borders:
        return subject
    xmin, ymin, xmax, ymax = subject.bounds
    box = (xmin - TOUCH_M, ymin - TOUCH_M, xmax + TOUCH_M, ymax + TOUCH_M)
    near = session.features(table, bounds=box)
    whole = shapely.union_all(list(shapes.values()))
    neighbours = {
        i: shape
        for i, shape in zip(near.ids.tolist(), near.geometry, strict=True)
        if i not in shapes and shape is not None and shapely.dwithin(shape, whole, TOUCH_M)
    }
    return Subject(definition, shapes, neighbours, title)
