"""What a page carries: shapes, looks and texts, small enough for a phone."""

import json
import stat
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

from mingqing.catalog.style import SYMBOLS, Color, Marker, SymbolType
from mingqing.crs.transform import transform
from mingqing.export.page.looks import Pictures, css, symbol
from mingqing.export.page.shapes import PER_DEGREE, Origin, edges
from mingqing.export.page.write import LARGE, write_page
from mingqing.render.classify import classify
from mingqing.store.session import Session
from tests.export.page.conftest import ASKED, VILLAGE, data_of


@pytest.fixture
def known(page_once: Path) -> dict[str, dict]:  # type: ignore[type-arg]
    return data_of(page_once.read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", list(SymbolType))
def test_every_kind_of_symbol_has_a_form_on_the_page(kind: SymbolType) -> None:
    made = SYMBOLS[kind](Color("#102030", "#a0b0c080"))
    told = symbol(made, Pictures())
    assert told["t"] == kind.value
    json.dumps(told)
    script = Path("resources/page/draw.js").read_text(encoding="utf-8")
    assert f"\n  {kind.value}" in script[script.index("const DRAWN") :]


def test_colours_are_those_of_day_and_night() -> None:
    assert css(Color("#102030", "#a0b0c080")) == ["#102030", "rgba(160,176,192,0.502)"]


def test_a_sign_is_drawn_once_for_all_that_look_alike() -> None:
    pictures, marker = Pictures(), Marker(Color("#102030", "#a0b0c0"), text="党")
    assert pictures.sign(marker) == pictures.sign(marker)
    assert len(pictures.urls) == 1
    assert all(url.startswith("data:image/png;base64,") for url in pictures.urls[0])
    assert pictures.urls[0][0] != pictures.urls[0][1]


def _back(steps: list[int], origin: Origin) -> np.ndarray:  # type: ignore[type-arg]
    units = np.cumsum(np.array(steps).reshape(-1, 2), axis=0)
    return (units + np.array([origin.x, origin.y])) / PER_DEGREE


def test_shapes_come_back_to_a_centimetre() -> None:
    origin = Origin.of((119.0, 28.0, 120.0, 29.0))
    hole = shapely.Polygon(
        [(119, 28), (119.1, 28), (119.1, 28.1), (119, 28.1)],
        [[(119.02, 28.02), (119.05, 28.02), (119.03, 28.05)]],
    )
    shapes = np.array(
        [
            shapely.Point(119.5, 28.25),
            None,
            hole,
            shapely.LineString([(119, 28), (119.0000001, 28.3)]),
            shapely.MultiPoint([(119.1, 28.1), (119.2, 28.2)]),
            shapely.Polygon(),
        ],
        dtype=object,
    )
    point, none, area, line, points, empty = origin.steps(shapes)
    assert point == [5_000_000, 2_500_000]
    assert none is None
    assert empty is None
    assert np.allclose(_back(line, origin), [(119, 28), (119.0000001, 28.3)], atol=1e-8)  # type: ignore[arg-type]
    assert len(area) == len(points) == 2  # type: ignore[arg-type]
    turned = [shapely.LinearRing(_back(ring, origin)).is_ccw for ring in area]  # type: ignore[union-attr,arg-type]
    assert turned[0] is not turned[1]
    assert len(area[0]) == 8  # type: ignore[index,arg-type]
    assert origin.steps(np.array([None], dtype=object)) == [None]
    assert origin.spots(np.array([None, shapely.Point(119, 28)], dtype=object)) == [None, None, 0, 0]


def test_a_border_that_two_share_is_drawn_once() -> None:
    one, other = shapely.box(119, 28, 119.1, 28.1), shapely.box(119.1, 28, 119.2, 28.1)
    assert sum(shapely.length(edges(np.array([one, other, None], dtype=object)))) == pytest.approx(0.7)


def test_the_page_shows_each_row_where_and_as_the_program_does(
    sample_session: Session, known: dict[str, dict]
) -> None:  # type: ignore[type-arg]
    style = sample_session.catalog.styles["house"]["normal"]
    rows = sample_session.features("house", columns=style.columns, village=VILLAGE)
    table, look = known["tables"]["house"], known["looks"]["house:normal"]
    assert table["n"] == len(rows)
    origin = Origin(*known["origin"])
    middles = transform(shapely.centroid(rows.geometry), sample_session.info.epsg, 4326)
    there = [shapely.Polygon(_back(steps, origin)) for steps in table["shapes"]]
    assert max(shapely.distance(np.array(there), middles)) < 1e-5
    ranks = classify(rows, style)
    assert "".join(dict.fromkeys(look["of"])) == "".join(
        str(np.unique(ranks).tolist().index(r)) for r in dict.fromkeys(ranks.tolist())
    )
    assert [c["count"] for c in look["classes"]] == np.unique(ranks, return_counts=True)[1].tolist()


def test_a_village_is_small_and_its_file_is_its_owner_s(page_once: Path) -> None:
    assert page_once.stat().st_size < 1_500_000
    if sys.platform != "win32":
        assert stat.S_IMODE(page_once.stat().st_mode) == 0o600


def test_nothing_on_the_page_is_fetched(page_once: Path) -> None:
    text = page_once.read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert 'name="robots" content="noindex' in text
    assert "sourceMappingURL" not in text
    for asks in ('<link rel="stylesheet"', "<script src", "@import", "cdn.", "//code.jquery", "url(images"):
        assert asks not in text


def test_what_is_other_than_expected_is_told(
    sample_session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = write_page(sample_session, ASKED, tmp_path / "a.html")
    assert made.size == (tmp_path / "a.html").stat().st_size
    assert made.rows["village"] == 1
    assert [note for note in made.notes if "MB" in note] == [f"网页大小 {made.size / 1e6:.1f} MB"]
    monkeypatch.setattr("mingqing.export.page.write.LARGE", LARGE / 100)
    monkeypatch.setattr("mingqing.export.page.write.HUGE", 1_000)
    assert any("超过 40 MB" in note for note in write_page(sample_session, ASKED, tmp_path / "b.html").notes)
    assert any("超过 5 MB" in note for note in write_page(sample_session, ASKED, tmp_path / "b.html").notes)
