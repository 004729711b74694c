"""Makes docs/wall-maps/: the six wall maps of a sample village on A3, as PDF, and a picture of all of them."""

import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from mingqing.core.files import data_dir
from mingqing.core.sample import PASSWORD, USER
from mingqing.ingest.run import import_paths
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.compose import Maker
from mingqing.printing.wall.output import as_image, as_pdf
from mingqing.store.project import create_project

PLACE = Path(__file__).resolve().parent / "wall-maps"
VILLAGE = "331124204200"
_ACROSS, _GAP, _DPI, _WIDE = 2, 14, 150, 900


def main() -> None:
    """Draw and save the maps, in the folder given or in docs."""
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else PLACE
    place.mkdir(exist_ok=True)
    pictures = []
    with (
        tempfile.TemporaryDirectory() as folder,
        create_project(Path(folder) / "三村", "松阳县", user=USER, password=PASSWORD) as session,
    ):
        import_paths(session, [data_dir("data_samples") / "三村"])
        maker = Maker(session)
        for theme in session.catalog.themes:
            walls = maker.sheets(Asked(theme.code, VILLAGE, portrait=False, footer=False))
            (place / f"{theme.code}.pdf").write_bytes(as_pdf(walls))
            pictures.append(as_image(walls[0], _DPI))
    beside(pictures).save(str(place / "all.png"))


def beside(pictures: list[QImage]) -> QImage:
    """Return pictures of one size in rows, made smaller."""
    smooth = Qt.TransformationMode.SmoothTransformation
    small = [picture.scaledToWidth(_WIDE, smooth) for picture in pictures]
    step = QSize(_WIDE + _GAP, small[0].height() + _GAP)
    rows = -(-len(small) // _ACROSS)
    sheet = QImage(step.width() * _ACROSS + _GAP, step.height() * rows + _GAP, QImage.Format.Format_RGB32)
    sheet.fill(QColor("#c9cdca"))
    with QPainter(sheet) as painter:
        for n, picture in enumerate(small):
            row, column = divmod(n, _ACROSS)
            painter.drawImage(QPoint(_GAP + column * step.width(), _GAP + row * step.height()), picture)
    return sheet


if __name__ == "__main__":
    main()
