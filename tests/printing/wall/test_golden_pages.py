"""Whole pages as they were last approved. `MINGQING_APPROVE=1 pytest` with this file accepts what is drawn now.

Letters of one machine's font are not another's: only what stands where is compared, coarsely.
"""

import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from mingqing.printing.wall import compose
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.compose import Maker
from mingqing.printing.wall.output import as_image
from mingqing.store.session import Session

GOLDEN = Path(__file__).parent / "golden"
DPI, COARSE = 50, 4
FAR_OFF, MOST_DIFFERENT = 40, 0.01
PAGES = {
    "household-A3": Asked("household", "331124204200", footer=False),
    "industry-A3-portrait": Asked("industry", "331124204203", portrait=True, footer=False),
    "disaster-A4-mono": Asked("disaster", "331124204202", "A4", mono=True, footer=False),
    "key_person-A3-near": Asked("key_person", "331124204200", scale=2000, footer=False),
}


@pytest.mark.parametrize("name", PAGES)
def test_pages_look_as_approved(
    sample_session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setattr(compose, "_today", lambda: date(2026, 11, 22))
    image = as_image(Maker(sample_session).sheets(PAGES[name])[0], DPI)
    golden = GOLDEN / f"{name}.png"
    if os.environ.get("MINGQING_APPROVE") == "1":
        golden.parent.mkdir(exist_ok=True)
        image.save(str(golden))
    assert golden.exists(), "no approved picture yet: run with MINGQING_APPROVE=1 and look at it"
    difference = np.abs(coarse(image) - coarse(QImage(str(golden)))).max(axis=2)
    share = float((difference > FAR_OFF).mean())
    if share > MOST_DIFFERENT:
        image.save(str(tmp_path / golden.name))
    assert share <= MOST_DIFFERENT, f"{share:.1%} differ; what is drawn is in {tmp_path}"


def test_another_page_would_not_pass_for_an_approved_one(sample_session: Session) -> None:
    image = as_image(Maker(sample_session).sheets(PAGES["household-A3"].of(theme="industry"))[0], DPI)
    difference = np.abs(coarse(image) - coarse(QImage(str(GOLDEN / "household-A3.png")))).max(axis=2)
    assert float((difference > FAR_OFF).mean()) > MOST_DIFFERENT


def coarse(image: QImage) -> NDArray[np.int64]:
    """Return the picture's colours, smaller: a letter is a spot."""
    size = image.width() // COARSE, image.height() // COARSE
    small = image.scaled(
        *size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    ).convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(small.constBits(), dtype=np.uint8).reshape(size[1], size[0], 4)
    return pixels[..., :3].astype(np.int64)
