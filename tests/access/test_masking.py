"""Masks: what is left of a value, that odd values leave nothing, and that SQLite masks exactly as Python does."""

import sqlite3
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingqing.access.masking import COMPOUND_SURNAMES, MASKS, mask_id_number, mask_name, mask_phone
from mingqing.catalog.model import Mask

# SQLite text ends at NUL; import takes control characters out, so that none is stored.
ANY = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
DIGITS = st.text(string.digits, min_size=9, max_size=20)
NAMES = st.builds(
    str.__add__, st.sampled_from([*COMPOUND_SURNAMES, "张", "欧", "张三"]), st.text("一二三阳", max_size=3)
)
SPACED = st.builds(
    lambda a, x, b: a + x + b, *(st.text(" \t\n\r\xa0\u3000", max_size=2), DIGITS | NAMES) * 1, ANY
)
MASKED = st.from_regex(
    r"1[0-9]{2}[*]{3,5}[0-9]{4}|[0-9]{6}[*]{4,9}[0-9]{3,4}[0-9Xx]|[张欧]?[*]{1,3}", fullmatch=True
)
VALUES = MASKED | ANY | DIGITS | NAMES | SPACED | st.builds(lambda d: d[:17] + "X", DIGITS)


def in_sqlite(mask: Mask, value: str | int | bytes | None) -> str | None:
    database = sqlite3.connect(":memory:")
    try:
        database.execute('CREATE TABLE t("c" TEXT)')
        database.execute("INSERT INTO t VALUES(?)", (value,))
        masked: str | None = database.execute(f'SELECT {MASKS[mask].sql("""t."c" """)} FROM t').fetchone()[0]
    finally:
        database.close()
    return masked


@pytest.mark.parametrize("mask", Mask)
@given(value=VALUES)
def test_sqlite_masks_exactly_as_python(mask: Mask, value: str) -> None:
    assert in_sqlite(mask, value) == MASKS[mask].value(value)


@pytest.mark.parametrize("mask", Mask)
@given(value=VALUES)
def test_a_mask_leaves_what_is_masked_already_as_it_is(mask: Mask, value: str) -> None:
    masked = MASKS[mask].value(value)
    assert MASKS[mask].value(masked) == masked == in_sqlite(mask, masked)


@pytest.mark.parametrize("mask", Mask)
def test_sqlite_keeps_null_and_reads_numbers_and_blobs_as_text(mask: Mask) -> None:
    assert in_sqlite(mask, None) is None
    assert in_sqlite(mask, 13800001234) == MASKS[mask].value("13800001234")
    assert in_sqlite(mask, "张三丰".encode()) == MASKS[mask].value("张三丰")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("33112419500101123X", "331124********123X"),
        ("33112419500101123x", "331124********123x"),
        ("331124500101123", "331124*****1123"),
        (" 33112419500101123X\u3000", "331124********123X"),
        ("3311241950010112", "****"),
        ("3311241950010112345", "****"),
        ("331124 19500101 123X", "****"),
        ("３３１１２４１９５００１０１１２３４", "****"),
        ("张三33112419500101123X", "****"),
        ("331124********123X", "331124********123X"),
        ("331124*****1123", "331124*****1123"),
        ("331124********1234567", "****"),
        ("331124*9500101123X", "****"),
        ("1", "****"),
        ("", ""),
    ],
)
def test_an_identity_number_keeps_six_and_four_and_anything_else_nothing(value: str, shown: str) -> None:
    assert mask_id_number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("13800001234", "138****1234"),
        ("1380000123", "****"),
        ("+8613800001234", "****"),
        ("13800001234/13900001234", "****"),
        ("0578-8060000", "****"),
        ("110", "****"),
        ("138****1234", "138****1234"),
        ("138*0001234", "****"),
        ("  ", ""),
    ],
)
def test_a_mobile_number_keeps_three_and_four_and_anything_else_nothing(value: str, shown: str) -> None:
    assert mask_phone(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("张三", "张**"),
        ("张三丰", "张**"),
        ("欧阳一", "欧阳**"),
        ("诸葛一二", "诸葛**"),
        ("欧阳", "欧**"),
        ("张", "**"),
        ("**", "**"),
        ("𠮷田一", "𠮷**"),
        ("阿依古丽·买买提", "阿**"),
        ("张三 13800001234", "张**"),
        ("", ""),
    ],
)
def test_a_name_keeps_the_surname(value: str, shown: str) -> None:
    assert mask_name(value) == shown


@given(VALUES)
def test_no_mask_shows_more_than_its_two_ends(value: str) -> None:
    text = value.strip()
    for mask, most in ((Mask.ID_NUMBER, 10), (Mask.PHONE, 7), (Mask.NAME, 2)):
        shown = MASKS[mask].value(value)
        assert len(shown.replace("*", "")) <= most
        assert not text or "*" in text or shown != text
