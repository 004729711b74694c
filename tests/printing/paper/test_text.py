"""Lines of Chinese type: never too wide, nothing lost, broken where a compositor would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingqing.printing.paper.text import width_of, wrap

_MIXED = st.text(st.sampled_from("避险明白卡，。（）《》“”、320米 00138abc-𠮷鑨%"), max_size=80)


@given(_MIXED, st.floats(12.0, 80.0))
def test_no_line_is_wider_than_there_is_room_and_no_character_is_lost(text: str, width: float) -> None:
    lines = wrap(text, 3.5, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    longest_unit = 3.5 * 4
    assert all(width_of(line, 3.5) <= max(width, longest_unit) + 0.01 for line in lines)


def test_text_that_fits_is_one_line_and_no_text_is_an_empty_one() -> None:
    assert wrap("沿村道", 3.5, 50.0) == ("沿村道",)
    assert wrap("", 3.5, 50.0) == ("",)


def test_line_breaks_of_the_text_stay() -> None:
    assert wrap("甲\n乙", 3.5, 50.0) == ("甲", "乙")


@pytest.mark.parametrize("width", range(8, 40))
def test_punctuation_stays_with_its_word_and_a_number_with_its_unit(width: int) -> None:
    lines = wrap("沿村道向东走320米，过石桥（三孔），左转。", 2.0, float(width))
    assert not [line for line in lines if line[0] in "，。）" or line[-1] == "（"]
    assert any("320米" in line for line in lines) or width < 9


def test_phone_that_is_wider_than_its_column_is_cut_not_lost() -> None:
    lines = wrap("00013800138", 3.5, 8.0)
    assert "".join(lines) == "00013800138"
    assert len(lines) > 1
