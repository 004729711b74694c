"""Where names would like to stand: joined along lines, in the widest part of areas, fixed on the ground."""

from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mingqing.catalog.load import catalog
from mingqing.catalog.style import Line
from mingqing.core.paths import Paths, Shape
from mingqing.render.chains import joined, stretches
from mingqing.render.compose import build_scene
from mingqing.render.inside import rooms
from mingqing.render.scale import Viewport
from mingqing.render.scene import Instruction
from mingqing.render.trodden import busyness

CENTRE = (450_200.0, 3_140_150.0)
SIZE = (600, 400)


def pieces(count: int = 12) -> list[Any]:
    x = np.linspace(-200, 900, 4 * count + 1)
    line = np.column_stack([x, 200 + 60 * np.sin(x / 120)])
    return [shapely.LineString(line[4 * n : 4 * n + 5]) for n in range(count)]


@given(st.randoms(), st.lists(st.booleans(), min_size=12, max_size=12))
def test_pieces_of_one_name_are_one_line_whatever_their_order_and_direction(
    random: Random, turned: list[bool]
) -> None:
    some = [shapely.reverse(p) if t else p for p, t in zip(pieces(), turned, strict=True)]
    random.shuffle(some)

    def cut(of: list[Any]) -> list[Any]:
        paths = Paths.of(np.array(of, dtype=object), Shape.LINE)
        lines, names = joined(paths, np.zeros(len(of), dtype=np.intp))
        assert len(lines) == 1
        return list(stretches(lines, names, SIZE, (0.0, 0.0), 6.0, 150.0, 40.0))

    for a, b in zip(cut(some), cut(pieces()), strict=True):
        assert a.span == b.span
        assert np.allclose(a.xy, b.xy)


def test_pieces_of_two_names_stay_two_lines() -> None:
    some = pieces(4)
    lines, names = joined(Paths.of(np.array(some, dtype=object), Shape.LINE), np.array([0, 0, 1, 1]))
    assert sorted(names.tolist()) == [0, 1]
    assert len(lines) == 2


@given(st.floats(-300, 300), st.floats(-200, 200))
def test_stretches_move_with_the_ground(dx: float, dy: float) -> None:
    line = np.array([shapely.LineString(np.concatenate([p.coords for p in pieces()]))], dtype=object)
    names = np.zeros(1, dtype=np.intp)

    def middles(x: float, y: float) -> list[Any]:
        moved = shapely.transform(line, lambda xy: np.add(xy, (x, y)))
        found = stretches(moved, names, SIZE, (x, y), 6.0, 150.0, 40.0)
        ends = [s.xy[[round(k / 6.0) for k in s.span]] for s in found]
        return [e - np.array([x, y]) for e in ends if ((e > 60) & (e < (540, 340))).all()]

    both = [(a, b) for a in middles(0, 0) for b in middles(dx, dy) if abs(a - b).max() < 75]
    assert all(np.allclose(a, b, atol=1e-6) for a, b in both)


areas = st.lists(st.tuples(st.floats(20, 580), st.floats(20, 380)), min_size=4, max_size=9).map(
    lambda some: shapely.concave_hull(shapely.MultiPoint(some), ratio=0.3)
)


@settings(deadline=None)
@given(areas.filter(lambda area: area.geom_type == "Polygon" and area.area > 2_000))
def test_a_room_lies_within_its_area(area: Any) -> None:
    paths = Paths.of(np.array([area], dtype=object), Shape.POLYGON)
    found = rooms(paths, paths.bounds(), 11.0)
    (middles,), (sizes,) = found.middle, found.size
    grown = area.buffer(1e-6)
    for (x, y), (width, _) in zip(middles, sizes, strict=True):
        if width > 0:
            for edge in (y - 0.35 * 11, y + 0.35 * 11):
                assert grown.covers(shapely.LineString([(x - width / 2, edge), (x + width / 2, edge)]))


def test_the_widest_part_of_an_area_comes_first() -> None:
    bottle = shapely.union(shapely.box(280, 0, 320, 300), shapely.box(100, 250, 500, 400))
    paths = Paths.of(np.array([bottle], dtype=object), Shape.POLYGON)
    found = rooms(paths, paths.bounds(), 11.0)
    assert found.middle[0, 0, 1] > 250
    assert found.size[0, 0, 0] == pytest.approx(400)


def test_an_area_with_a_hole_keeps_its_name_off_the_hole() -> None:
    ring = shapely.difference(shapely.box(0, 0, 400, 200), shapely.box(120, 20, 390, 180))
    paths = Paths.of(np.array([ring], dtype=object), Shape.POLYGON)
    found = rooms(paths, paths.bounds(), 11.0)
    assert found.middle[0, 0].tolist() == pytest.approx([60, 100])


def test_a_line_counts_along_its_whole_length_not_at_its_vertices_alone() -> None:
    view = Viewport((0, 0), 1.0, SIZE)
    paths = Paths.of(np.array([shapely.LineString([(0, 100), (600, 100)])], dtype=object), Shape.LINE)
    symbol = Line(color=catalog().styles["road"]["normal"].classes[0].label.color, width=1.0)  # type: ignore[union-attr]
    busy = busyness([Instruction("road", symbol, paths)], view)
    on, off = busy.inside(np.array([[200.0, 90, 260, 110], [200, 190, 260, 210]]))
    assert on > 8
    assert off == 0


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from([layer.code for layer in catalog().themes]),
    st.sampled_from([1_000.0, 2_000.0, 9_500.0]),
    st.lists(st.tuples(st.floats(-90, 90), st.floats(-60, 60)), min_size=1, max_size=4),
)
def test_no_name_of_a_map_jumps_while_it_is_dragged(
    hamlet: Any, theme: str, denominator: float, ways: list[tuple[float, float]]
) -> None:
    views = [Viewport.at_scale(CENTRE, denominator, SIZE)]
    for dx, dy in ways:
        x, y = views[-1].center
        pixel = views[0].metres_per_px
        views.append(Viewport.at_scale((x + dx * pixel, y + dy * pixel), denominator, SIZE))
    scenes = [build_scene(catalog(), hamlet, theme, views[0])]
    for view in views[1:]:
        scenes.append(build_scene(catalog(), hamlet, theme, view, keep=scenes[-1].kept))
    for before, after in pairwise(scenes):
        old = {label.key: label for label in before.kept.on(after.view)}
        for label in after.labels:
            # A sign in an area that the sheet cuts may move, and its name with it.
            if label.key in old and np.allclose(label.home, old[label.key].home, atol=0.5):
                assert np.allclose(label.boxes, old[label.key].boxes, atol=0.5)
    assert scenes[0].labels


def test_an_area_larger_than_the_sheet_is_named_where_it_is_seen(hamlet: Any) -> None:
    source = type(hamlet)()
    source.add("village", shapely.box(-30_000, -30_000, 2_000, 30_000), name="样本村")
    view = Viewport.at_scale((450_000, 3_140_150), 10_000, SIZE)
    (label,) = build_scene(catalog(), source, "household", view).labels
    assert label.text == "样本村"
    assert all(0 < r.x < SIZE[0] for r in label.runs)
