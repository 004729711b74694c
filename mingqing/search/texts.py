"""Many short texts as one array, and looking through all of them at once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]
Codes = NDArray[np.uint8] | NDArray[np.uint32]
END = "\0"  # between texts; `core.text.clean` leaves none in them
_MOST_PLACES = 30_000  # looked at for one term: what fits more often says nothing
_PART = 1 << 20  # characters
_LANES = {1: np.uint8, 2: np.uint16, 4: np.uint32}


@dataclass(frozen=True, repr=False)
class Texts:
    """Texts one after the other, an end before and behind each.

    codes : uint8 where all are ASCII, else uint32: code points. starts : (n + 1,) where each begins, and one behind.
    alphabet : the codes that occur.
    """

    codes: Codes
    starts: NDArray[np.int32]
    alphabet: frozenset[int]

    @classmethod
    def of(cls, joined: str, *, ascii_only: bool) -> "Texts":
        """Return texts, none of them empty, that were joined by `END`."""
        whole = f"{END}{joined}{END}" if joined else END
        codes: Codes = np.frombuffer(whole.encode("ascii"), np.uint8) if ascii_only else wide(whole)
        return cls(codes, (np.flatnonzero(codes == 0) + 1).astype(np.int32), _alphabet(codes))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, number: int) -> str:
        raw = self.codes[self.starts[number] : self.starts[number + 1] - 1].tobytes()
        return raw.decode("ascii") if self.codes.itemsize == 1 else raw.decode("utf-32-le", "surrogatepass")

    def owners(self, at: Positions) -> NDArray[np.int64]:
        """Return the numbers of the texts in which positions lie."""
        return np.searchsorted(self.starts, at, side="right") - 1

    def scan(self, wanted: str) -> Positions:
        """Return where `wanted` begins, in ascending order; of very many, the first."""
        if not self.alphabet.issuperset(map(ord, wanted)):
            return np.zeros(0, np.int64)
        codes = wide(wanted)
        return scan(self.codes, codes.astype(np.uint8) if self.codes.itemsize == 1 else codes)

    @cached_property
    def lengths(self) -> NDArray[np.int32]:
        """(n,) the number of characters of each."""
        return np.diff(self.starts) - 1


def _alphabet(codes: Codes) -> frozenset[int]:
    """Return the codes that occur, a part at a time: other threads have their turn between two."""
    found: set[int] = set()
    for begin in range(0, len(codes), _PART):
        part = codes[begin : begin + _PART]
        found.update(part.tobytes() if part.itemsize == 1 else np.unique(part).tolist())
    return frozenset(found)


def scan(codes: Codes, wanted: Codes) -> Positions:
    """Return where `wanted` begins in `codes`, in ascending order; of very many, the first.

    Of bytes, the last four are compared as one number: 11 million take 2 ms, where `bytes.find` takes 8. It is done in
    parts, so that what is everywhere, such as the beginning of everybody's number, is found at once.
    """
    lanes = 1 if codes.itemsize > 1 else 4 if len(wanted) >= 4 else 2 if len(wanted) >= 2 else 1
    rest = len(wanted) - lanes
    tail = wanted[rest:].view(_LANES[lanes * wanted.itemsize])[0]
    found, many = [np.zeros(0, np.int64)], 0
    for begin in range(0, len(codes), _PART):
        at = _tails(codes, begin, lanes, tail) - rest
        at = at[at >= 0]
        for step in reversed(range(rest)):
            at = at[codes[at + step] == wanted[step]]
        found.append(np.sort(at) if lanes > 1 else at)
        many += len(at)
        if many >= _MOST_PLACES:
            break
    return np.concatenate(found)[:_MOST_PLACES]


def _tails(codes: Codes, begin: int, lanes: int, tail: np.generic) -> Positions:
    """Return where in one part some characters, as one number, are."""
    found = []
    for shift in range(begin, begin + lanes):
        end = min(shift + _PART, shift + (len(codes) - shift) // lanes * lanes)
        seen = codes[shift:end].view(_LANES[lanes * codes.itemsize])
        found.append(np.flatnonzero(seen == tail) * lanes + shift)
    return np.concatenate(found) if lanes > 1 else found[0]


def wide(text: str) -> NDArray[np.uint32]:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
