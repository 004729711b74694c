"""The village beside the average of its township and of all villages."""

from collections.abc import Mapping
from dataclasses import dataclass

from mingqing.printing.permitted import Permitted
from mingqing.store.tally import Tally


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What was counted of every village the account may see: by statistic and by village."""

    tallies: Mapping[str, Mapping[str, Tally]]


def neighbours(permitted: Permitted) -> Neighbours:
    """Count all villages, once for any number of reports."""
    raise NotImplementedError
