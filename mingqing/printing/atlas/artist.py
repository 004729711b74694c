"""Wall maps as an atlas has them drawn."""

from time import process_time
from typing import TYPE_CHECKING

from mingqing.core.text import tr
from mingqing.printing.atlas.order import Format, Options
from mingqing.printing.atlas.worker import Drawn
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.compose import Maker
from mingqing.printing.wall.model import WallMap
from mingqing.printing.wall.output import as_pdf, as_png
from mingqing.render.fonts import notice
from mingqing.render.styled import MARGIN_MM

if TYPE_CHECKING:
    from mingqing.store.session import Session


class WallArtist:
    """Draws the wall maps of one session; what a village's maps have in common is read once."""

    def __init__(self, session: "Session", options: Options) -> None:
        self._maker, self._options = Maker(session), options

    def draw(self, asked: Asked) -> Drawn:
        """Return a map."""
        began = process_time()
        walls = self._maker.sheets(asked)
        if self._options.format is Format.PDF:
            pages: tuple[bytes, ...] = (as_pdf(walls),)
        else:
            pages = tuple(as_png(wall, self._options.dpi) for wall in walls)
        views = [wall.scene.view for wall in walls]
        return Drawn(
            pages,
            tuple(view.grown(MARGIN_MM * view.px_per_mm) for view in views),
            sum(wall.rows for wall in walls),
            tuple(dict.fromkeys(said for wall in walls for said in _noticed(wall))),
            process_time() - began,
        )


def _noticed(wall: WallMap) -> tuple[str, ...]:
    """Return what whoever hangs the map up should know."""
    lacking = notice(label.text for label in wall.scene.labels)
    dropped = tr("{n} 个名称放不下，没有标注").format(n=len(wall.text_dropped)) if wall.text_dropped else ""
    left_out = (
        tr("您的角色不能打印，没有画：{titles}").format(titles="、".join(wall.left_out))
        if wall.left_out
        else ""
    )
    return tuple(text for text in (left_out, dropped, lacking) if text)
