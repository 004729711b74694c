"""What a base map is, and what can be wrong with its file."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mingqing.core.errors import Cancelled, MingqingError
from mingqing.core.text import tr

Asked = Callable[[], bool]
"""Whether the reading is to stop: nobody waits for it any more."""


class BaseMapUnavailable(MingqingError):
    """A base map cannot be drawn: which file, why, and what to do. The rest of the map can."""


class BaseMapPreparing(BaseMapUnavailable):
    """A base map cannot be drawn yet; asked again, it gets further."""


class Kind(StrEnum):
    """What is made of a file."""

    IMAGERY = "imagery"
    HILLSHADE = "hillshade"
    CONTOURS = "contours"


KINDS = {Kind.IMAGERY: tr("影像"), Kind.HILLSHADE: tr("晕渲"), Kind.CONTOURS: tr("等高线")}
"""What a user calls them."""


@dataclass(frozen=True, slots=True)
class BaseMap:
    """A file and how it is shown.

    kind : an elevation file gives a hillshade or contours, any other is imagery.
    opacity : from 0 to 1.
    """

    kind: Kind
    path: Path
    title: str
    opacity: float = 1.0
    visible: bool = True


def go_on(cancelled: Asked) -> None:
    """Raise Cancelled where nobody waits any more."""
    if cancelled():
        raise Cancelled(tr("已停止绘图。"))
