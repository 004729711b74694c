"""Values asked for with a reason, of many rows at once."""

from dataclasses import replace

import pytest

from mingqing.access.audit import Act
from mingqing.access.policy import Policy
from mingqing.access.roles import Action
from mingqing.core.errors import InputRefused, NotAllowed
from mingqing.store.asked import whole
from mingqing.store.changes import Value
from mingqing.store.ids import new_ids
from mingqing.store.log import entries
from mingqing.store.session import Session

VILLAGES = "331124204202", "331124204203"


def as_role(session: Session, role: str, *villages: str) -> Session:
    policy = Policy.of((role,), villages or None, session.catalog)
    return Session(session.info, session.catalog, replace(session.login, policy=policy))


def residents(session: Session) -> list[int]:
    with session.transaction("edit", "登记") as change:
        rows: dict[str, list[Value]] = {
            "name": ["甄一", "贾二"],
            "sex": ["男", "女"],
            "birth_date": ["1950-01-01", "1990-01-01"],
            "village_code": list(VILLAGES),
        }
        change.insert("resident", ids := new_ids(2), rows)
    return ids


def test_who_says_why_gets_them_and_the_log_has_the_reason_once(session: Session) -> None:
    ids = residents(session)
    with as_role(session, "planner") as planner, as_role(session, "auditor") as auditor:
        assert planner.rows("resident", ["sex"]) == [(None,), (None,)]
        found = whole(planner, "resident", ("sex", "birth_date"), ids, "打印明白卡", action=Action.PRINT)
        assert found == {ids[0]: ("男", "1950-01-01"), ids[1]: ("女", "1990-01-01")}
        last, before = entries(auditor, limit=2)
        assert (last.act, last.rows, last.detail) == (Act.UNMASK, 2, "性别、出生日期：打印明白卡")
        assert before.act != Act.UNMASK
        assert planner.rows("resident", ["sex"]) == [(None,), (None,)]


def test_rows_out_of_reach_are_not_among_them(session: Session) -> None:
    ids = residents(session)
    with as_role(session, "planner", VILLAGES[0]) as planner:
        assert set(whole(planner, "resident", ("sex",), ids, "打印明白卡")) == {ids[0]}


@pytest.mark.parametrize(
    ("role", "field", "action"),
    [
        ("viewer", "sex", Action.SEE),
        ("planner", "id_number", Action.SEE),
        ("planner", "sex", Action.EXPORT),
        ("security_admin", "sex", Action.PRINT),
    ],
)
def test_who_may_not_ask_is_refused(session: Session, role: str, field: str, action: Action) -> None:
    ids = residents(session)
    with as_role(session, role) as asking, pytest.raises(NotAllowed):
        whole(asking, "resident", (field,), ids, "打印明白卡", action=action)


def test_no_reason_is_refused(session: Session) -> None:
    with as_role(session, "planner") as planner, pytest.raises(InputRefused, match="理由"):
        whole(planner, "resident", ("sex",), [1], "  ")
