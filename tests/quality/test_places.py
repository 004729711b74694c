"""Places: where the project is about, in the village that the row says."""

from collections.abc import Callable

import numpy as np
import pytest
import shapely

from mingqing.crs.transform import transform
from mingqing.quality.findings import Kind, Level
from mingqing.store.session import Session
from tests.quality.conftest import FAR, NEAR, X, Y, add, box, line, only, point, told

HERE = shapely.Point(X + 400, Y + 100)


def as_in(epsg: int) -> shapely.Point:
    """The coordinates of a place in the near village in another CRS."""
    (moved,) = transform(np.array([HERE], object), 4549, epsg)
    return moved


SLIPS = {
    "nothing filled in": (shapely.Point(0, 0), "坐标是 0"),
    "degrees": (as_in(4490), "像是经纬度的坐标"),
    "degrees, latitude first": (shapely.Point(as_in(4490).y, as_in(4490).x), "纬度在前"),
    "x and y swapped": (shapely.Point(HERE.y, HERE.x), "横纵坐标颠倒了"),
    "with the number of the zone": (as_in(4528), "第40带"),
    "of another meridian": (as_in(4548), "中央经线117°"),
    "of a web map": (as_in(3857), "网络墨卡托"),
    "of nowhere": (shapely.Point(X, Y + 1_000_000), "离各村太远"),
}


@pytest.mark.parametrize(("place", "words"), SLIPS.values(), ids=SLIPS)
def test_coordinates_that_cannot_be_right_are_an_error_that_names_the_slip(
    township: Session, place: shapely.Point, words: str
) -> None:
    row = add(township, "shelter", place, name="空地")
    finding = only(township)
    assert (finding.kind, finding.level, finding.id) == (Kind.OUTSIDE, Level.ERROR, row)
    assert words in finding.sentence
    assert finding.at == (place.x, place.y)


def test_degrees_are_found_where_no_village_has_a_border(session: Session) -> None:
    add(session, "shelter", HERE, name="礼堂")
    row = add(session, "shelter", as_in(4490), name="空地")
    assert told(session) == [(Kind.OUTSIDE, Level.ERROR, "shelter", row, None)]


def test_a_village_in_degrees_does_not_make_everything_else_wrong(township: Session) -> None:
    border = shapely.box(117.4, 27.4, 119.6, 29.6)
    row = add(township, "village", border, name="第三村", code="331124204204", village_code="331124204204")
    assert told(township) == [(Kind.OUTSIDE, Level.ERROR, "village", row, None)]


def test_what_is_outside_all_villages_is_an_error(township: Session) -> None:
    row = add(township, "shelter", point(400, -300), name="空地")
    finding = only(township)
    assert (finding.kind, finding.level, finding.id) == (Kind.OUTSIDE, Level.ERROR, row)
    assert "300 米" in finding.sentence


def test_a_road_that_leads_out_of_the_county_is_right(township: Session) -> None:
    add(township, "road", line((300, 900), (300, 5000)), name="出县路")
    add(township, "hazard", box(300, -150, 20, 20), name="对岸滑坡")
    assert told(township) == []


def test_a_house_in_another_village_than_it_says_is_told(township: Session) -> None:
    row = add(township, "house", box(2400), house_no="9")
    finding = only(township)
    assert (finding.kind, finding.level, finding.id) == (Kind.OUTSIDE, Level.WARNING, row)
    assert finding.sentence == "农房“9”写在近村，图上却在远村，请核对村或位置"


def test_a_few_metres_beyond_the_border_are_nobody_s_fault(township: Session) -> None:
    add(township, "house", box(2008), house_no="9")
    assert told(township) == []


def test_whoever_is_bound_to_a_village_is_warned_of_what_is_beyond(as_role: Callable[..., Session]) -> None:
    row = add(as_role("county_editor"), "shelter", point(2600), name="空地")
    finding = only(as_role("town_editor", NEAR))
    assert (finding.kind, finding.level, finding.id) == (Kind.OUTSIDE, Level.WARNING, row)
    assert "远村" not in finding.sentence
    assert FAR not in finding.sentence
