"""Correcting rows: all or nothing, by the rules of the tables, one change each."""

import pytest
import shapely

from mingqing.core.errors import InputRefused
from mingqing.store.edit import Referring, Refused, edit
from mingqing.store.session import Session

SQUARE = shapely.box(500_000, 3_140_000, 500_010, 3_140_010)
VALID = "99999919900307008X"


def add_house(session: Session, **values: object) -> int:
    with edit(session, "新增农房") as e:
        return e.add("house", {"village_code": "331124100201", **values}, SQUARE)


def test_values_are_taken_as_they_are_typed(session: Session) -> None:
    row = session.row("house", add_house(session, house_no=" Ａ-１ ", storeys="３ 层", dangerous="是"))
    assert row is not None
    assert (row["house_no"], row["storeys"], row["dangerous"]) == ("A-1", 3, 1)
    assert row["created_by"] == session.user


def test_what_is_the_same_as_before_is_no_change(session: Session) -> None:
    house = add_house(session, storeys=3)
    with edit(session, "修改农房") as e:
        e.change("house", house, {"storeys": "3层"})
    assert e.changed.seq == 0
    assert not e.changed.tables


def test_many_rows_are_added_at_once_by_the_same_rules(session: Session) -> None:
    with edit(session, "新增") as e:
        houses = e.add_all(
            "house", {"village_code": ["331124100201"] * 2, "storeys": ["３ 层", None]}, [SQUARE, None]
        )
        named = {"householder": ["甄一", "甄二", "甄三"], "house": [*houses, None]}
        e.add_all("household", {**named, "people_count": ["4", "", 2]})
    assert session.rows("house", ["id", "storeys"]) == [(houses[0], 3), (houses[1], None)]
    assert session.features("house", bounds=SQUARE.bounds).ids.tolist() == [houses[0]]
    assert session.rows("household", ["house", "people_count"]) == [
        (houses[0], 4),
        (houses[1], None),
        (None, 2),
    ]
    assert e.changed.tables["house"] == set(houses)


def test_of_many_rows_that_are_added_every_problem_is_told_and_none_is_written(session: Session) -> None:
    with pytest.raises(Refused) as refused, edit(session, "新增") as e:
        e.add_all(
            "household", {"householder": ["甄一", "甄二"], "house": [7, None], "people_count": [1, "许多"]}
        )
    assert [p.sentence.split("：")[0] for p in refused.value.problems] == ["农房", "人口数"]
    with pytest.raises(Refused, match="本村已经有一条"), edit(session, "新增") as e:
        e.add_all("house", {"village_code": ["331124100201"] * 2, "house_no": ["8", "8"]})
    assert session.counts()["household"] == session.counts()["house"] == 0


def test_every_problem_of_a_row_is_told_at_once_and_nothing_is_written(session: Session) -> None:
    def both() -> None:
        with edit(session, "新增") as e:
            e.add("house", {"house_no": "9", "village_code": "331124100201"}, SQUARE)
            e.add("resident", {"name": " ", "id_number": "123", "birth_date": "2020-13-01"})

    with pytest.raises(Refused) as refused:
        both()
    assert {p.field for p in refused.value.problems} == {"name", "id_number", "birth_date"}
    assert session.counts()["house"] == session.counts()["resident"] == 0


def test_sex_and_birth_date_must_agree_with_the_identity_number(session: Session) -> None:
    said = {"village_code": "331124100201", "name": "甄一一", "id_number": VALID}
    with pytest.raises(Refused, match="性别：与身份证号不一致"), edit(session, "新增") as e:
        e.add("resident", {**said, "sex": "男"})
    with edit(session, "新增") as e:
        person = e.add("resident", {**said, "sex": "女", "birth_date": "1990-03"})
    with pytest.raises(Refused, match="出生日期：与身份证号不一致"), edit(session, "修改") as e:
        e.change("resident", person, {"birth_date": "1990-04"})


def test_a_number_that_is_to_occur_once_in_a_village_is_refused_there_alone(session: Session) -> None:
    add_house(session, house_no="8")
    with pytest.raises(Refused, match="本村已经有一条“农房”是“8”了"):
        add_house(session, house_no="8")
    add_house(session, house_no="8", village_code="331124100202")


def test_it_is_refused_too_where_only_the_place_tells_the_village(session: Session) -> None:
    with edit(session, "新增") as e:
        e.add("village", {"name": "样村", "code": "331124100201"}, SQUARE.buffer(100))
    add_house(session, house_no="8")
    with pytest.raises(Refused, match="本村已经有一条“农房”是“8”了"), edit(session, "新增") as e:
        e.add("house", {"house_no": "8"}, shapely.affinity.translate(SQUARE, 20, 0))


def test_a_row_that_was_wrong_before_can_be_corrected_elsewhere(session: Session) -> None:
    with session.transaction("import", "导入") as change:
        change.insert("house", [1, 2], {"house_no": ["7", "7"], "village_code": ["1", "1"]}, [None, None])
    with edit(session, "修改") as e:
        e.change("house", 1, {"storeys": 2})
    assert e.changed.tables == {"house": {1}}


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        (shapely.LineString([(0, 0), (1, 1)]), "图形应该是点、面"),
        (shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), "自己交叉"),
        (shapely.Point(float("nan"), 1), "坐标不是有效的数字"),
    ],
)
def test_a_shape_that_cannot_be_is_refused(session: Session, shape: shapely.Geometry, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence), edit(session, "新增") as e:
        e.add("house", {}, shape)


def test_a_new_row_belongs_to_the_village_of_its_household_or_of_its_place(session: Session) -> None:
    with edit(session, "新增") as e:
        e.add("village", {"name": "样村", "code": "331124100201"}, SQUARE.buffer(100))
        house = e.add("house", {}, SQUARE)
    with edit(session, "新增") as e:
        household = e.add("household", {"householder": "样一", "house": house})
    for table, row in (("house", house), ("household", household)):
        assert session.rows(table, ["village_code"], where={"id": row}) == [("331124100201",)]


def test_deleting_asks_what_becomes_of_what_belongs_to_it(session: Session) -> None:
    house = add_house(session)
    with edit(session, "新增") as e:
        household = e.add("household", {"householder": "样一", "house": house})
        e.add("resident", {"name": "样一", "household": household})
    with pytest.raises(Refused, match="还有 1 条“住户”"), edit(session, "删除") as e:
        e.remove("house", [house])
    assert session.counts()["house"] == 1
    with edit(session, "删除") as e:
        e.remove("house", [house], Referring.DETACH)
    assert session.rows("household", ["house"]) == [(None,)]
    with edit(session, "删除") as e:
        e.remove("household", [household], Referring.ALONG)
    assert {t: len(ids) for t, ids in e.changed.tables.items()} == {"household": 1, "resident": 1}


def test_a_shape_that_moves_is_found_where_it_is_now(session: Session) -> None:
    house = add_house(session)
    with edit(session, "移动") as e:
        e.change("house", house, shape=shapely.affinity.translate(SQUARE, 100, 0))
    assert session.features("house", bounds=(500_100, 3_140_000, 500_110, 3_140_010)).ids.tolist() == [house]


def test_a_reference_to_nothing_is_refused(session: Session) -> None:
    with pytest.raises(Refused, match="没有这条“农房”"), edit(session, "新增") as e:
        e.add("household", {"householder": "样一", "house": 5})


def test_no_row_to_change_is_said(session: Session) -> None:
    with pytest.raises(InputRefused, match="已经不在了"), edit(session, "修改") as e:
        e.change("house", 99, {"storeys": 1})
