"""How characters sound, and which sounds a few typed letters may stand for."""

import unicodedata
from bisect import bisect_left as bisect
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

_TONES = frozenset("\u0304\u0301\u030c\u0300")
# How a character is read as a family's name, where that is neither its first nor its second common reading.
_AS_SURNAME = {
    "仇": "qiu",
    "员": "yun",
    "尉": "yu",
    "种": "chong",
    "缪": "miao",
    "翟": "zhai",
    "万": "mo",
    "单": "shan",
    "折": "she",
    "繁": "po",
    "黑": "he",
    "盖": "ge",
    "查": "zha",
    "朴": "piao",
    "解": "xie",
    "曾": "zeng",
}
_UNLISTED = {"𠮷": "ji"}
_BEGINNINGS = frozenset([*"bpmfdtnlgkhjqxrzcsyw", "zh", "ch", "sh"])
_LONGEST = 6  # letters of a syllable
_VOWELS = frozenset("aeiouv")
_MOST_CUTS, _MOST_READINGS = 100, 8  # of what was typed


@dataclass(frozen=True)
class Sounds:
    """The syllables there are, by number from 1 in alphabetical order, and those of every character.

    first, second : by code point, the number of its most common reading and of another one (the same where there is
        none); 0 where a character has no sound.
    initials : by number, the code of a syllable's first letter.
    """

    syllables: tuple[str, ...]
    first: NDArray[np.uint16]
    second: NDArray[np.uint16]
    initials: NDArray[np.uint8]

    def of(self, codes: NDArray[np.uint32]) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
        """Return the numbers of the first and second reading of code points."""
        known = np.minimum(codes, len(self.first) - 1)
        return self.first[known], self.second[known]

    def begun_by(self, letters: str) -> tuple[int, int]:
        """Return the numbers of the syllables that begin with `letters`: from, up to and not including."""
        return bisect(self.syllables, letters) + 1, bisect(self.syllables, letters + "~") + 1

    @cached_property
    def whole(self) -> frozenset[str]:
        """The syllables that have a vowel, by which letters are cut."""
        return frozenset(s for s in self.syllables if not _VOWELS.isdisjoint(s))

    @cached_property
    def begun(self) -> frozenset[str]:
        """What syllables begin with, from one letter to all of them."""
        return frozenset(s[:n] for s in self.whole for n in range(1, len(s) + 1))


@cache
def sounds() -> Sounds:
    """Return how characters sound; the first call takes a third of a second."""
    from pypinyin.constants import PINYIN_DICT

    plain = cache(_plain)
    read: dict[int, tuple[str, ...]] = {
        code: tuple(dict.fromkeys(map(plain, listed.split(","))))[:2] for code, listed in PINYIN_DICT.items()
    }
    read |= {ord(char): (sound,) for char, sound in _UNLISTED.items()}
    read |= {ord(char): (read[ord(char)][0], sound) for char, sound in _AS_SURNAME.items()}
    syllables = tuple(sorted({sound for known in read.values() for sound in known}))
    number = {syllable: at for at, syllable in enumerate(syllables, start=1)}
    first = np.zeros(max(read) + 2, np.uint16)
    second = np.zeros_like(first)
    for code, known in read.items():
        first[code], second[code] = number[known[0]], number[known[-1]]
    initials = np.array([0, *(ord(s[0]) for s in syllables)], np.uint8)
    return Sounds(syllables, first, second, initials)


def _plain(syllable: str) -> str:
    """Return a syllable without its tone, ü as v.

    Examples
    --------
    >>> _plain("lǜ"), _plain("zhāng")
    ('lv', 'zhang')
    """
    parts = unicodedata.normalize("NFD", syllable)
    letters = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
    return letters.replace("ü", "v").replace("ê", "e")


@dataclass(frozen=True, slots=True)
class Spoken:
    """One way to read what was typed, a character of the text each.

    initials : the codes of the first letters, or of a digit. low, high : the numbers of the syllables that fit, `high`
        not included; a digit, and a lone letter too, may also stand for itself, number 0.
    """

    initials: NDArray[np.uint8]
    low: NDArray[np.uint16]
    high: NDArray[np.uint16]
    itself: NDArray[np.bool_]
    whole: bool = True


def readings(typed: str) -> list[Spoken]:
    """Return the ways to read letters, digits and characters as sounds: "zjg", "zhangjg", "zhangjianguo", "张jg".

    typed : lower case. None where it cannot be read, such as "x'y", or has no letter.
    """
    if not typed.isalnum() or not any(char.isascii() and char.isalpha() for char in typed):
        return []
    known = sounds()
    return [_spoken(parts, known) for parts in _cut(typed, known)]


def _cut(typed: str, known: Sounds) -> list[tuple[str, ...]]:
    """Return the ways to cut what was typed into syllables, beginnings of syllables, and digits; the shortest first."""
    found: dict[tuple[str, ...], None] = {}

    def cut(at: int, parts: tuple[str, ...]) -> None:
        if len(found) >= _MOST_CUTS:
            return
        if at == len(typed):
            found[parts] = None
        elif not typed[at].isascii() or typed[at].isdigit():
            cut(at + 1, (*parts, typed[at]))
        for end in range(min(at + _LONGEST, len(typed)), at, -1):
            part = typed[at:end]
            if part in known.whole or part in _BEGINNINGS or (end == len(typed) and part in known.begun):
                cut(end, (*parts, part))

    cut(0, ())
    shortest = sorted(found, key=len)[:_MOST_READINGS]
    each = tuple(typed)
    alone = all(not char.isascii() or char.isdigit() or char in known.begun for char in each)
    return [*shortest, each] if alone and each not in shortest else shortest


def _spoken(parts: tuple[str, ...], known: Sounds) -> Spoken:
    ranges = [_range(part, known) for part in parts]
    initials = [
        ord(part[0]) if part.isascii() else known.initials[low]
        for part, (low, _) in zip(parts, ranges, strict=True)
    ]
    return Spoken(
        np.array(initials, np.uint8),
        np.array([low for low, _ in ranges], np.uint16),
        np.array([high for _, high in ranges], np.uint16),
        np.array([part.isascii() and len(part) == 1 for part in parts], np.bool_),
        all(part in known.whole or not part.isalpha() or not part.isascii() for part in parts),
    )


def _range(part: str, known: Sounds) -> tuple[int, int]:
    if part.isdigit():
        return 0, 0
    if part.isascii():
        return known.begun_by(part)
    sound = int(known.of(np.array([ord(part)], np.uint32))[0][0])
    return sound, sound + (sound > 0)
