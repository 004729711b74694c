"""What people keep with a project reaches those it is for, and nobody else, whatever statement asks for it."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from mingqing.access.policy import Policy
from mingqing.access.roles import Action, Role, Shows
from mingqing.core.errors import InputRefused, NotAllowed, ProjectUnavailable, StoreBug
from mingqing.core.sample import PASSWORD, USER
from mingqing.store import project
from mingqing.store.accounts import add_account
from mingqing.store.backup import automatic_backup, backup_due
from mingqing.store.connection import connect
from mingqing.store.ids import new_ids
from mingqing.store.people import erase
from mingqing.store.project import open_project
from mingqing.store.salvage import salvage_project
from mingqing.store.saved import forget, save, saved
from mingqing.store.session import Session

VIEWER, EDITOR = "查阅甲", "编辑乙"
HERE = "331124204202"
CANARY = "甄一一的家"


def as_account(session: Session, name: str, role: str) -> Session:
    """A session of the same project as this account has it."""
    policy = Policy.of([role], [HERE], session.catalog, session.login.known)
    account = replace(session.login.account, name=name, roles=(role,), villages=policy.villages)
    return Session(session.info, session.catalog, replace(session.login, account=account, policy=policy))


@pytest.fixture
def viewer(session: Session) -> Iterator[Session]:
    with as_account(session, VIEWER, "viewer") as opened:
        yield opened


@pytest.fixture
def editor(session: Session) -> Iterator[Session]:
    with as_account(session, EDITOR, "village_editor") as opened:
        yield opened


def names(session: Session, kind: str = "bookmark") -> list[str]:
    return [thing.name for thing in saved(session, kind)]


# ── For oneself, for all ─────────────────────────────────────────────────────────────────────────────────────


def test_what_is_kept_comes_back_as_it_was(session: Session) -> None:
    value = {"view": [1.5, 2], "theme": "household", "village": None, "题": "“大竹溪”"}
    made = save(session, "bookmark", " 村口 ", value, fields=["house.address", "house.address"])
    assert saved(session, "bookmark") == [made]
    assert (made.name, made.owner, made.value, made.shared) == ("村口", USER, value, False)
    assert made.fields == ("house.address",)
    assert saved(session, "basemap") == []


def test_the_same_name_of_the_same_owner_is_kept_once(session: Session) -> None:
    first = save(session, "bookmark", "村口", 1)
    save(session, "bookmark", "村口", 3, shared=True)
    save(session, "classification", "村口", 4)
    second = save(session, "bookmark", "村口", 2)
    assert second.id == first.id
    assert [(t.value, t.shared) for t in saved(session, "bookmark")] == [(2, False), (3, True)]


def test_own_things_are_not_shown_to_others_and_shared_ones_are(
    session: Session, viewer: Session, editor: Session
) -> None:
    save(session, "bookmark", CANARY, 1)
    save(session, "bookmark", "村口", 1, shared=True)
    save(viewer, "bookmark", "我的", 1)
    assert names(viewer) == ["我的", "村口"]
    assert names(editor) == ["村口"]
    assert names(session) == ["村口", CANARY]


def test_what_is_forgotten_is_gone_and_may_be_forgotten_twice(session: Session) -> None:
    thing = save(session, "bookmark", "村口", 1)
    forget(session, thing)
    forget(session, thing)
    assert names(session) == []


def test_only_who_edits_something_shares(session: Session, viewer: Session, editor: Session) -> None:
    with pytest.raises(NotAllowed, match="不能保存给全员"):
        save(viewer, "bookmark", "村口", 1, shared=True)
    thing = save(session, "bookmark", "村口", 1, shared=True)
    with pytest.raises(NotAllowed, match="不是您保存的"):
        forget(viewer, thing)
    assert names(viewer) == ["村口"]
    forget(editor, thing)
    assert names(session) == []


def test_a_read_only_project_keeps_nothing_new(empty_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        thing = save(session, "bookmark", "村口", 1)
    monkeypatch.setattr(project, "is_network_share", lambda _: True)
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        assert names(session) == ["村口"]
        with pytest.raises(ProjectUnavailable, match="只能查看"):
            save(session, "bookmark", "村尾", 1)
        with pytest.raises(ProjectUnavailable, match="只能查看"):
            forget(session, thing)


@pytest.mark.parametrize("name", ["", "　", "长" * 101])
def test_a_name_has_to_be_one(session: Session, name: str) -> None:
    with pytest.raises(InputRefused, match="名称"):
        save(session, "bookmark", name, 1)


def test_too_much_is_refused_and_what_was_there_stays(session: Session) -> None:
    save(session, "bookmark", "村口", 1)
    with pytest.raises(InputRefused, match="太多"):
        save(session, "bookmark", "村口", "长" * 1_000_001)
    assert [thing.value for thing in saved(session, "bookmark")] == [1]


# ── Fields that are not everybody's ──────────────────────────────────────────────────────────────────────────


def test_what_reveals_a_field_is_shown_to_those_who_see_it_whole(
    session: Session, viewer: Session, editor: Session
) -> None:
    save(session, "classification", "按电话", CANARY, shared=True, fields=["house.address", "resident.phone"])
    save(session, "classification", "按层数", 1, shared=True, fields=["house.storeys"])
    assert names(viewer, "classification") == ["按层数"]
    assert names(editor, "classification") == ["按层数", "按电话"]


def test_a_name_that_is_taken_by_what_one_may_not_see_is_refused(session: Session) -> None:
    save(session, "classification", "按电话", CANARY, shared=True, fields=["resident.phone"])
    half = Role("half", "半懂", "试", {"house": frozenset(Action)}, {"open": Shows.CLEAR})
    policy = Policy.of(["half"], None, session.catalog, {"half": half})
    with Session(session.info, session.catalog, replace(session.login, policy=policy)) as other:
        assert names(other, "classification") == []
        with pytest.raises(InputRefused, match="已有人用"):
            save(other, "classification", "按电话", 1, shared=True)
        save(other, "classification", "按层数", 1, shared=True)
    assert names(session, "classification") == ["按层数", "按电话"]


def test_nobody_keeps_what_reveals_a_field_that_he_does_not_see_himself(viewer: Session) -> None:
    with pytest.raises(NotAllowed, match=r"没有保存：.*打码"):
        save(viewer, "classification", "按姓名", 1, fields=["resident.name"])
    with pytest.raises(StoreBug):
        save(viewer, "classification", "按姓名", 1, fields=["resident.nothing"])


# ── Held by the engine ───────────────────────────────────────────────────────────────────────────────────────

READS = [
    *(f"SELECT {c} FROM mq_saved WHERE owner = '{USER}'" for c in ("*", "value", "name")),
    "SELECT group_concat(name || value || fields) FROM mq_saved",
    "SELECT a.value FROM mq_saved a LEFT JOIN mq_saved b ON b.id = a.id",
    "SELECT value FROM mq_saved UNION ALL SELECT name FROM mq_saved",
    "SELECT (SELECT max(name) FROM mq_saved WHERE owner NOT NULL)",
]


def test_no_statement_reads_what_is_anothers(session: Session, viewer: Session) -> None:
    save(session, "bookmark", CANARY, CANARY)
    save(session, "classification", "分类", CANARY, shared=True, fields=["resident.name"])
    for sql in READS:
        assert CANARY not in repr(viewer.query(sql))
        assert CANARY in repr(session.query(sql.replace("owner NOT NULL", "1")))


@pytest.mark.parametrize(
    "fields", ["[", "null", "5", "[null]", '[["house.address"]]', '{"a": "b"}', '["x.y"]']
)
def test_fields_that_are_no_list_of_fields_hide_the_thing(session: Session, fields: str) -> None:
    """As somebody may write into the file past the program."""
    save(session, "bookmark", "村口", 1)
    with closing(connect(session.file, session.login.key, read_only=False)) as database:
        database.execute("UPDATE mq_saved SET fields = ?", (fields,))
    assert names(session) == []


def test_no_statement_writes_what_is_anothers_though_the_program_let_it(
    session: Session, viewer: Session
) -> None:
    theirs = save(session, "bookmark", CANARY, 1).id
    save(session, "bookmark", "村口", 1, shared=True)
    own = save(viewer, "bookmark", "我的", 1)
    row = f"'bookmark', '冒充', '{USER}', '[]', '1', ''"
    with viewer._guard.writing():
        for sql in (
            "DELETE FROM main.mq_saved",
            f"DELETE FROM main.mq_saved WHERE id <> {own.id}",
            f"INSERT INTO main.mq_saved VALUES(1, {row})",
            "INSERT INTO main.mq_saved VALUES(1, 'bookmark', '公告', NULL, '[]', '1', '')",
            f"INSERT OR REPLACE INTO main.mq_saved VALUES({theirs}, {row})",
            f"INSERT OR REPLACE INTO main.mq_saved VALUES({theirs}, 'bookmark', '换', '{VIEWER}', '[]', '1', '')",
            "UPDATE main.mq_saved SET owner = NULL",
            "SELECT value FROM main.mq_saved",
        ):
            with pytest.raises((NotAllowed, apsw.ConstraintError)):
                viewer.query(sql)
    assert names(session) == ["村口", CANARY]
    assert names(viewer) == ["我的", "村口"]


# ── What else handles the whole project ──────────────────────────────────────────────────────────────────────


def test_what_was_saved_makes_a_backup_due(session: Session) -> None:
    automatic_backup(session)
    assert not backup_due(session)
    save(session, "bookmark", "村口", 1)
    assert backup_due(session)


def test_a_salvaged_project_has_what_was_saved(session: Session, tmp_path: Path) -> None:
    add_account(session, VIEWER, ["viewer"], None, "Zhu7ying-lin4")
    save(session, "bookmark", CANARY, [1], fields=["house.address"])
    save(session, "bookmark", "村口", 2, shared=True)
    done = salvage_project(session.info.path, tmp_path / "新", user=USER, password=PASSWORD)
    with open_project(done.path, user=USER, password=PASSWORD) as opened:
        assert saved(opened, "bookmark") == saved(session, "bookmark")
    with open_project(done.path, user=VIEWER, password="Zhu7ying-lin4") as opened:  # noqa: S106
        assert names(opened) == ["村口"]


def test_erasing_a_person_says_who_saved_something_about_them(session: Session, viewer: Session) -> None:
    (resident,) = new_ids(1)
    with session.transaction("edit", "录入") as change:
        row = {"village_code": [HERE], "name": ["甄一一"], "id_number": ["110101199003070118"]}
        change.insert("resident", [resident], row)
    save(viewer, "bookmark", CANARY, 1)
    save(session, "classification", "分类", {"values": ["甄一一"]}, shared=True)
    save(session, "bookmark", "村口", 1)
    (said,) = [s for s in erase(session, resident, "本人申请").kept if "书签" in s]
    assert "另有 2 个" in said
    assert VIEWER in said
    assert "全员可见" in said
    assert "甄" not in said
    assert names(viewer) == [CANARY]


def test_a_copy_of_the_project_has_them_too(session: Session, tmp_path: Path) -> None:
    save(session, "bookmark", "村口", 1)
    session.close()
    copy = shutil.copytree(session.info.path, tmp_path / "副本.mingqing")
    with open_project(copy, user=USER, password=PASSWORD) as opened:
        assert names(opened) == ["村口"]
