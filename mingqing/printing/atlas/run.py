"""Many maps in one go: drawn by worker processes, kept as they come, gone on with after whatever ended it."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from mingqing.access.roles import Action
from mingqing.core.errors import InputRefused, MingqingError, ProjectUnavailable
from mingqing.core.files import require_outside_projects
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.printing.atlas.artist import WallArtist
from mingqing.printing.atlas.job import Failure, Job, unwritable
from mingqing.printing.atlas.kept import Shelf
from mingqing.printing.atlas.order import PLAIN, Binding, Format, Options
from mingqing.printing.atlas.plan import State, plan
from mingqing.printing.atlas.worker import Studio
from mingqing.printing.template.find import template_of
from mingqing.printing.wall.asked import Asked
from mingqing.store.holder import Hold
from mingqing.store.permitted import Permitted

if TYPE_CHECKING:
    from mingqing.store.session import Session

__all__ = ["Failure", "Outcome", "refused_themes", "run", "suitable_jobs"]

STUDIO: Studio = WallArtist
LOCK = ".atlas.lock"
_MOST_JOBS = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run.

    maps : of those wanted, how many lie in the folder and show what the project holds.
    redrawn : how many of them were drawn in this run; the others were there before.
    failed : those that could not be made. Run again with these alone, or with all.
    stopped : why it ended before all was done, a Chinese sentence; empty where it did not.
    bound : the files with several maps, and the page that leads to them.
    noticed : by file, what is to be told of a map that was drawn, such as names that found no room.
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
        if the account may print none of the maps; the log has it.
    InputRefused, DefinitionError
        if another run is at work in this folder, nothing is wanted, or no template can be used.
    ProjectUnavailable
        if the folder, or the project's log, cannot be written.
    """
    if not wanted:
        raise InputRefused(tr("没有选择要画的图，请至少选一个村和一张专题图"))
    if options.format is not Format.PDF and options.binding is not Binding.NONE:
        raise InputRefused(tr("只有 PDF 能装订成合订本，请把格式改成 PDF，或不要合订本"))
    began = monotonic()
    refused = _refused(session, {asked.of(village="") for asked in wanted})
    with _alone_in(folder, session.user):
        shelf = Shelf.of(folder)
        made = plan(session, wanted, shelf, options)
        job = Job(session, options, shelf, made, watch, failing)
        stopped = job.draw(refused, options.jobs or suitable_jobs(), STUDIO, paused) or job.bind()
    current = sum(each.state is State.CURRENT for each in made.maps)
    return Outcome(
        folder,
        current + job.redrawn,
        job.redrawn,
        tuple(job.failed),
        round(monotonic() - began, 2),
        stopped,
        tuple(folder / name for name in job.bound),
        tuple(job.noticed),
    )


def suitable_jobs() -> int:
    """Return how many workers suit this computer: one is left to whoever works at it, where there are more than two."""
    cores = os.cpu_count() or 1
    return max(1, min(cores - (cores > 2), _MOST_JOBS))


def refused_themes(session: "Session") -> Mapping[str, tuple[str, ...]]:
    """Return the themes of which the account may print nothing, with the tables that are drawn of each."""
    refused = {}
    for layer in session.catalog.themes:
        own = tuple(draw.table for draw in layer.draws if draw.table in layer.tables)
        both = (Action.SEE, Action.PRINT)
        if not any(all(session.policy.allowed(table, action) for action in both) for table in own):
            refused[layer.code] = own
    return refused


def _refused(session: "Session", likes: Collection[Asked]) -> Mapping[Asked, str]:
    """Return why maps cannot be made of any village, by what is asked; what the account may not print is in the log.

    Raises
    ------
    MingqingError
        the last of the reasons, where there is one for all.
    """
    refused, reasons = refused_themes(session), dict[Asked, str]()
    for like in likes:
        try:
            if like.theme in refused:
                Permitted(session).require(session.catalog.layers[like.theme].title, refused[like.theme])
            template_of(session, like.theme, like.template)
        except MingqingError as error:
            reasons[like] = str(error)
            if len(reasons) == len(likes):
                raise
    return reasons


@contextmanager
def _alone_in(folder: Path, who: str) -> Iterator[None]:
    """Hold a folder, made where it is missing, so that no other run works in it."""
    require_outside_projects(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectUnavailable(unwritable(folder, error)) from error
    hold = Hold(folder, who, LOCK)
    try:
        if hold.held_by is not None:
            raise InputRefused(
                tr("{who} 正在往这个文件夹出图，请等那边做完，或换一个文件夹").format(who=hold.held_by.who)
            )
        yield
    finally:
        hold.release()
