"""Passwords: which are refused and why, when they are due, and how waiting grows with failures."""

import string
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingqing.access.passwords import (
    FREE_FAILURES,
    days_left,
    require_not_locked,
    require_strong,
    rotation_due,
    wait,
    weaknesses,
)
from mingqing.core.errors import InputRefused, ProjectUnavailable

NOW = datetime(2024, 6, 1, 8, 0, tzinfo=UTC)
GOOD = "Kx9!mzRt4Wq"

REFUSED = {
    "too short": ("Kx9!mzRt4", "至少要 10"),
    "two kinds": ("kxwmzrtqpb47", "至少 3 种"),
    "empty": ("", "至少要 10"),
    "run of digits": ("Ab!1234567", "相邻"),
    "run backwards": ("Zx!9876543", "相邻"),
    "keyboard row": ("Qwertyuiop1!", "相邻"),
    "keyboard columns": ("1qaz@WSX3edc", "相邻"),
    "shifted digits": ("Abcd1234!@#$", "相邻"),
    "one character over and over": ("AAAAAAAA1111!x", "反复"),
    "the same over and over": ("Kx!Kx!Kx!Kx!1", "反复"),
    "common word": ("Admin!Admin1", "常见"),
    "word spelt with figures": ("P@ssw0rd!Xq", "常见"),
    "place in pinyin": ("Songyang!x7", "常见"),
    "word and year": ("Mingqing@2024", "日期"),
    "two foreseen parts": ("Qa!2024bSongyang", "年份.*常见"),
    "mobile number": ("13800001234Ab!", "手机号"),
    "birthday": ("Zb!19500101z", "日期"),
}


@pytest.mark.parametrize(("password", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_a_guesser_tries_first_is_refused_with_the_reason(password: str, reason: str) -> None:
    with pytest.raises(InputRefused, match=reason):
        require_strong(password, "甄一一")


@pytest.mark.parametrize("password", [GOOD, "Zhu7ying-lin4", "Dazhuxi+62+Qiao", "溪水·Ab1丙丁戊己庚辛"])
def test_what_has_no_pattern_is_accepted(password: str) -> None:
    assert weaknesses(password, "甄一一") == ()


@pytest.mark.parametrize(
    ("account", "password"),
    [
        ("甄一一", "X9!zhenyiyi#Tq"),
        ("甄一一", "X9!Kmr甄一一#Tq"),
        ("甄一一", "X9!Kmr一一甄#Tq"),
        ("Lihua8", "X9!LIHUA8#TqWm"),
        ("lihua8", "X9!8auhil#TqWm"),
    ],
)
def test_the_account_its_pinyin_and_both_backwards_are_refused(account: str, password: str) -> None:
    assert weaknesses(password, "乙") == ()
    assert [w for w in weaknesses(password, account) if "账号名" in w]


def test_a_password_is_not_replaced_by_itself() -> None:
    assert weaknesses(GOOD, "甄一一", current=GOOD) == ("新密码不能和现在的密码相同",)


@given(st.text(string.ascii_letters, min_size=1), st.text(string.ascii_letters, min_size=1))
def test_no_sentence_quotes_the_password_or_the_account(password: str, account: str) -> None:
    said = "".join(weaknesses(password, account))
    assert said
    assert not set(said) & set(string.ascii_letters)


@given(st.text(alphabet="abcdefgh1234", max_size=30))
def test_two_kinds_of_characters_never_do_however_long(password: str) -> None:
    assert weaknesses(password, "甄一一")


def test_a_password_holds_ninety_days_and_reminds_for_the_last_fourteen() -> None:
    changed = date(2024, 1, 1)
    assert rotation_due(changed, changed + timedelta(days=75)) is None
    assert "14 天到期" in str(rotation_due(changed, changed + timedelta(days=76)))
    assert "1 天到期" in str(rotation_due(changed, changed + timedelta(days=89)))
    assert "超过 90 天" in str(rotation_due(changed, changed + timedelta(days=90)))
    assert "超过 90 天" in str(rotation_due(changed, changed + timedelta(days=400)))


def test_a_clock_set_back_makes_no_password_last_longer_than_a_new_one() -> None:
    assert (
        days_left(date(2024, 6, 1), date(2000, 1, 1)) == days_left(date(2024, 6, 1), date(2024, 6, 1)) == 90
    )


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 0), (4, 0), (5, 10), (6, 20), (7, 40), (8, 60), (50, 60)]
)
def test_waiting_doubles_from_the_fifth_failure_to_an_hour(failures: int, minutes: int) -> None:
    assert wait([NOW] * failures, NOW) == timedelta(minutes=minutes)


MOMENTS = st.lists(
    st.timedeltas(min_value=timedelta(days=-3), max_value=timedelta(days=3)).map(lambda d: NOW + d),
    max_size=12,
)


@given(MOMENTS)
def test_one_more_failure_never_shortens_the_wait_and_none_is_over_an_hour(failures: list[datetime]) -> None:
    before, after = wait(failures, NOW), wait([*failures, NOW], NOW)
    assert timedelta() <= before <= after <= timedelta(hours=1)
    assert wait(failures[::-1], NOW) == before


@given(MOMENTS)
def test_waiting_ends_when_it_said_and_with_a_wrong_clock_as_well(failures: list[datetime]) -> None:
    past = [f for f in failures if f <= NOW]
    assert wait(past, NOW + wait(past, NOW)) == timedelta()
    assert wait(failures, NOW + timedelta(days=5)) == timedelta()


def test_waiting_counts_from_the_last_failure_not_the_first() -> None:
    earlier = [NOW - timedelta(hours=5)] * FREE_FAILURES
    assert wait([*earlier, NOW], NOW + timedelta(minutes=4)) == timedelta(minutes=6)


def test_failures_of_the_day_before_are_forgotten() -> None:
    old = [NOW - timedelta(days=1)] * 20
    assert wait([*old, *[NOW] * FREE_FAILURES], NOW) == timedelta()


def test_a_login_while_waiting_is_refused_with_the_minutes_rounded_up() -> None:
    failures = [NOW - timedelta(seconds=30)] * 5
    with pytest.raises(ProjectUnavailable, match="请 10 分钟后再试"):
        require_not_locked(failures, NOW)
    require_not_locked(failures, NOW + timedelta(minutes=10))
