"""Where text may run along a line: character by character, on a smoothed course.

As on Chinese maps, the text reads left to right where the line lies flat and top to bottom where it is steep, and every
character stays within 45° of upright. All lines are worked on together, as flat arrays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mingqing.render.lettering import LabelRequest, Measure, Places, Run, Wording, wordings
from mingqing.render.occupancy import Box, Busyness

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_STEP = 0.5  # from one vertex of a smoothed course to the next, in heights of a character
_SMOOTHING = (3, 2)  # vertices to each side that are averaged, pass after pass
_WHERE = (0.5, 0.38, 0.62, 0.25, 0.75, 0.12, 0.88)  # of the stretch that the text's middle may be on
# Between neighbouring characters on a line, and beside one, where they spread or bunch as it bends.
_MAX_TURN, _MAX_TURN_ASIDE, _MAX_TURN_IN_ALL = np.radians(24), np.radians(11), np.radians(100)
_MAX_OFF = 0.45  # by how much of its height a character may be off the true line
_BUSY_WEIGHT, _BEND_WEIGHT, _SECOND_CHOICE = 0.35, 3.0, 100.0


@dataclass(frozen=True, slots=True)
class _Courses:
    """Smoothed lines one after another. off : how far each vertex is from the line as it was."""

    xy: Floats
    off: Floats
    travelled: Floats  # increasing over all of them
    start: Ints  # (n + 1,) offsets

    def at(self, travelled: Floats) -> Floats:
        """Return (m, 2) pixels at distances that lie on the courses."""
        return np.column_stack([np.interp(travelled, self.travelled, self.xy[:, k]) for k in (0, 1)])


@dataclass(frozen=True, slots=True)
class _Trials:
    """Texts tried on courses, one entry each. at : distance of its middle. aside : pixels beside the line."""

    request: Ints
    text: Ints
    at: Floats
    aside: Floats
    order: Floats


@dataclass(frozen=True, slots=True)
class _Text:
    """Characters to be set, and the distance of each one's middle from the middle of the text."""

    characters: str
    offsets: Floats
    length: float


def along_lines(
    requests: Sequence[LabelRequest], size_px: tuple[int, int], busy: Busyness, measure: Measure
) -> list[Places]:
    """Return for each request the places on a sheet of `size_px` where it could run, best first."""
    if not requests:
        return []
    courses = _smoothed(requests)
    texts, owner, choice = list[_Text](), list[int](), list[int]()
    spaced: dict[tuple[Wording, float, bool], _Text] = {}
    for n, request in enumerate(requests):
        for rank, wording in enumerate(wordings(request.text, request.label)):
            known = (wording, request.size_px, request.label.bold)
            if known not in spaced:  # many stretches of a line bear one name
                spaced[known] = _spaced(wording.lines[0], wording.spacing, request, measure)
            texts.append(spaced[known])
            owner.append(n)
            choice.append(rank)
    trials = _trials(requests, courses, texts, np.array(owner), np.array(choice))
    return _set(requests, courses, texts, trials, size_px, busy)


def _spaced(text: str, spacing: float, request: LabelRequest, measure: Measure) -> _Text:
    widths = np.array([measure(c, request.size_px, request.label.bold)[0] for c in text])
    middles = np.cumsum(widths) - widths / 2 + spacing * request.size_px * np.arange(len(widths))
    length = float(widths.sum()) + spacing * request.size_px * (len(widths) - 1)
    return _Text(text, middles - length / 2, length)


def _smoothed(requests: Sequence[LabelRequest]) -> _Courses:
    """Resample all lines evenly, then smooth them; their ends stay."""
    xy = np.concatenate([r.anchor for r in requests])
    first = np.cumsum([0, *(len(r.anchor) for r in requests)])
    steps = _STEP * np.array([r.size_px for r in requests])
    travelled, ends = _travelled(xy, first)
    count = np.floor((ends[:, 1] - ends[:, 0]) / steps).astype(np.intp) + 1
    start = np.concatenate([[0], np.cumsum(count)])
    which = np.repeat(np.arange(len(requests)), count)
    nth = np.arange(start[-1]) - start[which]
    at = ends[which, 0] + nth * steps[which]
    plain = np.column_stack([np.interp(at, travelled, xy[:, k]) for k in (0, 1)])
    origin = plain[start[:-1]][which]
    smooth = plain - origin
    for reach in _SMOOTHING:
        half = np.minimum(np.minimum(nth, count[which] - 1 - nth), reach)
        sums = np.concatenate([np.zeros((1, 2)), np.cumsum(smooth, axis=0)])
        here = np.arange(len(smooth))
        smooth = (sums[here + half + 1] - sums[here - half]) / (2 * half + 1)[:, None]
    smooth += origin
    return _Courses(smooth, np.hypot(*(smooth - plain).T), _travelled(smooth, start)[0], start)


def _travelled(xy: Floats, first: Ints) -> tuple[Floats, Floats]:
    """Return the distance of every vertex along all lines, one after another, and (n, 2) where each begins and ends."""
    step = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    step[first[:-1]] = 1.0  # a gap, so that the next line begins further on
    travelled = np.cumsum(step)
    return travelled, np.column_stack([travelled[first[:-1]], travelled[first[1:] - 1]])


def _trials(
    requests: Sequence[LabelRequest], courses: _Courses, texts: Sequence[_Text], owner: Ints, choice: Ints
) -> _Trials:
    """Return every text at every place its course is long enough for, on either side where it stands beside it."""
    begin = courses.travelled[courses.start[:-1]][owner]
    end = courses.travelled[courses.start[1:] - 1][owner]
    size = np.array([r.size_px for r in requests])[owner]
    # Spans are measured along the line as it was; smoothing shortens it evenly enough.
    raw = (np.diff(courses.start) - 1)[owner] * size * _STEP
    shrunk = (end - begin) / np.maximum(raw, 1e-9)
    spans = np.array([r.span_px or (-np.inf, np.inf) for r in requests])[owner]
    half = np.array([t.length for t in texts]) / 2 + size / 2
    with np.errstate(invalid="ignore"):
        low = np.maximum(begin + np.where(np.isfinite(spans[:, 0]), spans[:, 0] * shrunk, 0.0), begin + half)
        high = np.minimum(np.where(np.isfinite(spans[:, 1]), begin + spans[:, 1] * shrunk, end), end - half)
    fits = np.flatnonzero(low <= high)
    where = np.array(_WHERE)
    at = (low[fits, None] + (high - low)[fits, None] * where).ravel()
    text = np.repeat(fits, len(where))
    order = np.tile(np.arange(len(where)), len(fits)) + _SECOND_CHOICE * choice[text]
    aside = np.array([r.aside_px for r in requests])[owner][text]
    both = np.flatnonzero(aside != 0)
    text, at, order = (np.concatenate([a, a[both]]) for a in (text, at, order))
    aside = np.concatenate([aside, -aside[both]])
    order[len(order) - len(both) :] += 0.5
    return _Trials(owner[text], text, at, aside, order.astype(float))


def _set(
    requests: Sequence[LabelRequest],
    courses: _Courses,
    texts: Sequence[_Text],
    trials: _Trials,
    size_px: tuple[int, int],
    busy: Busyness,
) -> list[Places]:
    length = np.array([len(t.characters) for t in texts])
    letters = length[trials.text]
    start = np.concatenate([[0], np.cumsum(letters)])
    of = np.repeat(np.arange(len(letters)), letters)
    size = np.array([r.size_px for r in requests])[trials.request]
    sign, steep = _reading(courses, texts, trials)
    begins = np.concatenate([[0], np.cumsum(length)])[trials.text]
    nth = np.arange(start[-1]) - start[of] + begins[of]
    at = trials.at[of] + sign[of] * np.concatenate([t.offsets for t in texts])[nth]
    middle, turn = courses.at(at), _turn(courses, at, size[of], sign[of])
    middle += trials.aside[of, None] * np.column_stack([np.sin(turn), -np.cos(turn)])
    bend = np.abs((np.diff(turn, prepend=turn[:1]) + np.pi) % (2 * np.pi) - np.pi)
    bend[start[:-1]] = 0.0
    angle = np.where(steep[of], turn - np.pi / 2, turn)
    half = size[of] * 1.1 * (np.abs(np.cos(angle)) + np.abs(np.sin(angle))) / 2
    boxes = np.hstack([middle - half[:, None], middle + half[:, None]])
    outside = (boxes[:, :2] < 0).any(axis=1) | (boxes[:, 2:] > size_px).any(axis=1)
    off = np.interp(at, courses.travelled, courses.off) > _MAX_OFF * size[of]
    sharp = bend > np.where(trials.aside == 0, _MAX_TURN, _MAX_TURN_ASIDE)[of]
    bent = np.add.reduceat(bend, start[:-1])
    bad = np.logical_or.reduceat(outside | off | sharp, start[:-1]) | (bent > _MAX_TURN_IN_ALL)
    cost = trials.order + _BEND_WEIGHT * bent + _BUSY_WEIGHT * np.add.reduceat(busy.inside(boxes), start[:-1])
    best = np.lexsort((trials.at, cost, trials.request))
    best = best[~bad[best]]
    ends = np.searchsorted(trials.request[best], np.arange(len(requests) + 1)).tolist()

    home = courses.at(trials.at)

    def runs(k: int) -> Iterator[Run]:
        one = slice(start[k], start[k + 1])
        characters = texts[trials.text[k]].characters
        for c, (x, y), a in zip(characters, middle[one].tolist(), angle[one].tolist(), strict=True):
            yield Run(c, x, y, a)

    def covered(k: int) -> list[Box]:
        return [(x, y, right, bottom) for x, y, right, bottom in boxes[start[k] : start[k + 1]].tolist()]

    return [Places(best[a:b].tolist(), covered, lambda k: home[k].tolist(), runs) for a, b in pairwise(ends)]


def _reading(courses: _Courses, texts: Sequence[_Text], trials: _Trials) -> tuple[Floats, NDArray[np.bool_]]:
    """Return for each trial 1 or -1, with or against its line, and whether it reads downwards."""
    half = np.array([t.length for t in texts])[trials.text] / 2
    overall = courses.at(trials.at + half) - courses.at(trials.at - half)
    steep = np.abs(overall[:, 1]) > np.abs(overall[:, 0])
    along = np.where(steep, overall[:, 1], overall[:, 0])
    return np.where(along < 0, -1.0, 1.0), steep


def _turn(courses: _Courses, at: Floats, size: Floats, sign: Floats) -> Floats:
    """Return the direction of reading at each character, radians clockwise from rightwards."""
    dx, dy = (sign[:, None] * (courses.at(at + size * 0.5) - courses.at(at - size * 0.5))).T
    turn: Floats = np.arctan2(dy, dx)
    return turn
