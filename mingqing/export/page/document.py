"""The page as one file: folium builds it around its map, everything that it would fetch is put in."""

import re
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files
from string import Template as Text

import folium
from branca.element import Element, Figure
from folium.map import Layer
from folium.template import Template

from mingqing.core.files import data_dir

_SCRIPTS = ("shapes.js", "draw.js", "signs.js", "labels.js", "card.js", "find.js", "page.js")
# Nothing may be fetched, whatever stands on the page, and nothing sent.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:;"
    " base-uri 'none'; form-action 'none'"
)
_TYPES = {"png": "image/png"}


class _Raw(Element):
    """Text that goes into the page as it is. Folium's own elements read theirs as a template, names in it too."""

    _template = Template("{{ this.raw }}")

    def __init__(self, raw: str) -> None:
        super().__init__()
        self._name, self.raw = "Raw", raw


class _Page(Figure):
    """A document that says which language it is in."""

    _template = Template(
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n{{ this.header.render(**kwargs) }}\n</head>\n'
        "<body>\n{{ this.html.render(**kwargs) }}\n<script>\n{{ this.script.render(**kwargs) }}\n</script>\n"
        "</body>\n</html>\n"
    )


class _Map(folium.Map):
    """A map without what folium would have it fetch: Leaflet is in the page, nothing else is used."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - as folium has it
    default_css: list[tuple[str, str]] = []  # noqa: RUF012


class _Themes(Layer):
    """The thematic maps as one layer, drawn by our script."""

    _template = Template(
        "{% macro script(this, kwargs) %}\n"
        "var {{ this.get_name() }} = mingqing({{ this._parent.get_name() }});\n"
        "{% endmacro %}"
    )

    def __init__(self) -> None:
        super().__init__(name="mingqing", overlay=True, control=False)
        self._name = "Themes"


def document(title: str, data: str, bounds: Sequence[float], said: dict[str, str]) -> str:
    """Return the whole page.

    Parameters
    ----------
    title : of the window. data : JSON that may stand in a script. bounds : west, south, east, north in degrees.
    said : the texts of `page.html`, by name; they are escaped here.
    """
    west, south, east, north = bounds
    made = _Map(
        location=((south + north) / 2, (west + east) / 2),
        tiles=None,
        zoom_control="bottomright",
        control_scale=True,
        prefer_canvas=True,
        max_zoom=20,
        zoom_start=13,
        zoom_snap=0.25,
        zoom_delta=1,
        wheel_px_per_zoom_level=90,
        attribution_control=False,
        font_size="14px",
    )
    made.add_child(_Themes())
    page = _Page()
    page.add_child(made)
    page.header.add_child(_Raw(_head(title)), name="head", index=0)
    page.html.add_child(_Raw(_body(said)), name="body")
    page.html.add_child(_Raw(f'<script type="application/json" id="data">{data}</script>'), name="data")
    page.html.add_child(_Raw(f"<script>{_our_js()}</script>"), name="script")
    return page.render()


def _head(title: str) -> str:
    return "\n".join(
        (
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="robots" content="noindex, nofollow">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="format-detection" content="telephone=no">',
            '<meta name="color-scheme" content="light dark">',
            '<link rel="icon" href="data:,">',
            f"<title>{escape(title)}</title>",
            f"<style>{_leaflet_css()}\n{_resource('page.css')}</style>",
            f"<script>{_leaflet_js()}\n</script>",
        )
    )


def _our_js() -> str:
    return "(function () {\n'use strict';\n" + "".join(map(_resource, _SCRIPTS)) + "})();"


def _body(said: dict[str, str]) -> str:
    return Text(_resource("page.html")).substitute({name: escape(text) for name, text in said.items()})


@cache
def _resource(name: str) -> str:
    return (data_dir("resources") / "page" / name).read_text(encoding="utf-8")


@cache
def _leaflet_js() -> str:
    """Leaflet as XStatic carries it, less the line that names its source map."""
    return re.sub(r"//# sourceMappingURL=.*", "", _leaflet("leaflet.js").decode("utf-8"))


@cache
def _leaflet_css() -> str:
    """Return Leaflet's style sheet with its pictures in it, and without what only Internet Explorer 8 asked for."""
    text = re.sub(r"behavior: *url\([^)]*\);?", "", _leaflet("leaflet.css").decode("utf-8"))
    return re.sub(r"url\((images/[^)]+)\)", lambda found: f"url({_as_data(found[1])})", text)


def _as_data(name: str) -> str:
    kind = _TYPES[name.rpartition(".")[2]]
    return f"data:{kind};base64,{b64encode(_leaflet(name)).decode('ascii')}"


def _leaflet(name: str) -> bytes:
    return files("xstatic.pkg.leaflet").joinpath("data", *name.split("/")).read_bytes()
