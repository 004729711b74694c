"""Random numbers that depend on the seed and on what they are for, not on what was drawn before."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


def dice(seed: int, *purpose: object) -> np.random.Generator:
    """Return a generator that is the same for the same `seed` and `purpose`, whatever else was drawn."""
    return np.random.default_rng([seed, zlib.crc32("|".join(map(str, purpose)).encode())])


def pick(rng: np.random.Generator, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
    """Draw one of `options`; `weights` need not sum to one."""
    if weights is None:
        return options[int(rng.integers(len(options)))]
    cumulative = np.cumsum(weights)
    return options[int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))]
