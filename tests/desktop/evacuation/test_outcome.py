"""What is told of a plan, how streams join, and what is chosen in one go."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from PySide6.QtGui import QImage, QPainter

from mingqing.core.errors import Cancelled
from mingqing.desktop.evacuation import quick
from mingqing.desktop.evacuation.outcome import (
    NOWHERE,
    Load,
    Mover,
    Outcome,
    brief,
    headline,
    in_order,
    proof,
)
from mingqing.desktop.evacuation.painting import Content, PlanPainter
from mingqing.desktop.evacuation.result_page import mover_entry
from mingqing.desktop.evacuation.streams import spans
from mingqing.desktop.map.view import View
from mingqing.evacuation.model import Hazards
from mingqing.evacuation.reasons import Reason, Why
from mingqing.evacuation.scenario import Scenario

NAN = float("nan")


def mover(house: int, minutes: float, *, mobility: int = 0, people: int = 3, households: int = 1) -> Mover:
    shelter = NOWHERE if np.isnan(minutes) else 9
    return Mover(
        house,
        f"户{house}",
        (0.0, 0.0),
        households,
        people,
        mobility,
        shelter,
        minutes,
        minutes * 60,
        "被隔断",
    )


def test_who_has_no_way_comes_first_then_the_slow_then_the_late() -> None:
    movers = [mover(1, 5), mover(2, 9), mover(3, 4, mobility=2), mover(4, NAN), mover(5, NAN, mobility=1)]
    assert [movers[n].house for n in in_order(movers)] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("movers", "short", "wrong", "told"),
    [
        ([], 0, "", "选定的危险区里没有住人的房子"),
        ([mover(1, 22.5, households=2)], 0, "", "2 户 3 人要转移，全部有路 · 最晚 23 分钟"),
        ([mover(1, 5), mover(2, NAN)], 0, "1 户 3 人无安全路线", "2 户 6 人要转移 · 最晚 5 分钟"),
        ([mover(2, NAN)], 3, "1 户 3 人无安全路线，避灾点还差 3 个位置", "1 户 3 人要转移"),
    ],
)
def test_the_headline_says_first_what_is_wrong(
    movers: list[Mover], short: int, wrong: str, told: str
) -> None:
    assert headline(Outcome(Scenario(), movers, short=short)) == (wrong, told)


def test_a_list_tells_in_few_words_what_keeps_somebody_and_never_alike_what_differs() -> None:
    told = [brief(Reason(why, "整句"), ["东溪山洪"]) for why in Why]
    assert len(set(told)) == len(Why)
    assert brief(Reason(Why.HAZARD, ""), ["东溪山洪", "后山滑坡"]).endswith("要过东溪山洪、后山滑坡")
    assert brief(Reason(Why.HAZARD, ""), []).endswith("要过淹没范围")  # one that was drawn has no id
    assert brief(Reason(Why.HAZARD, "", roads=(3,)), ["东溪山洪"]).endswith("要过东溪山洪，路也断了")
    assert "无安全路线" not in brief(Reason(Why.FULL, ""), [])


def test_of_several_villages_it_is_told_in_which_a_house_stands() -> None:
    entry = mover_entry(replace(mover(1, 5, mobility=1), village="横岗村"), {9: "学校"}, {9: 0})
    assert entry.aside == "横岗村 · 需搀扶 · 3 人"
    assert mover_entry(mover(1, 5), {9: "学校"}, {9: 0}).aside == "3 人"


def test_a_gap_is_never_told_smaller_than_it_is() -> None:
    assert proof(0.0) == "去哪个避灾点：已是最优"
    assert proof(0.00001) == "去哪个避灾点：离最优不超过 0.1 %"
    assert proof(0.0101) == "去哪个避灾点：离最优不超过 1.1 %"


def test_people_on_a_stretch_add_up_by_direction_and_come_back_apart() -> None:
    edge = np.array([3, 3, 3, 8])
    begin, end = np.array([0.0, 40.0, 100.0, 0.0]), np.array([100.0, 100.0, 0.0, 20.0])
    found = spans(edge, begin, end, np.array([4, 5, 7, 2]))
    told = list(
        zip(
            found.edge.tolist(),
            found.forth.tolist(),
            found.low.tolist(),
            found.high.tolist(),
            found.people.tolist(),
            strict=True,
        )
    )
    assert told == [
        (3, True, 0.0, 40.0, 4),
        (3, True, 40.0, 100.0, 9),
        (3, False, 0.0, 100.0, 7),
        (8, True, 0.0, 20.0, 2),
    ]


HAZARDS = Hazards(
    ids=np.arange(5),
    names=list("甲乙丙丁戊"),
    kinds=["山洪", "山洪", "滑坡", "山洪", "滑坡"],
    levels=[None, "大型", "小型", "特大型", "中型"],
    warnings=["黄", "红", None, "蓝", "橙"],
    closed=np.array([False, False, False, True, False]),
    shapes=shapely.points([[n, n] for n in range(5)]),
    villages=["a", "a", "b", "b", None],
)


def test_hazards_crossed_off_and_those_of_other_villages_are_not_offered() -> None:
    assert quick.offered(HAZARDS, None) == [0, 1, 2, 4]
    assert quick.offered(HAZARDS, ("b",)) == [2, 4]


def test_a_choice_by_level_takes_the_worse_as_well() -> None:
    assert quick.at_least(HAZARDS.warnings, range(5), quick.WARNINGS, "黄") == [0, 1, 4]
    assert quick.at_least(HAZARDS.levels, range(5), quick.LEVELS, "大型") == [1, 3]


def test_to_prepare_for_a_flash_flood_means_those_that_are_warned_of_and_to_leave_means_all() -> None:
    assert quick.flash_floods(HAZARDS, range(3), at_once=True) == [0, 1]
    assert quick.flash_floods(HAZARDS, range(3), at_once=False) == [1]
    assert quick.flash_floods(HAZARDS, [0], at_once=False) == [0]  # better too many than none


def test_a_painting_that_nobody_waits_for_is_given_up() -> None:
    shapes = np.array([shapely.box(0, 0, 50, 50)], dtype=object)
    content = Content().with_case(shapes, ())
    image = QImage(100, 100, QImage.Format.Format_ARGB32_Premultiplied)
    with QPainter(image) as painter:
        given_up = PlanPainter(painter, View(25, 25, 1.0), (100, 100), dark=False, cancelled=lambda: True)
        with pytest.raises(Cancelled):
            given_up.paint(content)


def test_what_is_painted_at_every_frame_is_little() -> None:
    few = np.array([shapely.box(0, 0, 50, 50)], dtype=object)
    assert not Content().with_case(few, ()).heavy
    many = shapely.buffer(
        shapely.points(np.random.default_rng(1).uniform(0, 1000, (400, 2))), 5, quad_segs=16
    )
    assert Content().with_case(many, ()).heavy


def test_houses_are_coloured_by_their_shelter_and_those_without_a_way_apart() -> None:
    loads = [Load(9, "学校", (0.0, 0.0), 10, 3)]
    movers = [mover(1, 5), mover(2, NAN)]
    shapes = np.array([shapely.box(0, 0, 9, 9), shapely.box(20, 0, 29, 9)], dtype=object)
    houses = Content().with_outcome(Outcome(Scenario(), movers, loads, shapes)).houses
    assert [len(paths) for paths, _ in houses[:3]] == [1, 1, 0]
    assert houses[0][0].xy[:, 0].min() == 20
