"""One run of an atlas: what is drawn is logged, written and noted down, a few maps at a time."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from errno import ENOSPC
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from mingqing.access.audit import REFUSED, Act
from mingqing.core.errors import Cancelled, MingqingError
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.printing.atlas.bound import bind
from mingqing.printing.atlas.crew import Crew
from mingqing.printing.atlas.kept import Kept, Shelf, Written
from mingqing.printing.atlas.order import Binding, Options
from mingqing.printing.atlas.pace import Pace
from mingqing.printing.atlas.plan import Plan, Planned, State
from mingqing.printing.atlas.worker import Drawn, NoMap, Studio
from mingqing.printing.wall.asked import Asked
from mingqing.store.permitted import Permitted

if TYPE_CHECKING:
    from mingqing.store.session import Session

_TOGETHER, _WITHIN_S = (
    24,
    3.0,
)  # maps are put away so many at once, or after so long: each time the log is written


@dataclass(frozen=True, slots=True)
class Failure:
    """A map that could not be made, and why: one Chinese sentence. village, theme : what they are called."""

    asked: Asked
    village: str
    theme: str
    sentence: str


@dataclass(slots=True)
class Job:
    """One run: what is wanted, and what has come of it."""

    session: "Session"
    options: Options
    shelf: Shelf
    plan: Plan
    watch: Watch
    failing: Callable[[Failure], None]
    redrawn: int = 0
    failed: list[Failure] = field(default_factory=list)
    noticed: list[tuple[str, str]] = field(default_factory=list)
    bound: list[str] = field(default_factory=list)
    _held: list[tuple[Planned, Drawn]] = field(default_factory=list)
    _put_away_at: float = field(default_factory=monotonic)

    def draw(
        self, refused: Mapping[Asked, str], jobs: int, studio: Studio, paused: Callable[[], bool]
    ) -> str:
        """Draw what is not current; return why it ended before all was done, nothing where it did not.

        refused : why maps cannot be made of any village, by what is asked.
        """
        todo = {each.asked: each for each in self.plan.maps if each.state is not State.CURRENT}
        self.shelf.order(((each.name, each.kept()) for each in todo.values()), self.options)
        for asked in list(todo):
            if (like := asked.of(village="")) in refused:
                self._fail(todo.pop(asked), refused[like])
        return self._ended(lambda: self._draw(todo, jobs, studio, paused))

    def bind(self) -> str:
        """Bind the maps together as the options say; return why that was not done."""
        if self.options.binding is Binding.NONE:
            return ""

        def binding() -> None:
            self.bound += bind(self.session, self.shelf, self.plan.maps, self.options.binding, self.watch)

        return self._ended(binding)

    def _ended(self, work: Callable[[], None]) -> str:
        """Do something; return a sentence where it came to no good end. What was written before stays."""
        try:
            work()
        except (Cancelled, KeyboardInterrupt):
            return self._kept_so_far(tr("已停下"))
        except OSError as error:
            return self._kept_so_far(unwritable(self.shelf.folder, error))
        except MingqingError as error:
            return self._kept_so_far(str(error))
        return ""

    def _kept_so_far(self, why: str) -> str:
        return tr("{why}。已经画好的 {n} 张都在，再运行一次就接着画").format(
            why=why.rstrip("。"), n=self.redrawn
        )

    def _draw(
        self, todo: Mapping[Asked, Planned], jobs: int, studio: Studio, paused: Callable[[], bool]
    ) -> None:
        self.shelf.save()
        villages = [tuple(maps) for _, maps in groupby(todo, key=lambda asked: asked.village)]
        pace = Pace(len(todo), len(self.plan.maps) - len(todo))
        try:
            with Crew(self.session, self.options, jobs, studio) as crew:
                for result in crew.draw(villages, paused):
                    if result is not None:
                        self._take(todo[result[0]], result[1])
                        pace.one_done()
                    if len(self._held) >= _TOGETHER or monotonic() - self._put_away_at > _WITHIN_S:
                        self._put_away()
                    pace.tell(self.watch, [todo[asked].village for asked in crew.under_way], paused=paused())
                    if self.watch.cancelled():
                        raise Cancelled
        except BaseException:
            with suppress(OSError, MingqingError):  # what it ended for is told already
                self._put_away()
            raise
        self._put_away()

    def _take(self, each: Planned, result: Drawn | NoMap) -> None:
        if isinstance(result, Drawn):
            self._held.append((each, result))
            return
        if result.refused:
            self.session.record(
                Act.PRINT, each.theme, outcome=REFUSED, detail=f"{each.village}{each.asked.village}"
            )
        self._fail(each, result.sentence)

    def _fail(self, each: Planned, sentence: str) -> None:
        failure = Failure(each.asked, each.village, each.theme, sentence)
        self.shelf.maps[each.name] = replace(self.shelf.maps[each.name], trouble=sentence)
        self.failed.append(failure)
        self.failing(failure)

    def _put_away(self) -> None:
        """Log what was drawn, then write it, then note that it is there."""
        held, self._held, self._put_away_at = self._held, [], monotonic()
        if not held:
            return
        self._log(held)
        written: list[Planned] = []
        try:
            for each, drawn in held:
                self._write(each, drawn)
                written.append(each)
        finally:
            self._note(written)

    def _note(self, written: list[Planned]) -> None:
        """Note what is there; on a full disk the maps written last make room, or all would be drawn again."""
        while True:
            try:
                return self.shelf.save()
            except OSError as error:
                if error.errno != ENOSPC or not written:
                    raise
                self._take_back(written.pop())

    def _take_back(self, each: Planned) -> None:
        kept = self.shelf.maps[each.name]
        self._clear(kept, set())
        self.shelf.maps[each.name] = replace(each.kept(), seconds=kept.seconds)
        self.redrawn -= 1
        names = {file.name for file in kept.files}
        self.noticed = [told for told in self.noticed if told[0] not in names]

    def _log(self, held: list[tuple[Planned, Drawn]]) -> None:
        """Put down in the log, in one transaction, an entry a village."""
        permitted = Permitted(self.session)
        with self.session.changing() if self.session.info.read_only is None else nullcontext():
            for _, maps in groupby(held, key=lambda pair: pair[0].asked.village):
                every = list(maps)
                themes = "、".join(f"{e.theme}（{d.told}）" if d.told else e.theme for e, d in every)
                where = tr("{format} 存到 {folder}").format(
                    format=self.options.format.value.upper(), folder=self.shelf.folder.absolute().name
                )
                detail = f"{every[0][0].asked.village}，{themes}，{where}"
                permitted.record(
                    tr("图册：{village}").format(village=every[0][0].village),
                    sum(d.rows for _, d in every),
                    detail,
                )

    def _write(self, each: Planned, drawn: Drawn) -> None:
        before, ending = self.shelf.maps.get(each.name), self.options.format.value
        numbers = [""] if len(drawn.pages) == 1 else [f"-{n}" for n in range(len(drawn.pages))]
        files = tuple(
            Written.put(self.shelf.folder, f"{each.name}{number}.{ending}", page)
            for number, page in zip(numbers, drawn.pages, strict=True)
        )
        self._clear(before, {file.name for file in files})
        self.shelf.maps[each.name] = replace(
            each.kept(),
            fingerprint=self.plan.fingerprint(each.asked, drawn.extents),
            files=files,
            extents=drawn.extents,
            seconds=round(drawn.seconds, 3),
            noticed=drawn.noticed,
            waiting=False,
        )
        self.redrawn += 1
        self.noticed += [(files[0].name, text) for text in drawn.noticed]

    def _clear(self, before: Kept | None, written: set[str]) -> None:
        """Remove sheets of a map that has fewer of them now."""
        for file in before.files if before is not None else ():
            if file.name not in written:
                (self.shelf.folder / file.name).unlink(missing_ok=True)


def unwritable(folder: Path, error: OSError) -> str:
    """Return why a folder takes no more maps."""
    if error.errno == ENOSPC:
        return tr("磁盘满了，请在 {folder} 所在的磁盘上腾出空间").format(folder=folder)
    return tr("{folder} 写不进去，请检查磁盘和权限，或换一个文件夹").format(folder=folder)
