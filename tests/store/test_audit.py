"""The log of a project: what is done stands in it with its proof, only who may reads it, nothing takes it out again."""

import csv
import io
from pathlib import Path

import apsw
import numpy as np
import pytest
import shapely

from mingqing.access.audit import Act, Entry
from mingqing.core.cells import inert_cell
from mingqing.core.errors import InputRefused, NotAllowed
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.accounts import add_account
from mingqing.store.audit import verify
from mingqing.store.check import check_project
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.log import TITLES, as_csv, as_row, entries
from mingqing.store.owner import owner
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.inside import alter, query

OTHERS, VILLAGE = "Zhu7ying-lin4", "331124204202"


def add_house(session: Session, number: str = "001") -> None:
    with session.transaction("edit", f"录入 {number}") as change:
        shape = encode(np.array([shapely.box(0, 0, 9, 9)]), session.info.epsg)
        change.insert("house", new_ids(1), {"house_no": [number], "village_code": [VILLAGE]}, shape)


def add_resident(session: Session) -> int:
    (one,) = new_ids(1)
    with session.transaction("edit", "录入") as change:
        change.insert("resident", [one], {"name": ["样一"], "sex": ["女"], "phone": ["13800001234"]})
    return one


def enter(session: Session, user: str, password: str = OTHERS) -> Session:
    return open_project(session.info.path, user=user, password=password)


# ── What is in it ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_change_is_logged_with_its_rows_and_the_hash_of_its_record(session: Session) -> None:
    add_house(session)
    newest, *_ = entries(session)
    assert (newest.account, newest.act, newest.target) == (USER, "edit", "农房")
    assert (newest.rows, newest.outcome, newest.detail) == (1, "done", "录入 001")
    ((chained, at),) = query(session, "SELECT hash, at FROM mq_change")
    assert (newest.proof, newest.at) == (f"change:{chained.hex()}", at)


def give_up(session: Session) -> None:
    with session.transaction("edit", "半途") as change:
        change.insert("house", new_ids(1), {"house_no": ["1"]})
        raise KeyError


def test_a_change_that_fails_and_one_of_nothing_are_not_in_it(session: Session) -> None:
    before = entries(session)
    with pytest.raises(KeyError):
        give_up(session)
    with session.transaction("edit", "空"):
        pass
    assert entries(session) == before
    session.record(Act.SEARCH)
    assert [e.seq for e in entries(session)] == [before[0].seq + 1, *(e.seq for e in before)]


def test_what_is_recorded_is_read_back_as_it_was(session: Session) -> None:
    session.record(Act.SEARCH, "居民", rows=7, outcome="refused", detail="“引号”\n与换行", proof="ab")
    newest, *_ = entries(session)
    recorded = (newest.act, newest.target, newest.rows, newest.outcome, newest.detail, newest.proof)
    assert recorded == ("search", "居民", 7, "refused", "“引号”\n与换行", "ab")
    assert check_project(session) == []


def test_two_windows_write_one_chain(session: Session) -> None:
    with session.clone() as other:
        for number in range(3):
            add_house(session, f"0{number}")
            other.record(Act.SEARCH, "居民")
            add_house(other, f"1{number}")
    seqs = [e.seq for e in entries(session)]
    assert seqs == list(range(len(seqs), 0, -1))
    assert check_project(session) == []


# ── Clear view on request ────────────────────────────────────────────────────────────────────────────────────


def test_a_value_asked_for_is_shown_once_the_log_has_the_reason(session: Session) -> None:
    one = add_resident(session)
    add_account(session, "规划", ["planner"], None, OTHERS)
    with enter(session, "规划") as planner:
        assert planner.rows("resident", ["sex"]) == [(None,)]
        assert planner.unmask("resident", one, "sex", "核对转移名单") == "女"
        assert planner.rows("resident", ["sex"]) == [(None,)]
    newest, *_ = entries(session)
    assert (newest.account, newest.act, newest.rows) == ("规划", "unmask", 1)
    assert newest.target == f"人口 {one}"
    assert "核对转移名单" in newest.detail
    assert "女" not in newest.detail


def test_without_a_reason_or_the_right_nothing_is_shown(session: Session) -> None:
    one = add_resident(session)
    add_account(session, "规划", ["planner"], None, OTHERS)
    add_account(session, "查阅", ["viewer"], None, OTHERS)
    before = len(entries(session, acts=["unmask"]))
    with enter(session, "规划") as planner:
        for reason in ("", "  \n"):
            with pytest.raises(InputRefused, match="理由"):
                planner.unmask("resident", one, "sex", reason)
        with pytest.raises(NotAllowed):
            planner.unmask("resident", one, "id_number", "想看")
    with enter(session, "查阅") as viewer, pytest.raises(NotAllowed):
        viewer.unmask("resident", one, "phone", "想看")
    assert len(entries(session, acts=["unmask"])) == before


def test_a_row_of_another_village_is_not_shown_on_request_either(session: Session) -> None:
    one = add_resident(session)  # of no village
    add_account(session, "规划", ["planner"], [VILLAGE], OTHERS)
    with enter(session, "规划") as planner:
        assert planner.unmask("resident", one, "sex", "核对") is None


# ── Who reads it ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ["viewer", "county_editor", "system_admin", "planner"])
def test_others_do_not_read_it(session: Session, role: str) -> None:
    add_account(session, "甲", [role], None, OTHERS)
    with enter(session, "甲") as theirs, pytest.raises(NotAllowed, match="审计员"):
        entries(theirs)


def test_the_auditor_reads_all_of_it(session: Session) -> None:
    add_account(session, "审计", ["auditor"], None, OTHERS)
    with enter(session, "审计") as auditor:
        assert entries(auditor) == entries(session)


def test_entries_are_found_by_account_act_time_and_number(session: Session) -> None:
    add_account(session, "甲", ["county_editor"], None, OTHERS)
    with enter(session, "甲") as theirs:
        theirs.record(Act.SEARCH, "居民")
        theirs.record(Act.EXPORT, "农房")
    assert {e.account for e in entries(session, account="甲")} == {"甲"}
    assert [e.act for e in entries(session, acts=["search", "export"])] == ["export", "search"]
    assert len(entries(session, limit=2)) == 2
    today = entries(session)[0].at[:10]
    assert entries(session, since=today, until=today) == entries(session)
    assert entries(session, until="2000-01-01") == entries(session, since="2999-01-01") == []
    assert entries(session, account="' OR 1 --") == entries(session, acts=["') OR 1 --"]) == []


# ── Nothing takes it out again ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM mq_audit",
        "DELETE FROM mq_audit WHERE seq = 1",
        "UPDATE mq_audit SET account = '别人'",
        "UPDATE mq_audit SET seq = 999 WHERE seq = 1",
    ],
)
def test_no_statement_alters_it_even_past_the_guard(session: Session, sql: str) -> None:
    before = query(session, "SELECT * FROM mq_audit")
    with pytest.raises(apsw.ConstraintError):
        alter(session, sql)
    assert query(session, "SELECT * FROM mq_audit") == before


UNLOCKED = "DROP TRIGGER mq_audit_kept; DROP TRIGGER mq_audit_unchanged;"
SPOILT = {
    "one gone": ("DELETE FROM mq_audit WHERE seq = 2", "第 2 条被删除"),
    "several gone": ("DELETE FROM mq_audit WHERE seq IN (2, 3)", "第 2 到第 3 条被删除"),
    "the last gone": ("DELETE FROM mq_audit WHERE seq > 4", "第 5 到第"),
    "all gone": ("DELETE FROM mq_audit", "第 1 到第"),
    "one altered": ("UPDATE mq_audit SET detail = '没事' WHERE seq = 3", "第 3 条被改动或调换过"),
    "two changed about": (
        ("UPDATE mq_audit SET seq = -1 WHERE seq = 2; UPDATE mq_audit SET seq = 2 WHERE seq = 3;"
         "UPDATE mq_audit SET seq = 3 WHERE seq = -1"),
        "第 2 条被改动或调换过",
    ),
    "one replaced": (
        ("CREATE TABLE x AS SELECT * FROM mq_audit; UPDATE x SET seq = 3 WHERE seq = 2;"
         "INSERT OR REPLACE INTO mq_audit SELECT * FROM x LIMIT 1 OFFSET 1"),
        "第 3 条被改动或调换过",
    ),
    "one added": ("INSERT INTO mq_audit VALUES(99, '2026', '甲', 'edit', '', 1, 'done', '', '', x'00')", "条被删除"),
    "another head": ("UPDATE mq_meta SET value = '1:00' WHERE key = 'audit_head'", "日志末尾与另外记下的不符"),
    "no head": ("DELETE FROM mq_meta WHERE key = 'audit_head'", "日志末尾与另外记下的不符"),
    "a head of nonsense": ("UPDATE mq_meta SET value = 'x' WHERE key = 'audit_head'", "日志末尾与另外记下的不符"),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "says"), SPOILT.values(), ids=SPOILT)
def test_what_was_done_to_it_past_the_program_is_named(session: Session, sql: str, says: str) -> None:
    for number in ("001", "002"):
        add_house(session, number)
    with owner(session, spatial=False) as database:
        assert verify(database) == []
    alter(session, UNLOCKED + sql)
    with owner(session, spatial=False) as database:
        found = verify(database)
    assert any(says in problem for problem in found)


def test_what_was_done_shows_in_the_check_of_a_project(session: Session) -> None:
    alter(session, f"{UNLOCKED} DELETE FROM mq_audit WHERE seq = 2")
    assert "第 2 条被删除" in check_project(session)


# ── For people ───────────────────────────────────────────────────────────────────────────────────────────────

ENTRY = Entry(
    7, "2026-05-01T08:30:00+08:00", "甲", Act.EXPORT, "农房", None, "refused", "没有权限", "change:ab"
)


def test_a_row_is_what_people_read() -> None:
    row = dict(zip(TITLES, as_row(ENTRY), strict=True))
    assert row["时间"] == "2026-05-01 08:30:00"
    assert (row["操作"], row["结果"], row["条数"], row["摘要"]) == ("导出", "被拒绝", "", "ab")


def test_the_exported_log_opens_in_excel_with_its_titles_and_every_entry(session: Session) -> None:
    session.record(Act.EXPORT, '带,逗号"引号"\n换行', rows=3)
    raw = as_csv(entries(session))
    assert raw.startswith(b"\xef\xbb\xbf")
    titles, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert titles == list(TITLES)
    assert len(rows) == len(entries(session))
    assert rows[0][4:6] == ['带,逗号"引号"\n换行', "3"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "|"])
def test_no_cell_is_taken_for_a_formula(session: Session, start: str) -> None:
    cell = f"{start}cmd|'/c calc'!A1"
    assert inert_cell(cell) == f"'{cell}"
    session.record(Act.EXPORT, cell, detail=cell)
    ((_, *_), newest, *_) = csv.reader(io.StringIO(as_csv(entries(session)).decode("utf-8-sig"), newline=""))
    assert all(not part.startswith(start) for part in newest)


def test_numbers_and_ordinary_words_stay_as_they_are() -> None:
    assert [inert_cell(v) for v in ("张三", "", 5, -3, None)] == ["张三", "", 5, -3, None]


def test_reading_the_log_of_a_project_that_only_opens_for_reading(
    empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingqing.store.project.is_network_share", lambda _: True)
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        assert [e.act for e in entries(session)] == ["login", "account", "role"]
        assert check_project(session) == []
