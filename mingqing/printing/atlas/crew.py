"""The worker processes: villages are handed out, what comes back is passed on, who dies is replaced."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import sleep
from typing import TYPE_CHECKING, Self, cast

from mingqing.core.errors import ProjectUnavailable
from mingqing.core.text import tr
from mingqing.printing.atlas.order import Options
from mingqing.printing.atlas.worker import (
    Drawn,
    Entrance,
    Finished,
    Made,
    NoMap,
    Ready,
    Said,
    Studio,
    Unable,
    work,
)
from mingqing.printing.wall.asked import Asked

if TYPE_CHECKING:
    from mingqing.store.session import Session

_LISTEN_S = 0.1
_LEAVE_S = 2.0
_MOST_BYTES = 420_000_000  # then a worker is sent home after its village, and another begins
_MOST_FALSE_STARTS = 3
_ENDED = tr("绘图程序画到这张图时两次意外结束，可能内存不够；请关掉别的程序，或换小一点的纸再试")
_NO_START = tr("绘图程序启动不了，图没有画；请重新启动电脑后再试")

Village = Sequence[Asked]
Result = tuple[Asked, Drawn | NoMap]


@dataclass(slots=True, eq=False)
class _Worker:
    """A process, its end of the pipe, and what it has not yet drawn of its village.

    ready : once it has opened the project. busy : until it says that it is through with its village.
    """

    process: BaseProcess
    pipe: Connection
    ready: bool = False
    busy: bool = False
    waiting: deque[Asked] = field(default_factory=deque)

    def leave(self) -> None:
        """End it: it only reads."""
        self.pipe.close()
        if self.ready and not self.busy:
            self.process.join(_LEAVE_S)  # nobody is at the other end of its pipe: it goes by itself
        self.process.terminate()
        self.process.join(_LEAVE_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


class Crew:
    """So many workers, started as they are needed. Use as a context: none is left behind."""

    def __init__(self, session: "Session", options: Options, jobs: int, studio: Studio) -> None:
        self._entrance, self._options, self._studio = Entrance.of(session), options, studio
        self._jobs = jobs
        self._workers: list[_Worker] = []
        self._tried: set[Asked] = set()
        self._false_starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.pipe.close()
        for worker in self._workers:
            worker.leave()
        self._workers.clear()

    @property
    def under_way(self) -> tuple[Asked, ...]:
        """The maps being drawn now."""
        return tuple(worker.waiting[0] for worker in self._workers if worker.waiting)

    def draw(self, villages: Sequence[Village], paused: Callable[[], bool]) -> Iterator[Result | None]:
        """Yield each map of `villages`, or why there is none, as they come; None where nothing came for a moment.

        Raises
        ------
        ProjectUnavailable
            if no worker can start, or open the project.
        """
        waiting = deque(villages)
        while waiting or self.under_way:
            if waiting and not paused():
                self._hand_out(waiting)
            heard = self._heard()
            if not heard:
                yield None
            for worker in heard:
                yield from self._listen(worker, waiting)

    def _heard(self) -> list[_Worker]:
        """Return the workers that said something, or ended; none after a moment of silence."""
        if not self._workers:
            sleep(_LISTEN_S)
        pipes = {worker.pipe: worker for worker in self._workers}
        return [pipes[cast("Connection", pipe)] for pipe in wait(list(pipes), _LISTEN_S)] if pipes else []

    def _hand_out(self, waiting: deque[Village]) -> None:
        idle = [w for w in self._workers if w.ready and not w.busy]
        for worker in idle:
            if waiting:
                self._send(worker, waiting)
        starting = sum(not w.ready for w in self._workers)
        for _ in range(min(self._jobs - len(self._workers), len(waiting) - starting)):
            self._hire()

    def _send(self, worker: _Worker, waiting: deque[Village]) -> None:
        village = waiting.popleft()
        worker.busy = True
        worker.waiting.extend(village)
        try:
            worker.pipe.send(village)
        except OSError:
            self._replace(worker, waiting)

    def _hire(self) -> None:
        ours, theirs = get_context("spawn").Pipe()
        process = get_context("spawn").Process(
            target=work,
            args=(theirs, self._entrance, self._options, self._studio),
            daemon=True,
            name="mingqing-atlas",
        )
        process.start()
        theirs.close()
        self._workers.append(_Worker(process, ours))

    def _listen(self, worker: _Worker, waiting: deque[Village]) -> Iterator[Result]:
        try:
            said: Said = worker.pipe.recv()
        except (EOFError, OSError):
            yield from self._mourn(worker, waiting)
            return
        match said:
            case Ready():
                worker.ready, self._false_starts = True, 0
            case Unable(sentence):
                raise ProjectUnavailable(sentence)
            case Made(result):
                yield worker.waiting.popleft(), result
            case Finished(resident):
                worker.busy = False
                if resident > _MOST_BYTES:
                    self._dismiss(worker)

    def _mourn(self, worker: _Worker, waiting: deque[Village]) -> Iterator[Result]:
        """Let others go on with what a dead worker had; a map that ends two of them is given up."""
        if not worker.ready:
            self._false_starts += 1
            if self._false_starts >= _MOST_FALSE_STARTS:
                raise ProjectUnavailable(_NO_START)
        left = self._replace(worker, waiting)
        if left and left[0] in self._tried:
            yield waiting[0][0], NoMap(_ENDED)
            waiting[0] = waiting[0][1:]
            if not waiting[0]:
                waiting.popleft()
        elif left:
            self._tried.add(left[0])

    def _replace(self, worker: _Worker, waiting: deque[Village]) -> Village:
        """Send a dead worker home and put what it had back to the front; return that."""
        left = tuple(worker.waiting)
        if left:
            waiting.appendleft(left)
        self._dismiss(worker)
        return left

    def _dismiss(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.leave()
