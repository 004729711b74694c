"""From a place or a row to its card, from card to card, and back."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtGui import QCursor, QImage

from mingqing.desktop.card.choosing import HitList
from mingqing.desktop.card.content import Card, gather
from mingqing.desktop.card.hit import Found, identify
from mingqing.desktop.card.panel import WIDTH, CardPanel
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.desktop.map.overlay import Mark
from mingqing.desktop.photos.album import Place, fetch_photo, fetch_thumbnails
from mingqing.desktop.photos.viewer import PhotoViewer
from mingqing.desktop.widgets import M

if TYPE_CHECKING:
    from mingqing.catalog.model import Layer
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.store.session import Session

_CLICK_PX = 6
Key = tuple[str, int]
_Read = tuple[Card | None, Mark | None]


class CardGuide(QObject):
    """Shows the cards of rows, marks their place on the map, and remembers the way.

    Signals
    -------
    turned() : another card is shown, or none.

    key : table and id of the row whose card is shown; None where there is none.
    taking : called with the next place that is clicked and how near is near enough, metres, in place of the card.
    claim : asked with every other; where it says True, the click was meant for something else than a card.
    """

    turned = Signal()

    def __init__(
        self,
        canvas: "Canvas",
        jobs: Jobs,
        card: CardPanel,
        listed: HitList,
        shown: "Callable[[], tuple[Layer, frozenset[str] | None, Mapping[str, str]]]",
    ) -> None:
        """`shown` says which map is on screen, its tables that are on (None for all), and the names of villages."""
        super().__init__(canvas)
        self._canvas, self._jobs, self._card, self._listed, self._shown = canvas, jobs, card, listed, shown
        self.key: Key | None = None
        self.taking: Callable[[float, float, float], None] | None = None
        self.claim: Callable[[float, float, float], bool] = lambda _x, _y, _near: False
        self._found = Found()
        self._trail: list[Key] = []
        self.viewer: PhotoViewer | None = None
        canvas.clicked.connect(self.identify)
        card.wanted.connect(self._follow)
        card.listing.connect(lambda: listed.open(self._found, QCursor.pos()))
        listed.chosen.connect(self._follow)
        card.back.connect(self._back)
        card.zoom.connect(self.see)
        card.closed.connect(self.close)
        card.viewing.connect(self._view)

    def identify(self, x: float, y: float) -> None:
        """Ask what lies at a place, and show the card of what was most likely meant."""
        view = self._canvas.view
        if view is None:
            return
        if self.taking is not None:
            take, self.taking = self.taking, None
            take(x, y, _CLICK_PX * view.m_per_px)
            return
        if self.claim(x, y, _CLICK_PX * view.m_per_px):
            self.close()
            return
        theme, only, _ = self._shown()
        near, targets = _CLICK_PX * view.m_per_px, self._canvas.targets

        def work(session: "Session", _job: Job[Found]) -> Found:
            return identify(session, theme, (x, y), tolerance_m=near, only=only, targets=targets)

        self._jobs.start(ReadJob(work, done=lambda found: self.show_found(found, (x, y)), topic="card"))

    def show_found(self, found: Found, at: tuple[float, float]) -> None:
        """Show the card of what was meant; of a sign that stands for several, the list to choose from."""
        canvas = self._canvas
        if found.crowd and canvas.view is not None:
            self.close()
            self._found = found
            size = float(canvas.width()), float(canvas.height())
            pixel = QPointF(*canvas.view.to_screen(*at, size)).toPoint()
            self._listed.open(found, canvas.mapToGlobal(pixel))
        elif found.hits:
            self._found, self._trail = found, []
            self.ask((found.hits[0].table, found.hits[0].id))
        else:
            self.close()

    def show_row(self, table: str, row_id: int) -> None:
        """Show the card of a row, and its place from near by."""
        self._found, self._trail = Found(), []
        self.ask((table, row_id), self.see)

    def again(self) -> None:
        """Read the card anew that is shown."""
        if self.key is not None:
            self.ask(self.key)

    def ask(self, key: Key, then: Callable[[], object] | None = None) -> None:
        """Read the card of a row and show it, `then` do something."""
        _, _, names = self._shown()

        def work(session: "Session", _job: Job[_Read]) -> _Read:
            return gather(session, *key, village_names=names), place_of(session, *key)

        def done(read: _Read) -> None:
            self._show(read)
            if then is not None:
                then()

        self._jobs.start(ReadJob(work, done=done, topic="card"))

    def _show(self, read: _Read) -> None:
        card, mark = read
        if card is None:
            self.close()
            return
        self.key = (card.table, card.id)
        self._canvas.mark([mark] if mark is not None else [])
        others = [h for h in self._found.hits if (h.table, h.id) != self.key] if not self._trail else []
        here = self._found.totals.get(card.table, 0)
        self._card.show_card(card, others, here=here, can_back=bool(self._trail))
        self._fetch_thumbnails()
        self.turned.emit()
        if mark is not None:
            self._canvas.reveal(mark.bounds, WIDTH + M)

    def _fetch_thumbnails(self) -> None:
        for place, strip in self._card.strips.items():

            def done(images: dict[str, QImage], place: Place = place) -> None:
                if place in self._card.strips:
                    self._card.strips[place].fill(images, complete=True)

            fetch_thumbnails(self._jobs, place, strip.names, done)

    def _view(self, place: Place, names: Sequence[str], number: int) -> None:
        bring = partial(fetch_photo, self._jobs, place)
        self.viewer = PhotoViewer(self._canvas.window(), names, number, bring)

    def hold_card_back(self) -> None:
        """Leave the card away while its row is shown in another way."""
        self._card.hide()

    def _follow(self, table: str, row_id: int) -> None:
        if self.key is not None:
            self._trail.append(self.key)
        self.ask((table, row_id))

    def _back(self) -> None:
        if self._trail:
            self.ask(self._trail.pop())

    def see(self) -> None:
        """Zoom to what the card is about."""
        if self._canvas.marks:
            self._canvas.see(self._canvas.marks[0].bounds, closest=1000)

    def reveal(self, width: int) -> None:
        """Bring what the card is about out from under a panel of this width, pixels."""
        if self._canvas.marks:
            self._canvas.reveal(self._canvas.marks[0].bounds, width + M)

    def close(self) -> None:
        """Put the card away and take its mark off the map."""
        self.key, self._found, self._trail = None, Found(), []
        self._listed.forget()
        self._put_photo_away()
        self._card.put_away()
        self._canvas.mark([])
        self.turned.emit()

    def _put_photo_away(self) -> None:
        if self.viewer is not None:
            self.viewer.put_away()
            self.viewer = None

    def conceal(self) -> None:
        """Hide again what was shown whole for a reason, a picture too, and take back a number that was copied."""
        self._put_photo_away()
        self._card.take_back()
        if self._card.lifted:
            self.again()


def place_of(session: "Session", table: str, row_id: int) -> Mark | None:
    """Return the mark for a row: its own shape, or that of the row whose place it takes."""
    definition = session.catalog.tables[table]
    if not definition.has_geometry and definition.located_at:
        step = definition.located_at[0]
        found = session.row(table, row_id)
        if found is None or found[step] is None:
            return None
        return place_of(session, definition.field_by_name[step].references or "", int(str(found[step])))
    shapes = session.features(table, where={"id": row_id}).geometry
    return Mark(shapes[0]) if len(shapes) and shapes[0] is not None and not shapes[0].is_empty else None
