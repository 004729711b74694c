"""Which villages a few typed letters mean: characters, pinyin, initials or a code. No Qt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mingqing.store.session import Village


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text and the ways it may be typed."""

    text: str
    pinyin: tuple[str, ...]
    initials: str

    @classmethod
    def of(cls, text: str) -> "Spelled":
        """Spell a text; takes a third of a second the first time."""
        from pypinyin import lazy_pinyin

        syllables = tuple(s.lower() for s in lazy_pinyin(text))
        return cls(text, syllables, "".join(s[:1] for s in syllables))

    def rank(self, typed: str, elsewhere: tuple[bool, bool] = (False, False)) -> int | None:
        """Return how well `typed` fits, 0 best, or None where it does not.

        typed : lower case, without spaces; empty fits everything alike.
        elsewhere : whether what else is known of it fits: better than, and worse than, parts of its pinyin.
        """
        whole = "".join(self.pinyin)
        fits = (
            not typed,
            self.text.startswith(typed),
            self.initials.startswith(typed),
            whole.startswith(typed),
            typed in self.text,
            elsewhere[0],
            self._mixed(typed),
            typed in self.initials or typed in whole,
            elsewhere[1],
        )
        return next((rank for rank, fit in enumerate(fits) if fit), None)

    def _mixed(self, typed: str) -> bool:
        """Whether each syllable in turn is begun by a part of `typed`, as in "dzhuxi" for 大竹溪."""
        rests = {typed}
        for syllable in self.pinyin:
            rests = {
                rest[taken:]
                for rest in rests
                for taken in range(1, len(syllable) + 1)
                if rest[:taken] == syllable[:taken]
            }
            if "" in rests:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Entry:
    """A village and the ways it may be typed."""

    village: "Village"
    name: Spelled

    def rank(self, typed: str) -> int | None:
        """Return how well `typed` fits, as `Spelled.rank`."""
        code = self.village.code
        return self.name.rank(
            typed, (code.endswith(typed) or code.startswith(typed), typed in self.village.township)
        )


def index(villages: Iterable["Village"]) -> list[Entry]:
    """Return the entries for `villages`; takes a moment the first time, so call it in a job."""
    return [Entry(village, Spelled.of(village.name)) for village in villages]


def plain(typed: str) -> str:
    """Return typed text as `rank` wants it.

    Examples
    --------
    >>> plain(" Da Zhu ")
    'dazhu'
    """
    return "".join(typed.lower().split())


def find(entries: Sequence[Entry], typed: str) -> list["Village"]:
    """Return the villages that `typed` may mean, best first; all of them by township for an empty text."""
    text = plain(typed)
    ranked = [(rank, e.village) for e in entries if (rank := e.rank(text)) is not None]
    if not text:
        return [v for _, v in sorted(ranked, key=lambda pair: (pair[1].township, pair[1].code))]
    return [v for _, v in sorted(ranked, key=lambda pair: (pair[0], pair[1].code))]
