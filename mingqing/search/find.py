"""Asking the index: what fits, the best and nearest first, by table."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mingqing.search.describe import Hit, describe
from mingqing.search.facets import Facet
from mingqing.search.gather import Shelf
from mingqing.search.index import Index, Segment
from mingqing.search.match import Matches, match
from mingqing.search.query import Query, read, split

_FEW = 5  # with fewer than these, slips of the hand are allowed for
_NO = 255  # the score of what does not fit
_AS_FACET = 7  # the score of what a term stands for: after texts that begin with it
_FAR_M = 1e7  # where something is that is nowhere


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
        kinds. Where hardly anything fits, slips of one character are allowed for. Nothing in it is special.
    near : x, y in the project's CRS, metres: of what fits alike, the nearest comes first.
    limit : how many hits are described; `total` and `count` are of all.
    village : only rows of this village, by code.
    """
    started = time.perf_counter()
    query, loose = read(index.facets, text), False
    found = _ask(index, query, village, loose=False) if query.terms else []
    if query.terms and _count(found) < _FEW:
        for other, slips in ((split(index.facets, query), False), (query, True)):
            again = _ask(index, other, village, loose=slips) if other is not None else []
            if _count(again) > _count(found):
                query, found, loose = other or query, again, slips and not _count(found)
                break
    groups = _groups(index, query, found, near, limit)
    return Results(groups, _count(found), (time.perf_counter() - started) * 1000, loose, query.notice)


def _count(found: Sequence[_Scored]) -> int:
    return sum(len(scored.documents) for scored in found)


# ── What fits ────────────────────────────────────────────────────────────────────────────────────────────────


def _ask(index: Index, query: Query, village: str | None, *, loose: bool) -> list[_Scored]:
    return [_score(segment, query, village, loose=loose) for segment in index.segments]


def _score(segment: Segment, query: Query, village: str | None, *, loose: bool) -> _Scored:
    total = np.zeros(len(segment), np.uint16)
    fits = np.ones(len(segment), np.bool_) if segment.gone is None else ~segment.gone
    if village is not None:
        fits &= _in_villages(segment, frozenset({village}))
    matches = []
    for term in query.terms:
        found = match(segment, term.text, loose=loose)
        score = _spread(segment, found)
        for facet in term.facets:
            _stand_for(segment, facet, score)
        fits &= score != _NO
        total += score
        matches.append(found)
    documents = np.flatnonzero(fits)
    return _Scored(segment, documents, total[documents], tuple(matches))


def _spread(segment: Segment, found: Matches) -> NDArray[np.uint8]:
    """Return the score of every document, by the best of its texts: four times how well it fits, and what it is."""
    score = np.full(len(segment), _NO, np.uint8)
    for level in np.unique(found.level)[::-1].tolist():
        texts = found.texts[found.level == level]
        lengths = segment.ends[texts + 1] - segment.ends[texts]
        before = np.cumsum(lengths) - lengths
        at = np.arange(int(lengths.sum())) + np.repeat(segment.ends[texts] - before, lengths)
        entries = segment.entries[at]
        for kind in (2, 1, 0):
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
            number = shelf.kind_values[facet.kind[1]].index(facet.kind[2])
            part[shelf.kinds[facet.kind[1]] == number] = np.minimum(
                part[shelf.kinds[facet.kind[1]] == number], _AS_FACET
            )


def _in_villages(segment: Segment, codes: frozenset[str]) -> NDArray[np.bool_]:
    chosen = np.array([code in codes for code in segment.villages] + [False], np.bool_)
    return chosen[segment.village_of]


# ── In which order ───────────────────────────────────────────────────────────────────────────────────────────


class _Candidate(NamedTuple):
    """A document to be listed: how well it fits, how far it is, where it is kept."""

    score: int
    distance_m: float
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
        lists[name] = sorted(candidates, key=lambda c: (c.score, c.distance_m))[:limit]
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
    away = np.zeros(len(rows), np.float32)
    if near is not None:
        away = np.hypot(*(shelf.xy[rows] - np.array(near, np.float32)).T)
        away = np.where(np.isfinite(away), away, _FAR_M)
    rank = score * (10 * _FAR_M) + away
    kept = np.argpartition(rank, limit)[:limit] if len(rank) > limit else np.arange(len(rank))
    for at in kept[np.argsort(rank[kept], kind="stable")].tolist():
        yield _Candidate(int(score[at]), float(away[at]), scored, shelf, int(rows[at]))


def _shares(lengths: Sequence[int], limit: int) -> list[int]:
    """Return how many hits each group may show: a few of each, then the first groups more.

    Examples
    --------
    >>> _shares([30, 2, 30], 20)
    [13, 2, 5]
    >>> _shares([9, 9, 9, 9, 9, 9], 5)
    [5, 0, 0, 0, 0, 0]
    """
    shares = []
    for length in lengths:
        shares.append(min(length, max(_FEW, 1), limit - sum(shares)))
    for at, length in enumerate(lengths):
        shares[at] += min(length - shares[at], limit - sum(shares))
    return shares
