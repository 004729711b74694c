"""Coordinate systems to choose among, and what each is good for, in plain words. No Qt."""

from collections.abc import Iterator
from dataclasses import replace

from mingqing.core.text import tr
from mingqing.crs.zones import CGCS2000, WEB_MERCATOR, WGS84, Datum, describe, epsg_of, zones


def offered(project: int) -> list[int]:
    """Return the EPSG codes to choose among for a project, the likeliest first.

    Examples
    --------
    >>> offered(4549)[:5], 4527 in offered(4549), len(set(offered(4549))) == len(offered(4549))
    ([4549, 4490, 4528, 3857, 4326], True, True)
    """
    own = zones().get(project)
    twin = epsg_of(replace(own, prefixed=not own.prefixed)) if own is not None else None
    first = [project, CGCS2000, *([twin] if twin is not None else []), WEB_MERCATOR, WGS84]
    return list(dict.fromkeys([*first, *_neighbours(project)]))


def _neighbours(project: int) -> Iterator[int]:
    """Yield the zones of CGCS2000 that a county nearby may use, the nearest first."""
    own = zones().get(project)
    if own is None:
        return
    near = [z for z in zones().values() if z.datum is Datum.CGCS2000 and abs(z.meridian - own.meridian) <= 3]
    for zone in sorted(near, key=lambda z: (z.width, abs(z.meridian - own.meridian), z.prefixed)):
        code = epsg_of(zone)
        if code is not None:
            yield code


def in_degrees(epsg: int) -> bool:
    """Whether coordinates are degrees, not metres."""
    return epsg not in zones() and describe(epsg).endswith(tr("经纬度"))


def explain(epsg: int) -> str:
    """Return what somebody should know of a coordinate system before choosing it.

    Examples
    --------
    >>> explain(4528)
    '单位是米，横坐标前面带 40 带号，共 8 位；三调、国土的数据多是这样'
    """
    zone = zones().get(epsg)
    if zone is not None and zone.prefixed:
        said = tr("单位是米，横坐标前面带 {n} 带号，共 8 位；三调、国土的数据多是这样")
        return said.format(n=zone.number)
    if zone is not None:
        return tr("单位是米，横坐标 6 位、不带带号；量长度、算面积用它")
    if epsg == WEB_MERCATOR:
        return tr("网上地图用的坐标；量出来的长度和面积偏大，不要拿来算面积")
    if epsg in {CGCS2000, WGS84}:
        return tr("单位是度，全国通用，跨带也能拼到一起；量长度、算面积要先转成米")
    return describe(epsg)
