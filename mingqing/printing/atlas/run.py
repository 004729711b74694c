"""Many maps in one go: drawn by worker processes, kept as they come, gone on with after whatever ended it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mingqing.core.watch import UNWATCHED, Watch
from mingqing.printing.atlas.order import PLAIN, Options
from mingqing.printing.wall.asked import Asked

if TYPE_CHECKING:
    from mingqing.store.session import Session


@dataclass(frozen=True, slots=True)
class Failure:
    """A map that could not be made, and why: one Chinese sentence. village, theme : what they are called."""

    asked: Asked
    village: str
    theme: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run.

    maps : of those wanted, how many lie in the folder and show what the project holds.
    redrawn : how many of them were drawn in this run; the others were there before.
    failed : those that could not be made. Run again with these alone, or with all.
    stopped : why it ended before all was done, a Chinese sentence; empty where it did not.
    bound : the files with several maps, and the page that leads to them.
    noticed : by file, what is to be told of a map that was made, such as names that found no room.
    """

    folder: Path
    maps: int
    redrawn: int
    failed: tuple[Failure, ...]
    seconds: float
    stopped: str = ""
    bound: tuple[Path, ...] = ()
    noticed: tuple[tuple[str, str], ...] = ()


def run(
    session: "Session",
    wanted: Sequence[Asked],
    folder: Path,
    options: Options = PLAIN,
    watch: Watch = UNWATCHED,
    *,
    paused: Callable[[], bool] = lambda: False,
    failing: Callable[[Failure], None] = lambda _: None,
) -> Outcome:
    """Bring maps into a folder, which may be a new one: those that are not there yet, or whose data changed.

    Called in any thread but the window's. Workers open the project by the session's own login and see what it sees;
    the log of prints is written here, before a map's bytes reach the folder. Whatever ends the run, what is done is
    kept: run again, it goes on.

    Parameters
    ----------
    wanted : a village's maps one after another, see `order.every`.
    watch : progress is called with what is under way and how long it will still take, maps done, and of how many.
        Where `cancelled` says so, workers are ended at once and `stopped` says so.
    paused : asked between villages; while it says so nothing more is begun.
    failing : called with each failure as it comes.

    Raises
    ------
    NotAllowed
        if none of the maps may be printed by the account.
    InputRefused
        if another run is at work in this folder, or nothing is wanted.
    ProjectUnavailable
        if the folder, or the project's log, cannot be written.
    """
    raise NotImplementedError
