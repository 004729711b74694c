"""Wall maps put together by hand: a scene of a sample village on a page that nobody has laid out."""

from dataclasses import replace
from typing import Any

from mingqing.printing.paper.page import A3
from mingqing.printing.template.model import Arrangement, Part, Side, Template
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.model import Boxes, Rect, WallMap
from mingqing.render.compose import build_scene
from mingqing.render.scale import Viewport
from mingqing.store.session import Session

VILLAGE = "331124204202"
_WAY_UP = Arrangement(Side.RIGHT, 90, 10, 24, tuple(Part))
TEMPLATE = Template("plain", "plain.toml", "{village}{theme}", "", _WAY_UP, _WAY_UP)
_FOOT = Rect(10, 273, 400, 14)
_FRAME = Rect(17, 43, 280, 220)
_PX_PER_MM = 8.0


def sheet(session: Session, theme: str = "household", village: str = VILLAGE, **changes: Any) -> WallMap:
    """Return a wall map of a village, A3 at 1:20,000, with some of it as given."""
    found = next(v for v in session.villages() if v.code == village)
    shapes = session.features("village", where={"code": village}).geometry
    west, south, east, north = found.bounds or session.extent() or (0.0, 0.0, 1.0, 1.0)
    view = Viewport.at_scale(
        ((west + east) / 2, (south + north) / 2),
        20_000,
        (round(_FRAME.width * _PX_PER_MM), round(_FRAME.height * _PX_PER_MM)),
        _PX_PER_MM,
    )
    scene = build_scene(
        session.catalog, session, theme, view, village=village, focus=shapes[0] if len(shapes) else None
    )
    made = WallMap(
        asked=Asked(theme, village),
        template=TEMPLATE,
        paper=replace(A3, landscape=True),
        unit=1.0,
        boxes=Boxes(
            Rect(0, 0, 420, 297), Rect(10, 10, 400, 24), _FRAME, {Part.LEGEND: Rect(310, 43, 100, 150)}, _FOOT
        ),
        scene=scene,
        scale=20_000,
        epsg=session.info.epsg,
        title=f"{found.name}{session.catalog.layers[theme].title}",
        subtitle="",
        legend=scene.legend,
        figures=(),
        inset=None,
        notes=(),
        credits=(),
        secrecy="内部使用",
        approval="",
        footer="",
        shape=shapes[0] if len(shapes) else None,
    )
    return replace(made, **changes)
