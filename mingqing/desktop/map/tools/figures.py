"""Lengths, areas and bearings in the units that villages reckon in."""

from math import isfinite

from mingqing.core.text import tr

_MU_M2 = 2000 / 3
_WINDS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
_NOWHERE = "—"


def distance_text(metres: float) -> str:
    """Return a measured length: to the decimetre, from a kilometre on to the metre.

    Examples
    --------
    >>> distance_text(12.345), distance_text(1234.5), distance_text(float("nan"))
    ('12.3 米', '1.234 公里', '—')
    """
    if not isfinite(metres):
        return _NOWHERE
    if metres < 1000:
        return tr("{n:.1f} 米").format(n=metres)
    return tr("{n:,.3f} 公里").format(n=metres / 1000)


def area_texts(m2: float) -> tuple[str, str]:
    """Return a measured area as farmers say it, and in square metres or kilometres and hectares.

    Examples
    --------
    >>> area_texts(8230.0), area_texts(2.5e6)
    (('12.35 亩', '8,230 平方米 · 0.823 公顷'), ('3,750 亩', '2.5 平方公里 · 250 公顷'))
    """
    if not isfinite(m2):
        return _NOWHERE, ""
    mu = m2 / _MU_M2
    main = tr("{n:,.2f} 亩").format(n=mu) if mu < 1000 else tr("{n:,.0f} 亩").format(n=mu)
    square = tr("{n} 平方米") if m2 < 1e6 else tr("{n} 平方公里")
    wide = square.format(n=f"{m2:,.0f}" if m2 < 1e6 else _short(m2 / 1e6))
    return main, wide + " · " + tr("{n} 公顷").format(n=_short(m2 / 1e4))


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def bearing_text(degrees: float) -> str:
    """Return a bearing from true north, with the wind it is nearest to.

    Examples
    --------
    >>> bearing_text(44.6), bearing_text(359.97)
    ('东北 44.6°', '北 0.0°')
    """
    if not isfinite(degrees):
        return _NOWHERE
    return f"{tr(_WINDS[round(degrees / 45) % 8])} {round(degrees, 1) % 360:.1f}°"
