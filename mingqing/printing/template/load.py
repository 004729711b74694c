"""From the TOML of a wall map's template to a `Template`, refusing any mistake with file, line, key and reason."""

from collections.abc import Collection
from functools import cache
from itertools import pairwise

from mingqing.catalog.load import catalog
from mingqing.classify.statistics import statistics
from mingqing.core.definitions import Reader, Section
from mingqing.core.text import tr
from mingqing.printing.template.fill import WALL
from mingqing.printing.template.model import Arrangement, Figure, Grid, Part, Side, Template
from mingqing.printing.template.texts import named, number, text, texts, whole

_SHEET = (420.0, 297.0)  # A3, on which a page is designed
_LEAST_FRAME = 120.0  # with the band of coordinates around it; less of a map is none
_MOST_SCALES = 40
_MOST_FIGURES = 24
_LANDSCAPE = Arrangement(Side.RIGHT, 84.0, 10.0, 22.0, tuple(Part))
_PORTRAIT = Arrangement(Side.BOTTOM, 96.0, 10.0, 22.0, tuple(Part))


def read_template(said: Section, name: str, file: str, theme: str | None) -> Template:
    """Return the template that definitions say, those of `common.toml` and of the theme beneath its own.

    Parameters
    ----------
    name : its own, the stem of its file's. file : what messages call it.
    theme : the map it is for where its name says so; else its key `theme` may.

    Raises
    ------
    DefinitionError
        at the first mistake, naming file, line, key and reason.
    """
    reader = Reader(file, "", said)
    template = Template(
        name=name,
        file=file,
        theme=_theme(reader, theme),
        title=text(reader, "title", WALL, default="{village}{theme}"),
        subtitle=text(reader, "subtitle", WALL),
        landscape=_arrangement(reader, "landscape", _LANDSCAPE, _SHEET),
        portrait=_arrangement(reader, "portrait", _PORTRAIT, _SHEET[::-1]),
        scales=_scales(reader),
        fill=number(reader, "fill", 0.94, 0.3, 1.0),
        sections_from=whole(reader, "sections_from", 50_000, 500, 10_000_000),
        grid=_grid(reader),
        figures=read_figures(reader),
        figures_title=text(reader, "figures_title", ()),
        legend_title=text(reader, "legend_title", ()),
        inset_title=text(reader, "inset_title", WALL),
        notes=texts(reader, "notes", WALL),
        makers=text(reader, "makers", WALL),
        secrecy=text(reader, "secrecy", (), longest=20),
        approval=text(reader, "approval", ()),
        stale_months=whole(reader, "stale_months", 12, 1, 1_200),
    )
    reader.finish()
    return template


def _theme(reader: Reader, named_for: str | None) -> str | None:
    theme = reader.maybe("theme", str)
    if theme is not None and theme not in _themes():
        every = " ".join(_themes())
        raise reader.error("theme", tr("没有专题“{theme}”，可用的有 {all}").format(theme=theme, all=every))
    if None not in {theme, named_for} and theme != named_for:
        raise reader.error("theme", tr("文件名已说明是“{theme}”的模板").format(theme=named_for))
    return named_for or theme


@cache
def _themes() -> tuple[str, ...]:
    return tuple(code for code, layer in catalog().layers.items() if layer.draws and code != "base")


def _arrangement(top: Reader, key: str, unsaid: Arrangement, sheet: tuple[float, float]) -> Arrangement:
    """Read how one way up is arranged; whatever it says, something of the sheet is left for the map."""
    reader = Reader(top.file, key, top.take(key, dict, {}))
    found = Arrangement(
        side=reader.choice("side", Side, reader.take("side", str, unsaid.side)),
        side_mm=number(reader, "side_mm", unsaid.side_mm, 0.0, max(sheet)),
        margin_mm=number(reader, "margin_mm", unsaid.margin_mm, 3.0, 60.0),
        title_mm=number(reader, "title_mm", unsaid.title_mm, 8.0, 60.0),
        parts=_parts(reader, unsaid.parts),
    )
    reader.finish()
    band = found.side is Side.BOTTOM
    width = sheet[0] - 2 * found.margin_mm - (0.0 if band else found.side_mm)
    height = sheet[1] - 2 * found.margin_mm - found.title_mm - (found.side_mm if band else 0.0)
    if min(width, height) < _LEAST_FRAME:
        raise top.error(
            f"{key}.side_mm",
            tr("页边、图名和图例合起来太大，A3 纸上留给地图的只有 {w:.0f}×{h:.0f} 毫米").format(
                w=max(width, 0.0), h=max(height, 0.0)
            ),
        )
    return found


def _parts(reader: Reader, unsaid: Collection[Part]) -> tuple[Part, ...]:
    if "parts" not in reader.data:
        return tuple(unsaid)
    names = reader.strings("parts")
    if len(set(names)) < len(names):
        raise reader.error("parts", tr("同一项写了两遍"))
    return tuple(reader.choice("parts", Part, name) for name in names)


def _scales(reader: Reader) -> tuple[int, ...]:
    found = reader.take("scales", list, [])
    if not all(isinstance(n, int) and not isinstance(n, bool) and 100 <= n <= 10_000_000 for n in found):
        raise reader.error("scales", tr("应为 100 到 10000000 之间的整数，如 2000 表示 1:2000"))
    if len(found) > _MOST_SCALES or any(a >= b for a, b in pairwise(found)):
        raise reader.error("scales", tr("应从小到大排列，最多 {n} 个").format(n=_MOST_SCALES))
    return tuple(found)


def _grid(top: Reader) -> Grid:
    reader = Reader(top.file, "grid", top.take("grid", dict, {}))
    found = Grid(*(reader.take(key, bool, default=True) for key in ("shown", "lines", "corners")))
    reader.finish()
    return found


def read_figures(reader: Reader) -> tuple[Figure, ...]:
    """Return the numbers under `figures`: codes of statistics, or number fields of a village's own row."""
    known = (*statistics(), *_village_numbers())
    found = tuple(Figure(*each) for each in named(reader, "figures", known, tr("数字")))
    if len(found) > _MOST_FIGURES:
        raise reader.error(
            "figures", tr("最多 {most} 条，这里有 {n} 条").format(most=_MOST_FIGURES, n=len(found))
        )
    return found


@cache
def _village_numbers() -> tuple[str, ...]:
    """Return the fields of a village's own row that are numbers; its number of households is counted instead."""
    fields = catalog().tables["village"].fields
    return tuple(f.name for f in fields if f.type in {"integer", "number"} and f.name not in statistics())
