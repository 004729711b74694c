"""Deleting rows on the map: what belongs to them is counted first, and asked about."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from mingqing.core.text import tr
from mingqing.desktop.bearing import told_bearing
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.desktop.map.editing.saving import belonging
from mingqing.desktop.map.tools.tool import Offer
from mingqing.store.edit import Referring

if TYPE_CHECKING:
    from mingqing.catalog.model import Table
    from mingqing.desktop.editor import Editor
    from mingqing.store.edit import Edit
    from mingqing.store.session import Session

Ask = Callable[[str, Sequence[Offer]], object]
_Found = tuple[Mapping[str, int], str]


class Removal:
    """One question at a time. `ask` shows it; an empty one is no more."""

    def __init__(self, jobs: Jobs, editor: "Editor", ask: Ask, done: Callable[[str], object]) -> None:
        self._jobs, self._editor, self._ask, self._done = jobs, editor, ask, done

    def remove(self, table: "Table", ids: Sequence[int]) -> None:
        """Delete rows; of several, or of one that something belongs to, not before the user says so."""

        def work(session: "Session", _job: Job[_Found]) -> _Found:
            titles = {name: each.title for name, each in session.catalog.tables.items()}
            counts = {titles[name]: n for name, n in belonging(session, table.name, ids).items()}
            return counts, told_bearing(session, table.name, ids)

        def done(found: _Found) -> None:
            counts, bearing = found
            if counts or bearing or len(ids) > 1:
                self._question(table, ids, counts, bearing)
            else:
                self._carry_out(table, ids, Referring.REFUSE)

        self._jobs.start(ReadJob(work, done=done, topic="removal"))

    def _question(self, table: "Table", ids: Sequence[int], counts: Mapping[str, int], bearing: str) -> None:
        sentence = tr("删除 {n} 个{title}？").format(n=len(ids), title=table.title) + bearing
        act = partial(self._carry_out, table, ids)
        keep = Offer(tr("不删除"), lambda: self._ask("", ()))
        if not counts:
            words = tr("仍要删除") if bearing else tr("删除")
            self._ask(sentence, (Offer(words, partial(act, Referring.REFUSE)), keep))
            return
        counted = "、".join(tr("{n} 条{title}").format(n=n, title=t) for t, n in counts.items())
        sentence += tr("名下还有 {counted}").format(counted=counted)
        along = Offer(tr("一起删除"), partial(act, Referring.ALONG))
        detach = Offer(tr("只删{title}，其余留下").format(title=table.title), partial(act, Referring.DETACH))
        self._ask(sentence, (detach, along, keep))

    def _carry_out(self, table: "Table", ids: Sequence[int], referring: Referring) -> None:
        self._ask("", ())

        def work(e: "Edit", _session: "Session") -> None:
            e.remove(table.name, ids, referring)

        said = tr("已删除 {n} 个{title}，按 Ctrl+Z 撤销").format(n=len(ids), title=table.title)
        self._editor.do(tr("删除{title}").format(title=table.title), work, done=lambda _: self._done(said))
