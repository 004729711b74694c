"""Accounts: how they are kept, what may be granted together, and that somebody is left to manage them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingqing.access.accounts import (
    RECOVERY,
    Account,
    after_separation,
    require_good_name,
    require_grantable,
    require_security_admin,
)
from mingqing.access.roles import roles
from mingqing.core.errors import InputRefused, NotAllowed

accounts = st.builds(
    Account,
    name=st.text(min_size=1),
    roles=st.sets(st.sampled_from(sorted(roles()))).map(lambda held: tuple(sorted(held))),
    villages=st.none() | st.frozensets(st.text(), max_size=3),
    public=st.binary(min_size=32, max_size=32),
    changed_on=st.dates(),
    must_change=st.booleans(),
    disabled=st.booleans(),
)
ONE = Account("甲", ("viewer",), None, bytes(32), date(2026, 1, 1))


def account(name: str, *held: str, disabled: bool = False) -> Account:
    return replace(ONE, name=name, roles=held, disabled=disabled)


@given(accounts)
def test_an_account_is_read_back_as_it_was_kept(kept: Account) -> None:
    back = Account.from_json(kept.name, kept.as_json())
    assert back == kept
    assert back.proof() == kept.proof()


@given(accounts, accounts)
def test_the_proof_tells_any_two_states_apart(one: Account, other: Account) -> None:
    assert (one.proof() == other.proof()) == (one == other)


def test_no_village_is_not_every_village() -> None:
    nowhere = replace(ONE, villages=frozenset())
    assert Account.from_json("甲", nowhere.as_json()).villages == frozenset()
    assert nowhere.proof() != ONE.proof()


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "null", "[]", "{}", "1", '"甲"', "[" * 100_000),
        ONE.as_json().replace('"public"', '"publik"'),
        ONE.as_json().replace("2026-01-01", "gestern"),
        ONE.as_json().replace('"2026-01-01"', "1"),
        ONE.as_json().replace("0000", "xyzz", 1),
        ONE.as_json().replace('["viewer"]', "5"),
        ONE.as_json().replace('"villages": null', '"villages": 5'),
    ],
    ids=lambda text: text[:40],
)
def test_what_is_no_account_is_not_taken_for_one(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of json, of date, of bytes: all mean the same
        Account.from_json("甲", text)


@pytest.mark.parametrize("name", ["张三", "zhang.san", "李 四", "一", "字" * 32])
def test_names_of_people_and_posts_are_good_names(name: str) -> None:
    require_good_name(name)


@pytest.mark.parametrize("name", ["", " ", " 张三", "张三 ", "字" * 33, "张\n三", "张\0", "\u200b", RECOVERY])
def test_other_names_are_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(InputRefused, match="账号名"):
        require_good_name(name)


def grant(*codes: str, separate: bool) -> None:
    require_grantable([roles()[code] for code in codes], separate=separate)


def test_a_duty_may_come_with_work_only_until_the_duties_are_separate() -> None:
    grant("county_editor", "security_admin", separate=False)
    for codes in (["security_admin"], ["auditor"], ["county_editor", "planner"]):
        grant(*codes, separate=True)
    for codes in (["county_editor", "security_admin"], ["viewer", "auditor"], ["system_admin", "viewer"]):
        with pytest.raises(NotAllowed, match="不能兼任"):
            grant(*codes, separate=True)


@pytest.mark.parametrize("separate", [False, True])
def test_an_account_has_a_role(separate: bool) -> None:  # noqa: FBT001
    with pytest.raises(NotAllowed, match="至少要有一个角色"):
        grant(separate=separate)


NOBODY_LEFT: dict[str, Iterable[Account]] = {
    "nobody": [],
    "editors alone": [account("甲", "county_editor"), account("乙", "auditor")],
    "a disabled one": [account("甲", "security_admin", disabled=True), account("乙", "viewer")],
    "one of a role that is no more": [account("甲", "guardian")],
}


@pytest.mark.parametrize("left", NOBODY_LEFT.values(), ids=NOBODY_LEFT)
def test_a_project_that_nobody_could_manage_is_refused(left: Iterable[Account]) -> None:
    with pytest.raises(NotAllowed, match="最后一个安全管理员"):
        require_security_admin(left, roles())


def test_one_security_administrator_is_enough() -> None:
    require_security_admin(
        [account("甲", "viewer"), account("乙", "county_editor", "security_admin")], roles()
    )


def test_separating_leaves_the_duty_or_else_everything() -> None:
    assert after_separation(account("甲", "county_editor", "security_admin"), roles()) == ("security_admin",)
    assert after_separation(account("乙", "county_editor", "planner"), roles()) == (
        "county_editor",
        "planner",
    )
    assert after_separation(account("丙", "gone"), roles()) == ("gone",)
