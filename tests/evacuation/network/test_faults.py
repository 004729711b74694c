"""What is wrong with the roads is told, with the road that would mend it; what is right is not."""

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiLineString

from mingqing.crs.transform import transform
from mingqing.evacuation.network.faults import FaultKind, NetworkFault, components, faults
from mingqing.evacuation.network.gaps import dead_ends
from mingqing.evacuation.network.noding import build
from tests.evacuation.network.drawn import EAST, EPSG, NORTH, Line, line, network, roads

MAIN: Line = [(0, 0), (200, 0)]


def _faults(
    *lines: Line | shapely.Geometry | None, structures: tuple[str | None, ...] = ()
) -> list[NetworkFault]:
    found = faults(network(*lines, structures=structures))
    for fault in found:
        assert fault.sentence
        assert not fault.sentence.endswith("。")
    return found


def _kinds(found: list[NetworkFault]) -> list[FaultKind]:
    return [fault.kind for fault in found]


def _mended(*lines: Line, fix: shapely.LineString | None) -> list[FaultKind]:
    assert fix is not None
    return _kinds(faults(network(*lines, fix)))


def test_roads_that_meet_have_no_faults_and_plain_dead_ends_are_listed_when_asked_for() -> None:
    found = network(MAIN, [(100, 0), (100, 80)])
    assert faults(found) == []
    listed = faults(found, with_dead_ends=True)
    assert _kinds(listed) == [FaultKind.DEAD_END] * 3
    assert len(dead_ends(found)[0]) == 3
    assert {fault.roads for fault in listed} == {(1,), (2,)}


@pytest.mark.parametrize("gap", [0.6, 2.0, 4.9])
def test_an_end_a_few_metres_from_a_road_far_by_road_is_a_gap(gap: float) -> None:
    back: Line = [(0, 0), (0, 80), (150, 80), (150, gap)]
    (fault,) = _faults(MAIN, back)
    assert fault.kind is FaultKind.GAP
    assert fault.roads == (2, 1)
    assert f"{gap} 米" in fault.sentence
    assert fault.fix is not None
    assert fault.fix.equals(line([(150, gap), (150, 0)]))
    assert _mended(MAIN, back, fix=fault.fix) == []


def test_an_end_farther_than_five_metres_is_none() -> None:
    assert _faults(MAIN, [(0, 0), (0, 80), (150, 80), (150, 5.1)]) == []


def test_a_short_spur_beside_its_own_road_is_no_gap() -> None:
    assert _faults(MAIN, [(100, 0), (110, 4)]) == []


def test_two_ends_that_miss_each_other_are_one_gap() -> None:
    found = _faults([(0, 0), (0, 50), (49, 50)], [(0, 0), (100, 0), (100, 50), (51, 50)])
    assert _kinds(found) == [FaultKind.GAP]
    assert found[0].roads == (1, 2)


def test_a_road_that_nearly_comes_back_to_itself_is_told_so() -> None:
    (fault,) = _faults([(0, 0), (100, 0), (100, 60), (50, 60), (50, 2)], [(100, 60), (200, 60)])
    assert fault.kind is FaultKind.GAP
    assert fault.roads == (1,)


def test_narrow_gaps_come_first() -> None:
    combs: list[Line] = [[(0, 0), (0, 80), (90, 80), (90, 3)], [(200, 0), (200, 80), (110, 80), (110, 1)]]
    found = _faults(MAIN, *combs)
    assert [fault.roads for fault in found] == [(3, 1), (2, 1)]


def test_an_island_is_told_with_its_size_and_how_far_off_it_is_the_largest_first() -> None:
    far: list[Line] = [[(0, 300), (90, 300)], [(90, 300), (90, 360)]]
    found = _faults(MAIN, [(50, 40), (70, 40)], *far)
    assert _kinds(found) == [FaultKind.ISLAND] * 2
    assert [fault.roads for fault in found] == [(3, 4), (2,)]
    assert all(part in found[0].sentence for part in ("2 条路", "150 米", "300 米"))
    assert found[1].fix is None
    assert components(network(MAIN, [(50, 40), (70, 40)])).tolist() == [0, 0, 1, 1]


def test_an_island_close_by_is_mended_by_the_road_that_is_proposed_and_told_once() -> None:
    island: Line = [(50, 3), (50, 40)]
    found = _faults(MAIN, island)
    assert _kinds(found) == [FaultKind.ISLAND]
    assert _mended(MAIN, island, fix=found[0].fix) == []


def test_a_road_that_only_passes_under_a_bridge_is_an_island_and_the_crossing_itself_no_fault() -> None:
    structures = ("桥", None)
    (fault,) = _faults(MAIN, [(100, -50), (100, 50)], structures=structures)
    assert fault.kind is FaultKind.ISLAND
    assert "桥" in fault.sentence
    assert fault.fix is None
    around: Line = [(100, -50), (100, 50), (0, 50), (0, 0)]
    assert _faults(MAIN, around, structures=structures) == []


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
def test_rows_of_which_no_road_can_be_made_are_told() -> None:
    point = (EAST, NORTH)
    odd = LineString([point, point]), LineString([point, (np.nan, NORTH)]), LineString()
    half = MultiLineString([line([(0, 0), (0, 90)]), LineString([point, point])])
    found = _faults(MAIN, *odd, half)
    assert _kinds(found) == [FaultKind.UNUSABLE] * 4
    assert [fault.roads for fault in found] == [(2,), (3,), (4,), (5,)]
    assert [fault.where is None for fault in found] == [False, False, True, False]
    assert "一段" in found[3].sentence


def test_a_road_drawn_twice_is_told_with_both_rows() -> None:
    (fault,) = _faults(MAIN, [(0, 0), (0, 50)], MAIN[::-1])
    assert fault.kind is FaultKind.TWIN
    assert fault.roads == (1, 3)
    assert "200 米" in fault.sentence


def test_roads_shorter_than_a_metre_are_told_but_for_those_that_join_two_others() -> None:
    found = _faults(
        MAIN, [(0, 0), (0, -0.9)], [(100, 0), (100.01, 0)], [(200, 0), (200.9, 0)], [(200.9, 0), (300, 0)]
    )
    assert _kinds(found) == [FaultKind.STUB] * 2
    assert "0.9 米" in found[0].sentence
    assert "1 厘米" in found[1].sentence


def test_a_road_drawn_a_little_beyond_the_junction_is_told() -> None:
    (fault,) = _faults(MAIN, [(100, 80), (100, -0.8)])
    assert fault.kind is FaultKind.STUB
    assert fault.roads == (2,)


def test_the_gravest_comes_first() -> None:
    gap: Line = [(0, 0), (0, 80), (150, 80), (150, 2)]
    found = _faults([(200, 0), (200.9, 0)], MAIN, MAIN, gap, LineString(), [(0, 500), (90, 500)])
    assert _kinds(found) == [
        FaultKind.ISLAND,
        FaultKind.GAP,
        FaultKind.UNUSABLE,
        FaultKind.TWIN,
        FaultKind.STUB,
    ]


def test_roads_are_called_by_their_names() -> None:
    drawn = roads(MAIN, [(0, 0), (0, 80), (150, 80), (150, 2)], names=("环村路", None))
    (fault,) = faults(build(EPSG, drawn))
    assert fault.sentence == "一条村道到这里断头，离“环村路” 2.0 米没有接上"


def test_gaps_are_measured_on_the_ground() -> None:
    drawn = np.array([line(MAIN), line([(0, 0), (0, 80), (150, 80), (150, 3.0)])])
    (fault,) = faults(build(3857, roads(*transform(drawn, EPSG, 3857))))
    assert "3.0 米" in fault.sentence


def test_no_roads_have_no_faults() -> None:
    assert _faults() == []
    assert faults(network(), with_dead_ends=True) == []


def test_many_rows_that_vanish_in_nodes_are_one_line() -> None:
    stubs = [[(x, 0.0), (x + 0.01, 0.0)] for x in (10.0, 20.0, 30.0)]
    found = [f for f in faults(network([(0, 0), (100, 0)], *stubs)) if f.kind is FaultKind.STUB]
    assert [f.sentence for f in found] == ["3 条路不到半米长，多半是误画，不影响算路"]
    assert len(found[0].roads) == 3
