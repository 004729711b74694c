"""What floats over the map, and the places it keeps there: zoom buttons, card, form, overview, what is said."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtWidgets import QFrame, QWidget

from mingqing.desktop.card.panel import WIDTH as CARD_WIDTH
from mingqing.desktop.map.overlay import SCALE_BAR_PX
from mingqing.desktop.widgets import L, M, S, column, tool

if TYPE_CHECKING:
    from mingqing.desktop.actions import Actions
    from mingqing.desktop.banner import Banner
    from mingqing.desktop.card.panel import CardPanel
    from mingqing.desktop.form.panel import FormPanel
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.desktop.map.kit import Kit

_SENTENCE = 320  # pixels without which a sentence would be a column of single characters


class Floating(QObject):
    """Keeps what floats over `canvas` in its corners; `zoom` are buttons of its own."""

    def __init__(
        self,
        page: QWidget,
        canvas: "Canvas",
        instead: QWidget,
        kit: "Kit",
        beside: "tuple[FormPanel, CardPanel]",
        banner: "Banner",
        nothing: QWidget,
        actions: "Actions",
    ) -> None:
        """`instead` stands on the page for the canvas where one sees no map; `beside` is of the right edge."""
        super().__init__(page)
        self._page, self._canvas, self._instead, self._kit = page, canvas, instead, kit
        self._form, self._card = beside
        self._banner, self._nothing = banner, nothing
        self.zoom = QFrame(canvas)
        self.zoom.setObjectName("floating")
        layout = column(self.zoom, margins=(1, 1, 1, 1), gap=0)
        for name in ("zoom_in", "zoom_out", "whole"):
            layout.addWidget(tool(actions[name], size=16))
        for watched in (canvas, instead):
            watched.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Keep what floats in its place."""
        if event.type() in {QEvent.Type.Resize, QEvent.Type.Move}:
            self.place()
        return False

    def place(self) -> None:
        """Put everything in its place."""
        canvas, kit = self._canvas, self._kit
        width, height = canvas.width(), canvas.height()
        shown = (p for p in (self._form, self._card) if p.isVisibleTo(canvas))
        beside = next((p.width() + M for p in shown), 0)
        form, card, size = self._form, self._card, self.zoom.sizeHint()
        form.setGeometry(width - form.width() - M, M, form.width(), height - 2 * M)
        card.setGeometry(width - CARD_WIDTH - M, M, CARD_WIDTH, card.height_within(height - 2 * M))
        at = width - size.width() - M - beside, height - size.height() - M
        self.zoom.setGeometry(*at, size.width(), size.height())
        inset = kit.overview
        inset.move(M, height - SCALE_BAR_PX - inset.height() - S)  # a card at the right never moves it
        kit.place(right=beside + M)
        self._place_banner(beside)
        self._nothing.setGeometry(width // 2 - 320, max(height // 2 - 190, M), 640, 340)

    def _place_banner(self, beside: int) -> None:
        page, kit, banner = self._page, self._kit, self._banner
        on_map = self._canvas.isVisibleTo(page)
        over, left = (self._canvas, kit.bar.x() + kit.bar.width() + S) if on_map else (self._instead, L)
        corner = over.mapTo(page, QPoint(left, kit.below if on_map else M))
        # Beside a form there may be less room than a sentence needs: it lies over the form then.
        wide = min(720, max(over.width() - left - L - beside, _SENTENCE))
        banner.setGeometry(corner.x(), corner.y(), wide, banner.height_within(wide))
        banner.raise_()
