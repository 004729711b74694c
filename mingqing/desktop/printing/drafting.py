"""The page as it will be: asked for by the window, drawn by the studio, where there is one in its process."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from PySide6.QtGui import QImage

from mingqing.core.errors import InputRefused
from mingqing.core.watch import Watch
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.compose import Maker
from mingqing.printing.wall.model import Boxes, WallMap
from mingqing.printing.wall.output import LEAST_DPI, as_image, as_pdf, as_png, as_svg
from mingqing.printing.wall.preflight import Level, Trouble, preflight

if TYPE_CHECKING:
    from mingqing.store.session import Session

MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page and what the window has to know of it.

    sheet, of : which it is of how many; 0 is the first, an index where there are several.
    size_mm : of the paper. unit : real millimetres to a design millimetre, in which `boxes` are.
    centre : of the map, project's CRS. scale : the denominator. landscape : which way up it was decided to be.
    rows : how many rows it shows, for the log. pixels : RGB32, `width` × `height`.
    """

    wanted: "PageWanted"
    of: int
    size_mm: tuple[float, float]
    unit: float
    boxes: Boxes
    centre: tuple[float, float]
    scale: int
    title: str
    secrecy: str
    approval: str
    left_out: tuple[str, ...]
    rows: int
    width: int
    height: int
    pixels: bytes

    @property
    def image(self) -> QImage:
        """The picture; it lives as long as this does."""
        return QImage(self.pixels, self.width, self.height, 4 * self.width, QImage.Format.Format_RGB32)

    @property
    def landscape(self) -> bool:
        """Whether the page lies."""
        return self.size_mm[0] > self.size_mm[1]

    @property
    def metres_per_mm(self) -> float:
        """What a real millimetre on the page is on the ground."""
        return self.scale / 1000


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong with a page that was drawn."""

    wanted: "PageWanted"
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True)
class PageWanted:
    """A page wanted as a picture: an errand of the studio. It hands over a `Drawn`, then a `Checked`.

    sheet : which of the pages of what is asked for. since : another one each time that the rows may have changed.
    """

    asked: Asked
    sheet: int
    dpi: float
    since: int

    def __call__(
        self, session: "Session", cancelled: Callable[[], bool], deliver: Callable[[Any], None]
    ) -> None:
        """Draw it."""
        pages = composed(session, self.asked, self.since, cancelled)
        page = pages[min(self.sheet, len(pages) - 1)]
        deliver(_drawn(self, page, len(pages), cancelled))
        deliver(Checked(self, preflight(session, page)))


@dataclass(frozen=True, slots=True)
class Made:
    """Files, whole, and how many rows they show. pages : how many; a PDF holds them all."""

    contents: tuple[bytes, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Far:
    """How far the making of files is."""

    text: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class FilesWanted:
    """A map wanted as files: an errand of the studio. It hands over a `Far` now and then, then a `Made`.

    kind : "pdf", "png" or "svg"; pictures are a file a page.
    """

    asked: Asked
    since: int
    kind: str
    dpi: float = 300.0

    def __call__(
        self, session: "Session", cancelled: Callable[[], bool], deliver: Callable[[Any], None]
    ) -> None:
        """Make them."""
        pages = composed(session, self.asked, self.since, cancelled)
        require_sound(session, pages)
        watch = Watch(lambda text, done, total: deliver(Far(text, done, total)), cancelled)
        rows = sum(page.rows for page in pages)
        if self.kind == "pdf":
            deliver(Made((as_pdf(pages, watch=watch),), rows))
            return
        made = []
        for n, page in enumerate(pages):
            watch.step(page.title, n, len(pages))
            made.append(
                as_svg(page, watch=watch) if self.kind == "svg" else as_png(page, self.dpi, watch=watch)
            )
        deliver(Made(tuple(made), rows))


def require_sound(session: "Session", pages: tuple[WallMap, ...]) -> None:
    """Refuse pages that are not to be printed as they are.

    Raises
    ------
    InputRefused
        saying why not.
    """
    for page in pages:
        for trouble in preflight(session, page):
            if trouble.level is Level.STOP:
                raise InputRefused(trouble.sentence)


def _drawn(wanted: PageWanted, page: WallMap, of: int, cancelled: Callable[[], bool]) -> Drawn:
    image = as_image(page, max(wanted.dpi, LEAST_DPI), watch=Watch(cancelled=cancelled))
    return Drawn(
        wanted=wanted,
        of=of,
        size_mm=page.paper.size_mm,
        unit=page.unit,
        boxes=page.boxes,
        centre=page.scene.view.center,
        scale=page.scale,
        title=page.title,
        secrecy=page.secrecy,
        approval=page.approval,
        left_out=page.left_out,
        rows=page.rows,
        width=image.width(),
        height=image.height(),
        pixels=bytes(image.constBits()),
    )


@dataclass
class _Desk:
    """What lies ready for the next page of a session: what it has in common with the last, and that itself."""

    since: int
    maker: Maker
    asked: Asked | None = None
    pages: tuple[WallMap, ...] = ()


_desks: "WeakKeyDictionary[Session, _Desk]" = WeakKeyDictionary()  # of this lane or process


def composed(
    session: "Session", asked: Asked, since: int, cancelled: Callable[[], bool]
) -> tuple[WallMap, ...]:
    """Return the pages of what is asked for; those of the last time where nothing has changed."""
    desk = _desks.get(session)
    if desk is None or desk.since != since:
        desk = _desks[session] = _Desk(since, Maker(session))
    if desk.asked != asked:
        desk.pages = desk.maker.sheets(asked, cancelled=cancelled)
        desk.asked = asked
    return desk.pages
