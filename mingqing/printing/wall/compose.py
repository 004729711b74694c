"""What is asked for becomes pages: a village is read, a scale chosen, a map composed, what stands beside it counted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType

import shapely

from mingqing.catalog.style import Marker, Style
from mingqing.core.errors import InputRefused
from mingqing.core.text import one_line, tr
from mingqing.crs.zones import describe
from mingqing.printing.paper.page import Paper
from mingqing.printing.template.fill import filled, filled_each
from mingqing.printing.template.find import template_of
from mingqing.printing.template.model import Arrangement, Part, Template
from mingqing.printing.wall import corners
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.facts import Facts, Village, middle
from mingqing.printing.wall.layout import arrange, paper_of, unit_of, width_beside
from mingqing.printing.wall.model import Boxes, Counted, Inset, Section, WallMap
from mingqing.printing.wall.parts import figures, inset, legend, notes
from mingqing.printing.wall.scale import needed_scale, round_scale, section_scale, sections
from mingqing.render.compose import build_scene
from mingqing.render.fonts import ensure_application, measure
from mingqing.render.mono import in_greys, mono_styles
from mingqing.render.scale import PRINT_PX_PER_MM, Viewport
from mingqing.render.scene import LegendEntry, Scene
from mingqing.render.source import Bounds
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session

_NO_STYLES: Mapping[str, Style] = MappingProxyType({})


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
class _Page:
    """A sheet of paper that was decided on."""

    paper: Paper
    boxes: Boxes
    needed: float


class Maker:
    """Makes wall maps of one session. What the maps of a village, or of a township, have in common is read once.

    session : whose rows are shown.
    """

    def __init__(self, session: Session) -> None:
        ensure_application()
        self.session, self._facts = session, Facts(session)

    def sheets(
        self,
        asked: Asked,
        *,
        styles: Mapping[str, Style] = _NO_STYLES,
        cancelled: Callable[[], bool] = _never,
    ) -> tuple[WallMap, ...]:
        """Return the pages of a wall map, as `sheets` does."""
        facts = self._facts
        tables, left_out = facts.tables(asked)
        template = template_of(self.session, asked.theme, asked.template)
        village = facts.village(asked.village)
        draft = _Draft(facts, asked, template, village, tables, left_out, styles, cancelled)
        return draft.pages()


@dataclass(frozen=True)
class _Draft:
    """One wall map in the making."""

    facts: Facts
    asked: Asked
    template: Template
    village: Village
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
        centre = self.asked.centre or self.village.middle
        if not divided:
            return (self._map(page, self.asked.scale or fitting, centre, None),)
        scale, extents = self._divided(page, unit)
        if len(extents) == 1:
            return (self._map(page, scale, middle(extents[0]), None),)
        index = self._map(page, fitting, self.village.middle, Section(0, len(extents), extents))
        return index, *(
            self._map(page, scale, middle(extent), Section(n, len(extents), extents))
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
        session, template, asked = self.facts.session, self.template, self.asked
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
        session, asked, styles = self.facts.session, self.asked, self.styles
        if asked.mono:
            styles = mono_styles(session.catalog, asked.theme, styles)
        scene = build_scene(
            session.catalog,
            self.facts.source,
            asked.theme,
            view,
            only=self.tables,
            styles=styles,
            focus=self.village.shape,
            village=asked.village,
            measure=measure,
            clear=[corner.box],
            on_paper=True,
            cancelled=self.cancelled,
        )
        return in_greys(scene) if asked.mono else scene

    @cached_property
    def _verified(self) -> tuple[date, date] | None:
        return self.facts.verified(self.asked.theme)

    @cached_property
    def _figures(self) -> tuple[Counted, ...]:
        every = (self.facts.counted(figure, self.village) for figure in self.template.figures)
        return tuple(line for line in every if line is not None)

    @cached_property
    def _inset(self) -> Inset | None:
        return self.facts.inset(self.village, filled(self.template.inset_title, self._words(None)))

    def _notes(self, scene: Scene) -> tuple[str, ...]:
        """Return the notes of the template, and what the legend cannot say of the signs on this map."""
        said = filled_each(self.template.notes, self._words(None))
        counting = any(isinstance(s.symbol, Marker) and s.symbol.text[:1].isdigit() for s in scene.overlay)
        return (*said, tr("带数字的符号表示这里不止一处，数字是个数。")) if counting else said

    def _words(self, scale: int | None) -> dict[str, str]:
        """Return what placeholders stand for."""
        session, row, today = self.facts.session, self.village.row, _today()
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


def _month(day: date) -> str:
    return tr("{year}年{month}月").format(year=day.year, month=day.month)


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else ""
