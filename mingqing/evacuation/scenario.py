"""What is supposed to happen: which hazards break out, which roads are cut, who has to go, and what counts."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from mingqing.evacuation.model import Objective


@dataclass(frozen=True, slots=True)
class Scenario:
    """A case to plan for. Plain values only, so that it can be kept, compared, and run again years later.

    hazards : ids of those that are active; None for all that are not crossed off.
    floods : drawn areas that count as hazards, WKT polygons in the project's CRS.
    buffer_m : how much wider every hazard is taken.
    blocked : ids of roads that are cut. cuts : places, project's CRS, at which the nearest road is cut.
    villages : codes whose houses and shelters take part; None for all.
    houses : ids of houses that must leave though no hazard meets them.
    locks : (house, shelter) ids fixed by hand.
    night : whether one walks in the dark. at_home : whether only those count who are not away (外出).
    vehicles : whether those who cannot walk (卧床) are fetched by car instead of carried.
    congestion : whether some go another way or elsewhere so that fewer queue, where the last then arrives sooner.
    walk_kmh : everybody moves at this speed on every road, slopes and classes ignored; None for speeds as declared.
    """

    hazards: tuple[int, ...] | None = None
    floods: tuple[str, ...] = ()
    buffer_m: float = 0.0
    blocked: tuple[int, ...] = ()
    cuts: tuple[tuple[float, float], ...] = ()
    villages: tuple[str, ...] | None = None
    houses: tuple[int, ...] = ()
    locks: tuple[tuple[int, int], ...] = ()
    objective: Objective = Objective.TOTAL
    night: bool = False
    at_home: bool = False
    vehicles: bool = False
    congestion: bool = False
    walk_kmh: float | None = None

    def as_plain(self) -> dict[str, Any]:
        """Return the scenario as JSON can hold it.

        Examples
        --------
        >>> Scenario.from_plain(Scenario(hazards=(1, 2), locks=((7, 8),)).as_plain()).locks
        ((7, 8),)
        """
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Return the scenario that `as_plain` gave; what it does not know is left out."""
        known = {f.name for f in fields(cls)}
        values = {name: _frozen(value) for name, value in plain.items() if name in known}
        if "objective" in values:
            values["objective"] = Objective(values["objective"])
        return cls(**values)


def _frozen(value: Any) -> Any:  # noqa: ANN401
    """Return lists as tuples, all the way down."""
    return tuple(_frozen(x) for x in value) if isinstance(value, list | tuple) else value
