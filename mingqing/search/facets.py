"""Words that stand for many rows at once: a village, a township, a map, a table, a kind such as 独居老人."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import ne
from typing import TYPE_CHECKING

from mingqing.catalog.model import Table
from mingqing.core.text import tr
from mingqing.search.gather import searched_tables
from mingqing.search.layout import is_category
from mingqing.search.sounds import sounds

if TYPE_CHECKING:
    from mingqing.store.session import Session

_SHORTEST = 2  # characters that are the beginning of such a word; one must be all of it
_SHORTEST_LIKE = 3  # characters of which one may be wrong
_SHORTEST_SPOKEN = 3  # letters: two are somebody's initials
_SUFFIXES = ("行政村", "村", "社区", "街道", "镇", "乡")


@dataclass(frozen=True, slots=True)
class Facet:
    """What a word stands for: rows of villages, of tables, or of a kind; `title` says which of these it is."""

    title: str
    text: str
    villages: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    kind: tuple[str, str, str] | None = None
    """table, field, value"""


@dataclass(frozen=True, repr=False)
class Facets:
    """The facets of a project, by the words that people use for them.

    spoken : by initials and by pinyin in full. names : of villages, by code.
    """

    by_word: Mapping[str, tuple[Facet, ...]]
    spoken: Mapping[str, tuple[Facet, ...]]
    names: Mapping[str, str]

    @classmethod
    def of(cls, session: "Session") -> "Facets":
        """Return the facets of what the account sees."""
        villages = session.villages()
        by_word: dict[str, tuple[Facet, ...]] = {}
        spoken: dict[str, tuple[Facet, ...]] = {}
        names = [(v.code, v.name, v.township) for v in villages]
        for word, facet in (*_of_villages(names), *_of_tables(session)):
            by_word[word] = (*by_word.get(word, ()), facet)
        for word, facets in by_word.items():
            for sound in _spoken(word):
                spoken[sound] = tuple(dict.fromkeys((*spoken.get(sound, ()), *facets)))
        return cls(by_word, spoken, {code: name for code, name, _ in names})

    def meant(self, term: str) -> tuple[Facet, ...]:
        """Return what a term, in lower case, stands for: as a word, as its beginning, or as how it sounds."""
        exact = self.by_word.get(term, ())
        if exact or len(term) < _SHORTEST:
            return exact
        if term.isascii():
            return self.spoken.get(term, ()) if len(term) >= _SHORTEST_SPOKEN else ()
        begun = (facet for word, facets in self.by_word.items() if word.startswith(term) for facet in facets)
        return tuple(dict.fromkeys(begun))

    def village_like(self, term: str) -> Facet | None:
        """Return the village that is called like a term but for one character; None where not exactly one is."""
        like = {
            facet
            for word, facets in self.by_word.items()
            if len(word) == len(term) >= _SHORTEST_LIKE and sum(map(ne, word, term)) == 1
            for facet in facets
            if len(facet.villages) == 1
        }
        return like.pop() if len(like) == 1 else None

    def split(self, term: str) -> tuple[str, str] | None:
        """Return a term that begins or ends with such a word as two, the longest such word; None where none does."""
        for length in range(len(term) - 1, _SHORTEST - 1, -1):
            if term[:length] in self.by_word:
                return term[:length], term[length:]
            if term[-length:] in self.by_word:
                return term[-length:], term[:-length]
        return None


def _of_villages(villages: list[tuple[str, str, str]]) -> Iterator[tuple[str, Facet]]:
    towns: dict[str, set[str]] = {}
    for code, name, township in villages:
        facet = Facet(tr("村"), name, villages=frozenset({code}))
        yield from ((word, facet) for word in _shortened(name))
        towns.setdefault(township, set()).add(code)
    for township, codes in towns.items():
        if township:
            facet = Facet(tr("乡镇"), township, villages=frozenset(codes))
            yield from ((word, facet) for word in _shortened(township))


def _shortened(name: str) -> Iterator[str]:
    """Yield a name and what is left of it without 村, 镇 and the like, where that is two characters at least."""
    yield name
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= _SHORTEST:
            yield name.removesuffix(suffix)
            return


def _of_tables(session: "Session") -> Iterator[tuple[str, Facet]]:
    maps: dict[str, set[str]] = {}
    for table in searched_tables(session):
        yield table.title, Facet(tr("类型"), table.title, tables=frozenset({table.name}))
        maps.setdefault(table.layer, set()).add(table.name)
        yield from _of_kinds(table)
    for layer, tables in maps.items():
        title = session.catalog.layers[layer].title
        yield title, Facet(tr("专题图"), title, tables=frozenset(tables))


def _of_kinds(table: Table) -> Iterator[tuple[str, Facet]]:
    for field in table.field_by_name.values():
        if not is_category(table, field.name):
            continue
        if field.codes is None:
            yield field.title, Facet(field.title, field.title, kind=(table.name, field.name, field.title))
            continue
        for code in field.codes.codes:
            facet = Facet(field.title, code.value, kind=(table.name, field.name, code.value))
            said = (word for word in code.arrives_as if not word.isascii())
            yield from ((word, facet) for word in dict.fromkeys((code.value, *said)))


def _spoken(word: str) -> Iterator[str]:
    known = sounds()
    syllables = [
        known.syllables[known.first[ord(c)] - 1] if known.first[min(ord(c), len(known.first) - 1)] else c
        for c in word
    ]
    yield "".join(s[0] for s in syllables)
    yield "".join(syllables)
