from typing import Any

import pytest

from mingqing.catalog.color import darkened, parse_hex
from mingqing.catalog.condition import Condition, Relation
from mingqing.catalog.load import catalog
from mingqing.catalog.style import Fill, Line, Shape, Style, read_style
from mingqing.core.errors import DefinitionError


def refuse(key: str, reason: str) -> DefinitionError:
    return DefinitionError(f"{key}: {reason}")


def read(**raw: Any) -> Style:
    return read_style(raw, refuse)


FILL = {"type": "fill", "color": "#aabbcc"}


def test_a_style_without_classes_draws_everything_alike() -> None:
    style = read(symbols=[FILL], label={"field": "name"})
    assert style.otherwise.symbols == (Fill(style.otherwise.symbols[0].color),)
    assert style.columns == ("name",)


def test_a_class_takes_scales_and_label_from_the_style_unless_it_has_its_own() -> None:
    style = read(
        class_by="kind",
        symbols=[],
        shown_to=5000,
        label={"field": "name"},
        **{"class": [{"values": ["a"]}, {"values": ["b"], "shown_to": 900}]},
    )
    first, second = style.classes
    assert (first.shown_to, second.shown_to) == (5000, 900)
    assert first.label == style.otherwise.label
    assert style.columns == ("kind", "name")


def test_a_colour_may_name_its_own_night() -> None:
    light, both = (
        read(symbols=[{**FILL, "color": c}]).otherwise.symbols[0].color
        for c in ("#aabbcc", ["#aabbcc", "#112233"])
    )
    assert light.dark == darkened("#aabbcc")
    assert both.dark == "#112233"
    assert both.rgba(dark=True) == (0x11, 0x22, 0x33, 255)


def test_symbols_say_what_they_are_put_on() -> None:
    outline = {"type": "line", "color": "#000000", "on": ["polygon"], "dash": [1, 0.5]}
    (line,) = read(symbols=[outline]).otherwise.symbols
    assert isinstance(line, Line)
    assert line.on == {Shape.POLYGON}
    assert line.dash == (1.0, 0.5)


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ({"symbols": [{"type": "fill"}]}, "color"),
        ({"symbols": [{"type": "fill", "color": "red"}]}, "color"),
        ({"symbols": [{"type": "fill", "color": ["#aabbcc", "#112233", "#445566"]}]}, "color"),
        ({"symbols": [{"type": "glitter", "color": "#aabbcc"}]}, "type"),
        ({"symbols": [{"type": ["fill"]}]}, "type"),
        ({"symbols": [{**FILL, "colour": "#aabbcc"}]}, "colour"),
        ({"symbols": [{"type": "line", "color": "#aabbcc", "width": -1}]}, "width"),
        ({"symbols": [{"type": "line", "color": "#aabbcc", "width": True}]}, "width"),
        ({"symbols": [{"type": "line", "color": "#aabbcc", "dash": 3}]}, "dash"),
        ({"symbols": [{"type": "marker", "color": "#aabbcc", "glyph": "unicorn"}]}, "glyph"),
        ({"symbols": FILL}, "symbols"),
        ({"symbols": [], "label": {"size": 3}}, "field"),
        ({"symbols": [], "label": {"field": "name", "placement": "orbit"}}, "placement"),
        ({"symbols": [], "shown_to": "far"}, "otherwise"),
        ({"symbols": [], "class_by": "kind"}, "class_by"),
        ({"symbols": [], "class": [{"values": ["a"]}]}, "class_by"),
        ({"symbols": [], "class_by": "kind", "class": [{"values": "a"}]}, "values"),
        ({"symbols": [], "class": [{"where": [{"field": "a", "relation": "like"}]}]}, "relation"),
        ({"symbols": [], "class": [{"where": [{"field": "a", "relation": "is", "value": {}}]}]}, "value"),
        ({"symbols": [], "class": [{"where": ["storeys > 3"]}]}, "where"),
        ({"symbols": [], "surprise": 1}, "surprise"),
    ],
)
def test_a_mistake_is_refused_by_its_key(raw: Any, key: str) -> None:
    with pytest.raises(DefinitionError, match=key):
        read(**raw)


def test_darkening_turns_light_into_dark_and_keeps_order_and_opacity() -> None:
    def brightness(text: str) -> int:
        return sum(parse_hex(text)[:3])

    greys = [f"#{v:02x}{v:02x}{v:02x}" for v in range(0, 256, 15)]
    turned = [brightness(darkened(g)) for g in greys]
    assert turned == sorted(turned, reverse=True)
    assert darkened("#ffffff80").endswith("80")


def test_a_class_may_go_by_conditions_instead_of_values() -> None:
    high = {"field": "storeys", "relation": "at_least", "value": 3}
    among = {"field": "use", "relation": "among", "value": ["居住", "其他"]}
    style = read(symbols=[FILL], **{"class": [{"where": [high, among], "symbols": [FILL]}]})
    assert style.classes[0].where == (
        Condition("storeys", Relation.AT_LEAST, 3),
        Condition("use", Relation.AMONG, ("居住", "其他")),
    )
    assert set(style.columns) == {"storeys", "use"}


def test_every_draw_of_every_theme_has_a_style() -> None:
    for layer in catalog().themes:
        for draw in layer.draws:
            assert catalog().styles[draw.table][draw.variant].columns is not None
