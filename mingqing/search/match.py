"""Which texts a term fits, and how well."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from mingqing.search.index import Segment, Words
from mingqing.search.sounds import Spoken, readings, sounds
from mingqing.search.texts import Codes, Positions, Texts, scan, wide
from mingqing.search.typos import one_off

if TYPE_CHECKING:
    from collections.abc import Sequence

# How well a text fits, the best first: it is what was typed; begins, for a number also ends, with it; has it in it;
# sounds like it, likewise; sounds like other characters that were typed; has it but for one character.
WHOLE, BEGUN, WITHIN, SOUND, ALIKE, TYPO = 0, 1, 2, 3, 6, 7
_SHORT_NUMBER = 2  # digits that are looked for as a number of their own alone
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


def match(segment: Segment, term: str, *, loose: bool = False) -> Matches:
    """Return the texts of a segment that a term fits.

    Parameters
    ----------
    term : lower case, not empty.
    loose : also those that sound the same, and those with one character wrong, missing, too many, or out of turn.
    """
    return Matches.best_of([*_exact(segment, term), *_spoken(segment, term), *(_loose(segment, term) if loose else ())])


# ── As it is written ─────────────────────────────────────────────────────────────────────────────────────────


def _exact(segment: Segment, term: str) -> Iterator[Matches]:
    words = segment.words
    for written in dict.fromkeys((term, term.upper())):
        yield _in_words(words, written)
        yield _in_numbers(segment.numbers, written, len(words.texts))


def _in_words(words: Words, written: str) -> Matches:
    codes = words.texts.codes
    at = scan(codes, wide(written))
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
    if not written.isascii():
        return _none()
    if len(written) <= _SHORT_NUMBER:
        at = scan(numbers.codes, np.frombuffer(f"\0{written}\0".encode(), np.uint8)) + 1
    else:
        at = scan(numbers.codes, np.frombuffer(written.encode(), np.uint8))
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


def _none() -> Matches:
    return Matches(np.zeros(0, np.int64), np.zeros(0, np.uint8), np.zeros(0, np.int32), np.zeros(0, np.int32))


# ── As it sounds ─────────────────────────────────────────────────────────────────────────────────────────────


def _spoken(segment: Segment, term: str) -> Iterator[Matches]:
    words, heads = segment.words, dict[int, Positions]()
    for spoken in readings(term):
        head = int(spoken.initials[0])
        if head not in heads:
            heads[head] = _sounding(words, head, begun=len(term) == 1)
        at = _pronounced(words, heads[head], spoken)
        yield _levelled(words.texts, at, words.owner[at], len(spoken.initials), 0, base=SOUND)


def _sounding(words: Words, initial: int, *, begun: bool) -> Positions:
    """Return the characters that begin with a letter, those alone with which a text begins or all."""
    first, second = words.initials
    if not begun:
        return np.flatnonzero((first == initial) | (second == initial))
    starts = words.texts.starts[:-1]
    return starts[(first[starts] == initial) | (second[starts] == initial)].astype(np.int64)


def _pronounced(words: Words, at: Positions, spoken: Spoken) -> Positions:
    """Return those of the positions `at` at which a text sounds as was typed."""
    at = at[at < len(words.owner) - len(spoken.initials)]
    for step, (initial, low, high, itself) in enumerate(
        zip(spoken.initials, spoken.low, spoken.high, spoken.itself, strict=True)
    ):
        first, second = words.sounds[0][at + step], words.sounds[1][at + step]
        fits = ((first >= low) & (first < high)) | ((second >= low) & (second < high))
        if itself:
            fits |= (first == 0) & (words.initials[0][at + step] == initial)
        at = at[fits]
    return at


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
    known = sounds()
    for numbers in known.of(wide(term)):
        if numbers.all():
            initials = known.initials[numbers]
            spoken = Spoken(initials, numbers, numbers + np.uint16(1), np.zeros(len(numbers), np.bool_))
            at = _pronounced(words, _sounding(words, int(initials[0]), begun=False), spoken)
            found = _levelled(words.texts, at, words.owner[at], len(term), 0)
            yield Matches(found.texts, np.full(len(at), ALIKE, np.uint8), found.at, found.length)


def _nearly(
    texts: Texts, at: Positions, length: NDArray[np.int32], owner: NDArray[np.integer[Any]], typed: int, before: int
) -> Matches:
    """A short term must be all of the text, or there would be too many."""
    offset = (at - texts.starts[owner]).astype(np.int32)
    kept = (offset >= 0) & (offset + length <= texts.lengths[owner])
    if typed <= _SHORTEST_TYPO:
        kept &= (offset == 0) & (length == texts.lengths[owner])
    level = np.full(int(kept.sum()), TYPO, np.uint8)
    return Matches(owner[kept].astype(np.int64) + before, level, offset[kept], length[kept])
