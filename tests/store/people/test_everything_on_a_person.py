"""All that is held on a person is found and told, to those who may ask."""

import json

import pytest

from mingqing.access.audit import Act
from mingqing.core.errors import InputRefused, NotAllowed
from mingqing.core.sample import USER
from mingqing.store.log import entries
from mingqing.store.people import (
    as_document,
    as_json,
    correct,
    erase,
    everything_on,
    find_people,
)
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
    row_of,
    traces,
)


def test_a_person_is_found_by_name_number_and_phone(place: Place) -> None:
    for text in (NAME, NUMBER, f" {PHONE} ", NUMBER.lower()):
        (found,) = find_people(place.session, text)
        assert (found.id, found.household, found.address) == (place.man, "1", "溪边3号")
    assert NUMBER not in found.id_number
    assert find_people(place.session, NAME[:2]) == []


def test_what_was_searched_for_is_not_in_the_log(place: Place) -> None:
    find_people(place.session, NAME)
    find_people(place.session, NUMBER)
    found = entries(place.session, acts=[Act.SEARCH])
    assert [e.rows for e in found] == [1, 1]
    assert not [e for e in found if NAME in repr(e) or NUMBER in repr(e)]


def test_everything_on_a_person_is_told(place: Place) -> None:
    record = everything_on(place.session, place.man)
    held = {(row.table, row.how.value) for row in record.rows}
    assert held == {
        ("resident", "self"),
        ("employment", "about"),
        ("key_person", "about"),
        ("household", "home"),
        ("house", "home"),
        ("assistance", "shared"),
        ("key_person", "named"),
        ("organisation", "named"),
        ("post", "named"),
    }
    own = record.rows[0]
    assert dict(own.cells)["身份证号"] == NUMBER
    assert (own.purpose, own.legal_basis, own.created_by) == ("日常服务", None, USER)
    assert record.others == 1


def test_what_is_told_leaves_out_what_is_somebody_elses(place: Place) -> None:
    page = as_document(everything_on(place.session, place.man))
    assert NUMBER in page
    assert "重病患者" not in page  # the wife's row names him as her relative
    assert WIFE_NUMBER not in page


def test_who_wrote_and_who_looked_is_told(place: Place) -> None:
    correct(place.session, "resident", place.man, {"at_home": "外出"}, "本人来电更正")
    everything_on(place.session, place.man)
    record = everything_on(place.session, place.man)
    touched = [(t.did, t.title, t.fields) for t in record.touches]
    assert ("录入", "人口", ()) in touched
    assert ("修改", "人口", ("在家或外出",)) in touched
    assert [t.why for t in record.touches if t.did == "修改"] == ["本人来电更正"]
    assert [e.act for e in record.seen] == [Act.DISCLOSE] * 2


def test_exports_since_the_person_was_entered_are_told(place: Place) -> None:
    place.session.record(Act.EXPORT, "三村.xlsx", rows=3)
    assert [e.target for e in everything_on(place.session, place.man).left] == ["三村.xlsx"]


def test_who_may_have_seen_the_person_is_told_and_who_cannot_have_is_not(place: Place) -> None:
    with as_account(place.session, "本村", "village_editor", [VILLAGE]) as session:
        session.record(Act.QUERY, "人口", rows=3)
        session.record(Act.QUERY, "农房", rows=1)
    with as_account(place.session, "邻村", "village_editor", [OTHER_VILLAGE]) as session:
        session.record(Act.QUERY, "人口", rows=9)
        session.record(Act.EXPORT, "邻村.xlsx", rows=9)
    place.session.record(Act.QUERY, "人口", rows=8, detail=OTHER_VILLAGE)
    find_people(place.session, "没有此人")
    record = everything_on(place.session, place.man)
    assert [(e.account, e.act, e.rows) for e in record.perhaps] == [
        ("本村", Act.QUERY, 3),
        (USER, Act.SEARCH, 0),
    ]
    assert record.left == ()
    assert "可能看到过" in as_document(record)


def test_a_namesakes_rows_are_not_told(place: Place) -> None:
    add(place.session, "resident", [{"name": NAME}])
    add(place.session, "grid", [{"name": "第一网格", "worker": NAME}])
    record = everything_on(place.session, place.man)
    assert record.unsure == {"网格": 1}
    assert "grid" not in {row.table for row in record.rows}
    assert "organisation" in {row.table for row in record.rows}  # his telephone stands beside the name


def test_a_record_is_json(place: Place) -> None:
    again = json.loads(json.dumps(as_json(everything_on(place.session, place.man)), ensure_ascii=False))
    assert again["rows"][0]["how"] == "self"


def test_text_in_a_record_is_not_markup(place: Place) -> None:
    correct(place.session, "resident", place.man, {"purpose": "<script>alert(1)</script>"}, "试一试")
    assert "<script>" not in as_document(everything_on(place.session, place.man))


def test_only_who_sees_people_whole_may_ask(place: Place) -> None:
    for role, villages in (("viewer", None), ("planner", None), ("auditor", None)):
        with as_account(place.session, role, role, villages) as session:
            for ask in (
                lambda s: find_people(s, NAME),
                lambda s: everything_on(s, place.man),
                lambda s: erase(s, place.man, WHY),
                lambda s: correct(s, "resident", place.man, {"at_home": "外出"}, "x"),
            ):
                with pytest.raises((NotAllowed, InputRefused)):
                    ask(session)
    assert row_of(place.session, "resident", place.man)["name"] == NAME


def test_a_village_editor_reaches_no_other_village(place: Place) -> None:
    with as_account(place.session, "邻村", "village_editor", [OTHER_VILLAGE]) as session:
        assert find_people(session, NAME) == []
        with pytest.raises(InputRefused):
            everything_on(session, place.man)
        with pytest.raises(InputRefused):
            erase(session, place.man, WHY)
    with as_account(place.session, "本村", "village_editor", [VILLAGE]) as session:
        assert [one.id for one in find_people(session, NAME)] == [place.man]
        erase(session, place.man, WHY)
    assert traces(place.session, NAME, NUMBER) == []
