"""Keeping a plan with the project, as rows that every laptop, list and map reads: one step to undo."""

import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mingqing.core.errors import InputRefused
from mingqing.core.text import clean, tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.evacuation.saved.outcome import Outcome
from mingqing.evacuation.saved.rows import UNSAID, Said, evacuees, plans, routes
from mingqing.store.edit import Edit, Referring, edit
from mingqing.store.ids import new_ids
from mingqing.store.session import Session

_LONGEST_NAME = 60


def save(
    session: Session, outcome: Outcome, name: str, said: Said = UNSAID, *, watch: Watch = UNWATCHED
) -> int:
    """Keep a plan under a name, as the next version where there is one already; return its number.

    It is one row of the table evacuation_plan a village (一村一案), one of evacuee a house, and one of
    evacuation_route for whoever leaves one hazard for one shelter. Earlier versions stay; the routes of the latest
    one alone are on the map.

    Raises
    ------
    InputRefused
        where there is no name, or nobody has to move.
    NotAllowed
        where the account may not write these tables, or these villages.
    """
    name = clean(name)
    if not name or len(name) > _LONGEST_NAME:
        raise InputRefused(tr("请填写预案名称，不超过 {n} 个字").format(n=_LONGEST_NAME))
    if not len(outcome):
        raise InputRefused(tr("没有需要转移的住户，不用保存预案；请先选定会发生的隐患"))
    earlier = session.rows("evacuation_plan", ("id", "version"), where={"name": name})
    version = max((v or 0 for _, v in earlier), default=0) + 1
    (number,) = new_ids(1)
    codes, village = _numbered(outcome.villages)
    with edit(session, tr("保存转移预案“{name}”第 {n} 版").format(name=name, n=version), watch=watch) as made:
        _drop_routes(session, made, [row for row, _ in earlier])
        same = {"name": name, "version": version, "number": str(number)}
        rows = made.add_all("evacuation_plan", plans(session, outcome, codes, village, said, same))
        ids = np.array(rows, dtype=np.int64)
        made.add_all("evacuee", evacuees(outcome, ids[village]))
        if outcome.placed.any():
            made.add_all("evacuation_route", *routes(session, outcome, codes, village, ids))
    return number


def forget(session: Session, number: int) -> None:
    """Delete a plan with what belongs to it; the history keeps it, and it can be undone.

    Raises
    ------
    InputRefused
        where there is no such plan.
    """
    found = session.rows("evacuation_plan", ("id", "name", "version"), where={"number": str(number)})
    if not found:
        raise InputRefused(tr("没有这份转移预案，可能已经删除"))
    _, name, version = found[0]
    with edit(session, tr("删除转移预案“{name}”第 {n} 版").format(name=name, n=version)) as made:
        made.remove("evacuation_plan", [row for row, _, _ in found], Referring.ALONG)


def _drop_routes(session: Session, made: Edit, plans: Sequence[int]) -> None:
    """Delete the routes of earlier versions: what is out of date has no place on the map."""
    sql = "SELECT id FROM evacuation_route WHERE plan IN (SELECT value FROM json_each(?))"
    old = [row for (row,) in session.query(sql, [json.dumps(list(plans))])]
    if old:
        made.remove("evacuation_route", old)


def _numbered(villages: Sequence[str | None]) -> tuple[list[str | None], NDArray[np.int64]]:
    """Return the villages of a plan, and which of them each house is in."""
    codes: list[str | None] = [*sorted({v for v in villages if v is not None})]
    codes += [None] if None in villages else []
    at = {code: i for i, code in enumerate(codes)}
    return codes, np.array([at[v] for v in villages], dtype=np.int64)
