"""What is held on people is corrected, and looked at again once its term is over."""

from datetime import date, timedelta

import pytest

from mingqing.access.audit import Act
from mingqing.core.errors import InputRefused
from mingqing.store.backup import automatic_backup
from mingqing.store.check import check_project
from mingqing.store.log import entries
from mingqing.store.people import (
    correct,
    due,
    erase,
    erase_rows,
    keep_longer,
)
from mingqing.store.session import Session
from tests.store.people.conftest import (
    NAME,
    NUMBER,
    OTHER_VILLAGE,
    PHONE,
    VILLAGE,
    WHY,
    WIFE,
    Place,
    add,
    last_change,
    row_of,
    traces,
)

# ── To correct ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_correction_is_checked_and_logged(place: Place) -> None:
    changed = correct(
        place.session, "resident", place.man, {"phone": "0001357 0002", "name": NAME}, "换了号码"
    )
    assert changed.fields == ("手机号",)
    assert row_of(place.session, "resident", place.man)["phone"] == "00013570002"
    assert entries(place.session, limit=1)[0].act == Act.CORRECT
    assert entries(place.session, limit=1)[0].detail == "换了号码"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"id_number": NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")}, "录错了"),
        ({"name": ""}, "录错了"),
        ({"household": 12345}, "录错了"),
        ({"updated_by": "别人"}, "录错了"),
        ({"no_such_field": "1"}, "录错了"),
        ({"name": "甄明元"}, ""),
        ({"name": "甄明元"}, f"把{NAME}改成甄明元"),
        ({"name": "甄明元"}, "长" * 300),
    ],
)
def test_a_correction_that_will_not_do_changes_nothing(
    place: Place, values: dict[str, object], why: str
) -> None:
    before = row_of(place.session, "resident", place.man), last_change(place.session)
    with pytest.raises(InputRefused):
        correct(place.session, "resident", place.man, values, why)
    assert (row_of(place.session, "resident", place.man), last_change(place.session)) == before


# ── Terms ────────────────────────────────────────────────────────────────────────────────────────────────────

TODAY = date.today()  # noqa: DTZ011


def test_rows_past_their_term_queue_up(place: Place) -> None:
    terms = ["2025", "2025-12", "2025-12-31", "2026", "2026-01-01", None]
    ids = add(
        place.session,
        "employment",
        [{"resident": place.wife, "kind": "务农", "keep_until": term} for term in terms],
    )
    found = due(place.session, date(2026, 1, 1))
    assert [d.id for d in found] == ids[:3]
    assert {(d.table, d.name, d.village) for d in found} == {("employment", f"{WIFE}：务农", VILLAGE)}
    assert len(due(place.session, date(2027, 1, 1))) == 5


def test_samples_have_rows_past_their_term(sample_session: Session) -> None:
    found = due(sample_session, date(2026, 9, 30))
    assert {"resident", "key_person", "employment", "assistance"} == {d.table for d in found}


def test_a_reviewed_row_is_kept_longer_with_a_reason(place: Place) -> None:
    with place.session.transaction("edit", "期限") as change:
        change.update("resident", [place.man], {"keep_until": ["2025-12-31"]})
    until = TODAY + timedelta(days=365)
    assert keep_longer(place.session, "resident", [place.man], until, "仍住本村") == 1
    assert due(place.session, TODAY) == []
    assert "仍住本村" in entries(place.session, limit=1)[0].detail
    for ids, day, why in (([place.man], TODAY, "过去"), ([1], until, "没有"), ([place.man], until, " ")):
        with pytest.raises(InputRefused):
            keep_longer(place.session, "resident", ids, day, why)


def test_a_reviewed_row_is_erased_from_the_history_too(place: Place) -> None:
    (row,) = add(
        place.session, "employment", [{"resident": place.wife, "kind": "经商", "place": "义乌某市场"}]
    )
    done = erase_rows(place.session, "employment", [row], "到期")
    assert done.deleted == {"从业": 1}
    assert traces(place.session, "义乌某市场") == []
    assert check_project(place.session) == []
    with pytest.raises(InputRefused):
        erase_rows(place.session, "resident", [place.man], "到期")
    with pytest.raises(InputRefused):
        erase_rows(place.session, "employment", [row], "到期")


# ── Only what is so ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("told", [NAME, NUMBER, PHONE])
def test_the_reason_of_a_correction_must_not_say_whose_it_is(place: Place, told: str) -> None:
    (work,) = [i for i, who in place.session.rows("employment", ["id", "resident"]) if who == place.man]
    before = last_change(place.session)
    for table, row, values in (
        ("resident", place.man, {"at_home": "外出"}),
        ("employment", work, {"kind": "经商"}),
    ):
        with pytest.raises(InputRefused, match="理由"):
            correct(place.session, table, row, values, f"{told}来电更正")
    assert last_change(place.session) == before


def test_of_a_household_only_what_was_cleared_is_said_to_be(place: Place) -> None:
    text = erase(place.session, place.wife, WHY).as_text()
    assert "户的记录保留" in text
    assert "已清空" not in text


def test_a_house_is_spoken_of_only_where_there_is_one(place: Place) -> None:
    works = [i for (i,) in place.session.rows("employment", ["id"])]
    assert "农房" not in erase_rows(place.session, "employment", works, "到期").as_text()
    assert "农房" not in erase(place.session, place.neighbour, WHY).as_text()
    assert "农房" in erase(place.session, place.man, WHY).as_text()


def test_an_erasure_says_that_files_and_backups_bring_people_back(place: Place) -> None:
    automatic_backup(place.session)
    text = erase(place.session, place.man, WHY).as_text()
    assert "请同时在原表里删掉" in text
    assert "备份恢复，会把此人带回来" in text


def test_a_table_of_no_people_is_refused_by_its_title(place: Place) -> None:
    with pytest.raises(InputRefused, match=r"“农房”的记录不能这样删除，可以的有：.*重点"):
        erase_rows(place.session, "house", [place.house], WHY)


def test_a_term_is_not_put_off_for_ever(place: Place) -> None:
    far = date.today() + timedelta(days=365 * 11)  # noqa: DTZ011
    with pytest.raises(InputRefused, match="10 年"):
        keep_longer(place.session, "resident", [place.man], far, "仍在帮扶")


def test_a_corrected_number_is_pointed_out_where_it_stands_besides(place: Place) -> None:
    done = correct(place.session, "resident", place.man, {"phone": "00013570002"}, "换了号码")
    (elsewhere,) = [r for r in done.remarks if "旧号码" in r]
    assert "还有 4 条记录写着旧号码" in elsewhere
    assert f"住户.联系电话 {place.household}" in elsewhere
    assert row_of(place.session, "household", place.household)["phone"] == PHONE
    assert any("请同时改好原来的表" in r for r in done.remarks)
    assert PHONE not in "".join(done.remarks)


def test_a_corrected_name_is_pointed_out_in_the_same_village(place: Place) -> None:
    add(place.session, "organisation", [{"name": "别村协会", "head": NAME}], OTHER_VILLAGE)
    done = correct(place.session, "resident", place.man, {"name": "甄明元"}, "录错一个字")
    (elsewhere,) = [r for r in done.remarks if "旧姓名" in r]
    assert f"住户.户主 {place.household}" in elsewhere
    assert "还有 5 条" in elsewhere  # household, two of key_person, organisation, post


def test_a_correction_that_replaces_nothing_has_no_remarks(place: Place) -> None:
    assert correct(place.session, "resident", place.man, {"at_home": "外出"}, "补上").remarks == ()
