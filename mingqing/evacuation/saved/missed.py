"""Who has come to live in a plan's hazards since it was made, and is in no list."""

import json
from collections.abc import Iterable

import numpy as np
import shapely

from mingqing.evacuation.routing.danger import Danger
from mingqing.evacuation.saved.kept import Evacuees
from mingqing.evacuation.scenario import Scenario
from mingqing.store.edit import SHAPE
from mingqing.store.history.since import Altered
from mingqing.store.session import Session


def missed(session: Session, scenario: Scenario, people: Evacuees, found: Iterable[Altered]) -> set[int]:
    """Return the houses, by id, in which somebody lives in danger now without being among the evacuees.

    found : what is other than when the plan was made: only houses that were drawn, or moved into, are looked at.
    """
    moved_in = {
        a.after.get("house") for a in found if a.table == "household" and a.after and "house" in a.fields
    }
    drawn = {a.id for a in found if a.table == "house" and a.after is not None and SHAPE in a.fields}
    asked = ({int(str(i)) for i in moved_in if i is not None} | drawn) - set(people.houses.tolist())
    if not asked:
        return set()
    sql = "SELECT DISTINCT house FROM household WHERE house IN (SELECT value FROM json_each(?))"
    lived_in = [house for (house,) in session.query(sql, [json.dumps(sorted(asked))])]
    houses = session.features("house", among=lived_in)
    there = ~(shapely.is_missing(houses.geometry) | shapely.is_empty(houses.geometry))
    which, _ = _danger(session, scenario).meeting(houses.geometry[there])
    return set(houses.ids[there][np.unique(which)].tolist())


def _danger(session: Session, scenario: Scenario) -> Danger:
    """Return the scenario's hazards as they are now."""
    hazards = session.features("hazard", columns=("closed",), among=scenario.hazards)
    active = np.array(
        [scenario.hazards is not None or not closed for closed in hazards.columns["closed"]], dtype=bool
    )
    shapes = hazards.geometry[active & ~shapely.is_missing(hazards.geometry)]
    return Danger.of(np.concatenate([shapes, shapely.from_wkt(list(scenario.floods))]), scenario.buffer_m)
