"""What a value may look like when it comes in, and what is stored for it."""

import math
from datetime import date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mingqing.catalog.load import catalog
from mingqing.catalog.model import Field, FieldType
from mingqing.catalog.values import (
    ValueRefusedError,
    counted_photos,
    id_check_character,
    initial,
    parse,
)

TEXT = Field("note", "备注", FieldType.TEXT, max_length=40)
INTEGER = Field("storeys", "层数", FieldType.INTEGER, unit="层", minimum=0, maximum=60)
NUMBER = Field("area_mu", "面积", FieldType.NUMBER, unit="亩")
REFERENCE = Field("household", "住户", FieldType.REFERENCE, references="household")
BOOLEAN = Field("dangerous", "危房", FieldType.BOOLEAN)
DATE = Field("since", "起始日期", FieldType.DATE)
PHONE = Field("phone", "电话", FieldType.PHONE)
ID_NUMBER = Field("id_number", "身份证号", FieldType.ID_NUMBER)
EVERY_FIELD = [f for t in catalog().tables.values() for f in t.field_by_name.values()]
CODE_FIELDS = {f.codes.name: f for f in EVERY_FIELD if f.codes is not None}

full_width = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
days = st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31))
cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.text(alphabet="0123456789-.年月日/ eE+", max_size=20),
    st.dates(),
    st.datetimes(),
)


@given(st.sampled_from(EVERY_FIELD), cells)
@example(NUMBER, 10**400)
@example(DATE, "²")
@example(DATE, "1" * 5000)
@example(INTEGER, "9" * 5000)
@example(NUMBER, math.inf)
@example(TEXT, "\x00")
def test_any_cell_is_stored_or_refused_with_a_reason(field: Field, raw: object) -> None:
    try:
        value = parse(field, raw)
    except ValueRefusedError as refused:
        value = str(refused) or object()
    assert value is None or isinstance(value, (str, int, float))


@given(st.sampled_from(EVERY_FIELD), cells)
def test_what_was_stored_is_stored_again_the_same(field: Field, raw: object) -> None:
    try:
        value = parse(field, raw)
    except ValueRefusedError:
        return
    assert parse(field, value) == value


@pytest.mark.parametrize("blank", [None, "", "  ", "　", "-", "/", "无数据", "NULL", "<Null>", math.nan])
def test_a_blank_is_nothing_whatever_the_field(blank: object) -> None:
    assert [parse(f, blank) for f in EVERY_FIELD] == [None] * len(EVERY_FIELD)


@given(st.integers(0, 60), st.sampled_from(["", "层", " 层", "　层"]))
def test_whole_numbers_come_in_full_width_and_with_their_unit(number: int, unit: str) -> None:
    assert parse(INTEGER, f"{number}".translate(full_width) + unit) == number
    assert parse(INTEGER, f"{number}.0") == number
    assert parse(INTEGER, float(number)) == number


@given(st.integers(0, 2**63 - 1), st.sampled_from(["{}", " {} ", "+{}", "000{}", "{}.0", "{}.", "{}户"]))
@example(909_414_286_114_455_553, "{}")
def test_a_row_is_pointed_to_by_every_one_of_its_63_bits(row_id: int, written: str) -> None:
    assert parse(REFERENCE, row_id) == row_id
    assert parse(REFERENCE, written.format(row_id)) == row_id
    assert parse(REFERENCE, written.format(row_id).translate(full_width)) == row_id


@pytest.mark.parametrize("raw", [9.094142861144556e17, "9.09414286114456E+17", 2.0**53])
def test_a_row_id_that_has_been_a_float_is_refused_rather_than_taken_for_another_row(raw: object) -> None:
    with pytest.raises(ValueRefusedError, match="末几位可能已丢失"):
        parse(REFERENCE, raw)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("61", "应在 0–60 之间，不是“61”"),
        ("-1", "0–60"),
        ("2.5", "整数"),
        ("三层", "数字"),
        ("2-3层", "数字"),
    ],
)
def test_a_number_the_field_cannot_hold_is_refused_with_a_reason(raw: str, why: str) -> None:
    with pytest.raises(ValueRefusedError, match=why):
        parse(INTEGER, raw)


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["", "亩", " 亩"]))
def test_numbers_survive_being_written_as_text(number: float, unit: str) -> None:
    assert parse(NUMBER, f"{number!r}{unit}") == number


@pytest.mark.parametrize("raw", ["1,234.5", "1，234.5", "１２３４．５", "1234.5亩", " 1234.5 "])
def test_thousands_are_separated_as_people_do(raw: str) -> None:
    assert parse(NUMBER, raw) == 1234.5


@given(days)
def test_a_day_comes_in_as_people_write_it(day: date) -> None:
    y, m, d = day.year, day.month, day.day
    written = [
        f"{y}年{m}月{d}日",
        f"{y}年{m:02}月{d:02}日",
        f"{y}-{m}-{d}",
        f"{y}/{m:02}/{d:02}",
        f"{y}.{m}.{d}",
        f"{y}{m:02}{d:02}",
        f"{y}年{m}月{d}日".translate(full_width),
        f"{y}-{m:02}-{d:02} 00:00:00",
        f"{y}-{m:02}-{d:02}T08:30:00",
        day,
        datetime(y, m, d, 8, 30),  # noqa: DTZ001 - as a workbook gives it
        y * 10_000 + m * 100 + d,
        float(y * 10_000 + m * 100 + d),
    ]
    assert {parse(DATE, w) for w in written} == {day.isoformat()}


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("1987年", "1987"),
        ("1987", "1987"),
        ("1987年6月", "1987-06"),
        ("1987.6", "1987-06"),
        ("198706", "1987-06"),
    ],
)
def test_a_date_is_as_exact_as_it_was_written(raw: str, stored: str) -> None:
    assert parse(DATE, raw) == stored


def test_a_day_that_excel_turned_into_its_number_is_that_day() -> None:
    assert parse(DATE, 45_000) == parse(DATE, "45000") == "2023-03-15"


@pytest.mark.parametrize("raw", ["2023-02-30", "2023年13月1日", "5月6日", "去年", "99999999", "2023-05-06x"])
def test_what_is_no_date_is_refused(raw: str) -> None:
    with pytest.raises(ValueRefusedError, match="不是日期"):
        parse(DATE, raw)


@st.composite
def id_numbers(draw: st.DrawFn) -> str:
    """Numbers with a region that does not exist and a right check character."""
    first = f"999999{draw(days):%Y%m%d}{draw(st.integers(0, 999)):03}"
    return first + id_check_character(first)


@given(id_numbers())
def test_an_id_number_keeps_its_eighteen_characters(number: str) -> None:
    assert parse(ID_NUMBER, number) == number
    assert parse(ID_NUMBER, f" {number[:6]} {number[6:14]} {number[14:].lower()}") == number
    assert parse(ID_NUMBER, f"'{number}") == number


@given(st.text("0123456789", min_size=17, max_size=17))
def test_the_check_character_is_that_of_iso_7064_mod_11_2(first: str) -> None:
    check = id_check_character(first)
    digits = [*map(int, first), 10 if check == "X" else int(check)]
    assert sum(digit * pow(2, 17 - place, 11) for place, digit in enumerate(digits)) % 11 == 1


@given(id_numbers(), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_in_an_id_number_is_noticed(number: str, place: int, by: int) -> None:
    digit = 10 if number[place] == "X" else int(number[place])
    wrong = number[:place] + str((digit + by) % 10) + number[place + 1 :]
    if wrong != number:
        with pytest.raises(ValueRefusedError):
            parse(ID_NUMBER, wrong)


@given(id_numbers(), st.integers(0, 16))
def test_two_digits_changed_about_in_an_id_number_are_noticed(number: str, place: int) -> None:
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if wrong != number:
        with pytest.raises(ValueRefusedError):
            parse(ID_NUMBER, wrong)


def test_an_id_number_of_the_first_generation_gets_its_century_and_check_character() -> None:
    assert parse(ID_NUMBER, "999999870506001") == "99999919870506001" + id_check_character(
        "99999919870506001"
    )


def test_an_id_number_that_excel_rounded_says_so() -> None:
    with pytest.raises(ValueRefusedError, match="Excel"):
        parse(ID_NUMBER, 999999198705060019.0)


@pytest.mark.parametrize("raw", ["99999919870506001", "9999991987050600199", "甄一一", "٩٩٩٩٩٩١٩٨٧٠٥٠٦٠٠١٢"])
def test_what_is_no_id_number_is_refused(raw: str) -> None:
    with pytest.raises(ValueRefusedError):
        parse(ID_NUMBER, raw)


def test_an_id_number_with_a_birthday_that_never_was_is_refused() -> None:
    first = "99999919870230001"
    with pytest.raises(ValueRefusedError, match="出生日期"):
        parse(ID_NUMBER, first + id_check_character(first))


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("00012345678", "00012345678"),
        (12345678901.0, "12345678901"),
        ("０００１２３４５６７８", "00012345678"),
        ("000 1234 5678", "00012345678"),
        ("（0000）1234567", "00001234567"),
        ("0000-1234567", "0000-1234567"),
        ("0000—1234567", "0000-1234567"),
        ("0000-1234567转801", "0000-1234567转801"),
        ("00012345678,00087654321", "00012345678、00087654321"),
        ("00012345678/661234；119", "00012345678、661234、119"),
    ],
)
def test_a_telephone_number_is_stored_one_way(raw: object, stored: str) -> None:
    assert parse(PHONE, raw) == stored


@pytest.mark.parametrize("raw", ["甄一一", "12", "1234567890123456789012345", "000-ABC-1234", "0578--"])
def test_what_is_no_telephone_number_is_refused(raw: str) -> None:
    with pytest.raises(ValueRefusedError, match="不是电话号码"):
        parse(PHONE, raw)


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("是", 1),
        ("有", 1),
        (True, 1),
        (1.0, 1),
        ("Ｙ", 1),
        ("√", 1),
        ("D级", 1),
        ("否", 0),
        ("无", 0),
        (0, 0),
        ("B级", 0),
    ],
)
def test_yes_and_no_come_in_many_ways(raw: object, stored: int) -> None:
    assert parse(BOOLEAN, raw) == stored


def test_maybe_is_neither_yes_nor_no() -> None:
    with pytest.raises(ValueRefusedError, match="可能"):
        parse(BOOLEAN, "可能")


@pytest.mark.parametrize("field", CODE_FIELDS.values(), ids=CODE_FIELDS)
def test_every_spelling_of_a_code_is_stored_as_its_value(field: Field) -> None:
    assert field.codes is not None
    for code in field.codes.codes:
        assert {parse(field, s) for s in (code.value, *code.arrives_as)} == {code.value}
    with pytest.raises(ValueRefusedError, match="可填"):
        parse(field, "没有这一项的")


def test_a_text_longer_than_its_field_is_refused_not_cut() -> None:
    assert parse(TEXT, "长" * 40) == "长" * 40
    with pytest.raises(ValueRefusedError, match="40"):
        parse(TEXT, "长" * 41)


def test_text_that_is_a_number_or_a_day_in_a_workbook_reads_as_it_was_typed() -> None:
    assert parse(TEXT, 12.0) == "12"
    assert parse(TEXT, 12.5) == "12.5"
    assert parse(TEXT, date(2023, 5, 6)) == "2023-05-06"
    assert [parse(TEXT, yes) for yes in (True, False)] == ["是", "否"]


def test_a_value_that_is_no_code_is_answered_with_those_that_are() -> None:
    with pytest.raises(ValueRefusedError, match="房屋结构没有“石头房”这一项；可填：钢筋混凝土、砖混、"):
        parse(catalog().tables["house"].field_by_name["structure"], "石头房")


def test_an_id_number_is_refused_in_words_a_clerk_uses() -> None:
    field = catalog().tables["resident"].field_by_name["id_number"]
    with pytest.raises(ValueRefusedError, match="最后一位对不上"):
        parse(field, "999999198705060010")


def test_a_new_visit_begins_with_today_and_a_photo_field_takes_ids_alone() -> None:
    visit = catalog().tables["visit"].field_by_name
    assert initial(visit["visited_on"]) == datetime.now().astimezone().date().isoformat()
    assert initial(visit["matter"]) is None
    one, two = "0" * 31 + "a", "f" * 32
    assert parse(visit["photos"], f" {one}、{two}、{one} ") == f"{one}、{two}"
    assert parse(visit["photos"], "") is None
    for wrong in ("a.jpg", one[:-1], one.upper(), f"{one}；{two}", "🏠"):
        with pytest.raises(ValueRefusedError):
            parse(visit["photos"], wrong)
    many = "、".join(f"{n:032x}" for n in range(31))
    with pytest.raises(ValueRefusedError, match="最多放 30 张"):
        parse(visit["photos"], many)
    assert counted_photos(many) == "有 31 张"
