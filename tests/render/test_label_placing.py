from itertools import combinations
from random import Random
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mingqing.catalog.style import Label, Placement
from mingqing.render.labels import place
from mingqing.render.lettering import LabelRequest, PlacedLabel
from mingqing.render.occupancy import Box, Busyness, Occupancy

SIZE = (400, 300)
TEXTS = ["村", "样本村", "样本溪", "G25", "样本村股份经济合作社"]


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def placed(requests: list[LabelRequest], taken: Any = ()) -> list[PlacedLabel]:
    occupancy = Occupancy()
    occupancy.add(taken)
    return place(requests, SIZE, occupancy, Busyness(np.empty((0, 2)), SIZE))


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


def along(vertices: list[tuple[float, float]], text: str = "样本溪") -> LabelRequest:
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
