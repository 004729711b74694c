"""Making one drawing: the request becomes a scene, the scene an image. Runs in the drawing lane."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import shapely

from mingqing.desktop.map.frame import Frame, Request
from mingqing.desktop.map.view import PX_PER_MM
from mingqing.render.compose import build_scene
from mingqing.render.fonts import measure
from mingqing.render.painter import to_image
from mingqing.render.scale import Viewport

if TYPE_CHECKING:
    from mingqing.store.session import Session


def draw(session: "Session", request: Request, cancelled: Callable[[], bool]) -> Frame:
    """Draw `request`.

    Raises
    ------
    Cancelled
        once `cancelled` says so.
    """
    ratio = request.device_ratio
    size_px = round(request.size[0] * ratio), round(request.size[1] * ratio)
    place = Viewport(
        (request.view.x, request.view.y), request.view.m_per_px / ratio, size_px, PX_PER_MM * ratio
    )
    scene = build_scene(
        session.catalog,
        session,
        request.theme,
        place,
        dark=request.dark,
        only=request.only,
        focus=_focus(session, request.focus),
        village=request.focus,
        within=request.seen,
        measure=measure,
        cancelled=cancelled,
    )
    image = to_image(scene, cancelled=cancelled)
    image.setDevicePixelRatio(ratio)
    return Frame(image, request, place.extent, scene.legend, scene.counts, scene.targets)


def _focus(session: "Session", code: str | None) -> shapely.Geometry | None:
    if code is None:
        return None
    shapes = session.features("village", where={"code": code}).geometry
    return shapes[0] if len(shapes) else None
