"""Text as a person typed it, less the accidents."""

from hypothesis import given
from hypothesis import strategies as st

from mingqing.core.text import all_clean, clean, tr


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(alphabet="甄一𠀀䶮·（）〇a1"))
def test_names_and_rare_characters_stay_as_they_are(text: str) -> None:
    assert clean(text) == text


def test_what_a_keyboard_leaves_behind_goes() -> None:
    assert clean("\ufeff\u3000 ＡＢｃ１２\u0000\u00a0") == "ABc12"


def test_the_language_of_the_source_needs_no_catalogue() -> None:
    assert tr("农房") == "农房"


def test_a_sign_that_all_clean_passes_is_left_as_it_is() -> None:
    for code in range(0x11000):
        for text in (chr(code), f"甄{chr(code)}一", f"甄{chr(code)}", f"{chr(code)}甄"):
            assert clean(text) == text or not all_clean(["一", text, "二"]), hex(code)


def test_ordinary_names_are_all_clean() -> None:
    assert all_clean(["甄一一", "大竹溪村（东） 3 号", "A-12", "𬭎"])
