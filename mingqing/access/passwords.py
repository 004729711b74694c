"""Passwords: which are good enough, how long they last, and how long to wait after wrong ones.

GB/T 22239-2019 (等保二级, 7.1.4.1) asks for complexity, regular change and a limit on failures, without numbers.
Assessors commonly look for eight characters of three kinds, 90 days, and five failures. Ten characters are asked for
here because a project folder can be carried away and tried without any lockout: docs/decisions/0014-roles.md.
"""

import re
import secrets
import string
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from mingqing.core.errors import InputRefused, ProjectUnavailable
from mingqing.core.text import tr

MIN_LENGTH, MIN_KINDS = 10, 3
MAX_AGE, REMIND_BEFORE = timedelta(days=90), timedelta(days=14)
FREE_FAILURES = 4
_WAIT, _LONGEST_WAIT = timedelta(minutes=10), timedelta(hours=1)
_FORGOTTEN_AFTER = timedelta(days=1)

_MIN_UNFORESEEN = 6
_SHORTEST_RUN = 3
_LEGIBLE = "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXY34679"
_ROWS = (
    *("`1234567890-=", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./", "~!@#$%^&*()_+"),
    *("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "!qaz", "@wsx", "#edc"),
    *(string.ascii_lowercase, string.digits),
)
_NEIGHBOURS = frozenset(pair for row in _ROWS for line in (row, row[::-1]) for pair in pairwise(line))
_WORDS = (
    *(
        "password",
        "passwd",
        "admin",
        "root",
        "user",
        "test",
        "guest",
        "login",
        "welcome",
        "hello",
        "office",
        "china",
    ),
    *(
        "iloveyou",
        "woaini",
        "mima",
        "kouling",
        "guanliyuan",
        "zhongguo",
        "zhejiang",
        "lishui",
        "songyang",
        "mingqing",
    ),
    *(
        "xiangzhen",
        "cunwei",
        "cunmin",
        "wangge",
        "ditu",
        "fangzai",
        "xinxi",
        "bangong",
        "dangzhengban",
        "nihao",
    ),
)
_LEET = str.maketrans("@4031!$57", "aaoeiisst")
# A mobile number, a day, a month, a year; the longest first, because what is found is taken out.
_NUMBERS = re.compile(
    r"1[3-9]\d{9}|(?:19|20)\d\d[-./]?(?:0[1-9]|1[0-2])[-./]?(?:0[1-9]|[12]\d|3[01])|(?:19|20)\d\d(?:0[1-9]|1[0-2])?"
)


def weaknesses(password: str, account: str, *, current: str | None = None) -> tuple[str, ...]:
    """Return what is wrong with a new password, a Chinese sentence each; empty where it is good enough.

    Parameters
    ----------
    account : the name of the account, which must not be part of it, nor its pinyin.
    current : the password that it replaces, where it is at hand.

    Examples
    --------
    >>> weaknesses("Zhu7ying-lin4", "甄一一")
    ()
    >>> weaknesses("Songyang@2024", "甄一一")
    ('密码里有日期、年份或手机号、常见的单词或拼音，去掉之后剩下的太少，请换成没有规律的组合',)
    """
    found = []
    if len(password) < MIN_LENGTH:
        found.append(tr("密码至少要 {n} 个字符").format(n=MIN_LENGTH))
    if _kinds(password) < MIN_KINDS:
        found.append(tr("密码要包含大写字母、小写字母、数字、符号中的至少 {n} 种").format(n=MIN_KINDS))
    if password == current:
        found.append(tr("新密码不能和现在的密码相同"))
    plain = "".join(c for c in password.lower() if c.isalnum())
    if any(name in plain for name in _spellings(account)):
        found.append(tr("密码里不能包含账号名、账号名的拼音或倒写"))
    left, kinds = _without_foreseen(password.lower())
    if kinds and left < _MIN_UNFORESEEN:
        # The kinds alone: a sentence may end up in a log, and what it quoted would be half of a password.
        found.append(
            tr("密码里有{kinds}，去掉之后剩下的太少，请换成没有规律的组合").format(kinds="、".join(kinds))
        )
    return tuple(found)


def new_password(account: str) -> str:
    """Return a password to hand to somebody: good enough, and of letters that are not mistaken for one another."""
    while True:
        groups = ("".join(secrets.choice(_LEGIBLE) for _ in range(4)) for _ in range(3))
        password = "-".join(groups)
        if not weaknesses(password, account):
            return password


def require_strong(password: str, account: str, *, current: str | None = None) -> None:
    """Refuse a new password that is not good enough.

    Raises
    ------
    InputRefused
        saying everything that is wrong with it.
    """
    if found := weaknesses(password, account, current=current):
        raise InputRefused("；".join(found))


def _kinds(password: str) -> int:
    """Return how many of capitals, small letters, digits and anything else there are."""
    kinds = (string.ascii_uppercase, string.ascii_lowercase, string.digits)
    known = sum(any(c in kind for c in password) for kind in kinds)
    return known + any(c not in "".join(kinds) for c in password)


def _spellings(account: str) -> Iterator[str]:
    """Yield an account's name, its pinyin, and both backwards, in lower case; two letters alone are no name."""
    from pypinyin import lazy_pinyin

    name = "".join(c for c in account.lower() if c.isalnum())
    for spelling in {name, "".join(lazy_pinyin(name))}:
        if len(spelling) >= _SHORTEST_RUN or not spelling.isascii():
            yield from {spelling, spelling[::-1]} - {""}


def _without_foreseen(password: str) -> tuple[int, tuple[str, ...]]:
    """Return how much is left of a password without what a guesser tries first, and the kinds of what was taken."""
    left, kinds = password, []
    for kind, find in _FORESEEN:
        for part in sorted(find(left), key=len, reverse=True):
            if part in left:
                left = left.replace(part, _CUT)  # a cut keeps the ends from growing into something new
                kinds.append(tr(kind))
    return len(left.replace(_CUT, "")), tuple(dict.fromkeys(kinds))


def _runs(text: str) -> Iterator[str]:
    """Yield the stretches of at least three characters that follow one another on the keyboard or in the alphabet."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or (text[end - 1], text[end]) not in _NEIGHBOURS:
            if end - start >= _SHORTEST_RUN:
                yield text[start:end]
            start = end


def _repeats(text: str) -> Iterator[str]:
    """Yield the stretches that say the same three times over."""
    return (found[0] for found in re.finditer(r"(.+?)\1{2,}", text))


def _words(text: str) -> Iterator[str]:
    """Yield the common words, those among them that are spelt with figures and signs."""
    plain = text.translate(_LEET)
    return (text[m.start() : m.end()] for word in _WORDS for m in re.finditer(word, plain))


_CUT = "\n"
_FORESEEN: tuple[tuple[str, Callable[[str], Iterable[str]]], ...] = (
    ("日期、年份或手机号", _NUMBERS.findall),
    ("键盘上或顺序上相邻的字符", _runs),
    ("反复出现的字符", _repeats),
    ("常见的单词或拼音", _words),
)


def days_left(changed_on: date, today: date) -> int:
    """Return for how many days a password still holds; negative once it is overdue.

    A clock set back to before the change counts as the day of the change.
    """
    return (MAX_AGE - max(today - changed_on, timedelta())).days


def rotation_due(changed_on: date, today: date) -> str | None:
    """Return the reminder to show at login, None while there is time.

    Examples
    --------
    >>> rotation_due(date(2024, 1, 1), date(2024, 3, 26))
    '密码还有 5 天到期，请尽快更换'
    """
    left = days_left(changed_on, today)
    if left > REMIND_BEFORE.days:
        return None
    if left > 0:
        return tr("密码还有 {n} 天到期，请尽快更换").format(n=left)
    return tr("密码已超过 {n} 天没有更换，请现在更换").format(n=MAX_AGE.days)


def wait(failures: Sequence[datetime], now: datetime) -> timedelta:
    """Return how long an account must wait before it may try again; zero where it may now.

    Four wrong passwords cost nothing; the fifth ten minutes, each further one twice as long, an hour at most.
    Failures a day away are forgotten. This slows whoever sits at the program, not whoever copied the folder.

    Parameters
    ----------
    failures : times of wrong passwords since the last right one, in any order, with time zone as `now`.
        Times to come, left by a clock that has been set back, count by their distance: a wrong clock locks nobody
        out for longer than a right one, and whoever may set the clock could end the wait by setting it forward.
    """
    recent = [away for t in failures if (away := abs(now - t)) < _FORGOTTEN_AFTER]
    beyond = len(recent) - FREE_FAILURES
    if beyond <= 0:
        return timedelta()
    doubled = _WAIT * (1 << min(beyond - 1, 10))
    return max(min(doubled, _LONGEST_WAIT) - min(recent), timedelta())


def require_not_locked(failures: Sequence[datetime], now: datetime) -> None:
    """Refuse a login while the account has to wait.

    Raises
    ------
    ProjectUnavailable
        saying for how many minutes.
    """
    if left := wait(failures, now):
        minutes = -(-left // timedelta(minutes=1))
        raise ProjectUnavailable(
            tr("密码连续输错 {n} 次，账号暂时锁定，请 {minutes} 分钟后再试").format(
                n=len(failures), minutes=minutes
            )
        )
