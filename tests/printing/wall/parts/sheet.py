"""A sheet of paper as a picture, on which a part is painted and looked at."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from mingqing.catalog.load import catalog
from mingqing.printing.paper.page import A3, Page
from mingqing.printing.wall.model import Rect
from mingqing.render.fonts import ensure_application
from mingqing.render.scene import LegendEntry

PX_PER_MM = 4
WIDTH, HEIGHT = 200, 160


def painted(
    paint: Callable[[Page], None], size: tuple[int, int] = (WIDTH, HEIGHT), px_per_mm: int = PX_PER_MM
) -> QImage:
    """Return what a part paints on a sheet of so many millimetres."""
    ensure_application()
    image = QImage(size[0] * px_per_mm, size[1] * px_per_mm, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(px_per_mm, px_per_mm)
    try:
        paint(Page(painter, A3))
    finally:
        painter.end()
    return image


def ink(image: QImage) -> NDArray[np.bool_]:
    """Return which pixels are not white."""
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return np.asarray((rows[:, : image.width(), :3] < 250).any(axis=2))


def spilt(image: QImage, box: Rect, by: float = 0.3) -> int:
    """Return how many pixels outside a box, and `by` mm around it, are not white."""
    found = ink(image).copy()
    left, top = (max(round((mm - by) * PX_PER_MM), 0) for mm in (box.x, box.y))
    right, bottom = (round((mm + by) * PX_PER_MM) for mm in (box.right, box.bottom))
    found[top:bottom, left:right] = False
    return int(found.sum())


def covered(image: QImage, box: Rect) -> float:
    """Return the share of a box that is not white."""
    left, top, right, bottom = (round(mm * PX_PER_MM) for mm in (box.x, box.y, box.right, box.bottom))
    return float(ink(image)[top:bottom, left:right].mean())


def entries(count: int, title: str = "", tables: int = 5) -> tuple[LegendEntry, ...]:
    """Return a legend of so many classes of so many tables."""
    classes = catalog().styles["house"]["normal"].classes
    return tuple(
        LegendEntry(
            f"t{n * tables // count}",
            f"第 {n * tables // count} 表",
            title or f"类别{n:03}",
            classes[n % len(classes)],
            1,
        )
        for n in range(count)
    )
