"""Handing out wall maps: what may not leave is refused, what leaves is in the log before a byte of it is out."""

from collections.abc import Sequence
from dataclasses import replace

from mingqing.access.audit import REFUSED, Act
from mingqing.core.errors import NotAllowed
from mingqing.core.text import tr
from mingqing.printing.permitted import Permitted
from mingqing.printing.wall.model import WallMap
from mingqing.printing.wall.preflight import Level, Trouble, is_public, preflight
from mingqing.store.session import Session


def hand_out(session: Session, walls: Sequence[WallMap], how: str) -> tuple[Trouble, ...]:
    """Put down in the log that the pages of a wall map are handed out, and return what to warn of.

    To be called when they are drawn, before they are written, sent to a printer, or shown to somebody else.

    how : where they go, in a few words: 存为 村情民情图.pdf, 打印机 HP-3楼 2 份. Never a person's name.

    Raises
    ------
    NotAllowed
        at the first of what stops them; that is in the log too.
    ProjectUnavailable
        if the log cannot be written: then nothing may be handed out.
    """
    found = troubles(session, walls)
    title = session.catalog.layers[walls[0].asked.theme].title
    stop = next((trouble for trouble in found if trouble.level is Level.STOP), None)
    if stop is not None:
        session.record(Act.PRINT, title, outcome=REFUSED, detail=told(session, walls, stop.code))
        raise NotAllowed(stop.sentence)
    rows = max(wall.rows for wall in walls)
    Permitted(session).record(title, rows, told(session, walls, how))
    return found


def troubles(session: Session, walls: Sequence[WallMap]) -> tuple[Trouble, ...]:
    """Return what is wrong with the pages of one wall map; a name that one of its sections lacks another may have."""
    shown = [wall for wall in walls if wall.section is None or wall.section.number > 0]
    placed = {label.text for wall in shown for label in wall.scene.labels}
    whole = (
        replace(wall, text_dropped=tuple(name for name in wall.text_dropped if name not in placed))
        for wall in walls
    )
    return tuple(dict.fromkeys(trouble for wall in whole for trouble in preflight(session, wall)))


def told(session: Session, walls: Sequence[WallMap], how: str) -> str:
    """Return a phrase for the log: which village, on what, where to. The title may be anybody's, and is not in it."""
    first = walls[0]
    names = session.rows("village", ("name",), where={"code": first.asked.village})
    village = f"{names[0][0] or ''}{first.asked.village}" if names else first.asked.village
    way = tr("横") if first.paper.landscape else tr("竖")
    parts = [village, f"{first.asked.paper}{way}", f"1:{walls[-1].scale:,}"]
    if len(walls) > 1:
        parts.append(tr("{n} 页").format(n=len(walls)))
    if is_public(first.secrecy):
        parts.append(tr("公开"))
    return "，".join([*parts, how])
