"""Where the page lies on screen: how large it is shown and where, whole, as wide as the window, or as one likes."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF

if TYPE_CHECKING:
    from mingqing.printing.wall.model import Rect

_MARGIN = 28.0  # logical pixels
_SMALLEST, _LARGEST = 0.05, 20.0  # logical pixels to a millimetre


@dataclass
class Lying:
    """A page on a desk; all on screen in logical pixels.

    size_mm : of the page, real millimetres; None while there is none. unit : of those to a design millimetre.
    room : the size of the desk. ratio : device pixels to a logical one. zoom : pixels to a real millimetre.
    corner : where the page's upper left corner is. fits : "page", "width", or "" for a zoom of one's own.
    """

    size_mm: tuple[float, float] | None = None
    unit: float = 1.0
    room: QSizeF = field(default_factory=lambda: QSizeF(640, 480))
    ratio: float = 1.0
    zoom: float = 1.0
    corner: QPointF = field(default_factory=QPointF)
    fits: str = "page"

    @property
    def size(self) -> QSizeF:
        """How large the page is shown."""
        return QSizeF(*self.size_mm) * self.zoom if self.size_mm is not None else QSizeF()

    @property
    def paper(self) -> QRectF:
        """Where the page is, on whole pixels of the screen so that it is sharp."""
        left, top = (round(v * self.ratio) / self.ratio for v in (self.corner.x(), self.corner.y()))
        return QRectF(QPointF(left, top), self.size)

    def place(self, box: "Rect") -> QRectF:
        """Return where a rectangle of the page, design millimetres, is."""
        px, paper = self.zoom * self.unit, self.paper
        return QRectF(paper.left() + box.x * px, paper.top() + box.y * px, box.width * px, box.height * px)

    def fitting(self, size_mm: tuple[float, float], how: str = "page") -> float:
        """Return the zoom at which a page is as large as there is room."""
        wide, high = (max(side - 2 * _MARGIN, 80) for side in (self.room.width(), self.room.height()))
        return wide / size_mm[0] if how == "width" else min(wide / size_mm[0], high / size_mm[1])

    def fit(self) -> float:
        """Lay the page as it is to fit, and return by how much it has grown."""
        if self.size_mm is None or not self.fits:
            return 1.0
        before, self.zoom = self.zoom, self.fitting(self.size_mm, self.fits)
        top = max((self.room.height() - self.size.height()) / 2, _MARGIN)
        self.corner = QPointF((self.room.width() - self.size.width()) / 2, top)
        return self.zoom / before

    def enlarge(self, by: float, at: QPointF) -> float:
        """Show the page larger with a place kept where it is, and return by how much it has grown."""
        before, paper, self.fits = self.zoom, self.paper, ""
        self.zoom = min(max(self.zoom * by, _SMALLEST), _LARGEST)
        grown = self.zoom / before
        self.move(self.corner + (at - paper.topLeft()) * (1 - grown))
        return grown

    def move(self, corner: QPointF) -> None:
        """Lay the page there; one that is smaller than the desk lies in its middle, and no other leaves it."""
        size, room = self.size, self.room
        self.corner = QPointF(
            _within(corner.x(), size.width(), room.width()), _within(corner.y(), size.height(), room.height())
        )


def _within(place: float, size: float, room: float) -> float:
    if size + 2 * _MARGIN <= room:
        return (room - size) / 2
    return min(max(place, room - size - _MARGIN), _MARGIN)
