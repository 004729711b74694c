"""Coordinates, lengths and angles as people type them."""

import re
from dataclasses import dataclass

import numpy as np

from mingqing.core.errors import InputRefused
from mingqing.core.text import clean, tr
from mingqing.crs.guess import guess
from mingqing.crs.transform import transform_xy
from mingqing.crs.zones import WGS84, describe, zones
from mingqing.digitising.paths import XY

_LONGEST = 120
_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_PLAIN = re.compile(_NUMBER)
_DEGREES = re.compile(
    rf"(?P<before>[EWNS东西南北]?)[经纬]?[:=]?\s*(?P<d>{_NUMBER})\s*[°度]\s*"
    r"(?:(?P<m>\d+(?:\.\d+)?)\s*['分]\s*)?(?:(?P<s>\d+(?:\.\d+)?)\s*(?:\"|''|秒)\s*)?(?P<after>[EWNS]?)",
    re.IGNORECASE,
)
_SIGNS = str.maketrans({"′": "'", "’": "'", "‘": "'", "″": '"', "”": '"', "“": '"', "º": "°", "˚": "°"})
_QUADRANT = re.compile(r"([北南])偏([东西])(.*)", re.DOTALL)
_LENGTH = re.compile(rf"({_NUMBER})\s*(米|m|公里|千米|km|厘米|cm)?", re.IGNORECASE)
_METRES = {"公里": 1000.0, "千米": 1000.0, "km": 1000.0, "厘米": 0.01, "cm": 0.01}
_FARTHEST_M = 1_000_000.0


@dataclass(frozen=True, slots=True)
class TypedPlace:
    """A place that was typed: `xy` in metres of the project, `understood` how it was read, to be shown."""

    xy: XY
    understood: str


def place(text: str, epsg: int) -> TypedPlace:
    """Return the place that a text names.

    Degrees with decimals, with minutes or with minutes and seconds, in either order; metres of the project's CRS,
    of another zone where eastings carry its number, in either order (surveyors' X is the northing).

    Parameters
    ----------
    epsg : CRS of the project.

    Raises
    ------
    InputRefused
        if it is no place in China, or outside China none of the project's CRS.

    Examples
    --------
    >>> place("451020.5, 3148990", 4549).xy
    (451020.5, 3148990.0)
    >>> place("纵 3148990 横 451020.5", 4549).xy
    (451020.5, 3148990.0)
    >>> place("北纬28°27′11″ 东经119°28′16.3″", 4549).understood
    'CGCS2000 经纬度'
    """
    said = _tidy(text)
    angles = [_angle(match) for match in _DEGREES.finditer(said)]
    numbers = [float(n) for n in _PLAIN.findall(said)]
    if len(angles) == 2:
        return _place(angles[0], angles[1], epsg, text)
    if not angles and len(numbers) in {4, 6}:
        half = len(numbers) // 2
        return _place(_sixtieths(numbers[:half], text), _sixtieths(numbers[half:], text), epsg, text)
    if not angles and len(numbers) == 2:
        return _place(numbers[0], numbers[1], epsg, text)
    raise _not_a_place(text)


def angle_deg(text: str) -> float:
    """Return an azimuth that was typed, in degrees clockwise from north, 0 ≤ angle < 360.

    Raises
    ------
    InputRefused
        if it is no angle.

    Examples
    --------
    >>> angle_deg("45°30′"), angle_deg("-90"), angle_deg("南偏西15度"), angle_deg("45 30 36")
    (45.5, 270.0, 195.0, 45.51)
    """
    said = _tidy(text)
    quadrant = _QUADRANT.fullmatch(said)
    angle = _one_angle(quadrant[3] if quadrant else said, text)
    if quadrant is None:
        return angle % 360.0
    if not 0 <= angle <= 90:
        raise InputRefused(tr("“偏”后面的角度要在 0 到 90 度之间：{text}").format(text=_short(text)))
    side = 1 if quadrant[2] == "东" else -1
    return (side * angle if quadrant[1] == "北" else 180 - side * angle) % 360.0


def length_m(text: str) -> float:
    """Return a length that was typed, in metres where it says nothing else.

    Raises
    ------
    InputRefused
        if it is no length, or none between a centimetre and a thousand kilometres.

    Examples
    --------
    >>> length_m("12.5"), length_m("0.3公里"), length_m("１２ 米")
    (12.5, 300.0, 12.0)
    """
    match = _LENGTH.fullmatch(_tidy(text))
    if match is None:
        raise InputRefused(tr("看不懂这个长度，请写成“12.5”或“12.5米”：{text}").format(text=_short(text)))
    metres = float(match[1]) * _METRES.get((match[2] or "").lower(), 1.0)
    if not 0.01 <= metres <= _FARTHEST_M:
        raise InputRefused(tr("长度要在 0.01 米到 1000 公里之间：{text}").format(text=_short(text)))
    return metres


def _tidy(text: str) -> str:
    if len(text) > _LONGEST:
        raise InputRefused(tr("内容太长，这里只填一个坐标、长度或角度：{text}").format(text=_short(text)))
    return clean(text).translate(_SIGNS).replace("−", "-").replace("．", ".")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:40]}…"


def _angle(match: "re.Match[str]") -> float:
    degrees = float(match["d"])
    turned = (match["before"] or match["after"]).upper() in {"W", "S", "西", "南"} or match["d"].startswith(
        "-"
    )
    return _sum(abs(degrees), float(match["m"] or 0), float(match["s"] or 0)) * (-1 if turned else 1)


def _one_angle(said: str, text: str) -> float:
    match = _DEGREES.fullmatch(said.strip())
    if match and not match["before"] and not match["after"]:
        return _angle(match)
    if re.fullmatch(rf"{_NUMBER}(\s+\d+(\.\d+)?){{0,2}}", said.strip()):
        return _sixtieths([float(n) for n in _PLAIN.findall(said)], text)
    raise InputRefused(tr("看不懂这个角度，请写成“45.5”或“45°30′00″”：{text}").format(text=_short(text)))


def _sixtieths(numbers: list[float], text: str) -> float:
    """Return degrees of degrees, minutes and seconds."""
    if any(not 0 <= n < 60 for n in numbers[1:]):
        raise _not_a_place(text)
    whole = _sum(abs(numbers[0]), *numbers[1:])
    return -whole if numbers[0] < 0 else whole


def _sum(degrees: float, minutes: float = 0.0, seconds: float = 0.0) -> float:
    return degrees + minutes / 60 + seconds / 3600


def _place(a: float, b: float, epsg: int, text: str) -> TypedPlace:
    """Return the place of two numbers, whichever of them is the easting."""
    if epsg not in zones() and max(abs(a), abs(b)) > 1000:
        return TypedPlace((a, b), describe(epsg))
    found = [g for g in guess((a, b, a, b), project_epsg=epsg) if g.crs != WGS84 or epsg not in zones()]
    if not found:
        raise _not_a_place(text)
    best = found[0]
    x, y = (b, a) if best.swapped else (a, b)
    moved = transform_xy(np.array([[x, y]]), best.crs, epsg)[0]
    if not np.isfinite(moved).all():
        raise _not_a_place(text)
    return TypedPlace((float(moved[0]), float(moved[1])), describe(int(best.crs)))


def _not_a_place(text: str) -> InputRefused:
    return InputRefused(
        tr("看不懂这个坐标，请写成“119.4712, 28.4531”或“横坐标, 纵坐标（米）”：{text}").format(
            text=_short(text)
        )
    )
