"""Rows leave in batches, each row once, as far as the account sees them."""

import pytest
import shapely

from mingqing.store import outgoing
from mingqing.store.edit import edit
from mingqing.store.geometry import decode, encode, ewkb
from mingqing.store.outgoing import batches, batches_of, partly_dated
from mingqing.store.session import Session


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "ROWS", 7)


def test_every_row_comes_once_by_id(sample_session: Session) -> None:
    found = list(batches(sample_session, "house", ("village_code",)))
    stored = sample_session.features("house", columns=("village_code",))
    rows = [row for batch in found for row in batch]
    assert {len(batch) for batch in found[:-1]} == {7}
    assert [r[0] for r in rows] == stored.ids.tolist()
    assert [r[1] for r in rows] == stored.columns["village_code"]
    assert shapely.equals_exact(decode([r[2] for r in rows]), stored.geometry).all()


def test_of_some_ids_those_that_are_there(sample_session: Session) -> None:
    ids = [i for (i,) in sample_session.rows("household", ["id"])]
    wanted = [*ids[:9], 5]
    found = [row for batch in batches_of(sample_session, "household", ("phone",), wanted) for row in batch]
    assert [r[0] for r in found] == ids[:9]
    assert {len(r) for r in found} == {2}


def test_a_table_without_rows_yields_none(session: Session) -> None:
    assert list(batches(session, "house", ())) == []
    assert list(batches_of(session, "house", (), ())) == []


def test_dates_of_which_a_part_is_known_are_found(session: Session) -> None:
    assert partly_dated(session, "resident") == frozenset()
    with edit(session, "新增") as e:
        e.add("resident", {"village_code": "331124204202", "name": "甄一一", "birth_date": "1950-03"})
    assert partly_dated(session, "resident") == {"birth_date"}


@pytest.mark.parametrize(
    "wkt",
    [
        "POINT (1 2)",
        "LINESTRING (0 0, 1.5 -1)",
        "POLYGON ((0 0, 9 0, 9 9, 0 0), (5 1, 6 1, 6 2, 5 1))",
        "MULTIPOINT (1 2, 3 4)",
        "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3, 4 4))",
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
        "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))",
    ],
)
def test_shapes_are_as_postgis_writes_them(wkt: str) -> None:
    shape = shapely.set_srid(shapely.from_wkt(wkt), 4549)
    expected = shapely.to_wkb(shape, include_srid=True, byte_order=1)
    assert ewkb([*encode(shapely.from_wkt([wkt]), 4549), None]) == [expected, None]
