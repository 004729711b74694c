"""Whatever shapes a village's files hold, the map is drawn."""

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import GeometryCollection, LineString, MultiPoint, MultiPolygon, Point, Polygon

from mingqing.catalog.load import catalog
from mingqing.render.compose import build_scene
from mingqing.render.fonts import measure
from mingqing.render.painter import to_image
from mingqing.render.scale import Viewport
from mingqing.render.scene import PAPER

CENTRE = (450_200.0, 3_140_150.0)
coordinate = st.tuples(st.integers(-300, 700), st.integers(-300, 700))
points = coordinate.map(Point)
lines = st.lists(coordinate, min_size=2, max_size=7).map(LineString)
rings = st.lists(coordinate, min_size=3, max_size=8).map(Polygon)  # most of them cross themselves
simple = st.one_of(points, lines, rings, st.just(Polygon()), st.none())
shapes = st.one_of(
    simple,
    st.lists(points, max_size=3).map(MultiPoint),
    st.lists(rings, max_size=3).map(MultiPolygon),
    st.lists(st.one_of(points, lines, rings), max_size=3).map(GeometryCollection),
)
texts = st.sampled_from([None, "", "样本", "样本村股份经济合作社", "𠮷田路🏠", "A1"])


@pytest.mark.usefixtures("qt")
@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(shapes, texts), min_size=1, max_size=6),
    st.sampled_from([layer.code for layer in catalog().themes]),
    st.sampled_from([40.0, 500.0, 4_000.0, 100_000.0, 1e8]),
)
def test_any_shapes_are_drawn_without_an_error(
    hamlet: Any, rows: list[tuple[Any, str | None]], theme: str, denominator: float
) -> None:
    source = type(hamlet)()
    for draw in catalog().layers[theme].draws:
        style = catalog().styles[draw.table][draw.variant]
        values = [v for c in style.classes for v in c.values] or [None]
        for n, (shape, text) in enumerate(rows):
            columns: dict[str, object] = dict.fromkeys(style.columns, text)
            if style.class_by:
                columns[style.class_by] = values[n % len(values)]
            source.add(draw.table, shape, **columns)
    view = Viewport.at_scale(CENTRE, denominator, (160, 120))
    scene = build_scene(catalog(), source, theme, view, measure=measure, focus=shapely.box(0, 0, 1, 1))
    assert to_image(scene).width() == 160


def drawn(source: Any, theme: str = "household", denominator: float = 2_000) -> Any:
    view = Viewport.at_scale(CENTRE, denominator, (400, 300))
    scene = build_scene(catalog(), source, theme, view, measure=measure)
    return scene, to_image(scene)


@pytest.mark.usefixtures("qt")
def test_a_map_without_a_single_row_is_paper(hamlet: Any) -> None:
    scene, image = drawn(type(hamlet)())
    assert not scene.instructions
    assert {image.pixelColor(x, y).name() for x in (0, 200, 399) for y in (0, 299)} == {PAPER.light}


@pytest.mark.usefixtures("qt")
@pytest.mark.parametrize("far", [float("nan"), float("inf"), 1e18, -1e300])
def test_impossible_coordinates_hide_nothing_else(hamlet: Any, far: float) -> None:
    source = type(hamlet)()
    source.add("house", shapely.box(150, 100, 250, 200), structure="砖混")
    _, alone = drawn(source)
    shapes, columns = source.tables["house"]
    shapes.append(Point(far, 0))
    columns["structure"].append("土木")
    with np.errstate(invalid="ignore"):
        source.tables["road"] = [LineString([(far, far), (far, far)])], {"class": ["村道"]}
    _, with_it = drawn(source)
    assert with_it == alone
    assert alone.pixelColor(200, 150).name() != PAPER.light


@pytest.mark.usefixtures("qt")
def test_half_a_million_vertices_become_no_more_than_can_be_seen(hamlet: Any) -> None:
    turn = np.linspace(0, 2 * np.pi, 500_000)
    wavy = 100 + 3 * np.sin(turn * 90_000)
    source = type(hamlet)()
    source.add(
        "land", Polygon(np.column_stack([200 + wavy * np.cos(turn), 150 + wavy * np.sin(turn)])), kind="山林"
    )
    scene, image = drawn(source)
    fewer = max(len(i.paths.xy) for i in scene.ground)
    assert fewer <= 60_000
    assert image.pixelColor(200, 150).name() != PAPER.light


@pytest.mark.usefixtures("qt")
@pytest.mark.parametrize("denominator", [2_000, 20_000])
def test_ten_thousand_people_on_one_spot_are_counted(hamlet: Any, denominator: float) -> None:
    source = type(hamlet)()
    for _ in range(10_000):
        source.add("resource", Point(200, 150), kind="古树")
    scene, _ = drawn(source, denominator=denominator)
    assert [i.symbol.text for i in scene.overlay] == ["1万"]
