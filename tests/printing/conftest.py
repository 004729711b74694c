"""A plan for the sample villages as printing sees one: houses in hazards, the nearest shelter, a way drawn straight."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely

from mingqing.printing.evacuation.evacuees import Evacuee
from mingqing.store.session import Session
from tests.printing.pdf import Pdf

WORDS = "出门向东南走45米到村道，沿村道向东走320米，过石桥，左转，沿步道上行180米，到避灾点"


def evacuees_of(session: Session, village: str | None = None) -> list[Evacuee]:
    """Return who has to leave where all hazards break out; every seventh house has no way."""
    houses = session.features("house", village=village)
    hazards, shelters = session.features("hazard"), session.features("shelter")
    at, goals = shapely.centroid(houses.geometry), shelters.geometry
    found: dict[int, list[int]] = {}
    for house, hazard in np.transpose(shapely.STRtree(hazards.geometry).query(at, "intersects")).tolist():
        found.setdefault(house, []).append(int(hazards.ids[hazard]))
    out = []
    for n, (house, where) in enumerate(sorted(found.items())):
        goal = int(np.argmin(shapely.distance(at[house], goals)))
        way = shapely.LineString([at[house], (at[house].x, goals[goal].y), goals[goal]])
        number = int(houses.ids[house])
        if n % 7 == 6:
            out.append(
                Evacuee(number, hazards=tuple(where), reason="唯一的路被小竹溪山洪截断，另修便桥后可走")
            )
        else:
            goal_id = int(shelters.ids[goal])
            out.append(Evacuee(number, goal_id, way.length / 70, way.length, WORDS, way, tuple(where)))
    return out


@pytest.fixture
def evacuees(sample_session: Session) -> list[Evacuee]:
    return evacuees_of(sample_session)


@pytest.fixture
def keep(tmp_path: Path) -> Callable[[bytes], Pdf]:
    """Write a PDF to a file, to be read by other programs."""

    def write(pdf: bytes) -> Pdf:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.pdf"
        path.write_bytes(pdf)
        return Pdf(path)

    return write
