"""What is asked for becomes pages: a village is read, a scale chosen, a map composed, what stands beside it counted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely

from mingqing.access.policy import Column
from mingqing.access.roles import Action
from mingqing.catalog.model import FieldType
from mingqing.catalog.style import Marker, Style
from mingqing.classify.statistics import statistics, value_in
from mingqing.core.errors import InputRefused
from mingqing.core.text import one_line, tr
from mingqing.crs.ground import metric
from mingqing.crs.zones import describe
from mingqing.printing.paper.page import Paper
from mingqing.printing.permitted import Permitted
from mingqing.printing.template.fill import filled, filled_each
from mingqing.printing.template.find import template_of
from mingqing.printing.template.model import Arrangement, Figure, Part, Template
from mingqing.printing.wall import corners
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.layout import arrange, paper_of, unit_of, width_beside
from mingqing.printing.wall.model import Boxes, Counted, Inset, Section, WallMap
from mingqing.printing.wall.parts import figures, inset, legend, notes
from mingqing.printing.wall.scale import needed_scale, round_scale, section_scale, sections
from mingqing.printing.wall.source import VillageSource
from mingqing.render.compose import build_scene
from mingqing.render.fonts import ensure_application, measure
from mingqing.render.mono import in_greys, mono_styles
from mingqing.render.scale import PRINT_PX_PER_MM, Viewport
from mingqing.render.scene import LegendEntry, Scene
from mingqing.render.source import Bounds
from mingqing.store.session import Session

_NO_STYLES: Mapping[str, Style] = MappingProxyType({})
_NUMBERS = {FieldType.INTEGER, FieldType.NUMBER}
_AREA = 2  # what shapely calls the dimension of a polygon
_NEGLIGIBLE = 0.001  # of a length, that the grid of a zone may be off: paper stretches more when it is damp
_NUMBERS = {FieldType.INTEGER, FieldType.NUMBER}
_AREA = 2  # what shapely calls the dimension of a polygon
_INSET_DETAIL = 600  # parts of the township's extent that its borders are simplified to


def _never() -> bool:
    return False


def sheets(
    session: Session,
    asked: Asked,
    *,
    styles: Mapping[str, Style] = _NO_STYLES,
    cancelled: Callable[[], bool] = _never,
) -> tuple[WallMap, ...]:
    """Return the pages of a wall map: one, or an index sheet and its sections.

    styles : how tables look that are not to look as the theme has them.

    Raises
    ------
    NotAllowed
        if the account may print nothing of the map; it is put down in the log.
    InputRefused
        if there is no such village, or nothing of it has a place.
    DefinitionError
        if the template is broken.
    Cancelled
        once `cancelled` says so.
    """
    return Maker(session).sheets(asked, styles=styles, cancelled=cancelled)


@dataclass(frozen=True, slots=True)
class _Village:
    """The village asked for: its own row, its border, the extent that has to be seen, and metres to one of the grid."""

    row: Mapping[str, Any]
    shape: shapely.Geometry | None
    bounds: Bounds
    ground: float


@dataclass(frozen=True, slots=True)
class _Page:
    """A sheet of paper that was decided on."""

    paper: Paper
    boxes: Boxes
    needed: float


class Maker:
    """Makes wall maps of one session. What the maps of a village, or of a township, have in common is read once."""

    def __init__(self, session: Session) -> None:
        ensure_application()
        self._session = session
        self._permitted = Permitted(session)
        self._source = VillageSource(self._permitted, "")
        self._village: _Village | None = None
        self._held: dict[str, bool] = {}
        self._township: tuple[str, np.ndarray[Any, np.dtype[np.object_]], list[Any], list[Any]] | None = None

    def sheets(
        self,
        asked: Asked,
        *,
        styles: Mapping[str, Style] = _NO_STYLES,
        cancelled: Callable[[], bool] = _never,
    ) -> tuple[WallMap, ...]:
        """Return the pages of a wall map, as `sheets` does."""
        tables, left_out = self._tables(asked)
        template = template_of(self._session, asked)
        village = self._of(asked.village)
        draft = _Draft(self, asked, template, village, tables, left_out, styles, cancelled)
        return draft.pages()

    @property
    def session(self) -> Session:
        """Whose rows are shown."""
        return self._session

    @property
    def source(self) -> VillageSource:
        """The rows of the village at hand."""
        return self._source

    def _tables(self, asked: Asked) -> tuple[frozenset[str], tuple[str, ...]]:
        """Return the tables to draw, and the titles of those that may be seen but not printed."""
        catalog, policy = self._session.catalog, self._session.policy
        if asked.theme not in {theme.code for theme in catalog.themes}:
            names = "、".join(theme.title for theme in catalog.themes)
            raise InputRefused(
                tr("没有“{theme}”这张专题图，可选：{names}").format(theme=asked.theme, names=names)
            )
        layer = catalog.layers[asked.theme]
        drawn = [d.table for d in layer.draws if policy.allowed(d.table, Action.SEE)]
        wanted = [t for t in drawn if asked.only is None or t in asked.only]
        allowed = frozenset(t for t in wanted if self._permitted.allows(t))
        own = [t for t in drawn if t in layer.tables]
        if not any(self._permitted.allows(t) for t in own):
            self._permitted.require(layer.title, own or layer.tables)
        return allowed, tuple(catalog.tables[t].title for t in wanted if t not in allowed)

    def _of(self, code: str) -> _Village:
        """Return the village of this code."""
        if self._village is None or self._source.village != code:
            self._source = VillageSource(self._permitted, code)
            self._village = self._read(code)
        return self._village

    def _read(self, code: str) -> _Village:
        own = self._session.catalog.tables["village"].fields
        names = ("name", "township", *(f.name for f in own if f.type in _NUMBERS))
        hidden = self._permitted.hidden("village", names)
        found = self._session.features("village", columns=names, where={"code": code})
        if not len(found):
            raise InputRefused(tr("没有代码是“{code}”的村，请核对区划代码").format(code=code))
        row = {n: None if n in hidden else found.columns[n][0] for n in names} | {"code": code}
        shape = found.geometry[0]
        bounds = _bounds([shape]) or self._extent(code)
        if bounds is None:
            raise InputRefused(
                tr("{name}没有村界，也没有别的图形，画不了图。请先导入或画出村界").format(
                    name=row["name"] or code
                )
            )
        return _Village(row, _area(shape), bounds, _on_ground(bounds, self._session.info.epsg))

    def _extent(self, code: str) -> Bounds | None:
        """Return the extent of a village without a border: that of all its rows."""
        catalog = self._session.catalog
        boxes = [
            _bounds(self._session.features(name, village=code).geometry)
            for name, table in catalog.tables.items()
            if table.has_geometry and name != "village" and self._permitted.allows(name)
        ]
        known = np.array([b for b in boxes if b is not None])
        if not len(known):
            return None
        west, south = known[:, :2].min(axis=0).tolist()
        east, north = known[:, 2:].max(axis=0).tolist()
        return west, south, east, north

    def inset(self, village: _Village, title: str) -> Inset | None:
        """Return the village in its township; None where it has none, or no border."""
        township = village.row["township"]
        if not township or village.shape is None or self._permitted.hidden("village", ["name"]):
            return None
        if self._township is None or self._township[0] != township:
            found = self._session.features(
                "village", columns=("name", "code"), where={"township": str(township)}
            )
            drawn = ~shapely.is_missing(found.geometry) & ~shapely.is_empty(found.geometry)
            rows = np.flatnonzero(drawn).tolist()
            shapes = found.geometry[drawn]
            extent = shapely.total_bounds(shapes)
            step = max(extent[2] - extent[0], extent[3] - extent[1]) / _INSET_DETAIL
            names, codes = ([found.columns[n][r] for r in rows] for n in ("name", "code"))
            self._township = township, shapely.simplify(shapes, step), names, codes
        _, shapes, names, codes = self._township
        here = codes.index(village.row["code"]) if village.row["code"] in codes else -1
        return Inset(title, shapes, tuple(str(n or "") for n in names), here)

    def counted(self, figure: Figure, village: _Village) -> Counted | None:
        """Return a line of the statistics: counted where it can be, else from the village's own row.

        None where the account may not print what it tells of, and where the project holds nothing of the kind: that
        there are no posts is not the same as that nobody has entered them.
        """
        statistic = statistics().get(figure.code)
        if statistic is None:
            field = self._session.catalog.tables["village"].field_by_name[figure.code]
            value = village.row.get(figure.code)
            return Counted(
                figure.title or field.title, float(value) if value is not None else None, field.unit or ""
            )
        policy = self._session.policy
        open_ = all(
            policy.column(table, name, Action.PRINT) is Column.CLEAR
            for table, name in (said.split(".", 1) for said in statistic.reveals)
        )
        if not (open_ and self._permitted.allows(statistic.table) and self._holds(statistic.table)):
            return None
        value = value_in(self._session, statistic, self._source.village, today=_today())
        return Counted(figure.title or statistic.title, value, statistic.unit)

    def _holds(self, table: str) -> bool:
        """Whether the account sees any row of a table."""
        if table not in self._held:
            self._held[table] = bool(self._session.query(f'SELECT 1 FROM "{table}" LIMIT 1'))
        return self._held[table]

    def verified(self, theme: str) -> tuple[date, date] | None:
        """Return the first and the last day on which a row of the theme in the village was verified."""
        days: list[str] = []
        for table in self._session.catalog.layers[theme].tables:
            if self._permitted.allows(table) and not self._permitted.hidden(table, ["verified_on"]):
                found = self._session.query(
                    f'SELECT min(verified_on), max(verified_on) FROM "{table}" WHERE village_code = ?',
                    (self._source.village,),
                )
                days += [day for day in found[0] if day]
        known = sorted(day for day in map(_day, days) if day is not None)
        return (known[0], known[-1]) if known else None


@dataclass(frozen=True)
class _Draft:
    """One wall map in the making."""

    maker: Maker
    asked: Asked
    template: Template
    village: _Village
    tables: frozenset[str]
    left_out: tuple[str, ...]
    styles: Mapping[str, Style]
    cancelled: Callable[[], bool]

    def pages(self) -> tuple[WallMap, ...]:
        page = self._page()
        unit = unit_of(page.paper)
        fitting = round_scale(page.needed, self.template.scales)
        divided = self.asked.sections
        if divided is None:
            divided = self.asked.scale is None and fitting * unit > self.template.sections_from
        centre = self.asked.centre or _middle(self.village.bounds)
        if not divided:
            return (self._map(page, self.asked.scale or fitting, centre, None),)
        scale, extents = self._divided(page, unit)
        if len(extents) == 1:
            return (self._map(page, scale, _middle(extents[0]), None),)
        index = self._map(page, fitting, _middle(self.village.bounds), Section(0, len(extents), extents))
        return index, *(
            self._map(page, scale, _middle(extent), Section(n, len(extents), extents))
            for n, extent in enumerate(extents, start=1)
        )

    def _divided(self, page: _Page, unit: float) -> tuple[int, tuple[Bounds, ...]]:
        """Return at which scale the village is divided into sections, and those that show some of it."""
        scale = self.asked.scale or section_scale(self.template.sections_from / unit / 2)
        while not (
            every := sections(self.village.bounds, page.boxes.frame, unit / self.village.ground, scale)
        ):
            if self.asked.scale is not None:
                raise InputRefused(
                    tr("按 1:{scale:,} 分幅，张数太多；请把比例尺分母改大，或者换大一号的纸").format(
                        scale=scale
                    )
                )
            scale = round_scale(scale + 1)
        return scale, tuple(extent for extent in every if self._meets(extent))

    def _meets(self, extent: Bounds) -> bool:
        shape = self.village.shape
        return shape is None or bool(shapely.intersects(shape, shapely.box(*extent)))

    def _page(self) -> _Page:
        """Return the sheet, the way up that shows the village larger where that is left open."""
        ways = (False, True) if self.asked.portrait is None else (self.asked.portrait,)
        pages = [self._laid_out(portrait=way) for way in ways]
        return min(
            pages,
            key=lambda page: (round_scale(page.needed, self.template.scales), page.needed),
        )

    def _laid_out(self, *, portrait: bool) -> _Page:
        arrangement = self.template.arrangement(portrait=portrait)
        paper = paper_of(self.asked.paper, portrait=portrait)
        boxes = arrange(arrangement, paper, self._wanted(paper, arrangement))
        needed = needed_scale(
            self.village.bounds, boxes.frame, unit_of(paper) / self.village.ground, self.template.fill
        )
        return _Page(paper, boxes, needed)

    def _wanted(
        self,
        paper: Paper,
        arrangement: Arrangement,
        entries: Sequence[LegendEntry] = (),
        said: Sequence[str] = ("",),
    ) -> dict[Part, float]:
        """Return how high each part would like to be that has something to say."""
        placed, wanted = self._inset, dict[Part, float]()
        for part in arrangement.parts:
            width = width_beside(arrangement, paper, part, len(arrangement.parts))
            if part is Part.LEGEND:
                wanted[part] = legend.wanted(entries, width)
            elif part is Part.INSET and placed is not None:
                wanted[part] = inset.wanted(placed, width)
            elif part is Part.FIGURES and (counted := self._figures):
                wanted[part] = figures.wanted(counted, width)
            elif part is Part.NOTES and said:
                wanted[part] = notes.wanted(said, width)
        return wanted

    # ── What stands on it ──────────────────────────────────────────────────────────────────────────────────────

    def _map(self, page: _Page, scale: int, centre: tuple[float, float], section: Section | None) -> WallMap:
        boxes, unit = page.boxes, unit_of(page.paper)
        size = round(boxes.frame.width * PRINT_PX_PER_MM), round(boxes.frame.height * PRINT_PX_PER_MM)
        view = Viewport.at_scale(centre, scale * unit / self.village.ground, size, PRINT_PX_PER_MM)
        # `at_scale` takes the denominator for design millimetres: marks are then as on A3 at 1:(scale × unit).
        corner = corners.emptiest(self.village.shape, view)
        scene = self._scene(view, corner)
        words, said = self._words(scale), self._notes(scene)
        arrangement = self.template.arrangement(portrait=not page.paper.landscape)
        boxes = arrange(arrangement, page.paper, self._wanted(page.paper, arrangement, scene.legend, said))
        session, template, asked = self.maker.session, self.template, self.asked
        return WallMap(
            asked=asked,
            template=template,
            paper=page.paper,
            unit=unit,
            ground=self.village.ground,
            boxes=boxes,
            scene=scene,
            scale=scale,
            epsg=session.info.epsg,
            title=one_line(asked.title if asked.title is not None else filled(template.title, words)),
            subtitle=one_line(_subtitle(filled(template.subtitle, words), section)),
            legend=scene.legend,
            figures=self._figures,
            inset=self._inset,
            notes=said,
            credits=self._credits(words),
            secrecy=one_line(asked.secrecy if asked.secrecy is not None else template.secrecy),
            approval=one_line(asked.approval if asked.approval is not None else template.approval),
            footer=Permitted(session).footer(wanted=asked.footer),
            shape=self.village.shape,
            north=corner,
            section=section,
            left_out=self.left_out,
            text_dropped=scene.unplaced,
            restyled=dict(self.styles),
            rows=scene.feature_count,
            verified=self._verified,
        )

    def _scene(self, view: Viewport, corner: corners.Corner) -> Scene:
        session, asked, styles = self.maker.session, self.asked, self.styles
        if asked.mono:
            styles = mono_styles(session.catalog, asked.theme, styles)
        scene = build_scene(
            session.catalog,
            self.maker.source,
            asked.theme,
            view,
            only=self.tables,
            styles=styles,
            focus=self.village.shape,
            village=asked.village,
            measure=measure,
            clear=[corner.box],
            cancelled=self.cancelled,
        )
        return in_greys(scene) if asked.mono else scene

    @cached_property
    def _verified(self) -> tuple[date, date] | None:
        return self.maker.verified(self.asked.theme)

    @cached_property
    def _figures(self) -> tuple[Counted, ...]:
        every = (self.maker.counted(figure, self.village) for figure in self.template.figures)
        return tuple(line for line in every if line is not None)

    @cached_property
    def _inset(self) -> Inset | None:
        return self.maker.inset(self.village, filled(self.template.inset_title, self._words(None)))

    def _notes(self, scene: Scene) -> tuple[str, ...]:
        """Return the notes of the template, and what the legend cannot say of the signs on this map."""
        said = filled_each(self.template.notes, self._words(None))
        counting = any(isinstance(s.symbol, Marker) and s.symbol.text[:1].isdigit() for s in scene.overlay)
        return (*said, tr("带数字的符号表示这里不止一处，数字是个数。")) if counting else said

    def _words(self, scale: int | None) -> dict[str, str]:
        """Return what placeholders stand for."""
        session, row, today = self.maker.session, self.village.row, _today()
        return {
            "county": session.info.name,
            "township": str(row["township"] or ""),
            "village": str(row["name"] or row["code"]),
            "code": str(row["code"]),
            "theme": session.catalog.layers[self.asked.theme].title,
            "date": f"{today.year}年{today.month}月{today.day}日",
            "year": str(today.year),
            "scale": f"1∶{scale:,}".replace(",", " ") if scale else "",
            "crs": describe(session.info.epsg),
            "households": _number(row["households"]),
            "people": _number(row["population"]),
        }

    def _credits(self, words: Mapping[str, str]) -> tuple[str, ...]:
        makers = self.asked.makers if self.asked.makers is not None else filled(self.template.makers, words)
        verified = self._verified
        told = [makers, tr("制图日期：{date}").format(date=words["date"])]
        if verified is not None:
            told.append(
                tr("数据核实：{first} 至 {last}").format(first=_month(verified[0]), last=_month(verified[1]))
            )
        told.append(tr("坐标系：{crs}").format(crs=words["crs"]))
        return tuple(line for line in map(one_line, told) if line)


def _subtitle(text: str, section: Section | None) -> str:
    if section is None:
        return text
    told = (
        tr("接图表，共 {n} 幅").format(n=section.of)
        if section.number == 0
        else tr("第 {k} 幅，共 {n} 幅").format(k=section.number, n=section.of)
    )
    return "　".join(part for part in (text, told) if part)


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the calendar on the wall


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _month(day: date) -> str:
    return tr("{year}年{month}月").format(year=day.year, month=day.month)


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else ""


def _on_ground(bounds: Bounds, epsg: int) -> float:
    """Return how many metres of ground a metre of the grid is: 1 in a Gauss–Krüger zone, 0.88 in 网络墨卡托 at 28°."""
    form = metric(np.array([_middle(bounds)]), epsg)[0]
    found = float((form[0] * form[2] - form[1] ** 2) ** 0.25)
    return found if abs(found - 1) > _NEGLIGIBLE else 1.0


def _middle(bounds: Bounds) -> tuple[float, float]:
    return (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2


def _area(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    """Return the ground that a border encloses, whatever it crosses; None where there is none."""
    if shape is None or shape.is_empty or shape.is_valid:
        return shape if shape is not None and not shape.is_empty else None
    parts = shapely.get_parts(shapely.make_valid(shape))
    areas = parts[shapely.get_dimensions(parts) == _AREA]
    return shapely.union_all(areas) if len(areas) else None


def _bounds(shapes: object) -> Bounds | None:
    every = np.array(shapes, dtype=object)
    if not len(every):
        return None
    west, south, east, north = shapely.total_bounds(every).tolist()
    return (west, south, east, north) if np.isfinite([west, south, east, north]).all() else None
