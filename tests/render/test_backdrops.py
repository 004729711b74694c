"""Pictures lie over the land cover and under everything else; contours are lines with their heights."""

import numpy as np
import pytest
from PySide6.QtGui import QImage

from mingqing.catalog.load import catalog
from mingqing.catalog.style import Line
from mingqing.core.paths import Paths
from mingqing.render.backdrop import Backdrop, Contours, Raster, height_labels
from mingqing.render.compose import build_scene
from mingqing.render.painter import to_image
from mingqing.render.scale import Viewport
from mingqing.render.scene import Scene

SIZE = 400, 300


@pytest.fixture
def view(hamlet: object) -> Viewport:
    return Viewport((450_200.0, 3_140_150.0), 1.0, SIZE)


def scene(hamlet: object, view: Viewport, *backdrops: Backdrop, only: frozenset[str] | None = None) -> Scene:
    return build_scene(catalog(), hamlet, "household", view, backdrops=backdrops, only=only)  # type: ignore[arg-type]


def plain(*rgba: int, opacity: float = 1.0, imagery: bool = True) -> Raster:
    pixels = np.tile(np.array(rgba, np.uint8), (30, 40, 1))
    return Raster(pixels, (0.0, 0.0, 400.0, 300.0), opacity, imagery)


def colour(image: QImage, x: int, y: int) -> tuple[int, int, int]:
    found = image.pixelColor(x, y)
    return found.red(), found.green(), found.blue()


def heights(*metres: int) -> Contours:
    """Level lines across the view, 20 px apart from the top."""
    x = np.linspace(0, 400, 401)
    xy = np.concatenate([np.column_stack([x, np.full(401, 40.0 + 20 * n)]) for n in range(len(metres))])
    count = np.arange(len(metres) + 1)
    return Contours(Paths(xy, count * 401, count, count[:-1]), np.array(metres), 10)


MEADOW = 200, 280  # of the hamlet's map: nothing there but fields


def test_imagery_hides_the_land_and_nothing_else(hamlet: object, view: Viewport) -> None:
    bare, with_imagery = (to_image(scene(hamlet, view, *b)) for b in ((), (plain(1, 2, 3, 255),)))
    assert colour(bare, *MEADOW) != (1, 2, 3)
    assert colour(with_imagery, *MEADOW) == (1, 2, 3)
    house = 136, 174
    assert colour(with_imagery, *house) == colour(bare, *house)


def test_half_a_picture_is_half_the_land(hamlet: object, view: Viewport) -> None:
    only = frozenset({"land"})
    bare = np.array(colour(to_image(scene(hamlet, view, only=only)), *MEADOW))
    mixed = np.array(
        colour(to_image(scene(hamlet, view, plain(0, 0, 0, 255, opacity=0.5), only=only)), *MEADOW)
    )
    assert np.abs(mixed - bare / 2).max() <= 2


def test_the_first_picture_is_the_lowest(hamlet: object, view: Viewport) -> None:
    image = to_image(scene(hamlet, view, plain(255, 0, 0, 255), plain(0, 0, 255, 255)))
    assert colour(image, *MEADOW) == (0, 0, 255)


def test_a_picture_is_stretched_over_its_box(hamlet: object, view: Viewport) -> None:
    raster = Raster(np.full((2, 2, 4), 255, np.uint8), (100.0, 50.0, 200.0, 250.0))
    only = frozenset[str]()
    image = to_image(scene(hamlet, view, raster, only=only))
    bare = to_image(scene(hamlet, view, only=only))
    changed = [
        (x, y)
        for x in range(0, 400, 5)
        for y in range(0, 300, 5)
        if colour(image, x, y) != colour(bare, x, y)
    ]
    xs, ys = zip(*changed, strict=True)
    assert (min(xs), min(ys)) == (100, 50)
    assert (max(xs), max(ys)) == (195, 245)


def test_without_base_maps_the_scene_is_as_before(hamlet: object, view: Viewport) -> None:
    made = scene(hamlet, view)
    assert made.cover == ()
    assert made.backdrops == ()
    assert any(step.table == "land" for step in made.ground)


def test_contours_lie_over_the_land_and_under_roads_and_houses(hamlet: object, view: Viewport) -> None:
    made = scene(hamlet, view, heights(100, 110, 150))
    tables = [step.table for step in made.instructions]
    assert {step.table for step in made.cover} == {"land"}
    contours = [n for n, name in enumerate(tables) if name == ""]
    assert len(contours) == 2
    assert max(n for n, name in enumerate(tables) if name == "land") < contours[0]
    assert contours[-1] < min(n for n, name in enumerate(tables) if name in {"road", "house", "water"})
    thin, thick = (made.ground[n] for n in (0, 1))
    assert isinstance(thin.symbol, Line)
    assert isinstance(thick.symbol, Line)
    assert thin.symbol.width < thick.symbol.width
    assert (len(thin.paths), len(thick.paths)) == (1, 2)


def test_only_index_contours_are_labelled_where_they_lie_flat(view: Viewport) -> None:
    level = heights(*range(0, 100, 10))
    assert {r.text for r in height_labels([level], view)} <= {"0", "50"}
    assert {r.text for r in height_labels([level], Viewport(view.center, 1.0, (2000, 300)))} != set()
    turned = Paths(level.paths.xy[:, ::-1].copy(), level.paths.parts, level.paths.features, level.paths.rows)
    assert list(height_labels([Contours(turned, level.heights_m, 10)], view)) == []


def test_a_click_on_a_height_means_no_row(hamlet: object, view: Viewport) -> None:
    made = scene(hamlet, view, heights(*range(0, 300, 50)))
    written = {label.text for label in made.labels if not label.label.field}
    assert written
    assert written.isdisjoint(t.text for t in made.targets)


def test_a_height_stays_where_it_is_while_the_map_moves(view: Viewport) -> None:
    def labelled(west_px: float) -> set[tuple[str, float]]:
        moved = Viewport((view.center[0] + west_px, view.center[1]), 1.0, SIZE)
        made = heights(0, 50, 100, 150, 200, 250)
        return {
            (r.text, round(moved.to_ground(*r.anchor.mean(axis=0))[0], 3))
            for r in height_labels([made], moved)
        }

    first, second = labelled(0.0), labelled(60.0)
    west, east = view.extent[0] + 60, view.extent[2]
    shared = {(t, x) for t, x in first | second if west + 30 < x < east - 30}
    assert shared
    assert shared <= first
    assert shared <= second


def test_over_imagery_contours_are_pale(hamlet: object, view: Viewport) -> None:
    over_land = scene(hamlet, view, heights(100)).ground[1].symbol
    over_relief = scene(hamlet, view, plain(0, 0, 0, 90, imagery=False), heights(100)).ground[1].symbol
    over_imagery = scene(hamlet, view, plain(0, 0, 0, 255), heights(100)).ground[1].symbol
    assert over_land == over_relief
    assert isinstance(over_land, Line)
    assert isinstance(over_imagery, Line)
    assert sum(over_imagery.color.rgba(dark=False)[:3]) > sum(over_land.color.rgba(dark=False)[:3]) + 150
