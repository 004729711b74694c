"""Placeholders in the texts of templates, such as {village}: which there are, and putting in what they stand for."""

import re
from collections.abc import Collection, Iterable

from mingqing.core.text import tr
from mingqing.printing.template.model import Filled

WALL = (
    *("county", "township", "village", "code", "theme", "date", "year", "scale", "crs"),
    *("households", "people"),
)
"""What the texts of a wall map may hold."""
PLACE = ("county", "township", "village", "code", "date", "year")
"""What those of reports and sheets may hold."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}", re.ASCII)


def mistake(text: str, known: Collection[str]) -> str | None:
    """Return what is wrong with the placeholders of a text, None where nothing is.

    Examples
    --------
    >>> mistake("{village}{theme}", WALL) is None
    True
    >>> mistake("{town}地图", PLACE)
    '不认识“{town}”，可用的有 {county} {township} {village} {code} {date} {year}'
    """
    for found in _PLACEHOLDER.finditer(text):
        if found[1] not in known:
            every = " ".join(f"{{{name}}}" for name in known)
            return tr("不认识“{name}”，可用的有 {every}").format(name=found[0], every=every)
    if set(_PLACEHOLDER.sub("", text)) & set("{}"):
        return tr("花括号没有配对，或里面不是可用的名字")
    return None


def filled(text: str, words: Filled) -> str:
    """Return a text with its placeholders replaced; of what is not known, nothing.

    Examples
    --------
    >>> filled("{village}{theme}", {"village": "大竹溪村", "theme": "村情民情图"})
    '大竹溪村村情民情图'
    """
    return _PLACEHOLDER.sub(lambda found: words.get(found[1], ""), text).strip()


def filled_each(sentences: Iterable[str], words: Filled) -> tuple[str, ...]:
    """Return sentences with their placeholders replaced, without those that something is lacking in.

    Examples
    --------
    >>> filled_each(["全村 {people} 人。", "红色是危房。"], {"people": ""})
    ('红色是危房。',)
    """
    return tuple(
        filled(text, words)
        for text in sentences
        if all(words.get(found[1]) for found in _PLACEHOLDER.finditer(text))
    )
