"""A table is listed in the order and with the rows that were asked for, and says no more than the account may see."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import shapely

from mingqing.access.policy import Policy
from mingqing.core.errors import Cancelled, NotAllowed
from mingqing.store.changes import Value
from mingqing.store.conditions import Between, Filled, Filter, Holds, OneOf
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.paging import Wanted, ids, page
from mingqing.store.session import Session

HERE, THERE = "331124204202", "331124204203"
HEADINGS = {"house": ("address", "house_no")}
NAMES = ["甄一一", "安二", "曾三", None, "岑四", "甄一一"]
BORN = ["1990-01-01", None, "1950-05-05", "2001-01-01", "1990-01-01", "1960-01-01"]


@pytest.fixture
def register(session: Session) -> Session:
    """Two villages; three houses, 1 km apart, with two residents each, the rows of each table in turn."""
    with session.transaction("edit", "录入") as change:
        change.insert(
            "village",
            new_ids(2),
            {"village_code": [HERE, THERE], "code": [HERE, THERE], "name": ["竹溪", "安岗"]},
        )
        houses = new_ids(3)
        shapes = [shapely.box(1_000 * i, 0, 1_000 * i + 10, 10) for i in range(3)]
        change.insert(
            "house",
            houses,
            {
                "village_code": [HERE, HERE, THERE],
                "house_no": ["甲", "乙", "丙"],
                "address": ["半岭10号", "半岭2号", None],
                "structure": ["砖混", "土木", None],
                "storeys": [2, None, 10],
                "dangerous": [0, 1, None],
            },
            encode(np.array(shapes), session.info.epsg),
        )
        households = new_ids(3)
        rows: dict[str, list[Value]] = {
            "village_code": [HERE, HERE, THERE],
            "householder": list(NAMES[::2]),
            "house": list(houses),
        }
        change.insert("household", households, rows)
        twice = [i for i in households for _ in range(2)]
        change.insert(
            "resident",
            new_ids(6),
            {"village_code": [HERE] * 4 + [THERE] * 2, "name": NAMES, "birth_date": BORN, "household": twice},
        )
    return session


@pytest.fixture
def viewer(register: Session) -> Iterator[Session]:
    policy = Policy.of(["viewer"], None, register.catalog, register.login.known)
    with Session(register.info, register.catalog, replace(register.login, policy=policy)) as opened:
        yield opened


def column(session: Session, table: str, name: str, **asked: object) -> list[Value]:
    """What a table shows in one column, in the order asked for."""
    found = ids(session, table, Wanted(**asked), headings=HEADINGS)  # type: ignore[arg-type]
    return [
        row[0] for row in page(session, table, [name], found.tolist(), headings=HEADINGS) if row is not None
    ]


# ── Order ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("table", "name", "up"),
    [
        ("resident", "name", ["安二", "岑四", "曾三", "甄一一", "甄一一", None]),
        ("resident", "birth_date", [*sorted(filter(None, BORN)), None]),
        ("house", "storeys", [2, 10, None]),
        ("house", "dangerous", [0, 1, None]),
        ("household", "house", ["半岭2号", "半岭10号", "丙"]),
        ("village", "village_code", ["安岗", "竹溪"]),
    ],
)
def test_rows_come_in_the_order_of_a_column_those_without_a_value_last(
    register: Session, table: str, name: str, up: list[Value]
) -> None:
    assert column(register, table, name, order=name) == up
    filled = [v for v in up if v is not None]
    empty = [None] * (len(up) - len(filled))
    assert column(register, table, name, order=name, descending=True) == filled[::-1] + empty


def test_codes_come_as_their_list_has_them(register: Session) -> None:
    codes = register.catalog.tables["house"].field_by_name["structure"].codes
    assert codes is not None
    listed = [c.value for c in codes.codes if c.value in {"砖混", "土木"}]
    assert column(register, "house", "structure", order="structure") == [*listed, None]


def test_equal_rows_keep_the_order_of_entry_either_way(register: Session) -> None:
    entered = [i for (i,) in register.rows("resident", ["id"])]
    found = ids(register, "resident", Wanted(order="birth_date")).tolist()
    back = ids(register, "resident", Wanted(order="birth_date", descending=True)).tolist()
    both = [entered[0], entered[4]]
    assert [i for i in found if i in both] == [i for i in back if i in both] == both
    assert ids(register, "resident").tolist() == entered
    assert ids(register, "resident", Wanted(descending=True)).tolist() == entered[::-1]


# ── Which rows ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("table", "name", "wanted", "left"),
    [
        ("resident", "name", Holds("name", "一"), ["甄一一", "甄一一"]),
        ("resident", "name", Holds("name", "%"), []),
        ("resident", "name", Filled("name", filled=False), [None]),
        ("resident", "birth_date", Filled("birth_date", filled=True), [b for b in BORN if b]),
        ("resident", "birth_date", Between("birth_date", "1990-01-01", "2000-12-31"), ["1990-01-01"] * 2),
        ("house", "storeys", Between("storeys", 3, None), [10]),
        ("house", "storeys", Between("storeys", None, 9.5), [2]),
        ("house", "structure", OneOf("structure", frozenset({"土木", None})), ["土木", None]),
        ("house", "dangerous", OneOf("dangerous", frozenset({1})), [1]),
        ("house", "dangerous", OneOf("dangerous", frozenset()), []),
        ("household", "house", Holds("house", "10"), ["半岭10号"]),
        ("resident", "village_code", Holds("village_code", "安"), ["安岗"] * 2),
    ],
)
def test_a_filter_leaves_the_rows_that_meet_it(
    register: Session, table: str, name: str, wanted: Filter, left: list[Value]
) -> None:
    assert column(register, table, name, filters=(wanted,)) == left


def test_filters_village_and_ids_add_up(register: Session) -> None:
    every = [i for (i,) in register.rows("resident", ["id"])]
    asked: dict[str, object] = {
        "filters": (Holds("name", "甄"), Filled("birth_date", filled=True)),
        "village": HERE,
    }
    assert column(register, "resident", "name", **asked) == ["甄一一"]
    assert column(register, "resident", "name", **asked, among=frozenset(every[1:])) == []
    assert column(register, "resident", "name", among=frozenset(every[1:3])) == ["安二", "曾三"]


def test_rows_without_a_place_of_their_own_are_where_those_are_that_they_belong_to(register: Session) -> None:
    near = (900.0, -5.0, 1_500.0, 5.0)
    assert column(register, "house", "house_no", bounds=near) == ["乙"]
    assert column(register, "household", "householder", bounds=near) == ["曾三"]
    assert column(register, "resident", "name", bounds=near) == ["曾三", None]
    assert column(register, "resident", "name", bounds=(-90.0, -90.0, -9.0, -9.0)) == []


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_has_the_rows_asked_for_and_tells_those_that_are_gone(register: Session) -> None:
    first, second, third = ids(register, "house").tolist()
    with register.transaction("edit", "拆除") as change:
        change.update("household", [h for (h,) in register.rows("household", ["id"])], {"house": [None] * 3})
        change.delete("house", [second])
    found = page(register, "house", ["house_no", "storeys"], [third, second, first, 7])
    assert found == [("丙", 10), None, ("甲", 2), None]


def test_a_reference_shows_what_names_the_row_and_a_village_its_name(register: Session) -> None:
    (row,) = page(
        register, "resident", ["household", "village_code"], ids(register, "resident")[4:5].tolist()
    )
    assert row == ("岑四", "安岗")
    (row,) = page(register, "household", ["house"], ids(register, "household")[:1].tolist())
    assert row == ("甲",)


# ── What is not everybody's ──────────────────────────────────────────────────────────────────────────────────


def test_masks_stay_on_whatever_is_asked(viewer: Session) -> None:
    assert set(column(viewer, "resident", "name")) == {"甄**", "安**", "曾**", "岑**", None}
    assert column(viewer, "resident", "name", filters=(Holds("name", "一"),)) == []
    assert column(viewer, "resident", "name", filters=(Holds("name", "甄"),)) == ["甄**"] * 2
    assert column(viewer, "household", "house") == ["甲", "乙", "丙"]
    everything = repr(
        [page(viewer, t, x.column_names, ids(viewer, t).tolist()) for t, x in viewer.catalog.tables.items()]
    )
    assert not [canary for canary in ("甄一一", "1990-01-01", "半岭") if canary in everything]


def test_an_order_does_not_tell_what_a_mask_hides(viewer: Session) -> None:
    entered = [i for (i,) in viewer.rows("resident", ["id"])]
    assert ids(viewer, "resident", Wanted(order="birth_date")).tolist() == entered
    found = ids(viewer, "resident", Wanted(order="name")).tolist()
    assert [i for i in found if i in {entered[0], entered[5]}] == [entered[0], entered[5]]


def test_a_name_that_is_no_column_reaches_nothing(register: Session) -> None:
    with pytest.raises(KeyError):
        ids(register, "resident", Wanted(order="name FROM main.resident --"))
    with pytest.raises(NotAllowed):
        register.query("SELECT main.resident.name FROM resident")


def test_a_search_that_nobody_waits_for_any_more_ends(
    register: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingqing.store.session.STEPS_BETWEEN_QUESTIONS", 1)
    with pytest.raises(Cancelled):
        ids(register, "resident", stop=lambda: True)
    assert len(ids(register, "resident", stop=lambda: False)) == 6
    assert len(ids(register, "resident")) == 6
