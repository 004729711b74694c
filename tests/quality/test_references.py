"""References: to rows that are there, in the village where they should be."""

from collections.abc import Callable
from contextlib import closing

from mingqing.quality.findings import Kind, Level
from mingqing.store.connection import connect
from mingqing.store.session import Session
from tests.quality.conftest import FAR, NEAR, add, only, point, told


def test_a_row_that_is_not_there_is_an_error(township: Session) -> None:
    ((home,),) = township.rows("household", ["id"], where={"household_no": "0"})
    row = add(township, "resident", name="某", household=home)
    with closing(connect(township.file, township.login.key, read_only=False)) as database:
        database.pragma("foreign_keys", 0)  # no door of the program lets that in
        database.execute(f"UPDATE resident SET household = 4 WHERE id = {row}")
    finding = only(township)
    assert (finding.kind, finding.level, finding.id) == (Kind.REFERENCE, Level.ERROR, row)
    assert finding.sentence == "人口“某”的“所在户”指向的住户已经不在了，请重新选择"


def test_who_lives_in_another_village_than_the_register_says_is_told(township: Session) -> None:
    ((home,),) = township.rows("household", ["id"], where={"household_no": "0"})
    row = add(township, "resident", name="某", household=home, village_code=FAR)
    finding = only(township)
    assert (finding.kind, finding.level, finding.id) == (Kind.REFERENCE, Level.WARNING, row)
    assert finding.sentence == "人口“某”写在远村，“所在户”却在近村，请核对是哪个村"


def test_a_route_to_a_shelter_of_the_next_village_is_right(township: Session) -> None:
    ((hall,),) = township.rows("shelter", ["id"], village=FAR)
    township_routes = township.features("evacuation_route", village=NEAR).geometry
    add(township, "evacuation_route", township_routes[0], shelter=hall)
    assert told(township) == []


def test_whoever_is_bound_to_a_village_is_not_told_what_is_beyond(as_role: Callable[..., Session]) -> None:
    editor = as_role("county_editor")
    ((home,),) = editor.rows("household", ["id"], village=FAR)
    row = add(editor, "resident", name="某", household=home)
    finding = only(as_role("town_editor", NEAR))
    assert (finding.kind, finding.level, finding.id) == (Kind.REFERENCE, Level.WARNING, row)
    assert "不在您管辖的村里，或已经不在了" in finding.sentence


def test_a_code_of_no_village_of_the_project_is_told(township: Session) -> None:
    row = add(township, "shelter", point(400), name="空地", village_code="331124999999")
    assert told(township) == [(Kind.REFERENCE, Level.WARNING, "shelter", row, "village_code")]
