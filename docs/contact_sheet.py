"""Makes docs/screenshots/six-maps.png, the six maps of a sample village at three scales."""

import sys
import tempfile
from pathlib import Path

import numpy as np
import shapely
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from mingqing.core.files import data_dir
from mingqing.core.sample import PASSWORD, USER
from mingqing.ingest.run import import_paths
from mingqing.render.compose import build_scene
from mingqing.render.fonts import chinese_family, ensure_application, measure
from mingqing.render.painter import to_image
from mingqing.render.scale import Viewport
from mingqing.store.overview.build import refresh
from mingqing.store.project import create_project
from mingqing.store.session import Session

SCALES = (2_000, 10_000, 100_000)
CELL, LEFT, TOP, GAP = (620, 400), 44, 34, 6
PLACE = Path(__file__).resolve().parent / "screenshots"


def main() -> None:
    """Draw and save the sheet, in the folder given or beside the other pictures."""
    ensure_application()
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else PLACE
    with (
        tempfile.TemporaryDirectory() as folder,
        create_project(Path(folder) / "三村", "三村", user=USER, password=PASSWORD) as session,
    ):
        import_paths(session, [data_dir("data_samples") / "三村"])
        refresh(session)
        sheet(session).save(str(place / "six-maps.png"))


def sheet(session: Session) -> QImage:
    """Return the maps, a row each, with titles at the left and scales on top."""
    themes = session.catalog.themes
    width, height = (LEFT + len(SCALES) * (CELL[0] + GAP), TOP + len(themes) * (CELL[1] + GAP))
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#ffffff"))
    with QPainter(image) as painter:
        font = QFont(chinese_family() or "", 13)
        painter.setFont(font)
        middle = Qt.AlignmentFlag.AlignCenter
        for column, scale in enumerate(SCALES):
            x = LEFT + column * (CELL[0] + GAP)
            painter.drawText(QRectF(x, 0, CELL[0], TOP), middle, f"1:{scale:,}")
            for row, theme in enumerate(themes):
                y = TOP + row * (CELL[1] + GAP)
                painter.drawText(QRectF(8, y, LEFT - 16, CELL[1]), middle, "\n".join(theme.title))
                painter.drawImage(x, y, drawn(session, theme.code, scale))
    return image


def drawn(session: Session, theme: str, scale: int) -> QImage:
    """Return one map, around the houses of the first village; at a small scale, of all of them."""
    village = None if scale > SCALES[1] else session.villages()[0].code
    box = shapely.bounds(session.features("house", village=village).geometry)
    centre = float(np.median(box[:, [0, 2]])), float(np.median(box[:, [1, 3]]))
    view = Viewport.at_scale(centre, scale, CELL)
    return to_image(build_scene(session.catalog, session, theme, view, measure=measure))


if __name__ == "__main__":
    main()
