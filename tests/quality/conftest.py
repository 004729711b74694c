"""A township of two villages in which nothing is wrong, faults to plant in it, and what the check finds of them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely

from mingqing.access.policy import Policy
from mingqing.catalog.values import id_check_character
from mingqing.quality.check import check
from mingqing.quality.findings import Finding, Kind, Level
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.session import Session

NEAR, FAR = "331124204202", "331124204203"
X, Y = (
    460_000.0,
    3_150_000.0,
)  # the corner of the near village, EPSG:4549; the far one begins 2 km to the east


def box(east: float, north: float = 100, width: float = 10, height: float = 10) -> shapely.Polygon:
    """A rectangle so many metres from the corner of the near village."""
    return shapely.box(X + east, Y + north, X + east + width, Y + north + height)


def point(east: float, north: float = 100) -> shapely.Point:
    return shapely.Point(X + east, Y + north)


def line(*places: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(X + east, Y + north) for east, north in places])


def identity(birth_and_order: str) -> str:
    """An identity number of nobody, with the right check character."""
    first = f"999999{birth_and_order}"
    return first + id_check_character(first)


def add(session: Session, table: str, shape: shapely.Geometry | None = None, **values: Any) -> int:
    """Put a row into the file as it is, whatever rules it breaks, and return its id; `NEAR` unless told."""
    (row,) = new_ids(1)
    columns = {name: [value] for name, value in ({"village_code": NEAR} | values).items()}
    blobs = None
    if session.catalog.tables[table].has_geometry:
        blobs = encode(np.array([shape, None], object)[:1], session.info.epsg)
    with session.transaction("edit", "种一条") as change:
        change.insert(table, [row], columns, blobs)
    return row


def told(session: Session, **asked: Any) -> list[tuple[Kind, Level, str, int, str | None]]:
    """What a check finds, without its words."""
    return [(f.kind, f.level, f.table, f.id, f.field) for f in check(session, **asked).findings]


def only(session: Session, **asked: Any) -> Finding:
    """The one thing that a check finds."""
    (finding,) = check(session, **asked).findings
    return finding


@pytest.fixture
def township(session: Session) -> Session:
    """Two villages, each with a house, a household, two people, a road, a field and a shelter."""
    for start, code, name in ((0, NEAR, "近村"), (2000, FAR, "远村")):
        here = {"village_code": code}
        add(session, "village", box(start, 0, 2000, 1000), name=name, code=code, **here)
        house = add(
            session, "house", box(start + 100), house_no=f"{start}1", storeys=2, structure="砖木", **here
        )
        add(session, "house", point(start + 300), house_no=f"{start}2", **here)
        home = add(session, "household", householder="范样一", household_no=f"{start}", house=house, **here)
        number = identity("19500101001") if start else identity("19880202002")
        person = (
            {"birth_date": "1950-01-01", "sex": "男"} if start else {"birth_date": "1988-02-02", "sex": "女"}
        )
        add(session, "resident", name="范样一", id_number=number, household=home, **person, **here)
        add(session, "resident", name="范样二", household=home, phone="0571-8888888", **here)
        add(session, "road", line((start + 50, 50), (start + 500, 50)), name="村道", **here)
        add(session, "land", box(start + 600, 300, 100, 100), kind="农田", **here)
        add(session, "land", box(start + 700, 300, 100, 100), kind="山林", **here)
        shelter = add(session, "shelter", point(start + 900), name="文化礼堂", **here)
        add(
            session, "evacuation_route", line((start + 110, 110), (start + 900, 100)), shelter=shelter, **here
        )
    return session


@pytest.fixture
def as_role(township: Session) -> Iterator[Callable[..., Session]]:
    """Look at the township as somebody of a role, bound to villages where some are given."""
    opened: list[Session] = []

    def login(role: str, *villages: str) -> Session:
        policy = Policy.of((role,), villages or None, township.catalog)
        opened.append(Session(township.info, township.catalog, replace(township.login, policy=policy)))
        return opened[-1]

    yield login
    for each in opened:
        each.close()
