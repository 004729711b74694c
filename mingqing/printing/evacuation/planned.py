"""From a plan to what is printed of it: its houses as `Evacuee`s, and which plan of which day it is."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

import numpy as np

from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.evacuation.planning import Plan
from mingqing.evacuation.reasons import Why
from mingqing.evacuation.saved.of_plan import kept_as
from mingqing.evacuation.telling import Directions, leaders
from mingqing.printing.evacuation.evacuees import About, Evacuee
from mingqing.store.session import Session

_AT_ONCE = 200
_LONGEST_NAME = 24  # a footer is one line


def about(session: Session, plan: Plan, subject: str = "") -> About:
    """Return what prints of a plan are about; subject : the case it is for, in words.

    Shelters of its villages that are not in the case are in danger, or nobody knows how many they hold.
    """
    world, case = plan.world, plan.case
    return About(
        subject,
        edition(session, plan),
        plan.scenario.at_home,
        unused=frozenset(np.delete(world.shelters.ids, case.shelters).tolist()),
        hazards=frozenset(world.hazards.ids[case.hazards].tolist()),
        floods=tuple(case.danger.shapes[len(case.hazards) :]),
    )


def edition(session: Session, plan: Plan) -> str:
    """Return what tells prints of one plan from those of another: its name, version and day, where it is kept."""
    kept = kept_as(session, plan)
    if kept is None:
        today = date.today()  # noqa: DTZ011 - by the calendar on the wall
        return tr("未保存的方案，编制日期 {day}").format(day=today.isoformat())
    name = kept.name if len(kept.name) <= _LONGEST_NAME else kept.name[: _LONGEST_NAME - 1] + "…"
    return tr("预案“{name}”第 {n} 版，编制日期 {day}").format(name=name, n=kept.version, day=kept.made_on)


def evacuees(
    session: Session, plan: Plan, *, villages: Collection[str] | None = None, watch: Watch = UNWATCHED
) -> list[Evacuee]:
    """Return what a plan says of each house, in its order.

    villages : codes of those whose houses are wanted; None for all.

    Raises
    ------
    Cancelled
        once `watch` says so.
    """
    told, (names, phones), hazards = Directions(plan), leaders(session, plan), _hazards(plan)
    world, found = plan.world, []
    for k, house in enumerate(plan.houses.tolist()):
        if k % _AT_ONCE == 0:
            watch.step(tr("写出转移路线"), k, len(plan))
        if villages is not None and world.houses.villages[house] not in villages:
            continue
        about = Evacuee(
            int(world.houses.ids[house]),
            hazards=hazards[k],
            leader=names[k],
            phone=phones[k],
            people=int(plan.people[k]),
        )
        found.append(_with_way(about, plan, told, k))
    return found


def _with_way(about: Evacuee, plan: Plan, told: Directions, k: int) -> Evacuee:
    if not plan.placed[k]:
        why = plan.reasons.get(k)
        # What would help those who find all full is a shelter, maybe far off, and not in the way.
        barred = why.where if why is not None and why.why is not Why.FULL else None
        return replace(about, reason=why.sentence if why is not None else "", barred=barred)
    return replace(
        about,
        shelter=int(plan.world.shelters.ids[plan.shelters[k]]),
        minutes=float(plan.seconds[k] / 60),
        metres=float(plan.ways.metres[k]),
        words=told.of(k),
        way=plan.line(k),
    )


def _hazards(plan: Plan) -> list[tuple[int, ...]]:
    """Return the ids of the hazards that each house meets, (k,); drawn floods have none."""
    case, found = plan.case, [list[int]() for _ in range(len(plan))]
    which, hazard = case.danger.meeting(plan.world.houses.shapes[plan.houses])
    for k, h in zip(which.tolist(), hazard.tolist(), strict=True):
        if h < len(case.hazards):
            found[k].append(int(plan.world.hazards.ids[case.hazards[h]]))
    return [tuple(ids) for ids in found]
