"""What is said of a row that was found: its name, what tells it from its namesakes, and what of it fits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mingqing.catalog.model import FieldType
from mingqing.core.text import tr
from mingqing.search.facets import Facet, Facets
from mingqing.search.gather import Shelf
from mingqing.search.index import OTHER, PLACE, TITLE, Segment
from mingqing.search.match import Matches
from mingqing.search.query import Term

_NO_KIND = 255


@dataclass(frozen=True, slots=True)
class Matched:
    """A text of a row that fits: the title of its field, the text, and the part that does: from, up to."""

    title: str
    text: str
    begin: int
    end: int

    def cut(self) -> "Matched":
        """Return the part that fits alone: nobody need read all of an identity number in a list."""
        before, after = "…" if self.begin else "", "…" if self.end < len(self.text) else ""
        part = before + self.text[self.begin : self.end] + after
        return Matched(self.title, part, len(before), len(part) - len(after))


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that was found.

    title : what names it. said : what tells it from others of that name: its place, age, kind. village : its code,
    empty for none. place : x, y in the project's CRS, metres; None where it is nowhere. named : which part of the
    title fits, from, up to; None where it does not. matched : what else of it fits.
    """

    table: str
    id: int
    title: str
    said: tuple[str, ...]
    village: str
    village_name: str
    place: tuple[float, float] | None
    named: tuple[int, int] | None
    matched: tuple[Matched, ...]

    @property
    def name(self) -> str:
        """The title and what tells it from others."""
        return " · ".join((self.title, *self.said))


def describe(
    facets: Facets, segment: Segment, shelf: Shelf, row: int, terms: Sequence[Term], found: Sequence[Matches]
) -> Hit:
    """Return what is said of a row of a shelf. `found` : what each term found in the segment's texts."""
    heading = int(shelf.heading[row])
    title = segment.text(heading) if heading >= 0 else shelf.table.title
    code = int(shelf.villages[row])
    village = segment.villages[code] if code >= 0 else ""
    x, y = shelf.xy[:, row].tolist()
    fits = [_fitting(segment, shelf, row, term, matches) for term, matches in zip(terms, found, strict=True)]
    matched = tuple(dict.fromkeys(m for m in fits if m is not None))
    named = next((m for m in matched if m.text == title and m.begin < m.end), None)
    return Hit(
        shelf.table.name,
        int(shelf.ids[row]),
        title,
        tuple(part for part in dict.fromkeys(_said(segment, shelf, row)) if part not in {"", title}),
        village,
        facets.names.get(village, village),
        (x, y) if x == x else None,  # noqa: PLR0124 - NaN is nowhere
        (named.begin, named.end) if named is not None else None,
        matched,
    )


def _said(segment: Segment, shelf: Shelf, row: int) -> Iterator[str]:
    if shelf.at[row] >= 0:
        yield segment.text(int(shelf.at[row]))
    if shelf.born is not None and shelf.born[row]:
        yield tr("{years} 岁").format(years=age(int(shelf.born[row]), _today()))
    for name in shelf.layout.said:
        if name in shelf.texts and shelf.texts[name][row] >= 0:
            yield segment.text(int(shelf.texts[name][row]))
        elif name in shelf.kinds and shelf.kinds[name][row] != _NO_KIND:
            yield shelf.kind_values[name][shelf.kinds[name][row]]


def age(born: int, today: int) -> int:
    """Return the years between two days, each as a number such as 19500602.

    Examples
    --------
    >>> age(19500602, 20260601), age(19500602, 20260602)
    (75, 76)
    """
    return (today - born) // 10_000


def _today() -> int:
    return int(datetime.now(tz=UTC).astimezone().strftime("%Y%m%d"))


def _fitting(segment: Segment, shelf: Shelf, row: int, term: Term, found: Matches) -> Matched | None:
    """Return the text of a row that a term fits best; where none does, what the term stands for."""
    fields = shelf.table.field_by_name
    columns = [(fields[name], shelf.texts[name], _kind(shelf, name)) for name in shelf.searched]
    fits: list[tuple[int, Matched]] = []
    for field, numbers, kind in [*columns, (None, shelf.at, PLACE)]:
        fitting = found.of(int(numbers[row])) if numbers[row] >= 0 else None
        if fitting is not None:
            level, at, length = fitting
            title = field.title if field is not None else tr("住址")
            matched = Matched(title, segment.text(int(numbers[row])), at, at + length)
            secret = field is not None and field.type is FieldType.ID_NUMBER
            fits.append((4 * level + kind, matched.cut() if secret else matched))
    if fits:
        return min(fits, key=lambda pair: pair[0])[1]
    facet = next((f for f in term.facets if _stands_for(segment, shelf, row, f)), None)
    return Matched(facet.title, facet.text, 0, 0) if facet is not None else None


def _kind(shelf: Shelf, name: str) -> int:
    return TITLE if name in shelf.layout.heading else OTHER


def _stands_for(segment: Segment, shelf: Shelf, row: int, facet: Facet) -> bool:
    if facet.kind is not None:
        table, field, value = facet.kind
        if table != shelf.table.name or field not in shelf.kinds:
            return False
        number = int(shelf.kinds[field][row])
        return number != _NO_KIND and shelf.kind_values[field][number] == value
    code = int(shelf.villages[row])
    return shelf.table.name in facet.tables or (code >= 0 and segment.villages[code] in facet.villages)
