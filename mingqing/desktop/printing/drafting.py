"""The page as it will be: asked for by the window, drawn by the studio, where there is one in its process."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from PySide6.QtGui import QImage

from mingqing.access.roles import privacy_of
from mingqing.catalog.model import Privacy
from mingqing.core.watch import Watch
from mingqing.desktop.map.sheet import may_print
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.compose import Maker
from mingqing.printing.wall.handing import Leaving, leaving
from mingqing.printing.wall.model import Boxes, WallMap
from mingqing.printing.wall.output import LEAST_DPI, as_image, as_pdf, as_png, as_svg
from mingqing.printing.wall.preflight import Trouble, is_public, preflight

if TYPE_CHECKING:
    from mingqing.catalog.style import Style
    from mingqing.desktop.map.frame import Restyled
    from mingqing.store.session import Session

MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Order:
    """A map wanted on paper. since : another one each time that the rows may have changed.

    restyled : the tables that look as on screen, not as the theme has them; as far as they may.
    """

    asked: Asked
    since: int
    restyled: "tuple[Restyled, ...]" = ()


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

    sheet : which of the pages of what is asked for.
    """

    order: Order
    sheet: int
    dpi: float

    def __call__(
        self, session: "Session", cancelled: Callable[[], bool], deliver: Callable[[Any], None]
    ) -> None:
        """Draw it."""
        pages = composed(session, self.order, cancelled)
        page = pages[min(self.sheet, len(pages) - 1)]
        deliver(_drawn(self, page, len(pages), cancelled))
        deliver(Checked(self, preflight(session, page)))


@dataclass(frozen=True, slots=True)
class Made:
    """Files, whole, and what the log is to have of them first; none where something stops them."""

    contents: tuple[bytes, ...]
    leaving: Leaving


@dataclass(frozen=True, slots=True)
class Far:
    """How far the making of files is."""

    text: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class FilesWanted:
    """A map wanted as files: an errand of the studio. It hands over a `Far` now and then, then a `Made`.

    kind : "pdf", "png" or "svg"; pictures are a file a page. how : where they go, for the log.
    """

    order: Order
    kind: str
    dpi: float
    how: str

    def __call__(
        self, session: "Session", cancelled: Callable[[], bool], deliver: Callable[[Any], None]
    ) -> None:
        """Make them."""
        pages = composed(session, self.order, cancelled)
        going = leaving(session, pages, self.how)
        watch = Watch(lambda text, done, total: deliver(Far(text, done, total)), cancelled)
        deliver(Made(() if going.stop is not None else self._contents(pages, watch), going))

    def _contents(self, pages: tuple[WallMap, ...], watch: Watch) -> tuple[bytes, ...]:
        if self.kind == "pdf":
            return (as_pdf(pages, watch=watch),)
        made = []
        for n, page in enumerate(pages):
            watch.step(page.title, n, len(pages))
            made.append(
                as_svg(page, watch=watch) if self.kind == "svg" else as_png(page, self.dpi, watch=watch)
            )
        return tuple(made)


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

    maker: Maker
    order: Order
    pages: tuple[WallMap, ...]


_desks: "WeakKeyDictionary[Session, _Desk]" = WeakKeyDictionary()  # of this lane or process


def composed(session: "Session", order: Order, cancelled: Callable[[], bool]) -> tuple[WallMap, ...]:
    """Return the pages of an order; those of the last one where nothing has changed."""
    desk = _desks.get(session)
    if desk is not None and desk.order == order:
        return desk.pages
    maker = desk.maker if desk is not None and desk.order.since == order.since else Maker(session)
    restyled = [each for each in order.restyled if may_print(session.policy, each)]
    pages = maker.sheets(order.asked, styles=_styles(restyled), cancelled=cancelled)
    told = [each for each in restyled if not _is_open(session, each)]
    if told and any(is_public(page.secrecy) for page in pages):
        fit = [each for each in restyled if each not in told]
        pages = maker.sheets(order.asked, styles=_styles(fit), cancelled=cancelled)
    _desks[session] = _Desk(maker, order, pages)
    return pages


def _styles(restyled: "list[Restyled]") -> dict[str, "Style"]:
    return {each.table: each.style for each in restyled if each.style is not None}


def _is_open(session: "Session", restyled: "Restyled") -> bool:
    """Whether everybody may know what is to be read from how a table looks."""
    tables = session.policy.catalog.tables
    named = (name.split(".", 1) for name in restyled.reveals)
    return all(privacy_of(tables[table].field_by_name[f]) is Privacy.OPEN for table, f in named)
