"""What a field that refers to another row needs: the rows near by, others by name, the map."""

from typing import TYPE_CHECKING

from mingqing.core.text import tr
from mingqing.desktop.card.guide import place_of
from mingqing.desktop.form.candidates import Place, at_place, near, typed
from mingqing.desktop.form.matching import Option
from mingqing.desktop.jobs import Job, ReadJob

if TYPE_CHECKING:
    from mingqing.desktop.form.desk import Desk
    from mingqing.desktop.form.form import RowForm
    from mingqing.desktop.form.picking import ReferenceField
    from mingqing.store.session import Session


def attend(field: "ReferenceField", form: "RowForm", desk: "Desk") -> None:
    """Have a reference of a form find its rows."""
    table = str(field.field.references)
    topic = f"reference {id(field)}"

    def prepare() -> None:
        origin, village = form.origin, form.sheet.village

        def work(session: "Session", _job: Job[list[Option]]) -> list[Option]:
            return near(session, table, village, _place(session, origin))

        desk.jobs.start(ReadJob(work, done=field.prepare, topic=topic))

    def look(text: str) -> None:
        def work(session: "Session", _job: Job[list[Option]]) -> list[Option]:
            return typed(session, table, text.strip())

        def done(found: list[Option]) -> None:
            if field.line.text() == text:
                field.offer(found)

        desk.jobs.start(ReadJob(work, done=done, topic=topic))

    def point() -> None:
        desk.point(tr("请在地图上点要选的“{title}”").format(title=field.field.title), take)

    def take(x: float, y: float, tolerance_m: float) -> None:
        def work(session: "Session", _job: Job[Option | None]) -> Option | None:
            return at_place(session, table, (x, y), tolerance_m)

        def done(found: Option | None) -> None:
            if found is None:
                desk.tell(tr("那里没有可选的，请点在图形上"))
            else:
                field.choose(found)

        desk.jobs.start(ReadJob(work, done=done, topic=topic))

    field.preparing.connect(prepare)
    field.looking.connect(look)
    field.pointing.connect(point)
    field.opening.connect(lambda row_id: desk.open(table, row_id))


def _place(session: "Session", origin: tuple[str, int] | None) -> Place | None:
    mark = place_of(session, *origin) if origin is not None else None
    if mark is None:
        return None
    centre = mark.geometry.centroid
    return centre.x, centre.y
