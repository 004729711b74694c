"""Changing many rows at once: shown first, by the same rules, all in one undo or nothing."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import shapely

from mingqing.access.audit import Act
from mingqing.core.errors import Cancelled, NotAllowed
from mingqing.core.watch import Watch
from mingqing.store.accounts import add_account, set_password
from mingqing.store.bulk import (
    Calculate,
    Change,
    Copy,
    Given,
    Preview,
    Put,
    Replace,
    apply,
    preview,
    refused_list,
)
from mingqing.store.edit import Refused, edit
from mingqing.store.log import entries
from mingqing.store.project import open_project
from mingqing.store.session import Session
from mingqing.store.undo import undo

VILLAGE, OTHER = "331124100201", "331124100202"
INITIAL, OWN = "Xi3shan-mao5", "Lu8yan-qing6"


def add(session: Session, table: str, *rows: Mapping[str, object]) -> list[int]:
    shape = shapely.box(500_000, 3_140_000, 500_010, 3_140_010) if table == "house" else None
    with edit(session, "新增") as e:
        return [e.add(table, {"village_code": VILLAGE, **row}, shape) for row in rows]


def column(session: Session, table: str, name: str, ids: Sequence[int]) -> list[object]:
    values = dict(session.rows(table, ["id", name]))
    return [values[i] for i in ids]


def do(session: Session, table: str, ids: Sequence[int], change: Change) -> Preview:
    found = preview(session, table, ids, change)
    with edit(session, "批量修改") as e:
        apply(e, found)
    return found


def test_a_preview_says_what_would_change_and_writes_nothing(session: Session) -> None:
    ids = add(session, "house", {"house_no": "1", "storeys": 2}, {"house_no": "2", "storeys": 3})
    found = preview(session, "house", ids, Put("storeys", "３层"))
    assert [(r.title, r.before, r.after) for r in found.rows] == [("1", {"storeys": 2}, {"storeys": 3})]
    assert found.unchanged == 1
    assert column(session, "house", "storeys", ids) == [2, 3]


def test_rows_that_cannot_change_are_named_and_the_rest_goes_in(session: Session) -> None:
    ids = add(
        session,
        "resident",
        {"name": "甄一", "id_number": "99999919900307008X", "sex": "女"},
        {"name": "甄二"},
    )
    found = do(session, "resident", ids, Put("sex", "男"))
    assert [r.title for r in found.refused] == ["甄一"]
    assert "与身份证号不一致" in found.refused[0].sentence
    assert column(session, "resident", "sex", ids) == ["女", "男"]


def test_all_of_it_is_one_undo(session: Session) -> None:
    ids = add(session, "house", *({"storeys": n} for n in range(5)))
    do(session, "house", ids, Put("storeys", 9))
    undo(session)
    assert column(session, "house", "storeys", ids) == [0, 1, 2, 3, 4]


def test_a_field_is_emptied_but_not_one_that_is_required(session: Session) -> None:
    ids = add(session, "resident", {"name": "甄一", "phone": "00012340001"})
    do(session, "resident", ids, Put("phone", None))
    assert column(session, "resident", "phone", ids) == [None]
    found = preview(session, "resident", ids, Put("name", ""))
    assert not found.rows
    assert found.refused[0].sentence == "姓名：必须填写"


def test_a_field_is_filled_from_another_one_that_says_something(session: Session) -> None:
    ids = add(session, "house", {"house_no": "7", "dangerous": "是"}, {"address": "半岭"})
    do(session, "house", ids, Copy("address", "house_no"))
    assert column(session, "house", "address", ids) == ["7", "半岭"]
    do(session, "house", ids, Copy("address", "dangerous"))
    assert column(session, "house", "address", ids) == ["是", "半岭"]


def test_numbers_are_reckoned_with_and_kept_within_their_limits(session: Session) -> None:
    ids = add(session, "house", {"storeys": 3, "floor_area_m2": 0.1}, {"storeys": 50}, {})
    do(session, "house", ids, Calculate("floor_area_m2", addend=0.2))
    assert column(session, "house", "floor_area_m2", ids) == [0.3, None, None]
    found = do(session, "house", ids, Calculate("storeys", factor=2))
    assert "应在 0–60 之间" in found.refused[0].sentence
    assert column(session, "house", "storeys", ids) == [6, 50, None]
    assert "不是整数" in preview(session, "house", ids, Calculate("storeys", factor=0.25)).refused[0].sentence


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (Replace(("address",), "a", "b"), ["半岭b1.b2", "半岭%_b"]),
        (Replace(("address",), "a", "b", case=True), ["半岭A1.b2", "半岭%_b"]),
        (Replace(("address",), "半岭%_a", "东坑", whole=True), ["半岭A1.a2", "东坑"]),
        (Replace(("address",), ".", ""), ["半岭A1a2", "半岭%_a"]),
        (Replace(("address",), "%_", r"\1"), ["半岭A1.a2", r"半岭\1a"]),
        (Replace(("address",), "１", "Ⅰ"), ["半岭AⅠ.a2", "半岭%_a"]),
        (Replace(("address",), "", "x"), ["半岭A1.a2", "半岭%_a"]),
        (Replace(("address",), "'; DROP TABLE house; --", ""), ["半岭A1.a2", "半岭%_a"]),
    ],
)
def test_a_text_is_found_and_replaced_sign_by_sign(
    session: Session, change: Replace, after: list[str]
) -> None:
    ids = add(session, "house", {"address": "半岭A1.a2"}, {"address": "半岭%_a"})
    do(session, "house", ids, change)
    assert column(session, "house", "address", ids) == after


def test_several_fields_are_searched_whatever_they_hold(session: Session) -> None:
    ids = add(session, "house", {"structure": "砖木", "storeys": 12, "dangerous": "是", "address": "1"})
    found = do(session, "house", ids, Replace(("structure", "storeys", "address"), "1", "2"))
    assert found.rows[0].after == {"storeys": 22, "address": "2"}
    found = preview(session, "house", ids, Replace(("structure",), "木", "棉"))
    assert "没有“砖棉”这一项" in found.refused[0].sentence


def test_a_rare_character_stays_whole(session: Session) -> None:
    ids = add(session, "resident", {"name": "甄𠮷"})
    do(session, "resident", ids, Replace(("name",), "𠮷", "吉"))
    assert column(session, "resident", "name", ids) == ["甄吉"]


def test_two_rows_of_a_village_are_not_given_what_occurs_once(session: Session) -> None:
    ids = add(
        session, "house", {"house_no": "1"}, {"house_no": "2"}, {"house_no": "1", "village_code": OTHER}
    )
    found = do(session, "house", ids, Put("house_no", "8"))
    assert [r.title for r in found.refused] == ["2"]
    assert column(session, "house", "house_no", ids) == ["8", "2", "8"]
    with pytest.raises(Refused, match="已经有一条"), edit(session, "修改") as e:
        e.change_all("house", {i: {"house_no": "9"} for i in ids})


def test_rows_exchange_what_occurs_once(session: Session) -> None:
    one, two = add(session, "house", {"house_no": "1"}, {"house_no": "2"})
    found = do(session, "house", [one, two], Given({one: {"house_no": "2"}, two: {"house_no": "1"}}))
    assert not found.refused
    assert column(session, "house", "house_no", [one, two]) == ["2", "1"]


def test_a_row_that_is_refused_stands_in_the_way_of_who_wants_its_number(session: Session) -> None:
    one, two = add(session, "house", {"house_no": "1"}, {"house_no": "2"})
    wanted = Given({one: {"house_no": "2"}, two: {"house_no": "3", "storeys": 99}})
    found = preview(session, "house", [one, two], wanted)
    assert not found.rows
    assert [r.title for r in found.refused] == ["2", "1"]


def test_given_values_fill_only_what_is_empty_where_that_is_wanted(session: Session) -> None:
    one, two = add(session, "house", {"storeys": 1}, {})
    given: dict[int, Mapping[str, object]] = {one: {"storeys": 5, "address": "半岭"}, two: {"storeys": 5}}
    do(session, "house", [one, two], Given(given, fill=True))
    assert column(session, "house", "storeys", [one, two]) == [1, 5]
    assert column(session, "house", "address", [one, two]) == ["半岭", None]


def test_rows_taken_out_of_a_preview_stay_as_they_are(session: Session) -> None:
    ids = add(session, "house", {"storeys": 1}, {"storeys": 1})
    with edit(session, "批量修改") as e:
        apply(e, preview(session, "house", ids, Put("storeys", 2)).without({ids[0]}))
    assert column(session, "house", "storeys", ids) == [1, 2]


def test_stopping_leaves_nothing(session: Session) -> None:
    ids = add(session, "house", *({"storeys": 1} for _ in range(1_500)))
    found = preview(session, "house", ids, Put("storeys", 2))
    told: list[tuple[str, int, int]] = []
    stop = Watch(lambda *said: told.append(said), lambda: len(told) > 1)
    with pytest.raises(Cancelled), edit(session, "批量修改", watch=stop) as e:
        apply(e, found)
    assert told == [("正在核对", 0, 1_500), ("正在核对", 1_000, 1_500)]
    assert set(column(session, "house", "storeys", ids)) == {1}
    with pytest.raises(Cancelled):
        preview(session, "house", ids, Put("storeys", 2), watch=Watch(cancelled=lambda: True))


def test_the_list_of_refused_rows_starts_no_formula_and_the_log_has_it(session: Session) -> None:
    ids = add(session, "resident", {"name": "=1+1"})
    found = preview(session, "resident", ids, Put("name", ""))
    text = refused_list(session, found).decode("utf-8-sig")
    assert text.splitlines() == ["记录,为什么改不了", "'=1+1,姓名：必须填写"]
    assert entries(session, acts=[Act.EXPORT])[0].detail == "改不了的名单"


@pytest.fixture
def department(session: Session, empty_project: Path) -> Session:
    """Of somebody who sees masks and edits nothing."""
    add(session, "resident", {"name": "甄一一", "phone": "00012340001"})
    add_account(session, "部门员", ["viewer"], None, INITIAL)
    session.close()
    with open_project(empty_project, user="部门员", password=INITIAL) as first:
        set_password(first, "部门员", OWN)
    return open_project(empty_project, user="部门员", password=OWN)


def test_who_may_not_write_a_field_is_told_before_anything_is_read(department: Session) -> None:
    with department:
        ids = [i for (i,) in department.rows("resident", ["id"])]
        with pytest.raises(NotAllowed, match="不能修改"):
            preview(department, "resident", ids, Put("phone", "1"))
        with pytest.raises(NotAllowed, match="不能导出"):
            refused_list(department, Preview("resident"))
