"""Wall maps as an atlas has them drawn."""

from collections.abc import Iterator, Sequence
from time import process_time
from typing import TYPE_CHECKING

from mingqing.core.errors import NotAllowed
from mingqing.core.text import tr
from mingqing.printing.atlas.order import Format, Options
from mingqing.printing.atlas.worker import Drawn
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.compose import Maker
from mingqing.printing.wall.handing import printed_as, troubles
from mingqing.printing.wall.output import as_pdf, as_png
from mingqing.printing.wall.preflight import Level, Trouble
from mingqing.render.styled import MARGIN_MM

if TYPE_CHECKING:
    from mingqing.store.session import Session

_DROPPED = "label_dropped"


class WallArtist:
    """Draws the wall maps of one session; what a village's maps have in common is read once."""

    def __init__(self, session: "Session", options: Options) -> None:
        self._maker, self._options = Maker(session), options

    def draw(self, asked: Asked) -> Drawn:
        """Return a map.

        Raises
        ------
        NotAllowed
            if it may not be handed out as it is.
        """
        began = process_time()
        walls = self._maker.sheets(asked)
        found = troubles(self._maker.session, walls)
        stop = next((trouble for trouble in found if trouble.level is Level.STOP), None)
        if stop is not None:
            raise NotAllowed(stop.sentence)
        if self._options.format is Format.PDF:
            pages: tuple[bytes, ...] = (as_pdf(walls),)
        else:
            pages = tuple(as_png(wall, self._options.dpi) for wall in walls)
        views = [wall.scene.view for wall in walls]
        return Drawn(
            pages,
            tuple(view.grown(MARGIN_MM * view.px_per_mm) for view in views),
            max(wall.rows for wall in walls),
            tuple(_noticed(found)),
            process_time() - began,
            printed_as(walls),
        )


def _noticed(found: Sequence[Trouble]) -> Iterator[str]:
    """Yield what whoever hangs the map up should know, once each; of names without room how many there are."""
    yield from dict.fromkeys(t.sentence for t in found if t.code != _DROPPED)
    dropped = len({t.sentence for t in found if t.code == _DROPPED})
    if dropped:
        yield tr("有 {n} 个名称在图上放不下，没有印").format(n=dropped)
