"""What a session hands out: rows, shapes, villages, and where things without a shape stand."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from mingqing.core.errors import StoreBug
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.check import check_project
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.inside import alter

HOME, AWAY = "331124201201", "331124201202"


@pytest.fixture
def filled(session: Session) -> Session:
    """Three houses in two villages; a household, a person and a helper at the first."""
    shapes = np.array([shapely.box(0, 0, 10, 10), shapely.box(100, 0, 110, 10), shapely.box(500, 0, 510, 10)])
    office = np.array([shapely.Point(300, 300)])
    with session.transaction("edit", "录入") as change:
        boundary = encode(np.array([shapely.box(-50, -50, 200, 200)]), 4549)
        change.insert(
            "village", new_ids(1), {"name": ["甲村"], "code": [HOME], "village_code": [HOME]}, boundary
        )
        houses = list(new_ids(3))
        columns = {"house_no": ["001", "002", "001"], "village_code": [HOME, HOME, AWAY]}
        change.insert("house", houses, columns, encode(shapes, 4549))
        (household,) = new_ids(1)
        change.insert(
            "household", [household], {"householder": ["甄一一"], "house": houses[:1], "village_code": [HOME]}
        )
        people = {"name": ["子一", "子二"], "household": [household, None], "village_code": [HOME, HOME]}
        change.insert("resident", new_ids(2), people)
        names = {"name": ["甲村村委会"], "kind": ["村民委员会"], "village_code": [HOME]}
        change.insert("organisation", new_ids(1), names, encode(office, 4549))
        change.insert(
            "assistance", new_ids(1), {"helper": ["干部甲"], "household": [household], "village_code": [HOME]}
        )
    return session


def numbers(session: Session, **asked: object) -> list[object]:
    return list(session.features("house", columns=["house_no"], **asked).columns["house_no"])  # type: ignore[arg-type]


def test_rows_come_by_village_by_value_and_by_place(filled: Session) -> None:
    assert numbers(filled) == ["001", "002", "001"]
    assert numbers(filled, village=HOME) == ["001", "002"]
    assert numbers(filled, where={"house_no": "001"}) == ["001", "001"]
    assert numbers(filled, where={"house_no": None}) == []
    assert numbers(filled, bounds=(90, -5, 120, 5)) == ["002"]
    assert numbers(filled, bounds=(11, 11, 20, 20)) == []
    assert numbers(filled, bounds=(10, 10, 20, 20)) == ["001"]
    assert numbers(filled, bounds=(0, 0, 600, 5), village=AWAY) == ["001"]


def test_rows_come_by_their_ids_whatever_else_is_asked(filled: Session) -> None:
    every = filled.features("house").ids.tolist()
    assert numbers(filled, among=every[1:]) == ["002", "001"]
    assert numbers(filled, among=every, village=AWAY) == ["001"]
    assert numbers(filled, among=[], village=HOME) == []
    people = filled.features("resident")
    at_home = [i for i, shape in zip(people.ids.tolist(), people.geometry, strict=True) if shape is not None]
    assert filled.features("resident", among=at_home).ids.tolist() == at_home


def test_a_place_is_as_exact_as_it_was_given(filled: Session) -> None:
    assert [g.bounds for g in filled.features("house").geometry] == [
        (0, 0, 10, 10),
        (100, 0, 110, 10),
        (500, 0, 510, 10),
    ]


def test_people_stand_at_their_house_or_nowhere(filled: Session) -> None:
    found = filled.features("resident", columns=["name"])
    places = dict(zip(found.columns["name"], found.geometry, strict=True))
    assert places["子一"] == shapely.Point(5, 5)
    assert places["子二"] is None or places["子二"].is_empty
    near = filled.features("resident", columns=["name"], bounds=(0, 0, 20, 20))
    assert near.columns["name"] == ["子一"]


def test_help_is_a_line_from_the_villages_office_to_the_house(filled: Session) -> None:
    (line,) = filled.features("assistance").geometry
    assert line == shapely.LineString([(300, 300), (5, 5)])
    assert len(filled.features("assistance", bounds=(250, 250, 310, 310))) == 1
    assert len(filled.features("assistance", bounds=(1000, 0, 2000, 10))) == 0


def test_villages_are_those_with_a_boundary_and_those_that_only_occur(filled: Session) -> None:
    home, away = filled.villages()
    assert (home.code, home.name, home.bounds) == (HOME, "甲村", (-50, -50, 200, 200))
    assert (away.code, away.bounds) == (AWAY, None)


def test_the_extent_is_that_of_everything(filled: Session) -> None:
    assert filled.extent() == (-50, -50, 510, 300)


def test_an_empty_project_has_no_extent_and_no_villages(session: Session) -> None:
    assert session.extent() is None
    assert session.villages() == []
    assert len(session.features("house")) == len(session.features("resident")) == 0


def test_who_refers_to_a_row_is_told(filled: Session) -> None:
    (house,) = filled.features("house", village=AWAY).ids
    assert filled.referring("house", int(house)) == []
    first = int(filled.features("house").ids[0])
    ((table, household),) = filled.referring("house", first)
    assert table == "household"
    assert [t for t, _ in sorted(filled.referring("household", household))] == ["assistance", "resident"]


def test_one_row_is_a_mapping_or_nothing(filled: Session) -> None:
    first = int(filled.features("house").ids[0])
    row = filled.row("house", first)
    assert row is not None
    assert (row["id"], row["house_no"]) == (first, "001")
    assert filled.row("house", 1) is None


def test_rows_are_counted_by_village(filled: Session) -> None:
    counts = filled.counts(AWAY)
    assert counts["house"] == len(filled.features("house", village=AWAY)) > 0
    assert counts["house"] < filled.counts()["house"]


def test_a_clone_sees_the_same_rows_from_another_connection(filled: Session) -> None:
    with filled.clone() as other:
        assert other.counts() == filled.counts()


def test_what_is_remembered_is_there_next_time(empty_project: Path) -> None:
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        assert session.recall_all("mapping") == {}
        session.remember("mapping", "甲")
        session.remember("mapping", "乙")
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        assert session.recall_all("mapping") == {"mapping": "乙"}


@pytest.mark.parametrize("column", ["没有", 'house_no" FROM mq_meta --', "hash"])
def test_no_column_but_the_catalogs_is_ever_asked_for(filled: Session, column: str) -> None:
    for ask in (
        lambda: filled.features("house", columns=[column]),
        lambda: list(filled.rows("house", [column])),
        lambda: filled.features("house", where={column: 1}),
        lambda: filled.stored("house", [column], village=None),
    ):
        with pytest.raises(StoreBug):
            ask()
    with pytest.raises(StoreBug):
        filled.features("mq_meta")


def test_a_value_is_never_part_of_the_question(filled: Session) -> None:
    assert numbers(filled, where={"house_no": "001' OR '1'='1"}) == []
    assert numbers(filled, village="' OR 1 --") == []


def test_the_crs_of_a_project_with_shapes_is_settled(filled: Session) -> None:
    with pytest.raises(StoreBug):
        filled.choose_crs(4528)


DAMAGES = {
    "a box that is gone": (
        'DELETE FROM "idx_house_geometry" WHERE pkid = (SELECT min(id) FROM house)',
        "空间索引",
    ),
    "a box elsewhere": ('UPDATE "idx_house_geometry" SET xmin = 400, xmax = 401', "空间索引"),
    "a box of nothing": ('INSERT INTO "idx_house_geometry" VALUES(77, 0, 1, 0, 1)', "空间索引"),
    "a household in no house": ("PRAGMA foreign_keys = 0; UPDATE household SET house = 12345", "不存在"),
}


@pytest.mark.parametrize(("sql", "word"), DAMAGES.values(), ids=DAMAGES)
def test_the_check_finds_what_is_wrong(filled: Session, sql: str, word: str) -> None:
    assert check_project(filled) == []
    alter(filled, sql)
    assert any(word in problem for problem in check_project(filled))
