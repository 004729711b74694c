"""A choice becomes the table's own style in other colours: same scales, same signs, same labels."""

from dataclasses import replace

import numpy as np
import pytest

from mingqing.catalog.condition import Condition, Relation
from mingqing.catalog.load import catalog
from mingqing.catalog.model import Field
from mingqing.catalog.style import Fill, Line, Marker, Shape, Style
from mingqing.classify.axis import Axis
from mingqing.classify.choice import VALUE, Choice, Kind, Method
from mingqing.classify.divide import (
    MOST_CATEGORIES,
    by_ranges,
    by_values,
    cuts_of,
    default_palette,
    recoloured,
    with_breaks,
)
from mingqing.classify.palettes import palettes
from mingqing.classify.styling import style_of
from mingqing.core.features import Features
from mingqing.render.classify import classify


def _base(table: str, variant: str = "normal") -> Style:
    return catalog().styles[table][variant]


def _field(table: str, name: str) -> Field:
    return catalog().tables[table].field_by_name[name]


def _rows(**columns: list[object]) -> Features:
    n = len(next(iter(columns.values())))
    return Features(np.arange(n), np.full(n, None, dtype=object), columns)


def _titles(style: Style, rows: Features) -> list[str]:
    every = (*style.classes, style.otherwise)
    return [every[n].title for n in classify(rows, style).tolist()]


def test_ranges_hold_the_rows_that_their_titles_say() -> None:
    choice = with_breaks(
        Choice("house", Kind.GRADUATED, "storeys"), "storeys", Axis("层", whole=True), [3, 6], least=1
    )
    style = style_of(choice, _base("house"))
    assert _titles(style, _rows(storeys=[1, 2, 3, 5, 6, 30, None])) == [
        *["2 层及以下"] * 2,
        *["3–5 层"] * 2,
        *["6 层及以上"] * 2,
        "无数据",
    ]


def test_codes_come_in_the_order_of_their_list_and_true_and_false_have_words() -> None:
    structure = by_values(
        Choice("house", Kind.CATEGORIES, "structure"),
        _field("house", "structure"),
        ["砖木", "砖混", "砖木", None, ""],
    )
    assert [p.title for p in structure.parts] == ["砖混", "砖木"]
    storeys = by_values(
        Choice("house", Kind.CATEGORIES, "storeys"), _field("house", "storeys"), [3, 3, 3, 10, 10, 2]
    )
    assert [p.where[0].value for p in storeys.parts] == [(2,), (3,), (10,)]
    vacant = by_values(Choice("house", Kind.CATEGORIES, "vacant"), _field("house", "vacant"), [0, 0, 1])
    style = style_of(vacant, _base("house"))
    assert _titles(style, _rows(vacant=[1, 0, None])) == ["空置", "非空置", "无数据"]


def test_rare_values_share_the_last_class() -> None:
    crops = [f"作物{n}" for n in range(20) for _ in range(20 - n)]
    choice = by_values(Choice("plot", Kind.CATEGORIES, "crop"), _field("plot", "crop"), crops)
    assert len(choice.parts) == MOST_CATEGORIES
    found = _titles(style_of(choice, _base("plot")), _rows(crop=["作物0", "作物19", "新作物", None]))
    assert found == ["作物0", "其他", "其他", "无数据"]


def test_areas_take_the_colour_and_their_borders_a_deeper_one() -> None:
    choice = by_ranges(Choice("house", Kind.GRADUATED, "storeys"), "storeys", Axis(), np.arange(9.0))
    base = _base("house")
    style = style_of(choice, base)
    assert [c.symbols[0] for c in style.classes] == [Fill(p.color) for p in choice.parts]
    outline, own = style.classes[0].symbols[1], base.otherwise.symbols[1]
    assert isinstance(outline, Line)
    assert isinstance(own, Line)
    assert outline.width == own.width
    assert outline.color not in {own.color, choice.parts[0].color}
    assert all(c.label == base.otherwise.label for c in style.classes)


def test_an_alley_in_another_colour_is_still_left_out_where_alleys_are() -> None:
    choice = by_values(
        Choice("road", Kind.CATEGORIES, "surface"), _field("road", "surface"), ["水泥", "沥青"]
    )
    base = _base("road")
    style = style_of(choice, base)
    ranks = classify(
        _rows(**{"class": ["巷道", "县道", "巷道", None]}, surface=["水泥", "水泥", None, "沥青"]), style
    )
    alley, county, unpaved, other = ((*style.classes, style.otherwise)[n] for n in ranks.tolist())
    assert (alley.title, alley.shown_to) == ("水泥", 12_000)
    assert (county.title, county.shown_to) == ("水泥", 250_000)
    assert (unpaved.title, unpaved.shown_to) == ("无数据", 12_000)
    assert (other.title, other.shown_to) == ("沥青", base.otherwise.shown_to)
    widths = [s.ground_m for c in (alley, county) for s in c.symbols if isinstance(s, Line)]
    assert widths == [2.2, 6.5]


def test_a_sign_keeps_its_glyph_in_another_colour() -> None:
    choice = by_values(
        Choice("resource", Kind.CATEGORIES, "note"), _field("resource", "note"), ["一级", "二级"]
    )
    style = style_of(choice, _base("resource"))
    ranks = classify(_rows(kind=["古树", "祠堂"], note=["一级", "一级"]), style)
    tree, temple = (style.classes[n].symbols[0] for n in ranks.tolist())
    assert isinstance(tree, Marker)
    assert isinstance(temple, Marker)
    assert (tree.glyph, temple.glyph) == ("tree", "temple")
    assert tree.color == temple.color == choice.parts[0].color


@pytest.mark.parametrize(
    ("table", "variant"), [("house", "normal"), ("plot", "normal"), ("shelter", "normal")]
)
def test_larger_numbers_are_larger_markers_in_the_middle(table: str, variant: str) -> None:
    choice = by_ranges(Choice(table, Kind.SIZE, "n"), "n", Axis(), np.arange(100.0))
    style = style_of(choice, _base(table, variant))
    markers = [s for c in style.classes for s in c.symbols if isinstance(s, Marker)]
    assert [m.size for m in markers] == sorted({m.size for m in markers})
    assert len(markers) == len(choice.parts)
    assert all({Shape.POINT, Shape.POLYGON} <= m.on for m in markers)


def test_wider_lines_are_more() -> None:
    choice = by_ranges(
        Choice("evacuation_route", Kind.SIZE, "minutes"), "minutes", Axis(), np.arange(60.0), lines=True
    )
    style = style_of(choice, _base("evacuation_route"))
    widths = [max(s.width for s in c.symbols if isinstance(s, Line)) for c in style.classes]
    assert widths[: len(choice.parts)] == sorted(set(widths[: len(choice.parts)]))


def test_villages_are_coloured_by_a_number_that_is_no_field_of_theirs() -> None:
    choice = with_breaks(Choice("village", Kind.AREAS, "vacant_share"), VALUE, Axis("%"), [10.0])
    style = style_of(choice, _base("village"), {1: 5.0, 2: 10.0, 3: 80.0})
    assert _titles(style, _rows(id=[1, 2, 3, 4])) == ["不到 10%", "10%及以上", "10%及以上", "无数据"]
    assert style.otherwise.label == _base("village").otherwise.label


def test_a_mark_goes_where_its_field_is_what_the_classes_say() -> None:
    vacant = by_values(Choice("house", Kind.CATEGORIES, "vacant"), _field("house", "vacant"), [0, 1])
    titles = {mark.title for mark in style_of(vacant, _base("house")).marks}
    assert "空置" not in titles
    assert "危房" in titles


def test_rules_are_asked_in_their_order() -> None:
    red = palettes().by_code["okabe_ito"].colors(2)
    parts = by_values(Choice("house", Kind.RULES), _field("house", "use"), ["居住", "生产经营"]).parts
    old = (Condition("built_year", Relation.LESS, 1980), Condition("structure", Relation.IS, "土木"))
    choice = Choice(
        "house", Kind.RULES, parts=(replace(parts[0], title="老土房", where=old, color=red[0]), parts[1])
    )
    rows = _rows(
        built_year=[1970, 1990, None],
        structure=["土木", "土木", "土木"],
        use=["生产经营", "生产经营", "附属用房"],
    )
    assert _titles(style_of(choice, _base("house")), rows) == ["老土房", "生产经营", "其他"]


def test_breaks_are_read_back_and_colours_changed_without_touching_titles() -> None:
    choice = with_breaks(
        Choice("house", Kind.GRADUATED, "built_year", Method.EQUAL, 3, "ochre"),
        "built_year",
        Axis("年", whole=True),
        [1980, 2000],
    )
    assert cuts_of(choice, Axis("年", whole=True)) == [1980, 2000]
    named = replace(choice, parts=(replace(choice.parts[0], title="老房"), *choice.parts[1:]), palette="pine")
    again = recoloured(named)
    assert [p.title for p in again.parts] == ["老房", "1980–1999 年", "2000 年以来"]
    assert again.parts[0].color == palettes().by_code["pine"].colors(3)[0]
    assert recoloured(replace(again, reverse=True)).parts[2].color == again.parts[0].color


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_begins_with_a_palette(kind: Kind) -> None:
    assert default_palette(kind) in palettes().by_code


def test_heat_leaves_the_table_as_it_is() -> None:
    assert style_of(Choice("house", Kind.HEAT), _base("house")) is _base("house")
