"""A village in which things happen, a clock to set, and accounts of other roles."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import shapely

from mingqing.access.policy import Policy
from mingqing.store import changes
from mingqing.store.edit import Edit, edit
from mingqing.store.session import Session

HERE, THERE = "331124204202", "331124204203"
SQUARE = shapely.box(500_000, 3_140_000, 500_010, 3_140_010)
PHONE, OTHER = "13800001111", "13900002222"
As = Callable[[str, str], Session]


class Clock:
    """The time that changes are stamped with."""

    def __init__(self) -> None:
        self.time = datetime.fromisoformat("2026-11-20T08:00:00+08:00")

    def now(self, _zone: object) -> datetime:
        return self.time

    def pass_(self, **duration: int) -> datetime:
        """Let time pass, and return the time before."""
        before = self.time
        self.time += timedelta(**duration)
        return before


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(changes, "datetime", made)
    return made


@pytest.fixture
def as_role(session: Session) -> Iterator[As]:
    """Sessions of the same project as accounts of other roles, bound to a village, have it."""
    with ExitStack() as stack:

        def made(role: str, village: str) -> Session:
            login = session.login
            policy = Policy.of([role], [village], session.catalog, login.known)
            account = replace(login.account, name=role, roles=(role,), villages=policy.villages)
            other = Session(session.info, session.catalog, replace(login, account=account, policy=policy))
            return stack.enter_context(other)

        yield made


def do(session: Session, why: str, work: Callable[[Edit], int | None]) -> int:
    """Do one finished action, and return the id that it made."""
    with edit(session, why) as e:
        return work(e) or 0


@pytest.fixture
def house(session: Session) -> int:
    return do(session, "新增农房", lambda e: e.add("house", {"village_code": HERE, "storeys": 1}, SQUARE))


@pytest.fixture
def person(session: Session) -> int:
    said = {"village_code": HERE, "name": "甄一一", "phone": PHONE}
    return do(session, "新增住户", lambda e: e.add("resident", said))
