"""Publishing a project to the county's PostGIS: first all of it, then what changed, in one step for readers."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import psycopg

from mingqing.access.audit import BEGUN, REFUSED, Act
from mingqing.core.errors import Cancelled, NotAllowed
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.export.postgis.attempt import Attempt
from mingqing.export.postgis.columns import publishable, who_publishes
from mingqing.export.postgis.faults import ConnectionLost, HistoryMoved, left_there
from mingqing.export.postgis.published import Published
from mingqing.export.postgis.remote import SCHEMA, Address, Remote, connected, require_schema_name
from mingqing.store.history.changed import moment
from mingqing.store.session import Session

_WAITS_S = (
    1.0,
    2.0,
    4.0,
    6.0,
    8.0,
    10.0,
    10.0,
)  # before each new try on a line that broke: a server may restart
_TYPED = tr("地址里写了密码，别人在这台电脑的进程列表里看得到；以后请改用环境变量 PGPASSWORD 或 .pgpass 文件")


def publish(
    session: Session,
    dsn: str,
    *,
    watch: Watch = UNWATCHED,
    schema: str = SCHEMA,
    trial: bool = False,
    verify: bool = False,
    older: bool = False,
) -> Published:
    """Bring the county's database up to what the account may publish of its project.

    Who reads there sees what was before, or all of what is now. A line that breaks is tried again, and a later run
    goes on with the tables that are missing.

    Parameters
    ----------
    dsn : address as libpq takes it, such as ``postgresql://user@host:5432/database``.
    schema : where the tables are.
    trial : tell what would be done, and write nothing.
    verify : read all back afterwards, and compare.
    older : publish although what stands there is of a newer state of the same project.

    Raises
    ------
    NotAllowed
        if there is no table that the account sees whole and may export; the log has it.
    InputRefused
        if the address or the schema's name is none, or something else stands in that schema.
    NewerThere
        if what stands there is of a newer state of the project, as after a backup was brought back, unless `older`;
        and if people who were erased since would come back.
    DatabaseUnavailable
        if the database cannot be reached or written; what is published already stays as it was.
    Cancelled
        if whoever waits said so; as above.
    """
    require_schema_name(schema, session.login.known)
    address = Address.of(dsn)
    session.require_writable()  # what cannot be logged is not handed over
    tables, left = publishable(session.policy, session.catalog)
    if not tables:
        session.record(Act.PUBLISH, str(address), outcome=REFUSED)
        raise NotAllowed(
            tr("您的角色（{roles}）没有可以发布的表；能发布的角色有：{may}").format(
                roles="、".join(role.title for role in session.policy.roles),
                may="、".join(who_publishes(session.login.known, session.catalog)),
            )
        )
    if trial:
        session.record(Act.PUBLISH, str(address), detail=tr("试运行"))
    else:
        counts = session.counts()
        rows = sum(counts[t.name] for t in tables)
        session.record(Act.PUBLISH, str(address), rows=rows, outcome=BEGUN)

    def attempt() -> Published:
        line = partial(connected, dsn, schema, moment(session)[0], watch)
        with line() as remote:
            reached.append(remote.stage)
            work = Attempt(session, remote, line, tables, watch, older=older)
            try:
                return work.trial() if trial else work.publish(verify=verify)
            except (Cancelled, KeyboardInterrupt, psycopg.errors.QueryCanceled):
                remote.unstoppable.set()
                if not trial:
                    _clear(work, remote)
                raise

    reached: list[str] = []
    made = _persist(attempt, reached, watch)
    if not trial:
        session.record(Act.PUBLISH, str(address), rows=sum(t.rows for t in made.tables), detail=made.summary)
    notes = (*made.notes, *((_TYPED,) if address.typed else ()))
    return replace(made, address=str(address), left_out=tuple(left), notes=notes)


def _clear(work: Attempt, remote: Remote) -> None:
    """Leave no copies of rows of a go that was stopped; where they cannot be taken away, say where they are."""
    try:
        work.give_up()
    except psycopg.Error:
        raise Cancelled(tr("已停下，县库里原来的内容没有动；") + left_there(remote.stage)) from None


def _persist(attempt: Callable[[], Published], reached: list[str], watch: Watch) -> Published:
    """Try again where a line broke that was there: tables that are whole stay, so each new try goes on from there."""
    for wait in _WAITS_S:
        try:
            return attempt()
        except (ConnectionLost, HistoryMoved):
            if not reached:
                raise
            until = time.monotonic() + wait
            while time.monotonic() < until:
                if watch.cancelled():
                    raise Cancelled(
                        tr("已停下，县库里原来的内容没有动；") + left_there(reached[-1])
                    ) from None
                watch.step(tr("与县库的连接断了，正在重新连接"))
                time.sleep(0.1)
    try:
        return attempt()
    except ConnectionLost as error:
        if not reached:
            raise
        raise ConnectionLost(f"{error}；{left_there(reached[-1])}") from None
