from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage, QPainter

from mingqing.catalog.color import Color
from mingqing.catalog.load import catalog
from mingqing.catalog.style import (
    SYMBOLS,
    Glyph,
    Hatch,
    Marker,
    Pattern,
    Plate,
    Shape,
    StyleClass,
    SymbolType,
)
from mingqing.core.errors import Cancelled
from mingqing.core.paths import Paths
from mingqing.render import fonts
from mingqing.render.compose import build_scene
from mingqing.render.fonts import chinese_family, measure, notice, outline
from mingqing.render.glyphs import GLYPHS
from mingqing.render.legend import legend_swatch
from mingqing.render.ornaments import draw_north_arrow, draw_scale_bar
from mingqing.render.painter import PAINTERS, to_image
from mingqing.render.paths import in_px
from mingqing.render.qpath import chunks
from mingqing.render.scale import Viewport

pytestmark = pytest.mark.usefixtures("qt")
VIEW = Viewport.at_scale((450_200, 3_140_150), 2_000, (400, 300))
INK = Color("#204060", "#a0c0e0")


def pixels(image: QImage) -> NDArray[np.uint8]:
    image = image.convertToFormat(QImage.Format.Format_ARGB32)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).copy()


def ink(image: QImage) -> int:
    return int(np.count_nonzero(pixels(image)[..., 3]))


@pytest.mark.parametrize("kind", SymbolType)
def test_every_symbol_has_a_painter_and_a_swatch(kind: SymbolType) -> None:
    assert kind in PAINTERS
    swatch = legend_swatch(StyleClass(symbols=(SYMBOLS[kind](color=INK),)), (32, 20))
    assert ink(swatch) > 10


@pytest.mark.parametrize("pattern", Pattern)
def test_every_pattern_leaves_marks(pattern: Pattern) -> None:
    assert ink(legend_swatch(StyleClass(symbols=(Hatch(INK, pattern),)), (60, 60))) > 20


@pytest.mark.parametrize("glyph", [g for g in Glyph if g is not Glyph.NONE])
def test_every_glyph_is_drawn_and_differs_from_the_others(glyph: Glyph) -> None:
    def drawn(g: Glyph) -> bytes:
        marker = Marker(
            Color("#00000000", "#00000000"), Plate.NONE, g, sign_color=INK, size=8, outline_width=0
        )
        return pixels(legend_swatch(StyleClass(symbols=(marker,)), (40, 40))).tobytes()

    assert GLYPHS[glyph]
    assert [g for g in Glyph if drawn(g) == drawn(glyph)] == [glyph]


def test_every_class_of_every_style_has_a_visible_swatch_by_day_and_by_night() -> None:
    for variants in catalog().styles.values():
        for style in variants.values():
            for c in (*style.classes, style.otherwise, *style.marks):
                for dark in (False, True):
                    if c.symbols and c.legend:
                        assert ink(legend_swatch(c, (32, 20), dark=dark)) > 5, c


def test_a_hole_stays_open_and_an_overlap_stays_filled() -> None:
    ring = shapely.box(10, 10, 60, 60) - shapely.box(20, 20, 30, 30)
    shapes = np.array([ring, shapely.box(40, 40, 90, 90)], dtype=object)
    view = Viewport((50, 50), 1.0, (100, 100))
    image = QImage(100, 100, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    for path in chunks(in_px(Paths.of(shapes, Shape.POLYGON).oriented(), view)):
        painter.fillPath(path, QColor("#ff0000"))
    painter.end()
    assert image.pixelColor(25, 75).alpha() == 0  # the hole
    assert image.pixelColor(50, 50).alpha() == 255  # where both lie


def test_a_map_is_drawn_the_same_in_a_worker_thread(hamlet: Any) -> None:
    scene = build_scene(catalog(), hamlet, "disaster", VIEW, measure=measure)
    here = to_image(scene)
    with ThreadPoolExecutor(1) as pool:
        there = pool.submit(to_image, scene).result()
    assert here == there


def test_an_abandoned_drawing_stops(hamlet: Any) -> None:
    scene = build_scene(catalog(), hamlet, "household", VIEW)
    asked = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 3

    with pytest.raises(Cancelled):
        to_image(scene, cancelled=cancelled)
    assert len(asked) == 4


def test_dark_is_dark_and_light_is_light(hamlet: Any) -> None:
    light, dark = (
        pixels(to_image(build_scene(catalog(), hamlet, "household", VIEW, dark=d)))[..., :3].mean()
        for d in (False, True)
    )
    assert light > 180
    assert dark < 75


def test_chinese_text_has_ink_of_its_own_for_each_character(hamlet: Any) -> None:
    assert chinese_family()


@pytest.mark.usefixtures("qt")
def test_a_character_that_no_font_has_is_no_empty_box_and_is_told() -> None:
    lacking = "\ue123"
    assert outline(lacking, bold=False) == outline("〓", bold=False)
    assert measure(f"大{lacking}", 12.0, bold=False) == measure("大〓", 12.0, bold=False)
    assert lacking in notice(["大竹溪", f"大{lacking}"])
    assert not notice(["大竹溪"])


@pytest.mark.usefixtures("qt")
def test_without_a_chinese_font_the_map_is_drawn_and_the_user_told_what_to_install(
    hamlet: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setattr("mingqing.render.fonts.chinese_family", lambda: None)
        _forget_fonts()
        assert "中文字体" in notice()
        scene = build_scene(catalog(), hamlet, "household", VIEW, measure=measure)
        assert to_image(scene).width() == VIEW.size_px[0]
        wide, high = measure("民情地图", 20, False)  # noqa: FBT003
    _forget_fonts()  # what others draw with
    assert 78 <= wide <= 82
    assert high > 20


def _forget_fonts() -> None:
    for kept in vars(fonts).values():
        if hasattr(kept, "cache_clear") and kept is not fonts.ensure_application:
            kept.cache_clear()


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    image = QImage(400, 80, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor("#ffffff"))
    painter = QPainter(image)
    draw_scale_bar(painter, VIEW, 20, 60, most_px=250)
    draw_north_arrow(painter, (350, 40), 60)
    painter.end()
    row = pixels(image)[60, :300, 0]
    length = np.flatnonzero(row < 128).max() - np.flatnonzero(row < 128).min()
    assert abs(length - 100 * VIEW.px_per_m) <= 3  # 100 m is the longest round length in 250 px
