"""Directions read as somebody would say them: roads joined, turns only where one could go wrong, metres rounded."""

import re
from itertools import pairwise

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString

from mingqing.evacuation.directions import Landmark, Piece, distance, steps, words

Xy = tuple[float, float]


def piece(*points: Xy, kind: str | None = "村道", **more: object) -> Piece:
    line = LineString(points)
    return Piece(line, line.length, kind=kind, **more)  # type: ignore[arg-type]


def leg(a: Xy, b: Xy) -> Piece:
    return Piece(LineString([a, b]), LineString([a, b]).length)


def test_whole_way_reads_as_a_cadre_would_say_it() -> None:
    told = words(
        [
            piece((0, 0), (180, 0)),
            piece((180, 0), (290, 5)),
            piece((290, 5), (320, 5), name="石桥", structure="桥", junction=False),
            piece((320, 5), (322, 185), kind="步道", climb_m=25.0),
        ],
        first=leg((-32, 32), (0, 0)),
        shelter="小竹溪学校避灾点",
    )
    assert (
        told == "出门向东南走45米到村道，沿村道向东走320米，过石桥，左转，沿步道上行180米，到小竹溪学校避灾点"
    )


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ((200, 0), "东"),
        ((200, 200), "东北"),
        ((0, 200), "北"),
        ((-200, 200), "西北"),
        ((-200, 0), "西"),
        ((-200, -200), "西南"),
        ((0, -200), "南"),
        ((200, -200), "东南"),
    ],
)
def test_first_road_is_told_by_one_of_eight_directions(end: Xy, expected: str) -> None:
    assert f"沿村道向{expected}走" in words([piece((0, 0), end)])


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ((300, 100), "，左转，"),
        ((300, -100), "，右转，"),
        ((400, 10), "，直行，"),
        ((220, 20), "，向左后方转，"),
        ((220, -20), "，向右后方转，"),
    ],
)
def test_another_road_is_entered_with_the_turn_of_the_junction(end: Xy, expected: str) -> None:
    start = (300, 0)
    assert expected in words([piece((0, 0), start), piece(start, end, kind="步道")])


def test_going_back_on_the_same_road_is_turning_round() -> None:
    assert "，掉头向西走300米" in words([piece((0, 0), (300, 0)), piece((300, 0), (0, 1))])


def test_bend_away_from_any_junction_is_no_turn() -> None:
    told = words([piece((0, 0), (100, 0)), piece((100, 0), (100, 200), junction=False)])
    assert told == "沿村道先向东再向北走300米，到避灾点"


def test_junction_passed_straight_on_is_not_mentioned() -> None:
    told = words([piece((0, 0), (100, 0)), piece((100, 0), (200, 20)), piece((200, 20), (300, 20))])
    assert told == "沿村道向东走300米，到避灾点"


def test_turn_on_a_road_that_has_the_same_name_on_both_sides_is_mentioned() -> None:
    told = words([piece((0, 0), (100, 0), name="竹源线"), piece((100, 0), (100, 60), name="竹源线")])
    assert told == "沿竹源线向东走100米，左转走60米，到避灾点"


def test_road_that_changes_its_name_without_a_junction_has_no_turn() -> None:
    told = words(
        [piece((0, 0), (200, 0), name="甲路"), piece((200, 0), (400, 0), name="乙路", junction=False)]
    )
    assert told == "沿甲路向东走200米，沿乙路向东走200米，到避灾点"


def test_stub_of_a_metre_between_two_roads_is_part_of_the_junction() -> None:
    told = words(
        [
            piece((0, 0), (200, 0)),
            piece((200, 0), (200, 1), kind="巷道"),
            piece((200, 1), (200, 90), kind="步道"),
        ]
    )
    assert told == "沿村道向东走200米，左转，沿步道走90米，到避灾点"


def test_bend_of_a_metre_at_a_junction_does_not_hide_the_turn() -> None:
    told = words([piece((0, 0), (200, 0)), piece((200, 0), (201, 0), (201, 90), kind="步道")])
    assert "左转，沿步道" in told


def test_bridge_on_the_way_is_told_where_it_comes() -> None:
    told = words(
        [
            piece((0, 0), (200, 0)),
            piece((200, 0), (220, 0), structure="桥", junction=False),
            piece((220, 0), (500, 0), junction=False),
        ]
    )
    assert told == "沿村道向东走500米，途中过桥，到避灾点"


def test_bridge_at_the_start_is_told_first() -> None:
    told = words([piece((0, 0), (20, 0), structure="桥"), piece((20, 0), (300, 0))])
    assert told == "过桥，沿村道向东走300米，到避灾点"


def test_tunnel_is_gone_through_and_a_bridge_with_a_name_is_named() -> None:
    assert "穿隧道" in words([piece((0, 0), (300, 0), structure="隧")])
    assert "过廊桥" in words([piece((0, 0), (30, 0), name="廊桥", structure="桥"), piece((30, 0), (200, 0))])


def test_several_pieces_of_one_bridge_are_one_bridge() -> None:
    told = words([piece((n * 10, 0), (n * 10 + 10, 0), structure="桥") for n in range(5)])
    assert told.count("过桥") == 1


def test_road_without_name_and_class_is_a_road() -> None:
    assert words([piece((0, 0), (50, 0), kind=None)]) == "沿路向东走50米，到避灾点"


def test_winding_stretch_is_told_by_how_it_begins_and_ends() -> None:
    there_and_back = piece((0, 0), (100, 0), (100, 10), (0, 10))
    assert words([there_and_back]) == "沿村道先向东再向西走210米，到避灾点"


@pytest.mark.parametrize(
    ("climb", "expected"), [(20.0, "上行"), (-20.0, "下行"), (1.0, "向东走"), (None, "向东走")]
)
def test_steep_stretch_is_told_by_up_and_down(climb: float | None, expected: str) -> None:
    assert f"沿步道{expected}200米" in words([piece((0, 0), (200, 0), kind="步道", climb_m=climb)])


def test_house_at_the_road_needs_no_leg_and_a_long_last_leg_is_told() -> None:
    told = words(
        [piece((0, 0), (200, 0))], first=leg((0, 1), (0, 0)), last=leg((200, 0), (200, 60)), shelter="礼堂"
    )
    assert told == "出门就是村道，沿村道向东走200米，离开道路，向北走60米到礼堂"


def test_turn_beside_a_landmark_is_told_by_it() -> None:
    told = words(
        [piece((0, 0), (200, 0)), piece((200, 0), (200, 100), kind="步道")],
        landmarks=[Landmark("大樟树", (210, 5)), Landmark("水口亭", (300, 300))],
    )
    assert told == "沿村道向东走200米，到大樟树左转，沿步道向北走100米，到避灾点"


def test_way_without_a_road_goes_straight_to_the_shelter() -> None:
    assert (
        words([], first=leg((0, 0), (0, 2)), last=leg((0, 2), (0, 40)), shelter="礼堂")
        == "出门就是路边，向北走40米到礼堂"
    )
    assert words([]) == "到避灾点"


def test_pieces_without_length_change_nothing_but_that_there_is_a_junction() -> None:
    nothing = Piece(LineString(), 0.0, kind="巷道", junction=True)
    turned = words([piece((0, 0), (100, 0)), nothing, piece((100, 0), (100, 60), junction=False)])
    assert turned == "沿村道向东走100米，左转走60米，到避灾点"


def test_steps_tell_where_each_begins_and_how_far_it_is() -> None:
    told = steps(
        [piece((0, 0), (200, 0)), piece((200, 0), (200, 150), kind="步道")], first=leg((0, 30), (0, 0))
    )
    assert [(s.metres, s.at) for s in told] == [
        (30.0, (0.0, 30.0)),
        (200.0, (0.0, 0.0)),
        (0.0, (200.0, 0.0)),
        (150.0, (200.0, 0.0)),
        (0.0, (200.0, 150.0)),
    ]


@pytest.mark.parametrize(
    ("metres", "said"),
    [
        (0, "5米"),
        (7.4, "5米"),
        (7.6, "10米"),
        (97, "95米"),
        (98, "100米"),
        (994, "990米"),
        (996, "1000米"),
        (1974, "1950米"),
        (1976, "2公里"),
        (12_345, "12.3公里"),
        (float("nan"), "一段路"),
    ],
)
def test_distances_are_rounded_as_one_says_them(metres: float, said: str) -> None:
    assert distance(metres) == said


_corner = st.tuples(st.integers(-300, 300), st.integers(-300, 300)).map(lambda p: (float(p[0]), float(p[1])))


@given(
    st.lists(_corner, min_size=2, max_size=12, unique=True),
    st.lists(st.sampled_from(["村道", "步道", None]), min_size=11, max_size=11),
    st.lists(st.sampled_from(["桥", "隧", "无", None]), min_size=11, max_size=11),
    st.lists(st.booleans(), min_size=11, max_size=11),
)
def test_no_metre_is_lost_and_no_phrase_is_empty(
    corners: list[Xy], kinds: list[str | None], structures: list[str | None], junctions: list[bool]
) -> None:
    pieces = [
        piece(a, b, kind=kinds[n], structure=structures[n], junction=junctions[n])
        for n, (a, b) in enumerate(pairwise(corners))
    ]
    told = steps(pieces, shelter="学校")
    assert sum(s.metres for s in told) == pytest.approx(shapely.length(LineString(corners)))
    assert all(s.text for s in told)
    sentence = words(pieces, shelter="学校")
    assert sentence.endswith("到学校")
    assert not re.search(r"[，]{2}|None|nan|\{", sentence)


@pytest.mark.parametrize(
    ("end", "side"), [((200, 12), "左手边"), ((200, -12), "右手边"), ((212, 0), "前面"), ((212, 5), "前面")]
)
def test_shelter_beside_the_road_is_told_by_its_side(end: Xy, side: str) -> None:
    told = words([piece((0, 0), (200, 0))], last=leg((200, 0), end), shelter="礼堂")
    assert told == f"沿村道向东走200米，{side}就是礼堂"


def test_a_lane_that_bends_behind_the_door_is_told_as_one_sets_out() -> None:
    bent = Piece(shapely.LineString([(0, 0), (21, 21), (-30, 72)]), 100.0, kind="巷道")
    assert "沿巷道先向东北再向西北走100米" in words([bent], shelter="学校")
    loop = Piece(shapely.LineString([(0, 0), (60, 0), (60, 60), (5, 60), (5, 10)]), 225.0, kind="巷道")
    assert "沿巷道先向东再向南走" in words([loop], shelter="学校")
