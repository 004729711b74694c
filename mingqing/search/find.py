"""Asking the index: what fits, the best and nearest first, by table."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mingqing.search.describe import Hit, describe
from mingqing.search.facets import Facet, Facets
from mingqing.search.gather import Shelf
from mingqing.search.index import OTHER, PLACE, TITLE, Index, Segment
from mingqing.search.match import Matches, match, match_loosely
from mingqing.search.query import Query, joined, mended, read, split

_SHARE = 5  # of the hits, at least, to each group while they last
_NO = 255  # the score of what does not fit
_AS_FACET = 7  # the score of what a term stands for: after texts that begin with it
_FAR_M2 = 1e14  # where something is that is nowhere: ten thousand kilometres, squared


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one table; `count` is of all that fit, `hits` may be only the first."""

    table: str
    title: str
    count: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """What fits, in groups, the best first; `notice` is to be said, `ms` is how long it took.

    loose : it fits only but for a slip, or by its sound.
    """

    groups: tuple[Group, ...]
    total: int
    ms: float
    loose: bool = False
    notice: str = ""

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The hits of all groups, in order."""
        return tuple(hit for group in self.groups for hit in group.hits)


class _Scored(NamedTuple):
    """What of a segment fits: its documents, how well, and what each term found, by which that is told."""

    segment: Segment
    documents: NDArray[np.int64]
    score: NDArray[np.uint16]
    matches: tuple[Matches, ...]


def find(
    index: Index,
    text: str,
    *,
    near: tuple[float, float] | None = None,
    limit: int = 20,
    village: str | None = None,
) -> Results:
    """Return what fits a text that somebody typed.

    Parameters
    ----------
    text : words that all have to fit: parts of names, addresses and numbers, pinyin or its initials, villages, tables,
        kinds. Where nothing fits, slips of one character are allowed for. Nothing in it is special.
    near : x, y in the project's CRS, metres: of what fits alike, the nearest comes first.
    limit : how many hits are described; `total` and `count` are of all.
    village : only rows of this village, by code.
    """
    started = time.perf_counter()
    asking = _Asking(index, village)
    written = read(index.facets, text)
    query = joined(index.facets, written) or written
    found, loose = asking.ask(query), False
    for other, slips in _others(index.facets, written):
        if not _count(found) and other is not None:
            query, found, loose = other, asking.ask(other, loose=slips), slips
    groups = _groups(index, query, found, near, limit)
    return Results(groups, _count(found), (time.perf_counter() - started) * 1000, loose, query.notice)


def _others(facets: Facets, query: Query) -> Iterator[tuple[Query | None, bool]]:
    """Yield what may have been meant by what was written, and whether slips are allowed for."""
    yield query, False
    yield split(facets, query), False
    yield query, True
    yield mended(facets, query), False


def _count(found: Sequence[_Scored]) -> int:
    return sum(len(scored.documents) for scored in found)


# ── What fits ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Asking:
    """One question, asked again more loosely: what a term fits as it is written is found once."""

    index: Index
    village: str | None
    _known: dict[tuple[int, str], Matches] = field(default_factory=dict)

    def ask(self, query: Query, *, loose: bool = False) -> list[_Scored]:
        """Return what of each segment fits all terms."""
        if not query.terms:
            return []
        return [self._score(n, segment, query, loose) for n, segment in enumerate(self.index.segments)]

    def _score(self, number: int, segment: Segment, query: Query, loose: bool) -> _Scored:  # noqa: FBT001
        total = np.zeros(len(segment), np.uint16)
        fits = np.ones(len(segment), np.bool_) if segment.gone is None else ~segment.gone
        if self.village is not None:
            fits &= _in_villages(segment, frozenset({self.village}))
        matches = []
        for term in query.terms:
            found = self._known.get((number, term.text)) or match(segment, term.text)
            self._known[number, term.text] = found
            if loose:
                found = match_loosely(segment, term.text, found)
            matches.append(found)
            if not len(found.texts) and not term.facets:
                fits[:] = False
                break
            score = _spread(segment, found, places=len(term.text) > 1)
            for facet in term.facets:
                _stand_for(segment, facet, score)
            fits &= score != _NO
            total += score
        documents = np.flatnonzero(fits)
        return _Scored(segment, documents, total[documents], tuple(matches))


def _spread(segment: Segment, found: Matches, *, places: bool) -> NDArray[np.uint8]:
    """Return the score of every document, by the best of its texts: four times how well it fits, and what it is.

    places : whether rows fit by the name of where they stand.
    """
    score = np.full(len(segment), _NO, np.uint8)
    for level in np.flatnonzero(np.bincount(found.level))[::-1].tolist():
        texts = found.texts[found.level == level]
        lengths = segment.ends[texts + 1] - segment.ends[texts]
        before = np.cumsum(lengths) - lengths
        at = np.arange(int(lengths.sum())) + np.repeat(segment.ends[texts] - before, lengths)
        entries = segment.entries[at]
        for kind in (PLACE, OTHER, TITLE) if places else (OTHER, TITLE):
            score[entries[entries & 3 == kind] >> 2] = 4 * level + kind
    return score


def _stand_for(segment: Segment, facet: Facet, score: NDArray[np.uint8]) -> None:
    """Let the documents for which a facet stands fit."""
    if facet.villages:
        chosen = _in_villages(segment, facet.villages)
        score[chosen] = np.minimum(score[chosen], _AS_FACET)
        return
    for shelf, first in zip(segment.shelves, segment.first.tolist(), strict=False):
        part = score[first : first + len(shelf)]
        if shelf.table.name in facet.tables:
            np.minimum(part, _AS_FACET, out=part)
        elif facet.kind is not None and facet.kind[0] == shelf.table.name and facet.kind[1] in shelf.kinds:
            _, field, value = facet.kind
            number = shelf.kind_values[field].index(value)
            np.minimum(part, _AS_FACET, out=part, where=shelf.kinds[field] == number)


def _in_villages(segment: Segment, codes: frozenset[str]) -> NDArray[np.bool_]:
    chosen = np.array([*(code in codes for code in segment.villages), False], np.bool_)
    return chosen[segment.village_of]


# ── In which order ───────────────────────────────────────────────────────────────────────────────────────────


class _Candidate(NamedTuple):
    """A document to be listed: how well it fits, how far it is, where it is kept."""

    score: int
    distance_m2: float
    scored: _Scored
    shelf: Shelf
    row: int


def _groups(
    index: Index, query: Query, found: Sequence[_Scored], near: tuple[float, float] | None, limit: int
) -> tuple[Group, ...]:
    counts: dict[str, int] = {}
    lists: dict[str, list[_Candidate]] = {}
    for scored in found:
        bounds = np.searchsorted(scored.documents, scored.segment.first).tolist()
        for shelf, first, begin, end in zip(
            scored.segment.shelves, scored.segment.first.tolist(), bounds, bounds[1:], strict=False
        ):
            if begin < end:
                name = shelf.table.name
                counts[name] = counts.get(name, 0) + end - begin
                rows = scored.documents[begin:end] - first
                best = _best(scored, shelf, rows, scored.score[begin:end], near, limit)
                lists.setdefault(name, []).extend(best)
    for name, candidates in lists.items():
        lists[name] = sorted(candidates, key=lambda c: (c.score, c.distance_m2))[:limit]
    order = sorted(lists, key=lambda name: (lists[name][0].score, lists[name][0].shelf.layout.order))
    shares = _shares([len(lists[name]) for name in order], limit)
    return tuple(
        Group(
            name,
            lists[name][0].shelf.table.title,
            counts[name],
            tuple(
                describe(index.facets, c.scored.segment, c.shelf, c.row, query.terms, c.scored.matches)
                for c in lists[name][:share]
            ),
        )
        for name, share in zip(order, shares, strict=True)
        if share
    )


def _best(
    scored: _Scored,
    shelf: Shelf,
    rows: NDArray[np.int64],
    score: NDArray[np.uint16],
    near: tuple[float, float] | None,
    limit: int,
) -> Iterator[_Candidate]:
    """Yield the rows of a shelf that fit best, of those alike the nearest."""
    best = score == score.min()
    if len(rows) > limit and best.sum() >= limit:
        rows, score = rows[best], score[best]
    away = _squared_m2(shelf, rows, near)
    rank = score * _FAR_M2 + away
    kept = np.argpartition(rank, limit)[:limit] if len(rank) > limit else np.arange(len(rank))
    for at in kept[np.argsort(rank[kept], kind="stable")].tolist():
        yield _Candidate(int(score[at]), float(away[at]), scored, shelf, int(rows[at]))


def _squared_m2(
    shelf: Shelf, rows: NDArray[np.int64], near: tuple[float, float] | None
) -> NDArray[np.float32]:
    """Return how far away rows are, squared; very far where they are nowhere."""
    if near is None:
        return np.zeros(len(rows), np.float32)
    x, y = (shelf.xy[axis][rows] - np.float32(near[axis]) for axis in (0, 1))
    away: NDArray[np.float32] = np.fmin(x * x + y * y, np.float32(_FAR_M2))
    return away


def _shares(lengths: Sequence[int], limit: int) -> list[int]:
    """Return how many hits each group may show: a few of each, then the first groups more.

    Examples
    --------
    >>> _shares([30, 2, 30], 20)
    [13, 2, 5]
    >>> _shares([9, 9, 9, 9, 9, 9], 5)
    [5, 0, 0, 0, 0, 0]
    """
    shares: list[int] = []
    for length in lengths:
        shares.append(min(length, _SHARE, limit - sum(shares)))
    for at, length in enumerate(lengths):
        shares[at] += min(length - shares[at], limit - sum(shares))
    return shares
