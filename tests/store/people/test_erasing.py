"""A person is erased without a trace, and nobody else with them."""

import zlib
from pathlib import Path

import pytest

from mingqing.access.audit import Act
from mingqing.core.errors import InputRefused, NotAllowed
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.backup import automatic_backup
from mingqing.store.check import check_project
from mingqing.store.owner import owner
from mingqing.store.people import (
    correct,
    erase,
)
from mingqing.store.project import open_project
from tests.store.people.conftest import (
    NAME,
    NUMBER,
    OTHER_VILLAGE,
    PHONE,
    VILLAGE,
    WHY,
    WIFE_NUMBER,
    Place,
    add,
    as_account,
    last_change,
    row_of,
    traces,
    undo,
)


def test_nothing_of_the_person_is_left_anywhere(place: Place) -> None:
    assert len(traces(place.session, NAME, NUMBER, PHONE)) > 10
    done = erase(place.session, place.man, WHY)
    assert traces(place.session, NAME, NUMBER, PHONE) == []
    assert check_project(place.session) == []
    assert done.deleted == {"人口": 1, "从业": 1, "重点人员": 1}
    assert done.blanked == {"住户": 1, "组织": 1, "任职": 1, "重点人员": 1}


def test_what_is_not_the_persons_stays(place: Place) -> None:
    erase(place.session, place.man, WHY)
    home = row_of(place.session, "household", place.household)
    assert (home["householder"], home["phone"], home["household_no"]) == (None, None, "1")
    assert row_of(place.session, "resident", place.wife)["id_number"] == WIFE_NUMBER
    counts = place.session.counts()
    assert (counts["post"], counts["organisation"], counts["assistance"], counts["house"]) == (1, 1, 1, 1)


def test_the_last_of_a_household_takes_it_along(place: Place) -> None:
    erase(place.session, place.man, WHY)
    erase(place.session, place.wife, WHY)
    assert (
        place.session.row("household", place.household) is not None
    )  # two people live there, as far as is known
    erase(place.session, place.neighbour, WHY)
    assert place.session.row("household", place.neighbours_household) is None
    assert place.session.counts()["house"] == 1
    assert check_project(place.session) == []


def test_a_former_name_and_rows_deleted_long_ago_go_too(place: Place) -> None:
    session = place.session
    (old,) = add(session, "key_person", [{"resident": place.man, "name": "甄名远", "category": "失能"}])
    with session.transaction("edit", "不再需要") as change:
        change.delete("key_person", [old])
    correct(session, "resident", place.man, {"name": "甄名远", "phone": "00013579999"}, "先改错了")
    with session.transaction("edit", "改网格员") as change:
        change.update(
            "organisation", [i for (i,) in session.rows("organisation", ["id"])], {"head": ["甄名远"]}
        )
    correct(session, "resident", place.man, {"name": NAME, "phone": PHONE}, "再改回来")
    erase(session, place.man, WHY)
    assert traces(session, NAME, "甄名远", NUMBER, PHONE, "00013579999", "失能") == []
    assert check_project(session) == []


def test_the_same_number_entered_twice_is_one_person(place: Place) -> None:
    add(place.session, "resident", [{"name": "甄明原", "id_number": NUMBER}])
    done = erase(place.session, place.man, WHY)
    assert done.deleted["人口"] == 2
    assert traces(place.session, NAME, "甄明原", NUMBER) == []


def test_other_changes_can_still_be_undone(place: Place) -> None:
    session = place.session
    with session.transaction("edit", "改在家情况") as change:
        change.update("resident", [place.man, place.wife], {"at_home": ["外出", "外出"]})
    edited = last_change(session)
    erase(session, place.man, WHY)
    undo(session, edited)
    assert row_of(session, "resident", place.wife)["at_home"] is None
    for seq in range(edited - 1, 0, -1):  # back to the empty project, without the person coming back
        undo(session, seq)
    assert set(session.counts().values()) == {0}
    assert traces(session, NAME, NUMBER) == []


def test_the_erasure_itself_brings_nobody_back(place: Place) -> None:
    erase(place.session, place.man, WHY)
    undo(place.session, last_change(place.session))
    assert traces(place.session, NAME, NUMBER, PHONE) == []


def test_a_change_altered_after_an_erasure_is_noticed(place: Place) -> None:
    erase(place.session, place.man, WHY)
    with owner(place.session, spatial=False, writing=True) as database:
        packed = zlib.decompress(database.execute("SELECT changeset FROM mq_change WHERE seq = 2").get)
        forged = zlib.compress(packed.replace("例独居".encode(), "例独行".encode()))
        database.execute("UPDATE mq_change SET changeset = ? WHERE seq = 2", (forged,))
    assert check_project(place.session) == ["第 2 次修改的内容被改动过"]


def test_a_namesake_keeps_everything(place: Place) -> None:
    session = place.session
    (namesake,) = add(session, "resident", [{"name": NAME, "phone": "00013571234"}])
    add(session, "grid", [{"name": "第一网格", "worker": NAME}])
    add(session, "resident", [{"name": NAME}], OTHER_VILLAGE)
    done = erase(session, place.man, WHY)
    assert row_of(session, "resident", namesake)["name"] == NAME
    assert [w for (w,) in session.rows("grid", ["worker"])] == [NAME]
    assert any("网格" in sentence for sentence in done.kept)
    assert traces(session, NUMBER, PHONE) == []
    assert check_project(session) == []


def test_a_telephone_that_the_family_shares_stays_with_the_family(place: Place) -> None:
    correct(place.session, "resident", place.wife, {"phone": PHONE}, "补登电话")
    done = erase(place.session, place.man, WHY)
    assert row_of(place.session, "resident", place.wife)["phone"] == PHONE
    assert row_of(place.session, "household", place.household)["phone"] == PHONE
    assert any("1 人登记为自己的联系方式" in sentence for sentence in done.kept)


def test_texts_that_speak_of_the_person_are_pointed_out(place: Place) -> None:
    (one,) = add(
        place.session, "key_person", [{"name": "例独居", "category": "独居老人", "care": f"{NAME}帮忙买菜"}]
    )
    done = erase(place.session, place.man, WHY)
    assert any(f"重点人员 {one}" in sentence for sentence in done.kept)


def test_what_is_kept_says_where_copies_are(place: Place) -> None:
    automatic_backup(place.session)
    place.session.record(Act.PRINT, "household 村图", rows=1)
    text = erase(place.session, place.man, WHY).as_text()
    for word in ("自动备份", "“打印”", "操作日志", "已删除：人口 1 条"):
        assert word in text
    assert NAME not in text


def test_the_reason_must_not_say_who_it_was(place: Place) -> None:
    for why in ("", f"{NAME}本人申请", f"身份证{NUMBER}", f"电话{PHONE}"):
        with pytest.raises(InputRefused):
            erase(place.session, place.man, why)
    assert row_of(place.session, "resident", place.man)["name"] == NAME


def test_a_name_where_the_account_may_not_write_is_pointed_out(place: Place) -> None:
    add(place.session, "village", [{"name": "溪边村", "code": VILLAGE, "head": NAME}])
    with as_account(place.session, "本村", "village_editor", [VILLAGE]) as session:
        done = erase(session, place.man, WHY)
    assert any("请由县级编辑清除" in sentence for sentence in done.kept)
    assert traces(place.session, NUMBER, PHONE) == []
    assert check_project(place.session) == []


def test_rows_in_a_village_out_of_reach_are_not_orphaned(place: Place) -> None:
    add(place.session, "employment", [{"resident": place.man, "kind": "经商"}], OTHER_VILLAGE)
    with (
        as_account(place.session, "本村", "village_editor", [VILLAGE]) as session,
        pytest.raises(NotAllowed, match=OTHER_VILLAGE),
    ):
        erase(session, place.man, WHY)
    assert row_of(place.session, "resident", place.man)["name"] == NAME
    assert check_project(place.session) == []


def test_another_session_goes_on_after_an_erasure(place: Place) -> None:
    with place.session.clone() as other:
        bounds = other.extent()
        erase(place.session, place.man, WHY)
        assert len(other.features("house", bounds=bounds)) == 1
        with other.transaction("edit", "改层数") as change:
            change.update("house", [place.house], {"storeys": [3]})
    assert check_project(place.session) == []


def test_a_sample_villager_leaves_the_rest_as_it_was(sample_project: Path) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        names = [n for (n,) in session.rows("resident", ["name"])]
        cared = {r for (r,) in session.rows("key_person", ["resident"])}
        columns = ["id", "name", "id_number"]
        one = next(r for r in session.rows("resident", columns) if r[0] in cared and names.count(r[1]) == 1)
        before = session.counts()
        done = erase(session, one[0], WHY)
        titles = {t.title: n for n, t in session.catalog.tables.items()}
        gone = {titles[t]: n for t, n in done.deleted.items()}
        assert session.counts() == {t: n - gone.get(t, 0) for t, n in before.items()}
        assert traces(session, one[2]) == []
        assert check_project(session) == []
        undo(session, 1)
        assert set(session.counts().values()) == {0}
