"""Whatever shapes a village's files hold, the map is drawn."""

from typing import Any

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
