"""Each theme as it was last approved: a hamlet close up, and the sample villages at three scales.

Labels are left out, and a little is let pass: fonts differ from one machine to the next, and signs hold characters.

`MINGQING_APPROVE=1 pytest tests/render/test_golden.py` accepts what is drawn now.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from mingqing.catalog.load import catalog
from mingqing.core.sample import PASSWORD, USER
from mingqing.render.compose import build_scene
from mingqing.render.painter import to_image
from mingqing.render.scale import Viewport
from mingqing.store.overview.build import refresh
from mingqing.store.project import open_project
from mingqing.store.session import Session

GOLDEN = Path(__file__).parent / "golden"
VIEW = Viewport.at_scale((450_200, 3_140_150), 3_600, (420, 320))
MOST_DIFFERENT = 0.01  # share of pixels that may be further off than antialiasing makes them
FAR_OFF = 40  # of 255, in any channel


def array(image: QImage) -> NDArray[np.int64]:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(int)


SCALES = (2_000, 10_000, 100_000)
dark_too = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
every_theme = pytest.mark.parametrize("theme", [layer.code for layer in catalog().themes])


@pytest.mark.usefixtures("qt")
@dark_too
@every_theme
def test_the_theme_looks_as_approved(hamlet: Any, theme: str, dark: bool, tmp_path: Path) -> None:  # noqa: FBT001
    image = to_image(build_scene(catalog(), hamlet, theme, VIEW, dark=dark, measure=None))
    compare(image, f"{theme}-{'dark' if dark else 'light'}.png", tmp_path)


@pytest.fixture(scope="module")
def villages(sample_project_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The sample villages, with overviews."""
    path = shutil.copytree(sample_project_once, tmp_path_factory.mktemp("golden") / sample_project_once.name)
    with open_project(path, user=USER, password=PASSWORD) as session:
        refresh(session)
        yield session


@pytest.mark.usefixtures("qt")
@pytest.mark.parametrize("denominator", SCALES)
@dark_too
@every_theme
def test_the_sample_villages_look_as_approved(
    villages: Session,
    theme: str,
    dark: bool,  # noqa: FBT001
    denominator: int,
    tmp_path: Path,
) -> None:
    view = Viewport.at_scale(_centre(villages, denominator), denominator, (300, 220))
    image = to_image(build_scene(villages.catalog, villages, theme, view, dark=dark, measure=None))
    compare(image, f"villages-{theme}-{denominator}-{'dark' if dark else 'light'}.png", tmp_path)


def _centre(session: Session, denominator: int) -> tuple[float, float]:
    """The middle of the first village's houses; at a small scale, of all villages."""
    village = None if denominator > SCALES[1] else session.villages()[0].code
    box = shapely.bounds(session.features("house", village=village).geometry)
    x, y = np.median(box[:, [0, 2]]), np.median(box[:, [1, 3]])
    return float(x), float(y)


def compare(image: QImage, name: str, tmp_path: Path) -> None:
    """Fail where too much of a picture is not as it was approved; then keep it, and the difference, to look at."""
    golden = GOLDEN / name
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
