"""What should be there once."""

from mingqing.quality.findings import Kind, Level
from mingqing.store.session import Session
from tests.quality.conftest import FAR, NEAR, X, Y, add, box, identity, line, only, point, told


def test_a_value_that_occurs_once_in_a_village_and_occurs_again_is_an_error(township: Session) -> None:
    row = add(township, "house", box(400), house_no="01")
    add(township, "house", box(2400), house_no="01", village_code=FAR)
    assert told(township) == [(Kind.DUPLICATE, Level.ERROR, "house", row, "house_no")]


def test_rows_that_no_key_tells_apart_are_an_error(township: Session) -> None:
    ((home,),) = township.rows("household", ["id"], village=NEAR)
    row = add(township, "resident", name="范样二", household=home)
    finding = only(township)
    assert (finding.kind, finding.level, finding.id) == (Kind.DUPLICATE, Level.ERROR, row)
    assert (
        finding.sentence
        == "人口“范样二”与另一条人口“范样二”的“所在户”“姓名”相同，像是同一条录了两遍，请合并或改正"
    )


def test_namesakes_of_a_household_whom_their_numbers_tell_apart_are_two(township: Session) -> None:
    ((home,),) = township.rows("household", ["id"], village=NEAR)
    add(township, "resident", name="范样二", household=home, id_number=identity("19600404004"))
    assert told(township) == []


def test_a_person_in_two_registers_is_told_without_the_number(township: Session) -> None:
    number = identity("19880202002")
    row = add(township, "resident", name="某", id_number=number, village_code=FAR)
    finding = only(township)
    assert (finding.kind, finding.level, finding.id) == (Kind.DUPLICATE, Level.WARNING, row)
    assert finding.sentence == "人口“某”的身份证号与近村的人口“范样一”相同，可能两个村都登记了，请核对"


def test_an_area_drawn_twice_is_told_once_wherever_its_border_begins(township: Session) -> None:
    x, y = X + 600, Y + 300
    turned = type(box(0))([(x + 100, y + 100), (x, y + 100), (x, y), (x + 100, y), (x + 100, y + 100)])
    row = add(township, "land", turned, kind="农田")
    finding = only(township)
    assert (finding.kind, finding.level, finding.id) == (Kind.DUPLICATE, Level.WARNING, row)


def test_routes_of_two_plans_along_one_path_are_two(township: Session) -> None:
    (route,) = township.features("evacuation_route", village=NEAR).geometry
    plan = add(township, "evacuation_plan", name="台风")
    ((hall,),) = township.rows("shelter", ["id"], village=NEAR)
    add(township, "evacuation_route", route, shelter=hall, plan=plan)
    assert told(township) == []
    again = add(township, "evacuation_route", route, shelter=hall, plan=plan)
    assert told(township) == [(Kind.DUPLICATE, Level.WARNING, "evacuation_route", again, None)]


def test_offices_in_one_building_are_no_duplicates(township: Session) -> None:
    add(township, "organisation", point(400), name="村委会")
    add(township, "organisation", point(400), name="党支部")
    assert told(township) == []


def test_a_road_drawn_twice_is_told(township: Session) -> None:
    row = add(township, "road", line((500, 50), (50, 50)), name="又一条")
    assert told(township) == [(Kind.DUPLICATE, Level.WARNING, "road", row, None)]
