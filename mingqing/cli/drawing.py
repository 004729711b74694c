"""`render`."""

import time
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from mingqing.access.audit import Act
from mingqing.cli.common import (
    AsJson,
    ProjectPath,
    User,
    find_village,
    open_session,
    print_json,
    require_seen,
    say,
)
from mingqing.core.errors import InputRefused, ProjectUnavailable
from mingqing.core.text import tr
from mingqing.crs.transform import transform_xy
from mingqing.store.session import Bounds, Session

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from mingqing.render.backdrop import Backdrop
    from mingqing.render.scale import Viewport
    from mingqing.render.scene import Scene

_EXCHANGE_EPSG = 4490
_MARGIN = 0.03  # of the extent, so that a village does not touch the edge
_MAX_PX = 20_000


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("render")(render)


def parse_size(text: str) -> tuple[int, int]:
    """Return width and height in pixels of `1600x1000`.

    Raises
    ------
    InputRefused
        if it is no such size, or larger than an image can be.
    """
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise InputRefused(tr("图片大小请写成 1600x1000 这样：{size}").format(size=text))
    if max(int(width), int(height)) > _MAX_PX:
        raise InputRefused(
            tr("图片太大：{size}，宽和高都不能超过 {most} 像素").format(size=text, most=_MAX_PX)
        )
    return int(width), int(height)


def parse_bbox(text: str, session: Session) -> Bounds:
    """Return the bounds in the project's CRS of `x0,y0,x1,y1`, in its metres or in degrees of EPSG:4490.

    Raises
    ------
    InputRefused
        if it is not four numbers, or has no area.
    """
    try:
        x0, y0, x1, y1 = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InputRefused(tr("范围请写成 x0,y0,x1,y1 四个数：{bbox}").format(bbox=text)) from error
    if not (x0 < x1 and y0 < y1 and all(map(isfinite, (x0, y0, x1, y1)))):
        raise InputRefused(tr("范围没有面积，或顺序不对：{bbox}").format(bbox=text))
    if max(abs(x0), abs(x1)) <= 180 and max(abs(y0), abs(y1)) <= 90:
        corners = np.array([[x0, y0], [x0, y1], [x1, y0], [x1, y1]])
        xy = transform_xy(corners, _EXCHANGE_EPSG, session.info.epsg)
        (x0, y0), (x1, y1) = xy.min(axis=0).tolist(), xy.max(axis=0).tolist()
    return x0, y0, x1, y1


def extent_of(session: Session, village: str | None) -> Bounds:
    """Return the extent of a village, or of everything.

    Raises
    ------
    InputRefused
        if there is no such village, or nothing in the project has a place.
    """
    if village is None:
        bounds = session.extent()
        if bounds is None:
            raise InputRefused(tr("项目里还没有图形，请先导入数据"))
        return bounds
    found = find_village(session, village)
    if found.bounds is None:
        raise InputRefused(tr("{name}没有村界，请用 --bbox 指定范围").format(name=found.name))
    return found.bounds


def render(  # noqa: PLR0913 - one option of CLI.md each
    project: ProjectPath,
    out: Annotated[Path, typer.Argument(metavar="OUT.png")],
    theme: Annotated[str, typer.Option("--theme", help=tr("专题图代码或名称，如 household、住户分布"))],
    bbox: Annotated[str | None, typer.Option("--bbox", help=tr("x0,y0,x1,y1，米或度"))] = None,
    village: Annotated[str | None, typer.Option("--village", help=tr("村代码"))] = None,
    size: Annotated[str, typer.Option("--size", help=tr("宽x高，像素"))] = "1600x1000",
    repeat: Annotated[int, typer.Option("--repeat", min=1, help=tr("画几遍，用来计时"))] = 1,
    dark: Annotated[bool, typer.Option("--dark", help=tr("深色"))] = False,
    basemap: Annotated[
        list[Path] | None,
        typer.Option("--basemap", metavar="FILE", help=tr("影像、瓦片或高程文件，垫在下面，可以写几次")),
    ] = None,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """画一张专题图，与屏幕上看到的一样。"""
    size_px = parse_size(size)
    if out.suffix.lower() != ".png":
        raise InputRefused(tr("图片存成 PNG，文件名请以 .png 结尾：{out}").format(out=out))
    from mingqing.basemap.kept import kept
    from mingqing.basemap.reader import Readers, base_maps_of
    from mingqing.render.fonts import notice

    readers, added = Readers(), [each for path in basemap or () for each in base_maps_of(path)]
    with open_session(project, user) as session:
        theme = find_theme(session, theme)
        bounds = parse_bbox(bbox, session) if bbox else extent_of(session, village)
        view, base_maps = view_of(bounds, size_px), (*kept(session), *added)
        taken = []
        for _ in range(repeat):
            started = time.perf_counter()
            backdrops, troubles = readers.read(base_maps, view, session.info.epsg, dark=dark)
            scene, image = draw(session, theme, view, dark=dark, backdrops=backdrops)
            taken.append(round((time.perf_counter() - started) * 1000, 2))
        title = session.catalog.layers[theme].title
        session.record(Act.RENDER, title, rows=scene.feature_count, detail=village or "")
    save(image, out)
    for trouble in troubles:
        say(tr("底图“{title}”没有画：{reason}").format(title=trouble.base_map.title, reason=trouble.reason))
    if missing := notice(label.text for label in scene.labels):
        say(missing)
    result = {"ms": taken, "features": scene.feature_count, "labels": len(scene.labels)}
    if as_json:
        print_json(result)
    else:
        say(tr("{n} 个要素，{labels} 处注记").format(n=scene.feature_count, labels=len(scene.labels)))
        print(out)


def find_theme(session: Session, name: str, act: Act = Act.RENDER) -> str:
    """Return the code of a thematic map given by code or title; `act` is what it is wanted for.

    Raises
    ------
    InputRefused
        if there is none.
    NotAllowed
        if none of it may be seen.
    """
    themes = session.catalog.themes
    found = next((t for t in themes if name in (t.code, t.title)), None)
    if found is None:
        names = "、".join(f"{t.code}（{t.title}）" for t in themes)
        raise InputRefused(tr("没有“{theme}”这张专题图，可选：{names}").format(theme=name, names=names))
    own = [table.name for table in session.catalog.tables.values() if table.layer == found.code]
    require_seen(session, act, found.title, own)
    return found.code


def view_of(bounds: Bounds, size_px: tuple[int, int]) -> "Viewport":
    """Return the viewport that shows `bounds` with a margin."""
    from mingqing.render.scale import Viewport

    xmin, ymin, xmax, ymax = bounds
    dx, dy = (xmax - xmin) * _MARGIN, (ymax - ymin) * _MARGIN
    return Viewport.of_extent((xmin - dx, ymin - dy, xmax + dx, ymax + dy), size_px)


def draw(
    session: Session,
    theme: str,
    view: "Viewport",
    *,
    dark: bool = False,
    backdrops: "Sequence[Backdrop]" = (),
) -> "tuple[Scene, QImage]":
    """Return the scene of a thematic map, with what base maps show of `view`, and its picture."""
    from mingqing.render.compose import build_scene
    from mingqing.render.fonts import ensure_application, measure
    from mingqing.render.painter import to_image

    ensure_application()
    scene = build_scene(
        session.catalog, session, theme, view, dark=dark, backdrops=backdrops, measure=measure
    )
    return scene, to_image(scene)


def save(image: "QImage", out: Path) -> None:
    """Write a picture.

    Raises
    ------
    ProjectUnavailable
        if the place cannot be written.
    """
    from PySide6.QtCore import QBuffer, QIODevice

    from mingqing.core.files import write_for_user

    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_for_user(out, bytes(buffer.data().data()))
    except OSError as error:
        raise ProjectUnavailable(tr("图片 {out} 写不进去，请检查位置和磁盘空间").format(out=out)) from error
