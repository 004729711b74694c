from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mingqing.catalog.style import Label, Placement
from mingqing.render.labels import Kept, place
from mingqing.render.lettering import LabelRequest, PlacedLabel
from mingqing.render.occupancy import Box, Busyness, Occupancy
from mingqing.render.scale import Viewport

SIZE = (400, 300)
TEXTS = ["村", "样本村", "样本溪", "G25", "样本村股份经济合作社"]


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def placed(requests: list[LabelRequest], taken: Any = (), keep: Any = ()) -> list[PlacedLabel]:
    quiet = Busyness(np.empty((0, 2)), SIZE)
    return place(requests, SIZE, Occupancy(taken), quiet, keep=keep)


coordinate = st.tuples(st.floats(-20, 420), st.floats(-20, 320))


@st.composite
def requests(draw: st.DrawFn) -> LabelRequest:
    placement = draw(st.sampled_from(Placement))
    vertices = (
        draw(st.lists(coordinate, min_size=2, max_size=6))
        if placement is Placement.LINE
        else [draw(coordinate)]
    )
    return LabelRequest(
        text=draw(st.sampled_from(TEXTS)),
        label=Label(
            "name",
            placement,
            priority=draw(st.integers(0, 3)),
            letter_spacing=draw(st.sampled_from([0.0, 0.5])),
        ),
        size_px=draw(st.sampled_from([11.0, 16.0])),
        anchor=np.array(vertices),
        clear_px=draw(st.sampled_from([0.0, 6.0])),
        aside_px=draw(st.sampled_from([0.0, 12.0])),
    )


boxes = st.tuples(coordinate, st.floats(1, 60), st.floats(1, 60)).map(
    lambda b: (b[0][0], b[0][1], b[0][0] + b[1], b[0][1] + b[2])
)


@given(st.lists(requests(), max_size=25), st.lists(boxes, max_size=8))
def test_labels_never_overlap_one_another_or_a_sign_and_stay_on_the_sheet(
    wanted: list[LabelRequest], signs: list[Box]
) -> None:
    labels = placed(wanted, signs)
    for a, b in combinations(labels, 2):
        assert not any(overlap(x, y) for x in a.boxes for y in b.boxes)
    for label in labels:
        assert not any(overlap(x, sign) for x in label.boxes for sign in signs)
        assert all(x[0] >= 0 and x[1] >= 0 and x[2] <= SIZE[0] and x[3] <= SIZE[1] for x in label.boxes)


SIZE_KEPT = Viewport((0.0, 0.0), 1.0, SIZE)
some_way = st.tuples(st.floats(-450, 450), st.floats(-350, 350))


def panned(wanted: list[LabelRequest], dx: float, dy: float) -> list[LabelRequest]:
    return [replace(r, anchor=r.anchor + np.array([dx, dy])) for r in wanted]


@given(st.lists(requests(), max_size=20), st.lists(boxes, max_size=5), st.lists(some_way, max_size=4))
def test_labels_stay_where_they_are_on_the_ground_while_the_map_is_moved(
    wanted: list[LabelRequest], signs: list[Box], ways: list[tuple[float, float]]
) -> None:
    """What is seen in two drawings, one after the other, is at the same place; nothing ever overlaps."""
    wanted = [replace(r, text=f"{r.text}{n}", key=("table", n), apart_px=1e4) for n, r in enumerate(wanted)]
    before = Kept(SIZE_KEPT, tuple(placed(wanted, signs)))
    x = y = 0.0
    for dx, dy in ways:
        x, y = x + dx, y + dy
        view = Viewport((-x, y), 1.0, SIZE)
        there = [(b[0] + x, b[1] + y, b[2] + x, b[3] + y) for b in signs]
        labels = placed(panned(wanted, x, y), there, before.on(view))
        old = {label.key: label for label in before.on(view)}
        for label in labels:
            if label.key in old:
                assert np.allclose(label.boxes, old[label.key].boxes, atol=0.5)
        for a, b in combinations(labels, 2):
            assert not any(overlap(i, j) for i in a.boxes for j in b.boxes)
        assert not any(overlap(i, sign) for label in labels for i in label.boxes for sign in there)
        assert labels == placed(panned(wanted, x, y)[::-1], there, before.on(view)[::-1])
        before = Kept(view, tuple(labels))


def test_a_label_that_stays_gives_way_to_one_of_higher_priority_but_is_not_moved() -> None:
    small = replace(at(200, 150, "小", priority=1), key=("table", 1))
    (kept,) = placed([small])
    great = replace(at(200, 150, "大", priority=9, placement=Placement.AREA), room_px=(20, 20))
    labels = placed([small, great], keep=[kept])
    assert [label.text for label in labels] == ["大"]


def test_a_label_goes_round_those_that_stay_where_it_can() -> None:
    small = replace(at(200, 150, "小", priority=1), key=("table", 1))
    (kept,) = placed([small])
    labels = placed([small, at(200, 150, "大", priority=9)], keep=[kept])
    assert kept in labels
    assert len(labels) == 2


def test_a_label_does_not_stay_when_what_it_names_has_moved_or_gone() -> None:
    here = replace(at(200, 150), key=("table", 1))
    (kept,) = placed([here])
    (moved,) = placed([replace(here, anchor=here.anchor + 5)], keep=[kept])
    assert moved.home == (205, 155)
    assert not placed([], keep=[kept])


def test_nothing_stays_at_another_scale() -> None:
    kept = Kept(SIZE_KEPT, tuple(placed([replace(at(200, 150), key=("table", 1))])))
    assert kept.on(SIZE_KEPT)
    assert not kept.on(Viewport((0.0, 0.0), 2.0, SIZE))


@given(st.lists(requests(), max_size=12), st.randoms())
def test_the_same_labels_come_out_in_whatever_order_they_went_in(
    wanted: list[LabelRequest], random: Random
) -> None:
    shuffled = wanted.copy()
    random.shuffle(shuffled)

    def seen(labels: list[PlacedLabel]) -> list[object]:
        return sorted((label.text, label.boxes) for label in labels)

    assert seen(placed(wanted)) == seen(placed(shuffled))


def at(x: float, y: float, text: str = "样本村", **style: Any) -> LabelRequest:
    return LabelRequest(text, Label("name", **style), 12.0, np.array([[x, y]]))


def test_where_there_is_room_for_one_the_more_important_stays() -> None:
    labels = placed(
        [at(200, 150, "次要", priority=1, placement=Placement.AREA)] * 9 + [at(200, 150, "重要", priority=9)]
    )
    assert labels[0].text == "重要"


def along(vertices: Sequence[tuple[float, float]], text: str = "样本溪") -> LabelRequest:
    return LabelRequest(text, Label("name", Placement.LINE), 12.0, np.array(vertices, dtype=float))


def test_text_along_a_flat_line_reads_from_left_to_right_whichever_way_it_was_drawn() -> None:
    for vertices in ([(50, 100), (350, 120)], [(350, 120), (50, 100)]):
        (label,) = placed([along(vertices)])
        assert [r.text for r in label.runs] == list("样本溪")
        assert label.runs[0].x < label.runs[-1].x


def test_text_along_a_steep_line_reads_downwards_with_characters_near_upright() -> None:
    for vertices in ([(200, 280), (210, 20)], [(210, 20), (200, 280)]):
        (label,) = placed([along(vertices)])
        assert label.runs[0].y < label.runs[-1].y
        assert all(abs(r.angle) < np.pi / 4 for r in label.runs)


def test_a_line_too_short_or_too_bent_is_not_labelled() -> None:
    assert not placed([along([(100, 100), (120, 100)])])
    zigzag = [(100 + 6 * n, 100 + 14 * (n % 2)) for n in range(12)]
    assert not placed([along(zigzag, "样本样本溪")])


def test_an_area_too_small_for_its_name_goes_without() -> None:
    small = LabelRequest(
        "样本村", Label("name", Placement.AREA), 12.0, np.array([[200.0, 150.0]]), room_px=(20, 20)
    )
    assert not placed([small])


def test_text_prefers_quiet_ground() -> None:
    crowd = np.random.default_rng(5).uniform((210, 140), (260, 160), (400, 2))
    occupancy = Occupancy()
    request = LabelRequest("样本村", Label("name"), 12.0, np.array([[200.0, 150.0]]), clear_px=6.0)
    (label,) = place([request], SIZE, occupancy, Busyness(crowd, SIZE))
    assert label.runs[0].x < 200  # to the left, though the right is the first choice


def test_text_along_a_winding_line_follows_its_course_not_each_wiggle() -> None:
    x = np.arange(20.0, 380, 3)
    (label,) = placed([along([(float(a), 150 + 4 * np.sin(a / 4)) for a in x])])
    assert max(abs(run.angle) for run in label.runs) < np.radians(8)
    assert all(abs(run.y - 150) < 4 for run in label.runs)


def test_text_wider_than_high_is_read_in_order_whichever_way_the_line_was_drawn() -> None:
    for vertices in ([(50, 100), (350, 100)], [(350, 100), (50, 100)]):
        (label,) = placed([along(vertices, "G25线")])
        gaps = np.diff([r.x for r in label.runs])
        assert gaps[-1] > gaps[1]  # a Chinese character beside a digit takes more than two digits


def test_a_long_name_is_shortened_only_where_the_whole_finds_no_room() -> None:
    rules = ("*村村民委员会 = 村委会",)
    request = at(200, 150, "大竹溪村村民委员会", short=rules)
    assert "".join(r.text for r in placed([request])[0].runs) == "大竹溪村村民委员会"
    walls: list[Box] = [(0, 0, 400, 140), (0, 160, 400, 300), (0, 0, 180, 300), (245, 0, 400, 300)]
    (short,) = placed([request], walls)
    assert short.text == "大竹溪村村民委员会"
    assert [r.text for r in short.runs] == ["村委会"]


def test_a_name_is_spread_in_a_large_area_and_set_close_in_a_small_one() -> None:
    def width(room: float) -> float:
        wide = at(200, 150, placement=Placement.AREA, letter_spacing=0.6)
        (label,) = placed([replace(wide, room_px=(room, 40.0))])
        return label.runs[-1].x - label.runs[0].x

    assert width(45) < 30
    assert width(300) > 1.4 * width(45)


def test_a_long_name_in_a_narrow_area_takes_two_lines() -> None:
    narrow = at(200, 150, "大竹溪第一网格", placement=Placement.AREA)
    (label,) = placed([replace(narrow, room_px=(60.0, 60.0))])
    assert len(label.runs) == 2


def test_of_two_places_the_one_off_a_heavy_line_is_taken() -> None:
    area = LabelRequest(
        "样本村", Label("name", Placement.AREA), 12.0, np.array([[200.0, 150.0], [200.0, 100.0]])
    )
    line = np.column_stack([np.arange(0, 400, 6.0), np.full(67, 150.0)])
    busy = Busyness(line, SIZE, np.full(67, 2.0))
    (label,) = place([area], SIZE, Occupancy(), busy)
    assert abs(label.runs[0].y - 150) > 8
