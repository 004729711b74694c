"""Handing out wall maps: what may not leave is refused, what leaves is in the log before a byte of it is out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mingqing.access.audit import REFUSED, Act
from mingqing.core.errors import NotAllowed
from mingqing.core.text import tr
from mingqing.printing.wall.model import WallMap
from mingqing.printing.wall.preflight import Level, Trouble, is_public, preflight
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session


@dataclass(frozen=True, slots=True)
class Leaving:
    """A wall map on its way out: what the log is to have of it, and what is wrong with it.

    Can be sent from where the map is drawn to where the log is written.

    title : of its theme. rows : how many it shows.
    """

    title: str
    rows: int
    detail: str
    troubles: tuple[Trouble, ...]

    @property
    def stop(self) -> Trouble | None:
        """What keeps it from leaving."""
        return next((trouble for trouble in self.troubles if trouble.level is Level.STOP), None)

    def record(self, session: Session) -> None:
        """Put down in the log that it leaves; to be called before a byte of it is out.

        Raises
        ------
        NotAllowed
            at the first of what stops it; that is in the log too.
        ProjectUnavailable
            if the log cannot be written: then nothing may be handed out.
        """
        if self.stop is not None:
            session.record(Act.PRINT, self.title, outcome=REFUSED, detail=self.detail)
            raise NotAllowed(self.stop.sentence)
        Permitted(session).record(self.title, self.rows, self.detail)


def leaving(session: Session, walls: Sequence[WallMap], how: str) -> Leaving:
    """Return the pages of a wall map as the log is to have them; `how` as in `hand_out`."""
    title = session.catalog.layers[walls[0].asked.theme].title
    going = Leaving(title, max(wall.rows for wall in walls), "", troubles(session, walls))
    return replace(going, detail=told(session, walls, how if going.stop is None else going.stop.code))


def hand_out(session: Session, walls: Sequence[WallMap], how: str) -> tuple[Trouble, ...]:
    """Put down in the log that the pages of a wall map are handed out, and return what to warn of.

    To be called when they are drawn, before they are written, sent to a printer, or shown to somebody else.

    how : where they go, in a few words: 存为 村情民情图.pdf, 打印机 HP-3楼 2 份. Never a person's name.

    Raises
    ------
    NotAllowed, ProjectUnavailable
        as `Leaving.record` does.
    """
    going = leaving(session, walls, how)
    going.record(session)
    return going.troubles


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
    code = walls[0].asked.village
    names = session.rows("village", ("name",), where={"code": code})
    return "，".join([f"{names[0][0] or ''}{code}" if names else code, printed_as(walls), how])


def printed_as(walls: Sequence[WallMap]) -> str:
    """Return what the log has of the sheets of one map: paper, scale, pages, and whether everybody may have it."""
    first = walls[0]
    way = tr("横") if first.paper.landscape else tr("竖")
    parts = [f"{first.asked.paper}{way}", f"1:{walls[-1].scale:,}"]
    if len(walls) > 1:
        parts.append(tr("{n} 页").format(n=len(walls)))
    if is_public(first.secrecy):
        parts.append(tr("公开"))
    return "，".join(parts)
