"""The pages that both sides of `benchmarks.printing` make, told so that QGIS can make them as we do."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyogrio

from benchmarks.drawn.look import looks
from benchmarks.printed.ours import asked_for
from mingqing.printing.wall.compose import Maker
from mingqing.printing.wall.source import AROUND
from mingqing.render.scale import Viewport
from mingqing.store.session import Session

Page = dict[str, Any]
_VEIL = [248, 245, 236, 166]


def villages(session: Session, count: int) -> list[str]:
    """Return the codes of so many villages at even steps through the county; 0 for all."""
    codes = sorted(str(code) for code in session.features("village", columns=["code"]).columns["code"])
    wanted = min(count, len(codes)) or len(codes)
    return [codes[n * len(codes) // wanted] for n in range(wanted)]


def pages(session: Session, themes: Sequence[str], codes: Sequence[str], plain: Path) -> Iterator[Page]:
    """Yield a page a theme of each village: its frame and scale are those of our map of it.

    looks : what `benchmarks.drawn.look` says of each layer, and whether only the village's own rows are drawn of it.
    """
    maker, layers = Maker(session), [str(name) for name, _ in pyogrio.list_layers(plain)]
    for code in codes:
        for theme in themes:
            (wall,) = maker.sheets(asked_for(theme, code))
            frame = wall.boxes.frame
            yield {
                "village": code,
                "theme": theme,
                "title": wall.title,
                "scale": wall.scale,
                "extent": wall.scene.view.extent,
                "frame": [frame.x, frame.y, frame.width, frame.height],
                "veil": _VEIL,
                "looks": list(_looks(session, theme, wall.scene.view, layers)),
            }


def _looks(session: Session, theme: str, view: Viewport, layers: Collection[str]) -> Iterator[Page]:
    for look in looks(session.catalog, theme, view, layers):
        table = look["layer"].rsplit("_", 1)[0]
        yield {**look, "called": session.catalog.tables[table].title, "own": table not in AROUND}
