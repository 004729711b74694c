"""How quickly people move is declared with where it comes from, and a mistake in it is refused."""

from pathlib import Path

import numpy as np
import pytest

from mingqing.core.errors import DefinitionError
from mingqing.core.files import data_dir
from mingqing.evacuation.model import Mode
from mingqing.evacuation.movement import movement, read_movement
from mingqing.evacuation.slope import Slope
from tests.evacuation.small import network

TWO = [(0.0, 0.0), (360.0, 0.0)]


def test_a_walk_takes_as_long_as_its_class_says_both_ways() -> None:
    costs = movement().costs(
        network([*TWO, (360.0, 300.0)], [(0, 1), (1, 2)], classes=["村道", "步道"]), Mode.FOOT
    )
    assert costs.forth == pytest.approx([360.0, 360.0])
    assert (costs.back == costs.forth).all()


def test_a_class_that_is_empty_or_new_takes_the_figure_of_the_others() -> None:
    net = network(TWO, [(0, 1)] * 2, classes=[None, "高速公路"])
    other = movement().kmh[Mode.FOOT].other
    assert movement().costs(net, Mode.FOOT).forth == pytest.approx([360 * 3.6 / other] * 2)


def test_vehicles_keep_off_footpaths_and_roads_too_narrow_for_them() -> None:
    net = network(
        TWO, [(0, 1)] * 5, classes=["步道", "村道", "村道", "巷道", None], widths=[9.0, 2.4, 2.5, np.nan, 3.0]
    )
    assert np.isfinite(movement().costs(net, Mode.VEHICLE).forth).tolist() == [
        False,
        False,
        True,
        False,
        True,
    ]
    assert np.isfinite(movement().costs(net, Mode.FOOT).forth).all()


def test_one_way_streets_hold_for_vehicles_alone() -> None:
    net = network(TWO, [(0, 1)] * 2, one_ways=["单向", "双向"])
    driven, walked = movement().costs(net, Mode.VEHICLE), movement().costs(net, Mode.FOOT)
    assert np.isfinite(driven.forth).all()
    assert np.isfinite(driven.back).tolist() == [False, True]
    assert np.isfinite(walked.back).all()


def test_night_slows_everybody_and_slopes_those_who_walk() -> None:
    net, slope = network(TWO, [(0, 1)]), Slope(np.array([2.0]), np.array([0.5]))
    day, night = movement().costs(net, Mode.FOOT), movement().costs(net, Mode.FOOT, night=True)
    assert night.forth == pytest.approx(day.forth / movement().night[Mode.FOOT])
    up = movement().costs(net, Mode.FOOT, slope=slope)
    assert (up.forth[0], up.back[0]) == pytest.approx((2 * day.forth[0], day.back[0] / 2))
    drive = movement().costs(net, Mode.VEHICLE)
    assert (movement().costs(net, Mode.VEHICLE, slope=slope).forth == drive.forth).all()


def test_at_a_speed_of_ones_own_nothing_else_counts() -> None:
    net = network(TWO, [(0, 1)] * 3, classes=["步道", "国道", None], one_ways=["单向"], widths=[1.0])
    slope = Slope(np.full(3, 9.0), np.full(3, 9.0))
    for mode in Mode:
        costs = movement().costs(net, mode, walk_kmh=4.0, slope=slope, night=True)
        assert costs.forth == pytest.approx([324.0] * 3)
        assert costs.back == pytest.approx([324.0] * 3)
    assert movement().leg_s_per_m(walk_kmh=4.0, night=True) == pytest.approx(0.9)
    assert movement().pace(Mode.FOOT, walk_kmh=4.0).tolist() == [1, 1, 1]


def test_who_cannot_walk_alone_takes_longer_on_foot_and_not_by_car() -> None:
    walked = movement().pace(Mode.FOOT)
    assert walked[0] == 1
    assert (np.diff(walked) > 0).all()
    assert movement().pace(Mode.VEHICLE).tolist() == [1, 1, 1]


def test_an_edge_without_a_length_is_not_used() -> None:
    net = network([*TWO, (0.0, 0.0)], [(0, 1), (0, 2)], classes=["步道"])
    net.length_m[0] = np.nan
    assert movement().costs(net, Mode.FOOT).forth.tolist() == [np.inf, 0.0]
    assert movement().costs(net, Mode.VEHICLE).forth.tolist() == [np.inf, np.inf]
    assert movement().costs(net, Mode.FOOT, walk_kmh=4).forth.tolist() == [np.inf, 0.0]


def test_a_width_nobody_measured_is_that_of_the_class() -> None:
    roads = network(
        TWO, [(0, 1)] * 4, classes=["村道", "村道", "村道", None], widths=[4.2, np.nan, 0.0, -1]
    ).roads
    usual = movement().widths
    assert movement().width_m(roads).tolist() == [
        4.2,
        usual.figures["村道"],
        usual.figures["村道"],
        usual.other,
    ]


def test_every_group_of_figures_says_where_it_comes_from() -> None:
    assert len(movement().sources) == 12
    assert all(len(source) > 8 for source in movement().sources.values())


def _spoilt(folder: Path, old: str, new: str) -> Path:
    text = (data_dir("resources") / "evacuation.toml").read_text(encoding="utf-8")
    assert old in text
    path = folder / "evacuation.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"村道" = 3.6', '"存道" = 3.6', "foot_kmh.存道"),
        ('"村道" = 3.6', '"村道" = 0.0001e9', "foot_kmh.村道"),
        ('"村道" = 3.5', '"村道" = 0', "width_m.村道"),
        ("foot = 0.8", 'foot = "慢"', "night.foot"),
        ("foot = 0.8", "foot = 1.8", "night.foot"),
        ("foot = 0.8", "feet = 0.8", "night.foot"),
        ("vehicle = 0.8", "vehicle = 0.8\nbicycle = 1", "night.bicycle"),
        ("helped_below = 6", "helped_below = 90", "age.helped_from"),
        ('source = "假设：每', 'source = ""  # ', "weight.source"),
        ("[walking_flow]", "[running_flow]", "walking_flow"),
        ("[age]", "[more]\nx = 1\n[age]", "more"),
        ("persons_m_s = 1.22", "persons_m_s = nan", "evacuation.toml"),
    ],
)
def test_a_mistake_in_the_file_is_refused_naming_its_place(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(DefinitionError, match=said):
        read_movement(_spoilt(tmp_path, old, new))
