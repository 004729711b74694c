"""批量出图: thematic maps × villages in one run, drawn anew only where what they show has changed."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.jobs import Job, PrintJob
from mingqing.desktop.printing.atlas_choice import AtlasChoice
from mingqing.desktop.printing.atlas_kept import Chosen, unfinished
from mingqing.desktop.printing.atlas_standing import Standing, how_large, in_words, to_draw
from mingqing.desktop.printing.many import ManySheet
from mingqing.desktop.printing.running import Failure
from mingqing.printing.atlas import pace
from mingqing.printing.atlas.kept import Shelf
from mingqing.printing.atlas.order import Binding, Options, every
from mingqing.printing.atlas.run import Outcome, run
from mingqing.printing.template.find import templates
from mingqing.printing.wall.asked import Asked

if TYPE_CHECKING:
    from mingqing.desktop.printing.ground import Ground
    from mingqing.printing.atlas.run import Failure as NotMade
    from mingqing.store.session import Session

_PAUSE_MS = 200
_NAMED = 3  # bound files in a sentence
_Left = tuple[tuple[Asked, ...], Options]


class AtlasSheet(ManySheet):
    """Asks for an atlas, makes it, says what came of it; remembers the choices for the next time."""

    title = tr("批量出图")
    about = tr("一次画好许多村的专题图。以后在同一个文件夹再出一次，只重画数据变了的")
    unit = tr("张")
    opening = tr("双击一行，打开这张图")
    settled = tr("下次打开可以接着出。")

    def __init__(self, ground: "Ground") -> None:
        super().__init__(ground)
        catalog = ground.session.catalog
        self.choices = AtlasChoice(catalog.themes, {theme.code for theme in ground.themes})
        self.beside.addWidget(self.choices)
        self.standing = Standing()
        self.known = False  # whether `standing` is of what is chosen now
        self._unfinished = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_PAUSE_MS)
        self._later.timeout.connect(self._look)
        self.offer_quick(tr("要画的"), lambda: self.standing.due)
        self.run.redoing.connect(self._redo)
        self.run.opened.connect(self._open)
        self.villages.offer(ground.villages, self._all)
        self._recall()
        self.choices.changed.connect(self._look_later)
        self._offer_templates()
        self.turn_to(self.place)

    @property
    def _all(self) -> set[str]:
        return {entry.village.code for entry in self.ground.villages}

    def _recall(self) -> None:
        info = self.ground.session.info
        before = Chosen.recall(self.ground.settings, info.path)
        folder = Path.home() / tr("{name}专题图").format(name=info.name)
        self.folder.setText(str(before.folder if before is not None else folder))
        if before is not None:
            self.choices.show_choice(before.themes, before.like, before.options)

    def _offer_templates(self) -> None:
        """Offer the templates that suit any map."""

        def work(session: "Session") -> list[tuple[str, str]]:
            return [(t.name, t.name) for t in templates(session) if t.theme is None]

        self.look_up(work, self.choices.offer_templates, "atlas templates")

    def turn_to(self, folder: Path) -> None:
        """Go on with what was not finished in a folder, where there is such a thing; look how its maps stand."""

        def work(_session: "Session") -> _Left:
            shelf = Shelf.of(folder)
            return unfinished(shelf), shelf.options

        def done(found: _Left) -> None:
            asked, options = found
            self._unfinished = bool(asked)
            if asked:
                self.choices.show_choice({a.theme for a in asked}, asked[0].of(theme="", village=""), options)
                self.villages.tick({a.village for a in asked})
            self._look_later()

        self.known = False
        self.look_up(work, done, "atlas folder")

    # ── What it comes to ───────────────────────────────────────────────────────────────────────────────────

    def _look_later(self) -> None:
        """Look how the maps stand, once nobody chooses any more."""
        self.known = False
        self._later.start()
        self.say_what()

    def _look(self) -> None:
        wanted = every(self.choices.like, self.choices.ticked, sorted(self._all))
        folder, options = self.place, self.choices.options

        def work(session: "Session") -> Standing:
            return Standing.of(session, wanted, folder, options)

        def done(standing: Standing) -> None:
            self.standing, self.known = standing, True
            self.villages.mark(standing.notes, standing.townships)
            self.say_what()

        self.look_up(work, done, "atlas standing", PrintJob)

    def say_what(self) -> None:
        """Say how many maps there are, how many of them are to be drawn, and what that takes."""
        villages, themes = len(self.villages.ticked), len(self.choices.ticked)
        self.primary.setEnabled(bool(villages and themes))
        self.primary.setText(tr("接着出图") if self._unfinished else tr("开始出图"))
        if not (villages and themes):
            self._say(tr("请至少勾一个村、一种图"))
            return
        said = tr("{villages} 个村 × {themes} 种图 = {n:,} 张").format(
            villages=villages, themes=themes, n=villages * themes
        )
        if not self.known:
            self._say(said, tr("正在看哪些已经画过…"))
            return
        count = self.standing.count(self.villages.ticked)
        unfinished = tr("上次在这个文件夹没有出完，已照上次的勾好") if self._unfinished else ""
        takes = self._takes(to_draw(count))
        self._say(f"{said}，{in_words(count)}", "；".join(part for part in (unfinished, takes) if part))
        bound = self.choices.options.binding is not Binding.NONE
        self.primary.setEnabled(to_draw(count) > 0 or bound)

    def _say(self, summary: str, aside: str = "") -> None:
        self.summary.setText(summary)
        self.aside.setText(aside)

    def _takes(self, drawn: int) -> str:
        each = self.standing.each
        if not drawn:
            return ""
        if each is None:
            return tr("还没在这里出过图，要多久，开始以后按实际的速度算给您看")
        return tr("要画{time}，占 {size}（照以前在这里出图的速度和大小算）").format(
            time=pace.in_words(each.seconds * drawn), size=how_large(each.bytes * drawn)
        )

    # ── The run ────────────────────────────────────────────────────────────────────────────────────────────

    def begin(self) -> None:
        """Make what was chosen."""
        ticked, choices = self.villages.ticked, self.choices
        chosen = Chosen(self.place, choices.ticked, choices.like, choices.options)
        chosen.remember(self.ground.settings, self.ground.session.info.path)
        villages = sorted(e.village.code for e in self.ground.villages if e.village.code in ticked)
        self._make(every(chosen.like, chosen.themes, villages))

    def _redo(self) -> None:
        self._make([f.key for f in self.run.failures if not f.made and isinstance(f.key, Asked)])

    def _make(self, wanted: Sequence[Asked]) -> None:
        folder, options = self.place, self.choices.options

        def work(session: "Session", job: Job[Outcome], watch: Watch) -> Outcome:
            def failing(failure: "NotMade") -> None:
                job.deliver(partial(self.run.add_failure, _failed(failure)))

            return run(session, wanted, folder, options, watch, paused=self.resting.is_set, failing=failing)

        self.make(work, self._say_made, tr("正在出图"))

    def _say_made(self, outcome: Outcome) -> None:
        if outcome.stopped:
            heading = tr("没有出完")
        elif outcome.failed:
            heading = tr("出完了，有 {n:,} 张没画成").format(n=len(outcome.failed))
        else:
            heading = tr("{n:,} 张图都好了").format(n=outcome.maps)
        good = not outcome.stopped and not outcome.failed
        self.run.end(heading, _told(outcome), good=good, heeded=self._heeded(outcome))

    def _heeded(self, outcome: Outcome) -> list[Failure]:
        planned = {p.name: p for p in self.standing.planned}
        found = []
        for file, sentence in outcome.noticed:
            of = planned.get(Path(file).stem)
            if of is None:
                found.append(Failure("", file, sentence, made=True))
            else:
                found.append(Failure(of.theme, of.village, sentence, of.asked, made=True))
        return sorted(found, key=lambda each: (each.village, each.what))

    def turn_back(self) -> None:
        """Let something else be chosen; the maps stand otherwise by now."""
        self.turn_to(self.place)
        super().turn_back()

    def _open(self, failure: Failure) -> None:
        if isinstance(failure.key, Asked):
            self.ground.preview(failure.key)
            self.ground.window.activateWindow()


def _failed(failure: "NotMade") -> Failure:
    return Failure(failure.theme, failure.village, failure.sentence, failure.asked)


def _told(outcome: Outcome) -> str:
    """Return what came of a run, in sentences."""
    same = outcome.maps - outcome.redrawn
    drawn = tr("这次画了 {n:,} 张，用了{time}").format(n=outcome.redrawn, time=pace.in_words(outcome.seconds))
    said = [outcome.stopped.rstrip("。")] if outcome.stopped else []
    said.append(drawn + (tr("；{n:,} 张没有变化，没有重画").format(n=same) if same else ""))
    if outcome.bound:
        more = tr("等 {n} 本").format(n=len(outcome.bound)) if len(outcome.bound) > _NAMED else ""
        names = "、".join(path.name for path in outcome.bound[:_NAMED])
        said.append(tr("合订本：{names}").format(names=names) + more)
    said.append(tr("都在 {folder}").format(folder=outcome.folder))
    return "。".join(said)
