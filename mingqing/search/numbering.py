"""Texts as numbers, while they are read: each text once, or where hardly any occurs twice, each by itself."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mingqing.search.texts import END, Texts

Numbers = NDArray[np.int32]
NONE = -1  # the number of no text
_APART = 1 << 30  # from here on, the numbers of texts that are kept apart
_FEW, _DISTINCT = 1000, 0.9


class Numbering(dict[object, int]):
    """The number of each text, given at first sight; no text has none.

    Of a column whose texts hardly occur twice, such as identity numbers, each row has a number of its own, and what is
    kept is one long text: a county has 800,000 of them, more than Python's collector can look at without being felt.
    """

    def __init__(self) -> None:
        super().__init__({None: NONE, "": NONE})
        self.texts: list[str] = []
        self._apart: list[str] = []
        self._count = 0

    def __missing__(self, value: object) -> int:
        text = str(value).replace(END, " ")
        self.texts.append(text)
        self[value] = number = len(self.texts) - 1
        return number

    def column(self, values: Sequence[object]) -> Numbers:
        """Return the numbers of some rows of a column of texts."""
        if len(values) >= _FEW and len(set(values)) >= _DISTINCT * len(values):
            joined = END.join([str(value) for value in values if value is not None and value != ""])
            filled = np.fromiter(
                (value is not None and value != "" for value in values), np.bool_, len(values)
            )
            many = int(filled.sum())
            if joined.isascii() and joined.count(END) == many - 1:
                numbers = np.full(len(values), NONE, np.int32)
                numbers[filled] = np.arange(_APART + self._count, _APART + self._count + many)
                self._apart.append(joined)
                self._count += many
                return numbers
        return np.fromiter(map(self.__getitem__, values), np.int32, len(values))

    def finished(self) -> tuple[Texts, Texts, Callable[[Numbers], Numbers]]:
        """Return the words, the numbers (ASCII alone), and what makes final numbers: first the words', then theirs."""
        plain = np.fromiter((text.isascii() for text in self.texts), np.bool_, len(self.texts))
        words = len(plain) - int(plain.sum())
        final = np.full(len(plain) + 1, NONE, np.int32)
        final[np.flatnonzero(~plain)] = np.arange(words)
        final[np.flatnonzero(plain)] = np.arange(words, len(plain))

        def renumber(numbers: Numbers) -> Numbers:
            shared = final[np.where(numbers < _APART, numbers, NONE)]
            return np.where(numbers < _APART, shared, numbers - _APART + len(plain)).astype(np.int32)

        shared = [text for text in self.texts if text.isascii()]
        return (
            Texts.of(END.join([text for text in self.texts if not text.isascii()]), ascii_only=False),
            Texts.of(END.join([*shared, *self._apart]), ascii_only=True),
            renumber,
        )
