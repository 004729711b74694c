"""避险明白卡 on paper: a page a household and copy, type as large as what there is to say allows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import shapely

from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.evacuation.directions import distance
from mingqing.printing.evacuation.card import TITLE, CardContent, alone, gather_cards, in_short
from mingqing.printing.evacuation.evacuees import PLAIN, About, Evacuee, Person
from mingqing.printing.evacuation.roll import minutes_in_words
from mingqing.printing.evacuation.sketch import Sketch, draw_sketch, paint_home
from mingqing.printing.paper.code import paint_qr
from mingqing.printing.paper.flow import LEADING, Block, Gap, write
from mingqing.printing.paper.form import Field, Form, label
from mingqing.printing.paper.page import A4, PT, Align, Document, Ink, Page, Paper
from mingqing.printing.paper.text import width_of, wrap
from mingqing.printing.template.document import DocumentTemplate, words
from mingqing.printing.template.fill import filled
from mingqing.printing.template.find import document
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session

Sketcher = Callable[[CardContent, tuple[float, float]], Sketch | None]

_MARGINS = (14.0, 12.0, 14.0, 11.0)
_A4_WIDTH = 182.0  # of the body; on smaller paper everything is smaller in proportion
_SIZES = (10.5, 10.0, 9.5, 9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0)
_LEAST_MAP, _MOST_MAP = 70.0, 125.0
_MEMBERS, _MOST_MEMBERS = 8, 40
_CLUTTER = frozenset({"warning_point", "supply"})  # often at the shelter, where they hide what one runs to
_LONGEST_DETAIL = 200
_NEAR_M = 300.0  # of a long valley under water one has to see what is at the door


@dataclass(frozen=True, slots=True)
class _Layout:
    """A card at one size of type. map_mm : height of the sketch."""

    blocks: tuple[Block, ...]
    map_mm: float


def cards_pdf(
    cards: Sequence[CardContent],
    sketch: Sketcher,
    *,
    template: DocumentTemplate | None = None,
    paper: Paper | None = None,
    copies: Sequence[str] | None = None,
    edition: str = "",
    watch: Watch = UNWATCHED,
) -> bytes:
    """Return the cards as a PDF, the copies of each one after another; empty where there is no card.

    Parameters
    ----------
    sketch : draws the map of a card at a size in millimetres; None where there is none to draw.
    template : the program's own where None. paper, copies : its own where None; copies are for whom, which is said
        at the upper right of each.
    edition : of which plan and day, as `planned.edition` says it: at the foot of each.

    Raises
    ------
    Cancelled
        once `watch`, asked before every card, says so.
    """
    template = template or document(None, "card")
    paper, copies = paper or template.sheet, template.copies if copies is None else copies
    left, top, right, bottom = (m * _scale(paper) for m in _MARGINS)
    paper = replace(paper, margins=(left, top, right, bottom))
    with Document(paper, TITLE) as made:
        for number, card in enumerate(cards):
            watch.step(TITLE, number, len(cards))
            _print(made, card, sketch, template, copies, edition)
    return made.pdf


def print_cards(
    session: Session,
    evacuees: Sequence[Evacuee],
    about: About = PLAIN,
    *,
    paper: Paper | None = None,
    copies: Sequence[str] | None = None,
    reason: str = "",
    watch: Watch = UNWATCHED,
) -> bytes:
    """Return the cards of a plan as a PDF; the log has it first. Arguments as in `gather_cards` and `cards_pdf`.

    Raises
    ------
    NotAllowed
        if the account may not print what stands on them.
    DefinitionError
        if the project's template of the card is broken.
    Cancelled
        once `watch` says so.
    """
    template = document(session, "card")
    cards = gather_cards(session, evacuees, reason=reason)
    villages = "、".join(dict.fromkeys(c.village for c in cards))
    Permitted(session).record(TITLE, len(cards), villages[:_LONGEST_DETAIL])

    def sketch(card: CardContent, size_mm: tuple[float, float]) -> Sketch | None:
        goals = _dangers(card) if card.way is None else (card.way, card.shelter_at)
        return draw_sketch(
            session,
            size_mm,
            about,
            seen=(card.home, *goals),
            ways=(card.way,) if card.way is not None else (),
            house=card.house,
            home=card.home,
            without=_CLUTTER,
            cancelled=watch.cancelled,
        )

    return cards_pdf(
        cards, sketch, template=template, paper=paper, copies=copies, edition=about.edition, watch=watch
    )


def _dangers(card: CardContent) -> Sequence[shapely.Geometry]:
    """Return what endangers and bars a household as far as it is near; of what is not, the line that leads there."""
    found = [shape for shape in (*card.hazards_at, card.barred) if shape is not None]
    if card.home is None or card.home.is_empty:
        return found
    west, south, east, north = card.home.bounds
    near = (west - _NEAR_M, south - _NEAR_M, east + _NEAR_M, north + _NEAR_M)
    cut = ((shapely.clip_by_rect(shape, *near), shape) for shape in found)
    return [shapely.shortest_line(card.home, shape) if part.is_empty else part for part, shape in cut]


def _scale(paper: Paper) -> float:
    return min(1.0, paper.size_mm[0] / A4.size_mm[0])


def _print(
    made: Document,
    card: CardContent,
    sketch: Sketcher,
    template: DocumentTemplate,
    copies: Sequence[str],
    edition: str,
) -> None:
    body, scale = made.paper.body, _scale(made.paper)
    laid = _fitted(card, template, body.width(), body.height() - _FOOT * scale, scale)
    map_width = body.width() - _panel(scale)
    drawn = sketch(card, (map_width, laid.map_mm)) if laid.map_mm else None
    for copy in copies:
        page = made.page()
        y = body.y() + _head(page, card, template, copy, scale)
        for block in laid.blocks:
            if block is _MAP:
                _draw_map(page, card, drawn, (body.x(), y, body.width(), laid.map_mm), scale)
                y += laid.map_mm
            else:
                block.draw(page, body.x(), y, body.width())
                y += block.height(body.width())
        _foot(page, template, edition, scale)


_MAP = Gap(0.0)  # stands among the blocks for the map, which takes what the others leave


def _fitted(
    card: CardContent, template: DocumentTemplate, width: float, height: float, scale: float
) -> _Layout:
    """Return a card with the largest type at which the map, where it has one, is still worth having."""
    least, most = (_LEAST_MAP, _MOST_MAP) if "map" in template.codes else (0.0, 0.0)
    for size in _SIZES:
        blocks = _blocks(card, template, size * scale)
        room = height - _HEAD * scale - sum(b.height(width) for b in blocks)
        if room >= least * scale:
            break
    return _Layout(blocks, max(min(room, most * scale), 0.0))


def _blocks(card: CardContent, template: DocumentTemplate, size: float) -> tuple[Block, ...]:
    """Return what stands on a card from above, a gap before each but the first and the map."""
    found: list[Block] = []
    for each in template.sections:
        if each.code == "map":
            found.append(_MAP)
            continue
        found += [Gap(size * PT * 0.35)] if found else []
        found.append(_FORMS[each.code](card, each.title, size))
    return tuple(found)


def _family(card: CardContent, title: str, size: float) -> Form:
    count = str(card.people) if card.people else ""
    rows = [
        [
            label(tr("户主姓名"), 12),
            Field(card.householder, 22, bold=True),
            label(tr("家庭人数"), 12),
            Field(count, 10),
            label(tr("房屋类型"), 12),
            Field(card.structure, 32),
        ],
        [label(tr("住址"), 12), Field(card.address, 88, most=2)],
        [label(text, share) for text, share in (*_PERSON, *_PERSON)],
        *_members(card.members),
    ]
    return Form(title, rows, size, least=1.75)


_PERSON = ((tr("姓名"), 22.0), (tr("性别"), 12.0), (tr("年龄"), 16.0))


def _members(members: Sequence[Person]) -> list[list[Field]]:
    """Return members in two columns, eight places at least; of very many the first, and how many there are."""
    if len(members) > _MOST_MEMBERS:
        members = (*members[: _MOST_MEMBERS - 1], Person(tr("……共 {n} 人").format(n=len(members))))
    half = (max(len(members), _MEMBERS) + 1) // 2
    places = [*members, *[Person()] * (2 * half - len(members))]
    return [
        [
            Field(text, share, align=Align.MIDDLE, most=1)
            for person in (places[n], places[half + n])
            for text, (_, share) in zip(_told(person), _PERSON, strict=True)
        ]
        for n in range(half)
    ]


def _told(person: Person) -> tuple[str, str, str]:
    return person.name, person.sex, "" if person.age is None else str(person.age)


def _danger(card: CardContent, title: str, size: float) -> Form:
    kind = " ".join(dict.fromkeys(filter(None, (card.kind, f"（{card.hazard}）" if card.hazard else ""))))
    rows = [
        [
            label(tr("灾害类型"), 12),
            Field(kind, 48, bold=True, most=2),
            label(tr("规模等级"), 12),
            Field(card.scale, 28),
        ],
        [
            label(tr("与住户\n位置关系"), 12),
            Field(card.relation, 48, most=2),
            label(tr("诱发因素"), 12),
            Field(card.trigger, 28, most=2),
        ],
        [label(tr("注意事项"), 12), Field(card.advice, 88, most=5)],
    ]
    return Form(title, rows, size)


def _warning(card: CardContent, title: str, size: float) -> Form:
    rows = [
        [
            label(tr("监测人"), 12),
            Field(card.monitor.name, 20),
            label(tr("电话"), 8),
            _phone(card.monitor.phone, 22),
            label(tr("预警信号"), 12),
            Field(card.signal, 26, bold=True, most=2),
        ],
        [
            label(tr("发布人"), 12),
            Field(card.announcer.name, 20),
            label(tr("电话"), 8),
            _phone(card.announcer.phone, 22),
            label(tr("带队人"), 12),
            Field(_both(card), 26, most=2),
        ],
    ]
    return Form(title, rows, size)


def _both(card: CardContent) -> str:
    return " ".join(filter(None, (card.leader.name, card.leader.phone)))


def _phone(text: str, share: float) -> Field:
    return Field(text, share, bold=True, most=2)  # a number that is cut reaches nobody


def _way(card: CardContent, title: str, size: float) -> Form:
    if card.stranded:
        way = Field(alone(card), 88, bold=True, larger=1.1, ink=Ink.ALERT, most=6)
    else:
        way = Field(card.way_in_words, 88, bold=True, larger=1.1, most=8)
    goal = Field(card.shelter, 48, bold=True, larger=1.1, most=2)
    if card.stranded:
        goal = Field(tr("尚未安排。请带队人当面商定去哪里、谁来接："), 48, most=2)
    walk = "，".join(
        filter(None, (distance(card.metres) if card.metres else "", minutes_in_words(card.minutes)))
    )
    rows = [
        [label(tr("撤离路线"), 12), way],
        [
            label(tr("安置点"), 12),
            goal,
            label(tr("路程"), 12),
            Field(walk, 28),
        ],
        [
            label(tr("负责人"), 12),
            Field(card.shelter_head.name, 20),
            label(tr("电话"), 8),
            _phone(card.shelter_head.phone, 20),
            label(tr("地址"), 12),
            Field(card.shelter_address, 28, most=2),
        ],
    ]
    return Form(title, rows, size, fill=Ink.ALERT)


def _offices(card: CardContent, title: str, size: float) -> Form:
    rows = [
        [
            label(name, 12),
            Field(unit.name, 30, most=2),
            label(tr("负责人"), 10),
            Field(unit.contact.name, 16),
            label(tr("电话"), 8),
            _phone(unit.contact.phone, 24),
        ]
        for name, unit in ((tr("救护单位"), card.rescue), (tr("发放单位"), card.issuer))
    ]
    rows.append(
        [
            label(tr("户主签名"), 12),
            Field("", 38),
            label(tr("日期"), 10),
            Field(tr("　　　　年　　月　　日"), 40, ink=Ink.SOFT),
        ]
    )
    return Form(title, rows, size, least=2.1)


_FORMS: Mapping[str, Callable[[CardContent, str, float], Form]] = {
    "family": _family,
    "danger": _danger,
    "warning": _warning,
    "way": _way,
    "offices": _offices,
}
_HEAD = 15.0
_TITLE_PT = 21.0


def _head(page: Page, card: CardContent, template: DocumentTemplate, copy: str, scale: float) -> float:
    """Paint the title, what stands beside it, and for whom this copy is; return how high that is."""
    body = page.paper.body
    told = words(date.today(), village=card.village)  # noqa: DTZ011 - by the calendar on the wall
    title, beside = filled(template.title, told), filled(template.subtitle, told)
    large, middle = _TITLE_PT * scale, body.width() / 2
    large *= min(1.0, middle / max(width_of(title, large * PT, bold=True), 1.0))
    top = body.y() + (_TITLE_PT * scale - large) * PT * LEADING / 2 - 0.5 * scale
    write(page, [title], body.x(), top, body.width(), large, bold=True, align=Align.MIDDLE)
    size = 10.0 * scale
    lines = wrap(beside, size * PT, body.width() / 4, bold=True)[:1]
    write(page, lines, body.x(), body.y() + 4.0 * scale, body.width() / 4, size, bold=True, ink=Ink.ACCENT)
    wide = width_of(copy, size * PT, bold=True) + 4.0 * scale
    left, top, high = body.right() - wide, body.y() + 3.2 * scale, 7.0 * scale
    if copy:
        page.frame(left, top, wide, high, line=0.3, ink=Ink.ALERT)
        write(
            page,
            [copy],
            left,
            top + (high - size * PT * 1.45) / 2,
            wide,
            size,
            bold=True,
            ink=Ink.ALERT,
            align=Align.MIDDLE,
        )
    return _HEAD * scale


_FOOT, _FOOT_PT = 5.4, 8.0


def _foot(page: Page, template: DocumentTemplate, edition: str, scale: float) -> None:
    """Write at the foot of which plan the card is, so that an old one on the wall can be told from a new one."""
    body, size = page.paper.body, _FOOT_PT * scale
    text = "。".join(filter(None, (template.secrecy, edition, template.footer)))
    y = body.bottom() - (size * PT * LEADING)
    lines = wrap(text, size * PT, body.width())[:1]
    write(page, lines, body.x(), y, body.width(), size, ink=Ink.SOFT, align=Align.MIDDLE)


def _panel(scale: float) -> float:
    """Return the width of what stands beside the map."""
    return 46.0 * scale


def _draw_map(
    page: Page, card: CardContent, drawn: Sketch | None, box: tuple[float, float, float, float], scale: float
) -> None:
    """Paint the map, and beside it the code and what the signs mean."""
    x, y, width, height = box
    panel = _panel(scale)
    left = x + width - panel
    if drawn is not None:
        drawn.paint(page, x, y, left - x, height)
    page.frame(x, y, left - x, height, line=0.3, ink=Ink.FRAME)
    page.frame(left, y, panel, height, line=0.3, ink=Ink.FRAME)
    side = min(panel - 6.0 * scale, height - 12.0 * scale)
    if side < 15.0 * scale:
        return
    paint_qr(page, left + (panel - side) / 2, y + 2.0 * scale, side, in_short(card))
    below = y + 1.5 * scale + side
    told = (tr("手机扫一扫，看路线和电话"),)
    write(page, told, left, below, panel, 8.5 * scale, ink=Ink.SOFT, align=Align.MIDDLE)
    if drawn is not None:
        _legend(page, drawn, left + 4.0 * scale, below + 9.0 * scale, y + height, scale)


def _legend(page: Page, drawn: Sketch, x: float, y: float, bottom: float, scale: float) -> None:
    """Paint the signs of the map with what they mean, as many as there is room for."""
    line, wide, size = 6.4 * scale, 8.0 * scale, 9.0 * scale
    if y + line > bottom:
        return
    paint_home(page.painter, x + wide / 2, y + line / 2, 2.2 * scale)
    write(page, [tr("本户")], x + wide + 2.0 * scale, y + (line - size * PT * 1.45) / 2, 30.0, size)
    for entry in drawn.legend:
        y += line
        if y + line > bottom:
            return
        page.swatch(x, y + 0.8 * scale, wide, line - 1.6 * scale, entry.style_class)
        name = entry.title.split("（")[0]
        write(page, [name], x + wide + 2.0 * scale, y + (line - size * PT * 1.45) / 2, 30.0, size)
