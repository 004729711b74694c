"""The village beside the average of its township and of all villages."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from mingqing.classify.statistics import Measure, Statistic, statistics
from mingqing.printing.report.model import LEAST, Compared, Comparison
from mingqing.store.permitted import Permitted
from mingqing.store.session import Village
from mingqing.store.tally import Tally, tally

COMPARED = (
    *("people", "households", "people_per_household", "old_share", "away_share", "houses", "vacant_share"),
    *("dangerous_share", "old_houses_share", "plots_mu", "enterprises", "output", "key_people", "hazards"),
    "shelter_capacity",
)
_NOBODY = Tally(0, 0, 0, 0.0)


@dataclass(frozen=True, eq=False)
class Neighbours:
    """What was counted of every village the account may see: by statistic and by village. counted : those with rows."""

    villages: Mapping[str, Village]
    tallies: Mapping[str, Mapping[str, Tally]]
    personal: frozenset[str]

    @property
    def counted(self) -> frozenset[str]:
        """The villages of which there is anything at all: the others have not been recorded yet."""
        return frozenset(
            code for tallies in self.tallies.values() for code in tallies if code in self.villages
        )

    def value(self, code: str, statistic: Statistic) -> tuple[float | None, bool]:
        """Return a village's own number, and whether it is of too few people or businesses to be told."""
        found = self.tallies[statistic.code].get(code, _NOBODY)
        few = statistic.code in self.personal and _few(statistic, found)
        if statistic.table == "enterprise" and statistic.measure is not Measure.COUNT:
            few = 0 < found.filled < LEAST  # what one of them earns is a family's income
        return (None if few else statistic.value(found)), few


def _few(statistic: Statistic, found: Tally) -> bool:
    """Whether a number tells of fewer than `LEAST` people; that it is nobody may be told."""
    if statistic.measure is Measure.SHARE:
        return 0 < found.held < LEAST or found.held < found.asked < found.held + LEAST
    return 0 < found.held < LEAST


def neighbours(permitted: Permitted, also: Iterable[str] = (), *, today: date) -> Neighbours:
    """Count all villages, once for any number of reports; what the account may not hand out is not counted.

    also : codes of statistics that are not compared, but told of the village.
    """
    session, tallies, personal = permitted.session, {}, set()
    for code in dict.fromkeys((*COMPARED, *also)):
        statistic = statistics().get(code)
        if statistic is None or not permitted.tells(statistic.table, *_columns(statistic)):
            continue
        found = tally(
            session, statistic.table, "village_code", of=statistic.of, condition=statistic.asked(today)
        )
        tallies[code] = {str(village): counted for village, counted in found.items()}
        if statistic.table != "village" and session.catalog.tables[statistic.table].personal:
            personal.add(code)
    return Neighbours({v.code: v for v in session.villages()}, tallies, frozenset(personal))


def _columns(statistic: Statistic) -> tuple[str, ...]:
    return tuple(name.split(".")[1] for name in statistic.reveals)


def comparison(near: Neighbours, code: str) -> Comparison | None:
    """Return the village beside the others; None where there are no others."""
    own = near.villages[code].township if code in near.villages else ""
    every = near.counted | {code}
    township = {v for v in every if own and v in near.villages and near.villages[v].township == own} | {code}
    if len(every) < 2:
        return None
    has_township = 1 < len(township) < len(every)
    lines = [
        Compared(
            statistic.title,
            statistic.unit,
            near.value(code, statistic)[0],
            average(near, statistic, township, code) if has_township else None,
            average(near, statistic, every, code),
        )
        for statistic in (statistics()[c] for c in COMPARED if c in near.tallies)
    ]
    told = tuple(line for line in lines if line.value is not None and (line.every or line.township))
    return Comparison("", told, len(township) if has_township else 0, len(every)) if told else None


def average(near: Neighbours, statistic: Statistic, among: Collection[str], own: str) -> float | None:
    """Return the average of villages, `own` among them: of numbers a village, of means and shares over all rows.

    None too where the number of the one other village, of too few people to be told, could be worked out from it.
    """
    others = [code for code in among if code != own]
    if len(others) == 1 and near.value(others[0], statistic)[1]:
        return None
    found = [near.tallies[statistic.code].get(code, _NOBODY) for code in among]
    value = statistic.value(_sum(found))
    per_village = statistic.measure in {Measure.COUNT, Measure.SUM}
    return value / len(found) if per_village and value is not None else value


def _sum(found: Iterable[Tally]) -> Tally:
    some = list(found)
    return Tally(
        sum(t.held for t in some),
        sum(t.asked for t in some),
        sum(t.filled for t in some),
        sum(t.total for t in some),
    )
