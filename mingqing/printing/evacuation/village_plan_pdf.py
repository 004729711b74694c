"""村防灾避险预案 on a few pages of A4: figures, map, shelters, who leads, who has no way, whom to call."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.evacuation.model import MOBILITY
from mingqing.printing.evacuation.evacuees import PLAIN, About, Contact, Evacuee
from mingqing.printing.evacuation.roll import minutes_in_words
from mingqing.printing.evacuation.sketch import Sketch, draw_sketch
from mingqing.printing.evacuation.village_plan import (
    TITLE,
    Going,
    Listed,
    Load,
    Stranded,
    VillagePlan,
    gather_plan,
)
from mingqing.printing.paper.flow import (
    Block,
    Drawn,
    Gap,
    Paragraph,
    Picture,
    as_pdf,
    heading,
    title,
    write,
)
from mingqing.printing.paper.form import Field, Form, label
from mingqing.printing.paper.page import PT, Align, Ink, Page, Paper
from mingqing.printing.paper.table import Column, Line, Table
from mingqing.printing.template.document import DocumentTemplate, words
from mingqing.printing.template.fill import filled
from mingqing.printing.template.find import document
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session

_MAP_MM = 118.0


def print_plan(
    session: Session,
    village: str,
    evacuees: Sequence[Evacuee],
    about: About = PLAIN,
    *,
    paper: Paper | None = None,
    watch: Watch = UNWATCHED,
) -> bytes:
    """Return the plan of a village as a PDF; the log has it first. Arguments as in `gather_plan`.

    Raises
    ------
    NotAllowed
        if the account may not print what stands in it.
    DefinitionError
        if the project's template of the plan is broken.
    Cancelled
        once `watch` says so.
    """
    template = document(session, "village_plan")
    plan = gather_plan(session, village, evacuees, about)
    Permitted(session).record(TITLE, plan.households, plan.village)
    paper = paper or template.sheet
    drawn = draw_sketch(
        session,
        (paper.body.width(), _MAP_MM),
        about,
        seen=(*plan.ways, *plan.places),
        ways=plan.ways,
        cancelled=watch.cancelled,
    )
    return plan_pdf(plan, drawn, template=template, paper=paper, watch=watch)


def plan_pdf(
    plan: VillagePlan,
    drawn: Sketch | None,
    *,
    template: DocumentTemplate | None = None,
    paper: Paper | None = None,
    watch: Watch = UNWATCHED,
) -> bytes:
    """Return a plan as a PDF.

    Parameters
    ----------
    drawn : its map, None where there is none. template : the program's own where None. paper : its own where None.

    Raises
    ------
    Cancelled
        once `watch` says so.
    """
    template = template or document(None, "village_plan")
    told = words(plan.made_at.date(), village=plan.village)
    footer, name = template.foot(plan.by, plan.made_at, plan.edition), filled(template.title, told)
    blocks = list(_blocks(plan, template, told, drawn))
    return as_pdf(blocks, paper or template.sheet, name, footer=footer, watch=watch)


def _blocks(
    plan: VillagePlan, template: DocumentTemplate, told: Mapping[str, str], drawn: Sketch | None
) -> Iterator[Block]:
    yield title(filled(template.title, told))
    for text in filter(None, (filled(template.subtitle, told), plan.edition or f"{plan.made_at:%Y-%m-%d}")):
        yield Paragraph(text, 9.5, ink=Ink.SOFT, align=Align.MIDDLE)
    yield Gap(1.3)
    number = 0
    for section in template.sections:
        blocks = _map(drawn) if section.code == "map" else _SECTIONS[section.code](plan)
        if blocks:
            yield heading(f"{_NUMERALS[number]}、{section.title}")
            yield from blocks
            yield Gap(4.0)
            number += 1
    for note in template.notes:
        yield Paragraph(filled(note, told), 9.5, ink=Ink.SOFT)


_NUMERALS = "一二三四五六七八九十"


def _figures(plan: VillagePlan) -> list[Block]:
    mean = minutes_in_words(plan.mean_minutes)
    rows = [
        [label(tr("情形"), 12), Field(plan.scenario or tr("全部隐患点"), 88, most=8)],
        [
            *(
                label(tr("涉险"), 12),
                Field(tr("{h} 户 {n} 人").format(h=plan.households, n=plan.people), 21, bold=True),
            ),
            *(label(tr("行动不便"), 12), Field(_slow(plan.slow), 22)),
            *(label(tr("最迟到达"), 12), Field(minutes_in_words(plan.latest_minutes), 21)),
        ],
        [
            *(label(tr("已安排"), 12), Field(tr("{n} 人").format(n=plan.people - plan.stranded_people), 21)),
            *(label(tr("无安全路线"), 12), _lacking(plan)),
            *(label(tr("平均用时"), 12), Field(mean, 21)),
        ],
    ]
    return [Form("", rows, 10.0)]


def _lacking(plan: VillagePlan) -> Field:
    if not plan.stranded:
        return Field(tr("没有"), 22)
    text = tr("{h} 处 {n} 人").format(h=len(plan.stranded), n=plan.stranded_people)
    return Field(text, 22, bold=True, ink=Ink.ALERT)


def _slow(slow: Sequence[int]) -> str:
    return "，".join(tr("{how} {n} 人").format(how=MOBILITY[n], n=slow[n]) for n in (2, 1) if slow[n]) or tr(
        "没有"
    )


def _map(drawn: Sketch | None) -> list[Block]:
    if drawn is None:
        return []
    return [Picture(drawn.paint, _MAP_MM), Drawn(_legend_height(drawn), lambda *at: _legend(drawn, *at))]


_PER_ROW, _SIGN_MM, _ROW_MM = 6, 7.0, 5.6


def _legend_height(drawn: Sketch) -> float:
    return -(-len(drawn.legend) // _PER_ROW) * _ROW_MM


def _legend(drawn: Sketch, page: Page, x: float, y: float, width: float) -> None:
    """Paint the signs of the map with what they mean, in rows."""
    step = width / _PER_ROW
    for n, entry in enumerate(drawn.legend):
        left, top = x + n % _PER_ROW * step, y + n // _PER_ROW * _ROW_MM
        page.swatch(left, top + 0.6, _SIGN_MM, _ROW_MM - 1.2, entry.style_class)
        write(
            page,
            [entry.title.split("（")[0]],
            left + _SIGN_MM + 1.4,
            top + (_ROW_MM - 8.5 * PT * 1.45) / 2,
            step,
            8.5,
        )


def _table(columns: Sequence[tuple[str, float, Align]], rows: Sequence[Sequence[str]]) -> list[Block]:
    return _lined(columns, [Line(tuple(row)) for row in rows])


def _lined(columns: Sequence[tuple[str, float, Align]], lines: Sequence[Line]) -> list[Block]:
    return [Table.of([Column(*c) for c in columns], lines, 9.0)] if lines else []


_LEFT, _MIDDLE = Align.LEFT, Align.MIDDLE


def _stranded(plan: VillagePlan) -> list[Block]:
    """Return those without a safe way under what is the matter, which is often the same for a whole hamlet."""
    if not plan.stranded:
        return []
    columns = [Column(tr("住址"), 40), *(Column(name, share, _MIDDLE) for name, share in _WHO)]
    lines: list[Line] = []
    by_reason: dict[str, list[Stranded]] = {}
    for each in plan.stranded:
        by_reason.setdefault(each.reason, []).append(each)
    for reason, some in sorted(by_reason.items(), key=lambda item: -len(item[1])):
        count = tr("{h} 处 {n} 人").format(h=len(some), n=sum(s.people for s in some))
        lines.append(Line((f"{reason}（{count}）",), band=True, fill=Ink.ALERT_FILL, ink=Ink.ALERT))
        lines += (
            Line((s.address, s.householders, str(s.people or ""), s.leader.name, s.leader.phone))
            for s in some
        )
    return [Table.of(columns, lines, 9.0)]


_WHO = ((tr("户主"), 30), (tr("人数"), 10), (tr("带队人"), 20), (tr("电话"), 24))


def _shelters(plan: VillagePlan) -> list[Block]:
    columns = (
        (tr("安置点"), 30, _LEFT),
        (tr("容纳"), 9, _MIDDLE),
        (tr("安置"), 9, _MIDDLE),
        (tr("其中本村"), 10, _MIDDLE),
        (tr("占用"), 9, _MIDDLE),
        (tr("负责人、电话"), 22, _MIDDLE),
        (tr("地址"), 24, _LEFT),
    )
    return _table(columns, [_load(each) for each in plan.shelters])


def _load(load: Load) -> tuple[str, ...]:
    share = "" if load.share is None else f"{load.share:.0%}"
    if load.unused:
        share = tr("不启用")
    room = tr("未登记") if load.capacity is None else str(load.capacity)
    return load.name, room, str(load.people), str(load.own), share, _called(load.head), load.address


def _groups(plan: VillagePlan) -> list[Block]:
    """Return for the wall which households of each group go where."""
    columns = (
        *((tr("组"), 9, _MIDDLE), (tr("去哪里"), 26, _LEFT), (tr("户"), 6, _MIDDLE), (tr("人"), 6, _MIDDLE)),
        *((tr("最长用时"), 13, _MIDDLE), (tr("户主"), 46, _LEFT)),
    )
    lines = [
        _line((None if n else group.name or tr("未分组"),), going, tr("没有安全路线，打带队人电话"), rest)
        for group in plan.groups
        for n, going in enumerate(group.going)
        for rest in [(minutes_in_words(going.minutes), "、".join(filter(None, going.householders)))]
    ]
    return _lined(columns, lines)


def _leaders(plan: VillagePlan) -> list[Block]:
    columns = (
        *((tr("带队人"), 13, _MIDDLE), (tr("电话"), 17, _MIDDLE), (tr("带往"), 44, _LEFT)),
        *((tr("户"), 7, _MIDDLE), (tr("人"), 7, _MIDDLE), (tr("行动不便"), 10, _MIDDLE)),
    )
    lines = [
        _line(
            (None, None) if n else (led.leader.name or tr("待定"), led.leader.phone),
            going,
            tr("没有安全路线，须另行安排"),
            (str(going.slow or ""),),
        )
        for led in plan.leaders
        for n, going in enumerate(led.going)
    ]
    return _lined(columns, lines)


def _line(who: tuple[str | None, ...], going: Going, stranded: str, rest: tuple[str, ...]) -> Line:
    count = str(going.households), str(going.people or "")
    ink = Ink.TEXT if going.shelter else Ink.ALERT
    return Line((*who, going.shelter or stranded, *count, *rest), ink=ink)


def _hazards(plan: VillagePlan) -> list[Block]:
    columns = (
        (tr("隐患点"), 22, _LEFT),
        (tr("类型"), 12, _MIDDLE),
        (tr("规模等级"), 10, _MIDDLE),
        (tr("预警信号"), 18, _LEFT),
        (tr("监测人、电话"), 22, _MIDDLE),
        (tr("责任人、电话"), 22, _MIDDLE),
    )
    rows = [
        (h.name, h.kind, h.scale, h.signal, _called(h.monitor), _called(h.responsible)) for h in plan.hazards
    ]
    return _table(columns, rows)


def _people(listed: Sequence[Listed], titles: tuple[str, ...]) -> list[Block]:
    columns = [(name, share, _MIDDLE) for name, share in zip(titles, (16, 16, 24, 24), strict=True)]
    return _table(columns, [(p.kind, p.name, p.more, p.contact.phone) for p in listed])


def _things(listed: Sequence[Listed], titles: tuple[str, ...]) -> list[Block]:
    columns = [
        (name, share, _LEFT if n in {0, 1, 2} else _MIDDLE)
        for n, (name, share) in enumerate(zip(titles, (26, 30, 14, 12, 18), strict=True))
    ]
    return _table(columns, [(t.name, t.kind, t.more, t.contact.name, t.contact.phone) for t in listed])


def _duties(plan: VillagePlan) -> list[Block]:
    return _people(plan.duties, (tr("职责"), tr("姓名"), tr("职务"), tr("电话")))


def _devices(plan: VillagePlan) -> list[Block]:
    return _things(plan.devices, (tr("设备"), tr("类型"), tr("位置"), tr("管理人"), tr("电话")))


def _supplies(plan: VillagePlan) -> list[Block]:
    return _things(plan.supplies, (tr("仓库"), tr("物资"), tr("数量"), tr("保管人"), tr("电话")))


_SECTIONS: Mapping[str, Callable[[VillagePlan], list[Block]]] = {
    "figures": _figures,
    "stranded": _stranded,
    "groups": _groups,
    "shelters": _shelters,
    "leaders": _leaders,
    "hazards": _hazards,
    "duties": _duties,
    "devices": _devices,
    "supplies": _supplies,
}


def _called(contact: Contact) -> str:
    return " ".join(filter(None, (contact.name, contact.phone)))
