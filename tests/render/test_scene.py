import copy
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import shapely

from mingqing.catalog.load import catalog
from mingqing.catalog.style import Line
from mingqing.core.errors import Cancelled
from mingqing.render.compose import build_scene
from mingqing.render.scale import Viewport
from mingqing.render.scene import Scene

VIEW = Viewport.at_scale((450_200, 3_140_150), 2_000, (800, 600))


def scene_of(source: Any, theme: str = "household", view: Viewport = VIEW, **choices: Any) -> Scene:
    return build_scene(catalog(), source, theme, view, **choices)


@pytest.mark.parametrize("theme", [layer.code for layer in catalog().themes])
def test_every_theme_draws_labels_and_explains_itself(hamlet: Any, theme: str) -> None:
    scene = scene_of(hamlet, theme)
    assert scene.instructions
    assert scene.labels
    assert scene.feature_count > 20
    subject = {e.table for e in scene.legend} & set(catalog().layers[theme].tables)
    assert subject


def test_the_legend_counts_one_village_and_what_is_seen(hamlet: Any) -> None:
    source = type(hamlet)()
    for n in range(6):
        house = shapely.box(100 + 30 * n, 100, 110 + 30 * n, 110)
        source.add("house", house, structure="砖木", village_code="甲" if n < 4 else "乙")

    def counted(**choices: Any) -> tuple[int, int]:
        scene = scene_of(source, **choices)
        return scene.counts["house"], sum(e.count for e in scene.legend)

    seen = (450_000, 3_140_000, 450_145, 3_140_300)
    assert counted() == (6, 6)
    assert counted(village="甲") == (4, 4)
    assert counted(village="乙", within=seen) == (0, 0)
    assert counted(within=seen) == (2, 2)


def test_an_empty_project_makes_an_empty_scene(hamlet: Any) -> None:
    scene = scene_of(type(hamlet)())
    assert not scene.instructions
    assert not scene.legend
    assert scene.feature_count == 0


def test_rows_without_a_place_are_not_drawn_and_not_counted(hamlet: Any) -> None:
    source = type(hamlet)()
    source.add("house", None, structure="砖木")
    assert scene_of(source).feature_count == 0
    source.features = lambda table, **_: type(hamlet).features(source, table)  # a source that hands them out
    assert scene_of(source).feature_count == 0


def test_all_borders_of_roads_lie_beneath_all_roads(hamlet: Any) -> None:
    roads = [i for i in scene_of(hamlet).instructions if i.table == "road"]
    plain = [i for i in roads if not (isinstance(i.symbol, Line) and i.symbol.flat)]  # bridges lie on top
    order = [i.casing for i in plain]
    assert order == sorted(order, reverse=True)
    widths = [i.symbol.width for i in plain if not i.casing]
    assert widths == sorted(widths)  # the most important road is drawn last


def test_only_the_tables_switched_on_are_read(hamlet: Any) -> None:
    scene = scene_of(hamlet, only=frozenset({"house"}))
    assert {i.table for i in scene.instructions} == {"house"}


def test_the_legend_counts_what_is_on_this_map(hamlet: Any) -> None:
    counts = {(e.table, e.title): e.count for e in scene_of(hamlet).legend}
    assert counts["house", "砖木"] == 2
    assert counts["house", "危房"] == 1
    far_away = Viewport.at_scale((460_000, 3_140_150), 2_000, (800, 600))
    assert not scene_of(hamlet, view=far_away).legend


def test_the_legend_begins_with_the_subject_of_the_theme(hamlet: Any) -> None:
    for layer in catalog().themes:
        own = [e.table in layer.tables for e in scene_of(hamlet, layer.code).legend]
        assert own == sorted(own, reverse=True)
        assert own[0]


def test_free_text_finds_the_class_whose_word_it_contains(hamlet: Any) -> None:
    titles = {e.title: e.count for e in scene_of(hamlet, "industry").legend}
    assert titles["蔬菜"] == 1  # 高山蔬菜


def test_houses_and_lanes_give_way_at_small_scales(hamlet: Any) -> None:
    view = Viewport.at_scale((450_200, 3_140_150), 400_000, (800, 600))
    scene = scene_of(hamlet, view=view)
    assert "house" not in {i.table for i in scene.instructions}
    nearer = scene_of(hamlet, view=Viewport.at_scale(view.center, 100_000, view.size_px))
    assert {e.title for e in nearer.legend if e.table == "road"} == {"县道"}


def test_what_is_highlighted_is_outlined_and_its_sign_ringed(hamlet: Any) -> None:
    plain, lit = scene_of(hamlet), scene_of(hamlet, highlight={"house": frozenset({1})})
    assert len(lit.instructions) > len(plain.instructions)
    ringed = scene_of(hamlet, "disaster", highlight={"shelter": frozenset({1})})
    rings = [i for i in ringed.instructions if i.table == "shelter"]
    assert len(rings) == 2
    assert (rings[0].paths.xy == rings[1].paths.xy).all()


def test_a_masked_name_is_no_label(hamlet: Any) -> None:
    def said(helper: str) -> list[str]:
        helped = copy.deepcopy(hamlet)
        helped.add("assistance", shapely.LineString([(60, 60), (150, 150)]), helper=helper)
        return [label.text for label in scene_of(helped, "assistance").labels]

    assert "甄一一" in said("甄一一")
    assert "甄**" not in said("甄**")


def test_outside_the_focus_the_sheet_is_dimmed(hamlet: Any) -> None:
    focus = shapely.box(450_100, 3_140_100, 450_300, 3_140_200)
    outside = scene_of(hamlet, focus=focus).outside
    assert outside is not None
    assert len(outside.parts) - 1 == 2  # the sheet, with the focus as a hole


def test_an_abandoned_scene_is_given_up(hamlet: Any) -> None:
    with pytest.raises(Cancelled):
        scene_of(hamlet, cancelled=lambda: True)


def test_a_spoke_keeps_its_ends_however_little_of_it_is_seen(hamlet: Any) -> None:
    def chord(view: Viewport) -> float:
        paths = next(
            i for i in scene_of(hamlet, "assistance", view).instructions if i.table == "assistance"
        ).paths
        line = paths.xy[paths.parts[-2] :] if len(paths.xy) > 1 else paths.xy
        return float(np.hypot(*(line[-1] - line[0]))) * view.metres_per_px

    close = Viewport.at_scale((450_200, 3_140_140), 200, (300, 200))
    assert abs(chord(VIEW) - chord(close)) < 0.01


def test_everything_drawn_lies_near_the_sheet(hamlet: Any) -> None:
    close = Viewport.at_scale((450_200, 3_140_150), 500, (400, 300))
    every = np.concatenate([i.paths.xy for i in scene_of(hamlet, view=close).instructions])
    assert every.min() > -100
    assert every.max() < 500


def test_a_scene_is_composed_without_qt() -> None:
    code = "import sys; sys.modules['PySide6'] = None; import mingqing.render.compose"
    subprocess.run([sys.executable, "-c", code], check=True)
