"""Somebody who is erased is in no plan either, nor in what the history keeps of one."""

import json

from mingqing.evacuation.saved.keep import save
from mingqing.evacuation.saved.kept import load
from mingqing.store.history.versions import of_row
from mingqing.store.people.erase import erase
from mingqing.store.people.record import everything_on
from mingqing.store.session import Session
from tests.evacuation.saved.conftest import HERE, LEADER, Valley

WHY = "本人书面申请"


def carried(session: Session, number: int, house: int) -> tuple[int, str, float] | None:
    """Return people, mobility and metres of a house in a plan; None where it is not in it."""
    found = load(session, number).evacuees
    if house not in found.houses.tolist():
        return None
    at = found.houses.tolist().index(house)
    return int(found.people[at]), found.mobility[at], float(found.metres[at])


def test_with_the_last_who_lived_there_the_house_leaves_the_plan(valley: Valley) -> None:
    session = valley.session
    valley.do(lambda e: e.change("household", valley.households[1], {"people_count": 1}))
    number = save(session, valley.outcome(), "台风预案")
    erase(session, valley.residents[1], WHY)
    assert carried(session, number, valley.houses[1]) is None
    assert carried(session, number, valley.houses[0]) == (4, "自行", 230.0)


def test_where_others_live_what_may_be_said_of_one_alone_is_taken_out_of_plan_and_history(
    valley: Valley,
) -> None:
    session = valley.session
    said = {"village_code": HERE, "household": valley.households[1], "name": "甄他人"}
    valley.do(lambda e: e.add("resident", said))
    number = save(session, valley.outcome(), "台风预案")
    (row,) = (e for e, h in zip(*_columns(session, number), strict=True) if h == valley.houses[1])
    assert "卧床" in json.dumps(
        [str(c) for v in of_row(session, "evacuee", row) for c in v.changes], ensure_ascii=False
    )
    erase(session, valley.residents[1], WHY)
    assert carried(session, number, valley.houses[1]) == (3, "", 200.0)
    told = [str(c) for v in of_row(session, "evacuee", row) for c in v.changes]
    assert "卧床" not in json.dumps(told, ensure_ascii=False)


def _columns(session: Session, number: int) -> tuple[list[int], list[int]]:
    found = load(session, number).evacuees
    return found.ids.tolist(), found.houses.tolist()


def test_a_leader_who_is_erased_leads_nobody_any_more(valley: Valley) -> None:
    session = valley.session
    said = {"village_code": HERE, "household": valley.households[0], "name": LEADER, "phone": "13800001111"}
    valley.do(lambda e: e.add("resident", said))
    number = save(session, valley.outcome(), "台风预案")
    ((leader,),) = session.rows("resident", ("id",), where={"name": LEADER})
    erase(session, leader, WHY)
    found = load(session, number).evacuees
    assert set(found.leaders) == set(found.phones) == {""}
    assert session.rows("evacuation_route", ("leader", "leader_phone")) == [(None, None)]


def test_people_are_told_what_plans_say_of_their_house(valley: Valley) -> None:
    session = valley.session
    save(session, valley.outcome(), "台风预案")
    held = everything_on(session, valley.residents[1])
    rows = [row for row in held.rows if row.table == "evacuee"]
    assert len(rows) == 1
    assert ("行动能力", "卧床") in rows[0].cells
    assert not any(title == "经过的道路" for title, _ in rows[0].cells)
