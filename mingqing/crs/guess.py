"""What CRS coordinates may be in, from the numbers alone: shown to a user who is then asked."""

from dataclasses import dataclass

from mingqing.core.text import tr
from mingqing.crs.offsets import BD09, GCJ02
from mingqing.crs.zones import CGCS2000, WEB_MERCATOR, WGS84, Datum, describe, zones

Bounds = tuple[float, float, float, float]

_HALF_WIDTH_M = {
    3: 250_000.0,
    6: 450_000.0,
}  # from the central meridian, some overlap into the next zone included


@dataclass(frozen=True, slots=True)
class CrsGuess:
    """One CRS that the numbers allow.

    crs : EPSG code, or "GCJ-02", "BD-09"; what `transform` takes.
    sentence : why, in Chinese, for the person who has to choose.
    swapped : whether x and y have to change places first.
    """

    crs: int | str
    sentence: str
    swapped: bool = False


def guess(bounds: Bounds, *, project_epsg: int | None = None) -> list[CrsGuess]:
    """Say what CRS a layer within `bounds` may be in, likeliest first.

    Parameters
    ----------
    bounds : x min, y min, x max, y max in the unknown CRS.
    project_epsg : CRS of the project; tells which central meridian is meant where the numbers do not.

    Returns
    -------
    list of CrsGuess
        empty where the numbers fit nothing that is used in China or on web maps. Always to be confirmed: many
        CRS have the same numbers.

    Examples
    --------
    >>> [g.crs for g in guess((119.4, 28.4, 119.6, 28.6))]
    [4490, 'GCJ-02', 'BD-09']
    >>> [g.crs for g in guess((40_450_000, 3_140_000, 40_460_000, 3_150_000))]
    [4528]
    >>> guess((450_000, 3_140_000, 460_000, 3_150_000), project_epsg=4528)[0].crs
    4549
    >>> guess((3_140_000, 450_000, 3_150_000, 460_000), project_epsg=4549)[0].swapped
    True
    """
    found = [*_degrees(bounds), *_grid(bounds, project_epsg), *_mercator(bounds)]
    if found:
        return found
    x0, y0, x1, y1 = bounds
    turned = (y0, x0, y1, x1)
    return [
        CrsGuess(g.crs, tr("横纵坐标可能颠倒了；对调后，") + g.sentence, swapped=True)
        for g in (*_degrees(turned), *_grid(turned, project_epsg))
    ]


def _within(bounds: Bounds, x0: float, y0: float, x1: float, y1: float) -> bool:
    return x0 <= bounds[0] <= bounds[2] <= x1 and y0 <= bounds[1] <= bounds[3] <= y1


def _degrees(bounds: Bounds) -> list[CrsGuess]:
    if _within(bounds, 73, 3, 136, 54):
        return [
            CrsGuess(CGCS2000, tr("数值是中国范围内的经纬度，可能是 CGCS2000 或 WGS84（二者相差不到 1 米）")),
            CrsGuess(GCJ02, tr("如果取自高德、腾讯等网络地图，是 GCJ-02 坐标，偏约 500 米，需纠偏")),
            CrsGuess(BD09, tr("如果取自百度地图，是 BD-09 坐标，偏约 1 公里，需纠偏")),
        ]
    if _within(bounds, -180, -90, 180, 90) and not _within(bounds, 3, 73, 54, 90):
        return [CrsGuess(WGS84, tr("数值是经纬度，但不在中国范围内，可能是 WGS84"))]
    return []


def _grid(bounds: Bounds, project_epsg: int | None) -> list[CrsGuess]:
    """Gauss–Krüger zones of CGCS2000 whose eastings these are."""
    if not _within(bounds, 50_000, 300_000, 46_000_000, 6_000_000):
        return []
    if bounds[2] < 1_000_000:
        return _unnumbered(bounds, project_epsg)
    sentence = tr("横坐标前两位 {number} 是带号：{title}")
    return [
        CrsGuess(epsg, sentence.format(number=zone.number, title=describe(epsg)))
        for epsg, zone in zones().items()
        if zone.datum is Datum.CGCS2000
        and zone.prefixed
        and abs(bounds[0] - zone.false_easting_m) < _HALF_WIDTH_M[zone.width]
        and abs(bounds[2] - zone.false_easting_m) < _HALF_WIDTH_M[zone.width]
    ]


def _unnumbered(bounds: Bounds, project_epsg: int | None) -> list[CrsGuess]:
    """Offer every central meridian, as all fit an easting around 500 km; the project's first."""
    own = zones().get(project_epsg) if project_epsg is not None else None
    near = abs((bounds[0] + bounds[2]) / 2 - 500_000) < _HALF_WIDTH_M[3]
    width = own.width if own else 3 if near else 6
    fitting = {e: z for e, z in zones().items() if z.datum is Datum.CGCS2000 and z.width == width}
    found: list[CrsGuess] = []
    for epsg, zone in fitting.items():
        ours = own is not None and zone.meridian == own.meridian
        sentence = (
            tr("横坐标没有带号，看不出中央经线；本项目用的是{meridian}°，推测是 {title}")
            if ours
            else tr("横坐标没有带号，看不出中央经线；如果当地用{meridian}°，就是 {title}")
        )
        if not zone.prefixed:
            guessed = CrsGuess(epsg, sentence.format(meridian=zone.meridian, title=describe(epsg)))
            found.insert(0 if ours else len(found), guessed)
    return found


def _mercator(bounds: Bounds) -> list[CrsGuess]:
    if _within(bounds, 8_100_000, 330_000, 15_200_000, 7_100_000):
        return [CrsGuess(WEB_MERCATOR, tr("数值像网络地图用的墨卡托投影（瓦片地图坐标）"))]
    return []
