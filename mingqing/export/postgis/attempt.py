"""One go at publishing, on a line that holds."""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace

from mingqing.catalog.model import FieldType, Table
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.export.postgis import rights
from mingqing.export.postgis.columns import Sheet, sheet
from mingqing.export.postgis.faults import DatabaseUnavailable, HistoryMoved
from mingqing.export.postgis.marks import Marks
from mingqing.export.postgis.merge import Merged, merge, patch
from mingqing.export.postgis.newer import require_current
from mingqing.export.postgis.published import How, Published, PublishedTable
from mingqing.export.postgis.remote import Remote
from mingqing.export.postgis.schema import columns_there, fit, lacking, prepare, put_lists, require_ours
from mingqing.export.postgis.stage import Stage, watched
from mingqing.export.postgis.verify import differs
from mingqing.store.accounts import reaches
from mingqing.store.history.changed import Moment, Since, changed, erased_rows, moment
from mingqing.store.outgoing import Row, batches, batches_of, by_village, partly_dated
from mingqing.store.session import Session

_MOST_ROUNDS = 5  # of catching up with who edits meanwhile; the rest is for next time
_LOCK_WAIT_S = 10.0  # for the server to notice that the line of an earlier try is gone


class Attempt:
    """Publishes some tables of a session's project over one connection; `second` gives another, to make indexes by."""

    def __init__(
        self,
        session: Session,
        remote: Remote,
        second: Callable[[], AbstractContextManager[Remote]],
        tables: Collection[Table],
        watch: Watch,
        *,
        older: bool = False,
    ) -> None:
        self._session, self._remote, self._second, self._watch = session, remote, second, watch
        self._older = older
        require_ours(remote)
        self._there = columns_there(remote, remote.schema)
        self._sheets = [self._sheet(table) for table in tables]
        project, self._now = moment(session)
        self._known: dict[Moment, Since | None] = {}
        self._marks = Marks(remote, project, session.policy.villages, self._rows())
        self._stage = Stage(remote, self._marks.reach)

    def trial(self) -> Published:
        """Tell what would be done."""
        counts = self._session.counts()
        marked = "erased" in self._there
        note, last = (self._require_current(), self._marks.last()) if marked else ("", {})
        made = []
        for each in self._sheets:
            whole = self._is_whole(each, last)
            since = None if whole else self._since(last[each.name])
            sent = counts[each.name] if since is None else len(since.rows.get(each.name, ()))
            made.append(
                self._told(each, self._how(each, whole, sent), counts[each.name], Merged(changed=sent))
            )
        return replace(self._published(made, trial=True), notes=(note,) if note else ())

    def publish(self, *, verify: bool) -> Published:
        """Bring the published tables up to date."""
        self._lock()
        prepare(self._remote, self._session.info.epsg)
        note = self._require_current()
        last = self._marks.last()
        whole = [each for each in self._sheets if self._is_whole(each, last)]
        staged = self._fill(whole)
        with self._remote.connection.transaction():
            self._remote.run("SET LOCAL synchronous_commit = on")
            notes = [*([note] if note else []), *self._marks.take_over()]
            made = self._put(whole)
            as_of = {each.name: staged.get(each.name) or last[each.name] for each in self._sheets}
            made = self._catch_up(as_of, made)
            self._marks = replace(self._marks, rows=self._rows())
            tables = [self._done(each, each in whole, made[each.name]) for each in self._sheets]
            self._marks.put(
                [(t.name, t.rows) for t in tables], self._now, self._session.info.name, self._session.user
            )
            self._marks.put_erased(erased_rows(self._session))
            if note:
                self._marks.overrule(self._now)
            notes += self._put_rights()
        self._stage.end()
        result = replace(self._published(tables), notes=tuple(notes), verified=verify)
        return self._looked_over(result, verify=verify)

    def give_up(self) -> None:
        """Leave nothing of an unfinished go behind."""
        self._stage.end()

    # ── What is to be done ───────────────────────────────────────────────────────────────────────────────

    def _sheet(self, table: Table) -> Sheet:
        """Dates are text where one is known in part only, here or, as told by the column, in rows that are there."""
        there = self._there.get(table.name, {})
        dates = [
            n for n, f in table.field_by_name.items() if f.type is FieldType.DATE and there.get(n) == "text"
        ]
        return sheet(table, self._session.info.epsg, {*dates, *partly_dated(self._session, table.name)})

    def _rows(self) -> dict[str, dict[str | None, int]]:
        return {each.name: by_village(self._session, each.name) for each in self._sheets}

    def _is_whole(self, each: Sheet, last: dict[str, Moment]) -> bool:
        """Whether all of a table has to be sent."""
        if each.name not in last or lacking(each, self._there.get(each.name, {})):
            return True
        since = self._since(last[each.name])
        return since is None or each.name in since.erased

    def _since(self, at: Moment) -> Since | None:
        if at not in self._known:
            self._known[at] = changed(self._session, at)
        return self._known[at]

    def _require_current(self) -> str:
        tables = (each.table for each in self._sheets)
        return require_current(self._session, self._marks, tables, self._now, older=self._older)

    def _lock(self) -> None:
        """Let nobody else publish to the same schema at the same time."""
        until = time.monotonic() + _LOCK_WAIT_S
        key = f"mingqing publish {self._remote.schema}"
        while not self._remote.one("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (key,)):
            if time.monotonic() > until:
                raise DatabaseUnavailable(tr("有人正在向县库的同一个模式发布，请等他发布完再运行一次"))
            self._watch.step(tr("等待别人发布完"))
            time.sleep(0.2)

    # ── Doing it ─────────────────────────────────────────────────────────────────────────────────────────

    def _fill(self, whole: Sequence[Sheet]) -> dict[str, Moment]:
        """Have tables lie whole in the stage; return as of which moment each does."""
        if not whole:
            return {}
        self._stage.begin()
        staged = {each.name: left for each in whole if (left := self._left(each)) is not None}
        counts = self._session.counts()
        with self._second() as second, ThreadPoolExecutor(1) as pool:
            kept = []
            for each in whole:
                if each.name not in staged:
                    staged[each.name] = at = moment(self._session)[1]
                    rows = batches(self._session, each.name, [f.name for f in each.fields])
                    self._stage.fill(each, watched(rows, self._watch, each.table.title, counts[each.name]))
                    new = each.name not in self._there
                    kept.append(pool.submit(self._stage.keep, second, each, at, indexed=new))
            for one in kept:
                one.result()
        return staged

    def _left(self, each: Sheet) -> Moment | None:
        """Return as of which moment an earlier go left a table whole, if it can be brought up to date from there."""
        left = self._stage.left(each)
        since = self._since(left) if left is not None else None
        return None if since is None or each.name in since.erased else left

    def _put(self, whole: Iterable[Sheet]) -> dict[str, Merged]:
        """Put what lies in the stage in its place; return what that changed."""
        made = {each.name: Merged() for each in self._sheets}
        remote, stage = self._remote, self._remote.stage
        for each in whole:
            self._watch.step(each.table.title)
            there = self._there.get(each.name)
            if there is None:
                count = remote.one(f'SELECT count(*) FROM {stage}."{each.name}"')
                remote.run(f'ALTER TABLE {stage}."{each.name}" SET SCHEMA {remote.schema}')
                made[each.name] = Merged(added=count)
                continue
            if lacking(each, there):
                rights.withdraw(remote, self._session.login.known)
                fit(remote, each, there)
            made[each.name] = merge(remote, each, f'{stage}."{each.name}"', self._marks.own(each.name))
        return made

    def _catch_up(self, as_of: dict[str, Moment], made: dict[str, Merged]) -> dict[str, Merged]:
        """Send the rows that changed since each table was read, until nobody has changed any meanwhile."""
        for _ in range(_MOST_ROUNDS):
            self._now = moment(self._session)[1]
            self._known.clear()
            for each in self._sheets:
                made[each.name] += self._patch(each, as_of[each.name])
                as_of[each.name] = self._now
            if moment(self._session)[1] == self._now:
                break
        return made

    def _patch(self, each: Sheet, at: Moment) -> Merged:
        if at == self._now:
            return Merged()
        self._watch.step(each.table.title)
        since = self._since(at)
        if since is None or each.name in since.erased:
            raise HistoryMoved(tr("发布期间项目的修改历史被改写过（如删除了个人信息），请再运行一次"))
        touched = since.rows.get(each.name, frozenset())
        if not touched:
            return Merged()
        rows: Iterable[list[Row]] = batches_of(
            self._session, each.name, [f.name for f in each.fields], sorted(touched)
        )
        return patch(self._remote, each, self._marks.reachable, touched, rows)

    def _put_rights(self) -> list[str]:
        session, remote = self._session, self._remote
        put_lists(remote, self._marks.project, session.catalog, session.villages(), reaches(session))
        there = columns_there(remote, remote.schema)
        known = {name: there[name] for name in session.catalog.tables if name in there}
        note = rights.grant(remote, session.catalog, session.login.known, known)
        return [note] if note else []

    # ── What was done ────────────────────────────────────────────────────────────────────────────────────

    def _done(self, each: Sheet, whole: bool, made: Merged) -> PublishedTable:  # noqa: FBT001
        own = self._marks.own(each.name).sql(self._remote)
        rows = self._remote.one(f'SELECT count(*) FROM {self._remote.schema}."{each.name}" AS t WHERE {own}')
        return self._told(each, self._how(each, whole, made.added + made.changed + made.deleted), rows, made)

    def _how(self, each: Sheet, whole: bool, touched: int) -> How:  # noqa: FBT001
        if whole:
            return How.COMPARED if each.name in self._there else How.NEW
        return How.CHANGED if touched else How.SAME

    def _told(self, each: Sheet, how: How, rows: int, made: Merged) -> PublishedTable:
        return PublishedTable(each.name, each.table.title, how, rows, made.added, made.changed, made.deleted)

    def _published(self, tables: Iterable[PublishedTable], *, trial: bool = False) -> Published:
        return Published("", self._remote.schema, self._now.seq, tuple(tables), trial=trial)

    def _looked_over(self, result: Published, *, verify: bool) -> Published:
        """Compare what is there with the project, unless somebody has changed that meanwhile."""
        differing = [
            (each.name, each.table.title)
            for each, told in zip(self._sheets, result.tables, strict=True)
            if told.rows != self._marks.expected(each.name)
            or (
                verify and differs(self._session, self._remote, each, self._marks.own(each.name), self._watch)
            )
        ]
        if not differing or moment(self._session)[1] != self._now:
            return result
        self._marks.forget([name for name, _ in differing])
        return replace(result, differing=tuple(title for _, title in differing))
