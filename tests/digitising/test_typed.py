"""Coordinates, angles and lengths are understood as people type them, and refused in one sentence."""

import pytest

from mingqing.core.errors import InputRefused
from mingqing.digitising.typed import angle_deg, length_m, place

HERE = (448204.5, 3148764.7)


@pytest.mark.parametrize(
    "text",
    [
        "119.471194, 28.453056",
        "28.453056，119.471194",
        "119°28′16.3″, 28°27′11″",
        "28°27'11\"N 119°28'16.3\"E",
        "东经119度28分16.3秒 北纬28度27分11秒",
        "北纬28度27分11秒、东经119度28分16.3秒",
        "119 28 16.3, 28 27 11",
        "１１９．４７１１９４　２８．４５３０５６",
        "448204.5, 3148764.7",
        "3148764.7 448204.5",
        "X=3148764.7 Y=448204.5",
        "横 448204.50  纵 3148764.70",
        "40448204.5, 3148764.7",
    ],
)
def test_one_place_typed_in_many_ways_is_one_place(text: str) -> None:
    assert place(text, 4549).xy == pytest.approx(HERE, abs=0.3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "大竹溪村",
        "119.47",
        "1,2,3",
        "12, 34",
        "119°28′ 28",
        "119 61 0, 28 0 0",
        "nan, nan",
        "1e400, 2",
        "9" * 5000,
    ],
)
def test_what_is_no_place_is_refused_in_one_short_sentence(text: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        place(text, 4549)
    assert len(str(refusal.value)) < 120
    assert "\n" not in str(refusal.value)


def test_how_it_was_understood_can_be_shown() -> None:
    assert place("119.4712, 28.4531", 4549).understood == "CGCS2000 经纬度"
    assert "第40带" in place("40448204.5, 3148764.7", 4549).understood


def test_outside_china_metres_are_those_of_the_project() -> None:
    assert place("377000.5, 4706000", 32631).xy == (377000.5, 4706000.0)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("45", 45),
        ("-90", 270),
        ("720", 0),
        ("45°30′15″", 45.504167),
        ("45 30 15", 45.504167),
        ("北偏西30", 330),
        ("南偏东 15°30′", 164.5),
    ],
)
def test_angles_are_azimuths_clockwise_from_north(text: str, degrees: float) -> None:
    assert angle_deg(text) == pytest.approx(degrees, abs=1e-5)


@pytest.mark.parametrize("text", ["", "东", "45.5.5", "北偏东200", "45 90", "1" * 500])
def test_what_is_no_angle_is_refused(text: str) -> None:
    with pytest.raises(InputRefused):
        angle_deg(text)


@pytest.mark.parametrize(
    ("text", "metres"), [("12.5", 12.5), ("12.5 m", 12.5), ("1.2km", 1200), ("30厘米", 0.3)]
)
def test_lengths_are_metres_where_they_say_nothing_else(text: str, metres: float) -> None:
    assert length_m(text) == pytest.approx(metres)


@pytest.mark.parametrize("text", ["", "0", "-5", "12尺", "1e9", "99999999"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(InputRefused):
        length_m(text)
