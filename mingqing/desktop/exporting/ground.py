"""What the page and the sheets of export stand on: the project that is open, and what of it may be handed on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mingqing.access.roles import Action
from mingqing.core.text import tr
from mingqing.store.tally import grouped

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from mingqing.catalog.model import Catalog, Layer
    from mingqing.desktop.jobs import Jobs
    from mingqing.desktop.settings import Settings
    from mingqing.desktop.villages.matching import Entry
    from mingqing.store.session import Session

Counts = Mapping[str, Mapping[str | None, int]]
"""Rows of each table by the code of their village."""


@dataclass(frozen=True, eq=False)
class Ground:
    """What is looked at when export is opened.

    villages : all there are, as choosers take them; village : the code of the one on screen, empty for all.
    selected : the rows that are selected on the map, by table. show_row : shows a row of a table on the map.
    """

    window: "QWidget"
    jobs: "Jobs"
    settings: "Settings"
    session: "Session"
    villages: "Sequence[Entry]"
    village: str
    selected: Mapping[str, frozenset[int]]
    show_row: Callable[[str, int], None]


def exportable(session: "Session") -> frozenset[str]:
    """Return the tables that the account may hand on."""
    return frozenset(t for t in session.catalog.tables if session.policy.allowed(t, Action.EXPORT))


def why_not(session: "Session") -> str:
    """Return why the account may export nothing, or an empty text where it may."""
    if exportable(session):
        return ""
    roles = "、".join(role.title for role in session.policy.roles) or tr("无角色")
    return tr("您的角色（{roles}）不能导出数据，要用请找县级或乡镇编辑").format(roles=roles)


def maps(catalog: "Catalog") -> "Sequence[Layer]":
    """Return the thematic maps in order, and what lies below them all as the last."""
    return [*catalog.themes, *(layer for layer in catalog.layers.values() if not layer.draws)]


def count(session: "Session") -> Counts:
    """Count the rows that the account may hand on."""
    return {
        table: {village: rows for village, rows, *_ in grouped(session, table, ["village_code"])}
        for table in exportable(session)
    }
