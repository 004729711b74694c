"""The one place that owns threads: work goes off the UI thread, its outcome comes back on it.

A job is a function of a session. Lanes run them, each one thread with a session of its own: reading, drawing,
writing, upkeep, searching, planning, printing and exporting never wait for each other. A job with a topic
takes the place of the earlier one on that topic, which is told to stop and whose outcome is dropped.
"""

import queue
import threading
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from mingqing.core.errors import Cancelled, MingqingError
from mingqing.core.text import tr

if TYPE_CHECKING:
    from mingqing.store.session import Session

T = TypeVar("T")


class Lane(Enum):
    """A thread, named for what it does."""

    READ = "read"
    DRAW = "draw"
    WRITE = "write"
    KEEP = "keep"
    INDEX = "index"
    PLAN = "plan"
    PRINT = "print"
    EXPORT = "export"


class Job(Generic[T]):
    """Work for one lane, and what to do on the UI thread with its outcome.

    Parameters
    ----------
    work : called in the lane's thread as `work(session, job)`; asks `job.cancelled()` often.
    done : called on the UI thread with the result.
    failed : called on the UI thread with an error a user can act on, `Cancelled` among them; without it
        the error goes to `Jobs.refused`. Anything else that is raised goes to `Jobs.crashed`.
    progressed : called on the UI thread as `progressed(text, done, total)`.
    topic : a later job on the same topic replaces this one.
    """

    lane: ClassVar[Lane]

    def __init__(
        self,
        work: "Callable[[Session, Job[T]], T]",
        *,
        done: Callable[[T], None],
        failed: Callable[[MingqingError], None] | None = None,
        progressed: Callable[[str, int, int], None] | None = None,
        topic: str | None = None,
    ) -> None:
        self.work, self.done, self.failed, self.progressed, self.topic = work, done, failed, progressed, topic
        self._stop = threading.Event()
        self._dropped = False
        self.over = threading.Event()  # once nothing more of it is done
        self.post: Callable[[Callable[[], None]], None] = lambda _: None

    def cancelled(self) -> bool:
        """Whether the work should stop."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Ask the work to stop; whatever it then returns or raises is still reported."""
        self._stop.set()

    def abandon(self) -> None:
        """Ask the work to stop and drop its outcome: nobody waits for it any more."""
        self._dropped = True
        self._stop.set()

    def progress(self, text: str, done: int, total: int) -> None:
        """Say from the lane's thread how far the work is."""
        if self.progressed is not None:
            self.deliver(lambda: self.progressed(text, done, total) if self.progressed else None)

    def deliver(self, call: Callable[[], None]) -> None:
        """Run `call` on the UI thread, unless the job has been abandoned by then."""
        self.post(lambda: None if self._dropped else call())


class ReadJob(Job[T]):
    """Looks something up."""

    lane = Lane.READ


class DrawJob(Job[T]):
    """Draws a view of the map."""

    lane = Lane.DRAW


class WriteJob(Job[T]):
    """Changes the project, or opens it."""

    lane = Lane.WRITE


class EditJob(WriteJob[T]):
    """A finished edit: once begun or queued it is written, whatever is closed meanwhile; see `Jobs.settle`."""

    def abandon(self) -> None:
        """Drop the outcome alone: nobody waits for it any more, but it is not to be lost."""
        self._dropped = True


class KeepJob(Job[T]):
    """Backs the project up, checks it, or brings another back: long, and in nobody's way."""

    lane = Lane.KEEP


class IndexJob(Job[T]):
    """Makes ready what is searched: at once after opening, when a backup may take a minute."""

    lane = Lane.INDEX


class PlanJob(Job[T]):
    """Reckons who goes where: seconds for a county, during which cards are still to be read."""

    lane = Lane.PLAN


class PrintJob(Job[T]):
    """Makes pages: minutes for a whole county, during which everything else goes on."""

    lane = Lane.PRINT


class ExportJob(Job[T]):
    """Hands data on, or looks through it before: up to a minute for a whole county."""

    lane = Lane.EXPORT


_NOTHING: Job[None] = ReadJob(lambda _session, _job: None, done=lambda _: None)
"""Wakes a lane so that it looks which project is open."""


class _Project:
    """The open project: the session it was opened with, from which each lane makes its own."""

    def __init__(self, session: "Session") -> None:
        self.session = session
        self._lock = threading.Lock()

    def clone(self) -> "Session":
        with self._lock:
            return self.session.clone()


class _Worker:
    """One lane: a thread that is started by its first job and ends with `stop`."""

    def __init__(self, jobs: "Jobs", lane: Lane) -> None:
        self._jobs, self._lane = jobs, lane
        self._queue: queue.SimpleQueue[Job[Any] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._project: _Project | None = None
        self._session: Session | None = None
        self.leaving: list[Callable[[], None]] = []

    def put(self, job: Job[Any]) -> None:
        if self._thread is None:
            # Joined by `stop`; a daemon, so that a program that ends in an uncaught error does end.
            self._thread = threading.Thread(
                target=self._run, name=f"mingqing-{self._lane.value}", daemon=True
            )
            self._thread.start()
        self._queue.put(job)

    def let_go(self) -> None:
        """Close the session of a project that is no longer open."""
        if self._thread is not None:
            self._queue.put(_NOTHING)

    def stop(self) -> None:
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while (job := self._queue.get()) is not None:
            if job is _NOTHING:
                self._current_session()
            else:
                self._perform(job)
            job.over.set()
            job.post(partial(self._jobs.finished, job))
        self._let_go()

    def _perform(self, job: Job[Any]) -> None:
        try:
            if job.cancelled():
                raise Cancelled(tr("已取消"))
            result = job.work(self._current_session(), job)
        except MingqingError as error:
            refused = error
            job.deliver(lambda: self._jobs.refuse(job, refused))
        except Exception as error:  # noqa: BLE001 - a bug in a job must not end the lane
            bug = error
            job.deliver(lambda: self._jobs.crashed.emit(bug))
        else:
            job.deliver(lambda: job.done(result))

    def _current_session(self) -> "Session":
        """Return this lane's session of the project that is open now (None, in effect, where none is)."""
        project = self._jobs.project
        if project is not self._project:
            self._let_go()
            self._project = project
        if self._session is None and project is not None:
            self._session = project.clone()
        return self._session  # type: ignore[return-value]

    def _let_go(self) -> None:
        if self._session is not None:
            for call in self.leaving:
                call()
            self._session.close()
        self._session, self._project = None, None


class Jobs(QObject):
    """The jobs of one window.

    Signals
    -------
    refused(MingqingError) : something the user can act on, of a job that has no `failed` of its own.
    crashed(Exception) : a job met a bug.
    """

    refused = Signal(object)
    crashed = Signal(object)
    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project: _Project | None = None
        self._workers = {lane: _Worker(self, lane) for lane in Lane}
        self._open: set[Job[Any]] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._posted.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def start(self, job: Job[T]) -> Job[T]:
        """Queue `job` in its lane and return it; once closed, drop it."""
        if self._closed:
            job.abandon()
            return job
        job.post = self._posted.emit
        with self._lock:
            if job.topic is not None:
                for other in self._open:
                    if other.topic == job.topic:
                        other.abandon()
            self._open.add(job)
        self._workers[job.lane].put(job)
        return job

    def settle(self) -> None:
        """Wait until every edit is written: milliseconds, unless thousands of rows are."""
        with self._lock:
            edits = [job for job in self._open if isinstance(job, EditJob)]
        for job in edits:
            job.over.wait()

    def use(self, session: "Session | None") -> None:
        """Let later jobs work on `session`'s project; jobs under way on the one before are abandoned, but for edits."""
        self.abandon_all()
        self.settle()
        before, self.project = self.project, _Project(session) if session is not None else None
        for worker in self._workers.values():
            worker.let_go()
        if before is not None:
            before.session.close()

    def on_leaving(self, lane: Lane, call: Callable[[], None]) -> None:
        """Run `call` in a lane's thread whenever it lets go of a project."""
        self._workers[lane].leaving.append(call)

    def abandon_all(self) -> None:
        """Tell every job to stop and drop what it brings."""
        with self._lock:
            for job in self._open:
                job.abandon()

    def busy(self, lane: Lane | None = None) -> bool:
        """Whether any job, or any of one lane, is queued, under way, or not yet reported."""
        with self._lock:
            return any(lane in {None, job.lane} for job in self._open)

    def close(self) -> None:
        """Stop every job, wait for the threads to end and close the project."""
        self._closed = True
        self.abandon_all()
        self.settle()
        for worker in self._workers.values():
            worker.stop()
        self.use(None)
        self._open.clear()

    def finished(self, job: Job[Any]) -> None:
        """Forget `job`, on the UI thread, once everything it had to say has been said."""
        with self._lock:
            self._open.discard(job)

    def refuse(self, job: Job[Any], error: MingqingError) -> None:
        """Report an error the user can act on."""
        if job.failed is not None:
            job.failed(error)
        elif not isinstance(error, Cancelled):
            self.refused.emit(error)

    @Slot(object)
    def _call(self, call: Callable[[], None]) -> None:
        if not self._closed:
            call()
