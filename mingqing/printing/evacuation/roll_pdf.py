"""转移人员清单 on paper: A3 or A4 landscape, a household together, its shelter and way told once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.evacuation.model import MOBILITY
from mingqing.printing.evacuation.evacuees import PLAIN, About, Evacuee
from mingqing.printing.evacuation.roll import TITLE, Part, Roll, RollRow, Sum, cells, gather_roll, remark
from mingqing.printing.paper.flow import Block, Gap, Paragraph, as_pdf, title
from mingqing.printing.paper.page import Align, Ink, Paper
from mingqing.printing.paper.table import Column, Line, Table
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session

_MARGINS = (10.0, 10.0, 10.0, 9.0)
_FINE = 330.0  # paper narrower than this has smaller type
# Titles, shares of the width and whether text is set to the left; who leads and who receives stand over their phones.
_COLUMNS = (
    *((tr("序号"), 6, False), (tr("村"), 10, False), (tr("组"), 7, False), (tr("户主"), 9, False)),
    *(
        (tr("与户主\n关系"), 8, False),
        (tr("姓名"), 9, False),
        (tr("年龄"), 6, False),
        (tr("电话"), 17, False),
    ),
    *((tr("身体\n状况"), 8, False), (tr("家庭\n转移\n人数"), 7, False)),
    *((tr("隐患点"), 15, True), (tr("灾害\n类型"), 8, False), (tr("位置"), 14, True)),
    *((tr("转移责任人\n电话"), 17, False), (tr("安置点"), 19, True), (tr("安置点负责人\n电话"), 17, False)),
    *(
        (tr("转移路线"), 44, True),
        (tr("预计用时"), 11, False),
        (tr("是否\n转移"), 8, False),
        (tr("转移时间"), 10, False),
    ),
)
# What is the same for everybody of a household is written once beside all of them.
_OF_HOUSEHOLD = {1, 2, 3, *range(9, 18)}
_FILLS = {Part.STRANDED: Ink.ALERT_FILL, Part.SLOW: Ink.CARE_FILL}


def roll_pdf(roll: Roll, paper: Paper | None = None, watch: Watch = UNWATCHED) -> bytes:
    """Return the roll as a PDF. paper : that of its template where None.

    Raises
    ------
    Cancelled
        once `watch` says so.
    """
    template = roll.template
    paper = replace(paper or template.sheet, margins=_MARGINS)
    size = 8.0 if paper.size_mm[0] > _FINE else 6.3
    columns = [Column(name, share, Align.LEFT if left else Align.MIDDLE) for name, share, left in _COLUMNS]
    above = filter(None, (roll.filled(template.subtitle), remark(roll)))
    blocks: list[Block] = [
        title(roll.title),
        *(Paragraph(text, 9.5, ink=Ink.SOFT, align=Align.MIDDLE) for text in above),
        Gap(1.3),
        Table.of(columns, _lines(roll), size),
        Gap(2.5),
        *(Paragraph(roll.filled(note), 9.5, ink=Ink.SOFT) for note in template.notes),
    ]
    footer = template.foot(roll.by, roll.made_at, roll.edition)
    return as_pdf(blocks, paper, roll.title, footer=footer, watch=watch)


def print_roll(
    session: Session,
    evacuees: Sequence[Evacuee],
    about: About = PLAIN,
    *,
    reason: str = "",
    paper: Paper | None = None,
    watch: Watch = UNWATCHED,
) -> bytes:
    """Return the roll of a plan as a PDF; the log has it first. Arguments as in `gather_roll`.

    Raises
    ------
    NotAllowed
        if the account may not print what stands on it.
    Cancelled
        once `watch` says so.
    """
    roll = gather_roll(session, evacuees, about, reason=reason)
    Permitted(session).record(TITLE, len(roll.rows), about.subject)
    return roll_pdf(roll, paper, watch)


def _lines(roll: Roll) -> Iterator[Line]:
    number = 0
    for part, rows in groupby(roll.rows, key=lambda row: row.part):
        some = list(rows)
        yield Line(
            (_part(roll.template.heading(part.code), some),),
            fill=_FILLS.get(part, Ink.HEAD),
            band=True,
            ink=_ink(part),
        )
        for (village, group), neighbours in groupby(some, key=lambda row: (row.village, row.group)):
            here = list(neighbours)
            for _, household in groupby(here, key=lambda row: row.household):
                for n, row in enumerate(household):
                    number += 1
                    texts = _texts(number, row)
                    yield Line(tuple(None if n and c in _OF_HOUSEHOLD else v for c, v in enumerate(texts)))
            yield _subtotal(village, group, here)
    yield _total(roll.total)


def _texts(number: int, row: RollRow) -> list[str]:
    every = ["" if v is None else str(v) for v in cells(number, row)]
    every[8] = every[8].replace("、", "\n")  # 需搀扶、外出 in a narrow column
    *before, leader, phone, shelter, head, head_phone, way, minutes, moved, at = every
    together = (f"{leader}\n{phone}".strip(), shelter, f"{head}\n{head_phone}".strip())
    return [*before, *together, way, minutes, moved, at]


def _ink(part: Part) -> Ink:
    return Ink.ALERT if part is Part.STRANDED else Ink.TEXT


def _part(title: str, rows: Sequence[RollRow]) -> str:
    households = {r.household: r.count for r in rows}
    return tr("{part}：{h} 户 {n} 人").format(part=title, h=len(households), n=sum(households.values()))


def _subtotal(village: str, group: str, rows: Sequence[RollRow]) -> Line:
    households = {r.household: r.count for r in rows}
    slow = [f"{m} {k}" for m in MOBILITY[:0:-1] if (k := sum(m in r.condition for r in rows))]
    text = tr("{place} 小计：{h} 户 {n} 人").format(
        place=f"{village}{group}", h=len(households), n=sum(households.values())
    )
    return Line(("　".join((text, *slow)),), band=True, ends=True, ink=Ink.SOFT)


def _total(total: Sum) -> Line:
    text = tr("合计：{h} 户 {n} 人，其中卧床 {b} 人、需搀扶 {s} 人，无安全路线 {x} 人").format(
        h=total.households, n=total.people, b=total.slow[2], s=total.slow[1], x=total.stranded
    )
    return Line((text,), fill=Ink.HEAD, band=True, ends=True)
