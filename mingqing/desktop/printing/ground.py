"""What every dialog of printing stands on: the project that is open, what of it may be printed, what is looked at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mingqing.core.text import tr
from mingqing.store.permitted import printable

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from mingqing.catalog.model import Layer
    from mingqing.desktop.jobs import Jobs
    from mingqing.desktop.map.frame import Restyled
    from mingqing.desktop.settings import Settings
    from mingqing.desktop.villages.matching import Entry
    from mingqing.printing.wall.asked import Asked
    from mingqing.store.session import Session


@dataclass(frozen=True, eq=False)
class Ground:
    """What a dialog may use.

    window : the window it belongs to. themes : the maps that the account may print, in order.
    theme : the one on screen, or the first of them; layers : its tables that are on, None for all.
    villages : all there are, as choosers take them; village : the code of the one on screen, empty for all.
    restyled : by the code of a map, the tables that do not look as it has them.
    preview : shows a map as a page. show_row : shows a row of a table on the map.
    """

    window: "QWidget"
    jobs: "Jobs"
    settings: "Settings"
    session: "Session"
    themes: "tuple[Layer, ...]"
    theme: str
    villages: "Sequence[Entry]"
    village: str
    layers: frozenset[str] | None
    restyled: "Callable[[str], tuple[Restyled, ...]]"
    preview: "Callable[[Asked], None]"
    show_row: Callable[[str, int], None]


def printable_themes(session: "Session") -> "tuple[Layer, ...]":
    """Return the maps of which the account may print at least one table that is their subject."""
    catalog, policy = session.catalog, session.policy
    return tuple(t for t in catalog.themes if not printable(policy, catalog, t.code).isdisjoint(t.tables))


def why_not(session: "Session") -> str:
    """Return why the account may print no map, or an empty text where it may."""
    if printable_themes(session):
        return ""
    roles = "、".join(role.title for role in session.policy.roles) or tr("无角色")
    return tr("您的角色（{roles}）不能打印地图").format(roles=roles)
