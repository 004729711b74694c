"""Each theme as it was last approved. Labels are left out: fonts differ from one machine to the next.

`MINGQING_APPROVE=1 pytest tests/render/test_golden.py` accepts what is drawn now.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from mingqing.catalog.load import catalog
from mingqing.render.compose import build_scene
from mingqing.render.painter import to_image
from mingqing.render.scale import Viewport

GOLDEN = Path(__file__).parent / "golden"
VIEW = Viewport.at_scale((450_200, 3_140_150), 3_600, (420, 320))
MOST_DIFFERENT = 0.01  # share of pixels that may be further off than antialiasing makes them
FAR_OFF = 40  # of 255, in any channel


def array(image: QImage) -> NDArray[np.int64]:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(int)


@pytest.mark.usefixtures("qt")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("theme", [layer.code for layer in catalog().themes])
def test_the_theme_looks_as_approved(
    hamlet: Any,
    theme: str,
    dark: bool,  # noqa: FBT001
    tmp_path: Path,
) -> None:
    image = to_image(build_scene(catalog(), hamlet, theme, VIEW, dark=dark, measure=None))
    golden = GOLDEN / f"{theme}-{'dark' if dark else 'light'}.png"
    if os.environ.get("MINGQING_APPROVE") == "1":
        GOLDEN.mkdir(exist_ok=True)
        image.save(str(golden))
    assert golden.exists(), "no approved picture yet: run with MINGQING_APPROVE=1 and look at it"
    difference = np.abs(array(image) - array(QImage(str(golden)))).max(axis=2)
    share = float((difference > FAR_OFF).mean())
    if share > MOST_DIFFERENT:
        image.save(str(tmp_path / golden.name))
        seen = np.ascontiguousarray(np.repeat(255 - difference[..., None], 3, axis=2).astype(np.uint8))
        height, width, _ = seen.shape
        QImage(seen.data, width, height, 3 * width, QImage.Format.Format_RGB888).save(
            str(tmp_path / "difference.png")
        )
    assert share <= MOST_DIFFERENT, f"{share:.1%} of pixels differ; drawn and difference are in {tmp_path}"
