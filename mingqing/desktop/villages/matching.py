"""Which villages a few typed letters mean: characters, pinyin, initials or a code. No Qt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mingqing.store.session import Village


@dataclass(frozen=True, slots=True)
class Entry:
    """A village and the ways it may be typed."""

    village: "Village"
    pinyin: tuple[str, ...]
    initials: str

    def rank(self, typed: str) -> int | None:
        """Return how well `typed` fits, 0 best, or None where it does not.

        typed : lower case, without spaces; empty fits everything alike.
        """
        name, code, township = self.village.name, self.village.code, self.village.township
        whole = "".join(self.pinyin)
        fits = (
            not typed,
            name.startswith(typed),
            self.initials.startswith(typed),
            whole.startswith(typed),
            typed in name,
            code.endswith(typed) or code.startswith(typed),
            self._mixed(typed),
            typed in self.initials or typed in whole,
            typed in township,
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


def index(villages: Iterable["Village"]) -> list[Entry]:
    """Return the entries for `villages`; takes a moment the first time, so call it in a job."""
    from pypinyin import lazy_pinyin

    made = []
    for village in villages:
        syllables = tuple(s.lower() for s in lazy_pinyin(village.name))
        made.append(Entry(village, syllables, "".join(s[:1] for s in syllables)))
    return made


def find(entries: Sequence[Entry], typed: str) -> list["Village"]:
    """Return the villages that `typed` may mean, best first; all of them by township for an empty text."""
    text = "".join(typed.lower().split())
    ranked = [(rank, e.village) for e in entries if (rank := e.rank(text)) is not None]
    if not text:
        return [v for _, v in sorted(ranked, key=lambda pair: (pair[1].township, pair[1].code))]
    return [v for _, v in sorted(ranked, key=lambda pair: (pair[0], pair[1].code))]
