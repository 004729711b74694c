"""The rules of `layers/` about shapes among each other, asked of whole tables."""

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingqing.catalog.topology import TopologyKind
from mingqing.digitising.topology import Rows, tables_needed
from mingqing.digitising.topology import check as edited
from mingqing.quality.check import check
from mingqing.quality.findings import Kind, Level
from mingqing.store.session import Session
from tests.quality.conftest import FAR, NEAR, X, Y, add, box, line, only, told


def test_ground_that_two_share_is_told_where_it_is(township: Session) -> None:
    row = add(township, "house", box(105, 105), house_no="9")
    finding = only(township)
    assert (finding.kind, finding.level, finding.id) == (Kind.TOPOLOGY, Level.WARNING, row)
    assert finding.sentence == "农房“9”与农房“01”重叠了 25.00 平方米，请调整边界"
    assert finding.at is not None
    assert shapely.box(X + 105, Y + 105, X + 110, Y + 110).covers(shapely.Point(finding.at))


def test_neighbours_whose_borders_differ_by_less_than_a_centimetre_do_not_overlap(township: Session) -> None:
    add(township, "house", box(109.995), house_no="9")
    assert told(township) == []


def test_a_rule_whose_breach_an_edit_refuses_is_an_error(township: Session) -> None:
    row = add(township, "grid", box(0, 0, 500, 500), grid_no="1")
    overlapping = add(township, "grid", box(400, 0, 500, 500), grid_no="2")
    assert row < overlapping
    assert told(township) == [(Kind.TOPOLOGY, Level.ERROR, "grid", overlapping, None)]


def test_a_house_across_the_border_is_told(township: Session) -> None:
    row = add(township, "house", box(1995), house_no="9")
    assert told(township) == [(Kind.TOPOLOGY, Level.WARNING, "house", row, None)]
    assert "有一部分在“行政村”的范围之外" in only(township).sentence


@pytest.mark.parametrize(("gap", "faults"), [(0.0, 0), (0.015, 0), (0.5, 1), (4.9, 1), (5.5, 0)])
def test_an_end_that_all_but_reaches_another_road_is_told_once(
    township: Session, gap: float, faults: int
) -> None:
    row = add(township, "road", line((500 + gap, 50), (800, 50)), name="支路")
    found = told(township)
    assert found == [(Kind.TOPOLOGY, Level.WARNING, "road", row, None)][:faults] or (
        faults == 1 and len(found) == 1 and found[0][0] is Kind.TOPOLOGY
    )


def test_a_chosen_row_is_compared_with_those_that_are_not(township: Session) -> None:
    row = add(township, "house", box(105, 105), house_no="9")
    assert told(township, tables=["house"], among={"house": {row}}) == [
        (Kind.TOPOLOGY, Level.WARNING, "house", row, None)
    ]
    ((other,),) = township.rows("house", ["id"], where={"house_no": "01"})
    assert [f[3] for f in told(township, tables=["house"], among={"house": {other}})] == [other]


def test_rows_of_a_chosen_village_are_compared_with_the_next_one(township: Session) -> None:
    row = add(township, "land", box(1950, 300, 100, 100), kind="农田")
    add(township, "land", box(2040, 300, 100, 100), kind="农田", village_code=FAR)
    assert [f[3] for f in told(township, tables=["land"], villages=[NEAR])] == [row]


CELL = st.tuples(st.integers(0, 30), st.integers(0, 20), st.integers(1, 8), st.integers(1, 8))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cells=st.lists(CELL, min_size=2, max_size=6, unique=True))
def test_overlaps_are_those_of_every_pair(township: Session, cells: list[tuple[int, int, int, int]]) -> None:
    with township.transaction("edit", "清空") as change:
        change.delete("plot", [i for (i,) in township.rows("plot", ["id"])])
    shapes = [box(20.0 * e, 20.0 * n, 20.0 * w, 20.0 * h) for e, n, w, h in cells]
    ids = [add(township, "plot", shape, plot_no=str(i)) for i, shape in enumerate(shapes)]
    pairs = [
        ids[j]
        for i in range(len(ids))
        for j in range(i + 1, len(ids))
        if shapes[i].intersection(shapes[j]).area > 0.01
    ]
    found = [f[3] for f in told(township, tables=["plot"]) if f[0] is Kind.TOPOLOGY]
    assert np.array_equal(sorted(found), sorted(pairs))


@pytest.mark.parametrize("table", ["road", "grid", "house"])
def test_whole_tables_have_the_faults_that_an_edit_of_each_row_would_tell(
    sample_session: Session, table: str
) -> None:
    catalog = sample_session.catalog
    near = {
        name: Rows(found.ids, found.geometry)
        for name in {table, *tables_needed(catalog, table)}
        for found in [sample_session.features(name)]
    }
    rows = near[table]
    pairs = set()
    for i in range(len(rows.ids)):
        around = near | {table: Rows(np.delete(rows.ids, i), np.delete(rows.shapes, i))}
        faults = edited(catalog, table, Rows(rows.ids[i : i + 1], rows.shapes[i : i + 1]), around)
        # Two roads surveyed to the centimetre meet where they are two apart: told while drawing, not of a county.
        pairs |= {frozenset(f.rows) for f in faults if f.kind in set(TopologyKind) and f.where.length > 0.02}
    found = [f for f in check(sample_session, [table]).findings if f.kind is Kind.TOPOLOGY]
    assert len(found) == len(pairs)
    assert {f.id for f in found} <= set().union(*pairs)
