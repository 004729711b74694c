"""The two sides of the printing benchmark make the same page: as large, at the same scale, of the same village."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from benchmarks.drawn.plain import export_tables
from benchmarks.drawn.sides import Side, qgis_python
from benchmarks.printed.pages import pages, villages
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.session import Session

ROOT = Path(__file__).parents[2]


@pytest.fixture
def page(sample_session: Session, tmp_path: Path) -> dict[str, Any]:
    tables = [draw.table for draw in sample_session.catalog.layers["household"].draws]
    plain = export_tables(sample_session, tables, tmp_path / "plain.sqlite")
    (found,) = pages(sample_session, ["household"], villages(sample_session, 1), plain)
    return {**found, "plain": str(plain)}


def _made(side: Side, page: dict[str, Any], to: Path) -> NDArray[np.float64]:
    """Have a page made, and return its map as grey pixels, a millimetre each."""
    with side:
        took = side.ask({**page, "save": str(to)})
    assert took["wall"] > 0
    assert took["cpu"] > 0
    size = ["-scale-to-x", "420", "-scale-to-y", "297"]
    subprocess.run(["pdftoppm", *size, "-png", "-singlefile", str(to), str(to.with_suffix(""))], check=True)
    image = QImage(str(to.with_suffix(".png"))).convertToFormat(QImage.Format.Format_Grayscale8)
    assert (image.width(), image.height()) == (420, 297)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(297, image.bytesPerLine())[:, :420]
    x, y, width, height = (round(side) for side in page["frame"])
    return rows[y : y + height, x : x + width].astype(float)


def test_villages_are_taken_at_even_steps(sample_session: Session) -> None:
    every = villages(sample_session, 0)
    assert len(every) == sample_session.counts()["village"]
    assert villages(sample_session, 1) == every[:1]
    assert villages(sample_session, 2) == [every[0], every[len(every) // 2]]
    assert villages(sample_session, 9) == every


def test_neighbours_rows_are_left_out_where_our_page_leaves_them_out(page: dict[str, Any]) -> None:
    own = {look["layer"].split("_")[0]: look["own"] for look in page["looks"]}
    assert own["house"]
    assert not own["road"]
    assert not own["village"]


def test_both_sides_make_the_same_page(
    page: dict[str, Any], sample_project_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = qgis_python()
    if python is None:
        pytest.skip("QGIS's Python library is not installed")
    monkeypatch.setenv("MINGQING_USER", USER)
    monkeypatch.setenv("MINGQING_PASSWORD", PASSWORD)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    project = str(sample_project_once)
    ours = Side("ours", [sys.executable, "-m", "benchmarks.printed.ours", project, "county_editor"])
    script = ROOT / "benchmarks" / "printed" / "theirs.py"
    theirs = Side("QGIS", [python, str(script), page["plain"]], {"QGIS_CUSTOM_CONFIG_PATH": str(tmp_path)})
    mine, other = _made(ours, page, tmp_path / "ours.pdf"), _made(theirs, page, tmp_path / "theirs.pdf")
    apart = np.abs(mine - other).mean()
    elsewhere = np.abs(mine - np.roll(other, 60, axis=1)).mean()
    assert apart < elsewhere / 2
