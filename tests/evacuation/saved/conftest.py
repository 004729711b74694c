"""A valley of four houses: three in the way of a landslide, and one in the next village that no road reaches."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
import shapely

from mingqing.access.policy import Policy
from mingqing.evacuation.routing.ways import Ways
from mingqing.evacuation.saved.outcome import Outcome
from mingqing.evacuation.scenario import Scenario
from mingqing.store.edit import Edit, edit
from mingqing.store.history.since import last_change
from mingqing.store.session import Session
from tests.evacuation.small import network

HERE, THERE = "331124204202", "331124204203"
EAST, NORTH = 500_000.0, 3_140_000.0
LEADER, PHONE = "甄带队", "13800001111"
As = Callable[..., Session]


def at(x: float, y: float) -> tuple[float, float]:
    return EAST + x, NORTH + y


@dataclass
class Valley:
    """Ids of what stands in it."""

    session: Session
    houses: list[int] = field(default_factory=list)
    households: list[int] = field(default_factory=list)
    residents: list[int] = field(default_factory=list)
    roads: list[int] = field(default_factory=list)
    hazard: int = 0
    shelters: list[int] = field(default_factory=list)
    key_person: int = 0
    post: int = 0

    def do(self, work: Callable[[Edit], object]) -> None:
        """Do one finished action."""
        with edit(self.session, "修改") as made:
            work(made)

    def outcome(self, *, shelters: tuple[int, int, int] = (0, 0, 0), **other: object) -> Outcome:
        """Return the plan: two houses along the main road, one from the lane into it, one that reaches nothing.

        shelters : positions of where the three go; -1 for nowhere.
        """
        net = network([at(0, 0), at(100, 0), at(200, 0), at(100, 100)], [(0, 1), (1, 2), (3, 1)])
        roads = replace(net.roads, ids=np.array(self.roads[:2]))
        net = replace(net, roads=roads, road=np.array([0, 0, 1], dtype=np.int32))
        to = [self.shelters[s] if s >= 0 else 0 for s in shelters]
        placed = np.array([*(t > 0 for t in to), False])
        ways = Ways(
            first=np.array([0, 2, 4, 6, 6]),
            edge=np.array([0, 1, 0, 1, 2, 1]),
            begin=np.array([0.0, 0.0, 30.0, 0.0, 0.0, 0.0]),
            end=np.full(6, 100.0),
            road_s=np.full(6, 60.0),
            leg_s=np.zeros((4, 2)),
            start=np.array([at(0, 10), at(30, 10), at(100, 110), at(500, 0)]),
            join=np.array([at(0, 0), at(30, 0), at(100, 100), (np.nan, np.nan)]),
            leave=np.array([at(200, 0)] * 3 + [(np.nan, np.nan)]),
            goal=np.array([at(200, 20)] * 3 + [(np.nan, np.nan)]),
            metres=np.where(placed, [230.0, 200.0, 230.0, np.nan], np.nan),
        )
        made = Outcome(
            scenario=Scenario(hazards=(self.hazard,), night=True),
            seq=last_change(self.session),
            network=net,
            houses=np.array(self.houses),
            villages=[HERE, HERE, HERE, THERE],
            households=np.array([1, 1, 1, 1]),
            people=np.array([4, 3, 2, 1]),
            mobility=np.array([0, 2, 1, 0], dtype=np.int8),
            hazards=np.array([self.hazard] * 3 + [0]),
            shelters=np.array([*to, 0]),
            ways=ways,
            directions=["沿村道向东200米", "沿村道向东170米", "沿小路到村道", ""],
            reasons=["", "", "", "这里的道路不通往任何避灾点"],
            leaders=[LEADER, LEADER, LEADER, ""],
            phones=[PHONE, PHONE, PHONE, ""],
        )
        return replace(made, **other)


def _roads(made: Edit, valley: Valley) -> None:
    for name, line in (
        ("村口路", [at(0, 0), at(100, 0), at(200, 0)]),
        ("竹林巷", [at(100, 100), at(100, 0)]),
        ("后山路", [at(0, 300), at(100, 300)]),
    ):
        row = made.add("road", {"village_code": HERE, "name": name}, shapely.LineString(line))
        valley.roads.append(row)


@pytest.fixture
def valley(session: Session) -> Valley:
    made = Valley(session)
    with edit(session, "新增") as e:
        _roads(e, made)
        for number, (x, y) in enumerate(((0, 10), (30, 10), (100, 110), (500, 0)), 1):
            code = {"village_code": HERE if number < 4 else THERE}
            house = e.add("house", {**code, "house_no": str(number)}, shapely.Point(at(x, y)).buffer(4))
            said = {**code, "house": house, "householder": f"甄户{number}", "people_count": 2}
            household = e.add("household", {**said, "phone": f"1390000000{number}"})
            person = {**code, "household": household, "name": f"甄户{number}"}
            made.houses.append(house)
            made.households.append(household)
            made.residents.append(e.add("resident", person))
        square = shapely.box(*at(-20, -20), *at(120, 130))
        made.hazard = e.add("hazard", {"village_code": HERE, "name": "后山滑坡", "kind": "滑坡"}, square)
        for name, x in (("文化礼堂", 200), ("村小学", 300)):
            shelter = {"village_code": HERE, "name": name, "capacity": 50}
            made.shelters.append(e.add("shelter", shelter, shapely.Point(at(x, 20))))
        who = {"village_code": HERE, "house": made.houses[1], "category": "失能", "mobility": "卧床"}
        made.key_person = e.add("key_person", {**who, "resident": made.residents[1], "name": "甄户2"})
        held = {"village_code": HERE, "name": LEADER, "title": "主任", "phone": PHONE}
        made.post = e.add("post", held)
    return made


@pytest.fixture
def as_role(session: Session) -> Iterator[As]:
    """Sessions of the same project as accounts of other roles, bound to a village or not, have it."""
    with ExitStack() as stack:

        def made(role: str, village: str | None = HERE) -> Session:
            login = session.login
            policy = Policy.of([role], None if village is None else [village], session.catalog, login.known)
            account = replace(login.account, name=role, roles=(role,), villages=policy.villages)
            other = Session(session.info, session.catalog, replace(login, account=account, policy=policy))
            return stack.enter_context(other)

        yield made
