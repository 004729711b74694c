"""What is wrong with a shape is found, said, and mended where that is safe."""

from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mingqing.catalog.load import catalog
from mingqing.catalog.topology import Severity, TopologyKind
from mingqing.digitising.paths import shapes_of
from mingqing.digitising.topology import Fault, Rows, check, reach_m, repaired, tables_needed
from mingqing.digitising.vertices import handles, move_vertex
from tests.digitising.tessellation import overlap_m2, tessellations

WEST, EAST = shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)


def _rows(shapes: Sequence[shapely.Geometry], first: int = 1) -> Rows:
    return Rows(np.arange(first, first + len(shapes)), shapes_of(list(shapes)))


def _check(
    table: str, shape: shapely.Geometry, before: shapely.Geometry | None = None, **around: Rows
) -> list[Fault]:
    """Check one shape as row 9 of a table."""
    was = None if before is None else _rows([before], 9)
    return check(catalog(), table, _rows([shape], 9), around, was)


def test_villages_that_overlap_are_refused_and_can_be_clipped() -> None:
    over = shapely.box(90, 0, 200, 100)
    (fault,) = _check("village", over, village=_rows([WEST]))
    assert (fault.kind, fault.severity, fault.rows) == (TopologyKind.NO_OVERLAP, Severity.REFUSE, (9, 1))
    assert fault.where.area == pytest.approx(1000)
    assert fault.sentence == "与相邻的图形重叠了 1000.0 平方米"
    assert repaired(_rows([over], 9), [fault])[9].equals(EAST)


def test_an_overlap_that_was_there_before_is_told_and_no_reason_to_refuse() -> None:
    over = shapely.box(90, 0, 200, 100)
    (fault,) = _check("village", over, before=shapely.box(80, 0, 200, 100), village=_rows([WEST]))
    assert fault.severity is Severity.TELL
    (fault,) = _check("village", over, before=shapely.box(95, 0, 200, 100), village=_rows([WEST]))
    assert fault.severity is Severity.REFUSE


def test_an_overlap_of_two_rows_edited_together_is_compared_with_what_both_were() -> None:
    over = shapely.box(90, 0, 200, 100)
    both, was = _rows([shapely.box(0, -5, 100, 100), over]), _rows([WEST, over])
    (fault,) = check(catalog(), "village", both, {}, was)
    assert fault.severity is Severity.TELL
    (fault,) = check(catalog(), "village", both, {}, _rows([WEST, EAST]))
    assert fault.severity is Severity.REFUSE


def test_villages_that_share_a_border_to_the_millimetre_are_sound() -> None:
    loose = shapely.transform(EAST, lambda xy: xy - np.array([0.004, 0.003]))
    assert _check("village", loose, village=_rows([WEST])) == []


def test_the_row_as_it_was_does_not_count_against_itself() -> None:
    assert _check("village", WEST, village=_rows([WEST], 9)) == []


def test_two_edited_rows_are_checked_against_each_other_once() -> None:
    both = _rows([WEST, shapely.box(90, 0, 200, 100)], 1)
    (fault,) = check(catalog(), "grid", both, {})
    assert fault.rows == (2, 1)


def test_an_overlap_that_would_leave_little_or_pieces_is_for_a_person_to_decide() -> None:
    inner, across = shapely.box(10, 10, 20, 20), shapely.box(-10, 40, 110, 60)
    for shape in (inner, across):
        (fault,) = _check("plot", shape, plot=_rows([WEST]))
        assert fault.severity is Severity.TELL
        assert fault.repair is None


@given(tessellations, st.integers(0, 50), st.tuples(st.floats(-9, 9), st.floats(-9, 9)))
@settings(max_examples=40, deadline=None)
def test_after_repairs_nothing_overlaps(
    shapes: list[shapely.Polygon], corner: int, step: tuple[float, float]
) -> None:
    found = handles(shapes[0])
    at = corner % len(found.at)
    edited = move_vertex(shapes[0], found.at[at], tuple(found.xy[at] + step))
    assume(edited.is_valid)
    rows, around = _rows([edited], 100), {"village": _rows(shapes[1:])}
    faults = check(catalog(), "village", rows, around)
    assume(all(fault.repair for fault in faults))
    mended = repaired(rows, faults).get(100, edited)
    assert overlap_m2([mended, *shapes[1:]]) < 0.5
    assert not [
        f for f in check(catalog(), "village", _rows([mended], 100), around) if f.kind == "no_overlap"
    ]


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        (shapely.box(95, 5, 105, 15), "有一部分在“行政村”的范围之外"),
        (shapely.box(300, 0, 310, 10), "不在“行政村”的范围之内"),
        (shapely.Point(-1, 5), "不在“行政村”的范围之内"),
    ],
)
def test_a_house_outside_its_village_is_told(shape: shapely.Geometry, sentence: str) -> None:
    (fault,) = _check("house", shape, village=_rows([WEST, EAST]))
    assert (fault.sentence, fault.severity, fault.repair) == (sentence, Severity.TELL, None)
    assert not shape.intersection(fault.where).is_empty


@pytest.mark.parametrize(
    "shape", [shapely.box(90, 5, 100.004, 15), shapely.Point(5, 5), shapely.Point(100, 5)]
)
def test_a_house_on_the_border_of_its_village_is_inside(shape: shapely.Geometry) -> None:
    assert _check("house", shape, village=_rows([WEST])) == []


def test_tables_that_are_not_there_are_not_asked() -> None:
    assert _check("house", shapely.box(300, 0, 310, 10)) == []
    assert tables_needed(catalog(), "house") == {"house", "village"}
    assert reach_m(catalog(), "road") > 5


def test_the_end_of_a_road_just_short_of_another_is_joined() -> None:
    road, short = shapely.LineString([(0, 0), (50, 0)]), shapely.LineString([(20, 3), (20, 50)])
    (fault,) = _check("road", short, road=_rows([road]))
    assert fault.sentence == "线的端头离另一条线只差 3.00 米，没有接上"
    assert fault.where.length == pytest.approx(3)
    assert fault.repair is not None
    joined = fault.repair(short)
    assert joined.equals(shapely.LineString([(20, 0), (20, 50)]))
    assert _check("road", joined, road=_rows([road])) == []


def test_an_end_is_joined_to_an_end_close_by_rather_than_beside_it() -> None:
    road, short = shapely.LineString([(0, 0), (50, 0)]), shapely.LineString([(49.8, 3), (60, 50)])
    (fault,) = _check("road", short, road=_rows([road]))
    assert fault.repair is not None
    assert fault.repair(short).coords[0] == (50, 0)


def test_both_ends_are_mended_one_after_another() -> None:
    roads = _rows([shapely.LineString([(0, 0), (50, 0)]), shapely.LineString([(0, 60), (50, 60)])])
    short = shapely.LineString([(20, 3), (20, 58)])
    faults = _check("road", short, road=roads)
    assert repaired(_rows([short], 9), faults)[9].equals(shapely.LineString([(20, 0), (20, 60)]))


@pytest.mark.parametrize("line", [[(20, 7), (20, 50)], [(20, 0), (20, 50)], [(20, 0.004), (20, 50)]])
def test_an_end_that_is_joined_or_far_is_sound(line: list[tuple[float, float]]) -> None:
    assert _check("road", shapely.LineString(line), road=_rows([shapely.LineString([(0, 0), (50, 0)])])) == []


def test_a_shape_that_crosses_itself_is_refused_and_shown_where() -> None:
    bow = shapely.Polygon([(0, 0), (10, 0), (0, 10), (10, 10)])
    (fault,) = _check("plot", bow)
    assert (fault.kind, fault.severity, fault.repair) == ("invalid", Severity.REFUSE, None)
    assert fault.where.equals(shapely.Point(5, 5))


def test_a_shape_that_can_be_made_sound_in_one_piece_is() -> None:
    lash = shapely.Polygon([(0, 0), (10, 0), (10, 10), (10, 20), (10, 10), (0, 10)])
    (fault,) = _check("plot", lash)
    assert fault.repair is not None
    assert fault.repair(lash).equals(shapely.box(0, 0, 10, 10))


def test_spikes_are_told_and_taken_off() -> None:
    spiked = shapely.Polygon([(0, 0), (10, 0), (10, 10), (5, 10), (5.02, 20), (4.99, 10), (0, 10)])
    (fault,) = _check("plot", spiked)
    assert (fault.kind, fault.severity) == ("spike", Severity.TELL)
    assert fault.where.equals(shapely.Point(5.02, 20))
    assert fault.repair is not None
    assert fault.repair(spiked).equals(shapely.box(0, 0, 10, 10))


def test_a_pointed_field_and_a_bend_are_no_spikes() -> None:
    assert _check("plot", shapely.Polygon([(0, 0), (100, -4), (100, 4)])) == []
    assert _check("road", shapely.LineString([(0, 0), (10, 1), (0, 2)])) == []


def test_a_road_that_runs_back_on_itself_is_a_spike() -> None:
    overshot = shapely.LineString([(0, 0), (10, 0), (8, 0.01), (8, 10)])
    (fault,) = _check("road", overshot)
    assert fault.repair is not None
    assert fault.repair(overshot).equals(shapely.LineString([(0, 0), (8, 0.01), (8, 10)]))


def test_a_field_as_narrow_as_a_line_is_told() -> None:
    (fault,) = _check("plot", shapely.box(50, 50, 70, 50.05))
    assert (fault.kind, fault.repair) == ("sliver", None)
    two = shapely.multipolygons([shapely.box(150, 50, 170, 50.05), WEST])
    (fault,) = _check("plot", two)
    assert fault.repair is not None
    assert fault.repair(two).equals(WEST)


def test_what_is_a_reason_to_refuse_comes_first() -> None:
    spiked = shapely.Polygon(
        [(90, 0), (200, 0), (200, 50), (230, 50.01), (200, 50.02), (200, 100), (90, 100)]
    )
    faults = _check("village", spiked, village=_rows([WEST]))
    assert [f.severity for f in faults] == [Severity.REFUSE, Severity.TELL]


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        (shapely.Polygon(WEST.exterior, [shapely.box(150, 0, 160, 9).exterior]), "有一个洞不在面的里面"),
        (shapely.LineString([(1, 1), (1, 1)]), "角点太少，围不成图形"),
        (shapely.Polygon([(0, 0), (5, 0), (10, 0)]), "角点太少，围不成图形"),
        (shapely.Polygon(), "图形不完整"),
    ],
)
def test_what_is_unsound_is_said_for_what_it_is(shape: shapely.Geometry, sentence: str) -> None:
    (fault,) = _check("plot", shape)
    assert (fault.sentence, fault.severity) == (sentence, Severity.REFUSE)
