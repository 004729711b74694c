"""Following a long task and stopping it, for whoever waits for it."""

from collections.abc import Callable
from dataclasses import dataclass

from mingqing.core.errors import Cancelled
from mingqing.core.text import tr


@dataclass(frozen=True)
class Watch:
    """How a caller follows a long task and stops it.

    progress : called with what is under way, how much of it is done, and of how much; 0 of 0 where nobody knows.
    cancelled : asked from time to time, at points where nothing is half done.
    """

    progress: Callable[[str, int, int], None] = lambda _text, _done, _total: None
    cancelled: Callable[[], bool] = lambda: False

    def step(self, text: str, done: int = 0, total: int = 0) -> None:
        """Say how far the task is, or end it in `Cancelled` where that was asked for."""
        if self.cancelled():
            raise Cancelled(tr("已停下，没有留下做了一半的东西"))
        self.progress(text, done, total)


UNWATCHED = Watch()
"""Nobody waits: nothing is said and nothing is stopped."""
