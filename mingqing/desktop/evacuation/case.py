"""What is supposed to happen, as it is put together step by step; who shows it follows `changed`."""

from collections.abc import Iterable
from dataclasses import replace
from math import hypot
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from mingqing.evacuation.scenario import Scenario

if TYPE_CHECKING:
    import shapely

Place = tuple[float, float]
_START = Scenario(hazards=())


class Case(QObject):
    """A scenario being made. `changed()` : it is another. Nothing happens in the one it begins with."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.scenario = _START

    @property
    def hazards(self) -> frozenset[int]:
        """The ids of those that are active."""
        return frozenset(self.scenario.hazards or ())

    @property
    def happens(self) -> bool:
        """Whether anything happens at all."""
        scenario = self.scenario
        return bool(scenario.hazards or scenario.floods or scenario.houses)

    def take(self, **values: Any) -> None:  # noqa: ANN401 - fields of a scenario
        """Suppose something else of some of its fields."""
        self.show(replace(self.scenario, **values))

    def show(self, scenario: Scenario) -> None:
        """Suppose this."""
        if scenario != self.scenario:
            self.scenario = scenario
            self.changed.emit()

    def forget(self) -> None:
        """Suppose nothing."""
        self.show(_START)

    def choose(self, hazards: Iterable[int]) -> None:
        """Let these hazards be active and no other."""
        self.take(hazards=tuple(sorted(hazards)))

    def toggle(self, hazard: int) -> None:
        """Let a hazard be active, or no longer."""
        self.choose(self.hazards ^ {hazard})

    def flood(self, area: "shapely.Polygon") -> None:
        """Let a drawn area be under water."""
        self.take(floods=(*self.scenario.floods, area.wkt))

    def lift_flood(self, number: int) -> None:
        """Take one of the drawn areas away."""
        floods = self.scenario.floods
        self.take(floods=(*floods[:number], *floods[number + 1 :]))

    def cut(self, place: Place, near: float) -> bool:
        """Cut the road at a place, or mend the cut that is `near`; return whether it is cut now."""
        kept = tuple(c for c in self.scenario.cuts if hypot(c[0] - place[0], c[1] - place[1]) > near)
        fresh = len(kept) == len(self.scenario.cuts)
        self.take(cuts=(*kept, place) if fresh else kept)
        return fresh

    def lock(self, house: int, shelter: int | None) -> None:
        """Send a house to a shelter whatever is best; None lets it go where it is best."""
        others = tuple(lock for lock in self.scenario.locks if lock[0] != house)
        self.take(locks=others if shelter is None else (*others, (house, shelter)))
