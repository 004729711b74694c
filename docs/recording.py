"""Takes docs/screenshots/pan-and-zoom.png, a recording in frames: `python docs/recording.py [FOLDER]`.

The real canvas over the sample villages, dragged and zoomed as by a hand; each frame is what is on screen at that
moment, not what will be there once all is drawn.
"""

import sys
import tempfile
from pathlib import Path

from screenshots import SIZE, Photographer, import_samples, wait_until

# ruff: isort: split
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtTest import QTest

from mingqing.desktop.application import make_window
from mingqing.desktop.map.canvas import Canvas
from mingqing.desktop.map.view import View
from mingqing.desktop.settings import Settings
from mingqing.render.fonts import chinese_family

ACROSS, WIDTH, CAPTION, GAP = 3, 520, 26, 10


class Recorder:
    """Keeps frames of a canvas, and lays them out on a sheet."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.frames: list[tuple[str, QImage]] = []

    def take(self, caption: str) -> None:
        """Keep what is on screen now."""
        self.frames.append((caption, self.canvas.grab().toImage()))

    def when_idle(self, caption: str) -> None:
        """Keep what is on screen once nothing is left to draw."""
        wait_until(lambda: self.canvas.idle)
        self.take(caption)

    def drag(self, path: list[QPoint], caption: str) -> None:
        """Drag with the mouse along `path`, a frame at each stop."""
        QTest.mousePress(self.canvas, Qt.MouseButton.LeftButton, pos=path[0])
        for stop in path[1:]:
            QTest.mouseMove(self.canvas, stop)
            self.take(caption)
        QTest.mouseRelease(self.canvas, Qt.MouseButton.LeftButton, pos=path[-1])

    def arriving(self, captions: dict[int, str]) -> None:
        """Keep what is on screen when so many tiles have come."""
        count = 0

        def came() -> None:
            nonlocal count
            count += 1
            if count in captions:
                self.take(captions[count])

        self.canvas.refined.connect(came)
        wait_until(lambda: self.canvas.at_rest)
        self.canvas.refined.disconnect(came)

    def sheet(self) -> QImage:
        """Return all frames, numbered, in rows."""
        small = [
            (text, image.scaledToWidth(WIDTH, Qt.TransformationMode.SmoothTransformation))
            for text, image in self.frames
        ]
        high = small[0][1].height() + CAPTION + GAP
        rows = -(-len(small) // ACROSS)
        sheet = QImage(ACROSS * (WIDTH + GAP) + GAP, rows * high + GAP, QImage.Format.Format_RGB32)
        sheet.fill(QColor("white"))
        font = QFont(chinese_family())
        font.setPixelSize(14)
        with QPainter(sheet) as painter:
            painter.setFont(font)
            for n, (text, image) in enumerate(small):
                x, y = GAP + n % ACROSS * (WIDTH + GAP), GAP + n // ACROSS * high
                painter.drawImage(x, y + CAPTION, image)
                painter.drawText(
                    QRectF(x, y, WIDTH, CAPTION), Qt.AlignmentFlag.AlignVCenter, f"{n + 1}　{text}"
                )
        return sheet


def record(canvas: Canvas, x: float, y: float) -> Recorder:
    """Drag to a place and zoom there."""
    film = Recorder(canvas)
    canvas.go(View(x, y, 1.0).at_scale(4_000).panned(400, 200))
    film.when_idle("1:4,000，停着")
    right, low = canvas.width() - 100, canvas.height() - 60
    film.drag([QPoint(right - 200 * n, low - 100 * n) for n in range(3)], "拖动中")
    film.when_idle("松手以后")
    centre = canvas.rect().center()
    for _ in range(2):
        canvas.zoom(1.5, centre.toPointF())
    film.take("放大 2.25 倍，当时")
    film.arriving({1: "第一块画好", 8: "第八块画好", 16: "第十六块画好"})
    film.take("画全")
    canvas.zoom(1 / 6)
    film.take("缩小 6 倍，当时")
    wait_until(lambda: canvas.at_rest)
    film.take("画全")
    canvas.zoom(6)
    film.take("再放大回来，当时")
    return film


def main() -> None:
    """Record over the sample villages."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "screenshots"
    with tempfile.TemporaryDirectory() as place:
        window = make_window(Settings(appearance="light"))
        window.resize(*SIZE)
        window.show()
        import_samples(Photographer(window, Path(place)), Path(place) / "竹源乡三村.mingqing")
        canvas = window.explorer.canvas
        wait_until(lambda: not window.jobs.busy() and canvas.idle)
        assert window.session is not None  # noqa: S101
        shapes = window.session.features("house").geometry
        middle = shapes[len(shapes) // 3].centroid
        record(canvas, middle.x, middle.y).sheet().save(str(folder / "pan-and-zoom.png"))
        window.close()


if __name__ == "__main__":
    main()
