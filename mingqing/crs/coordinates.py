"""Coordinates as a user reads them."""

from mingqing.core.text import tr


def format_degrees(lon: float, lat: float) -> str:
    """Format degrees to 0.000001°, about a decimetre.

    Examples
    --------
    >>> format_degrees(119.482013, 28.451)
    '东经119.482013° 北纬28.451000°'
    """
    east = tr("东经{0:.6f}°") if lon >= 0 else tr("西经{0:.6f}°")
    north = tr("北纬{0:.6f}°") if lat >= 0 else tr("南纬{0:.6f}°")
    return f"{east.format(abs(lon))} {north.format(abs(lat))}"


def format_metres(x: float, y: float) -> str:
    """Format grid metres to centimetres, easting and northing named so that they cannot be swapped.

    Examples
    --------
    >>> format_metres(451020.5, 3148990)
    '横 451020.50  纵 3148990.00'
    """
    return tr("横 {x:.2f}  纵 {y:.2f}").format(x=x, y=y)
