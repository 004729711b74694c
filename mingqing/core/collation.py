"""The order in which people expect Chinese text: by pinyin, numbers in it by size."""

import re
import unicodedata
from functools import cache

_DIGITS = re.compile(r"\d+")
_FIRST = (
    0x10000  # of the code points that stand for characters in their order; all other text comes before them
)
_TONES = "\u0304\u0301\u030c\u0300"
# Read otherwise where they are a family's name, here by another character of that sound.
_SURNAMES = str.maketrans("单仇区曾查解任盖翟覃朴缪乐尉", "善求欧增渣谢人葛宅秦瓢妙岳玉")


def collation_key(text: str, *, person: bool = False) -> str:
    """Return what `text` is to be sorted by: pinyin, then tone; digits by the number they make, before letters.

    A character is read in its most usual way, the first one of a `person`'s name as a surname. Punctuation and letters
    come before Chinese characters, those of unknown reading after them. The first call takes a third of a second.

    Examples
    --------
    >>> sorted(["竹源乡", "大竹溪", "半岭10号", "半岭2号", "安民", "A村"], key=collation_key)
    ['A村', '安民', '半岭2号', '半岭10号', '大竹溪', '竹源乡']
    >>> sorted(["甄一", "曾一", "岑一"], key=lambda name: collation_key(name, person=True))
    ['岑一', '曾一', '甄一']
    """
    if person:
        text = text[:1].translate(_SURNAMES) + text[1:]
    if not text.isalpha():
        text = _DIGITS.sub(_padded, text)
    return text.translate(_ranks())


def _padded(digits: re.Match[str]) -> str:
    return digits[0].lstrip("0").zfill(20)


@cache
def _ranks() -> dict[int, str]:
    from pypinyin.constants import PINYIN_DICT

    ordered = sorted(PINYIN_DICT, key=lambda code: (*_sound(PINYIN_DICT[code].split(",")[0]), code))
    return {code: chr(_FIRST + rank) for rank, code in enumerate(ordered)}


@cache
def _sound(syllable: str) -> tuple[str, int]:
    """Return a syllable's letters and its tone, 1 to 4, or 5 for none."""
    parts = unicodedata.normalize("NFD", syllable)
    tone = next((_TONES.index(mark) + 1 for mark in parts if mark in _TONES), 5)
    return "".join(p for p in parts if p not in _TONES), tone
