"""住户信息表 on A4: a page a household, smaller type before a second page, room to correct by hand and to sign."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from mingqing.core.text import tr
from mingqing.printing.evacuation.sketch import Sketch
from mingqing.printing.paper.flow import Block, Gap, Paragraph, Picture, laid_out, room_on
from mingqing.printing.paper.form import Field, Form, label
from mingqing.printing.paper.page import Align, Ink
from mingqing.printing.paper.table import Column, Line, Table
from mingqing.printing.report.household import Member, Row, Sheet
from mingqing.printing.template.document import DocumentTemplate
from mingqing.printing.template.fill import filled, filled_each
from mingqing.printing.template.model import Filled

TITLE = tr("住户信息表")
SECTIONS = ("house", "members", "key_people", "assistance", "disaster", "visits", "map", "signature")
TITLES: Mapping[str, str] = dict(
    zip(
        SECTIONS,
        (
            *(tr("住户和农房"), tr("家庭成员"), tr("重点人员"), tr("结对帮扶")),
            *(tr("防灾避险"), tr("最近走访"), tr("位置"), tr("核对")),
        ),
        strict=True,
    )
)
_SIZES = ((1.0, 48.0), (1.0, 38.0), (0.94, 40.0), (0.88, 40.0), (0.82, 36.0))
"""Type, and the least height of the map in millimetres; what room is left makes it higher."""
_MOST_MAP_MM = 84.0
_MIDDLE, _LEFT = Align.MIDDLE, Align.LEFT


def sheet_blocks(
    sheet: Sheet, template: DocumentTemplate, place: Filled, draw: Callable[[float], Sketch | None]
) -> list[Block]:
    """Return what stands on a sheet by its template, as large as lets it fit on a page if it can.

    place : what the placeholders of the template's texts stand for. draw : makes the map, so many millimetres high.
    """
    factor, map_mm = _fitting(sheet, template, place)
    return list(_Laid(sheet, template, place, factor, map_mm, draw(map_mm)).blocks())


def _fitting(sheet: Sheet, template: DocumentTemplate, place: Filled) -> tuple[float, float]:
    """Return the largest type with which a sheet takes as few pages as it can, one if so; and how high its map is."""
    paper = template.sheet
    room, width = room_on(paper), paper.body.width()
    best, fewest = _SIZES[0], inf
    for factor, map_mm in _SIZES:
        pages = laid_out(list(_Laid(sheet, template, place, factor, map_mm, None).blocks()), width, room)
        if len(pages) == 1:
            y, last = pages[0][-1]
            return factor, min(map_mm + room - y - last.height(width), _MOST_MAP_MM)
        if len(pages) < fewest:
            best, fewest = (factor, map_mm), len(pages)
    return best


@dataclass(frozen=True, eq=False)
class _Laid:
    """A sheet in one size of type. drawn : its map; None while it is only measured, or where there is none."""

    sheet: Sheet
    template: DocumentTemplate
    place: Filled
    factor: float
    map_mm: float
    drawn: Sketch | None

    def blocks(self) -> Iterator[Block]:
        sheet = self.sheet
        yield Paragraph(
            filled(self.template.title, self.place), 16.0 * self.factor, bold=True, align=_MIDDLE, after=0.8
        )
        about = " · ".join(
            filter(
                None,
                (
                    filled(self.template.subtitle, self.place),
                    sheet.group,
                    sheet.number and tr("户号 {n}").format(n=sheet.number),
                ),
            )
        )
        yield Paragraph(about, 9.0 * self.factor, ink=Ink.SOFT, align=_MIDDLE, after=1.6)
        for section in self.template.sections:
            blocks = _PARTS[section.code](self)
            if blocks:
                yield Paragraph(
                    section.title or TITLES[section.code],
                    10.5 * self.factor,
                    bold=True,
                    ink=Ink.ACCENT,
                    after=0.9,
                    keep_with_next=True,
                )
                yield from blocks
                yield Gap(2.4 * self.factor)
        for text in (*filled_each(self.template.notes, self.place), *self._left_out()):
            yield Paragraph(text, 8.5 * self.factor, ink=Ink.SOFT, after=0.6)

    def _left_out(self) -> Iterator[str]:
        if self.sheet.left_out:
            yield tr("打印人的角色不能打印，没有列出：{what}。").format(what="、".join(self.sheet.left_out))

    def form(self, rows: Sequence[Sequence[Field]], least: float = 1.9) -> Form:
        return Form("", rows, 9.5 * self.factor, least=least)

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> Table:
        """Return a table; what is longer than anybody reads in its cell ends in an ellipsis."""
        most = [int(column.share * _CHARACTERS) for column in columns]
        lines = [Line(tuple(_cut(text, n) for text, n in zip(row, most, strict=True))) for row in rows]
        return Table.of(columns, lines, 8.8 * self.factor)

    def house(self) -> list[Block]:
        sheet, house = self.sheet, self.sheet.house
        count = "" if sheet.count is None else tr("{n} 人").format(n=sheet.count)
        state = "、".join(t for c, t in (("dangerous", tr("危房")), ("vacant", tr("空置"))) if house.get(c))
        built = [
            _with(house.get("structure"), ""),
            _with(house.get("storeys"), tr(" 层")),
            _with(house.get("built_year"), tr(" 年建")),
            _with(house.get("floor_area_m2"), tr(" 平方米")),
        ]
        rows = [
            [
                label(tr("户主"), 11),
                Field(sheet.householder, 22, bold=True),
                label(tr("人口"), 10),
                Field(count, 13),
                label(tr("电话"), 10),
                Field(sheet.phone, 34),
            ],
            [
                label(tr("房屋编号"), 11),
                Field(_with(house.get("house_no"), ""), 22),
                label(tr("地址"), 10),
                Field(_with(house.get("address"), ""), 57),
            ],
            [
                label(tr("房屋"), 11),
                Field("，".join(filter(None, built)), 45),
                label(tr("用途"), 10),
                Field(_with(house.get("use"), ""), 17),
                label(tr("状况"), 8),
                Field(
                    state or (tr("正常") if house else ""),
                    9,
                    ink=Ink.ALERT if house.get("dangerous") else Ink.TEXT,
                ),
            ],
        ]
        return [self.form(rows)]

    def members(self) -> list[Block]:
        people = self.sheet.members
        shown = [each for each in _MEMBER if each[3] or any(each[2](person) for person in people)]
        columns = [Column(name, share, _MIDDLE) for name, share, *_ in shown]
        rows = [[value(person) for _, _, value, _ in shown] for person in people]
        blank = [[""] * len(shown)] if len(people) < _MANY else []  # for somebody who is not on the list
        return [self.table(columns, [*rows, *blank])]

    def cared(self) -> list[Block]:
        columns = [
            Column(tr("姓名"), 12, _MIDDLE),
            Column(tr("类别"), 14, _MIDDLE),
            Column(tr("行动"), 11, _MIDDLE),
            Column(tr("困难诉求和帮助情况"), 38, _LEFT),
            Column(tr("联系人、电话"), 25, _MIDDLE),
        ]
        return self._listed(
            self.sheet.cared,
            columns,
            lambda r: (
                _of(r, "name"),
                _of(r, "category"),
                _of(r, "mobility"),
                _joined(r, "need", "care", by=tr("；")),
                _joined(r, "contact", "contact_phone"),
            ),
        )

    def helped(self) -> list[Block]:
        columns = [
            Column(tr("帮扶干部"), 13, _MIDDLE),
            Column(tr("单位"), 24, _MIDDLE),
            Column(tr("电话"), 17, _MIDDLE),
            Column(tr("开始"), 13, _MIDDLE),
            Column(tr("措施"), 20, _LEFT),
            Column(tr("最近走访"), 13, _MIDDLE),
        ]
        return self._listed(
            self.sheet.helped,
            columns,
            lambda r: tuple(
                _of(r, c) for c in ("helper", "unit", "phone", "started", "measure", "last_visit")
            ),
        )

    def visits(self) -> list[Block]:
        columns = [
            Column(tr("日期"), 13, _MIDDLE),
            Column(tr("走访人"), 12, _MIDDLE),
            Column(tr("了解到的情况"), 42, _LEFT),
            Column(tr("处理情况"), 33, _LEFT),
        ]
        return self._listed(
            self.sheet.visits,
            columns,
            lambda r: tuple(_of(r, c) for c in ("visited_on", "visitor", "matter", "done")),
        )

    def _listed(
        self, rows: Sequence[Row] | None, columns: Sequence[Column], cells: Callable[[Row], tuple[str, ...]]
    ) -> list[Block]:
        """Return a table of rows; a word where there are none, nothing where they may not be printed."""
        if rows is None:
            return []
        if not rows:
            return [Paragraph(tr("没有登记"), 9.0 * self.factor, ink=Ink.SOFT, after=0.4)]
        return [self.table(columns, map(cells, rows))]

    def disaster(self) -> list[Block]:
        sheet = self.sheet
        rows = [
            [
                label(tr("隐患"), 9),
                Field(
                    "，".join(filter(None, (_named(danger.name, danger.kind), danger.lies))),
                    43,
                    ink=Ink.ALERT if danger.lies == tr("在隐患范围内") else Ink.TEXT,
                ),
                label(tr("信号"), 8),
                Field(danger.signal, 16),
                label(tr("责任人"), 9),
                Field(danger.responsible, 24),
            ]
            for danger in sheet.dangers or ()
        ]
        if sheet.dangers == ():
            rows.append([label(tr("隐患"), 9), Field(tr("100 米内没有登记的隐患点"), 100)])
        if (to := sheet.refuge) is not None:
            place = tr("，").join(filter(None, (to.shelter, to.told)))
            rows.append(
                [
                    label(tr("避灾点"), 9),
                    Field(place, 43),
                    label(tr("负责人"), 8),
                    Field(to.head, 16 if to.leader else 49),
                    *((label(tr("带队人"), 9), Field(to.leader, 24)) if to.leader else ()),
                ]
            )
        return [self.form(rows)] if rows else []

    def map(self) -> list[Block]:
        if self.sheet.shape is None or self.sheet.shape.is_empty:
            return []
        return [Picture(self.drawn.paint, self.map_mm) if self.drawn else Gap(self.map_mm + 1.5)]

    def signature(self) -> list[Block]:
        rows = [[label(tr("更正和补充"), 14), Field("", 86)]]
        signed = [
            [
                label(tr("户主（签名）"), 14),
                Field("", 20),
                label(tr("核对人（签名）"), 15),
                Field("", 20),
                label(tr("核对日期"), 11),
                Field(tr("　　年　　月　　日"), 20),
            ]
        ]
        return [self.form(rows, 5.2), self.form(signed, 2.7)]


_MANY = 12
_CHARACTERS = 6.0  # to a hundredth of the width
_MEMBER: tuple[tuple[str, float, Callable[[Member], str], bool], ...] = (
    (tr("姓名"), 12, lambda m: m.name, True),
    (tr("关系"), 9, lambda m: m.relation, True),
    (tr("性别"), 6, lambda m: m.sex, True),
    (tr("出生日期"), 13, lambda m: m.born, True),
    (tr("年龄"), 6, lambda m: "" if m.age is None else str(m.age), False),
    (tr("身份证号"), 20, lambda m: m.id_number, False),
    (tr("手机"), 15, lambda m: m.phone, True),
    (tr("在家"), 8, lambda m: m.at_home, False),
    (tr("从业"), 13, lambda m: m.work.replace(" ", "\n"), False),
    (tr("更正"), 13, lambda _: "", True),
)
"""Columns of the members: title, share of the width, what stands in it, and whether it is there though all is empty."""

_PARTS: Mapping[str, Callable[[_Laid], list[Block]]] = {
    "house": _Laid.house,
    "members": _Laid.members,
    "key_people": _Laid.cared,
    "assistance": _Laid.helped,
    "disaster": _Laid.disaster,
    "visits": _Laid.visits,
    "map": _Laid.map,
    "signature": _Laid.signature,
}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _with(value: object, unit: str) -> str:
    if value is None or value == "":
        return ""
    return f"{value:g}{unit}" if isinstance(value, float) else f"{value}{unit}"


def _of(row: Row, column: str) -> str:
    return "" if row[column] is None else str(row[column]).strip()


def _joined(row: Row, *columns: str, by: str = " ") -> str:
    return by.join(filter(None, (_of(row, column) for column in columns)))


def _named(name: str, kind: str) -> str:
    return name if kind and kind in name else "".join(filter(None, (name, kind and f"（{kind}）")))
