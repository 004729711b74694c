"""What is wrong with a wall map before it is printed: each thing in a sentence, with the place it is about."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

import shapely

from mingqing.access.policy import Column
from mingqing.access.roles import privacy_of
from mingqing.catalog.model import Privacy, Table
from mingqing.catalog.style import Style
from mingqing.classify.statistics import Measure, statistics
from mingqing.core.text import tr
from mingqing.printing.template.model import Part
from mingqing.printing.wall.draw import title_box
from mingqing.printing.wall.model import WallMap
from mingqing.printing.wall.parts import figures, legend, notes
from mingqing.printing.wall.parts import title as heading
from mingqing.render.fonts import notice
from mingqing.store.session import Session

_VERIFIED = "verified_on"
_LONGEST = 40  # of what a sentence repeats
_LISTED = 30  # names without room that are told of one by one
_PUBLIC = r"(公开|公示|公布|PUBLIC)"
_NOT_PUBLIC = re.compile(rf"(不|未|非|勿|不得|不予|不宜|禁止|依申请|NOT|NON-?){_PUBLIC}")
_PARTED = re.compile(r"(?<=\d)[\s.·\-‐-―]+(?=\d)")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_ID_NUMBER = re.compile(r"(?<!\d)\d{6}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)")
_APPROVAL = re.compile(r"[（(〔\[]\s*20\d{2}\s*[)）〕\]]\s*\d+\s*号")

_CARE = "key_person"  # being in one of its tables says something of a person


class Level(StrEnum):
    """Whether the map is not printed until it is put right, or whoever prints it decides."""

    STOP = "stop"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong. code : which kind, for programs. sentence : what is wrong and what to do, for people.

    table, id : the row it is about, or the table. at : where that is, project's CRS, metres.
    """

    code: str
    level: Level
    sentence: str
    table: str | None = None
    id: int | None = None
    at: tuple[float, float] | None = None


def preflight(session: Session, wall: WallMap, *, today: date | None = None) -> tuple[Trouble, ...]:
    """Return what is wrong with a map, what stops it first.

    today : from when the age of the data is counted; None for this day.
    """
    sheet = _Sheet(session, wall)
    found = [*_published(sheet), *_room(sheet), *_written(sheet)]
    if (
        wall.section is None or wall.section.number == 0
    ):  # told once, of the village, not of each of its sections
        day = today or date.today()  # noqa: DTZ011 - by the calendar on the wall
        found += [*_stamped(sheet), *_extent(sheet), *_withheld(sheet), *_stale(sheet, day)]
    if wall.section is None or wall.section.number > 0:  # what an index has no room for, its sections have
        found += _dropped(sheet)
    return tuple(sorted(found, key=lambda trouble: trouble.level is not Level.STOP))


def is_public(secrecy: str) -> bool:
    """Whether what is stamped on a map says that everybody may have it.

    Examples
    --------
    >>> is_public("公开"), is_public("对外 公\u200b开"), is_public("内部资料 请勿公开"), is_public("")
    (True, True, False, False)
    """
    bare = "".join(_bare(secrecy).split()).replace("開", "开").upper()
    return re.search(_PUBLIC, _NOT_PUBLIC.sub("", bare)) is not None


def _bare(text: str) -> str:
    """Return a text as it looks: other forms of letters and digits are plain, what is not seen is not there."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")


def has_number(text: str) -> bool:
    """Return whether a text holds what looks like somebody's mobile or identity number, parted or whole."""
    bare = _bare(text)
    return any(kind.search(each) for each in (bare, _PARTED.sub("", bare)) for kind in (_MOBILE, _ID_NUMBER))


@dataclass(frozen=True)
class _Sheet:
    """A map, and what several questions want to know of it."""

    session: Session
    wall: WallMap

    @property
    def tables(self) -> Mapping[str, Table]:
        """The tables as closely kept as the project says, which may be more than this program's files do."""
        return self.session.policy.catalog.tables

    @cached_property
    def drawn(self) -> Mapping[str, Style]:
        """How the tables look of which anything is on the page."""
        scene, catalog = self.wall.scene, self.session.catalog
        there = {step.table for step in scene.instructions} | {name for name, n in scene.counts.items() if n}
        return {
            draw.table: self.wall.restyled.get(draw.table) or catalog.styles[draw.table][draw.variant]
            for draw in catalog.layers[self.wall.asked.theme].draws
            if draw.table in there
        }

    @cached_property
    def own(self) -> tuple[str, ...]:
        """Tables of the theme itself that are drawn, which the map is made for."""
        theme = self.wall.asked.theme
        return tuple(name for name in self.drawn if self.tables[name].layer == theme)

    @cached_property
    def by_name(self) -> Mapping[str, tuple[str, int]]:
        """The village's rows by what their labels say."""
        village, found = self.wall.asked.village, dict[str, tuple[str, int]]()
        for table, style in self.drawn.items():
            classes = (*style.classes, style.otherwise, *style.marks)
            for column in sorted({c.label.field for c in classes if c.label is not None}):
                rows = self.session.rows(table, ("id", column), village=village)
                found |= {str(text): (table, row) for row, text in rows if text}
        return found

    @property
    def texts(self) -> Iterator[str]:
        """All that is written on the page."""
        wall = self.wall
        yield from (wall.title, wall.subtitle, wall.secrecy, wall.approval, wall.footer)
        yield from (*wall.notes, *wall.credits)
        yield from (wall.template.legend_title, wall.template.figures_title)
        yield from (text for entry in wall.legend for text in (entry.table_title, entry.title))
        yield from (figure.title for figure in wall.figures)
        yield from (wall.inset.title, *wall.inset.names) if wall.inset is not None else ()
        yield from (label.text for label in wall.scene.labels)

    def place(self, table: str, row: int) -> tuple[float, float] | None:
        """Return where a row is; None where it has no place."""
        found = self.session.features(table, among=(row,)).geometry
        return _inside(found[0]) if len(found) else None

    def trouble(self, code: str, level: Level, sentence: str, table: str, row: int | None) -> Trouble:
        """Return what is wrong with a row, or with a table, at its place."""
        return Trouble(code, level, sentence, table, row, None if row is None else self.place(table, row))


def _inside(shape: shapely.Geometry | None) -> tuple[float, float] | None:
    if shape is None or shape.is_empty:
        return None
    point = shape.representative_point()
    return point.x, point.y


# ── What everybody may have ──────────────────────────────────────────────────────────────────────────────────


def _published(sheet: _Sheet) -> Iterator[Trouble]:
    """A map for everybody holds nothing about persons, and has been approved."""
    wall = sheet.wall
    if not is_public(wall.secrecy):
        return
    for table, what in _personal(sheet):
        sentence = tr(
            "标着“{secrecy}”的图上有{what}，属于个人信息，不能打印；请关掉这一层，或者把密级改成“内部使用”"
        )
        row = next((t.ids[0] for t in wall.scene.targets if t.table == table and t.ids), None)
        sentence = sentence.format(secrecy=wall.secrecy, what=what)
        yield sheet.trouble("personal_data", Level.STOP, sentence, table, row)
    for figure in _counted_persons(sheet):
        sentence = tr(
            "标着“{secrecy}”的图上，数据表里的“{figure}”是少数人的情况，不能打印；请把密级改成“内部使用”，或换一个模板"
        )
        yield Trouble("personal_figure", Level.STOP, sentence.format(secrecy=wall.secrecy, figure=figure))
    yield from _numbers(sheet)
    if not wall.approval.strip():
        sentence = tr(
            "标着“{secrecy}”的图要有审图号，不能打印；还没有批下来的，密级先写“送审样图”，批下来再填审图号"
        )
        yield Trouble("no_approval", Level.STOP, sentence.format(secrecy=wall.secrecy))
    elif not _APPROVAL.search(wall.approval):
        sentence = tr("审图号“{approval}”不像批下来的写法，请核对，例如：浙S(2026)15号")
        yield Trouble("odd_approval", Level.WARN, sentence.format(approval=_short(wall.approval)))


def _personal(sheet: _Sheet) -> Iterator[tuple[str, str]]:
    """Yield the tables that tell of persons by being drawn, and what of each does."""
    for name, style in sheet.drawn.items():
        table = sheet.tables[name]
        fields = [table.field_by_name[c] for c in style.columns if c in table.field_by_name]
        closed = [f.title for f in fields if privacy_of(f) is not Privacy.OPEN]
        if table.personal:
            yield name, tr("“{table}”").format(table=table.title)
        elif closed:
            yield name, tr("“{table}”的{fields}").format(table=table.title, fields="、".join(closed))
    village = sheet.tables["village"].field_by_name
    for figure in sheet.wall.template.figures:
        if figure.code in village and privacy_of(village[figure.code]) is not Privacy.OPEN:
            yield "village", tr("统计表里的“{field}”").format(field=village[figure.code].title)


def _counted_persons(sheet: _Sheet) -> Iterator[str]:
    """Yield the lines of the statistics table that count people of whom something is said: 卧床 2 人."""
    for line in sheet.wall.figures:
        statistic = statistics().get(line.code)
        if statistic is None or statistic.measure is not Measure.COUNT or not line.value:
            continue
        table = sheet.tables[statistic.table]
        if table.personal and (statistic.condition is not None or table.layer == _CARE):
            yield line.title


def _numbers(sheet: _Sheet) -> Iterator[Trouble]:
    """Somebody's number may stand in a text that should hold none."""
    labels = {label.text: label.key for label in sheet.wall.scene.labels}
    for text in dict.fromkeys(sheet.texts):
        if has_number(text):
            table, row = labels.get(text) or (None, None)
            sentence = tr("标着“{secrecy}”的图上写着个人的号码，不能打印；请改掉这段文字：{text}")
            sentence = sentence.format(secrecy=sheet.wall.secrecy, text=_short(text))
            where = sheet.place(table, row) if table is not None and isinstance(row, int) else None
            number = row if isinstance(row, int) else None
            yield Trouble("personal_number", Level.STOP, sentence, table, number, where)


def _stamped(sheet: _Sheet) -> Iterator[Trouble]:
    """What holds something about persons says how it is to be kept, and who took it out of the house."""
    wall, personal = sheet.wall, dict(_personal(sheet))
    if personal and not wall.secrecy.strip():
        sentence = tr("图上有{what}，属于个人信息，却没有写密级；请写上“内部使用”")
        yield Trouble("no_stamp", Level.WARN, sentence.format(what="、".join(personal.values())))
    if sheet.session.policy.footer_required and not wall.asked.footer:
        yield Trouble("footer_required", Level.WARN, tr("您的角色打印时必须注明打印人和时间，页脚照样保留"))


# ── The ground ───────────────────────────────────────────────────────────────────────────────────────────────


def _extent(sheet: _Sheet) -> Iterator[Trouble]:
    """The whole village is in the frame, there is something in it, and it can be read."""
    wall = sheet.wall
    layer = sheet.session.catalog.layers[wall.asked.theme]
    if not any(wall.scene.counts.get(name) for name in sheet.own):
        sentence = tr("这张图上没有“{theme}”的内容，请先录入数据，或者看看图层是不是关掉了")
        yield Trouble("empty", Level.WARN, sentence.format(theme=layer.title))
    if wall.shape is None or wall.shape.is_empty:
        yield Trouble("no_border", Level.WARN, tr("这个村没有村界，图的范围按村里的要素定；请画上或导入村界"))
    else:
        outside = shapely.difference(wall.shape, shapely.box(*wall.scene.view.grown(0.5)))
        if not outside.is_empty:
            sentence = tr("村界有一部分在图框外面；请把比例尺改成自动，或者换大一号的纸")
            yield Trouble("village_cut", Level.WARN, sentence, "village", None, _inside(outside))
    if wall.scale * wall.unit > wall.template.sections_from and wall.section is None:
        sentence = tr("比例尺 1:{scale} 太小，房屋和名称看不清；请换大一号的纸，或者分幅打印")
        yield Trouble("small_scale", Level.WARN, sentence.format(scale=f"{wall.scale:,}"))


def _room(sheet: _Sheet) -> Iterator[Trouble]:
    """What explains the map has found room."""
    wall = sheet.wall
    box = wall.boxes.parts.get(Part.LEGEND)
    lost = legend.left_out(wall.legend, box) if box is not None else 0
    if lost:
        sentence = tr("图例放不下，有 {n} 项没有列出；请关掉几个图层，或者换大一号的纸")
        yield Trouble("legend_cut", Level.WARN, sentence.format(n=lost))
    box = wall.boxes.parts.get(Part.FIGURES)
    lost = figures.left_out(wall.figures, box) if box is not None else 0
    if lost:
        sentence = tr("统计表放不下，有 {n} 项没有列出；请在模板里减少几项，或者换大一号的纸")
        yield Trouble("figures_cut", Level.WARN, sentence.format(n=lost))
    box = wall.boxes.parts.get(Part.NOTES)
    if box is not None and notes.cut(wall.notes, box):
        yield Trouble("notes_cut", Level.WARN, tr("说明太长，印出来会截断；请在模板里改短"))
    if heading.cut(title_box(wall), wall.title):
        sentence = tr("图名太长，印出来会截断，请改短：{title}")
        yield Trouble("title_cut", Level.WARN, sentence.format(title=_short(wall.title)))


def _dropped(sheet: _Sheet) -> Iterator[Trouble]:
    """Every name in the village has found room; those around it are only to find one's way by."""
    rows = sheet.by_name if sheet.wall.text_dropped else {}
    names = [name for name in dict.fromkeys(sheet.wall.text_dropped) if name in rows]
    for name in names[:_LISTED]:
        sentence = tr("名称“{name}”在图上放不下，没有印").format(name=_short(name))
        yield sheet.trouble("label_dropped", Level.WARN, sentence, *rows[name])
    if len(names) > _LISTED:
        sentence = tr("还有 {n} 个名称在图上放不下；要都印上，请换大一号的纸")
        yield Trouble("label_dropped", Level.WARN, sentence.format(n=len(names) - _LISTED))


def _written(sheet: _Sheet) -> Iterator[Trouble]:
    """There is a font, and it has every character."""
    missing = notice(sheet.texts)
    if missing:
        # Where one label alone is to blame, it is shown.
        keys = (label.key for label in sheet.wall.scene.labels if notice([label.text]))
        table, row = next(keys, None) or (None, None)
        if table is None or not isinstance(row, int):
            yield Trouble("font", Level.WARN, missing)
        else:
            yield sheet.trouble("font", Level.WARN, missing, table, row)


# ── The data ─────────────────────────────────────────────────────────────────────────────────────────────────


def _withheld(sheet: _Sheet) -> Iterator[Trouble]:
    """What the account may not print is not on the map, and that is said."""
    if sheet.wall.left_out:
        titles = "、".join(sheet.wall.left_out)
        sentence = tr("您的角色不能打印{titles}，图上没有；需要的话请有权限的人来打印")
        named = {table.title: name for name, table in sheet.tables.items()}
        table = named.get(sheet.wall.left_out[0])
        yield Trouble("not_printable", Level.WARN, sentence.format(titles=titles), table)


def _stale(sheet: _Sheet, today: date) -> Iterator[Trouble]:
    """What the map is made for has been verified, and not too long ago."""
    months, never = sheet.wall.template.stale_months, list[str]()
    since = _months_before(today, months).isoformat()
    for name in sheet.own:
        if sheet.session.policy.column(name, _VERIFIED) is not Column.CLEAR:
            continue
        title, village = sheet.tables[name].title, sheet.wall.asked.village
        rows = sheet.session.rows(name, ("id", _VERIFIED), village=village)
        dated = sorted((str(day), row) for row, day in rows if day)
        old = [each for each in dated if each[0] < since]
        if rows and not dated:
            never.append(title)
        elif old:
            sentence = tr(
                "“{table}”有 {n} 条超过 {months} 个月没有核实，最早的是 {day}；请先核实，或在图上注明"
            )
            sentence = sentence.format(table=title, n=len(old), months=months, day=old[0][0])
            yield sheet.trouble("stale", Level.WARN, sentence, name, old[0][1])
    if never:
        sentence = tr("{tables}都没有核实日期，不知道是哪一天的情况；核实后请填上核实日期")
        yield Trouble(
            "never_verified", Level.WARN, sentence.format(tables="、".join(f"“{each}”" for each in never))
        )


def _months_before(day: date, months: int) -> date:
    """Return the same day so many months ago, by the 28th at the latest; the first day there is, beyond it."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, 28)) if year > 0 else date.min


def _short(text: str) -> str:
    """Return a text as a sentence can hold it: one line, not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
