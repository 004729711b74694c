"""What is on screen: tiles of the present view over those of earlier ones, signs and labels over all."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import log2
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter, QRegion

from mingqing.desktop.map.frame import Request, Tile
from mingqing.desktop.map.tiles import (
    TILE,
    Cell,
    Rect,
    Series,
    TileCache,
    area,
    cells,
    centre_first,
    holds,
    rect_of,
)

if TYPE_CHECKING:
    from mingqing.render.targets import Target

_CACHE_BYTES = 64 * 1024 * 1024
_SERIES_KEPT = 6  # that lie under the present one while it is drawn
_LETTERINGS_KEPT = 3
# By how many powers of two signs and labels may be scaled before they begin to fade, and until they are gone.
_FADES_FROM, _GONE_AT = 0.6, 2.2


@dataclass(slots=True)
class Lettering:
    """The signs and labels of one drawing, tile by tile; they are shown once all are there.

    targets : what of them can be pointed at.
    """

    series: Series
    focus: str | None
    rect: Rect
    images: dict[Cell, QImage] = field(default_factory=dict)
    targets: tuple["Target", ...] = ()


class Mosaic:
    """The tiles of one project's map, and how they are put together on screen."""

    def __init__(self) -> None:
        self._tiles = TileCache()
        self._series: list[Series] = []
        self._letterings: list[Lettering] = []
        self._growing: Lettering | None = None

    # ── What comes in ──────────────────────────────────────────────────────────────────────────────────────

    def clear(self) -> None:
        """Forget everything, as when another project is opened."""
        self._tiles.clear()
        self._series, self._letterings, self._growing = [], [], None

    def begin(self, request: Request) -> None:
        """Expect the tiles of `request`; signs of one that was given up are forgotten."""
        self._growing = Lettering(request.series, request.focus, request.rect) if request.lettered else None

    def expect(self, targets: "tuple[Target, ...]") -> None:
        """Take note of what can be pointed at once the signs are shown."""
        if self._growing is not None:
            self._growing.targets = targets

    def put(self, request: Request, tile: Tile) -> None:
        """Take a tile in: one of the ground is shown from now on."""
        if tile.signs:
            if self._growing is not None:
                self._growing.images[tile.cell] = tile.image
            return
        series = request.series
        self._tiles.put(series, tile.cell, tile.image, max(_CACHE_BYTES, 2 * 4 * area(request.rect)))
        self._series = [*[s for s in self._series if s != series][-_SERIES_KEPT + 1 :], series]

    def finish(self) -> None:
        """All tiles have come: show the signs and labels among them in place of the earlier ones."""
        grown, self._growing = self._growing, None
        if grown is not None:
            kept = [k for k in self._letterings if (k.series, k.focus) != (grown.series, grown.focus)]
            self._letterings = [*kept[-_LETTERINGS_KEPT + 1 :], grown]
            edition = grown.series.look.edition
            self._tiles.keep({s.look for s in self._series if s.look.edition == edition})
            self._letterings = [k for k in self._letterings if k.series.look.edition == edition]

    # ── What there is ──────────────────────────────────────────────────────────────────────────────────────

    @property
    def empty(self) -> bool:
        """Whether there is nothing at all to show."""
        return not self._series

    def missing(self, series: Series, rect: Rect, seen: Rect | None = None) -> tuple[Cell, ...]:
        """Return the tiles of the ground that `rect` lacks, those at the centre of `seen` first."""
        lacking = [cell for cell in cells(rect) if (series, cell) not in self._tiles]
        return tuple(centre_first(lacking, seen or rect))

    def lettered(self, series: Series, focus: str | None, rect: Rect) -> bool:
        """Whether the signs and labels of all of `rect` are there."""
        return any((k.series, k.focus) == (series, focus) and holds(k.rect, rect) for k in self._letterings)

    def targets(self, series: Series, focus: str | None, rect: Rect) -> "tuple[Target, ...]":
        """Return what can be pointed at among the signs and labels that are shown."""
        shown = self._lettering(series, focus, rect)
        return shown.targets if shown is not None and shown.series == series else ()

    # ── On screen ──────────────────────────────────────────────────────────────────────────────────────────

    def paint(self, painter: QPainter, series: Series, focus: str | None, window: Rect) -> None:
        """Paint what is there of `window`, a unit of the painter to a device pixel.

        Where a tile is missing, the latest of another scale or look is shown in its place.
        """
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for layer in reversed(list(self._layers(series, window))):
            for place, image in layer:
                _blit(painter, place, image)
        lettering = self._lettering(series, focus, window)
        if lettering is None:
            return
        zoom = lettering.series.grid.m_per_px / series.grid.m_per_px
        faded = (abs(log2(zoom)) - _FADES_FROM) / (_GONE_AT - _FADES_FROM)
        if faded < 1:
            painter.setOpacity(min(1 - faded, 1))
            for place, image in _placed(lettering.images.items(), lettering.series, series, window):
                _blit(painter, place, image)
            painter.setOpacity(1)

    def _layers(self, series: Series, window: Rect) -> Iterator[list[tuple[QRect, QImage]]]:
        """Yield the tiles of the present series, and below them of others until nothing shows through."""
        free = QRegion(0, 0, window[2] - window[0], window[3] - window[1])
        present = [(cell, self._tiles.get(series, cell)) for cell in cells(window)]
        layer = list(_placed(((c, i) for c, i in present if i is not None), series, series, window))
        others = (s for s in reversed(self._series) if s != series)
        while True:
            yield layer
            for place, _ in layer:
                free -= place
            other = next(others, None)
            if free.isEmpty() or other is None:
                return
            layer = [
                (place, image)
                for place, image in _placed(self._tiles.of(other), other, series, window)
                if free.intersects(place)
            ]

    def _lettering(self, series: Series, focus: str | None, window: Rect) -> Lettering | None:
        """Return the signs and labels that belong to the view, or else the last that were shown."""
        for lettering in reversed(self._letterings):
            if (lettering.series, lettering.focus) == (series, focus) and holds(lettering.rect, window):
                return lettering
        return self._letterings[-1] if self._letterings else None


def _placed(
    images: Iterable[tuple[Cell, QImage]], owner: Series, series: Series, window: Rect
) -> Iterator[tuple[QRect, QImage]]:
    """Yield where tiles of one series lie in the window of another, those that touch it.

    Edges are rounded to whole pixels, so that scaled neighbours meet without a gap.
    """
    zoom = owner.grid.m_per_px / series.grid.m_per_px
    for cell, image in images:
        left, top, right, bottom = rect_of(cell)
        x, y = round(left * zoom) - window[0], round(top * zoom) - window[1]
        place = QRect(
            QPoint(x, y), QPoint(round(right * zoom) - window[0] - 1, round(bottom * zoom) - window[1] - 1)
        )
        if x < window[2] - window[0] and y < window[3] - window[1] and place.right() >= 0 <= place.bottom():
            yield place, image


def _blit(painter: QPainter, place: QRect, image: QImage) -> None:
    if place.width() == TILE == place.height():
        painter.drawImage(place.topLeft(), image)
    else:
        painter.drawImage(place, image)
