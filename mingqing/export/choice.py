"""What of a project leaves for what was asked: tables, columns, coordinates; decided before a row is read."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError

from mingqing.access.policy import Column
from mingqing.access.roles import Action
from mingqing.catalog.model import FieldType
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.crs.transform import transform_xy
from mingqing.crs.zones import CGCS2000, WGS84, datum_of, describe
from mingqing.export.asked import Asked, Format
from mingqing.export.impersonal import is_public
from mingqing.export.profile.model import Layout, Origin, Out, Profile
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session

_PLANE = 2  # coordinates
_BESIDE = 3.0  # degrees: a county at the edge of two zones is handed on in either

LON_LAT_ONLY = {Format.GEOJSON: "GeoJSON", Format.KML: "KML", Format.HTML: tr("网页")}
"""Formats whose coordinates are longitude and latitude by their definition (RFC 7946; OGC 12-007r2)."""


@dataclass(frozen=True)
class Choice:
    """What leaves. epsg : of the coordinates. left_out : titles of tables that the role may not hand on."""

    profile: Profile
    layouts: tuple[Layout, ...]
    epsg: int
    encoding: str
    left_out: tuple[str, ...] = ()


def choose(session: Session, asked: Asked, profile: Profile) -> Choice:
    """Decide what leaves; log and refuse what was named and may not.

    Raises
    ------
    NotAllowed
        if a table that was named may not be handed on, or none may.
    InputRefused
        if the profile does not have a table or cannot be written in the format, or the coordinate system will not do.
    """
    permitted = Permitted(session, Action.EXPORT)
    _require_format(asked, profile)
    epsg = _epsg(session, asked, profile)
    named = tuple(profile.layouts) if asked.tables is None else tuple(dict.fromkeys(asked.tables))
    unknown = [session.catalog.tables[name].title for name in named if name not in profile.layouts]
    if unknown:
        raise InputRefused(
            tr("交换格式“{profile}”里没有{tables}，请另选交换格式，或不要这些表").format(
                profile=profile.title, tables="、".join(unknown)
            )
        )
    allowed = [name for name in named if permitted.allows(name)]
    if asked.tables is not None or not allowed:
        permitted.require(tr("导出"), named)
    layouts = tuple(
        _layout(permitted, profile.layouts[name], asked) for name in allowed if _open(session, name, asked)
    )
    if not layouts:
        raise InputRefused(tr("公开分享不含任何个人信息，选中的表都不能放进去，请另选表"))
    left_out = tuple(session.catalog.tables[name].title for name in named if name not in allowed)
    return Choice(profile, layouts, epsg, asked.encoding or profile.encoding or "UTF-8", left_out)


def _require_format(asked: Asked, profile: Profile) -> None:
    if profile.formats and asked.format not in profile.formats:
        raise InputRefused(
            tr("交换格式“{profile}”规定用 {formats}，不能存成 {format}").format(
                profile=profile.title, formats="、".join(sorted(profile.formats)), format=asked.format.value
            )
        )


def _epsg(session: Session, asked: Asked, profile: Profile) -> int:
    fixed = LON_LAT_ONLY.get(asked.format)
    if fixed is None:
        epsg = asked.epsg or profile.epsg or session.info.epsg
        if epsg != session.info.epsg:
            _require_system(session, epsg)
        return epsg
    if asked.epsg not in {None, WGS84, CGCS2000}:
        raise InputRefused(
            tr("{format} 规定用经纬度，不能用{crs}；请去掉坐标系，或换一种格式").format(
                format=fixed, crs=describe(asked.epsg or 0)
            )
        )
    return WGS84


def _require_system(session: Session, epsg: int) -> None:
    """Refuse what is no system of two coordinates that is made for the place where the project lies.

    Raises
    ------
    InputRefused
        naming the system.
    """
    try:
        crs = CRS.from_epsg(epsg)
    except CRSError as error:
        raise InputRefused(tr("没有 EPSG:{code} 这个坐标系，请核对代码").format(code=epsg)) from error
    if datum_of(epsg).is_old:
        raise InputRefused(
            tr(
                "{crs}没有公开参数能从 CGCS2000 准确转过去，没有导出；请用 CGCS2000 导出，由对方自己转"
            ).format(crs=describe(epsg))
        )
    if not (crs.is_geographic or crs.is_projected) or len(crs.axis_info) != _PLANE:
        raise InputRefused(
            tr("EPSG:{code}（{name}）不是平面或经纬度坐标系，请换一个").format(code=epsg, name=crs.name)
        )
    extent, area = session.extent(), crs.area_of_use
    if extent is None or area is None:
        return
    corners = np.array([extent[:2], extent[2:]])
    (west, south), (east, north) = transform_xy(corners, session.info.epsg, CGCS2000).tolist()
    beside = west > area.east + _BESIDE or east < area.west - _BESIDE
    if beside or south > area.north + _BESIDE or north < area.south - _BESIDE:
        raise InputRefused(
            tr("{crs}用在东经 {west:.0f}°到 {east:.0f}°，不包括这里，请换一个坐标系").format(
                crs=describe(epsg), west=area.west, east=area.east
            )
        )


def _open(session: Session, table: str, asked: Asked) -> bool:
    return not (asked.share and session.catalog.tables[table].personal)


def _layout(permitted: Permitted, layout: Layout, asked: Asked) -> Layout:
    placed = (
        layout.at_place or asked.format is Format.KML
    )  # who looks at a map wants to see where people live
    return replace(layout, columns=tuple(_columns(permitted, layout, asked)), at_place=placed)


def _columns(permitted: Permitted, layout: Layout, asked: Asked) -> Iterator[Out]:
    """Yield the columns that leave: what may not is absent, not empty, but for what the taker insists on."""
    table, policy = layout.table.name, permitted.session.policy
    hidden = permitted.hidden(table, [out.of.name for out in layout.columns if out.of is not None])
    for out in layout.columns:
        if out.of is None:
            yield out
            continue
        absent = out.of.name in hidden or policy.column(table, out.of.name) is Column.ABSENT
        target = out.of.references
        if target is not None:
            personal = permitted.session.catalog.tables[target].personal
            absent = absent or not permitted.allows(target) or (asked.share and personal)
        if asked.share and not is_public(policy, table, out.of.name):
            absent = True
        if not absent:
            yield out
        elif out.required:
            yield replace(out, origin=Origin.CONSTANT, of=None, type=FieldType.TEXT, constant="")
