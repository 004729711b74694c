"""What was typed, as terms that all have to fit."""

from dataclasses import dataclass

from mingqing.core.text import clean, tr
from mingqing.search.facets import Facet, Facets
from mingqing.search.sounds import sounds

_LONGEST, _LONGEST_TERM, _MOST_TERMS = 120, 40, 6


@dataclass(frozen=True, slots=True)
class Term:
    """A word of what was typed, in lower case, and what else it may stand for."""

    text: str
    facets: tuple[Facet, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """The terms, and what is to be said of what was typed, if anything."""

    terms: tuple[Term, ...]
    notice: str = ""


def read(facets: Facets, typed: str) -> Query:
    """Return what was typed as a query; nothing of it is more than text.

    Of what is too long, the beginning is looked for, and the query says so.
    """
    words = clean(typed[:_LONGEST]).lower().split()
    terms = tuple(word[:_LONGEST_TERM] for word in words[:_MOST_TERMS])
    cut = (
        len(typed.strip()) > _LONGEST
        or any(map(len, words[_MOST_TERMS:]))
        or terms != tuple(words[:_MOST_TERMS])
    )
    notice = tr("输入太长，只按开头的部分查找") if cut else ""
    return Query(_terms(facets, terms), notice)


def _terms(facets: Facets, words: tuple[str, ...]) -> tuple[Term, ...]:
    """A village alone is looked for by its name: what lies in it is its map, not a list."""
    found = [Term(word, facets.meant(word)) for word in words]
    if len(found) == 1:
        kept = tuple(facet for facet in found[0].facets if not facet.villages)
        return (Term(found[0].text, kept),)
    return tuple(found)


def joined(facets: Facets, query: Query) -> Query | None:
    """Return pinyin that was typed with spaces, as "zhang jian guo", as one word; None where it is not that."""
    words = [term.text for term in query.terms]
    if len(words) < 2 or not all(word in sounds().whole for word in words):
        return None
    return Query(_terms(facets, ("".join(words),)), query.notice)


def split(facets: Facets, query: Query) -> Query | None:
    """Return the query with what was typed without a space taken apart, as 独居老人小竹溪村; None where nothing is."""
    words: list[str] = []
    for term in query.terms:
        words += facets.split(term.text) or (term.text,)
    if len(words) == len(query.terms) or len(words) > _MOST_TERMS:
        return None
    return Query(_terms(facets, tuple(words)), query.notice)


def mended(facets: Facets, query: Query) -> Query | None:
    """Return the query with a village's name that has one wrong character taken for it; None where there is none."""
    if len(query.terms) < 2:
        return None
    like = [None if term.facets else facets.village_like(term.text) for term in query.terms]
    said = [
        tr("没有“{typed}”，按“{village}”查找").format(typed=term.text, village=village.text)
        for term, village in zip(query.terms, like, strict=True)
        if village is not None
    ]
    terms = tuple(
        term if village is None else Term(term.text, (village,))
        for term, village in zip(query.terms, like, strict=True)
    )
    return Query(terms, "；".join(said)) if said else None
