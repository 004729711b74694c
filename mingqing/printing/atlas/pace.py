"""How long a run will still take, by how fast it was so far."""

from collections.abc import Sequence
from time import monotonic

from mingqing.core.text import tr
from mingqing.core.watch import Watch

_MAPS_BEFORE_TOLD = 6
_NAMED = 3


class Pace:
    """Tells a watch what is under way and for how long; time spent pausing does not count.

    maps : that are to be drawn. there : those that lie in the folder already. doing : what is done with them.
    """

    def __init__(self, maps: int, there: int, doing: str = tr("正在画：{names}")) -> None:
        self._maps, self._there, self._doing = maps, there, doing
        self._done = 0
        self._worked, self._last = 0.0, monotonic()
        self._told: tuple[str, int] | None = None

    def one_done(self) -> None:
        """Count a map that was drawn, or given up."""
        self._done += 1

    def tell(self, watch: Watch, villages: Sequence[str], *, paused: bool) -> None:
        """Say how far it is, where there is anything new to say. villages : names of those being drawn."""
        now = monotonic()
        self._worked, self._last = self._worked + (0.0 if paused else now - self._last), now
        told = self._text(villages, paused=paused), self._there + self._done
        if told != self._told:
            self._told = told
            watch.progress(*told, self._there + self._maps)

    @property
    def remaining_s(self) -> float | None:
        """How long it will still take; None where too little is known."""
        if self._done < _MAPS_BEFORE_TOLD:
            return None
        return self._worked / self._done * (self._maps - self._done)

    def _text(self, villages: Sequence[str], *, paused: bool) -> str:
        names = "、".join(dict.fromkeys(villages[:_NAMED]))
        if paused:
            return tr("已暂停，画完手上的村就停：{names}").format(names=names) if names else tr("已暂停")
        doing = self._doing.format(names=names) if names else tr("正在准备")
        left = self.remaining_s
        return doing if left is None else tr("{doing} · 还要{time}").format(doing=doing, time=in_words(left))


def in_words(seconds: float) -> str:
    """Return how long something takes, as one says it.

    Examples
    --------
    >>> in_words(20), in_words(100), in_words(4000)
    ('不到半分钟', '约 2 分钟', '约 1 小时 7 分钟')
    """
    minutes = max(1, round(seconds / 60))
    if seconds < 30:
        return tr("不到半分钟")
    if minutes < 60:
        return tr("约 {n} 分钟").format(n=minutes)
    return tr("约 {hours} 小时 {n} 分钟").format(hours=minutes // 60, n=minutes % 60)
