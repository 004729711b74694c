"""元数据.json: the items of ISO 19115 (GB/T 19710) that somebody asks for first, under their names there."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mingqing
from mingqing.catalog.model import GeometryKind
from mingqing.core.text import tr
from mingqing.crs.transform import transform_xy
from mingqing.crs.zones import CGCS2000, describe, zones
from mingqing.export.asked import Format
from mingqing.export.made import Box, Leaving, Made
from mingqing.export.profile.model import Profile

NAME = "元数据.json"
KINDS = {GeometryKind.POINT: tr("点"), GeometryKind.LINE: tr("线"), GeometryKind.POLYGON: tr("面")}
_ENCODED = {Format.SHP, Format.CSV}  # the rest are in UTF-8 whatever is asked for
_DEGREES = 6  # decimals of the extent, a tenth of a metre
_ALONG = 9  # points of an edge of a box that is transformed


def metadata(made: Made) -> bytes:
    """Return the metadata of an export as JSON in UTF-8."""
    said = {
        "metadataStandardName": "GB/T 19710（ISO 19115）核心元数据",
        "language": "zh-CN",
        "characterSet": "UTF-8",
        "dateStamp": made.when.isoformat(timespec="seconds"),
        "contact": {
            "individualName": made.user,
            "positionName": "、".join(made.roles),
            "role": "distributor",
        },
        "identificationInfo": _identification(made),
        "referenceSystemInfo": _reference_system(made.choice.epsg) if _shaped(made) else None,
        "contentInfo": [_content(each) for each in made.layers],
        "distributionInfo": _distribution(made),
        "dataQualityInfo": _quality(made),
        "resourceConstraints": _constraints(made),
        "software": {"name": "民情地图 Mingqing", "version": mingqing.__version__},
    }
    return (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode()


def _shaped(made: Made) -> bool:
    return any(each.epsg for each in made.layers)


def _identification(made: Made) -> dict[str, Any]:
    days = [day for each in made.layers for day in each.verified or ()]
    tables = "、".join(each.title for each in made.layers)
    named = [{"code": code, "name": name} for code, name in sorted(made.villages.items())]
    return {
        "title": tr("{project} 数据导出").format(project=made.project),
        "abstract": tr("{project}的{tables}，共 {rows} 条记录").format(
            project=made.project, tables=tables, rows=sum(each.rows for each in made.layers)
        ),
        "date": made.when.date().isoformat(),
        "spatialRepresentationType": "vector" if _shaped(made) else "textTable",
        "geographicBoundingBox": _box(made.layers),
        "temporalExtent": {"begin": min(days), "end": max(days)} if days else None,
        "villages": named or tr("这个账号能看到的全部村"),
    }


def _box(layers: Sequence[Leaving]) -> dict[str, float] | None:
    """Return the box around all shapes in degrees of CGCS2000, None where there are none."""
    edges = [_lonlat(each.bounds, each.epsg) for each in layers if each.bounds is not None]
    if not edges:
        return None
    lonlat = np.concatenate(edges)
    (west, south), (east, north) = np.nanmin(lonlat, axis=0).tolist(), np.nanmax(lonlat, axis=0).tolist()
    box = {
        "westBoundLongitude": west,
        "eastBoundLongitude": east,
        "southBoundLatitude": south,
        "northBoundLatitude": north,
    }
    return {name: round(degrees, _DEGREES) for name, degrees in box.items()}


def _lonlat(box: Box, epsg: int) -> NDArray[np.float64]:
    """Return points along the edges of a box, which are bent in degrees."""
    west, south, east, north = box
    across, up = np.linspace(west, east, _ALONG), np.linspace(south, north, _ALONG)
    x = np.concatenate([across, across, np.full(_ALONG, west), np.full(_ALONG, east)])
    y = np.concatenate([np.full(_ALONG, south), np.full(_ALONG, north), up, up])
    return transform_xy(np.column_stack([x, y]), epsg, CGCS2000)


def _reference_system(epsg: int) -> dict[str, Any]:
    from pyproj import CRS

    crs, zone = CRS.from_epsg(epsg), zones().get(epsg)
    return {
        "codeSpace": "EPSG",
        "code": epsg,
        "name": describe(epsg),
        "officialName": crs.name,
        "units": tr("度") if crs.is_geographic else tr("米"),
        "axes": tr("先经度（东）后纬度（北）") if crs.is_geographic else tr("先 x（东）后 y（北）"),
        "eastingCarriesZoneNumber": zone.prefixed if zone is not None else None,
    }


def _content(each: Leaving) -> dict[str, Any]:
    return {
        "name": each.name,
        "title": each.title,
        "records": each.rows,
        "geometry": [KINDS[kind] for kind in each.kinds],
        "fields": len(each.columns),
        "maskedFields": sorted(each.masked),
        "personalInformation": each.personal,
    }


def _distribution(made: Made) -> dict[str, Any]:
    profile: Profile = made.choice.profile
    return {
        "format": made.asked.format.label,
        "encoding": made.choice.encoding if made.asked.format in _ENCODED else "UTF-8",
        "profile": {"name": profile.name, "title": profile.title, "about": profile.about},
        "leftOut": list(made.choice.left_out),
        "notes": made.written.notes,
    }


def _quality(made: Made) -> dict[str, Any]:
    found = made.quality
    checked = None
    if found is not None:
        checked = {
            "checked": sum(found.checked.values()),
            "errors": found.errors,
            "warnings": len(found.findings) - found.errors,
            "notListed": sum(found.cut.values()),
            "byKind": {kind.value: n for kind, n in sorted(found.by_kind.items())},
        }
    source = tr("取自民情地图项目“{project}”，{when} 的数据")
    return {
        "scope": "dataset",
        "lineage": source.format(project=made.project, when=f"{made.when:%Y-%m-%d %H:%M}"),
        "report": checked or tr("导出前没有检查"),
    }


def _constraints(made: Made) -> dict[str, Any]:
    """Say what whoever gets the files must know before he hands them on."""
    personal = [each for each in made.layers if each.personal]
    if not personal:
        return {"personalInformation": False, "useLimitation": tr("不含个人信息")}
    purposes = sorted({text for each in personal for text in each.purposes})
    use = tr("含个人信息，只能用于{purposes}，不得公开，用完删除（个人信息保护法第六条、第四十七条）")
    return {
        "personalInformation": True,
        "masked": any(each.masked for each in personal),
        "useLimitation": use.format(purposes="、".join(purposes) or tr("接收时说明的目的")),
        "purposes": purposes,
        "legalBases": sorted({text for each in personal for text in each.bases}),
    }
