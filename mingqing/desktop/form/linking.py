"""What a field that refers to another row needs: the rows near by, others by name, the map."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject

from mingqing.core.text import tr
from mingqing.desktop.card.guide import place_of
from mingqing.desktop.form.candidates import Place, at_place, found_by, near, typed
from mingqing.desktop.form.matching import Option
from mingqing.desktop.jobs import Job, ReadJob
from mingqing.desktop.widgets import alive

if TYPE_CHECKING:
    from mingqing.desktop.form.desk import Desk
    from mingqing.desktop.form.form import RowForm
    from mingqing.desktop.form.picking import ReferenceField
    from mingqing.store.session import Session

T = TypeVar("T")


class Finder(QObject):
    """Has a reference of a form find its rows."""

    def __init__(self, field: "ReferenceField", form: "RowForm", desk: "Desk") -> None:
        super().__init__(field)
        self._field, self._form, self._desk = field, form, desk
        self._table = str(field.field.references)
        field.preparing.connect(self._prepare)
        field.looking.connect(self._look)
        field.pointing.connect(self._point)
        field.opening.connect(lambda row_id: desk.open(self._table, row_id))

    def _prepare(self) -> None:
        table, origin, village = self._table, self._form.origin, self._form.sheet.village
        self._read(
            lambda session: near(session, table, village, _place(session, origin)), self._field.prepare
        )

    def _look(self, text: str) -> None:
        def done(found: list[Option]) -> None:
            if self._field.line.text() == text:
                self._field.offer(found)

        table, index = self._table, self._desk.index()
        if index is not None:
            done(found_by(index, table, text))
        else:
            self._read(lambda session: typed(session, table, text.strip()), done)

    def _point(self) -> None:
        asked = tr("请在地图上点要选的“{title}”").format(title=self._field.field.title)
        self._desk.point(asked, self._take)

    def _take(self, x: float, y: float, tolerance_m: float) -> None:
        def done(found: Option | None) -> None:
            if found is None:
                self._desk.tell(tr("那里没有可选的，请点在图形上"))
            else:
                self._field.choose(found)

        table = self._table
        self._read(lambda session: at_place(session, table, (x, y), tolerance_m), done)

    def _read(self, work: "Callable[[Session], T]", done: Callable[[T], None]) -> None:
        def job(session: "Session", _job: Job[T]) -> T:
            return work(session)

        def told(found: T) -> None:
            if alive(self._field):
                done(found)

        self._desk.jobs.start(ReadJob(job, done=told, topic=f"reference {id(self._field)}"))


def _place(session: "Session", origin: tuple[str, int] | None) -> Place | None:
    mark = place_of(session, *origin) if origin is not None else None
    if mark is None:
        return None
    centre = mark.geometry.centroid
    return centre.x, centre.y
