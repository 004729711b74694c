"""What the window remembers of an atlas: the choices of the last time, and that it was not finished."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mingqing.core.errors import MingqingError
from mingqing.core.text import tr
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.printing.atlas.kept import Shelf
from mingqing.printing.atlas.order import Options
from mingqing.printing.wall.asked import Asked

if TYPE_CHECKING:
    from collections.abc import Callable

    from mingqing.desktop.settings import Settings
    from mingqing.store.session import Session

_KEY = "atlas"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen besides villages. like : what every map is like, whatever its theme and village."""

    folder: Path
    themes: tuple[str, ...]
    like: Asked
    options: Options

    @classmethod
    def recall(cls, settings: "Settings", project: Path) -> "Chosen | None":
        """Return what was chosen on this computer the last time, for this project; None where nothing was."""
        said = settings.printing.get(_KEY)
        if not isinstance(said, dict) or said.get("project") != str(project):
            return None
        try:
            like, options = Asked.from_plain(said["like"]), Options.from_plain(said["options"])
            return cls(Path(str(said["folder"])), tuple(map(str, said["themes"])), like, options)
        except (KeyError, TypeError, ValueError, MingqingError):  # changed by hand, or by another version
            return None

    def remember(self, settings: "Settings", project: Path) -> None:
        """Keep it for the next time."""
        settings.printing[_KEY] = {
            "project": str(project),
            "folder": str(self.folder),
            "themes": list(self.themes),
            "like": self.like.as_plain(),
            "options": self.options.as_plain(),
        }
        settings.save()


def unfinished(shelf: Shelf) -> tuple[Asked, ...]:
    """Return what the last run in a folder did not come to; what it tried in vain is not among it."""
    return tuple(kept.asked for kept in shelf.maps.values() if kept.waiting and not kept.trouble)


def tell_unfinished(
    session: "Session", settings: "Settings", jobs: Jobs, tell: "Callable[[str], object]"
) -> None:
    """Look whether the last atlas of a project that was just opened came to its end; `tell` where it did not."""
    chosen = Chosen.recall(settings, session.info.path)
    if chosen is None:
        return
    folder = chosen.folder

    def work(_session: "Session", _job: Job[int]) -> int:
        return len(unfinished(Shelf.of(folder)))

    def done(left: int) -> None:
        if left:
            tell(tr("上次批量出图还差 {n:,} 张没有出完，画好的都在").format(n=left))

    jobs.start(ReadJob(work, done=done, topic="atlas unfinished"))
