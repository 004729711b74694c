"""Where a term occurs with one character wrong, missing, too many, or two out of turn."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mingqing.search.texts import Codes, Positions, scan

if TYPE_CHECKING:
    from collections.abc import Iterator


def one_off(codes: Codes, wanted: Codes) -> tuple[Positions, NDArray[np.int32]]:
    """Return where something one slip away from `wanted` stands in `codes`, and how many characters it has.

    wanted : three characters or more. A slip spares its beginning or its end: these are looked for as they are, and
    what stands beside them is compared. They leave out one character between them, for two that changed places there.
    """
    middle = len(wanted) // 2 + 1
    before = _beside(codes, wanted[: middle - 1], wanted[middle - 1 :], 1)
    found = [*before, *_beside(codes, wanted[middle:], wanted[:middle], -1)]
    return (
        np.concatenate([at for at, _ in found]).astype(np.int64),
        np.concatenate([length for _, length in found]).astype(np.int32),
    )


def _beside(
    codes: Codes, half: Codes, other: Codes, way: int
) -> "Iterator[tuple[Positions, NDArray[np.int64]]]":
    """Yield where `half` stands with something one slip away from `other` behind it (way 1) or before it (way -1)."""
    at, many = scan(codes, half), len(other)
    first = at + len(half) if way > 0 else at - 1
    steps = first[:, None] + way * np.arange(many + 1)
    around = codes[np.clip(steps, 0, len(codes) - 1)]
    likely = _likely(around, other[::way])
    at, around = at[likely], around[likely]
    for slip, fits in enumerate(_slips(around, other[::way])):
        taken = many + slip - 1
        yield (at if way > 0 else at - taken)[fits], np.full(int(fits.sum()), len(half) + taken)


def _likely(around: NDArray[np.integer[Any]], other: Codes) -> NDArray[np.bool_]:
    """Return which rows begin and end in a way that one slip can explain: most do not, and that is soon seen."""
    many = len(other)
    if many < 3:
        return np.ones(len(around), np.bool_)
    begun = (around[:, 0] == other[0]) | (around[:, 0] == other[1])
    begun |= (around[:, 1] == other[0]) | (around[:, 1] == other[1])
    ended = (around[:, many - 1] == other[-1]) | (around[:, many] == other[-1])
    ended |= (around[:, many - 2] == other[-1]) | (around[:, many - 2] == other[-2])
    fits: NDArray[np.bool_] = begun & ended
    return fits


def _slips(around: NDArray[np.integer[Any]], other: Codes) -> "Iterator[NDArray[np.bool_]]":
    """Yield which rows of `around`, (n, m + 1), are `other`, (m,), with one too many typed, one wrong, one missing."""
    many = len(other)
    within = np.cumprod(around != 0, axis=1, dtype=np.bool_)  # before the text ends
    same = around[:, :many] == other
    before = np.cumprod(np.append(np.ones((len(around), 1), np.bool_), same, axis=1), axis=1, dtype=np.bool_)
    too_many, wrong, missing = (np.zeros(len(around), np.bool_) for _ in range(3))
    for at in range(many):
        too_many |= before[:, at] & (around[:, at : many - 1] == other[at + 1 :]).all(axis=1)
        wrong |= before[:, at] & (around[:, at + 1 : many] == other[at + 1 :]).all(axis=1)
        missing |= before[:, at] & (around[:, at + 1 : many + 1] == other[at:]).all(axis=1)
        if at + 1 < many:
            swapped = (around[:, at] == other[at + 1]) & (around[:, at + 1] == other[at])
            wrong |= before[:, at] & swapped & (around[:, at + 2 : many] == other[at + 2 :]).all(axis=1)
    yield too_many & (within[:, many - 2] if many > 1 else True)
    yield wrong & within[:, many - 1]
    yield missing & within[:, many]
