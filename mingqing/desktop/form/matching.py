"""Which of some choices a few typed letters mean: characters, pinyin, initials. No Qt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_LONGEST = 100  # typed letters that are looked at


@dataclass(frozen=True, slots=True)
class Option:
    """A choice: what is stored, what is shown, what tells it from others, and how it may be typed."""

    value: str | int
    title: str
    brief: str = ""
    keys: tuple[str, ...] = ()


def option(value: str | int, title: str, brief: str = "", *, more: Iterable[str] = ()) -> Option:
    """Return a choice that its characters, pinyin and initials find. The first call takes a moment: call it in a job.

    Examples
    --------
    >>> option("砖混", "砖混").keys
    ('砖混', 'zh', 'zhuanhun')
    """
    from pypinyin import lazy_pinyin

    syllables = [s.lower() for s in lazy_pinyin(title)]
    keys = (title.lower(), "".join(s[:1] for s in syllables), "".join(syllables))
    return Option(
        value, title, brief, (*keys, *(m.lower() for m in more), *([brief.lower()] if brief else []))
    )


def matching(options: Sequence[Option], typed: str, most: int = 50) -> list[Option]:
    """Return the choices that `typed` may mean, what begins with it first, else in the order given.

    Examples
    --------
    >>> found = matching([option(1, "钢筋混凝土"), option(2, "砖混")], "zh")
    >>> [o.title for o in found]
    ['砖混']
    """
    text = "".join(typed.lower().split())[:_LONGEST]
    if not text:
        return list(options[:most])
    begins = [o for o in options if any(key.startswith(text) for key in o.keys)]
    within = [o for o in options if o not in begins and any(text in key for key in o.keys)]
    return [*begins, *within][:most]
