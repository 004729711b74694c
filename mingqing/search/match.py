"""Which texts a term fits, and how well."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from mingqing.search.index import Segment, Words
from mingqing.search.sounds import Spoken, readings, sounds
from mingqing.search.texts import Codes, Positions, Texts, wide
from mingqing.search.typos import one_off

if TYPE_CHECKING:
    from collections.abc import Sequence

# How well a text fits, the best first: it is what was typed; begins, for a number also ends, with it; has it in it;
# sounds like it, likewise; sounds like other characters that were typed; has it but for one character.
WHOLE, BEGUN, WITHIN, SOUND, ALIKE, TYPO = 0, 1, 2, 3, 6, 7
_SHORT_NUMBER = 2  # digits that are looked for as a number of their own alone
_AREA_DIGITS = (3, 4)
_SHORTEST_TYPO, _SHORTEST_NUMBER_TYPO = 3, 7  # characters that may have one wrong


@dataclass(frozen=True, slots=True)
class Matches:
    """Texts that fit: (n,) their numbers in ascending order, how well, from which character on, and how many."""

    texts: NDArray[np.int64]
    level: NDArray[np.uint8]
    at: NDArray[np.int32]
    length: NDArray[np.int32]

    @classmethod
    def best_of(cls, parts: "Sequence[Self]") -> Self:
        """Return each text once, as well as it fits."""
        texts = np.concatenate([part.texts for part in parts])
        level = np.concatenate([part.level for part in parts])
        order = np.argsort(texts * 8 + level, kind="stable")
        first = np.append(True, np.diff(texts[order]) > 0)[: len(order)]
        kept = order[first]
        at = np.concatenate([part.at for part in parts])[kept]
        return cls(texts[kept], level[kept], at, np.concatenate([part.length for part in parts])[kept])

    def of(self, text: int) -> tuple[int, int, int] | None:
        """Return how well a text fits: level, first character, number of characters; None where it does not."""
        at = int(np.searchsorted(self.texts, text))
        if at == len(self.texts) or self.texts[at] != text:
            return None
        return int(self.level[at]), int(self.at[at]), int(self.length[at])


def match(segment: Segment, term: str) -> Matches:
    """Return the texts of a segment that a term, in lower case and not empty, fits by its characters or sounds."""
    return Matches.best_of([*_exact(segment, term), *_spoken(segment, term)])


def match_loosely(segment: Segment, term: str, found: Matches) -> Matches:
    """Return also the texts that sound like a term, or are it but for one slip; `found` : those it fits anyway."""
    return Matches.best_of([found, *_loose(segment, term)])


# ── As it is written ─────────────────────────────────────────────────────────────────────────────────────────


def _exact(segment: Segment, term: str) -> Iterator[Matches]:
    words = segment.words
    for written in dict.fromkeys((term, term.upper())):
        yield _in_words(words, written)
        yield _in_numbers(segment.numbers, written, len(words.texts))
    for dashed in _dashed(term):
        yield _in_numbers(segment.numbers, dashed, len(words.texts))


def _dashed(term: str) -> list[str]:
    """Return how the digits of a landline are written with its area code, of three or four, set apart."""
    if not (term.isascii() and term.isdigit() and term.startswith("0")):
        return []
    return [f"{term[:n]}-{term[n:]}" for n in _AREA_DIGITS if len(term) >= n + _SHORT_NUMBER]


def _in_words(words: Words, written: str) -> Matches:
    codes = words.texts.codes
    at = words.texts.scan(written)
    owner = words.owner[at]
    if written.isascii() and written.isdigit():
        alone = ~_is_digit(codes[at - 1]) & ~_is_digit(codes[at + len(written)])
        if len(written) <= _SHORT_NUMBER:
            at, owner, alone = at[alone], owner[alone], alone[alone]
    else:
        alone = np.zeros(len(at), np.bool_)
    return _levelled(words.texts, at, owner, len(written), 0, alone=alone)


def _is_digit(codes: Codes) -> NDArray[np.bool_]:
    return (codes >= ord("0")) & (codes <= ord("9"))


def _in_numbers(numbers: Texts, written: str, before: int) -> Matches:
    """`before` : how many texts are numbered before these."""
    at = numbers.scan(f"\0{written}\0") + 1 if len(written) <= _SHORT_NUMBER else numbers.scan(written)
    ends = numbers.codes[at + len(written)] == 0
    return _levelled(numbers, at, numbers.owners(at), len(written), before, alone=ends)


def _levelled(
    texts: Texts,
    at: Positions,
    owner: NDArray[np.integer[Any]],
    length: int,
    before: int,
    *,
    alone: NDArray[np.bool_] | None = None,
    base: int = WHOLE,
) -> Matches:
    """Return matches, each as `base` says, or one or two less where it is not the whole text, not its beginning.

    alone : those that count as much as beginnings.
    """
    offset = (at - texts.starts[owner]).astype(np.int32)
    begun = offset == 0
    level = np.where(begun & (texts.lengths[owner] == length), base, np.where(begun, base + 1, base + 2))
    if alone is not None:
        level = np.where(alone, np.minimum(level, base + 1), level)
    return Matches(
        owner.astype(np.int64) + before,
        level.astype(np.uint8),
        offset,
        np.full(len(at), length, np.int32),
    )


# ── As it sounds ─────────────────────────────────────────────────────────────────────────────────────────────


def _spoken(segment: Segment, term: str) -> Iterator[Matches]:
    """Yield the texts that sound as was typed; what would cut a syllable that is whole counts for less."""
    words, hearing = segment.words, _Hearing(segment.words)
    ways = readings(term)
    plain = any(way.whole for way in ways)
    for way in ways:
        at = hearing.places(way, begun=len(term) == 1)
        found = _levelled(words.texts, at, words.owner[at], len(way.initials), 0, base=SOUND)
        if plain and not way.whole:
            found = replace(found, level=np.full(len(at), SOUND + 2, np.uint8))
        yield found


class _Hearing:
    """Where words sound like something. Where each letter begins a syllable is found once."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._begun: dict[int, NDArray[np.bool_]] = {}

    def places(self, way: Spoken, *, begun: bool = False) -> Positions:
        """Return where words sound as is wanted, those places alone with which a text begins or all."""
        initials = way.initials.tolist()
        if begun:
            starts = self._words.texts.starts[:-1]
            at = starts[self._beginning(initials[0])[starts]].astype(np.int64)
        else:
            end = len(self._words.owner) - len(initials)
            there = self._beginning(initials[0])[:end]
            for step, initial in enumerate(initials[1:3], start=1):
                there = there & self._beginning(initial)[step : end + step]
            at = np.flatnonzero(there)
        for step in range(len(initials)):
            at = at[self._fits(at + step, way, step)]
        return at

    def _beginning(self, initial: int) -> NDArray[np.bool_]:
        if initial not in self._begun:
            first, second = self._words.initials
            self._begun[initial] = (first == initial) | (second == initial)
        return self._begun[initial]

    def _fits(self, at: Positions, way: Spoken, step: int) -> NDArray[np.bool_]:
        low, high = way.low[step], way.high[step]
        first, second = self._words.sounds[0][at], self._words.sounds[1][at]
        fits: NDArray[np.bool_] = ((first >= low) & (first < high)) | ((second >= low) & (second < high))
        if way.itself[step]:
            fits |= (first == 0) & (self._words.initials[0][at] == way.initials[step])
        return fits


# ── Nearly ───────────────────────────────────────────────────────────────────────────────────────────────────


def _loose(segment: Segment, term: str) -> Iterator[Matches]:
    words, numbers = segment.words, segment.numbers
    if not term.isascii():
        if len(term) > 1:
            yield from _alike(words, term)
        if len(term) >= _SHORTEST_TYPO:
            at, length = one_off(words.texts.codes, wide(term))
            yield _nearly(words.texts, at, length, words.owner[at], len(term), 0)
    elif len(term) >= _SHORTEST_NUMBER_TYPO and any(char.isdigit() for char in term):
        at, length = one_off(numbers.codes, np.frombuffer(term.upper().encode(), np.uint8))
        yield _nearly(numbers, at, length, numbers.owners(at), len(term), len(words.texts))


def _alike(words: Words, term: str) -> Iterator[Matches]:
    """Yield texts that sound as the characters of a term do, all by their first reading or all by another."""
    known, hearing = sounds(), _Hearing(words)
    for numbers in known.of(wide(term)):
        if numbers.all():
            none = np.zeros(len(numbers), np.bool_)
            at = hearing.places(Spoken(known.initials[numbers], numbers, numbers + np.uint16(1), none))
            yield _nearly(words.texts, at, np.full(len(at), len(term)), words.owner[at], len(term), 0, ALIKE)


def _nearly(
    texts: Texts,
    at: Positions,
    length: NDArray[np.integer[Any]],
    owner: NDArray[np.integer[Any]],
    typed: int,
    before: int,
    level: int = TYPO,
) -> Matches:
    """A short term must be all of the text, or there would be too many."""
    offset = (at - texts.starts[owner]).astype(np.int32)
    kept = (offset >= 0) & (offset + length <= texts.lengths[owner])
    if typed <= _SHORTEST_TYPO:
        kept &= (offset == 0) & (length == texts.lengths[owner])
    levels = np.full(int(kept.sum()), level, np.uint8)
    return Matches(owner[kept].astype(np.int64) + before, levels, offset[kept], length[kept].astype(np.int32))
