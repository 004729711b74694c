"""The large choices at the top of the export page: for whom it is."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QPushButton, QSizePolicy, QWidget

from mingqing.desktop.exporting.wish import AUDIENCES, Audience
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import M, S, column, label, row

_GLYPH, _ROOMY = 22, 1150  # pixels


class AudienceTiles(QWidget):
    """One of them is chosen. `chosen(code)` when the user takes another."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self.tiles = {code: _Tile(audience) for code, audience in AUDIENCES.items()}
        layout = row(self, gap=S)
        for code, tile in self.tiles.items():
            self._group.addButton(tile)
            layout.addWidget(tile, 1)
            tile.clicked.connect(lambda _on=False, code=code: self.chosen.emit(code))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Go without the second line where it would be cut."""
        super().resizeEvent(event)
        for tile in self.tiles.values():
            tile.about.setVisible(self.width() >= _ROOMY)

    def show_choice(self, code: str) -> None:
        """Show who is chosen."""
        self.tiles[code].setChecked(True)
        self.setFocusProxy(self.tiles[code])


class _Tile(QPushButton):
    def __init__(self, audience: Audience) -> None:
        super().__init__()
        self.setProperty("kind", "tile")
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{audience.title}，{audience.about}")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        inside = row(self, margins=(M, S, S, S), gap=M)
        glyph = _Glyph(self, audience.glyph)
        inside.addWidget(glyph)
        said = column(gap=0)
        self.about = label(audience.about, "caption")
        words = (label(audience.title, "strong"), self.about)
        said.addStretch(1)
        for each in words:
            each.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            said.addWidget(each)
        said.addStretch(1)
        inside.addLayout(said, 1)
        for part in (glyph, *words):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


class _Glyph(QWidget):
    """An icon in the ink of whether its tile is chosen, and of day or night."""

    def __init__(self, tile: QPushButton, name: str) -> None:
        super().__init__(tile)
        self._tile, self._icon = tile, icon(name)
        self.setFixedSize(_GLYPH, _GLYPH)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        state = QIcon.State.On if self._tile.isChecked() else QIcon.State.Off
        with QPainter(self) as painter:
            self._icon.paint(painter, self.rect(), mode=QIcon.Mode.Normal, state=state)
