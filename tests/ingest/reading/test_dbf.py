"""A DBF gives what its bytes say, and lists what they do not."""

import datetime as dt
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingqing.core.errors import InputRefused
from mingqing.ingest.reading.dbf import read_dbf
from mingqing.ingest.reading.encoding import EncodingUnclear
from tests.ingest.reading.conftest import dbf

_NAME, _NUMBER = (b"NAME", "C", 6, 0), (b"NUM", "N", 4, 0)


def test_deleted_records_are_skipped_and_the_others_keep_their_number() -> None:
    table = read_dbf(dbf([_NAME], [b" aaa   ", b"*bbb   ", b" ccc   "]))
    assert table.columns == {"NAME": ["aaa", "ccc"]}
    assert table.records.tolist() == [0, 2]


def test_overflow_is_none_and_listed_by_record_and_field() -> None:
    table = read_dbf(dbf([_NAME, _NUMBER], [b" aaa      7", b" bbb   ****"]))
    assert table.columns["NUM"] == [7, None]
    assert [(p.row, p.field) for p in table.problems] == [(2, "NUM")]
    assert "****" in table.problems[0].reason


@pytest.mark.parametrize("cell", [b" 1_2", b" nan", b" inf", b"1..2", b"abcd"])
def test_what_is_no_number_is_listed_not_guessed(cell: bytes) -> None:
    table = read_dbf(dbf([_NUMBER], [b" " + cell]))
    assert table.columns["NUM"] == [None]
    assert len(table.problems) == 1


def test_numbers_dates_and_logicals_become_values() -> None:
    fields = [(b"A", "N", 8, 2), (b"D", "D", 8, 0), (b"L", "L", 1, 0), (b"I", "N", 18, 0)]
    records = [b"    12.5020240229T331124199001010012", b"         00000000?" + b" " * 18]
    table = read_dbf(dbf(fields, [r.ljust(36) for r in records]))
    assert table.columns["A"] == [12.5, None]
    assert table.columns["D"] == [dt.date(2024, 2, 29), None]
    assert table.columns["L"] == [True, None]


def test_impossible_date_is_listed() -> None:
    table = read_dbf(dbf([(b"D", "D", 8, 0)], [b" 20240230"]))
    assert table.columns["D"] == [None]
    assert table.problems[0].field == "D"


def test_long_identity_numbers_keep_every_digit() -> None:
    table = read_dbf(dbf([(b"SFZH", "N", 18, 0)], [b" 990000196001010012"]))
    assert table.columns["SFZH"] == [990000196001010012]


def test_foxpro_numbers_are_read_as_numbers() -> None:
    fields = [(b"I", "I", 4, 0), (b"B", "B", 8, 0), (b"Y", "Y", 8, 0), (b"T", "T", 8, 0)]
    day = dt.date(2024, 1, 18).toordinal() + 1_721_425
    record = b" " + struct.pack("<idqii", -5, 2.5, 12_500, day, 0)
    table = read_dbf(dbf(fields, [record], version=0x30))
    assert [v[0] for v in table.columns.values()] == [-5, 2.5, 1.25, dt.date(2024, 1, 18)]


def test_memo_is_left_out_and_said() -> None:
    table = read_dbf(dbf([_NAME, (b"NOTE", "M", 10, 0)], [b" aaa            1"]))
    assert list(table.columns) == ["NAME"]
    assert "NOTE" in table.notes[0]


def test_equal_names_are_kept_apart() -> None:
    name = "名称".encode("gbk")
    table = read_dbf(dbf([(name, "C", 4, 0)] * 2, [" 甲村乙村".encode("gbk")], ldid=0x4D))
    assert table.columns == {"名称": ["甲村"], "名称_2": ["乙村"]}


def test_name_cut_in_the_middle_of_a_character_loses_the_half() -> None:
    name = "农户家庭人口数".encode()[:10]
    table = read_dbf(dbf([(name, "C", 12, 0)], [b" " + "大竹溪村".encode()]))
    assert list(table.columns) == ["农户家"]


def test_table_cut_in_a_record_gives_whole_records_and_one_problem() -> None:
    table = read_dbf(dbf([_NAME], [b" aaa   ", b" bbb   ", b" cc"], count=9))
    assert table.columns["NAME"] == ["aaa", "bbb"]
    assert [p.row for p in table.problems] == [3]


def test_header_that_promises_four_billion_records_allocates_nothing() -> None:
    table = read_dbf(dbf([_NAME], [b" aaa   "], count=0xFFFFFFFF))
    assert len(table.records) == 1


def test_field_longer_than_255_bytes_is_read_whole() -> None:
    data = bytearray(dbf([(b"LONG", "C", 44, 1)], [b" " + b"x" * 299 + b"y"]))
    struct.pack_into("<H", data, 10, 301)
    assert read_dbf(bytes(data)).columns["LONG"] == ["x" * 299 + "y"]


@pytest.mark.parametrize("data", [b"", b"\3" * 20, bytes(64), b"\3" + bytes(200), b"<html>" * 30])
def test_what_is_no_dbf_is_refused(data: bytes) -> None:
    with pytest.raises(InputRefused):
        read_dbf(data)


def test_cpg_is_believed_before_the_header(tmp_path: Path) -> None:
    cpg = tmp_path / "a.cpg"
    cpg.write_text("BIG5\n")
    table = read_dbf(dbf([(b"N", "C", 8, 0)], [" 繁體國語".encode("cp950")], ldid=0x57), cpg=cpg)
    assert table.columns["N"] == ["繁體國語"]
    assert ".cpg" in table.encoding.how


_HANZI = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)


@settings(deadline=None)
@given(
    st.lists(st.text(_HANZI, min_size=1, max_size=3), min_size=1, max_size=4, unique=True),
    st.lists(
        st.text(_HANZI | st.sampled_from("0123456789AZ-号"), min_size=1, max_size=8), min_size=1, max_size=5
    ),
    st.sampled_from([("gb18030", "GBK"), ("utf-8", "UTF-8")]),
)
def test_declared_chinese_names_and_values_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], values: list[str], encoding: tuple[str, str]
) -> None:
    codec, said = encoding
    cpg = tmp_path_factory.getbasetemp() / f"{said}.cpg"
    cpg.write_text(said)
    records = [b" " + b"".join(v.encode(codec).ljust(32) for _ in names) for v in values]
    try:
        table = read_dbf(dbf([(n.encode(codec), "C", 32, 0) for n in names], records), cpg=cpg)
    except EncodingUnclear:
        return
    assert table.columns == dict.fromkeys(names, values)


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_damaged_bytes_give_rows_or_a_refusal(data: st.DataObject) -> None:
    whole = bytearray(dbf([_NAME, _NUMBER, (b"D", "D", 8, 0)], [b" aaa      720240101"] * 4, ldid=0x4D))
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        table = read_dbf(cut)
    except InputRefused:
        return
    assert {len(v) for v in table.columns.values()} <= {len(table.records)}


@given(st.lists(st.text(alphabet="0123456789 -.,+e_\0", max_size=6).map(str.encode), min_size=1, max_size=4))
def test_numbers_are_the_same_whatever_stands_beside_them(cells: list[bytes]) -> None:
    records = [b" " + cell.rjust(6) for cell in cells]
    alone = read_dbf(dbf([(b"NUM", "N", 6, 0)], records)).columns["NUM"]
    beside_a_word = read_dbf(dbf([(b"NUM", "N", 6, 0)], [*records, b" secret"])).columns["NUM"][:-1]
    assert [(type(v), v) for v in alone] == [(type(v), v) for v in beside_a_word]
