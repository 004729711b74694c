"""Plans as they are kept: which there are, and what each says of the villages that the account has."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.evacuation.model import Ids
from mingqing.evacuation.scenario import Scenario
from mingqing.store.session import Session

_LISTED = (
    *("id", "village_code", "number", "name", "version", "made_on", "created_by", "created_at"),
    *("hazards", "warning", "objective", "note", "gap", "based_on"),
    *("households", "people", "assigned", "unreachable", "person_minutes", "latest_minutes"),
)
_COLUMNS = (
    *(
        "id",
        "number",
        "plan",
        "village_code",
        "house",
        "households",
        "people",
        "mobility",
        "hazard",
        "shelter",
    ),
    *("minutes", "metres", "way", "roads", "reason", "leader", "leader_phone", "moved", "moved_at"),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A plan that is kept, in the villages that the account has.

    number : by which it is asked for. rows : ids of its rows, one a village, in the order of `villages`.
    at : when it was saved, ISO 8601. by : the account. gap : percent. hazards : in words, one a village.
    seq : of the last change of the project when it was made.
    """

    number: int
    name: str
    version: int
    made_on: str
    by: str
    at: str
    villages: tuple[str | None, ...]
    rows: tuple[int, ...]
    hazards: tuple[str, ...]
    warning: str
    objective: str
    note: str
    households: int
    people: int
    assigned: int
    unreachable: int
    person_minutes: float
    latest_minutes: float
    gap: float
    seq: int

    @property
    def title(self) -> str:
        """Name and version."""
        return tr("{name}（第 {n} 版）").format(name=self.name, n=self.version)


@dataclass(frozen=True, eq=False)
class Evacuees:
    """The `k` houses of a plan, village by village in the order of the list.

    Ids are 0 where there is none, texts are empty.

    ids, numbers, plans, houses, hazards, shelters, households, people : (k,). minutes, metres : (k,), NaN for none.
    moved : (k,) whether they have been moved. moved_at : k, when, as it was ticked.
    """

    ids: Ids
    numbers: Ids
    plans: Ids
    villages: Sequence[str | None]
    houses: Ids
    households: NDArray[np.int64]
    people: NDArray[np.int64]
    mobility: Sequence[str]
    hazards: Ids
    shelters: Ids
    minutes: NDArray[np.float64]
    metres: NDArray[np.float64]
    ways: Sequence[str]
    roads_told: Sequence[str]
    reasons: Sequence[str]
    leaders: Sequence[str]
    phones: Sequence[str]
    moved: NDArray[np.bool_]
    moved_at: Sequence[str]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def roads(self) -> list[tuple[int, ...]]:
        """The ids of the roads that each takes, in the order they are walked."""
        return [tuple(map(int, told.split())) for told in self.roads_told]


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A plan with what it was made for and whom it moves."""

    plan: Kept
    scenario: Scenario
    evacuees: Evacuees

    @property
    def again(self) -> Scenario:
        """The same case, everybody going where the plan sends them."""
        pairs = zip(self.evacuees.houses.tolist(), self.evacuees.shelters.tolist(), strict=True)
        return replace(self.scenario, locks=tuple((house, shelter) for house, shelter in pairs if shelter))


def plans(session: Session) -> list[Kept]:
    """Return the plans that are kept, the latest first."""
    parts: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in session.rows("evacuation_plan", _LISTED):
        cells = dict(zip(_LISTED, row, strict=True))
        if cells["number"]:
            parts[cells["number"]].append(cells)
    return sorted((_kept(rows) for rows in parts.values()), key=lambda p: (p.at, p.number), reverse=True)


def plan_of(session: Session, number: int) -> Kept:
    """Return one plan.

    Raises
    ------
    InputRefused
        where there is none of this number in the account's villages.
    """
    rows = session.rows("evacuation_plan", _LISTED, where={"number": str(number)})
    if not rows:
        raise InputRefused(tr("没有这份转移预案，可能已经删除"))
    return _kept([dict(zip(_LISTED, row, strict=True)) for row in rows])


def load(session: Session, number: int) -> Loaded:
    """Return a plan, its scenario and its evacuees.

    Raises
    ------
    InputRefused
        where there is none of this number in the account's villages.
    """
    plan = plan_of(session, number)
    ((told,),) = session.rows("evacuation_plan", ("scenario",), where={"id": plan.rows[0]})
    scenario = Scenario.from_plain(json.loads(told) if told else {})
    return Loaded(plan, scenario, evacuees(session, plan))


def evacuees(session: Session, plan: Kept) -> Evacuees:
    """Return whom a plan moves, as far as the account may see it."""
    listed = ", ".join(f'"{name}"' for name in _COLUMNS)
    sql = f"SELECT {listed} FROM evacuee WHERE plan IN (SELECT value FROM json_each(?)) ORDER BY plan, number, id"
    found = session.query(sql, [json.dumps(plan.rows)])
    column = (
        dict(zip(_COLUMNS, zip(*found, strict=True), strict=True)) if found else dict.fromkeys(_COLUMNS, ())
    )

    def whole(name: str) -> NDArray[np.int64]:
        return np.array([v or 0 for v in column[name]], dtype=np.int64)

    def real(name: str) -> NDArray[np.float64]:
        return np.array([np.nan if v is None else v for v in column[name]], dtype=np.float64)

    def text(name: str) -> list[str]:
        return [v or "" for v in column[name]]

    return Evacuees(
        *(whole("id"), whole("number"), whole("plan"), column["village_code"], whole("house")),
        *(whole("households"), whole("people"), text("mobility"), whole("hazard"), whole("shelter")),
        *(real("minutes"), real("metres"), text("way"), text("roads"), text("reason")),
        *(text("leader"), text("leader_phone"), whole("moved") > 0, text("moved_at")),
    )


def _kept(rows: list[dict[str, Any]]) -> Kept:
    """Return the plan whose parts are these rows."""
    rows = sorted(rows, key=lambda row: (row["village_code"] is None, row["village_code"]))
    first = rows[0]

    def total(name: str) -> int:
        return sum(row[name] or 0 for row in rows)

    return Kept(
        number=int(first["number"]),
        name=first["name"],
        version=first["version"] or 1,
        made_on=first["made_on"] or "",
        by=first["created_by"] or "",
        at=first["created_at"] or "",
        villages=tuple(row["village_code"] for row in rows),
        rows=tuple(row["id"] for row in rows),
        hazards=tuple(row["hazards"] or "" for row in rows),
        warning=first["warning"] or "",
        objective=first["objective"] or "",
        note=first["note"] or "",
        households=total("households"),
        people=total("people"),
        assigned=total("assigned"),
        unreachable=total("unreachable"),
        person_minutes=round(sum(row["person_minutes"] or 0.0 for row in rows), 1),
        latest_minutes=max(row["latest_minutes"] or 0.0 for row in rows),
        gap=first["gap"] or 0.0,
        seq=int(first["based_on"] or 0),
    )
