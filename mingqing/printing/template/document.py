"""Templates of cards, lists, plans and reports: paper, texts, and which sections stand there in which order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from mingqing.catalog.load import catalog
from mingqing.core.definitions import Reader, Section
from mingqing.core.text import tr
from mingqing.printing.paper.flow import printed_by
from mingqing.printing.paper.page import A3, A4, A5, Paper
from mingqing.printing.template.fill import PLACE
from mingqing.printing.template.load import read_figures
from mingqing.printing.template.model import Figure
from mingqing.printing.template.texts import LONGEST_NOTE, named, require_text, text, texts

_PAPERS = {"A3": A3, "A4": A4, "A5": A5}
_VILLAGE = ("village", "date", "year")


@dataclass(frozen=True, slots=True)
class Heading:
    """A section: its code, and what stands above it; empty for its own title."""

    code: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class DocumentTemplate:
    """What a document says beside the data, and how it is laid out; texts hold placeholders such as {village}.

    paper : A3, A4 or A5. sections : what stands on it, in this order. notes : below all else.
    footer : stands in the line at the foot, behind who printed it. copies : of a card, for whom; figures : large on a
    report; advice : of a card, by kind of hazard, for `other` kinds and for `always`.
    """

    name: str
    file: str
    title: str
    subtitle: str = ""
    paper: str = "A4"
    portrait: bool = True
    sections: tuple[Heading, ...] = ()
    notes: tuple[str, ...] = ()
    footer: str = ""
    secrecy: str = ""
    copies: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    advice: Mapping[str, str] = field(default_factory=dict)

    @property
    def sheet(self) -> Paper:
        """The sheet of paper that it is printed on."""
        paper = _PAPERS[self.paper]
        return paper if self.portrait else paper.turned()

    @property
    def codes(self) -> tuple[str, ...]:
        """What stands on it, in order."""
        return tuple(each.code for each in self.sections)

    def heading(self, code: str) -> str:
        """Return what stands above a section; empty for its own title, and where it is left out."""
        return next((each.title for each in self.sections if each.code == code), "")

    def foot(self, who: str, when: datetime, edition: str = "") -> str:
        """Return the left half of the line at the foot: nobody's template takes away who printed it and when."""
        return " · ".join(filter(None, (self.secrecy, printed_by(who, when, edition), self.footer)))


def words(day: date, **place: str) -> dict[str, str]:
    """Return what placeholders stand for on a day; place : village, township … as far as they are known.

    Examples
    --------
    >>> words(date(2026, 11, 2), village="大竹溪村")
    {'date': '2026年11月2日', 'year': '2026', 'village': '大竹溪村'}
    """
    told = tr("{year}年{month}月{day}日").format(year=day.year, month=day.month, day=day.day)
    return {"date": told, "year": str(day.year), **place}


@dataclass(frozen=True, slots=True)
class _Kind:
    """A document of the program, and what a template may make of it.

    needed : sections that none may leave out: people's safety hangs on them. known : placeholders.
    title, heading : characters there is room for.
    """

    sections: tuple[str, ...]
    needed: tuple[str, ...] = ()
    papers: tuple[str, ...] = ("A4",)
    known: tuple[str, ...] = PLACE
    title: int = 200
    heading: int = 40


_KINDS: Mapping[str, _Kind] = {
    "card": _Kind(
        ("family", "danger", "warning", "way", "map", "offices"),
        ("danger", "warning", "way"),
        ("A4", "A5"),
        _VILLAGE,
        title=30,
        heading=6,
    ),
    "roll": _Kind(("stranded", "slow", "others"), ("stranded", "slow", "others"), ("A3", "A4"), _VILLAGE),
    "village_plan": _Kind(
        (
            *("figures", "map", "stranded", "groups", "shelters"),
            *("leaders", "hazards", "duties", "devices", "supplies"),
        ),
        ("stranded",),
        ("A4", "A3"),
        _VILLAGE,
    ),
    "household_sheet": _Kind(
        ("house", "members", "key_people", "assistance", "disaster", "visits", "map", "signature")
    ),
    "report": _Kind(
        ("figures", "people", "houses", "land", "organisation", "care", "disaster", "current", "comparison")
    ),
}

DOCUMENTS = tuple(_KINDS)
"""The names of these templates."""


def read_document(said: Section, name: str, file: str) -> DocumentTemplate:
    """Return the template of a document that definitions say, the project's own above the program's.

    Raises
    ------
    DefinitionError
        at the first mistake, naming file, line, key and reason.
    """
    reader, kind = Reader(file, "", said), _KINDS[name]
    template = DocumentTemplate(
        name=name,
        file=file,
        title=text(reader, "title", kind.known, longest=kind.title),
        subtitle=text(reader, "subtitle", kind.known),
        paper=_paper(reader, kind),
        portrait=_portrait(reader),
        sections=_sections(reader, kind),
        notes=texts(reader, "notes", kind.known),
        footer=text(reader, "footer", kind.known),
        secrecy=text(reader, "secrecy", (), longest=20),
        copies=texts(reader, "copies", (), most=9) if name == "card" else (),
        figures=read_figures(reader) if name == "report" else (),
        advice=_advice(reader) if name == "card" else {},
    )
    if not template.title:
        raise reader.error("title", tr("不能为空"))
    reader.finish()
    return template


def _paper(reader: Reader, kind: _Kind) -> str:
    paper = reader.take("paper", str, kind.papers[0])
    if paper not in kind.papers:
        raise reader.error("paper", tr("可选的纸有 {all}").format(all="、".join(kind.papers)))
    return paper


def _portrait(reader: Reader) -> bool:
    way = reader.take("orientation", str, "portrait")
    if way not in {"portrait", "landscape"}:
        raise reader.error("orientation", tr('应为 "portrait"（竖放）或 "landscape"（横放）'))
    return way == "portrait"


def _sections(reader: Reader, kind: _Kind) -> tuple[Heading, ...]:
    if "sections" not in reader.data:
        return tuple(map(Heading, kind.sections))
    found = tuple(Heading(*each) for each in named(reader, "sections", kind.sections, tr("内容")))
    for each in found:
        require_text(reader, "sections", each.title, (), kind.heading)
    lacking = [code for code in kind.needed if code not in {each.code for each in found}]
    if lacking:
        raise reader.error("sections", tr("不能没有“{code}”，它关系到人的安全").format(code=lacking[0]))
    return found


def _advice(top: Reader) -> Mapping[str, str]:
    reader = Reader(top.file, "advice", top.take("advice", dict))
    kinds = [code.value for code in catalog().codes["hazard_kind"].codes]
    found = {key: reader.take(key, str) for key in ("other", "always")}
    found |= {key: reader.take(key, str) for key in kinds if key in reader.data}
    for key, said in found.items():
        require_text(reader, key, said, (), LONGEST_NOTE)
    reader.finish()
    return found
