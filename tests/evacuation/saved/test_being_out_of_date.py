"""What a plan and its cards say that is no longer so is told, and why; and nothing is told that still is so."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import shapely

from mingqing.access.audit import Act
from mingqing.core.errors import InputRefused
from mingqing.evacuation.saved.keep import save
from mingqing.evacuation.saved.kept import load
from mingqing.evacuation.saved.progress import tick
from mingqing.evacuation.saved.stale import Stale, stale
from mingqing.store.edit import Edit, Referring, edit
from mingqing.store.ids import new_ids
from mingqing.store.session import Session
from mingqing.store.undo import redo, undo
from tests.evacuation.saved.conftest import HERE, THERE, As, Valley, at

Work = Callable[[Edit, Valley], object]


@pytest.fixture
def number(valley: Valley) -> int:
    return save(valley.session, valley.outcome(), "台风预案")


def without_days(phrases: tuple[str, ...]) -> list[str]:
    return [phrase.split(" ", 1)[1] for phrase in phrases]


def told(session: Session, number: int) -> tuple[list[str], dict[int, list[str]]]:
    """Return why the plan is out of date, and why cards are, by the number of the house, without the day."""
    found, people = stale(session, number), load(session, number).evacuees
    numbers = {house: int(no) for house, no in session.rows("house", ("id", "house_no")) if no}
    places = {i: numbers[h] for i, h in zip(people.ids.tolist(), people.houses.tolist(), strict=True)}
    return without_days(found.plan), {places[i]: without_days(why) for i, why in found.cards.items()}


def test_a_plan_that_was_just_kept_is_current(valley: Valley, number: int) -> None:
    assert stale(valley.session, number) == Stale((), frozenset(), {})
    assert stale(valley.session, number).current


def test_neither_ticking_nor_keeping_another_makes_a_plan_out_of_date(valley: Valley, number: int) -> None:
    tick(valley.session, load(valley.session, number).evacuees.ids.tolist(), moved=True)
    save(valley.session, valley.outcome(), "台风预案")
    assert stale(valley.session, number).current


ON_CARDS: dict[str, tuple[Work, str, set[int]]] = {
    "phone of a household": (
        lambda e, v: e.change("household", v.households[0], {"phone": "13912340000"}),
        *("住户的联系电话改过", {1}),
    ),
    "phone of a resident": (
        lambda e, v: e.change("resident", v.residents[2], {"phone": "13912340000"}),
        *("人口的手机号改过", {3}),
    ),
    "address of a house": (
        lambda e, v: e.change("house", v.houses[1], {"address": "村口2号"}),
        *("农房“2”的门牌地址改过", {2}),
    ),
    "phone of a shelter": (
        lambda e, v: e.change("shelter", v.shelters[0], {"phone": "13912340000", "head": "甄管"}),
        *("避灾点“文化礼堂”的负责人、负责人电话改过", {1, 2, 3}),
    ),
    "who watches a hazard": (
        lambda e, v: e.change("hazard", v.hazard, {"monitor_phone": "13912340000"}),
        *("地灾隐患“后山滑坡”的监测人电话改过", {1, 2, 3}),
    ),
    "phone of the leader": (
        lambda e, v: e.change("post", v.post, {"phone": "13912340000"}),
        *("任职的联系电话改过", {1, 2, 3}),
    ),
    "name of a road": (
        lambda e, v: e.change("road", v.roads[1], {"name": "新竹巷"}),
        *("道路“新竹巷”的道路名称改过", {3}),
    ),
}


@pytest.mark.parametrize("what", ON_CARDS)
def test_what_only_cards_say_makes_the_cards_out_of_date(valley: Valley, number: int, what: str) -> None:
    work, phrase, cards = ON_CARDS[what]
    valley.do(lambda e: work(e, valley))
    assert told(valley.session, number) == ([], {card: [phrase] for card in cards})


IN_THE_PLAN: dict[str, tuple[Work, str, set[int]]] = {
    "a road that is led elsewhere": (
        lambda e, v: e.change("road", v.roads[1], shape=shapely.LineString([at(90, 100), at(100, 0)])),
        *("道路“竹林巷”的图形改过", {3}),
    ),
    "a road that nobody takes": (
        lambda e, v: e.change("road", v.roads[2], {"width_m": 3}),
        *("道路“后山路”的路面宽度改过", set()),
    ),
    "a road that is gone": (
        lambda e, v: e.remove("road", [v.roads[0]]),
        *("删除道路“村口路”", {1, 2, 3}),
    ),
    "a new road": (
        lambda e, _: e.add(
            "road", {"village_code": HERE, "name": "新路"}, shapely.LineString([at(0, 0), at(0, 9)])
        ),
        *("新增道路“新路”", set()),
    ),
    "places in a shelter": (
        lambda e, v: e.change("shelter", v.shelters[0], {"capacity": 5}),
        *("避灾点“文化礼堂”的容纳人数改过", {1, 2, 3}),
    ),
    "places in a shelter where nobody goes": (
        lambda e, v: e.change("shelter", v.shelters[1], {"capacity": 5}),
        *("避灾点“村小学”的容纳人数改过", set()),
    ),
    "a hazard that is crossed off": (
        lambda e, v: e.change("hazard", v.hazard, {"closed": "是"}),
        *("地灾隐患“后山滑坡”的销号改过", {1, 2, 3}),
    ),
    "how many live there": (
        lambda e, v: e.change("household", v.households[3], {"people_count": 6}),
        *("住户的人口数改过", {4}),
    ),
    "who lives there": (
        lambda e, v: e.add("resident", {"village_code": HERE, "household": v.households[0], "name": "甄新"}),
        *("新增人口", {1}),
    ),
    "who is away": (
        lambda e, v: e.change("resident", v.residents[0], {"at_home": "外出"}),
        *("人口的在家或外出改过", {1}),
    ),
    "who cannot walk": (
        lambda e, v: e.change("key_person", v.key_person, {"mobility": "需搀扶"}),
        *("重点人员的行动能力改过", {2}),
    ),
    "who moved to another house": (
        lambda e, v: e.change("household", v.households[0], {"house": v.houses[2]}),
        *("住户的农房改过", {1, 3}),
    ),
    "who left": (
        lambda e, v: e.remove("household", [v.households[2]], Referring.DETACH),
        *("删除住户", {3}),
    ),
}


@pytest.mark.parametrize("what", IN_THE_PLAN)
def test_what_the_plan_follows_from_makes_it_out_of_date(valley: Valley, number: int, what: str) -> None:
    work, phrase, cards = IN_THE_PLAN[what]
    valley.do(lambda e: work(e, valley))
    why, found = told(valley.session, number)
    assert phrase in why
    assert found.keys() == cards
    assert all(phrase in phrases for phrases in found.values())


@pytest.mark.parametrize("what", [*ON_CARDS, *IN_THE_PLAN])
def test_what_is_taken_back_is_as_it_was(valley: Valley, number: int, what: str) -> None:
    work = {**ON_CARDS, **IN_THE_PLAN}[what][0]
    valley.do(lambda e: work(e, valley))
    undo(valley.session)
    assert stale(valley.session, number).current
    redo(valley.session)
    assert not stale(valley.session, number).current


NOT_SAID: dict[str, Work] = {
    "what a house is used for": lambda e, v: e.change("house", v.houses[0], {"use": "居住"}),
    "why somebody is in need": lambda e, v: e.change("key_person", v.key_person, {"need": "送药"}),
    "a warning that is given": lambda e, v: e.change("hazard", v.hazard, {"warning": "红"}),
    "when it was verified": lambda e, v: e.change("shelter", v.shelters[0], {"verified_on": "2026-08-03"}),
    "a road elsewhere": lambda e, _: e.add(
        "road", {"village_code": "331124204299"}, shapely.LineString([at(0, 900), at(9, 900)])
    ),
    "a house that need not leave": lambda e, _: e.add(
        "house", {"village_code": HERE, "house_no": "9"}, shapely.Point(at(900, 900)).buffer(4)
    ),
}


@pytest.mark.parametrize("what", NOT_SAID)
def test_what_neither_plan_nor_cards_say_is_not_told(valley: Valley, number: int, what: str) -> None:
    valley.do(lambda e: NOT_SAID[what](e, valley))
    assert stale(valley.session, number).current


def test_who_has_come_to_live_in_danger_is_told_and_who_lives_beside_it_is_not(
    valley: Valley, number: int
) -> None:
    def settle(at: tuple[float, float]) -> int:
        with edit(valley.session, "新增") as e:
            house = e.add("house", {"village_code": HERE}, shapely.Point(at).buffer(4))
            e.add("household", {"village_code": HERE, "house": house, "householder": "甄新来"})
        return house

    settle(at(600, 600))
    assert stale(valley.session, number).current
    house = settle(at(60, 60))
    found = stale(valley.session, number)
    assert (found.plan, found.missed) == (("1 处有人住的房屋现在在危险区内，预案里没有",), {house})
    valley.do(lambda e: e.change("hazard", valley.hazard, {"monitor": "甄看"}))
    assert stale(valley.session, number).missed == {house}


def test_an_empty_house_in_danger_is_nobody_missed(valley: Valley, number: int) -> None:
    valley.do(lambda e: e.add("house", {"village_code": HERE}, shapely.Point(at(60, 60)).buffer(4)))
    assert stale(valley.session, number).current


def test_a_road_in_another_village_counts_where_a_way_leads_along_it(valley: Valley) -> None:
    valley.do(lambda e: e.change("road", valley.roads[1], {"village_code": "331124204299"}))
    number = save(valley.session, valley.outcome(), "台风预案")
    valley.do(lambda e: e.change("road", valley.roads[1], {"structure": "桥"}))
    assert told(valley.session, number) == (
        ["道路“竹林巷”的桥隧改过"],
        {3: ["道路“竹林巷”的桥隧改过"]},
    )


def test_what_an_import_brings_is_told(valley: Valley, number: int) -> None:
    session = valley.session
    with session.transaction(Act.IMPORT, "导入") as change:
        said = {
            "village_code": [HERE, HERE],
            "name": ["甄导", "甄他"],
            "household": [valley.households[1], None],
        }
        change.insert("resident", new_ids(2), said)
    assert told(session, number) == (["新增人口"], {2: ["新增人口"]})


def test_what_changed_while_the_plan_was_made_counts(valley: Valley) -> None:
    outcome = valley.outcome()
    valley.do(lambda e: e.change("household", valley.households[0], {"phone": "13912340000"}))
    assert told(valley.session, save(valley.session, outcome, "台风预案"))[1] == {1: ["住户的联系电话改过"]}
    assert stale(valley.session, save(valley.session, valley.outcome(), "台风预案")).current


def test_of_many_changes_the_latest_are_told(valley: Valley, number: int) -> None:
    for count in range(7):
        line = shapely.LineString([at(0, 500 + count), at(9, 500)])
        valley.do(lambda e, n=count, at=line: e.add("road", {"village_code": HERE, "name": f"新路{n}"}, at))
    why = stale(valley.session, number).plan
    assert len(why) == 6
    assert why[-1] == "另有 2 处改动"


def test_who_has_one_village_is_told_of_it_alone(valley: Valley, number: int, as_role: As) -> None:
    valley.do(lambda e: e.change("household", valley.households[0], {"phone": "13912340000"}))
    assert stale(as_role("town_editor", THERE), number).current
    assert len(stale(as_role("town_editor", HERE), number).cards) == 1
    with pytest.raises(InputRefused):
        stale(as_role("town_editor", "331124204299"), number)


def test_a_planner_is_told_no_more_than_they_may_see(valley: Valley, number: int, as_role: As) -> None:
    valley.do(lambda e: e.change("resident", valley.residents[0], {"birth_date": "1940-01-01"}))
    ((why,),) = (without_days(w) for w in stale(as_role("planner", None), number).cards.values())
    assert why == "人口的情况改过"


def test_a_plan_knows_the_house_by_which_it_was_made(valley: Valley) -> None:
    outcome = valley.outcome()
    number = save(valley.session, replace(outcome, leaders=[""] * 4, phones=[""] * 4), "台风预案")
    valley.do(lambda e: e.change("post", valley.post, {"phone": "13912340000"}))
    assert stale(valley.session, number).current
