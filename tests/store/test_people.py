"""The rights of a person: all that is held on them, corrected, and erased without a trace; terms of keeping."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import apsw
import numpy as np
import pytest
import shapely

from mingqing.access.audit import Act
from mingqing.catalog.values import id_check_character
from mingqing.core.errors import InputRefused, NotAllowed
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.accounts import add_account
from mingqing.store.backup import automatic_backup
from mingqing.store.changes import Value
from mingqing.store.check import check_project
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.log import entries
from mingqing.store.owner import owner
from mingqing.store.people import (
    as_document,
    as_json,
    correct,
    due,
    erase,
    erase_rows,
    everything_on,
    find_people,
    keep_longer,
)
from mingqing.store.project import open_project
from mingqing.store.session import Session

VILLAGE, OTHER_VILLAGE = "331124201215", "331124201216"
SPARE = "Zhu7ying-lin4"
WHY = "本人申请删除"


def id_number(day: str, order: int) -> str:
    first = f"999999{day}{order:03d}"
    return first + id_check_character(first)


NAME, NUMBER, PHONE = "甄明远", id_number("19480312", 117), "00013570001"
WIFE, WIFE_NUMBER = "贾秀兰", id_number("19500620", 118)


@dataclass(frozen=True)
class Place:
    """A house with a couple in it, a neighbour who lives alone, and whatever names the husband."""

    session: Session
    house: int
    household: int
    man: int
    wife: int
    neighbour: int
    neighbours_household: int


def add(
    session: Session, table: str, rows: Sequence[dict[str, Value]], village: str | None = VILLAGE
) -> list[int]:
    ids = list(new_ids(len(rows)))
    names = {name for row in rows for name in row}
    columns: dict[str, Sequence[Value]] = {name: [row.get(name) for row in rows] for name in names}
    shapes = None
    if session.catalog.tables[table].has_geometry and table in {
        "house",
        "organisation",
    }:  # the others stay off the map
        shapes = encode(np.array([shapely.Point(500_000 + i, 3_140_000) for i in range(len(rows))]), 4549)
    with session.transaction("import", "导入 花名册.xlsx") as change:
        change.insert(table, ids, {**columns, "village_code": [village] * len(rows)}, shapes)
    return ids


@pytest.fixture
def place(session: Session) -> Place:
    (house,) = add(session, "house", [{"house_no": "F001", "address": "溪边3号"}])
    home, alone = add(
        session,
        "household",
        [
            {"householder": NAME, "household_no": "1", "house": house, "people_count": 2, "phone": PHONE},
            {"householder": "例独居", "household_no": "2", "people_count": 1, "phone": "00013570009"},
        ],
    )
    man, wife, neighbour = add(
        session,
        "resident",
        [
            {"name": NAME, "id_number": NUMBER, "phone": PHONE, "household": home, "purpose": "日常服务"},
            {"name": WIFE, "id_number": WIFE_NUMBER, "household": home},
            {"name": "例独居", "household": alone, "phone": "00013570009"},
        ],
    )
    add(session, "employment", [{"resident": man, "kind": "务农"}, {"resident": wife, "kind": "务农"}])
    add(
        session,
        "key_person",
        [
            {"resident": man, "name": NAME, "house": house, "category": "残疾人", "need": f"身份证 {NUMBER}"},
            {
                "resident": wife,
                "name": WIFE,
                "category": "重病患者",
                "relative": NAME,
                "relative_phone": PHONE,
            },
        ],
    )
    add(session, "assistance", [{"helper": "样干部", "household": home, "need": "就医"}])
    (office,) = add(session, "organisation", [{"name": "老年人协会", "head": NAME, "phone": PHONE}])
    add(session, "post", [{"organisation": office, "name": NAME, "title": "会长", "phone": PHONE}])
    return Place(session, house, home, man, wife, neighbour, alone)


def as_account(session: Session, name: str, role: str, villages: list[str] | None) -> Session:
    add_account(session, name, [role], villages, SPARE)
    return open_project(session.info.path, user=name, password=SPARE)


def row_of(session: Session, table: str, row: int) -> dict[str, object]:
    found = session.row(table, row)
    assert found is not None
    return found


def traces(session: Session, *words: str) -> list[str]:
    """Where one of these is: in a row of any table, a change of the history, or a page of the decrypted file."""
    found = []
    with owner(session, spatial=False) as database:
        image = database.serialize("main")
        found += [f"page: {w}" for w in words if w.encode() in image]
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if "VIRTUAL" in database.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).get:
                continue
            rows = repr(database.execute(f'SELECT * FROM "{table}"').fetchall())
            found += [f"{table}: {w}" for w in words if w in rows]
        for seq, packed in database.execute("SELECT seq, changeset FROM mq_change"):
            raw = zlib.decompress(packed)
            found += [f"change {seq}: {w}" for w in words if w.encode() in raw]
    return found


def undo(session: Session, seq: int) -> None:
    with owner(session, spatial=True) as database, database:
        packed = database.execute("SELECT changeset FROM mq_change WHERE seq = ?", (seq,)).get
        apsw.Changeset.apply(apsw.Changeset.invert(zlib.decompress(packed)), database)


def last_change(session: Session) -> int:
    with owner(session, spatial=False) as database:
        return int(database.execute("SELECT max(seq) FROM mq_change").get)


# ── To see ───────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── To be erased ─────────────────────────────────────────────────────────────────────────────────────────────


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
