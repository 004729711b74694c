"""The two sides of the drawing benchmark are given the same rows, and draw the same map of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyogrio
import pytest
from PySide6.QtGui import QImage

from benchmarks.drawing import Data, prepare, ratio
from benchmarks.drawn.look import looks
from benchmarks.drawn.ours import as_role
from benchmarks.drawn.plain import export
from benchmarks.drawn.sides import Side, canvas, qgis_python
from mingqing.access.policy import Column
from mingqing.core.sample import PASSWORD, USER
from mingqing.render.scale import Viewport
from mingqing.store.session import Session

_SIZE_PX = (400, 250)


@pytest.fixture
def data(sample_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Data:
    monkeypatch.setenv("MINGQING_USER", USER)
    monkeypatch.setenv("MINGQING_PASSWORD", PASSWORD)
    return prepare(sample_project, tmp_path, role="county_editor", theme="household", count=3)


def _picture(side: Side, data: Data, view: Viewport, to: Path) -> np.ndarray:
    with side:
        side.open(data.looks["10 km"])
        took = side.draw(view, labels=False, save=to, watch=True)
    assert took.wall > 0
    assert took.cpu > 0
    image = QImage(str(to)).convertToFormat(QImage.Format.Format_RGB888)
    assert (image.width(), image.height()) == _SIZE_PX
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(_SIZE_PX[1], image.bytesPerLine())
    return rows[:, : 3 * _SIZE_PX[0]].astype(float)


def test_the_plain_file_holds_the_same_rows_as_the_project(sample_session: Session, tmp_path: Path) -> None:
    plain = export(sample_session, "household", tmp_path / "plain.sqlite")
    layers = [name for name, _ in pyogrio.list_layers(plain)]
    held = {
        table: sum(
            pyogrio.read_info(plain, layer=name)["features"] for name in layers if name.startswith(table)
        )
        for table in ("land", "water", "road", "house")
    }
    counts = sample_session.counts()
    assert held == {table: counts[table] for table in held}
    assert "structure" in pyogrio.read_info(plain, layer="house_polygon")["fields"]


def test_there_are_as_many_views_of_each_scale_as_were_asked_for_none_twice(data: Data) -> None:
    for views in data.views.values():
        assert len({v.center for v in views}) == 3


def test_qgis_is_told_to_draw_what_is_shown_at_the_scale_and_no_more(
    data: Data, sample_session: Session
) -> None:
    layers = ["land_polygon", "road_line", "resource_point"]
    near, far = (Viewport.at_scale((0, 0), scale, _SIZE_PX) for scale in (5_000, 100_000))
    drawn = {
        view: {look["layer"] for look in looks(sample_session.catalog, "household", view, layers)}
        for view in (near, far)
    }
    assert drawn[near] == set(layers)
    assert drawn[far] == {"land_polygon", "road_line"}
    every = looks(sample_session.catalog, "household", far, layers, everything=True)
    assert {look["layer"] for look in every} == set(layers)


def test_a_role_sees_what_it_may_in_the_benchmark_too(sample_session: Session) -> None:
    with as_role(sample_session, "viewer") as viewer:
        assert viewer.policy.column("resident", "name") is not Column.CLEAR
    with as_role(sample_session, "county_editor") as editor:
        assert editor.policy.column("resident", "name") is Column.CLEAR


def test_both_sides_draw_the_same_map(data: Data, tmp_path: Path) -> None:
    python = qgis_python()
    if python is None:
        pytest.skip("QGIS's Python library is not installed")
    view = replace(data.views["10 km"][0], size_px=_SIZE_PX)
    ours, theirs = (
        _picture(side, data, view, tmp_path / f"{side.title}.png") for side in data.sides(python, tmp_path)
    )
    apart = np.abs(ours - theirs).mean()
    elsewhere = np.abs(ours - np.roll(theirs, 90, axis=0)).mean()
    assert apart < elsewhere / 2


def test_a_side_that_cannot_draw_says_why(tmp_path: Path) -> None:
    python = qgis_python()
    if python is None:
        pytest.skip("QGIS's Python library is not installed")
    look = {"layer": "house_polygon", "class_by": None, "classes": []}
    script = Path(__file__).parents[2] / "benchmarks" / "drawn" / "theirs.py"
    with (
        Side("QGIS", [python, str(script), str(tmp_path / "none.sqlite")]) as side,
        pytest.raises(RuntimeError, match="QGIS cannot read house_polygon"),
    ):
        side.open([look])


def test_a_target_that_is_missed_is_marked() -> None:
    assert "MISSED" not in ratio(0.2, 0.25)
    assert "MISSED" in ratio(0.3, 0.25)


def test_a_pan_once_the_hand_has_rested_is_measured_on_the_windows_canvas(data: Data, tmp_path: Path) -> None:
    view = replace(data.views["1.6 km"][0], size_px=_SIZE_PX)
    with canvas(data.project, data.role, data.theme, tmp_path) as side:
        took = side.pan(view)
    assert set(took) == {"anew", "rested", "at once"}
    assert min(took.values()) > 0
    assert side.peak_mb > 0
