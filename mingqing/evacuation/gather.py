"""What a session shows of roads, houses, people, shelters and hazards, as an evacuation needs it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import shapely

from mingqing.access.policy import Column, Policy
from mingqing.access.roles import Action
from mingqing.core.errors import NotAllowed
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.evacuation.model import MOBILITY, Hazards, Houses, Roads, Shelters, Xy
from mingqing.evacuation.movement import Movement, movement
from mingqing.evacuation.network.noding import build
from mingqing.evacuation.slope import Heights, Slope
from mingqing.evacuation.world import World

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mingqing.core.features import Features
    from mingqing.store.session import Session

_AWAY = tr("外出")
_WADED = (tr("河"), tr("溪"), tr("山塘"), tr("水库"), tr("湖"))  # a ditch (渠) is stepped over


def world(
    session: "Session",
    *,
    on: date,
    heights: Heights | None = None,
    watch: Watch = UNWATCHED,
) -> World:
    """Return what the account may plan with.

    Parameters
    ----------
    on : the day on which ages are reckoned.
    heights : metres above the sea at places, (k, 2) project's CRS → (k,) NaN where unknown; None for level ground.

    Raises
    ------
    NotAllowed
        if the account may not see how many people live where: without them no plan can be made.
    Cancelled
        if that was asked for.
    """
    lacking = why_not(session.policy)
    if lacking:
        raise NotAllowed(lacking)
    watch.step(tr("读取道路"))
    begun = perf_counter()
    network = build(session.info.epsg, _roads(session))
    known = movement()
    slope = None if heights is None else Slope.of(network, heights, known.steepest.of(network.roads))
    seconds = perf_counter() - begun
    watch.step(tr("读取住户、避灾点和隐患点"))
    waters, water_names = _waters(session)
    villages = {village.code: village.name for village in session.villages()}
    return World(
        network=network,
        houses=_houses(session, known, on),
        shelters=_shelters(session),
        hazards=_hazards(session),
        movement=known,
        villages=villages,
        slope=slope,
        waters=waters,
        water_names=water_names,
        seconds=seconds,
    )


def why_not(policy: Policy) -> str:
    """Return why an account cannot plan with what it may see, in a sentence; empty where it can."""
    tables = ("road", "house", "household", "shelter", "hazard")
    seen = all(policy.allowed(table, Action.SEE) for table in tables)
    if seen and policy.column("household", "people_count") is Column.CLEAR:
        return ""
    return tr("您的角色看不到各户人数，不能编制转移预案；请由防灾规划员或乡镇、县级编辑来做")


def _placed(features: "Features") -> "NDArray[np.int64]":
    """Return which rows have a shape."""
    found: NDArray[np.int64] = np.flatnonzero(
        ~(shapely.is_missing(features.geometry) | shapely.is_empty(features.geometry))
    )
    return found


def _texts(values: Sequence[object | None], which: "NDArray[np.int64]") -> list[str | None]:
    return [None if values[i] is None else str(values[i]) for i in which.tolist()]


def _numbers(values: Sequence[object | None], which: "NDArray[np.int64]", missing: float) -> Xy:
    found = (values[i] for i in which.tolist())
    return np.array([missing if v is None else v for v in found], dtype=np.float64)


def _roads(session: "Session") -> Roads:
    columns = ("class", "width_m", "structure", "one_way", "name")
    found = session.features("road", columns=columns)
    which = _placed(found)
    named = {name: _texts(found.columns[name], which) for name in columns if name != "width_m"}
    return Roads(
        ids=found.ids[which],
        lines=found.geometry[which],
        width_m=_numbers(found.columns["width_m"], which, np.nan),
        classes=named["class"],
        structures=named["structure"],
        one_ways=named["one_way"],
        names=named["name"],
    )


def _shelters(session: "Session") -> Shelters:
    found = session.features("shelter", columns=("name", "capacity", "village_code"))
    which = _placed(found)
    return Shelters(
        ids=found.ids[which],
        names=[name or "" for name in _texts(found.columns["name"], which)],
        at=shapely.get_coordinates(shapely.centroid(found.geometry[which])),
        capacity=_numbers(found.columns["capacity"], which, 0).astype(np.int64),
        villages=_texts(found.columns["village_code"], which),
    )


def _hazards(session: "Session") -> Hazards:
    columns = ("name", "kind", "level", "warning", "village_code", "closed")
    found = session.features("hazard", columns=columns)
    which = _placed(found)
    texts = {name: _texts(found.columns[name], which) for name in columns}
    return Hazards(
        ids=found.ids[which],
        names=[name or "" for name in texts["name"]],
        kinds=texts["kind"],
        levels=texts["level"],
        warnings=texts["warning"],
        closed=_numbers(found.columns["closed"], which, 0) > 0,
        shapes=found.geometry[which],
        villages=texts["village_code"],
    )


def _waters(session: "Session") -> tuple["NDArray[np.object_]", list[str]]:
    if not session.policy.allowed("water", Action.SEE):
        return np.empty(0, dtype=np.object_), []
    found = session.features("water", columns=("kind", "name"))
    which = _placed(found)
    which = which[[found.columns["kind"][i] in _WADED for i in which.tolist()]] if len(which) else which
    return found.geometry[which], [name or "" for name in _texts(found.columns["name"], which)]


def _houses(session: "Session", known: Movement, on: date) -> Houses:
    """Return the houses of at least one household."""
    households = session.rows("household", ("id", "house", "people_count"))
    house_of = {household: house for household, house, _ in households if house is not None}
    residents = _residents(session)
    living = Counter(household for household, _, _ in residents)
    away = Counter(household for household, gone, _ in residents if gone)
    homes = Counter(house_of.values())
    people: Counter[int] = Counter()
    present: Counter[int] = Counter()
    for household, house, declared in households:
        if house is not None:
            count = max(living[household], 1) if declared is None else declared
            people[house] += count
            present[house] += max(count - away[household], 0)
    slow = _slowest(session, known, on, house_of, residents)
    found = session.features("house", columns=("village_code",))
    which = _placed(found)
    which = which[np.isin(found.ids[which], np.fromiter(homes, np.int64, len(homes)))]
    ids = found.ids[which]
    return Houses(
        ids=ids,
        shapes=found.geometry[which],
        at=shapely.get_coordinates(shapely.centroid(found.geometry[which])),
        villages=_texts(found.columns["village_code"], which),
        households=np.array([homes[i] for i in ids.tolist()], dtype=np.int64),
        people=np.array([people[i] for i in ids.tolist()], dtype=np.int64),
        present=np.array([present[i] for i in ids.tolist()], dtype=np.int64),
        mobility=np.array([slow.get(i, 0) for i in ids.tolist()], dtype=np.int8),
    )


def _residents(session: "Session") -> list[tuple[int, bool, str | None]]:
    """Return household, whether away, and date of birth of everybody, as far as the account may see them."""
    policy = session.policy
    if not policy.allowed("resident", Action.SEE):
        return []
    clear = [
        name
        for name in ("household", "at_home", "birth_date")
        if policy.column("resident", name) is Column.CLEAR
    ]
    if "household" not in clear:
        return []
    rows = session.rows("resident", clear)
    away, born = (clear.index(name) if name in clear else None for name in ("at_home", "birth_date"))
    return [
        (row[0], away is not None and row[away] == _AWAY, None if born is None else row[born])
        for row in rows
        if row[0] is not None
    ]


def _slowest(
    session: "Session",
    known: Movement,
    on: date,
    house_of: dict[int, int],
    residents: Iterable[tuple[int, bool, str | None]],
) -> dict[int, int]:
    """Return by house the mobility of the slowest in it, index into `MOBILITY`; houses of the quick left out."""
    slow: dict[int, int] = {}
    old, young = (_years_before(on, years) for years in (known.helped_from, known.helped_below))
    for household, _, born in residents:
        house = house_of.get(household)
        if house is not None and born and (born <= old or born > young):
            slow[house] = 1
    for house, mobility in _declared(session, house_of):
        slow[house] = max(slow.get(house, 0), mobility)
    return slow


def _declared(session: "Session", house_of: dict[int, int]) -> Iterable[tuple[int, int]]:
    """Yield house and mobility of those on the list of key persons."""
    policy = session.policy
    if (
        not policy.allowed("key_person", Action.SEE)
        or policy.column("key_person", "mobility") is not Column.CLEAR
    ):
        return
    living = (
        dict(session.rows("resident", ("id", "household"))) if policy.allowed("resident", Action.SEE) else {}
    )
    for house, resident, mobility in session.rows("key_person", ("house", "resident", "mobility")):
        at = house if house is not None else house_of.get(living.get(resident, 0) or 0)
        if at is not None and mobility in MOBILITY:
            yield at, MOBILITY.index(mobility)


def _years_before(day: date, years: int) -> str:
    """Return the day some years earlier as the store writes dates; of 29 February the day before."""
    short = day.month == 2 and day.day == 29
    return day.replace(year=day.year - years, day=28 if short else day.day).isoformat()
