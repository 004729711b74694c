"""Whether a plan and its cards still say what is so: told from the history, with nothing marked anywhere.

Of every row that a plan was made from, or that a card repeats, the history knows how it was when the plan was made.
What was changed and taken back is as it was; and saving or ticking the plan itself touches none of these rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from mingqing.access.policy import Column
from mingqing.core.text import tr
from mingqing.evacuation.saved.kept import Evacuees, load
from mingqing.evacuation.saved.missed import missed
from mingqing.evacuation.saved.reach import Reach
from mingqing.store.edit import SHAPE
from mingqing.store.history.since import Altered, altered
from mingqing.store.session import Session

# What ways, times and places follow from.
_CALCULATED: Mapping[str, frozenset[str]] = {
    "road": frozenset({SHAPE, "class", "width_m", "structure", "one_way"}),
    "water": frozenset({SHAPE, "kind"}),
    "hazard": frozenset({SHAPE, "closed"}),
    "shelter": frozenset({SHAPE, "capacity"}),
    "house": frozenset({SHAPE}),
    "household": frozenset({"house", "people_count"}),
    "resident": frozenset({"household", "at_home", "birth_date"}),
    "key_person": frozenset({"house", "resident", "mobility"}),
}
# What cards and lists say besides.
_TOLD: Mapping[str, frozenset[str]] = {
    "road": frozenset({"name"}),
    "hazard": frozenset(
        {"name", "kind", "scale", "level", "trigger", "signal"}
        | {"monitor", "monitor_phone", "responsible", "responsible_phone"}
    ),
    "shelter": frozenset({"name", "address", "head", "phone"}),
    "house": frozenset({"house_no", "address", "structure"}),
    "household": frozenset({"householder", "group_no", "phone"}),
    "resident": frozenset({"name", "sex", "relation", "phone"}),
    "post": frozenset({"name", "phone", "duty"}),
    "grid": frozenset({"worker", "phone"}),
}
_LOOKED = {
    table: _CALCULATED.get(table, frozenset()) | _TOLD.get(table, frozenset())
    for table in (*_CALCULATED, *_TOLD)
}
_GROUND = ("road", "water", "hazard", "shelter")  # any of the villages' counts for the plan
_MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Stale:
    """What is no longer so.

    plan : why the plan as a whole should be made again: Chinese phrases such as "8月3日 道路“村口路”的图形改过", the
        latest first; empty where it is current.
    missed : houses, by id, where somebody lives in danger now whom the plan does not move.
    cards : by the evacuee's id, why its card is out of date.
    """

    plan: tuple[str, ...]
    missed: frozenset[int]
    cards: Mapping[int, tuple[str, ...]]

    @property
    def current(self) -> bool:
        """Whether everything is still so."""
        return not self.plan and not self.cards


def stale(session: Session, number: int) -> Stale:
    """Return what of a plan is out of date, and why.

    Raises
    ------
    InputRefused
        where there is no such plan.
    """
    loaded = load(session, number)
    plan, people = loaded.plan, loaded.evacuees
    found = altered(session, plan.seq, _LOOKED, plan.villages, _elsewhere(people))
    found.sort(key=lambda a: a.at, reverse=True)
    cards: defaultdict[int, list[str]] = defaultdict(list)
    left_out = missed(session, loaded.scenario, people, found)
    whole = [tr("{n} 处有人住的房屋现在在危险区内，预案里没有").format(n=len(left_out))] if left_out else []
    reach = Reach(session, people, found)
    for change in found:
        phrase = _phrase(session, change)
        concerned = reach.evacuees(change)
        for evacuee in concerned:
            cards[evacuee].append(phrase)
        if change.fields & _CALCULATED.get(change.table, frozenset()) and (
            concerned or change.table in _GROUND
        ):
            whole.append(phrase)
    return Stale(_few(whole), frozenset(left_out), {i: _few(phrases) for i, phrases in cards.items()})


def _elsewhere(people: Evacuees) -> dict[str, list[int]]:
    """Return what ways lead along and to that may lie in other villages."""
    roads = {int(road) for told in set(people.roads_told) for road in told.split()}
    shelters, hazards = (np.unique(ids[ids > 0]).tolist() for ids in (people.shelters, people.hazards))
    return {"road": sorted(roads), "shelter": shelters, "hazard": hazards}


def _few(phrases: Iterable[str]) -> tuple[str, ...]:
    """Return phrases, each once, and of many the first."""
    once = list(dict.fromkeys(phrases))
    more = [tr("另有 {n} 处改动").format(n=len(once) - _MOST_TOLD)] if len(once) > _MOST_TOLD else []
    return (*once[:_MOST_TOLD], *more)


def _phrase(session: Session, change: Altered) -> str:
    table = session.catalog.tables[change.table]
    name = (
        str((change.after or change.before or {}).get(table.title_field) or "") if not table.personal else ""
    )
    what = tr("{table}“{name}”").format(table=table.title, name=name) if name else table.title
    day = _day(change.at)
    if change.before is None:
        return tr("{day} 新增{what}").format(day=day, what=what)
    if change.after is None:
        return tr("{day} 删除{what}").format(day=day, what=what)
    titles = [
        tr("图形") if n == SHAPE else table.field_by_name[n].title
        for n in (SHAPE, *table.column_names)
        if n in change.fields and (n == SHAPE or session.policy.column(table.name, n) is not Column.ABSENT)
    ]
    fields = "、".join(titles) or tr("情况")
    return tr("{day} {what}的{fields}改过").format(day=day, what=what, fields=fields)


def _day(at: str) -> str:
    """Return a time as the day one says."""
    try:
        day = datetime.fromisoformat(at)
    except ValueError:
        return at
    return tr("{month}月{day}日").format(month=day.month, day=day.day)
