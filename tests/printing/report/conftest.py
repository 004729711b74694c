"""Villages as nobody has them: empty, tiny, crowded, with names that are hard to print."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import numpy as np
import pytest
import shapely

from mingqing.access.roles import Action
from mingqing.printing.report.content import gather
from mingqing.printing.report.model import Report
from mingqing.printing.template.find import document
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session

WHEN = datetime(2026, 11, 22, 9, 30)  # noqa: DTZ001
TODAY = date(2026, 11, 22)
VILLAGE = "331124204202"

Add = Callable[..., list[int]]


@pytest.fixture
def add(session: Session) -> Add:
    """Put rows into an empty project; columns are lists of one length. Return their ids."""

    def insert(
        table: str,
        shapes: Sequence[shapely.Geometry] | None = None,
        *,
        village: str = VILLAGE,
        **columns: Sequence[object],
    ) -> list[int]:
        number = len(next(iter(columns.values()))) if columns else len(shapes or ())
        ids = [int(i) for i in new_ids(number)]
        cells: Mapping[str, list[object]] = {
            "village_code": [village] * number,
            **{name: list(values) for name, values in columns.items()},
        }
        with session.transaction("edit", "试") as change:
            change.insert(
                table, ids, cells, None if shapes is None else encode(np.array(shapes), session.info.epsg)
            )
        return ids

    return insert


@pytest.fixture
def village(add: Add) -> str:
    """The code of a village of which nothing is known but its border."""
    add(
        "village",
        [shapely.box(450_000, 3_141_000, 451_000, 3_142_000)],
        name=["竹溪村"],
        code=[VILLAGE],
        township=["竹源乡"],
    )
    return VILLAGE


def report_of(session: Session, village: str = VILLAGE, action: Action = Action.PRINT) -> Report:
    return gather(Permitted(session, action), village, document(session, "report"), made_at=WHEN)
