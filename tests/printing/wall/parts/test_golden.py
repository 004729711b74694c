"""Parts as they were last approved. `MINGQING_APPROVE=1 pytest` with this file accepts what is drawn now.

Letters of one machine's font are not another's: only what stands where is compared, coarsely.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from mingqing.printing.paper.page import Page
from mingqing.printing.template.model import Grid
from mingqing.printing.wall.model import Rect
from mingqing.printing.wall.parts import figures, grid, index, inset, legend, marks, notes, title
from mingqing.render.scale import Viewport
from tests.printing.wall.parts.sheet import entries, painted
from tests.printing.wall.parts.test_figures import SOME
from tests.printing.wall.parts.test_index import section
from tests.printing.wall.parts.test_inset import township
from tests.printing.wall.parts.test_marks import TEXTS
from tests.printing.wall.parts.test_notes import THREE

GOLDEN = Path(__file__).parent / "golden"
FRAME = Rect(14.0, 14.0, 152.0, 92.0)
VIEW = Viewport.at_scale((451_234.0, 3_144_321.0), 10_000, (1824, 1104), 12.0)
MOST_DIFFERENT, FAR_OFF, COARSE = 0.01, 40, 8


def head(page: Page) -> None:
    box = Rect(4.0, 2.0, 172.0, 21.0)
    title.paint(page, box, "样本村村情民情图", "样本镇")
    marks.stamp(page, box, "内部使用")


def frame(page: Page) -> None:
    grid.paint(page, FRAME, VIEW, 4549, Grid())
    marks.north_arrow(page, (150.0, 30.0), 20.0)
    marks.scale_bar(page, (18.0, 102.0), VIEW, 10_000)


def beside(page: Page) -> None:
    inset.paint(page, Rect(4.0, 4.0, 50.0, 50.0), township(3, 3, here=4))
    legend.paint(page, Rect(62.0, 4.0, 60.0, 90.0), entries(14), "图例")
    figures.paint(page, Rect(128.0, 4.0, 48.0, 40.0), SOME, "基本数据")
    notes.paint(page, Rect(128.0, 52.0, 48.0, 50.0), THREE)
    index.diagram(page, Rect(4.0, 60.0, 50.0, 40.0), section(2))


def inset_and_index(page: Page) -> None:
    inset.paint(page, Rect(4.0, 4.0, 50.0, 50.0), township(3, 3, here=4))
    index.diagram(page, Rect(4.0, 60.0, 50.0, 40.0), section(2))
    index.paint(page, FRAME, VIEW, section(0))


def foot(page: Page) -> None:
    marks.scale_bar(page, (4.0, 12.0), VIEW, 10_000, plate=False)
    marks.credits(page, Rect(90.0, 3.0, 86.0, 9.0), TEXTS, "浙S（2026）01号")
    marks.footer(page, Rect(0.0, 0.0, 180.0, 24.0), "2026-11-22 由 演示 打印")


@pytest.mark.parametrize(
    ("paint", "high"),
    [(head, 24), (frame, 120), (beside, 110), (foot, 24)],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_parts_look_as_approved(paint: Callable[[Page], None], high: int, tmp_path: Path) -> None:
    image, golden = painted(paint, (180, high)), GOLDEN / f"{paint.__name__}.png"
    if os.environ.get("MINGQING_APPROVE") == "1":
        image.save(str(golden))
    assert golden.exists(), "no approved picture yet: run with MINGQING_APPROVE=1 and look at it"
    difference = np.abs(_coarse(image) - _coarse(QImage(str(golden))))
    share = float((difference > FAR_OFF).mean())
    if share > MOST_DIFFERENT:
        image.save(str(tmp_path / golden.name))
    assert share <= MOST_DIFFERENT, f"{share:.1%} differ; what is drawn is in {tmp_path}"


@pytest.mark.parametrize("paint", [head, frame, foot, inset_and_index])
def test_a_page_for_a_laser_printer_has_no_colours(paint: Callable[[Page], None]) -> None:
    def spread(*, grey: bool) -> int:
        image = painted(lambda page: paint(replace(page, grey=grey)), (180, 120))
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[..., :3].astype(int)
        return int((rows.max(axis=2) - rows.min(axis=2)).max())

    assert spread(grey=True) <= 1
    assert spread(grey=False) > 1


def _coarse(image: QImage) -> NDArray[np.int64]:
    """Return the picture in grey, smaller: a letter is a spot."""
    small = image.scaled(
        image.width() // COARSE,
        image.height() // COARSE,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    ).convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(small.constBits(), np.uint8).reshape(small.height(), small.bytesPerLine())
    return rows[:, : small.width()].astype(int)
