"""The index: every text that the account may find rows by, once, and the rows that hold it.

It is in memory alone, made through the session's views: what the account may not see is not in it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mingqing.search.facets import Facets
from mingqing.search.gather import Shelf, gather
from mingqing.search.numbering import Numbering
from mingqing.search.sounds import sounds
from mingqing.search.texts import Texts

if TYPE_CHECKING:
    from mingqing.store.session import Session

TITLE, OTHER, PLACE = (
    0,
    1,
    2,
)  # how a text belongs to a row: it names it, is in another field, is where it stands
_KINDS = 4  # an entry is the document times this, and how the text belongs to it


@dataclass(frozen=True, repr=False)
class Words:
    """Texts that are not ASCII alone, and how they sound, character by character.

    initials : two (m,) arrays of the codes of first letters, of a letter or digit itself, by first and second reading.
    sounds : two (m,) arrays of syllables likewise, see `mingqing.search.sounds`. owner : (m,) the number of the text.
    """

    texts: Texts
    initials: tuple[NDArray[np.uint8], NDArray[np.uint8]]
    sounds: tuple[NDArray[np.uint16], NDArray[np.uint16]]
    owner: NDArray[np.int32]

    @classmethod
    def of(cls, texts: Texts) -> "Words":
        """Return texts with their sounds."""
        known, codes = sounds(), np.asarray(texts.codes, np.uint32)
        small = np.where((codes >= ord("A")) & (codes <= ord("Z")), codes + 32, codes)
        itself = np.where(codes < 128, small, 0).astype(np.uint8)
        first, second = known.of(codes)
        initials = [np.where(itself, itself, known.initials[read]) for read in (first, second)]
        owner = np.repeat(np.arange(len(texts), dtype=np.int32), texts.lengths + 1)
        return cls(texts, (initials[0], initials[1]), (first, second), np.append(owner[:1] * 0, owner))


@dataclass(frozen=True, repr=False)
class Segment:
    """Some rows and their texts. Texts are numbered through: first the words, then the numbers.

    words : texts with Chinese characters. numbers : ASCII: telephones, identity numbers, house numbers.
    first : (tables + 1,) the document with which each shelf begins. entries : document × 4 + how it has the text.
    ends : (texts + 1,) where the entries of each text begin. gone : (documents,) rows that another segment has newer.
    """

    words: Words
    numbers: Texts
    shelves: tuple[Shelf, ...]
    villages: tuple[str, ...]
    first: NDArray[np.int64]
    entries: NDArray[np.int32]
    ends: NDArray[np.int32]
    gone: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, shelves: list[Shelf], numbering: Numbering, villages: Numbering) -> "Segment":
        """Return the segment of shelves whose texts `numbering` has."""
        words, numbers, final = numbering.finished()
        named = tuple(shelf.renumbered(final) for shelf in shelves)
        first = np.cumsum([0, *map(len, named)])
        entries, ends = _entries(named, first, len(words) + len(numbers))
        return cls(
            Words.of(words),
            numbers,
            named,
            tuple(villages.texts),
            first,
            entries,
            ends,
        )

    def __len__(self) -> int:
        return int(self.first[-1])

    def text(self, number: int) -> str:
        """Return a text by its number."""
        words = len(self.words.texts)
        return self.words.texts[number] if number < words else self.numbers[number - words]

    @cached_property
    def village_of(self) -> NDArray[np.int32]:
        """(documents,) the number of each one's village."""
        return np.concatenate([np.zeros(0, np.int32), *(shelf.villages for shelf in self.shelves)])

    def without(self, ids: Mapping[str, Iterable[int]]) -> "Segment":
        """Return the segment with these rows, by table, marked as gone."""
        gone = np.zeros(len(self), np.bool_)
        for shelf, first in zip(self.shelves, self.first, strict=False):
            at = shelf.rows_of(np.array(sorted(ids.get(shelf.table.name, ())), np.int64))
            gone[first + at[at >= 0]] = True
        return replace(self, gone=gone)


def _entries(
    shelves: tuple[Shelf, ...], first: NDArray[np.int64], texts: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the entries in order of the texts, and where those of each text begin."""
    parts = [np.zeros(0, np.int64)]
    for shelf, begin in zip(shelves, first, strict=False):
        documents = np.arange(begin, begin + len(shelf))
        columns = [(shelf.texts[name], _kind(shelf, name)) for name in shelf.searched]
        for numbers, kind in [*columns, (shelf.at, PLACE)]:
            held = numbers >= 0
            entry = documents[held] * _KINDS + kind
            parts.append(numbers[held].astype(np.int64) << 32 | entry)
    packed = np.concatenate(parts)
    packed.sort()
    counts = np.bincount(packed >> 32, minlength=texts)
    return (packed & 0xFFFFFFFF).astype(np.int32), np.append(0, np.cumsum(counts)).astype(np.int32)


def _kind(shelf: Shelf, name: str) -> int:
    return TITLE if name in shelf.layout.heading else OTHER


@dataclass(frozen=True, repr=False)
class Index:
    """What is searched. Never changed: `mingqing.search.follow.refreshed` returns another.

    segments : the rows as they were when it was made, and those that have changed since. changed : their ids by table.
    facets : the words that stand for a village, a township, a table or a kind.
    """

    segments: tuple[Segment, ...]
    facets: Facets
    changed: Mapping[str, frozenset[int]]

    @classmethod
    def build(
        cls,
        session: "Session",
        *,
        stop: Callable[[], bool] | None = None,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> "Index":
        """Return the index of all that the account sees; three seconds for a county of 777,000 rows.

        Parameters
        ----------
        stop : asked every few milliseconds; the building then ends in `Cancelled`.
        progress : called as `progress(title of a table, done, total)`.
        """
        numbering, villages = Numbering(), Numbering()
        shelves = gather(session, numbering, villages, stop=stop, progress=progress)
        return cls((Segment.of(shelves, numbering, villages),), Facets.of(session), {})

    def __len__(self) -> int:
        return sum(len(s) - (0 if s.gone is None else int(s.gone.sum())) for s in self.segments)

    @property
    def size_bytes(self) -> int:
        """How much memory its arrays take."""
        return sum(array.nbytes for segment in self.segments for array in _arrays(segment))


def _arrays(thing: object) -> Iterable[NDArray[np.generic]]:
    if isinstance(thing, np.ndarray):
        yield thing
    elif isinstance(thing, tuple | list):
        for each in thing:
            yield from _arrays(each)
    elif isinstance(thing, dict):
        yield from _arrays(list(thing.values()))
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from _arrays(getattr(thing, field.name))
